//! Reads and checks `[[patch]]`.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use xml_inplace::{Fragment, Selector};

use super::home_path::home_path;
use super::string_place::inside;
use super::table_reader::{Speaker, TableReader, in_order, place, type_name};
use super::{Action, Patch, Position, Value};
use crate::catalogue::{Literal, Secret, illegal_in_xml, nearest};
use crate::diagnostic::{Class, Diagnostic, printable_name};
use crate::operation::holds_secret;

/// Everything that may stand in a patch.
pub(super) const FIELDS: &[&str] = &[
    "file",
    "select",
    "set",
    "comment_out",
    "uncomment",
    "remove",
    "insert",
    "after",
    "into",
    "before",
    "unless",
    "expect",
    "all",
    "optional",
    "secret",
];

/// The fields that say what a patch does.
const ACTIONS: &[&str] = &["set", "comment_out", "uncomment", "remove", "insert"];

/// The fields that say where a fragment goes.
const POSITIONS: &[(&str, Position)] = &[
    ("into", Position::Into),
    ("before", Position::Before),
    ("after", Position::After),
];

type Fields<'e, 't> = BTreeMap<&'e str, &'e Spanned<DeValue<'t>>>;

impl TableReader<'_, '_> {
    /// Reads `[[patch]]` or `[[nodes.NAME.patch]]`.
    pub(super) fn patches(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        speaker: Speaker<'_>,
    ) -> Vec<Patch> {
        let DeValue::Array(array) = value.get_ref() else {
            let message = format!("`patch` must be a list of tables, not {}", type_name(value));
            let help = Some("write `[[patch]]` with two brackets, once per patch".into());
            self.error("wrong-type", value.span(), message, "", help);
            return Vec::new();
        };
        let mut patches: Vec<Patch> = Vec::new();
        for item in array.iter() {
            let DeValue::Table(table) = item.get_ref() else {
                let message = format!("a patch must be a table, not {}", type_name(item));
                self.error("wrong-type", item.span(), message, "", None);
                continue;
            };
            if let Some(patch) = self.patch(item, table, speaker) {
                self.against_earlier(&patch, &patches);
                patches.push(patch);
            }
        }
        patches
    }

    fn patch(
        &mut self,
        item: &Spanned<DeValue<'_>>,
        table: &DeTable<'_>,
        speaker: Speaker<'_>,
    ) -> Option<Patch> {
        let before = self.diagnostics.len();
        let mut fields: Fields<'_, '_> = BTreeMap::new();
        for (key, value) in in_order(table) {
            let name = key.get_ref().as_ref();
            if FIELDS.contains(&name) {
                fields.insert(name, value);
            } else {
                self.unknown(key, name, nearest(name, FIELDS.iter().copied()));
            }
        }
        let at = place(item, table);
        let [all, optional, secret] =
            ["all", "optional", "secret"].map(|name| self.flag(&fields, name).unwrap_or(false));
        let file = self
            .required_text(&fields, "file", &at)
            .and_then(|(text, span)| {
                home_path(&text)
                    .map_err(|reason| self.file_error(&text, span, reason))
                    .ok()
            });
        let select = self
            .required_text(&fields, "select", &at)
            .and_then(|(text, span)| self.selector("select", &text, span));
        // What is secret as a setting is secret here, whether the patch says so or not.
        let secret = secret || select.as_ref().is_some_and(holds_secret);
        let action = self.action(&fields, at.clone(), select.as_ref(), secret);
        let expect = fields
            .get("expect")
            .and_then(|value| self.value("expect", value, secret));
        let complete = Patch {
            file: file?,
            select: select?,
            action: action?,
            expect,
            all,
            optional,
            secret,
            origin: speaker.origin(self.source.spot(at)),
        };
        let refused = self.diagnostics[before..].iter().any(Diagnostic::is_error);
        (!refused).then_some(complete)
    }

