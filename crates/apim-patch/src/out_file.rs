//! Files that a command is told to write.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::NamedTempFile;

/// Who may read such a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever runs this, and nobody else.
    Owner,
    /// Whoever the umask leaves.
    Everybody,
}

/// Writes all of the file or nothing; one that is there is left.
pub(crate) fn write_new(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let (file, folder) = beside(path, bytes, readers)?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// Writes all of the file or nothing; one that is there is replaced.
pub(crate) fn write(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    // Put in place of a device, the file would be found by everybody but its
    // reader.
    if let Ok(there) = path.metadata()
        && !there.is_file()
    {
        return Err(io::Error::other("there is something that is no file"));
    }
    let (file, folder) = beside(path, bytes, readers)?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// The file under another name in its folder, and that folder.
fn beside<'p>(
    path: &'p Path,
    bytes: &[u8],
    readers: Readers,
) -> io::Result<(NamedTempFile, &'p Path)> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Everybody => 0o666,
    };
    let mut file = tempfile::Builder::new()
        .prefix(".apim-patch-out-")
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok((file, folder))
}
