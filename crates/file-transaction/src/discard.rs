//! Deleting a tree that was moved into the state directory. It follows no links, leaves alone what
//! is mounted in it, and can be repeated after it was cut off anywhere.

use std::ffi::{CStr, CString, OsStr};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::disk;
use crate::error::Error;
use crate::metadata;
use crate::tree::DEPTH;

/// A tree may have grown since it was looked at, by somebody who has a directory in it open; but
/// each level takes an open file and a piece of the stack.
const MOST: usize = 2 * DEPTH;

/// Deletes whatever has this name, if anything has.
pub(crate) fn delete(path: &Path) -> Result<(), Error> {
    let name = CString::new(path.as_os_str().as_bytes())
        .map_err(|e| Error::io("remove", path)(e.into()))?;
    delete_in(CWD, &name, path, 0)
}

/// The directory is an open one, because a path that is looked up anew might lead elsewhere by now.
/// `path` is for people.
fn delete_in(
    directory: BorrowedFd<'_>,
    name: &CStr,
    path: &Path,
    depth: usize,
) -> Result<(), Error> {
    let failed = |e: Errno| Error::io("remove", path)(e.into());
    let stat = match rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(()),
        Err(e) => return Err(failed(e)),
    };
    let (what, flags) = if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(directory, name, flags, Mode::empty()).map_err(failed)?;
        empty(opened, &stat, path, depth)?;
        ("remove directory", AtFlags::REMOVEDIR)
    } else {
        ("remove", AtFlags::empty())
    };
    disk::step(what).map_err(Error::io("remove", path))?;
    match rustix::fs::unlinkat(directory, name, flags) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(e) => Err(failed(e)),
    }
}

fn empty(directory: OwnedFd, stat: &Stat, path: &Path, depth: usize) -> Result<(), Error> {
    let failed = |e: Errno| Error::io("list", path)(e.into());
    if depth == MOST {
        return Err(Error::TooDeep {
            path: path.to_path_buf(),
            limit: MOST,
        });
    }
    if metadata::is_mount(directory.as_fd(), path) {
        return Err(Error::HoldsMount {
            path: path.to_path_buf(),
            mount: path.to_path_buf(),
        });
    }
    let mut names = Vec::new();
    for entry in Dir::read_from(&directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            names.push(entry.file_name().to_owned());
        }
    }
    let ours = Mode::from_raw_mode(stat.st_mode).contains(Mode::WUSR | Mode::XUSR);
    if !ours && !names.is_empty() {
        // That its owner may not write into it does not keep root out, but everybody else.
        disk::step("set mode")
            .and_then(|()| Ok(rustix::fs::fchmod(&directory, Mode::RWXU)?))
            .map_err(Error::io("make writable", path))?;
    }
    for name in names {
        let below = path.join(OsStr::from_bytes(name.to_bytes()));
        delete_in(directory.as_fd(), &name, &below, depth + 1)?;
    }
    Ok(())
}
