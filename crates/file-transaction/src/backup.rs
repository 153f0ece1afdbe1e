//! Copies of the files as they were.

use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::disk;
use crate::error::Error;
use crate::stage::check_read_back;

/// The copy of the `index`th file of a transaction.
fn path(directory: &Path, index: usize) -> PathBuf {
    directory.join(format!("backup-{index}"))
}

/// Stores the content of a file durably, readable by its owner only.
///
/// A hard link to the old file would be cheaper, but would carry that file's mode and would change
/// with it under an editor that still has it open.
pub(crate) fn store(directory: &Path, index: usize, bytes: &[u8]) -> Result<(), Error> {
    let path = path(directory, index);
    disk::create_new(&path)
        .and_then(|file| disk::write_synced(&file, bytes))
        .map_err(Error::io(
            format!("write a backup of {} bytes to", bytes.len()),
            &path,
        ))?;
    check_read_back(&path, Digest::of(bytes))
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
