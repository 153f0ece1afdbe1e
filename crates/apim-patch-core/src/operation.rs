//! One requested change of one file, from a setting of the catalogue or from a
//! `[[patch]]`.

use std::fmt;

use xml_inplace::{self as xml, Document, Fragment, Place as Beside, Selector, Several, locate};

use crate::catalogue::{Entry, Hidden, Literal, Place, Row, Shape, WhenAbsent, selector_of};
use crate::confidential::{SecretPlace, names_password, places, secret_names, wipe};
use crate::diagnostic::{Class, Diagnostic};
use crate::spec::{Action, Origin, Patch, Position, Requested, Resolved, Setting};

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A setting.
    Setting {
        /// Its row.
        row: &'static Row,
        /// Its key.
        key: String,
    },
    /// The element of an entry of a keyed table, by the entry's key.
    Entry(String),
    /// The patch of this number, from 1, in the order in which they are made.
    Patch(usize),
}

impl Subject {
    /// The key of a setting or an entry; `patch[2]` for a patch.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Setting { key, .. } | Self::Entry(key) => key.clone(),
            Self::Patch(number) => format!("patch[{number}]"),
        }
    }
}

/// One change that is asked for. It may hold a secret, so its `Debug` shows
/// only what it is about.
pub(crate) struct Operation {
    pub(crate) subject: Subject,
    pub(crate) file: String,
    pub(crate) origin: Origin,
    pub(crate) secret: bool,
    pub(crate) edit: xml::Operation,
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("subject", &self.subject)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        wipe(&mut self.edit);
    }
}

/// What settings and patches ask of one file.
pub(crate) struct Operations<'s> {
    /// What is to be done.
    pub(crate) list: Vec<Operation>,
    /// Settings that the file's shape does not have.
    pub(crate) not_applicable: Vec<&'s Setting<Resolved>>,
    /// What stays masked of changes that are left out.
    pub(crate) left_out: Vec<SecretPlace>,
}

impl Operations<'_> {
    /// The places that are secret because a patch says so.
    pub(crate) fn secret_places(&self) -> Vec<SecretPlace> {
        let mut all = places(&self.list);
        all.extend(self.left_out.iter().cloned());
        all
    }
}

/// The operations that settings and patches ask of one XML file: settings in
/// the catalogue's order, each entry of a keyed table before what is set in it;
/// then patches.
///
/// `document` is what the file holds, where something depends on it.
pub(crate) fn operations<'s>(
    settings: &[&'s Setting<Resolved>],
    patches: &[(usize, &Patch<Resolved>)],
    document: Option<&Document<'_>>,
) -> Result<Operations<'s>, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut operations = Vec::new();
    let mut not_applicable = Vec::new();
    let mut entries: Vec<(&Entry, Option<&str>)> = Vec::new();
    let mut add = |operation: Result<Operation, Diagnostic>| match operation {
        Ok(operation) => operations.push(operation),
        Err(error) => errors.push(error),
    };
    for &setting in settings {
        let Some(shape) = shape_of(setting.row, document) else {
            not_applicable.push(setting);
            continue;
        };
        let name = setting.name.as_deref();
        let hides = matches!(shape.place, Place::Presence { .. }) && !asks_for_true(setting);
        if let (Some(entry), Some(document), Requested::Value(_)) =
            (setting.row.entry, document, &setting.requested)
            && !hides
            && !entries.contains(&(entry, name))
        {
            entries.push((entry, name));
            if let Some(operation) = of_entry(entry, name, setting, document).transpose() {
                add(operation);
            }
        }
        add(of_setting(setting, shape.place));
    }
    for (number, patch) in patches {
        add(of_patch(*number, patch));
    }
    if errors.is_empty() {
        Ok(Operations {
            list: operations,
            not_applicable,
            left_out: Vec::new(),
        })
    } else {
        Err(errors)
    }
}

fn asks_for_true(setting: &Setting<Resolved>) -> bool {
    matches!(
        &setting.requested,
        Requested::Value(Resolved {
            literal: Literal::Boolean(true),
            ..
        })
    )
}

/// Whether what a setting asks for depends on what its file holds.
pub(crate) fn depends_on_file(row: &Row) -> bool {
    row.entry.is_some() || row.shapes.iter().any(|shape| shape.mark.is_some())
}

