//! Replaces a set of files or none of them, takes files and folders away with them, and knows the
//! way back.
//!
//! # Invariant
//!
//! At every instant each file is, to whoever opens it, wholly its old or wholly its new content.
//! Whatever interrupts a run (an error, a signal, a kill, a power cut), after [`recover::recover`]
//! all files of a transaction are old and everything is in its place, or all are new and what was to
//! be taken away is gone, and nothing else is left of it. Mode, owner, extended attributes and
//! symbolic links stay what they were. No change is made without a copy of what was there, and
//! nothing is deleted, unless history is switched off.
//!
//! The crate does not know what is in the files. It never prints, installs no signal handlers and
//! reads no environment. It starts threads only to wait for several syncs at once, and they have
//! ended when the call returns; where no threads can be had it does without.
//!
//! ```
//! use std::path::Path;
//! use file_transaction::{recover, Details, LinkPolicy, Recovery, Store, Transaction, Wait};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let root = directory.path();
//! # std::fs::write(root.join("one.conf"), "port = 80\n")?;
//! # std::fs::write(root.join("two.conf"), "port = 80\n")?;
//! let store = Store::open(root, ".example")?;
//! let lock = store.lock(Wait::No)?;
//! assert_eq!(recover::recover(&lock)?, Recovery::Nothing);
//!
//! let mut transaction = Transaction::begin(&lock, Details::default());
//! for name in ["one.conf", "two.conf"] {
//!     let file = store.read(Path::new(name), LinkPolicy::InsideOnly, 1 << 20)?;
//!     transaction.replace(&file, b"port = 8080\n".to_vec())?;
//! }
//! if !transaction.is_empty() {
//!     let receipt = transaction.stage()?.prepare()?.commit()?;
//!     assert_eq!(receipt.files.len(), 2);
//! }
//! # assert_eq!(std::fs::read(root.join("two.conf"))?, b"port = 8080\n");
//!
//! // And back again, by a transaction that could be taken back as well.
//! use file_transaction::{history, rollback};
//! let entry = history::latest(&store)?.ok_or("no history")?;
//! let revert = rollback::plan(&store, entry, LinkPolicy::InsideOnly, 1 << 20)?;
//! revert.begin(&lock, Details::default())?.stage()?.prepare()?.commit()?;
//! # assert_eq!(std::fs::read(root.join("two.conf"))?, b"port = 80\n");
//! # Ok(())
//! # }
//! ```
//!
//! # How it is done
//!
//! 1. *Look.* Everything that would keep a file from being replaced, and can be seen, is seen
//!    before the first write: other hard links, mount points, flags, permissions, owner.
//! 2. *Announce.* A note in the state directory says who is at work and where temporary files are
//!    going to stand.
//! 3. *Stage.* New content is written beside the real target, under a name that nobody can guess,
//!    and gets the target's owner, attributes and mode. With history, the old content is copied
//!    into the journal's directory. Both are read back. The journal is written, under another name.
//! 4. *Prepare.* The targets are read once more. Then the journal is renamed into place: the commit
//!    point. A crash before it is rolled back, a crash after it is rolled forward.
//! 5. *Commit.* Each target and its staged file swap names in one step (`RENAME_EXCHANGE`), so that
//!    what was swapped out can be compared with what was planned on, and swapped back if it is an
//!    edit made meanwhile. What was swapped out is the way back; going it needs no space. Where
//!    names cannot be swapped, a hard link keeps the old content, or a copy where there are no
//!    links.
//! 6. *Move.* What is to be taken away is renamed into the journal's directory, whole, and what is
//!    to come back is renamed from a history entry to its place, which has to be free. Then it is
//!    compared with what was looked at, and moved back if it has become something else.
//! 7. *Finish.* The journal becomes the history entry, by a rename, or is dropped; then temporary
//!    files and the note go. Without history what was moved is deleted now; before that the journal
//!    is marked as done, so that nobody takes half of a tree for a backup, and recovery finishes a
//!    deletion that was cut off.
//!
//! # What is taken away
//!
//! [`Transaction::remove`] moves a file, a link, or a directory with all that is in it. Nothing is
//! copied and no content is read, however large it is; so it all has to be on the file system of
//! the root, and in the same mount. It is known again by its inode, or by its [shape](Tree::shape):
//! a copy of the root that keeps times and owners (`cp -a`, `tar`) keeps the way back.
//!
//! It stands in the history entry of the transaction that took it away until [`rollback`] moves it
//! back, or [`history::prune`] deletes it with the entry. A transaction that moves it back can be
//! taken back like any other, which moves it into the entry of that.
//!
//! A manifest that tells of something moved has version 2, which programs that do not know of it
//! refuse; all others still have version 1.
//!
//! # Syncs
//!
//! Every transaction waits for the disk four times. What is waited for together is asked for at the
//! same time, from a thread each, because that takes about as long as one sync alone. Nothing that
//! follows begins before all of it is on the disk:
//!
//! 1. the note and the directory it stands in (and the root, when that directory is new): without
//!    them a power cut could leave temporary files of which nothing tells. The same wait makes the
//!    journal's directory durable.
//! 2. the new content, which could otherwise be empty after a power cut (that covers mode, owner
//!    and attributes, so it cannot be a data sync); the copies, with history, because a backup that
//!    a power cut empties is none; and the journal, which does not have its name yet. Where there
//!    are very many files, there is one more wait for each 128 of them, because until then they are
//!    kept open.
//! 3. the journal's directory: that is the commit point. It covers the names of the copies as well.
//! 4. the targets' directories, and those that something is moved from and to: without them success
//!    could be reported of a change that a power cut takes back, and the old content could be
//!    dropped before the new one has its name.
//!
//! Where trees are deleted there is one more, for the mark that only this is left to be done.
//!
//! What needs none: the names of the staged files (recovery rolls back if one is lost), dropping
//! them (recovery finishes that), and the rename into the history (recovery repeats it).
//!
//! # Limitations
//!
//! - Linux only.
//! - A file is replaced, not written into: it gets a new inode. A program that holds the old one
//!   open keeps the old content; what it writes into it after the commit is lost.
//! - Readers see each file change at once, but not all files at the same instant.
//! - Where names cannot be swapped (FUSE, kernels before 3.15), an edit that somebody makes by
//!   renaming a file over the target, between the last look and the rename, is lost.
//! - What is moved is moved with whatever is open in it. Without history, what somebody writes into
//!   it after it was compared is deleted with it.
//! - A change in a tree that leaves name, mode, owner, size and modification time of everything in
//!   it as they were is not noticed. Such a change is not lost, unless history is switched off.
//! - Nothing is moved from one file system to another, out of a mount, or out of a lower layer of an
//!   overlay (a container's image); with mounts in it nothing is moved at all.
//! - Where a rename cannot be told not to replace anything (FUSE, kernels before 3.15), something
//!   that somebody puts into the place of what comes back, between the last look and the rename, is
//!   lost if it is a file or an empty directory.
//! - The lock holds off other users of this crate below the same root, nobody else, and not those
//!   who come to the same file from another root.
//! - On network file systems no more is promised than that a rename is atomic and that a sync is
//!   one; without reliable locks they are refused. Where directories cannot be synced, their names
//!   are as durable as the file system makes them.
//! - Access and birth time, file flags (`chattr`), and attributes that this user may not see
//!   (`trusted.*` for others than root) are not copied; `security.ima` and `security.evm` are left
//!   to the kernel.
//! - Temporary files outside the root, of a run that was killed, are found by the absolute path
//!   that the journal has for them.

mod backup;
mod digest;
mod discard;
mod disk;
mod error;
pub mod history;
mod id;
mod interrupt;
mod journal;
mod lock;
mod metadata;
mod moves;
mod obstacle;
pub mod recover;
mod relocate;
pub mod rollback;
mod shown;
mod snapshot;
mod stage;
mod store;
mod swap;
mod transaction;
mod tree;

#[cfg(test)]
mod crash_tests;

pub use digest::{Digest, NotADigest};
pub use error::{Class, Drifted, DriftedTree, Error, RecoveryReason};
pub use id::{NotATransactionId, TransactionId};
pub use interrupt::Interrupt;
pub use jiff::Timestamp;
pub use journal::{Details, FileRecord, Manifest, RemovalRecord, RestoreRecord};
pub use lock::{Holder, Lock, Wait};
pub use obstacle::{FileKind, Obstacle, StateProblem, TreeProblem};
pub use recover::{InterruptedRun, Recovery};
pub use shown::Shown;
pub use snapshot::{LinkPolicy, Snapshot};
pub use store::Store;
pub use transaction::{Moved, Prepared, Receipt, Replaced, Staged, Transaction};
pub use tree::Tree;
