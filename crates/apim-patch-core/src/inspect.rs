//! The current value, state and place of settings in a home.

mod place;

use std::path::Path;

use file_transaction::{Error, LinkPolicy, Store};
use schemars::JsonSchema;
use serde::Serialize;
use xml_inplace::{Document, Element, Selector, Source, limits};

use self::place::{Standing, read_place};
use crate::catalogue::{Entry, Row, selector_of, without_passwords};
use crate::diagnostic::{Class, Diagnostic, MASK};
use crate::diff::Secrecy;
use crate::failure::{diagnostic_of, gather_missing};
use crate::file_text::is_properties;
use crate::operation::shape_of;

/// Whether a setting is in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is.
    Active,
    /// It stands in a comment.
    CommentedOut,
    /// It is nowhere.
    Absent,
}

/// A setting as it is in a home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Inspected {
    /// Its key.
    pub key: String,
    /// Its row.
    #[serde(skip)]
    pub row: &'static Row,
    /// The entry of a keyed table that it belongs to.
    #[serde(skip)]
    pub name: Option<String>,
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
    /// Whether the secure vault keeps the value, and the server ignores what
    /// stands here.
    pub vault: bool,
    /// What is active as well and counts for nothing, because the server reads
    /// another one: of elements the first, of properties the last.
    pub shadowed: Vec<Shadowed>,
}

/// A second one of a setting, which counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Shadowed {
    /// Its value, masked as [`Inspected::value`] is.
    pub value: Option<String>,
    /// Its line.
    pub line: usize,
    /// Its column, in characters.
    pub column: usize,
}

impl Inspected {
    /// A setting that is nowhere.
    pub fn absent(row: &'static Row, name: Option<&str>) -> Self {
        Self {
            key: row.full_key(name),
            row,
            name: name.map(str::to_owned),
            state: State::Absent,
            value: None,
            file: row.file,
            line: None,
            column: None,
            padded: false,
            vault: false,
            shadowed: Vec::new(),
        }
    }

    /// The value as it may be shown.
    pub fn shown_value(&self) -> Option<String> {
        self.masked(self.value.as_deref())
    }

    fn masked(&self, value: Option<&str>) -> Option<String> {
        Some(match self.row.secret {
            true => value.map(|_| MASK.to_owned())?,
            false => without_passwords(value?),
        })
    }

    /// Masks every value.
    pub(crate) fn mask(&mut self) {
        self.value = self.shown_value();
        for index in 0..self.shadowed.len() {
            self.shadowed[index].value = self.masked(self.shadowed[index].value.as_deref());
        }
    }
}

/// What to do about config files that a home does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingFiles {
    /// Leave their settings out.
    LeaveOut,
    /// Refuse.
    Refuse,
}

/// Reads `rows` from the home in `store`; of a keyed table every entry. Writes
/// nothing.
///
/// # Errors
///
/// Every file that can't be read, or is missing where that is refused.
pub fn inspect(
    store: &Store,
    rows: &[&'static Row],
    links: LinkPolicy,
    secrecy: Secrecy,
    missing: MissingFiles,
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
        let rows = rows.iter().filter(|row| row.file == file).copied();
        match store.read(Path::new(file), links, limits::MAX_BYTES as u64) {
            Ok(snapshot) => match read_file(file, snapshot.bytes(), rows) {
                Ok(mut more) => found.append(&mut more),
                Err(error) => errors.push(error),
            },
            Err(Error::Missing { .. }) if missing == MissingFiles::LeaveOut => {}
            Err(error) => errors.push(diagnostic_of(&error)),
        }
    }
    if secrecy == Secrecy::Masked {
        for inspected in &mut found {
            inspected.mask();
        }
    }
    found.sort_by_key(|inspected| rows.iter().position(|row| row.key == inspected.row.key));
    if errors.is_empty() {
        Ok(found)
    } else {
        Err(gather_missing(errors))
    }
}

/// Reads rows from another file than their own; nothing where it is missing.
pub(crate) fn read_other(
    store: &Store,
    file: &'static str,
    rows: impl Iterator<Item = &'static Row>,
    links: LinkPolicy,
) -> Result<Vec<Inspected>, Vec<Diagnostic>> {
    match store.read(Path::new(file), links, limits::MAX_BYTES as u64) {
        Ok(snapshot) => read_file(file, snapshot.bytes(), rows).map_err(|error| vec![error]),
        Err(Error::Missing { .. }) => Ok(Vec::new()),
        Err(error) => Err(vec![diagnostic_of(&error)]),
    }
}

