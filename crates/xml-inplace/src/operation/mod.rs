//! What can be asked of a document. Each operation answers "already so" or the
//! edits that make it so, with what they mean.

mod attribute;
mod insert;
mod list;
mod presence;
mod target;
mod text;

use crate::change::Change;
use crate::comment::Refusal;
use crate::document::Document;
use crate::escape::IllegalCharacter;
use crate::fragment::Fragment;
use crate::selector::Selector;
use crate::source::Position;

pub use target::{HiddenElement, Located, locate};

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// What it acts on: an element, or an attribute where the selector ends in
    /// one.
    pub target: Selector,
    /// What it does.
    pub action: Action,
    /// What to do about several active elements.
    pub several: Several,
    /// Whether a target that is nowhere is already so.
    pub optional: bool,
    /// The value that has to be there now, unless the wanted one is.
    pub expect: Option<String>,
}

/// What an [`Operation`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Gives an element this text. One that stands in a comment is restored;
    /// one that is nowhere is inserted if `insert` says where.
    SetText {
        /// The text, unescaped.
        value: String,
        /// Siblings behind which a new element is put, best first; it becomes
        /// the parent's first child where there is none of them. `None`: an element
        /// that is nowhere is an error.
        insert: Option<Vec<Selector>>,
    },
    /// Gives an attribute this value.
    SetAttribute {
        /// The value, unescaped.
        value: String,
        /// The attribute behind which a new one is put; behind the last one
        /// where there is none.
        after: Option<String>,
    },
    /// Hides elements, with all that is in them, in comments. The target must
    /// not be an attribute.
    CommentOut,
    /// Gives back an element that stands in a comment.
    Uncomment,
    /// Takes elements or attributes away.
    Remove,
    /// Puts an element beside or into the target.
    Insert {
        /// The new element.
        fragment: Fragment,
        /// Where it goes.
        place: Place,
        /// What must not be there yet; by default an equal element at the
        /// same place.
        unless: Option<Selector>,
    },
    /// Makes the element children `item` of the target this set. A target that
    /// stands in a comment is restored.
    SetList {
        /// Local name of the items.
        item: String,
        /// Local names of the children that make up an item's identity.
        fields: Vec<String>,
        /// The wanted items, each with a text per field.
        entries: Vec<Vec<String>>,
    },
}

/// Where [`Action::Insert`] puts its element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// As the target's last child.
    Into,
    /// In front of the target.
    Before,
    /// Behind the target.
    After,
}

/// What to do where one active element is expected and there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Several {
    /// *Set* acts on the first, as readers do that take the first, and notes
    /// the others; comment out and remove act on all.
    First,
    /// Act on all.
    All,
    /// Refuse.
    Refuse,
}

/// What an operation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was done.
    pub result: Done,
    /// What the person who asked may want to know.
    pub notes: Vec<Note>,
    /// Whether these changes only prepare what is left to do.
    pub(crate) unfinished: bool,
}

/// The result of an [`Outcome`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Nothing, because it was so.
    AlreadySo(Why),
    /// These changes.
    Changed(Vec<Change>),
}

/// Why something is already so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It has the wanted value, or is active as wanted.
    Equal(Position),
    /// It stands in a comment already.
    Hidden(Position),
    /// It is nowhere.
    Absent,
}

/// Something beside the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Further active elements that match and were left as they are.
    OtherActive(Vec<Position>),
    /// Further hidden elements that match and were left as they are.
    OtherHidden(Vec<Position>),
    /// The operation of this index asks for the same change.
    SameAs(usize),
    /// A comment that names the element but does not hold it whole.
    NotRecognised(Position, Refusal),
}

/// Why an operation can't be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OperationError {
    /// The target is not in the document.
    #[error("`{selector}` matches nothing{}", matched.as_ref().map_or(String::new(), |(prefix, position)| {
        format!(" (`{prefix}` matches at {position})")
    }))]
    NoMatch {
        /// The selector.
        selector: String,
        /// The longest part of it that matches, and where.
        matched: Option<(String, Position)>,
    },
    /// The target stands in a comment, and the operation needs it active.
    #[error("`{selector}` is commented out at {position}")]
    CommentedOut {
        /// The selector.
        selector: String,
        /// Where.
        position: Position,
    },
    /// One was expected.
    #[error("`{selector}` matches {} elements, at {}", positions.len(), list(positions))]
    Several {
        /// The selector.
        selector: String,
        /// All of them.
        positions: Vec<Position>,
    },
    /// The text of an element that holds elements can't be set.
    #[error("the element at {0} holds elements, it has no text to set")]
    HasElements(Position),
    /// A comment can't hold what stands there.
    #[error("`--` or a final `-` at {0} can't stand inside a comment")]
    NotHideable(Position),
    /// Hiding it would not be undone by uncommenting it.
    #[error(
        "the element at {0} can't be commented out so that uncommenting gives it back: the comments around it would run together"
    )]
    NotReversible(Position),
    /// A comment that names the target but can't be uncommented.
    #[error("the comment at {position} {}", match refusal {
        Refusal::LoneTag => "holds only a start tag or an end tag of the element",
        Refusal::Mixed => "holds prose beside the element",
        Refusal::IllFormed => "holds the element in a form that would not be well-formed",
    })]
    NotUncommentable {
        /// Where.
        position: Position,
        /// Why.
        refusal: Refusal,
    },
    /// Marks stand inside the value that was to be set.
    #[error(
        "the commented-out element at {0} is spread over several comments, its text can't be set"
    )]
    Spread(Position),
    /// The root can't be hidden or removed, and nothing can stand beside it.
    #[error("the root element can't be commented out or removed, and nothing can stand beside it")]
    Root,
    /// A selector with an attribute where an element is needed, or without.
    #[error("`{0}` does not name what this operation acts on (an element, or `@attribute`)")]
    WrongTarget(String),
    /// The value can't be in any XML document.
    #[error(transparent)]
    IllegalCharacter(#[from] IllegalCharacter),
    /// Another value stands there than was expected.
    #[error("the value at {0} is not the expected one")]
    Unexpected(Position),
}

