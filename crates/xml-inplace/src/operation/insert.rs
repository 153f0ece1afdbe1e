//! Insert and remove elements, with the white space a person would add or
//! take.

use super::presence::refused;
use super::target::{hidden, inside};
use super::{Note, Operation, OperationError, Outcome, Place, Several, Why};
use crate::change::{Anchor, Change, ChangeKind, Effect};
use crate::comment::is_blank;
use crate::document::{Child, Document, Element};
use crate::edit::{Edit, Span};
use crate::escape;
use crate::fragment::Fragment;
use crate::layout;
use crate::selector::Selector;
use crate::source::Encoding;
use crate::token::{tag_name, tokens};

/// A place among the children of an element.
pub(super) struct Spot<'d> {
    parent: Element<'d>,
    anchor: Anchor,
    /// Where the neighbour stands whose indentation counts.
    neighbour: Option<Span>,
    /// How many comments of the parent stand before the spot.
    comments: usize,
}

impl Spot<'_> {
    /// What separates elements that are put there.
    pub(super) fn separator(&self, text: &str) -> String {
        match &self.neighbour {
            Some(neighbour) => layout::separator(text, neighbour.start),
            None => layout::separator_inside(text, self.parent),
        }
    }
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
            document.position(parent.span().start),
        ));
    }
    escape::check_name(name, source.encoding())?;
    for (attribute, _) in operation.target.required_attributes() {
        escape::check_name(attribute, source.encoding())?;
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
    let escaped = new_text(value, source.encoding(), line_end);
    fragment.push_str(&format!(">{escaped}</{prefix}{name}>"));
    // What would not match could never be already so.
    if inside(parent, &fragment, |element, _| {
        operation.target.conditions_hold(element)
    }) != Some(true)
    {
        return Err(operation.no_match(document));
    }
    let spot = after
        .iter()
        .find_map(|selector| behind(document, parent, selector))
        .unwrap_or_else(|| first(parent));
    let mut change = put(document, &spot, &fragment);
    change.path = format!("{}/{name}", document.path(parent));
    change.new = Some(value.to_owned());
    let note = refused(operation, document)
        .map(|(position, refusal)| Note::NotRecognised(position, refusal));
    Ok(Outcome::changed(vec![change]).with(note))
}

/// The text of a new element. One that is nothing but white space must not be
/// taken for layout.
pub(super) fn new_text(value: &str, encoding: Encoding, line_end: &str) -> String {
    match is_blank(value) {
        true => escape::text(value, encoding, "&#10;"),
        false => escape::text(value, encoding, line_end),
    }
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
            document.position(there.span().start),
        )));
    }
    let fragment = escape::element(fragment.as_str(), source.encoding())?;
    let same_in = |parent: Element<'_>| {
        let mut children = parent.children().filter(|_| unless.is_none());
        children
            .find(|child| same_element(&source.text()[child.span()], &fragment))
            .map(|same| document.position(same.span().start))
    };
    let anchors = operation.target.matches(document);
    if anchors.len() > 1 && operation.several != Several::All {
        // The second one may be the one that was inserted.
        let parent = anchors[0].parent().filter(|parent| {
            place != Place::Into
                && anchors
                    .iter()
                    .all(|anchor| anchor.parent() == Some(*parent))
        });
        return match parent.and_then(same_in) {
            Some(position) => Ok(Outcome::already(Why::Equal(position))),
            None => Err(operation.several_error(document, &anchors)),
        };
    }
    if anchors.is_empty() && !operation.optional {
        return Err(operation.no_match(document));
    }
    let mut changes = Vec::new();
    let mut there = None;
    let mut last_parent = None;
    for anchor in anchors {
        let spot = match place {
            Place::Into => behind_last(anchor),
            Place::Before | Place::After => beside(document, anchor, place)?,
        };
        // Anchors in one parent stand behind each other.
        let same = match last_parent {
            Some((parent, same)) if parent == spot.parent => same,
            _ => same_in(spot.parent),
        };
        last_parent = Some((spot.parent, same));
        match same {
            Some(position) => there = Some(position),
            None => changes.push(put(document, &spot, &fragment)),
        }
    }
    Ok(match (changes.is_empty(), there) {
        (false, _) => Outcome::changed(changes),
        (true, Some(position)) => Outcome::already(Why::Equal(position)),
        (true, None) => Outcome::already(Why::Absent),
    })
}

/// Whether two elements are written alike but for the white space between
/// their tags, which depends on the place.
fn same_element(a: &str, b: &str) -> bool {
    let pieces = |source| {
        tokens(source, 0)
            .map(move |token| &source[token.span])
            .filter(|piece: &&str| !is_blank(piece))
    };
    let plain = |piece: &str| piece.replace("\r\n", "\n").replace('\r', "\n");
    pieces(a).map(plain).eq(pieces(b).map(plain))
}

