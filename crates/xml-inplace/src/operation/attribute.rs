//! Set and remove attributes.

use super::{Note, Operation, OperationError, Outcome, Why};
use crate::change::{Change, ChangeKind, Effect};
use crate::document::{Document, Element};
use crate::edit::Edit;
use crate::escape;
use crate::layout;
use crate::span::is_namespace_declaration;

pub(super) fn set(
    operation: &Operation,
    document: &Document<'_>,
    name: &str,
    value: &str,
    after: Option<&str>,
) -> Result<Outcome, OperationError> {
    escape::check_value(value)?;
    if is_namespace_declaration(name) {
        return Err(OperationError::WrongTarget(operation.target.to_string()));
    }
    let source = document.source();
    let text = source.text();
    let (active, others) = operation.active(document)?;
    let Some(first) = active.first() else {
        return match operation.optional {
            true => Ok(Outcome::already(Why::Absent)),
            false => Err(operation.no_match(document)),
        };
    };
    let mut changes = Vec::new();
    for element in &active {
        let old = element.attribute(name);
        if old == Some(value) {
            continue;
        }
        let edit = match element.attribute_span(name) {
            Some(spans) => {
                let quote = if text[..spans.value.start].ends_with('"') {
                    '"'
                } else {
                    '\''
                };
                operation.expected(old.unwrap_or_default(), document.position(spans.span.start))?;
                Edit::replace(
                    spans.value,
                    escape::attribute(value, source.encoding(), quote),
                )
            }
            None => {
                escape::check_name(name, source.encoding())?;
                let (at, separator) = layout::new_attribute(text, *element, after);
                if operation.expect.is_some() {
                    return Err(OperationError::Unexpected(document.position(at)));
                }
                let value = escape::attribute(value, source.encoding(), '"');
                Edit::insert(at, format!("{separator}{name}=\"{value}\""))
            }
        };
        let kind = match old {
            Some(_) => ChangeKind::Set,
            None => ChangeKind::Inserted,
        };
        changes.push(change(
            document,
            *element,
            name,
            kind,
            Some(value),
            vec![edit],
        ));
    }
    let outcome = match changes.is_empty() {
        true => {
            let at = first
                .attribute_span(name)
                .map_or(first.span().start, |spans| spans.span.start);
            Outcome::already(Why::Equal(document.position(at)))
        }
        false => Outcome::changed(changes),
    };
    Ok(outcome.with((!others.is_empty()).then_some(Note::OtherActive(others))))
}

pub(super) fn remove(
    operation: &Operation,
    document: &Document<'_>,
    name: &str,
) -> Result<Outcome, OperationError> {
    let source = document.source();
    let text = source.text();
    let carriers: Vec<Element<'_>> = operation
        .target
        .matches(document)
        .into_iter()
        .filter(|element| element.attribute(name).is_some())
        .collect();
    if carriers.len() > 1 && operation.several == super::Several::Refuse {
        return Err(operation.several_error(document, &carriers));
    }
    let mut changes = Vec::new();
    for element in carriers {
        let found = element.namesakes(name);
        let Some((first, _)) = found.first() else {
            continue;
        };
        operation.expected(
            element.attribute(name).unwrap_or_default(),
            document.position(first.span.start),
        )?;
        // Were one of them left, it would be the next one to be removed.
        let edits = found.iter().map(|(attribute, _)| {
            let from = text[..attribute.span.start].trim_end().len();
            Edit::delete(from..attribute.span.end)
        });
        changes.push(change(
            document,
            element,
            name,
            ChangeKind::Removed,
            None,
            edits.collect(),
        ));
    }
    Ok(match changes.is_empty() {
        true => Outcome::already(Why::Absent),
        false => Outcome::changed(changes),
    })
}

fn change(
    document: &Document<'_>,
    element: Element<'_>,
    name: &str,
    kind: ChangeKind,
    new: Option<&str>,
    edits: Vec<Edit>,
) -> Change {
    let kept = element
        .namesakes(name)
        .pop()
        .filter(|(last, _)| edits.iter().all(|edit| edit.span != last.value));
    Change {
        path: format!("{}/@{name}", document.path(element)),
        kind,
        old: element.attribute(name).map(str::to_owned),
        new: new.map(str::to_owned),
        position: document.position(edits.first().map_or(0, |edit| edit.span.start)),
        edits,
        effect: Effect::Attribute {
            element: document.ordinals(element),
            name: name.to_owned(),
            value: new.map(|new| kept.map_or(new, |(_, value)| value).to_owned()),
        },
    }
}
