//! Insert and remove elements, with the white space a person would add or
//! take.

use super::presence::refused;
use super::target::hidden;
use super::{Note, Operation, OperationError, Outcome, Place, Several, Why};
use crate::change::{Anchor, Change, ChangeKind, Effect};
use crate::document::{Child, Document, Element};
use crate::edit::{Edit, Span};
use crate::escape;
use crate::fragment::Fragment;
use crate::layout;
use crate::selector::Selector;
use crate::token::tag_name;

/// A place among the children of an element.
pub(super) struct Spot<'d> {
    parent: Element<'d>,
    anchor: Anchor,
    /// Where the neighbour stands whose indentation counts.
    neighbour: Option<Span>,
}

/// Inserts the element that the operation's selector asks for.
pub(super) fn new_element(
    operation: &Operation,
    document: &Document<'_>,
    value: &str,
    after: &[Selector],
) -> Result<Outcome, OperationError> {
    let source = document.source();
    let parents = operation.target.parents(document);
    let (Some(&parent), Some(name)) = (parents.first(), operation.target.name()) else {
        return Err(operation.no_match(document));
    };
    if operation.target.is_root() {
        return Err(operation.no_match(document));
    }
    if operation.expect.is_some() {
        return Err(OperationError::Unexpected(
            source.position(parent.span().start),
        ));
    }
    // The new element is to be in its parent's namespace.
    let parent_name = tag_name(&source.text()[parent.span()]);
    let prefix = parent_name
        .rsplit_once(':')
        .map_or(String::new(), |(prefix, _)| format!("{prefix}:"));
    let mut fragment = format!("<{prefix}{name}");
    for (attribute, value) in operation.target.required_attributes() {
        let value = escape::attribute(value, source.encoding(), '"');
        fragment.push_str(&format!(" {attribute}=\"{value}\""));
    }
    let line_end = layout::line_end(source.text(), parent.span().start);
    let escaped = escape::text(value, source.encoding(), line_end);
    fragment.push_str(&format!(">{escaped}</{prefix}{name}>"));
    let spot = after
        .iter()
        .find_map(|selector| behind(document, parent, selector))
        .unwrap_or_else(|| first(parent));
    let mut change = put(document, &spot, &fragment);
    change.path = format!("{}/{name}", parent.path());
    change.new = Some(value.to_owned());
    let note = refused(operation, document)
        .map(|(position, refusal)| Note::NotRecognised(position, refusal));
    Ok(Outcome::changed(vec![change]).with(note))
}

pub(super) fn insert(
    operation: &Operation,
    document: &Document<'_>,
    fragment: &Fragment,
    place: Place,
    unless: Option<&Selector>,
) -> Result<Outcome, OperationError> {
    let source = document.source();
    if let Some(there) = unless.and_then(|unless| unless.matches(document).into_iter().next()) {
        return Ok(Outcome::already(Why::Equal(
            source.position(there.span().start),
        )));
    }
    let anchors = operation.target.matches(document);
    if anchors.len() > 1 && operation.several != Several::All {
        return Err(operation.several_error(document, &anchors));
    }
    if anchors.is_empty() && !operation.optional {
        return Err(operation.no_match(document));
    }
    let mut changes = Vec::new();
    let mut there = None;
    for anchor in anchors {
        let spot = match place {
            Place::Into => behind_last(anchor),
            Place::Before | Place::After => beside(anchor, place)?,
        };
        let same = spot.parent.children().find(|child| {
            unless.is_none()
                && source.text()[child.span()] == *adapted(document, &spot, fragment.as_str())
        });
        match same {
            Some(same) => there = Some(source.position(same.span().start)),
            None => changes.push(put(document, &spot, fragment.as_str())),
        }
    }
    Ok(match (changes.is_empty(), there) {
        (false, _) => Outcome::changed(changes),
        (true, Some(position)) => Outcome::already(Why::Equal(position)),
        (true, None) => Outcome::already(Why::Absent),
    })
}

fn beside(anchor: Element<'_>, place: Place) -> Result<Spot<'_>, OperationError> {
    let parent = anchor.parent().ok_or(OperationError::Root)?;
    let ordinal = parent
        .children()
        .take_while(|child| *child != anchor)
        .count();
    Ok(Spot {
        parent,
        anchor: match place {
            Place::Before => Anchor::BeforeElement(ordinal),
            Place::Into | Place::After => Anchor::AfterElement(ordinal),
        },
        neighbour: Some(anchor.span()),
    })
}

/// Behind the last element that `selector` finds in `parent`, or the first one
/// that stands there in a comment.
fn behind<'d>(
    document: &'d Document<'_>,
    parent: Element<'d>,
    selector: &Selector,
) -> Option<Spot<'d>> {
    let active = selector
        .matches(document)
        .into_iter()
        .rfind(|element| element.parent() == Some(parent));
    if let Some(element) = active {
        return beside(element, Place::After).ok();
    }
    let (_, hidden) = hidden(document, selector)
        .into_iter()
        .find(|(its_parent, _)| *its_parent == parent)?;
    Some(Spot {
        parent,
        anchor: Anchor::AfterComment(*hidden.comments.end()),
        neighbour: Some(hidden.span),
    })
}