    fn action(
        &mut self,
        fields: &Fields<'_, '_>,
        at: Range<usize>,
        select: Option<&Selector>,
        secret: bool,
    ) -> Option<Action> {
        let given: Vec<_> = ACTIONS
            .iter()
            .filter_map(|name| Some((*name, *fields.get(name)?)))
            .collect();
        let (name, value) = match given[..] {
            [one] => one,
            [] => {
                let help = Some(format!("add one of `{}`", ACTIONS.join("`, `")));
                self.error(
                    "patch-action",
                    at,
                    "the patch does not say what to do",
                    "",
                    help,
                );
                return None;
            }
            [(first, value), (second, other), ..] => {
                let message = format!("the patch asks for `{first}` and `{second}`");
                let diagnostic = Diagnostic::error("patch-action", Class::Specification, message)
                    .at(self.source.spot(other.span()), "")
                    .beside(self.source.spot(value.span()), "")
                    .help("a patch does one thing: write two");
                self.diagnostics.push(diagnostic);
                return None;
            }
        };
        self.misplaced(fields, name);
        if let Some(select) = select {
            self.suits(name, select, fields);
        }
        if !matches!(name, "set" | "insert") {
            match self.flag(fields, name) {
                Some(true) => {}
                Some(false) => {
                    let help = Some("leave it out where nothing is asked".into());
                    let message = format!("`{name}` must be true");
                    self.error("wrong-value", value.span(), message, "", help);
                    return None;
                }
                None => return None,
            }
        }
        Some(match name {
            "set" => Action::Set {
                value: self.value("set", value, secret)?,
                after: self.sibling_attribute(fields, select),
            },
            "comment_out" => Action::CommentOut,
            "uncomment" => Action::Uncomment,
            "remove" => Action::Remove,
            _ => Action::Insert {
                fragment: self.fragment(value, secret)?,
                position: self.position(fields, at)?,
                unless: match fields.get("unless") {
                    Some(unless) => {
                        let (text, span) = self.text("unless", unless)?;
                        Some(self.selector("unless", &text, span)?)
                    }
                    None => None,
                },
            },
        })
    }

    /// Refuses the fields that mean nothing beside this action.
    fn misplaced(&mut self, fields: &Fields<'_, '_>, action: &str) {
        let meaningless: &[&str] = match action {
            "set" => &["into", "before", "unless"],
            "insert" => &["expect", "all"],
            _ => &["into", "before", "after", "unless"],
        };
        for name in meaningless {
            if let Some(value) = fields.get(name) {
                let message = format!("`{name}` has no meaning beside `{action}`");
                self.error("patch-field", value.span(), message, "", None);
            }
        }
    }

    /// Refuses what cannot be done to what is selected.
    fn suits(&mut self, action: &str, select: &Selector, fields: &Fields<'_, '_>) {
        let Some(value) = fields.get("select") else {
            return;
        };
        let root = select.is_root() && select.attribute().is_none();
        let beside = fields.contains_key("before") || fields.contains_key("after");
        let reason = match (action, select.attribute()) {
            (_, Some("xmlns")) => "`xmlns` declares a namespace and is no attribute",
            ("comment_out" | "uncomment", Some(_)) => {
                "an attribute cannot stand in a comment: use `remove` or `set`"
            }
            ("insert", Some(_)) => "a fragment goes into or beside an element, not an attribute",
            ("comment_out" | "remove", None) if root => "cannot remove the root element",
            ("insert", None) if root && beside => "beside the root element nothing can stand",
            _ => return,
        };
        self.error("patch-select", value.span(), reason, "", None);
    }

    fn position(&mut self, fields: &Fields<'_, '_>, at: Range<usize>) -> Option<Position> {
        let mut found = None;
        for &(name, position) in POSITIONS {
            match self.flag(fields, name) {
                Some(true) if found.is_none() => found = Some(position),
                Some(true) => {
                    let span = fields.get(name).map_or(at.clone(), |value| value.span());
                    let message = "the patch names two places to insert at";
                    self.error("patch-field", span, message, "", None);
                }
                _ => {}
            }
        }
        if found.is_none() {
            let help = Some("add `into = true`, `before = true` or `after = true`".into());
            let message = "the patch does not say where to insert, as seen from `select`";
            self.error("patch-field", at, message, "", help);
        }
        found
    }

    fn sibling_attribute(
        &mut self,
        fields: &Fields<'_, '_>,
        select: Option<&Selector>,
    ) -> Option<String> {
        let value = fields.get("after")?;
        let (name, span) = self.text("after", value)?;
        if select.is_some_and(|select| select.attribute().is_none()) {
            let message = "`after` has no meaning beside `set` of an element";
            let help = Some("it names the attribute behind which a new one is written".into());
            self.error("patch-field", span, message, "", help);
            return None;
        }
        let probe = Selector::parse(&format!("/a/@{name}"));
        if name == "xmlns" || !probe.is_ok_and(|probe| probe.attribute() == Some(&*name)) {
            let message = format!("`{}` is no name of an attribute", printable_name(&name));
            self.error("wrong-value", span, message, "", None);
            return None;
        }
        Some(name)
    }

