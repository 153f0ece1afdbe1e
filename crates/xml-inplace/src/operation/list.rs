//! Make the items of a list a set, known by their identity: what stays is not
//! touched, new ones go behind the last, others are removed.

use std::collections::HashSet;

use super::insert::{behind_last, new_text, put, removed};
use super::target::hidden;
use super::text::{restore, text_edits};
use super::{Note, Operation, OperationError, Outcome, Why};
use crate::change::{Anchor, Change, ChangeKind, Effect};
use crate::document::{Child, Document, Element};
use crate::edit::{Edit, EditSet, splice};
use crate::escape;
use crate::layout;

pub(super) fn set(
    operation: &Operation,
    document: &Document<'_>,
    item: &str,
    fields: &[String],
    entries: &[Vec<String>],
) -> Result<Outcome, OperationError> {
    for value in entries.iter().flatten() {
        escape::check_value(value)?;
    }
    let (active, others) = operation.active(document)?;
    let Some(&list) = active.first() else {
        if let Some((parent, list)) = hidden(document, &operation.target).first() {
            let restored = restore(operation, document, *parent, list, None)?;
            return Ok(Outcome::changed(vec![restored]).unfinished());
        }
        return match operation.optional {
            true => Ok(Outcome::already(Why::Absent)),
            false => Err(operation.no_match(document)),
        };
    };
    let note = (!others.is_empty()).then_some(Note::OtherActive(others));
    let items: Vec<Element<'_>> = list
        .children()
        .filter(|child| child.name() == item)
        .collect();
    let mut wanted: HashSet<&Vec<String>> = entries.iter().collect();
    let mut gone = Vec::new();
    for &element in &items {
        if !wanted.remove(&identity(element, fields)) {
            gone.push(element);
        }
    }
    // What is left of them, each once, in the order in which they were given.
    let new: Vec<&Vec<String>> = entries
        .iter()
        .filter(|entry| wanted.remove(entry))
        .collect();
    if new.is_empty() && gone.is_empty() {
        let position = document.position(list.span().start);
        return Ok(Outcome::already(Why::Equal(position)).with(note));
    }
    let mut changes = Vec::new();
    // Where the last item goes, the first new one takes its place, line and
    // all.
    let replaced = items
        .last()
        .filter(|last| !new.is_empty() && gone.last() == Some(last))
        .copied();
    for element in gone {
        let mut change = removed(document, element)?;
        change.old = Some(identity(element, fields).join(":"));
        if Some(element) == replaced {
            change.edits = vec![Edit::delete(element.span())];
        }
        changes.push(change);
    }
    match items.last() {
        Some(&last) => {
            for (index, entry) in new.into_iter().enumerate() {
                let in_place = replaced.is_some() && index == 0;
                let mut change = copy(document, list, last, fields, entry, in_place)?;
                change.path = format!("{}/{item}", document.path(list));
                change.new = Some(entry.join(":"));
                changes.push(change);
            }
        }
        None => {
            let mut change = fill(document, list, item, fields, &new)?;
            change.path = format!("{}/{item}", document.path(list));
            let all: Vec<String> = new.iter().map(|entry| entry.join(":")).collect();
            change.new = Some(all.join(", "));
            changes.push(change);
        }
    }
    Ok(Outcome::changed(changes).with(note))
}

/// The change that puts the first items into a list.
fn fill(
    document: &Document<'_>,
    list: Element<'_>,
    item: &str,
    fields: &[String],
    entries: &[&Vec<String>],
) -> Result<Change, OperationError> {
    let text = document.source().text();
    let encoding = document.source().encoding();
    let unit = layout::unit(text, list);
    let spot = behind_last(list);
    let (inner, end) = match spot.separator(text).is_empty() {
        true => (String::new(), ""),
        false => (format!("\n{unit}"), "\n"),
    };
    // Other line ends are put in when the items are.
    let line_end = match layout::line_end(text, list.span().start) {
        "\r" => "\r",
        _ => "\n",
    };
    let items: Vec<String> = entries
        .iter()
        .map(|entry| {
            let texts: String = fields
                .iter()
                .zip(*entry)
                .map(|(field, value)| {
                    let value = new_text(value, encoding, line_end);
                    format!("{inner}<{field}>{value}</{field}>")
                })
                .collect();
            format!("<{item}>{texts}{end}</{item}>")
        })
        .collect();
    let source = escape::element(&items.join(end), encoding)?;
    Ok(put(document, &spot, &source))
}

fn identity(element: Element<'_>, fields: &[String]) -> Vec<String> {
    fields
        .iter()
        .map(|field| {
            element
                .children()
                .find(|child| child.name() == field)
                .map_or(String::new(), |child| child.text())
        })
        .collect()
}

/// A copy of the last item with other texts, put behind it.
fn copy(
    document: &Document<'_>,
    list: Element<'_>,
    last: Element<'_>,
    fields: &[String],
    entry: &[String],
    in_place: bool,
) -> Result<Change, OperationError> {
    let text = document.source().text();
    let encoding = document.source().encoding();
    let span = last.span();
    let line_end = layout::line_end(text, span.start);
    let mut edits = Vec::new();
    let mut missing = String::new();
    let spot = behind_last(last);
    // What a comment says of the last item need not hold for the new one.
    for element in last.descendants_or_self() {
        for node in element.nodes() {
            if let Child::Comment(span) = node {
                let own = element == last;
                edits.push(Edit::delete(if own {
                    layout::with_line(text, &span)
                } else {
                    span
                }));
            }
        }
    }
    for (field, value) in fields.iter().zip(entry) {
        match last.children().find(|child| child.name() == field) {
            Some(child) if child.text() == *value => {}
            Some(child) => {
                let position = document.position(child.span().start);
                edits.extend(
                    text_edits(text, child, value, encoding, line_end)
                        .ok_or(OperationError::HasElements(position))?,
                );
            }
            None => {
                let value = new_text(value, encoding, line_end);
                if !missing.is_empty() {
                    missing.push_str(&spot.separator(text));
                }
                missing.push_str(&format!("<{field}>{value}</{field}>"));
            }
        }
    }
    if !missing.is_empty() {
        let missing = escape::element(&missing, encoding)?;
        edits.extend(put(document, &spot, &missing).edits);
    }
    let edits = EditSet::new(edits);
    let source = splice(text, span.clone(), edits.as_slice());
    let (at, separator, comments) = if in_place {
        (span.end, String::new(), 0)
    } else {
        let (at, comments) = layout::end_of_line_behind(text, &span);
        (at, layout::separator(text, span.start), comments)
    };
    let edit = Edit::insert(at, format!("{separator}{source}"));
    let anchor = match comments {
        0 => Anchor::AfterElement(document.ordinals(last).pop().unwrap_or(0)),
        passed => Anchor::AfterComment(document.comments_before(last) + passed - 1),
    };
    Ok(Change {
        path: String::new(),
        kind: ChangeKind::Inserted,
        old: None,
        new: None,
        position: document.position(at),
        edits: vec![edit],
        effect: Effect::Inserted {
            parent: document.ordinals(list),
            anchor,
            source,
        },
    })
}
