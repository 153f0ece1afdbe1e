//! One error type for the crate, and the class that an exit status is chosen by.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::lock::Holder;
use crate::obstacle::{FileKind, Obstacle, StateProblem, TreeProblem};
use crate::shown::Shown;

/// What went wrong, with the path it went wrong at.
///
/// Every variant except [`Error::RecoveryNeeded`] means that no file has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A path given by the caller is not one below the root: absolute, empty, with `..` or a NUL in
    /// it.
    #[error("{} is not a path below the root: {why}", Shown(.path))]
    BadPath {
        /// The path as it was given.
        path: PathBuf,
        /// Which rule it breaks.
        why: &'static str,
    },
    /// The root is not a directory that can be used.
    #[error("{} cannot be used as the root: {cause}", Shown(.path))]
    Root {
        /// The root as it was given.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The state directory is not one of ours, so nothing is read from it or written into it.
    #[error("the state directory {} {problem}", Shown(.path))]
    StateDirectory {
        /// The state directory.
        path: PathBuf,
        /// What is wrong with it.
        problem: StateProblem,
    },
    /// There is no such file.
    #[error("{} does not exist", Shown(.path))]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A symbolic link on the way to the file points at nothing.
    #[error("{} is a symbolic link to {}, which does not exist", Shown(.path), Shown(.target))]
    DanglingLink {
        /// The link.
        path: PathBuf,
        /// What it points at.
        target: PathBuf,
    },
    /// Symbolic links on the way to the file form a loop.
    #[error("{} is a loop of symbolic links", Shown(.path))]
    LinkLoop {
        /// The file.
        path: PathBuf,
    },
    /// The path names something that is not a file.
    #[error("{} is {kind}, not a file", Shown(.path))]
    NotRegular {
        /// The path.
        path: PathBuf,
        /// What it is.
        kind: FileKind,
    },
    /// A symbolic link leads out of the root and the caller asked for files inside it only.
    #[error("{} is a symbolic link that leaves the root, to {}", Shown(.link), Shown(.target))]
    LeavesRoot {
        /// The link, or the file when a directory on its way is the link.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// The file is larger than the caller wants to read.
    #[error("{} is larger than {limit} bytes", Shown(.path))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit that was given.
        limit: u64,
    },
    /// The file has other names, which would keep the old content.
    #[error(
        "{} has {links} hard links; replacing it would leave the other names with the old content. \
         Make it a file of its own first",
        Shown(.path)
    )]
    HardLinked {
        /// The file.
        path: PathBuf,
        /// How many names it has.
        links: u64,
    },
    /// Two paths lead to the same file.
    #[error("{} and {} are the same file", Shown(.first), Shown(.second))]
    SameFile {
        /// The path that was given first.
        first: PathBuf,
        /// The path that was given second.
        second: PathBuf,
    },
    /// What is to be moved is, holds or is held by something else that the transaction changes, or
    /// stands on the way there.
    #[error(
        "{} and {} cannot be changed together: one of them holds the other, or the way to it",
        Shown(.first),
        Shown(.second)
    )]
    Overlapping {
        /// The path that was given first.
        first: PathBuf,
        /// The path that was given second.
        second: PathBuf,
    },
    /// Directories are nested too deeply to be moved and, later, deleted.
    #[error("{} is nested more than {limit} directories deep", Shown(.path))]
    TooDeep {
        /// The directory that is too deep.
        path: PathBuf,
        /// How many levels there may be.
        limit: usize,
    },
    /// The file itself is a mount point and cannot be replaced from inside the mount.
    #[error(
        "{} is a mounted file (docker -v?) and cannot be replaced here: change the file on the \
         host that is mounted there",
        Shown(.path)
    )]
    Mounted {
        /// The file.
        path: PathBuf,
    },
    /// Something is mounted where something is to be moved, or inside it.
    #[error(
        "{} cannot be moved, because something is mounted at {}: unmount that first",
        Shown(.path),
        Shown(.mount)
    )]
    HoldsMount {
        /// What was to be moved.
        path: PathBuf,
        /// The mount point.
        mount: PathBuf,
    },
    /// What is to be moved and the place it is to be moved to are not on one file system, or are
    /// reached through different mounts of one.
    #[error(
        "{} and {} are not on one file system (or one mount, or one layer of a container's image), \
         and nothing can be moved from one to the other: move it by hand, or mount them together",
        Shown(.path),
        Shown(.other)
    )]
    OtherFileSystem {
        /// What was to be moved, or the place for it.
        path: PathBuf,
        /// The directory at the other end of the move.
        other: PathBuf,
    },
    /// The file, or the directory that its replacement has to be put into, cannot be written.
    #[error("{} cannot be written: {why}", Shown(.path))]
    NotWritable {
        /// The file or directory.
        path: PathBuf,
        /// What stands in the way.
        why: Obstacle,
    },
    /// This user may not give the replacement the owner of the file.
    #[error("cannot keep owner {uid}:{gid} of {}; run as root or as that user", Shown(.path))]
    CannotKeepOwner {
        /// The file.
        path: PathBuf,
        /// Its user.
        uid: u32,
        /// Its group.
        gid: u32,
    },
    /// The replacement cannot be given an attribute (ACL, label, user attribute, mode) of the file.
    #[error("cannot keep {attribute} of {}: {cause}", Shown(.path))]
    CannotKeep {
        /// The file.
        path: PathBuf,
        /// Name of the extended attribute, or `mode`.
        attribute: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The system refused an operation.
    #[error("{action} {}: {cause}", Shown(.path))]
    Io {
        /// What was attempted, as a verb.
        action: Cow<'static, str>,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// What was read back is not what was written.
    #[error("{} does not hold what was written into it; is the disk in order?", Shown(.path))]
    ReadBack {
        /// The file.
        path: PathBuf,
    },
    /// The file system offers no lock that can be relied upon.
    #[error("{} cannot be locked on this file system: {cause}", Shown(.path))]
    LockUnsupported {
        /// The root.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Another run holds the lock.
    #[error("{} is locked by another run{}", Shown(.root), held_by(.holder.as_ref()))]
    Locked {
        /// The root.
        root: PathBuf,
        /// Who holds the lock, as far as that can be found out.
        holder: Option<Holder>,
    },
    /// A file is not what it was when it was read.
    #[error(
        "{} has changed since it was read (expected {expected}, found {}); plan again",
        Shown(.path),
        found(.actual.as_ref())
    )]
    Conflict {
        /// The file.
        path: PathBuf,
        /// Digest of what was read.
        expected: Digest,
        /// Digest of what is there now; `None` where there is no file any more, or where the
        /// content is the same and something else about the file changed.
        actual: Option<Digest>,
    },
    /// What is to be moved is not what it was when it was looked at, or something stands where it
    /// is to be moved to.
    #[error(
        "{} has changed since it was looked at (found {}); plan again",
        Shown(.path),
        found_kind(.actual.as_ref())
    )]
    TreeConflict {
        /// Where it stands, or is to stand.
        path: PathBuf,
        /// What is there now; `None` where there is nothing.
        actual: Option<FileKind>,
    },
    /// What the transaction that is to be taken back moved away cannot be moved back, or what it
    /// moved back cannot be moved away, because of what was done since.
    #[error("changed since: {}", listed_trees(.trees, .files))]
    TreeDrift {
        /// Everything that cannot be moved.
        trees: Vec<DriftedTree>,
        /// Every file that is in the way as well; see [`Error::Drift`].
        files: Vec<Drifted>,
    },
    /// Files were changed after the transaction that is to be taken back.
    #[error("changed since: {}", listed(.files))]
    Drift {
        /// Every file that is in the way.
        files: Vec<Drifted>,
    },
    /// A stored copy is not the file that was stored.
    #[error(
        "the backup {} is damaged: expected {expected}, found {}",
        Shown(.path),
        found(.actual.as_ref())
    )]
    BadBackup {
        /// The backup.
        path: PathBuf,
        /// The digest in the manifest.
        expected: Digest,
        /// The digest of the file; `None` if there is none.
        actual: Option<Digest>,
    },
    /// An entry of the history cannot be read.
    #[error("the history entry {} is damaged: {why}", Shown(.path))]
    DamagedEntry {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The history has no such transaction.
    #[error("there is no transaction {id}")]
    NoSuchTransaction {
        /// What was asked for.
        id: String,
    },
    /// Several transactions begin like this.
    #[error("several transactions begin with {id}: {}", .candidates.join(", "))]
    AmbiguousTransaction {
        /// What was asked for.
        id: String,
        /// The transactions that it could mean.
        candidates: Vec<String>,
    },
    /// A transaction was staged that replaces nothing.
    #[error("nothing to replace")]
    Empty,
    /// A signal arrived before the commit point; everything was rolled back.
    #[error("interrupted by signal {signal}; rolled back")]
    Interrupted {
        /// The signal's number.
        signal: i32,
    },
    /// Files, or leftovers, are in a state that needs [`recover`](crate::recover::recover).
    #[error("recovery needed: {0}")]
    RecoveryNeeded(Box<RecoveryReason>),
}

