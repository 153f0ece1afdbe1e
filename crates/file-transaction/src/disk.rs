//! Every system call of this crate that changes something goes through here, so that the tests can
//! number them and let any one of them fail or be the last.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::{CWD, OFlags, RenameFlags};
use rustix::io::Errno;

/// Stands before every changing call, and names it.
#[cfg(not(test))]
pub(crate) fn step(_: &str) -> io::Result<()> {
    Ok(())
}

/// What a file system may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ability {
    Exchange,
    Link,
}

#[cfg(not(test))]
fn can(_: Ability) -> bool {
    true
}

#[cfg(test)]
pub(crate) use crate::crash_tests::{can, step};

/// Creates a file that nobody else can have prepared and only we can read.
pub(crate) fn create_new(path: &Path) -> io::Result<File> {
    step("create")?;
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits() as i32)
        .open(path)?;
    // A umask may have taken even the owner's bits.
    if file.metadata()?.permissions().mode() & 0o7777 != 0o600 {
        set_mode(&file, 0o600)?;
    }
    Ok(file)
}

/// Writes all of `bytes` into a file that was just created, and waits until they are on the disk.
pub(crate) fn write_synced(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    step("write")?;
    file.write_all(bytes)?;
    sync(file)
}

pub(crate) fn write(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    step("write")?;
    file.write_all(bytes)
}

pub(crate) fn sync(file: &File) -> io::Result<()> {
    step("sync")?;
    file.sync_all()
}

/// Makes the names in a directory durable.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = File::open(path)?;
    step("sync directory")?;
    match directory.sync_all() {
        // Some network and FUSE file systems cannot sync a directory and say so; there is nothing
        // stronger to ask them for.
        Err(e) if e.raw_os_error() == Some(Errno::INVAL.raw_os_error()) => Ok(()),
        other => other,
    }
}

pub(crate) fn make_directory(path: &Path) -> io::Result<()> {
    step("make directory")?;
    fs::DirBuilder::new().mode(0o700).create(path)?;
    if fs::symlink_metadata(path)?.permissions().mode() & 0o777 != 0o700 {
        step("set mode")?;
        fs::set_permissions(path, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

pub(crate) fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    step("set mode")?;
    file.set_permissions(Permissions::from_mode(mode))
}

pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    step("rename")?;
    fs::rename(from, to)
}

/// Swaps two names. `false` where the file system cannot do that.
pub(crate) fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    step("exchange")?;
    if !can(Ability::Exchange) {
        return Ok(false);
    }
    match rustix::fs::renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

pub(crate) fn link(from: &Path, to: &Path) -> io::Result<()> {
    step("link")?;
    if !can(Ability::Link) {
        return Err(Errno::OPNOTSUPP.into());
    }
    fs::hard_link(from, to)
}

/// Removes a file that may be gone already.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    if !exists(path)? {
        return Ok(());
    }
    step("remove")?;
    fs::remove_file(path)
}

/// Removes a directory that may be gone already, unless there is something in it.
pub(crate) fn remove_directory_if_empty(path: &Path) -> io::Result<()> {
    match fs::read_dir(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Ok(());
            }
        }
    }
    step("remove directory")?;
    fs::remove_dir(path)
}

/// Is there anything of that name, a dangling link included?
pub(crate) fn exists(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e),
    }
}

/// Opens without following a link in the last place and without waiting for the other end of a
/// pipe.
pub(crate) fn open_to_read(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits() as i32)
        .open(path)
}

/// The content of a file, `None` where there is no file of that name. More than `limit` bytes are
/// an error of the kind [`io::ErrorKind::FileTooLarge`].
pub(crate) fn read_if_file(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Ok(None),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    }
    match open_to_read(path) {
        Ok(file) => read_open(&file, limit).map(Some),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// The rest of an open file; see [`read_if_file`] for the limit.
pub(crate) fn read_open(file: &File, limit: u64) -> io::Result<Vec<u8>> {
    let size = file.metadata()?.len();
    if size > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // The file may grow while it is read, and some special files claim to have no size.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}
