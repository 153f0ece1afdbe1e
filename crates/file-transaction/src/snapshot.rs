//! Reading a file below the root, and remembering what it was.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::digest::Digest;
use crate::disk;
use crate::error::Error;
use crate::obstacle::FileKind;
use crate::store::Store;

/// May a symbolic link lead out of the root?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPolicy {
    /// No; that is [`Error::LeavesRoot`].
    InsideOnly,
    /// Yes: configuration on a shared volume, for example.
    FollowOutside,
}

/// A file as it was when it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot {
    relative: PathBuf,
    real: PathBuf,
    bytes: Vec<u8>,
    digest: Digest,
}

impl Snapshot {
    pub(crate) fn take(
        store: &Store,
        relative: &Path,
        links: LinkPolicy,
        limit: u64,
    ) -> Result<Snapshot, Error> {
        check_relative(relative)?;
        let path = store.root().join(relative);
        let real = resolve(&path)?;
        if links == LinkPolicy::InsideOnly && !real.starts_with(store.root()) {
            return Err(leaves_root(store, relative, &real));
        }
        // Opening a device can set it in motion, and a socket cannot be opened: look first.
        let unreadable = |e| Error::io("read", &path)(e);
        check_regular(&path, &fs::symlink_metadata(&real).map_err(unreadable)?)?;
        let file = disk::open_to_read(&real).map_err(Error::io("read", &path))?;
        check_regular(&path, &file.metadata().map_err(Error::io("read", &path))?)?;
        let bytes = disk::read_open(&file, limit).map_err(|e| match e.kind() {
            io::ErrorKind::FileTooLarge => Error::TooLarge {
                path: path.clone(),
                limit,
            },
            _ => Error::io("read", &path)(e),
        })?;
        Ok(Snapshot {
            relative: relative.to_path_buf(),
            real,
            digest: Digest::of(&bytes),
            bytes,
        })
    }

    /// The path below the root that was asked for.
    pub fn relative(&self) -> &Path {
        &self.relative
    }

    /// The file itself, with every link resolved.
    pub fn real_path(&self) -> &Path {
        &self.real
    }

    /// The content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The digest of the content.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Does the path still lead to the file it led to, and does that still hold what was read?
    pub(crate) fn check_unchanged(&self, store: &Store) -> Result<(), Error> {
        let path = store.root().join(&self.relative);
        let same_file = path.canonicalize().is_ok_and(|now| now == self.real);
        let actual = disk::read_if_file(&self.real, u64::MAX).map_err(Error::io("read", &path))?;
        if same_file && actual.as_ref() == Some(&self.bytes) {
            return Ok(());
        }
        Err(Error::Conflict {
            path,
            expected: self.digest,
            actual: actual.filter(|_| same_file).as_deref().map(Digest::of),
        })
    }
}

// Files hold passwords; a debug print of a snapshot is not to show them.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("relative", &self.relative)
            .field("real", &self.real)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// Names below the root, and nothing that could lead out of it but a symbolic link.
pub(crate) fn check_relative(path: &Path) -> Result<(), Error> {
    let bytes = path.as_os_str().as_bytes();
    let why = if bytes.is_empty() {
        "it is empty"
    } else if bytes.contains(&0) {
        "it contains a NUL"
    } else if path.is_absolute() {
        "it is absolute"
    } else if bytes
        .split(|b| *b == b'/')
        .any(|part| matches!(part, b"" | b"." | b".."))
    {
        "it contains an empty component, `.` or `..`"
    } else {
        return Ok(());
    };
    Err(Error::BadPath {
        path: path.to_path_buf(),
        why,
    })
}

/// The error for a path that leads to `real`, outside the root.
pub(crate) fn leaves_root(store: &Store, relative: &Path, real: &Path) -> Error {
    let link = first_link(store.root(), relative);
    Error::LeavesRoot {
        link: link.unwrap_or_else(|| store.root().join(relative)),
        target: real.to_path_buf(),
    }
}

fn check_regular(path: &Path, metadata: &fs::Metadata) -> Result<(), Error> {
    match FileKind::of(metadata.file_type()) {
        FileKind::Regular => Ok(()),
        kind => Err(Error::NotRegular {
            path: path.to_path_buf(),
            kind,
        }),
    }
}

pub(crate) fn resolve(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|cause| {
        let path = path.to_path_buf();
        match cause.kind() {
            io::ErrorKind::NotFound => match dangling_link(&path) {
                Some((path, target)) => Error::DanglingLink { path, target },
                None => Error::Missing { path },
            },
            io::ErrorKind::NotADirectory => Error::Missing { path },
            _ if cause.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
                Error::LinkLoop { path }
            }
            _ => Error::io("read", &path)(cause),
        }
    })
}

/// The link among the components of `path` that leads nowhere.
fn dangling_link(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let mut ancestors: Vec<&Path> = path.ancestors().collect();
    ancestors.reverse();
    ancestors.into_iter().find_map(|place| {
        let target = fs::read_link(place).ok()?;
        fs::metadata(place)
            .is_err()
            .then(|| (place.to_path_buf(), target))
    })
}

/// The first symbolic link on the way from the root to the file.
fn first_link(root: &Path, relative: &Path) -> Option<PathBuf> {
    let mut place = root.to_path_buf();
    relative.components().find_map(|name| {
        place.push(name);
        fs::read_link(&place).ok().map(|_| place.clone())
    })
}