/// Why a recovery is needed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryReason {
    /// A run was interrupted earlier and nobody has recovered it yet.
    #[error("an earlier run was interrupted, see {}", Shown(.journal))]
    Interrupted {
        /// Where its journal stands.
        journal: PathBuf,
    },
    /// An error occurred, and what had been done could not be taken back.
    #[error("{cause}; and taking it back: {then}")]
    RollBackFailed {
        /// What went wrong first.
        cause: Error,
        /// What went wrong when rolling back.
        then: Error,
    },
    /// All files have their new content, durably, but leftovers of the run could not be removed.
    #[error("every file is in place, but cleaning up: {0}")]
    Leftovers(Error),
    /// Rolling an interrupted run forward or back was not possible.
    #[error("{0}")]
    Failed(Error),
    /// A file is neither what it was before the interrupted run nor what it was to become.
    #[error(
        "{} was changed by somebody else while a run was interrupted (before {before}, after \
         {after}, found {}). Put one of the two back, or remove {} to keep the files as they are{}, \
         and recover again",
        Shown(.path),
        found(.actual.as_ref()),
        Shown(.journal),
        if *.holds_trees { " (what was taken away is in it: move moved-* out of it first)" } else { "" }
    )]
    Neither {
        /// The file.
        path: PathBuf,
        /// Its digest before the run.
        before: Digest,
        /// The digest it was to have after the run.
        after: Digest,
        /// The digest it has; `None` if it is missing.
        actual: Option<Digest>,
        /// The journal.
        journal: PathBuf,
        /// Does the journal's directory hold what the run moved away?
        holds_trees: bool,
    },
    /// A file was replaced and the copy of what it was is gone.
    #[error(
        "{} can neither be finished nor taken back, because {} is gone; see {}",
        Shown(.path), Shown(.lost), Shown(.journal)
    )]
    Stuck {
        /// The file.
        path: PathBuf,
        /// What is missing.
        lost: PathBuf,
        /// The journal.
        journal: PathBuf,
    },
    /// A move cannot be taken back, because something else stands in the place.
    #[error(
        "{} is something else than what an interrupted run moved between there and {}: move it \
         elsewhere and recover again",
        Shown(.path),
        Shown(.kept)
    )]
    PlaceTaken {
        /// The place.
        path: PathBuf,
        /// Where what belongs there is kept.
        kept: PathBuf,
    },
    /// The journal holds what was moved away, and has no manifest that says where it belongs.
    #[error(
        "{} was moved there by a run whose journal is gone: move it to where it belongs, or \
         remove it, and recover again",
        Shown(.kept)
    )]
    Orphaned {
        /// What was moved away.
        kept: PathBuf,
    },
    /// The journal of an interrupted run cannot be read.
    #[error("the journal {} is damaged: {why}", Shown(.path))]
    DamagedJournal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// A file that was changed after the transaction that is to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drifted {
    /// The file, below the root.
    pub relative: PathBuf,
    /// The digest that the transaction gave it.
    pub expected: Digest,
    /// The digest it has now; `None` if it is missing or now leads to another file.
    pub actual: Option<Digest>,
}

