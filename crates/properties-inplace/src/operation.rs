//! What can be asked of a file, and what is answered.

use crate::position::Position;

/// One operation on one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The key, unescaped.
    pub key: String,
    /// What is to become of it.
    pub action: Action,
}

/// What an [`Operation`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Gives the key this value: in its last active line, which is the one that
    /// counts; else in the comment line where it is commented out, the one that
    /// has this value or else the first; else in a new line.
    Set {
        /// The value, unescaped.
        value: String,
        /// Keys behind which a new line is put, best first, active or commented
        /// out; at the end of the file where there is none of them.
        after: Vec<String>,
    },
    /// Puts `#` in front of every physical line of every active line of the
    /// key: were one left, it would count now.
    CommentOut,
}

/// What an operation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was done.
    pub result: Done,
    /// What the person who asked may want to know.
    pub notes: Vec<Note>,
}

/// The result of an [`Outcome`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Nothing, because it was so.
    AlreadySo(Why),
    /// This change.
    Changed(Change),
}

/// Why something is already so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It has the wanted value.
    Equal(Position),
    /// It is commented out already.
    Hidden(Position),
    /// It is nowhere.
    Absent,
}

/// One key's change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened to it.
    pub kind: ChangeKind,
    /// The value before, unescaped, active or commented out. `None` where there
    /// was none.
    pub old: Option<String>,
    /// The value afterwards. `None` where it is commented out now.
    pub new: Option<String>,
    /// Where in the file as it was: its key, or where the new line goes.
    pub position: Position,
}

/// What happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It has another value.
    Set,
    /// It was commented out and is active now.
    Restored,
    /// It was nowhere and is there now.
    Inserted,
    /// It was active and is commented out now.
    CommentedOut,
}

/// Something beside the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Further active lines of the key. None of them counts: the last one does.
    /// Set leaves them as they are, comment out hides them too.
    OtherActive(Vec<Position>),
    /// Further lines where the key is commented out, left as they are.
    OtherHidden(Vec<Position>),
    /// The operation of this index asks for the same.
    SameAs(usize),
}