/// The shape that a file has, as far as a row tells them apart.
pub(crate) fn shape_of(row: &Row, document: Option<&Document<'_>>) -> Option<&'static Shape> {
    row.shapes.iter().find(|shape| {
        let (Some(mark), Some(document)) = (shape.mark, document) else {
            return true;
        };
        Selector::parse(mark).is_ok_and(|mark| {
            let located = locate(document, &mark);
            !located.active.is_empty() || !located.hidden.is_empty()
        })
    })
}

/// What makes the element of an entry active; `None` where it is.
fn of_entry(
    entry: &Entry,
    name: Option<&str>,
    setting: &Setting<Resolved>,
    document: &Document<'_>,
) -> Result<Option<Operation>, Diagnostic> {
    let element = parse(&selector_of(entry.element, name))?;
    let located = locate(document, &element);
    if !located.active.is_empty() {
        return Ok(None);
    }
    let edit = if located.hidden.is_empty() || entry.hidden == Hidden::Sample {
        let fragment = entry
            .fragment
            .replace("{}", &escaped(name.unwrap_or_default()));
        let fragment = Fragment::parse(&fragment).map_err(|error| {
            let key = setting.key();
            let message = format!("the catalogue's fragment for `{key}` is not valid: {error}");
            Diagnostic::error("catalogue", Class::Specification, message)
        })?;
        let behind = entry.after.iter().find_map(|selector| {
            let selector = Selector::parse(&selector_of(selector, name)).ok()?;
            selector.matches(document).pop()
        });
        let (target, place) = match behind {
            Some(last) => (last.path(), Beside::After),
            None => (entry.parent.to_owned(), Beside::Into),
        };
        let action = xml::Action::Insert {
            fragment,
            place,
            unless: Some(element),
        };
        xml::Operation::new(parse(&target)?, action)
    } else {
        xml::Operation::new(element, xml::Action::Uncomment)
    };
    let row = match (name, setting.row.key.find('*')) {
        (Some(_), Some(star)) => &setting.row.key[..=star],
        _ => setting.row.key,
    };
    let key = match name {
        Some(name) => row.replacen('*', &crate::catalogue::quoted(name), 1),
        None => row.to_owned(),
    };
    Ok(Some(Operation {
        subject: Subject::Entry(key),
        file: setting.row.file.to_owned(),
        origin: setting.origin.clone(),
        secret: false,
        edit,
    }))
}

/// A name as text of an element or an attribute's value.
fn escaped(name: &str) -> String {
    name.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn of_setting(setting: &Setting<Resolved>, place: Place) -> Result<Operation, Diagnostic> {
    let row = setting.row;
    let not_applicable = row.absent == WhenAbsent::NotApplicable;
    let parse = |selector: &str| parse(&selector_of(selector, setting.name.as_deref()));
    let text = |literal: &Literal| {
        literal
            .to_text()
            .map(|text| text.as_str().to_owned())
            .unwrap_or_default()
    };
    let literal = match &setting.requested {
        Requested::Value(resolved) => Some(&resolved.literal),
        Requested::Absent => None,
    };
    let (target, action) = match (place, literal) {
        (Place::Text { element, after }, Some(literal)) => {
            let siblings = after
                .iter()
                .map(|name| parse(&sibling(element, name)))
                .collect::<Result<_, _>>()?;
            let action = xml::Action::SetText {
                value: text(literal),
                insert: (!not_applicable).then_some(siblings),
            };
            (parse(element)?, action)
        }
        (
            Place::Attribute {
                element,
                name,
                after,
                ..
            },
            Some(literal),
        ) => {
            let action = xml::Action::SetAttribute {
                value: text(literal),
                after: after.map(str::to_owned),
            };
            (parse(&format!("{element}/@{name}"))?, action)
        }
        (
            Place::Attribute {
                element,
                name,
                sole: false,
                ..
            },
            None,
        ) => (parse(&format!("{element}/@{name}"))?, xml::Action::Remove),
        (Place::Presence { element }, Some(Literal::Boolean(true))) => {
            (parse(element)?, xml::Action::Uncomment)
        }
        (
            Place::Members {
                parent,
                item,
                host,
                port,
                ..
            },
            Some(Literal::Members(members)),
        ) => {
            let entries = members
                .iter()
                .map(|member| {
                    let port = member.port.map_or(String::new(), |port| port.to_string());
                    vec![member.host.clone(), port]
                })
                .collect();
            let action = xml::Action::SetList {
                item: item.to_owned(),
                fields: vec![host.to_owned(), port.to_owned()],
                entries,
            };
            (parse(parent)?, action)
        }
        _ => (parse(place.element())?, xml::Action::CommentOut),
    };
    let mut edit = xml::Operation::new(target, action);
    // What a profile fixes for every version need not be there in each.
    edit.optional = not_applicable || matches!(setting.origin, Origin::FixedByProfile { .. });
    Ok(Operation {
        subject: Subject::Setting {
            row,
            key: setting.key(),
        },
        file: row.file.to_owned(),
        origin: setting.origin.clone(),
        secret: row.secret,
        edit,
    })
}

fn of_patch(number: usize, patch: &Patch<Resolved>) -> Result<Operation, Diagnostic> {
    let text = |resolved: &Resolved| {
        resolved
            .literal
            .to_text()
            .map(|text| text.as_str().to_owned())
            .unwrap_or_default()
    };
    let action = match &patch.action {
        Action::Set { value, after } if patch.select.attribute().is_some() => {
            xml::Action::SetAttribute {
                value: text(value),
                after: after.clone(),
            }
        }
        Action::Set { value, .. } => xml::Action::SetText {
            value: text(value),
            insert: None,
        },
        Action::CommentOut => xml::Action::CommentOut,
        Action::Uncomment => xml::Action::Uncomment,
        Action::Remove => xml::Action::Remove,
        Action::Insert {
            fragment,
            position,
            unless,
        } => xml::Action::Insert {
            fragment: Fragment::parse(fragment).map_err(|error| {
                let diagnostic = Diagnostic::error(
                    "fragment-ill-formed",
                    Class::Specification,
                    format!("the fragment can't be inserted: {error}"),
                );
                patch.origin.attach(diagnostic, "")
            })?,
            place: match position {
                Position::Into => Beside::Into,
                Position::Before => Beside::Before,
                Position::After => Beside::After,
            },
            unless: unless.clone(),
        },
    };
    let mut edit = xml::Operation::new(patch.select.clone(), action);
    edit.several = if patch.all {
        Several::All
    } else {
        Several::Refuse
    };
    edit.optional = patch.optional;
    edit.expect = patch.expect.as_ref().map(text);
    Ok(Operation {
        subject: Subject::Patch(number),
        file: patch.file.clone(),
        origin: patch.origin.clone(),
        secret: patch.secret || holds_secret(&patch.select),
        edit,
    })
}

/// Whether a patch is for what holds a secret: an element that is one of a
/// secret setting anywhere, or something whose name tells that it is a password.
pub(crate) fn holds_secret(select: &Selector) -> bool {
    let element = select.attribute().is_none()
        && select
            .name()
            .is_none_or(|name| secret_names().any(|secret| secret == name));
    element || names_password(innermost(select))
}

/// What a selector says of the innermost element, its conditions and its
/// attribute included.
fn innermost(select: &Selector) -> &str {
    let text = select.as_str();
    let element = match select.attribute() {
        Some(_) => last_slash(text),
        None => text.len(),
    };
    &text[last_slash(&text[..element])..]
}

/// The selector of a sibling of what `element` names.
fn sibling(element: &str, name: &str) -> String {
    format!("{}/{name}", &element[..last_slash(element)])
}

/// Where the last step of a selector begins.
fn last_slash(select: &str) -> usize {
    let mut depth = 0;
    let mut last = 0;
    for (index, c) in select.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            '/' if depth == 0 => last = index,
            _ => {}
        }
    }
    last
}

