//! Make the items of a list a set, known by their identity: what stays is not
//! touched, new ones go behind the last, others are removed.

use super::insert::{behind_last, put, removed};
use super::text::text_edits;
use super::{Note, Operation, OperationError, Outcome, Why};
use crate::change::{Anchor, Change, ChangeKind, Effect};
use crate::document::{Document, Element};
use crate::edit::{Edit, splice};
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
    let mut found: Vec<Vec<String>> = Vec::new();
    let mut gone = Vec::new();
    for &element in &items {
        let identity = identity(element, fields);
        if entries.contains(&identity) && !found.contains(&identity) {
            found.push(identity);
        } else {
            gone.push(element);
        }
    }
    let mut new: Vec<&Vec<String>> = Vec::new();
    for entry in entries {
        if !found.contains(entry) && !new.contains(&entry) {
            new.push(entry);
        }
    }
    if new.is_empty() && gone.is_empty() {
        let position = document.source().position(list.span().start);
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
    for (index, entry) in new.into_iter().enumerate() {
        let mut change = match items.last() {
            Some(&last) => copy(
                document,
                list,
                last,
                fields,
                entry,
                replaced.is_some() && index == 0,
            )?,
            None => {
                let source: String = fields
                    .iter()
                    .zip(entry)
                    .map(|(field, value)| {
                        let value = escape::text(value, document.source().encoding(), "\n");
                        let unit = layout::unit(document.source().text(), list);
                        format!("\n{unit}<{field}>{value}</{field}>")
                    })
                    .collect();
                put(
                    document,
                    &behind_last(list),
                    &format!("<{item}>{source}\n</{item}>"),
                )
            }
        };
        change.path = format!("{}/{item}", list.path());
        change.new = Some(entry.join(":"));
        changes.push(change);
    }
    Ok(Outcome::changed(changes).with(note))
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
    for (field, value) in fields.iter().zip(entry) {
        match last.children().find(|child| child.name() == field) {
            Some(child) if child.text() == *value => {}
            Some(child) => {
                let position = document.source().position(child.span().start);
                edits.extend(
                    text_edits(text, child, value, encoding, line_end)
                        .ok_or(OperationError::HasElements(position))?,
                );
            }
            None => {
                let value = escape::text(value, encoding, line_end);
                let spot = behind_last(last);
                edits.extend(put(document, &spot, &format!("<{field}>{value}</{field}>")).edits);
            }
        }
    }
    edits.sort_by_key(|edit| edit.span.start);
    let source = splice(text, span.clone(), &edits);
    let separator = if in_place {
        String::new()
    } else {
        layout::separator(text, span.start)
    };
    let edit = Edit::insert(span.end, format!("{separator}{source}"));
    Ok(Change {
        path: String::new(),
        kind: ChangeKind::Inserted,
        old: None,
        new: None,
        position: document.source().position(span.end),
        edits: vec![edit],
        effect: Effect::Inserted {
            parent: list.ordinals(),
            anchor: Anchor::AfterElement(
                list.children().take_while(|child| *child != last).count(),
            ),
            source,
        },
    })
}
