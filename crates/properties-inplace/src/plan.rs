//! What operations come to in a file.

use std::collections::{HashMap, HashSet};

use crate::document::{Document, Entry};
use crate::encode;
use crate::error::EditError;
use crate::insert::Places;
use crate::line::{Lines, skip_blanks};
use crate::operation::{Action, Change, ChangeKind, Done, Note, Operation, Outcome, Why};
use crate::property::{Property, Separator};
use crate::splice::{Rank, Splice, sort};

/// Outcomes in the order of the operations, splices in the order of the file.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) splices: Vec<Splice>,
}

pub(crate) fn plan(bytes: &[u8], operations: &[Operation]) -> Result<Plan, EditError> {
    let document = Document::scan(bytes, &keys(operations))?;
    let mut places = Places::new(&document);
    let mut first_of: HashMap<&str, usize> = HashMap::new();
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(operations.len());
    let mut splices = Vec::new();
    for (second, operation) in operations.iter().enumerate() {
        let key = operation.key.as_str();
        let first = *first_of.entry(key).or_insert(second);
        if first != second {
            if !ask_the_same(&operations[first].action, &operation.action) {
                return Err(EditError::Contradiction { first, second });
            }
            let mut outcome = outcomes[first].clone();
            outcome.notes.push(Note::SameAs(first));
            outcomes.push(outcome);
            continue;
        }
        outcomes.push(match &operation.action {
            Action::Set { value, after } => {
                set(&document, &mut places, key, value, after, &mut splices)
            }
            Action::CommentOut => comment_out(&document, key, &mut splices),
        });
    }
    sort(&mut splices);
    Ok(Plan { outcomes, splices })
}

/// Every key that an operation acts on or goes by.
fn keys(operations: &[Operation]) -> HashSet<&str> {
    let mut keys = HashSet::new();
    for operation in operations {
        keys.insert(operation.key.as_str());
        if let Action::Set { after, .. } = &operation.action {
            keys.extend(after.iter().map(String::as_str));
        }
    }
    keys
}

/// Where a new line goes is no difference: the key has one, then.
fn ask_the_same(one: &Action, other: &Action) -> bool {
    match (one, other) {
        (Action::Set { value, .. }, Action::Set { value: other, .. }) => value == other,
        (Action::CommentOut, Action::CommentOut) => true,
        _ => false,
    }
}

fn set<'d>(
    document: &'d Document<'d>,
    places: &mut Places<'d>,
    key: &'d str,
    value: &str,
    after: &[String],
    splices: &mut Vec<Splice>,
) -> Outcome {
    let hidden = document.hidden(key);
    if let [others @ .., entry] = document.active(key) {
        let position = entry.property.position();
        let result = if entry.value == value {
            Done::AlreadySo(Why::Equal(position))
        } else {
            splices.push(write(document.bytes, &entry.property, value));
            changed(ChangeKind::Set, entry, Some(value))
        };
        return outcome(result, others, hidden);
    }
    let mut whole = hidden
        .iter()
        .filter(|entry| entry.property.segments.len() == 1);
    let equal = whole.clone().find(|entry| entry.value == value);
    if let Some(entry) = equal.or_else(|| whole.next()) {
        splices.push(unmark(document.bytes, &entry.property));
        if entry.value != value {
            splices.push(write(document.bytes, &entry.property, value));
        }
        let others = hidden.iter().filter(|other| !std::ptr::eq(*other, entry));
        return outcome(
            changed(ChangeKind::Restored, entry, Some(value)),
            &[],
            others,
        );
    }
    let (splice, position) = places.insert(key, value, after);
    splices.push(splice);
    let change = Change {
        kind: ChangeKind::Inserted,
        old: None,
        new: Some(value.to_owned()),
        position,
    };
    outcome(Done::Changed(change), &[], hidden)
}

fn comment_out(document: &Document<'_>, key: &str, splices: &mut Vec<Splice>) -> Outcome {
    let hidden = document.hidden(key);
    let [others @ .., last] = document.active(key) else {
        return match hidden {
            [first, others @ ..] => {
                let why = Why::Hidden(first.property.position());
                outcome(Done::AlreadySo(why), &[], others)
            }
            [] => outcome(Done::AlreadySo(Why::Absent), &[], hidden),
        };
    };
    for entry in document.active(key) {
        let Property { first, last, .. } = &entry.property;
        let lines = Lines::from(document.bytes, first).take_while(|line| line.start <= last.start);
        splices.extend(lines.map(|line| Splice {
            range: line.start..line.start,
            bytes: b"#".to_vec(),
            rank: Rank::Part,
        }));
    }
    outcome(
        changed(ChangeKind::CommentedOut, last, None),
        others,
        hidden,
    )
}

/// Another value for a property.
fn write(file: &[u8], property: &Property, value: &str) -> Splice {
    let mut bytes = encode::value(value, property.separator);
    if property.separator == Separator::None {
        bytes.insert(0, b'=');
    }
    let mut range = property.value.clone();
    // Nothing between them, the return that a continuation ends with and the
    // feed that ends the line would be one line end.
    while bytes.is_empty()
        && file[..range.start].ends_with(b"\\\r")
        && file[range.end..].starts_with(b"\n")
    {
        range.start -= 2;
    }
    Splice {
        range,
        bytes,
        rank: Rank::Part,
    }
}

/// Takes the mark away, with the one blank that people put behind it. Several
/// were there before the mark was, to indent the line.
fn unmark(bytes: &[u8], property: &Property) -> Splice {
    let line = &property.first;
    let mark = skip_blanks(bytes, line.start..line.end);
    let is_one_space = &bytes[mark + 1..property.key.start] == b" ";
    Splice {
        range: mark..mark + 1 + usize::from(is_one_space),
        bytes: Vec::new(),
        rank: Rank::Part,
    }
}

fn changed(kind: ChangeKind, entry: &Entry, new: Option<&str>) -> Done {
    Done::Changed(Change {
        kind,
        old: Some(entry.value.clone()),
        new: new.map(str::to_owned),
        position: entry.property.position(),
    })
}

fn outcome<'e>(
    result: Done,
    active: &[Entry],
    hidden: impl IntoIterator<Item = &'e Entry>,
) -> Outcome {
    let places = |entry: &Entry| entry.property.position();
    let active: Vec<_> = active.iter().map(places).collect();
    let hidden: Vec<_> = hidden.into_iter().map(places).collect();
    let mut notes = Vec::new();
    if !active.is_empty() {
        notes.push(Note::OtherActive(active));
    }
    if !hidden.is_empty() {
        notes.push(Note::OtherHidden(hidden));
    }
    Outcome { result, notes }
}
