//! Set text.

use super::presence::refused;
use super::target::{hidden, with_restored};
use super::{Note, Operation, OperationError, Outcome, Why, insert};
use crate::change::{Change, ChangeKind, Effect};
use crate::comment::{self, Hidden, group_after};
use crate::document::{Document, Element};
use crate::edit::{Edit, EditSet, Span};
use crate::escape;
use crate::layout;
use crate::selector::Selector;
use crate::source::Encoding;
use crate::token::{Kind, tag_name, tokens};

pub(super) fn set(
    operation: &Operation,
    document: &Document<'_>,
    value: &str,
    insert: Option<&[Selector]>,
) -> Result<Outcome, OperationError> {
    escape::check_value(value)?;
    let source = document.source();
    let (active, others) = operation.active(document)?;
    let others = (!others.is_empty()).then_some(Note::OtherActive(others));
    let mut changes = Vec::new();
    for element in &active {
        let position = document.position(element.span().start);
        let old = element.text();
        if old == value && element.children().next().is_none() {
            continue;
        }
        operation.expected(&old, position)?;
        let line_end = layout::line_end(source.text(), element.span().start);
        let edits = text_edits(source.text(), *element, value, source.encoding(), line_end)
            .ok_or(OperationError::HasElements(position))?;
        changes.push(Change {
            path: document.path(*element),
            kind: ChangeKind::Set,
            old: Some(old),
            new: Some(value.to_owned()),
            position,
            edits,
            effect: Effect::Text {
                element: document.ordinals(*element),
                value: value.to_owned(),
            },
        });
    }
    if let Some(first) = active.first() {
        let outcome = match changes.is_empty() {
            true => Outcome::already(Why::Equal(document.position(first.span().start))),
            false => Outcome::changed(changes),
        };
        return Ok(outcome.with(others));
    }
    let found = hidden(document, &operation.target);
    if let Some((parent, first)) = found.first() {
        let restored = restore(operation, document, *parent, first, Some(value))?;
        let others = found[1..]
            .iter()
            .map(|(_, hidden)| document.position(hidden.start()))
            .collect::<Vec<_>>();
        let note = (!others.is_empty()).then_some(Note::OtherHidden(others));
        return Ok(Outcome::changed(vec![restored]).with(note));
    }
    match insert {
        Some(after) => match insert::new_element(operation, document, value, after) {
            Err(OperationError::NoMatch { .. }) if operation.optional => {
                Ok(Outcome::already(Why::Absent))
            }
            other => other,
        },
        None if operation.optional => Ok(Outcome::already(Why::Absent)),
        None => Err(match refused(operation, document) {
            Some((position, refusal)) => OperationError::NotUncommentable { position, refusal },
            None => operation.no_match(document),
        }),
    }
}

/// Gives a hidden element back, with another text if `value` is one.
pub(super) fn restore(
    operation: &Operation,
    document: &Document<'_>,
    parent: Element<'_>,
    hidden: &Hidden,
    value: Option<&str>,
) -> Result<Change, OperationError> {
    let source = document.source();
    let position = document.position(hidden.start());
    let looked = with_restored(source.text(), parent, hidden, |element, shift| {
        let old = element.children().next().is_none().then(|| element.text());
        let edits = match value {
            Some(value) if old.as_deref() != Some(value) => {
                let line_end = layout::line_end(source.text(), hidden.start());
                let wrapped = element.document_text();
                let edits = text_edits(wrapped, element, value, source.encoding(), line_end)
                    .ok_or(OperationError::HasElements(position))?;
                let moved = edits.into_iter().map(|edit| {
                    let span = hidden.original(edit.span.start - shift..edit.span.end - shift)?;
                    Some(Edit { span, ..edit })
                });
                moved
                    .collect::<Option<Vec<_>>>()
                    .ok_or(OperationError::Spread(position))?
            }
            _ => Vec::new(),
        };
        Ok::<_, OperationError>((old, edits))
    });
    let Some(looked) = looked else {
        return Err(OperationError::NotUncommentable {
            position,
            refusal: comment::Refusal::IllFormed,
        });
    };
    let (old, value_edits) = looked?;
    if let (Some(old), true) = (
        &old,
        value.is_none_or(|value| old.as_deref() != Some(value)),
    ) {
        operation.expected(old, position)?;
    }
    let edits = EditSet::new(hidden.edits.iter().cloned().chain(value_edits));
    let edits = edits.as_slice().to_vec();
    Ok(Change {
        path: format!("{}/{}", document.path(parent), hidden.name),
        kind: ChangeKind::Restored,
        new: value.map(str::to_owned).or_else(|| old.clone()),
        old,
        position,
        effect: Effect::Restored {
            parent: document.ordinals(parent),
            comments: hidden.comments.clone(),
            source: group_after(source.text(), hidden, &edits),
            name: hidden.name.clone(),
            value: value.map(str::to_owned),
        },
        edits,
    })
}

/// The edits that give `element`, which stands in `text`, another text. Its
/// comments stay; the first run of text takes the value. `None` where the
/// element holds elements.
pub(super) fn text_edits(
    text: &str,
    element: Element<'_>,
    value: &str,
    encoding: Encoding,
    line_end: &str,
) -> Option<Vec<Edit>> {
    if element.children().next().is_some() {
        return None;
    }
    let spans = element.spans();
    let escaped = escape::text(value, encoding, line_end);
    if spans.end_tag.is_none() {
        let name = tag_name(&text[spans.span.clone()]);
        let slash = spans.span.end - 2;
        let from = text[..slash].trim_end().len();
        return Some(vec![Edit::replace(
            from..slash + 1,
            format!(">{escaped}</{name}"),
        )]);
    }
    let mut runs: Vec<(Span, bool)> = Vec::new();
    for token in tokens(&text[..spans.content.end], spans.content.start) {
        if !matches!(token.kind, Kind::Text | Kind::CData) {
            continue;
        }
        match runs.last_mut() {
            Some((run, one_section)) if run.end == token.span.start => {
                run.end = token.span.end;
                *one_section = false;
            }
            _ => runs.push((token.span, token.kind == Kind::CData)),
        }
    }
    let mut runs = runs.into_iter();
    let Some((first, one_section)) = runs.next() else {
        return Some(vec![Edit::insert(spans.content.start, escaped)]);
    };
    let section = one_section
        .then(|| escape::cdata(value, encoding, line_end))
        .flatten();
    let mut edits = vec![match section {
        Some(inside) => Edit::replace(
            first.start + "<![CDATA[".len()..first.end - "]]>".len(),
            inside,
        ),
        None => Edit::replace(first, escaped),
    }];
    edits.extend(runs.map(|(run, _)| Edit::delete(run)));
    Some(edits)
}
