//! What edits mean.

use std::ops::RangeInclusive;

use crate::edit::Edit;
use crate::source::Position;

/// What happened to an element or attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It has another value.
    Set,
    /// It stood in a comment and is active now.
    Restored,
    /// It was nowhere and is there now.
    Inserted,
    /// It was active and stands in a comment now.
    CommentedOut,
    /// It is gone.
    Removed,
}

/// One change of a document, with the edits that make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The element or attribute, `/Server/HostName` or `/Server/@port`.
    pub path: String,
    /// What happened to it.
    pub kind: ChangeKind,
    /// The value before: of an element its text, hidden or not. `None` where
    /// there was none, and for elements that hold other elements.
    pub old: Option<String>,
    /// The value afterwards.
    pub new: Option<String>,
    /// Where in the file as it was.
    pub position: Position,
    /// One or more splices, disjoint and in the order of the text that the
    /// change was planned on: the old one, except where
    /// [`edit`](crate::edit()) says otherwise.
    pub edits: Vec<Edit>,
    /// What an independent parser has to see.
    pub(crate) effect: Effect,
}

/// A change in terms that need no spans: ordinals among element siblings from
/// the root's children down, ordinals among comment siblings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    Text {
        element: Vec<usize>,
        value: String,
    },
    /// `value` is that of the last attribute with this local name: the second
    /// parser keeps no other.
    Attribute {
        element: Vec<usize>,
        name: String,
        value: Option<String>,
    },
    /// Comments give way to what `source` holds: one element of that name,
    /// with that text if it was given one, and comments.
    Restored {
        parent: Vec<usize>,
        comments: RangeInclusive<usize>,
        source: String,
        name: String,
        value: Option<String>,
    },
    /// The element gives way to what `source` holds: comments.
    Hidden {
        element: Vec<usize>,
        source: String,
    },
    Inserted {
        parent: Vec<usize>,
        anchor: Anchor,
        source: String,
    },
    Removed {
        element: Vec<usize>,
    },
}

/// The sibling beside which something was inserted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    First,
    BeforeElement(usize),
    AfterElement(usize),
    AfterComment(usize),
    Last,
}