fn read_file(
    file: &'static str,
    bytes: &[u8],
    rows: impl Iterator<Item = &'static Row>,
) -> Result<Vec<Inspected>, Diagnostic> {
    if is_properties(file) {
        return rows.map(|row| read_property(file, bytes, row)).collect();
    }
    let ill_formed = |error: xml_inplace::ParseError| {
        let message = format!("{file}:{} can't be read: {error}", error.position());
        Diagnostic::error("xml-ill-formed", Class::Home, message)
    };
    let source = Source::decode(bytes).map_err(|error| ill_formed(error.into()))?;
    let document = Document::parse(&source).map_err(ill_formed)?;
    Ok(rows.flat_map(|row| read(&document, row, None)).collect())
}

fn read_property(file: &str, bytes: &[u8], row: &'static Row) -> Result<Inspected, Diagnostic> {
    use properties_inplace::Found;
    let name = row.shapes.first().map_or("", |shape| shape.place.element());
    let found = properties_inplace::get(bytes, name).map_err(|error| {
        let message = format!("{file} can't be read: {error}");
        Diagnostic::error("properties-not-editable", Class::Home, message)
    })?;
    let (state, value, position, shadowed) = match found {
        Found::Active {
            value,
            position,
            shadowed,
        } => (State::Active, value, position, shadowed),
        Found::CommentedOut { value, position } => {
            (State::CommentedOut, value, position, Vec::new())
        }
        Found::Absent => return Ok(Inspected::absent(row, None)),
    };
    Ok(Inspected {
        state,
        padded: value.trim() != value,
        value: Some(value),
        line: Some(position.line),
        column: Some(position.column),
        shadowed: shadowed
            .into_iter()
            .map(|(value, position)| Shadowed {
                value: Some(value),
                line: position.line,
                column: position.column,
            })
            .collect(),
        ..Inspected::absent(row, None)
    })
}

/// Reads a row from a document: of a keyed table the entry `name`, or all of
/// them. Values are as they stand there, secrets too.
pub(crate) fn read(
    document: &Document<'_>,
    row: &'static Row,
    name: Option<&str>,
) -> Vec<Inspected> {
    match (row.entry, name) {
        (Some(entry), None) if row.is_keyed() => names(document, entry)
            .iter()
            .map(|name| read_one(document, row, Some(name)))
            .collect(),
        _ => vec![read_one(document, row, name)],
    }
}

/// The names of the active entries, each once, in the order of the file.
fn names(document: &Document<'_>, entry: &Entry) -> Vec<String> {
    let Some((all, identity)) = entry
        .element
        .strip_suffix("']")
        .and_then(|element| element.rsplit_once('['))
    else {
        return Vec::new();
    };
    let Some((by, value)) = identity.split_once("='") else {
        return Vec::new();
    };
    let (Ok(all), Some(prefix)) = (Selector::parse(all), value.strip_suffix("{}")) else {
        return Vec::new();
    };
    let name = |element: Element<'_>| {
        let value = match by.strip_prefix('@') {
            Some(attribute) => element.attribute(attribute).map(str::to_owned),
            None => element
                .children()
                .find(|child| child.name() == by)
                .map(Element::text),
        };
        value?.strip_prefix(prefix).map(str::to_owned)
    };
    let mut names: Vec<String> = Vec::new();
    for name in all.matches(document).into_iter().filter_map(name) {
        // What holds both kinds of quotes can't be named by a selector.
        let nameable = !(name.contains('"') && name.contains('\''));
        if nameable && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn read_one(document: &Document<'_>, row: &'static Row, name: Option<&str>) -> Inspected {
    let found = shape_of(row, Some(document)).and_then(|shape| {
        let selector = Selector::parse(&selector_of(shape.place.element(), name)).ok()?;
        Some(read_place(document, shape.place, &selector))
    });
    let Some(Standing {
        state,
        value,
        position,
        vault,
        shadowed,
    }) = found
    else {
        return Inspected::absent(row, name);
    };
    let padded = value.as_ref().is_some_and(|value| value.trim() != value);
    Inspected {
        state,
        value,
        line: position.map(|position| position.line),
        column: position.map(|position| position.column),
        padded,
        vault,
        shadowed,
        ..Inspected::absent(row, name)
    }
}
