//! Lossless, in-place edits of XML files: bytes in, edits out.
//!
//! A file is decoded, its tree is located, and each [`Operation`] answers
//! "already so" or a few splices of the text. No tree is ever written back, so
//! what no splice covers stays as it is to the byte: comments, white space,
//! the layout of attributes, line ends, encoding, byte order mark.
//!
//! **Invariant.** No IO, no clock, no environment; nothing leaves the crate
//! that has not passed the three gates of [`edit()`]: the bytes outside the
//! splices are equal; a second parser that shares no code with the first sees
//! exactly the planned changes; the same operations find nothing left to do.
//!
//! ```
//! use xml_inplace::{Action, Operation, Selector, edit};
//!
//! let file = b"<Service>\n  <Connector port='9443'\n             scheme='https'/>\n</Service>\n";
//! let operation = Operation::new(
//!     Selector::parse("/Service/Connector[@scheme='https']/@proxyPort")?,
//!     Action::SetAttribute { value: "443".into(), after: Some("port".into()) },
//! );
//! let edited = edit(file, &[operation])?;
//! assert_eq!(
//!     String::from_utf8(edited.bytes.unwrap())?,
//!     "<Service>\n  <Connector port='9443'\n             proxyPort=\"443\"\n             scheme='https'/>\n</Service>\n",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is idempotent, local, minimal
//!
//! * `op(op(x)) = op(x)`, and the second run has no edits at all;
//! * outside the edits' spans, the same bytes in the same order;
//! * an edit covers a value, an attribute or comment marks. A line goes only
//!   where nothing but the removed element or a comment mark stood on it;
//! * uncommenting what was commented out gives the same bytes again, comments
//!   inside it included;
//! * operations on different targets give the same document in either order.
//!
//! # Elements in comments
//!
//! An element that stands in a comment is found, and restored in place, in
//! these forms: `<!--X>v</X-->`, `<!--<X>v</X>-->`, either with blanks inside
//! the marks or with the marks on lines of their own, several elements in one
//! comment, an element hidden line by line, and the chain of touching comments
//! that [`Action::CommentOut`] writes where an element has comments inside.
//! Prose that names a tag is no element; nor is what would not be well-formed
//! or stands inside another hidden element. An active element always wins over
//! a hidden one.
//!
//! # Limitations
//!
//! * XML 1.0 in UTF-8, UTF-16, ISO-8859-1 and US-ASCII. Internal DTD subsets
//!   are refused, external ones are kept and never opened.
//! * The sizes in [`limits`].
//! * Names are matched by their local part; selectors have no prefixes.
//! * A value with `]]>`, a carriage return or characters that the encoding
//!   lacks is not written as a CDATA section but as escaped text.

mod change;
mod comment;
mod document;
mod edit;
mod edited;
mod escape;
mod fragment;
mod ill_formed;
mod layout;
pub mod limits;
mod operation;
mod selector;
mod source;
mod span;
mod token;
mod verify;

pub use change::{Change, ChangeKind};
pub use comment::Refusal;
pub use document::{Document, Element, ParseError};
pub use edit::{Edit, EditSet, Span};
pub use edited::{EditError, Edited, edit};
pub use escape::{IllegalCharacter, check_value};
pub use fragment::{Fragment, FragmentError};
pub use limits::LimitError;
pub use operation::{
    Action, Done, HiddenElement, Located, Note, Operation, OperationError, Outcome, Place, Several,
    Why, locate,
};
pub use selector::{Selector, SelectorError};
pub use source::{Encoding, Position, Source, SourceError};
pub use span::{AttributeSpan, ElementSpan};
pub use verify::VerifyError;
