//! What stands in one place of a document.

use xml_inplace::{Document, Element, Position, Selector, locate};

use super::{Shadowed, State};
use crate::catalogue::Place;
use crate::secure_vault::is_vaulted;

/// What stands in a place, and where.
pub(super) struct Standing {
    pub(super) state: State,
    pub(super) value: Option<String>,
    pub(super) position: Option<Position>,
    pub(super) vault: bool,
    pub(super) shadowed: Vec<Shadowed>,
}

impl Standing {
    fn new(state: State, value: Option<String>, position: Option<Position>) -> Self {
        Self {
            state,
            value,
            position,
            vault: false,
            shadowed: Vec::new(),
        }
    }
}

pub(super) fn read_place(document: &Document<'_>, place: Place, selector: &Selector) -> Standing {
    let located = locate(document, selector);
    let Some((first, others)) = located.active.split_first() else {
        if let Place::Replacement { .. } = place {
            return Standing::new(State::Active, Some("true".to_owned()), None);
        }
        let Some(hidden) = located.hidden.first() else {
            return Standing::new(State::Absent, None, None);
        };
        let value = match place {
            Place::Presence { .. } => Some("false".to_owned()),
            Place::Text { .. } => hidden.text.clone(),
            _ => None,
        };
        return Standing::new(State::CommentedOut, value, Some(hidden.position));
    };
    if let Place::Replacement { .. } = place {
        return Standing::new(State::Active, Some("false".to_owned()), None);
    }
    let Some((value, position)) = active(document, place, *first) else {
        return Standing::new(State::Absent, None, None);
    };
    let attribute = match place {
        Place::Attribute { name, .. } => Some(name),
        _ => None,
    };
    Standing {
        vault: is_vaulted(*first, attribute),
        shadowed: others
            .iter()
            .filter_map(|element| active(document, place, *element))
            .map(|(value, position)| Shadowed {
                value: Some(value),
                line: position.line,
                column: position.column,
            })
            .collect(),
        ..Standing::new(State::Active, Some(value), Some(position))
    }
}

/// The value that an active element has in a place, and where it stands.
fn active(
    document: &Document<'_>,
    place: Place,
    element: Element<'_>,
) -> Option<(String, Position)> {
    let at = |offset| document.source().position(offset);
    let start = at(element.span().start);
    Some(match place {
        Place::Attribute { name, .. } => {
            let span = element.attribute_span(name)?.span;
            (element.attribute(name)?.to_owned(), at(span.start))
        }
        Place::Members {
            item, host, port, ..
        } => {
            let text = |member: Element<'_>, name| {
                member
                    .children()
                    .find(|child| child.name() == name)
                    .map_or(String::new(), Element::text)
            };
            let members: Vec<String> = element
                .children()
                .filter(|child| child.name() == item)
                .map(|member| format!("{}:{}", text(member, host), text(member, port)))
                .collect();
            (members.join(", "), start)
        }
        Place::Presence { .. } => ("true".to_owned(), start),
        Place::Replacement { .. } => return None,
        Place::Text { .. } | Place::Property { .. } => (element.text(), start),
    })
}