    fn fragment(&mut self, value: &Spanned<DeValue<'_>>, secret: bool) -> Option<String> {
        let (text, span) = self.text("insert", value)?;
        if let Some(reason) = illegal_in_xml(&text) {
            self.error("wrong-value", span, format!("`insert` {reason}"), "", None);
            return None;
        }
        if let Err(error) = Fragment::parse(&text) {
            let at = inside(self.source.text(), span, &text, error.offset);
            self.error(
                "fragment",
                at,
                format!("`insert`: {}", error.message),
                "",
                None,
            );
            return None;
        }
        if secret {
            self.plain_secret("insert", span);
        }
        Some(text)
    }

    fn selector(&mut self, name: &str, text: &str, span: Range<usize>) -> Option<Selector> {
        match Selector::parse(text) {
            Ok(selector) => Some(selector),
            Err(error) => {
                let at = inside(self.source.text(), span, text, error.offset);
                self.error(
                    "selector",
                    at,
                    format!("`{name}`: {}", error.message),
                    "",
                    None,
                );
                None
            }
        }
    }

    /// Text or a reference to it.
    fn value(&mut self, name: &str, value: &Spanned<DeValue<'_>>, secret: bool) -> Option<Value> {
        if let DeValue::Table(table) = value.get_ref() {
            return self.reference(name, value, table).map(Value::Reference);
        }
        let (text, span) = self.text(name, value)?;
        if let Some(reason) = illegal_in_xml(&text) {
            self.error("wrong-value", span, format!("`{name}` {reason}"), "", None);
            return None;
        }
        if secret {
            self.plain_secret(name, span);
            return Some(Value::Literal(Literal::Secret(Secret::new(text))));
        }
        Some(Value::Literal(Literal::Text(text)))
    }

    fn required_text(
        &mut self,
        fields: &Fields<'_, '_>,
        name: &str,
        at: &Range<usize>,
    ) -> Option<(String, Range<usize>)> {
        match fields.get(name) {
            Some(value) => self.text(name, value),
            None => {
                let message = format!("the patch has no `{name}`");
                self.error("patch-field", at.clone(), message, "", None);
                None
            }
        }
    }

    fn text(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<(String, Range<usize>)> {
        match value.get_ref() {
            DeValue::String(text) => Some((text.to_string(), value.span())),
            _ => {
                let message = format!("`{name}` must be text, not {}", type_name(value));
                let help = Some("write it in quotes".into());
                self.error("wrong-type", value.span(), message, "", help);
                None
            }
        }
    }

    fn flag(&mut self, fields: &Fields<'_, '_>, name: &str) -> Option<bool> {
        let value = fields.get(name)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => {
                let message = format!(
                    "`{name}` must be `true` or `false`, not {}",
                    type_name(value)
                );
                self.error("wrong-type", value.span(), message, "", None);
                None
            }
        }
    }

    fn file_error(&mut self, file: &str, span: Range<usize>, reason: &str) {
        let message = format!("`file = \"{}\"` {reason}", printable_name(file));
        let help = Some("for instance \"repository/conf/identity/identity.xml\"".into());
        self.error("patch-file", span, message, "", help);
    }

    /// Two patches of one table that set the same place: an error where they
    /// differ, a warning where they agree.
    fn against_earlier(&mut self, patch: &Patch, earlier: &[Patch]) {
        let Some(same) = earlier.iter().rev().find(|other| same_target(patch, other)) else {
            return;
        };
        let (Action::Set { value, .. }, Action::Set { value: other, .. }) =
            (&patch.action, &same.action)
        else {
            return;
        };
        let target = format!(
            "`{}` of `{}`",
            printable_name(patch.select.as_str()),
            patch.file
        );
        let mut diagnostic = match value == other {
            true => Diagnostic::warning(
                "set-twice",
                Class::Specification,
                format!("{target} is set twice, to the same value"),
            ),
            false => Diagnostic::error(
                "set-twice",
                Class::Specification,
                format!("{target} is set twice, to different values"),
            )
            .help("keep one of them"),
        };
        diagnostic = patch.origin.attach(diagnostic, "set again");
        if let Some(spot) = same.origin.spot() {
            diagnostic = diagnostic.beside(spot.clone(), "first set");
        }
        self.diagnostics.push(diagnostic);
    }
}

/// Whether both patches set the place of the same selector.
pub(super) fn same_target(one: &Patch, other: &Patch) -> bool {
    matches!(one.action, Action::Set { .. })
        && matches!(other.action, Action::Set { .. })
        && one.file == other.file
        && one.select == other.select
}
