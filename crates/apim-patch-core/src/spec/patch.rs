//! `[[patch]]`: one change to a place that the catalogue does not know.

use std::fmt;

use xml_inplace::Selector;

use super::{Origin, Value};
use crate::diagnostic::MASK;

/// One `[[patch]]`, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch<V = Value> {
    /// The config file, relative to the home, with `/`, without `.` and `..`.
    pub file: String,
    /// The element or attribute; for [`Action::Insert`] the anchor.
    pub select: Selector,
    /// What to do with it.
    pub action: Action<V>,
    /// The value that it must have now.
    pub expect: Option<V>,
    /// Whether several matches are all meant.
    pub all: bool,
    /// Whether no match means that there is nothing to do.
    pub optional: bool,
    /// Whether its values are masked.
    pub secret: bool,
    /// Where it stands.
    pub origin: Origin,
}

/// What a patch does.
#[derive(Clone, PartialEq, Eq)]
pub enum Action<V = Value> {
    /// Sets the text of an element, or of an attribute where the selector ends
    /// in one.
    Set {
        /// The text.
        value: V,
        /// The attribute behind which a new attribute is written.
        after: Option<String>,
    },
    /// Comments the element out.
    CommentOut,
    /// Restores the element from a comment.
    Uncomment,
    /// Removes the element or attribute.
    Remove,
    /// Inserts a fragment.
    Insert {
        /// The elements to insert, as they were written.
        fragment: String,
        /// Where, as seen from the anchor.
        position: Position,
        /// What must not be there yet; otherwise there is nothing to do.
        unless: Option<Selector>,
    },
}

/// Where a fragment goes, as seen from its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Into it, as its last child.
    Into,
    /// Before it.
    Before,
    /// Behind it.
    After,
}

impl<V: fmt::Debug> fmt::Debug for Action<V> {
    /// Without the fragment, which may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set { value, after } => f
                .debug_struct("Set")
                .field("value", value)
                .field("after", after)
                .finish(),
            Self::CommentOut => f.write_str("CommentOut"),
            Self::Uncomment => f.write_str("Uncomment"),
            Self::Remove => f.write_str("Remove"),
            Self::Insert {
                position, unless, ..
            } => f
                .debug_struct("Insert")
                .field("fragment", &MASK)
                .field("position", position)
                .field("unless", unless)
                .finish(),
        }
    }
}
