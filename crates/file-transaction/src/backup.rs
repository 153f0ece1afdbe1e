//! Copies of the files as they were.

use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::disk::{self, Unsynced};
use crate::error::Error;

/// The copy of the `index`th file of a transaction.
fn path(directory: &Path, index: usize) -> PathBuf {
    directory.join(format!("backup-{index}"))
}

/// Where the `index`th thing that a transaction moved away stands, whole and as it was.
pub(crate) fn moved_path(directory: &Path, index: usize) -> PathBuf {
    directory.join(format!("{MOVED}{index}"))
}

/// What those names begin with.
pub(crate) const MOVED: &str = "moved-";

/// Stores the content of a file, readable by its owner only. Gives back where, and what is to be
/// synced.
///
/// A hard link to the old file would be cheaper, but would carry that file's mode and would change
/// with it under an editor that still has it open.
pub(crate) fn store(
    directory: &Path,
    index: usize,
    bytes: &[u8],
) -> Result<(PathBuf, Unsynced), Error> {
    let path = path(directory, index);
    let file = disk::write_new(&path, bytes).map_err(Error::io(
        format!("write a backup of {} bytes to", bytes.len()),
        &path,
    ))?;
    let unsynced = Unsynced::File {
        file,
        action: "sync the backup",
        path: path.clone(),
    };
    Ok((path, unsynced))
}

/// Reads a copy; one that is not what was stored is never given out.
pub(crate) fn load(directory: &Path, index: usize, expected: Digest) -> Result<Vec<u8>, Error> {
    let path = path(directory, index);
    let bytes = disk::read_if_file(&path, u64::MAX).map_err(Error::io("read", &path))?;
    let actual = bytes.as_deref().map(Digest::of);
    match bytes {
        Some(bytes) if actual == Some(expected) => Ok(bytes),
        _ => Err(Error::BadBackup {
            path,
            expected,
            actual,
        }),
    }
}