/// What cannot be moved back, or away again, by taking back a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftedTree {
    /// Its place, below the root.
    pub relative: PathBuf,
    /// What is in the way.
    pub problem: TreeProblem,
}

/// What kind of answer an [`Error`] is; a command line maps each to one exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The caller asked for something that cannot be: a bad path, an unknown transaction.
    Usage,
    /// The root, its state directory or a file in it is not one that is worked on.
    NotAcceptable,
    /// A file or a backup is not what it should be; nothing changed.
    Conflict,
    /// The system refused something; nothing changed.
    Io,
    /// Only [`recover`](crate::recover::recover) brings the files back into a known state.
    RecoveryNeeded,
    /// Another run holds the lock; nothing changed.
    Locked,
    /// A signal arrived and everything was rolled back.
    Interrupted(
        /// The signal's number.
        i32,
    ),
}

impl From<RecoveryReason> for Error {
    fn from(reason: RecoveryReason) -> Error {
        Error::RecoveryNeeded(Box::new(reason))
    }
}

impl Error {
    /// The class of this error.
    pub fn class(&self) -> Class {
        match self {
            Error::BadPath { .. }
            | Error::NoSuchTransaction { .. }
            | Error::AmbiguousTransaction { .. }
            | Error::Empty => Class::Usage,
            Error::Root { .. }
            | Error::StateDirectory { .. }
            | Error::Missing { .. }
            | Error::DanglingLink { .. }
            | Error::LinkLoop { .. }
            | Error::NotRegular { .. }
            | Error::LeavesRoot { .. }
            | Error::TooLarge { .. }
            | Error::TooDeep { .. }
            | Error::HardLinked { .. }
            | Error::Overlapping { .. }
            | Error::SameFile { .. } => Class::NotAcceptable,
            Error::Conflict { .. }
            | Error::Drift { .. }
            | Error::TreeConflict { .. }
            | Error::TreeDrift { .. }
            | Error::BadBackup { .. }
            | Error::DamagedEntry { .. } => Class::Conflict,
            Error::Mounted { .. }
            | Error::HoldsMount { .. }
            | Error::OtherFileSystem { .. }
            | Error::NotWritable { .. }
            | Error::CannotKeepOwner { .. }
            | Error::CannotKeep { .. }
            | Error::Io { .. }
            | Error::ReadBack { .. }
            | Error::LockUnsupported { .. } => Class::Io,
            Error::RecoveryNeeded(_) => Class::RecoveryNeeded,
            Error::Locked { .. } => Class::Locked,
            Error::Interrupted { signal } => Class::Interrupted(*signal),
        }
    }