/// In front of everything in `parent`: a comment that describes the first
/// child stays with it.
fn first(parent: Element<'_>) -> Spot<'_> {
    let neighbour = parent.nodes().find_map(|node| match node {
        Child::Element(element) => Some(element.span()),
        Child::Comment(span) => Some(span),
        Child::Other(_) => None,
    });
    Spot {
        parent,
        anchor: Anchor::First,
        neighbour,
    }
}

/// Behind the last element or comment in `parent`.
pub(super) fn behind_last(parent: Element<'_>) -> Spot<'_> {
    let mut elements = 0;
    let mut comments = 0;
    let mut spot = Spot {
        parent,
        anchor: Anchor::Last,
        neighbour: None,
    };
    for node in parent.nodes() {
        match node {
            Child::Element(element) => {
                spot.anchor = Anchor::AfterElement(elements);
                spot.neighbour = Some(element.span());
                elements += 1;
            }
            Child::Comment(span) => {
                spot.anchor = Anchor::AfterComment(comments);
                spot.neighbour = Some(span);
                comments += 1;
            }
            Child::Other(_) => {}
        }
    }
    spot
}

/// `fragment` with this document's line ends, moved in as far as the spot is.
fn adapted(document: &Document<'_>, spot: &Spot<'_>, fragment: &str) -> String {
    let text = document.source().text();
    let line_end = layout::line_end(text, spot.parent.span().start);
    let separator = match &spot.neighbour {
        Some(neighbour) => layout::separator(text, neighbour.start),
        None => {
            let outer = layout::indentation(text, spot.parent.span().start).unwrap_or("");
            format!("{line_end}{outer}{}", layout::unit(text, spot.parent))
        }
    };
    layout::moved_in(fragment, &separator, line_end)
}

/// The change that puts `fragment` at a spot.
pub(super) fn put(document: &Document<'_>, spot: &Spot<'_>, fragment: &str) -> Change {
    let text = document.source().text();
    let source = adapted(document, spot, fragment);
    let mut anchor = spot.anchor;
    let edits = match &spot.neighbour {
        None => layout::into_empty(text, spot.parent, &source),
        Some(neighbour) => {
            let separator = layout::separator(text, neighbour.start);
            match anchor {
                Anchor::First => vec![Edit::insert(
                    spot.parent.spans().content.start,
                    format!("{separator}{source}"),
                )],
                Anchor::BeforeElement(_) => vec![Edit::insert(
                    neighbour.start,
                    format!("{source}{separator}"),
                )],
                _ => {
                    let (at, passed) = layout::end_of_line_behind(text, neighbour);
                    if passed > 0 {
                        anchor = Anchor::AfterComment(comments_before(spot.parent, at) - 1);
                    }
                    vec![Edit::insert(at, format!("{separator}{source}"))]
                }
            }
        }
    };
    Change {
        path: format!("{}/{}", spot.parent.path(), tag_name(fragment)),
        kind: ChangeKind::Inserted,
        old: None,
        new: None,
        position: document.source().position(edits[0].span.start),
        edits,
        effect: Effect::Inserted {
            parent: spot.parent.ordinals(),
            anchor,
            source,
        },
    }
}

fn comments_before(parent: Element<'_>, offset: usize) -> usize {
    parent
        .nodes()
        .filter(|node| matches!(node, Child::Comment(span) if span.end <= offset))
        .count()
}

pub(super) fn remove(
    operation: &Operation,
    document: &Document<'_>,
) -> Result<Outcome, OperationError> {
    let source = document.source();
    let active = operation.target.matches(document);
    if active.len() > 1 && operation.several == Several::Refuse {
        return Err(operation.several_error(document, &active));
    }
    let mut changes = Vec::new();
    let mut end = 0;
    for element in active {
        // What stands inside a removed element goes with it.
        if element.span().start < end {
            continue;
        }
        end = element.span().end;
        operation.expected(&element.text(), source.position(element.span().start))?;
        changes.push(removed(document, element)?);
    }
    Ok(match changes.is_empty() {
        true => Outcome::already(Why::Absent),
        false => Outcome::changed(changes),
    })
}

/// The change that takes an element away, with its line.
pub(super) fn removed(
    document: &Document<'_>,
    element: Element<'_>,
) -> Result<Change, OperationError> {
    if element.parent().is_none() {
        return Err(OperationError::Root);
    }
    let source = document.source();
    Ok(Change {
        path: element.path(),
        kind: ChangeKind::Removed,
        old: element.children().next().is_none().then(|| element.text()),
        new: None,
        position: source.position(element.span().start),
        edits: vec![Edit::delete(layout::with_line(
            source.text(),
            &element.span(),
        ))],
        effect: Effect::Removed {
            element: element.ordinals(),
        },
    })
}
