//! One requested change of one file, from a setting of the catalogue or from a
//! `[[patch]]`.

use std::fmt;

use xml_inplace::{self as xml, Fragment, Place as Beside, Selector, Several};

use crate::catalogue::{Literal, Place, Row, WhenAbsent};
use crate::confidential::{secret_names, wipe};
use crate::diagnostic::{Class, Diagnostic};
use crate::spec::{Action, Origin, Patch, Position, Requested, Resolved, Selection, Setting};

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A row of the catalogue.
    Setting(&'static Row),
    /// The patch of this number, from 1, in the order in which they are made.
    Patch(usize),
}

impl Subject {
    /// The key of a setting; `patch[2]` for a patch.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Setting(row) => row.key.to_owned(),
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

/// The operations of a selection: settings in the catalogue's order, then
/// patches.
pub(crate) fn operations(
    selection: &Selection<Resolved>,
) -> Result<Vec<Operation>, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let settings = selection.settings.iter().map(of_setting);
    let patches = selection
        .patches
        .iter()
        .enumerate()
        .map(|(index, patch)| of_patch(index + 1, patch));
    let operations = settings
        .chain(patches)
        .filter_map(|operation| operation.map_err(|error| errors.push(error)).ok())
        .collect();
    if errors.is_empty() {
        Ok(operations)
    } else {
        Err(errors)
    }
}

fn of_setting(setting: &Setting<Resolved>) -> Result<Operation, Diagnostic> {
    let row = setting.row;
    let not_applicable = row.absent == WhenAbsent::NotApplicable;
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
    let (target, action) = match (row.place, literal) {
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
            },
            Some(literal),
        ) => {
            let action = xml::Action::SetAttribute {
                value: text(literal),
                after: after.map(str::to_owned),
            };
            (parse(&format!("{element}/@{name}"))?, action)
        }
        (Place::Attribute { element, name, .. }, None) => {
            (parse(&format!("{element}/@{name}"))?, xml::Action::Remove)
        }
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
        _ => (parse(row.element())?, xml::Action::CommentOut),
    };
    let mut edit = xml::Operation::new(target, action);
    // What a profile fixes for every version need not be there in each.
    edit.optional = not_applicable || matches!(setting.origin, Origin::FixedByProfile { .. });
    Ok(Operation {
        subject: Subject::Setting(row),
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

/// Whether a patch is for an element that holds a secret anywhere.
pub(crate) fn holds_secret(select: &Selector) -> bool {
    select.attribute().is_none()
        && select
            .name()
            .is_none_or(|name| secret_names().any(|secret| secret == name))
}

/// The selector of a sibling of what `element` names.
fn sibling(element: &str, name: &str) -> String {
    let mut depth = 0;
    let mut last = 0;
    for (index, c) in element.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            '/' if depth == 0 => last = index,
            _ => {}
        }
    }
    format!("{}/{name}", &element[..last])
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
    fn siblings_share_the_parent() {
        assert_eq!(sibling("/A/B", "C"), "/A/C");
        assert_eq!(sibling("/A/B[@k='x/y']", "C[@k='z']"), "/A/C[@k='z']");
    }
}