/// Parses a selector of the catalogue. That each of them parses is tested
/// there.
fn parse(selector: &str) -> Result<Selector, Diagnostic> {
    Selector::parse(selector).map_err(|error| {
        let message = format!("the catalogue's selector `{selector}` is not valid: {error}");
        Diagnostic::error("catalogue", Class::Specification, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_password_holds_a_secret() {
        for (select, secret) in [
            ("/Server/Security/KeyStore/KeyPassword", true),
            (
                "/Server/Service/Connector[@scheme='https']/@keystorePass",
                true,
            ),
            ("/Realm/Property[@name='ConnectionPassword']", true),
            ("/Realm/Property[@name='ConnectionPassword']/@value", true),
            ("/Server/Connector[@scheme='https']/@keystoreFile", false),
            ("/Server/PasswordPolicy/Length", false),
            ("/Server/PasswordPolicy/@length", true),
        ] {
            let select = Selector::parse(select).unwrap();
            assert_eq!(holds_secret(&select), secret, "{select}");
        }
    }

    #[test]
    fn siblings_share_the_parent() {
        assert_eq!(sibling("/A/B", "C"), "/A/C");
        assert_eq!(sibling("/A/B[@k='x/y']", "C[@k='z']"), "/A/C[@k='z']");
    }
}
