//! A root directory, and where this crate keeps its state below it.

use std::fs::File;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};

use rustix::process::geteuid;

use crate::disk;
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::obstacle::{FileKind, StateProblem};
use crate::snapshot::{LinkPolicy, Snapshot};

/// A root directory whose files are read and replaced.
///
/// Opening one writes nothing. It is cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
    prefix: &'static str,
    interrupt: Interrupt,
}

impl Store {
    /// The store of the directory that `root` leads to, through whatever links. `state_directory`
    /// is the name of the directory below it that journal and history are kept in, for example
    /// `.my-tool`; temporary files beside the targets begin with the same name.
    ///
    /// # Errors
    ///
    /// [`Error::Root`] if `root` cannot be resolved or is not a directory,
    /// [`Error::StateDirectory`] if there is a state directory and it is not a real directory that
    /// only we may use.
    pub fn open(root: &Path, state_directory: &'static str) -> Result<Store, Error> {
        let unusable = |cause| Error::Root {
            path: root.to_path_buf(),
            cause,
        };
        let mut parts = Path::new(state_directory).components();
        if !matches!(
            (parts.next(), parts.next()),
            (Some(Component::Normal(_)), None)
        ) {
            return Err(Error::BadPath {
                path: state_directory.into(),
                why: "the state directory is one name",
            });
        }
        let real = root.canonicalize().map_err(unusable)?;
        if !real.metadata().map_err(unusable)?.is_dir() {
            return Err(unusable(io::ErrorKind::NotADirectory.into()));
        }
        let store = Store {
            root: real,
            prefix: state_directory,
            interrupt: Interrupt::new(),
        };
        store.check_state()?;
        Ok(store)
    }

    /// The same store, with transactions that look at this flag before their commit point.
    #[must_use]
    pub fn with_interrupt(mut self, interrupt: Interrupt) -> Store {
        self.interrupt = interrupt;
        self
    }

    /// The real path of the root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The state directory; it may not exist.
    pub fn state_directory(&self) -> PathBuf {
        self.root.join(self.prefix)
    }

    /// Reads a file below the root, with what is needed to replace it later.
    ///
    /// Never waits: a named pipe, a socket or a device is an error at once.
    ///
    /// # Errors
    ///
    /// [`Error::BadPath`], [`Error::Missing`], [`Error::DanglingLink`], [`Error::LinkLoop`],
    /// [`Error::LeavesRoot`], [`Error::NotRegular`], [`Error::TooLarge`] above `limit` bytes, and
    /// [`Error::Io`] if the file cannot be read.
    pub fn read(&self, relative: &Path, links: LinkPolicy, limit: u64) -> Result<Snapshot, Error> {
        Snapshot::take(self, relative, links, limit)
    }

    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// What every temporary name of this store begins with.
    pub(crate) fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// Who is at work, and where temporary files may stand.
    pub(crate) fn intent_path(&self) -> PathBuf {
        self.state_directory().join("running.json")
    }

    /// The transaction under way; becomes its history entry.
    pub(crate) fn journal_path(&self) -> PathBuf {
        self.state_directory().join("journal")
    }

    pub(crate) fn transactions_path(&self) -> PathBuf {
        self.state_directory().join("transactions")
    }

    /// Does the state directory exist? An error if it is not one that can be trusted.
    pub(crate) fn check_state(&self) -> Result<bool, Error> {
        let path = self.state_directory();
        let metadata = match std::fs::symlink_metadata(&path) {
            Ok(metadata) => metadata,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(e) => return Err(Error::io("look at", &path)(e)),
        };
        let owner = metadata.uid();
        let mode = metadata.permissions().mode() & 0o7777;
        let problem = if !metadata.is_dir() {
            let kind = FileKind::of(metadata.file_type());
            StateProblem::NotADirectory { kind, owner }
        } else if owner != geteuid().as_raw() {
            StateProblem::OwnedBy { owner }
        } else if mode & 0o077 != 0 {
            StateProblem::TooWide { mode, owner }
        } else {
            return Ok(true);
        };
        Err(Error::StateDirectory { path, problem })
    }

    /// Opens the root so that it can be locked.
    pub(crate) fn open_root(&self) -> Result<File, Error> {
        disk::open_to_read(&self.root).map_err(Error::io("open", &self.root))
    }
}