    /// For `map_err`: an I/O error of `action` on `path`.
    pub(crate) fn io<'a>(
        action: impl Into<Cow<'static, str>> + 'a,
        path: &'a Path,
    ) -> impl FnOnce(io::Error) -> Error + 'a {
        move |cause| Error::Io {
            action: action.into(),
            path: path.to_path_buf(),
            cause,
        }
    }
}

fn held_by(holder: Option<&Holder>) -> String {
    holder.map_or_else(String::new, |holder| format!(": {holder}"))
}

fn found(digest: Option<&Digest>) -> String {
    digest.map_or_else(|| "something else".to_owned(), Digest::to_string)
}

fn found_kind(kind: Option<&FileKind>) -> String {
    kind.map_or_else(|| "nothing".to_owned(), FileKind::to_string)
}

fn listed(files: &[Drifted]) -> String {
    let shown: Vec<String> = files
        .iter()
        .map(|file| {
            format!(
                "{} (expected {}, found {})",
                Shown(&file.relative),
                file.expected,
                found(file.actual.as_ref())
            )
        })
        .collect();
    shown.join("; ")
}

fn listed_trees(trees: &[DriftedTree], files: &[Drifted]) -> String {
    let trees = trees
        .iter()
        .map(|tree| format!("{} ({})", Shown(&tree.relative), tree.problem));
    let files = Some(listed(files)).filter(|files| !files.is_empty());
    trees.chain(files).collect::<Vec<_>>().join("; ")
}
