//! The current value, state and place of settings in a home.

use std::path::Path;

use file_transaction::{LinkPolicy, Store};
use serde::Serialize;
use xml_inplace::{Document, Position, Selector, Source, limits, locate};

use crate::catalogue::{Place, Row};
use crate::diagnostic::{Class, Diagnostic, MASK};
use crate::diff::Secrecy;
use crate::failure::{diagnostic_of, gather_missing};

/// Whether a setting is in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is.
    Active,
    /// It stands in a comment.
    CommentedOut,
    /// It is nowhere.
    Absent,
}

impl State {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::CommentedOut => "commented out",
            Self::Absent => "absent",
        }
    }
}

/// A setting as it is in a home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspected {
    /// Its key.
    pub key: &'static str,
    /// Whether it is in effect.
    pub state: State,
    /// Its value, also where it is commented out; unless secrets are shown, they are
    /// `******`.
    pub value: Option<String>,
    /// The file's path in the home.
    pub file: &'static str,
    /// Its line.
    pub line: Option<usize>,
    /// Its column, in characters.
    pub column: Option<usize>,
    /// White space around the value, which the server does not trim.
    pub padded: bool,
}

/// Reads `rows` from the home in `store`. Writes nothing.
///
/// # Errors
///
/// Every file that is missing or can't be read.
pub fn inspect(
    store: &Store,
    rows: &[&'static Row],
    links: LinkPolicy,
    secrecy: Secrecy,
) -> Result<Vec<Inspected>, Vec<Diagnostic>> {
    let mut files: Vec<&'static str> = Vec::new();
    for row in rows {
        if !files.contains(&row.file) {
            files.push(row.file);
        }
    }
    let mut errors = Vec::new();
    let mut found = Vec::new();
    for file in files {
        match inspect_file(
            store,
            file,
            rows.iter().filter(|row| row.file == file).copied(),
            links,
        ) {
            Ok(mut more) => found.append(&mut more),
            Err(error) => errors.push(error),
        }
    }
    if secrecy == Secrecy::Masked {
        let secret = |inspected: &Inspected| {
            rows.iter()
                .any(|row| row.secret && row.key == inspected.key)
        };
        for inspected in found.iter_mut().filter(|inspected| secret(inspected)) {
            inspected.value = inspected.value.as_ref().map(|_| MASK.to_owned());
        }
    }
    found.sort_by_key(|inspected| rows.iter().position(|row| row.key == inspected.key));
    if errors.is_empty() {
        Ok(found)
    } else {
        Err(gather_missing(errors))
    }
}

fn inspect_file(
    store: &Store,
    file: &'static str,
    rows: impl Iterator<Item = &'static Row>,
    links: LinkPolicy,
) -> Result<Vec<Inspected>, Diagnostic> {
    let snapshot = store
        .read(Path::new(file), links, limits::MAX_BYTES as u64)
        .map_err(|error| diagnostic_of(&error))?;
    let ill_formed = |error: xml_inplace::ParseError| {
        let message = format!("{file}:{} can't be read: {error}", error.position());
        Diagnostic::error("xml-ill-formed", Class::Home, message)
    };
    let source = Source::decode(snapshot.bytes()).map_err(|error| ill_formed(error.into()))?;
    let document = Document::parse(&source).map_err(ill_formed)?;
    rows.map(|row| read(&document, row)).collect()
}

fn read(document: &Document<'_>, row: &'static Row) -> Result<Inspected, Diagnostic> {
    let source = document.source();
    let selector = Selector::parse(row.element()).map_err(|error| {
        Diagnostic::error(
            "catalogue",
            Class::Specification,
            format!("{}: {error}", row.key),
        )
    })?;
    let located = locate(document, &selector);
    let active = located.active.first().copied();
    let hidden = located.hidden.first();
    let (state, value, position): (State, Option<String>, Option<Position>) =
        match (row.place, active) {
            (Place::Attribute { name, .. }, Some(element)) => match element.attribute_span(name) {
                Some(span) => (
                    State::Active,
                    element.attribute(name).map(str::to_owned),
                    Some(source.position(span.span.start)),
                ),
                None => (State::Absent, None, None),
            },
            (
                Place::Members {
                    item, host, port, ..
                },
                Some(element),
            ) => {
                let text = |member: xml_inplace::Element<'_>, name| {
                    member
                        .children()
                        .find(|child| child.name() == name)
                        .map_or(String::new(), |child| child.text())
                };
                let members: Vec<String> = element
                    .children()
                    .filter(|child| child.name() == item)
                    .map(|member| format!("{}:{}", text(member, host), text(member, port)))
                    .collect();
                (
                    State::Active,
                    Some(members.join(", ")),
                    Some(source.position(element.span().start)),
                )
            }
            (place, Some(element)) => {
                let value = match place {
                    Place::Presence { .. } => "true".to_owned(),
                    _ => element.text(),
                };
                (
                    State::Active,
                    Some(value),
                    Some(source.position(element.span().start)),
                )
            }
            (place, None) => match hidden {
                Some(hidden) => {
                    let value = match place {
                        Place::Presence { .. } => Some("false".to_owned()),
                        Place::Text { .. } => hidden.text.clone(),
                        Place::Attribute { .. } | Place::Members { .. } => None,
                    };
                    (State::CommentedOut, value, Some(hidden.position))
                }
                None => (State::Absent, None, None),
            },
        };
    let padded = value.as_ref().is_some_and(|value| value.trim() != value);
    Ok(Inspected {
        key: row.key,
        state,
        value,
        file: row.file,
        line: position.map(|position| position.line),
        column: position.map(|position| position.column),
        padded,
    })
}
