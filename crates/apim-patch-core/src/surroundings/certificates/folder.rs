//! The folder that keys and certificates are kept in.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::bounded_read;
use crate::diagnostic::{Class, Diagnostic, printable_path};

/// A chain of certificates has some kilobytes.
const MAX_SIZE: u64 = 1024 * 1024;

/// A file to be written.
pub(super) struct Pending {
    pub(super) name: String,
    pub(super) content: Zeroizing<String>,
    pub(super) kind: Kind,
}

/// What may be done to a file, and who may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its owner alone reads it, and nothing is ever put in its place.
    Key,
    /// Everybody reads it.
    Certificate,
    /// Everybody reads it; it takes the place of the one that is there.
    NewCertificate,
}

/// What a file holds.
pub(super) struct Found {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Whether others than its owner and group can read it.
    pub(super) is_open: bool,
}

/// The folder.
pub(super) struct Folder<'f> {
    path: &'f Path,
}

impl<'f> Folder<'f> {
    pub(super) fn new(path: &'f Path) -> Self {
        Self { path }
    }

    /// The path of a file of it, as it is shown.
    pub(super) fn shown(&self, name: &str) -> String {
        printable_path(&self.path.join(name))
    }

    /// What a file holds, if there is one.
    ///
    /// A link is refused: what it leads to is not this folder's to keep.
    pub(super) fn read(&self, name: &str) -> Result<Option<Found>, Diagnostic> {
        let path = self.path.join(name);
        let metadata = match path.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(name, &error)),
        };
        if !metadata.is_file() {
            let message = format!("`{}` is no regular file", self.shown(name));
            return Err(
                Diagnostic::error("not-a-regular-file", Class::Specification, message)
                    .help("put the file itself there, or write into another folder"),
            );
        }
        match bounded_read::read(&path, MAX_SIZE) {
            Ok(bytes) => Ok(Some(Found {
                bytes: Zeroizing::new(bytes),
                is_open: metadata.permissions().mode() & 0o004 != 0,
            })),
            Err(error) => {
                let message = format!("`{}` can't be read: {error}", self.shown(name));
                Err(Diagnostic::error("certificate-folder", Class::Io, message))
            }
        }
    }

    /// Writes the files in order, each whole or not at all, after making the
    /// folder where there is none.
    pub(super) fn write(&self, files: &[Pending]) -> Result<(), Diagnostic> {
        if files.is_empty() {
            return Ok(());
        }
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(self.path);
        made.map_err(|error| self.failed("", &error))?;
        for file in files {
            self.write_one(file)
                .map_err(|error| self.failed(&file.name, &error))?;
        }
        let synced = File::open(self.path).and_then(|folder| folder.sync_all());
        synced.map_err(|error| self.failed("", &error))
    }

    fn write_one(&self, pending: &Pending) -> io::Result<()> {
        let path: PathBuf = self.path.join(&pending.name);
        let mode = match pending.kind {
            Kind::Key => 0o600,
            Kind::Certificate => 0o644,
            Kind::NewCertificate => fs::metadata(&path)?.permissions().mode() & 0o777,
        };
        // The mode is that of its creation, and it has its name when it is whole.
        let mut file = tempfile::Builder::new()
            .prefix(".apim-patch-out-")
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(self.path)?;
        file.write_all(pending.content.as_bytes())?;
        file.as_file().sync_all()?;
        let kept = match pending.kind {
            Kind::Key | Kind::Certificate => file.persist_noclobber(&path),
            Kind::NewCertificate => file.persist(&path),
        };
        kept.map(drop).map_err(|error| error.error)
    }

    fn failed(&self, name: &str, error: &io::Error) -> Diagnostic {
        let path = self.shown(name);
        if error.kind() == ErrorKind::AlreadyExists && !name.is_empty() {
            let message = format!("somebody else has made `{path}` meanwhile; it is kept");
            return Diagnostic::error("conflict", Class::Conflict, message).help("run again");
        }
        let message = format!("`{path}` can't be written: {}", bounded_read::reason(error));
        Diagnostic::error("certificate-folder", Class::Io, message)
    }
}
