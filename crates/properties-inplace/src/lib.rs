//! Lossless, in-place edits of Java `.properties` files: bytes in, edits out.
//!
//! A file is read as `java.util.Properties.load(InputStream)` reads it, and
//! each [`Operation`] answers "already so" or a few splices of the bytes. The
//! file is never written anew, so what no splice covers stays as it is to the
//! byte: comments, blanks, separators, continuation lines, line ends, escapes,
//! a missing final line end.
//!
//! **Invariant.** No IO, no clock, no environment; nothing leaves the crate
//! that has not passed the three gates of [`edit()`]: the bytes outside the
//! splices are equal; a second reader that shares no code with the first sees
//! exactly the planned keys change; the same operations find nothing left to
//! do.
//!
//! ```
//! use properties_inplace::{Action, Operation, edit};
//!
//! let file = b"# topics\ntopic.throttleData = throttleData\n#queue.MyQueue = example.MyQueue\n";
//! let set = |key: &str, value: &str| Operation {
//!     key: key.into(),
//!     action: Action::Set { value: value.into(), after: vec!["topic.throttleData".into()] },
//! };
//! let edited = edit(file, &[set("queue.MyQueue", "orders"), set("topic.cache", "caché = 1")])?;
//! assert_eq!(
//!     edited.bytes.unwrap(),
//!     b"# topics\ntopic.throttleData = throttleData\ntopic.cache = cach\xE9 = 1\nqueue.MyQueue = orders\n",
//! );
//! # Ok::<(), properties_inplace::EditError>(())
//! ```
//!
//! # What is idempotent, local, minimal
//!
//! * `op(op(x)) = op(x)`, and the second run has no edits at all;
//! * outside the edits' spans, the same bytes in the same order;
//! * an edit covers a value, a comment mark, or a new line. A value that reads
//!   as the wanted one is left alone however it is spelt;
//! * operations on different keys give the same file in either order, but for
//!   several new lines at one place: those stand in the order in which they
//!   were asked for.
//!
//! # Lines in comments
//!
//! A comment line of one mark and one property with a sign, `#key = value`,
//! `# key=value`, `!key: value`, is that property commented out. With a colon
//! the value must be one word: `# key: what it is for` is prose. An active line
//! always wins over a commented-out one. Where the value goes on over several
//! comment lines, as [`Action::CommentOut`] leaves it, the property is found but
//! not restored: no mark tells where it ends and prose begins.
//!
//! # Limitations
//!
//! * ISO-8859-1, which is how Java reads these files from a stream. A file that
//!   is meant for a reader in UTF-8 is kept to the byte, but its values read and
//!   are written as ISO-8859-1.
//! * At most [`MAX_BYTES`]. NUL bytes, malformed `\u` escapes and lone
//!   surrogates are refused, and so is a line of nothing but backslashes: Java 8
//!   and Java 17 read on from it differently.
//! * A new value is one line, whatever the old one was.

mod decode;
mod document;
mod edit;
mod encode;
mod error;
mod hidden;
mod insert;
mod line;
mod look;
mod operation;
mod plan;
mod position;
mod property;
mod reader;
mod splice;
mod verify;

pub use edit::{Edited, edit};
pub use error::{EditError, MAX_BYTES};
pub use look::{Found, get, value_spans};
pub use operation::{Action, Change, ChangeKind, Done, Note, Operation, Outcome, Why};
pub use position::Position;
