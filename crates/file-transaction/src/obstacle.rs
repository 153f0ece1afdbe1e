//! What stands in the way of reading or replacing a file.

use std::fmt;
use std::io;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What keeps a state directory from being used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StateProblem {
    /// It is a symbolic link, a file, or anything else that is not a directory.
    NotADirectory {
        /// What it is.
        kind: FileKind,
        /// Its owner.
        owner: u32,
    },
    /// It belongs to another user.
    OwnedBy {
        /// That user.
        owner: u32,
    },
    /// Others may read or write it.
    TooWide {
        /// Its permission bits.
        mode: u32,
        /// Its owner.
        owner: u32,
    },
}

impl fmt::Display for StateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StateProblem::NotADirectory { kind, owner } => {
                write!(
                    f,
                    "is {kind} owned by user {owner}, not a directory of ours"
                )
            }
            StateProblem::OwnedBy { owner } => write!(f, "is owned by user {owner}, not by us"),
            StateProblem::TooWide { mode, owner } => write!(
                f,
                "owned by user {owner} has mode {mode:04o}, which lets others in; make it 0700"
            ),
        }
    }
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FileKind {
    /// A file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    SymbolicLink,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A block or character device.
    Device,
    /// Something else.
    Other,
}

impl FileKind {
    /// Of what has this name now, if anything has and it can be seen.
    pub(crate) fn at(path: &std::path::Path) -> Option<FileKind> {
        let metadata = std::fs::symlink_metadata(path).ok()?;
        Some(FileKind::of(metadata.file_type()))
    }

    pub(crate) fn of(kind: std::fs::FileType) -> FileKind {
        use std::os::unix::fs::FileTypeExt as _;
        match kind {
            k if k.is_file() => FileKind::Regular,
            k if k.is_dir() => FileKind::Directory,
            k if k.is_symlink() => FileKind::SymbolicLink,
            k if k.is_fifo() => FileKind::Fifo,
            k if k.is_socket() => FileKind::Socket,
            k if k.is_block_device() || k.is_char_device() => FileKind::Device,
            _ => FileKind::Other,
        }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FileKind::Regular => "a file",
            FileKind::Directory => "a directory",
            FileKind::SymbolicLink => "a symbolic link",
            FileKind::Fifo => "a named pipe",
            FileKind::Socket => "a socket",
            FileKind::Device => "a device",
            FileKind::Other => "neither a file nor a directory",
        })
    }
}

/// Why something cannot be moved by taking back a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TreeProblem {
    /// Something new stands where it stood.
    Taken {
        /// What that is.
        kind: FileKind,
    },
    /// It was moved back, and is not there any more.
    Missing,
    /// The directory it stood in is gone, or the way to it leads elsewhere.
    Unreachable,
    /// It was moved away, and no transaction in the history has it any more.
    NotKept,
}

impl fmt::Display for TreeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TreeProblem::Taken { kind } => write!(f, "{kind} that was not there stands there now"),
            TreeProblem::Missing => f.write_str("it is not there any more"),
            TreeProblem::Unreachable => {
                f.write_str("the directory it stood in is gone or leads elsewhere")
            }
            TreeProblem::NotKept => f.write_str("no transaction has what was moved away any more"),
        }
    }
}

/// Why something cannot be written.
#[derive(Debug)]
#[non_exhaustive]
pub enum Obstacle {
    /// It is immutable (`chattr +i`).
    Immutable,
    /// It is append-only (`chattr +a`).
    AppendOnly,
    /// What the system says: permission denied, read-only file system, and so on.
    System(io::Error),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Obstacle::Immutable => f.write_str("it is immutable (chattr +i)"),
            Obstacle::AppendOnly => f.write_str("it is append-only (chattr +a)"),
            Obstacle::System(cause) => cause.fmt(f),
        }
    }
}