fn beside<'d>(
    document: &Document<'_>,
    anchor: Element<'d>,
    place: Place,
) -> Result<Spot<'d>, OperationError> {
    let parent = anchor.parent().ok_or(OperationError::Root)?;
    let ordinal = document
        .ordinals(anchor)
        .pop()
        .ok_or(OperationError::Root)?;
    Ok(Spot {
        parent,
        anchor: match place {
            Place::Before => Anchor::BeforeElement(ordinal),
            Place::Into | Place::After => Anchor::AfterElement(ordinal),
        },
        neighbour: Some(anchor.span()),
        comments: document.comments_before(anchor),
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
        return beside(document, element, Place::After).ok();
    }
    let (_, hidden) = hidden(document, selector)
        .into_iter()
        .find(|(its_parent, _)| *its_parent == parent)?;
    Some(Spot {
        parent,
        anchor: Anchor::AfterComment(*hidden.comments.end()),
        neighbour: Some(hidden.span),
        comments: hidden.comments.end() + 1,
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
        comments: 0,
    }
}

/// Behind the last element or comment in `parent`.
pub(super) fn behind_last(parent: Element<'_>) -> Spot<'_> {
    let mut elements = 0;
    let mut spot = Spot {
        parent,
        anchor: Anchor::Last,
        neighbour: None,
        comments: 0,
    };
    for node in parent.nodes() {
        match node {
            Child::Element(element) => {
                spot.anchor = Anchor::AfterElement(elements);
                spot.neighbour = Some(element.span());
                elements += 1;
            }
            Child::Comment(span) => {
                spot.anchor = Anchor::AfterComment(spot.comments);
                spot.neighbour = Some(span);
                spot.comments += 1;
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
    let separator = spot.separator(text);
    layout::moved_in(fragment, &separator, line_end)
}

/// The change that puts `fragment` at a spot.
pub(super) fn put(document: &Document<'_>, spot: &Spot<'_>, fragment: &str) -> Change {
    let text = document.source().text();
    let source = adapted(document, spot, fragment);
    let mut anchor = spot.anchor;
    let edits = match &spot.neighbour {
        None => {
            anchor = Anchor::Last;
            layout::into_empty(text, spot.parent, &source)
        }
        Some(neighbour) => {
            let separator = layout::separator(text, neighbour.start);
            match anchor {
                Anchor::First => {
                    let (at, _) = layout::end_of_line(text, spot.parent.spans().content.start);
                    vec![Edit::insert(at, format!("{separator}{source}"))]
                }
                Anchor::BeforeElement(_) => vec![Edit::insert(
                    neighbour.start,
                    format!("{source}{separator}"),
                )],
                _ => {
                    let (at, passed) = layout::end_of_line_behind(text, neighbour);
                    if passed > 0 {
                        anchor = Anchor::AfterComment(spot.comments + passed - 1);
                    }
                    vec![Edit::insert(at, format!("{separator}{source}"))]
                }
            }
        }
    };
    Change {
        path: format!("{}/{}", document.path(spot.parent), tag_name(fragment)),
        kind: ChangeKind::Inserted,
        old: None,
        new: None,
        position: document.position(edits[0].span.start),
        edits,
        effect: Effect::Inserted {
            parent: document.ordinals(spot.parent),
            anchor,
            source,
        },
    }
}

pub(super) fn remove(
    operation: &Operation,
    document: &Document<'_>,
) -> Result<Outcome, OperationError> {
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
        operation.expected(&element.text(), document.position(element.span().start))?;
        changes.push(removed(document, element)?);
    }
    Ok(match changes.is_empty() {
        true => Outcome::already(Why::Absent),
        false => Outcome::changed(changes),
    })
}

/// The edit that takes a node away, with its line. The texts on its two sides
/// must not come to be `]]>` together.
fn without(text: &str, span: &Span) -> Edit {
    let span = layout::with_line(text, span);
    let (before, behind) = (&text[..span.start], &text[span.end..]);
    let brackets = behind.len() - behind.trim_start_matches(']').len();
    let meet =
        brackets < 2 && behind[brackets..].starts_with('>') && before.ends_with(&"]]"[brackets..]);
    match meet {
        true => Edit::replace(
            span.start..span.end + brackets + 1,
            format!("{}&gt;", &behind[..brackets]),
        ),
        false => Edit::delete(span),
    }
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
        path: document.path(element),
        kind: ChangeKind::Removed,
        old: element.children().next().is_none().then(|| element.text()),
        new: None,
        position: document.position(element.span().start),
        edits: vec![without(source.text(), &element.span())],
        effect: Effect::Removed {
            element: document.ordinals(element),
        },
    })
}