fn list(positions: &[Position]) -> String {
    let all: Vec<_> = positions.iter().map(Position::to_string).collect();
    all.join(", ")
}

impl Operation {
    /// An operation that acts on the first of several, needs its target and
    /// expects nothing of its value.
    pub fn new(target: Selector, action: Action) -> Self {
        Self {
            target,
            action,
            several: Several::First,
            optional: false,
            expect: None,
        }
    }

    /// What the operation comes to in `document`.
    pub(crate) fn plan(&self, document: &Document<'_>) -> Result<Outcome, OperationError> {
        let attribute = self.target.attribute();
        match (&self.action, attribute) {
            (Action::SetText { value, insert }, None) => {
                text::set(self, document, value, insert.as_deref())
            }
            (Action::SetAttribute { value, after }, Some(name)) => {
                attribute::set(self, document, name, value, after.as_deref())
            }
            (Action::Remove, Some(name)) => attribute::remove(self, document, name),
            (Action::CommentOut, None) => presence::comment_out(self, document),
            (Action::Uncomment, None) => presence::uncomment(self, document),
            (Action::Remove, None) => insert::remove(self, document),
            (
                Action::Insert {
                    fragment,
                    place,
                    unless,
                },
                None,
            ) => insert::insert(self, document, fragment, *place, unless.as_ref()),
            (
                Action::SetList {
                    item,
                    fields,
                    entries,
                },
                None,
            ) => list::set(self, document, item, fields, entries),
            _ => Err(OperationError::WrongTarget(self.target.to_string())),
        }
    }
}

impl Operation {
    /// Refuses where another value was expected.
    fn expected(&self, found: &str, position: Position) -> Result<(), OperationError> {
        match &self.expect {
            Some(expect) if expect != found => Err(OperationError::Unexpected(position)),
            _ => Ok(()),
        }
    }
}

impl Outcome {
    fn already(why: Why) -> Self {
        Self {
            result: Done::AlreadySo(why),
            notes: Vec::new(),
            unfinished: false,
        }
    }

    fn changed(changes: Vec<Change>) -> Self {
        Self {
            result: Done::Changed(changes),
            notes: Vec::new(),
            unfinished: false,
        }
    }

    /// The changes have to be made before the rest can be planned.
    fn unfinished(mut self) -> Self {
        self.unfinished = true;
        self
    }

    /// Puts what was done before in front of what was done now.
    pub(crate) fn after(mut self, before: Option<Self>) -> Self {
        let Some(mut before) = before else {
            return self;
        };
        let mut changes = match before.result {
            Done::Changed(changes) => changes,
            Done::AlreadySo(_) => return self,
        };
        if let Done::Changed(more) = self.result {
            changes.extend(more);
        }
        before.notes.append(&mut self.notes);
        Self {
            result: Done::Changed(changes),
            notes: before.notes,
            unfinished: self.unfinished,
        }
    }

    pub(crate) fn with(mut self, notes: impl IntoIterator<Item = Note>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// Gives every place in it as `to` gives it.
    pub(crate) fn move_positions(&mut self, to: impl Fn(Position) -> Position) {
        let all = |positions: &mut Vec<Position>| {
            for position in positions {
                *position = to(*position);
            }
        };
        match &mut self.result {
            Done::AlreadySo(Why::Equal(position) | Why::Hidden(position)) => {
                *position = to(*position);
            }
            Done::AlreadySo(Why::Absent) => {}
            Done::Changed(changes) => {
                for change in changes {
                    change.position = to(change.position);
                }
            }
        }
        for note in &mut self.notes {
            match note {
                Note::OtherActive(positions) | Note::OtherHidden(positions) => all(positions),
                Note::NotRecognised(position, _) => *position = to(*position),
                Note::SameAs(_) => {}
            }
        }
    }

    /// The changes; none where it is already so.
    pub fn changes(&self) -> &[Change] {
        match &self.result {
            Done::AlreadySo(_) => &[],
            Done::Changed(changes) => changes,
        }
    }
}
