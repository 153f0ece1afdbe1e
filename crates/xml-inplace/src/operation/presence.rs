//! Comment out and uncomment.

use super::target::{hidden, with_restored};
use super::{Note, Operation, OperationError, Outcome, Several, Why, text};
use crate::change::{Change, ChangeKind, Effect};
use crate::comment::{self, Hidden};
use crate::document::{Document, Element};
use crate::edit::splice;

pub(super) fn comment_out(
    operation: &Operation,
    document: &Document<'_>,
) -> Result<Outcome, OperationError> {
    let source = document.source();
    let active = operation.target.matches(document);
    if active.len() > 1 && operation.several == Several::Refuse {
        return Err(operation.several_error(document, &active));
    }
    if active.is_empty() {
        let why = match hidden(document, &operation.target).first() {
            Some((_, hidden)) => Why::Hidden(document.position(hidden.start())),
            None => Why::Absent,
        };
        return Ok(Outcome::already(why));
    }
    let mut changes = Vec::new();
    for element in outermost(active) {
        if element.parent().is_none() {
            return Err(OperationError::Root);
        }
        let span = element.span();
        let position = document.position(span.start);
        operation.expected(&element.text(), position)?;
        let edits = comment::hide(source.text(), span.clone())
            .map_err(|offset| OperationError::NotHideable(document.position(offset)))?;
        if !comment::comes_back(source.text(), element, &edits) {
            return Err(OperationError::NotReversible(position));
        }
        changes.push(Change {
            path: document.path(element),
            kind: ChangeKind::CommentedOut,
            old: element.children().next().is_none().then(|| element.text()),
            new: None,
            position,
            effect: Effect::Hidden {
                element: document.ordinals(element),
                source: splice(source.text(), span, &edits),
            },
            edits,
        });
    }
    Ok(Outcome::changed(changes))
}

/// Elements that stand inside another one of the list go with it.
fn outermost(elements: Vec<Element<'_>>) -> impl Iterator<Item = Element<'_>> {
    let mut end = 0;
    elements.into_iter().filter(move |element| {
        let span = element.span();
        let outside = span.start >= end;
        if outside {
            end = span.end;
        }
        outside
    })
}

pub(super) fn uncomment(
    operation: &Operation,
    document: &Document<'_>,
) -> Result<Outcome, OperationError> {
    let (active, others) = operation.active(document)?;
    if let Some(first) = active.first() {
        let note = (!others.is_empty()).then_some(Note::OtherActive(others));
        return Ok(Outcome::already(Why::Equal(document.position(first.span().start))).with(note));
    }
    let found = hidden(document, &operation.target);
    let Some((parent, first)) = found.first() else {
        return match refused(operation, document) {
            Some((position, refusal)) => {
                Err(OperationError::NotUncommentable { position, refusal })
            }
            None if operation.optional => Ok(Outcome::already(Why::Absent)),
            None => Err(operation.no_match(document)),
        };
    };
    let change = text::restore(operation, document, *parent, first, None)?;
    let others: Vec<_> = found[1..]
        .iter()
        .map(|(_, hidden)| document.position(hidden.start()))
        .collect();
    let note = (!others.is_empty()).then_some(Note::OtherHidden(others));
    Ok(Outcome::changed(vec![change]).with(note))
}

/// A comment that names the target without holding it whole.
pub(super) fn refused(
    operation: &Operation,
    document: &Document<'_>,
) -> Option<(crate::source::Position, comment::Refusal)> {
    let source = document.source();
    let name = operation.target.name()?;
    let attributes: Vec<_> = operation.target.required_attributes().collect();
    operation
        .target
        .parents(document)
        .into_iter()
        .find_map(|parent| {
            let well_formed =
                |hidden: &Hidden| with_restored(source.text(), parent, hidden, |_, _| ()).is_some();
            let (span, refusal) =
                comment::refused_in(source.text(), parent, name, &attributes, well_formed)?;
            Some((document.position(span.start), refusal))
        })
}
