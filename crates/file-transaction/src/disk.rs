//! Every system call of this crate that changes something goes through here, so that the tests can
//! number them and let any one of them fail or be the last.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{panic, thread};

use rustix::fs::{CWD, OFlags, RenameFlags};
use rustix::io::Errno;

use crate::error::Error;

/// Stands before every changing call, and names it.
#[cfg(not(test))]
pub(crate) fn step(_: &str) -> io::Result<()> {
    Ok(())
}

/// What a file system may lack.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ability {
    Exchange,
    Link,
    NoReplace,
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

/// Creates a file, as [`create_new`] does, with this content. It is not synced.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let file = create_new(path)?;
    write(&file, bytes)?;
    Ok(file)
}

pub(crate) fn write(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    step("write")?;
    file.write_all(bytes)
}

pub(crate) fn sync(file: &File) -> io::Result<()> {
    step("sync")?;
    file.sync_all()
}

/// What is not on the disk yet and has to be before anything else happens.
#[derive(Debug)]
pub(crate) enum Unsynced {
    /// A file, kept open so that an error of writing it back cannot be reported to somebody else.
    File {
        file: File,
        /// For the error: what is done by syncing it, and to what.
        action: &'static str,
        path: PathBuf,
    },
    /// The names in a directory.
    Directory(PathBuf),
}

impl Unsynced {
    fn name(&self) -> &'static str {
        match self {
            Unsynced::File { .. } => "sync",
            Unsynced::Directory(_) => "sync directory",
        }
    }

    fn sync(&self) -> io::Result<()> {
        match self {
            Unsynced::File { file, .. } => file.sync_all(),
            Unsynced::Directory(path) => where_it_can_be_had(File::open(path)?.sync_all()),
        }
    }

    fn error(&self, cause: io::Error) -> Error {
        match self {
            Unsynced::File { action, path, .. } => Error::io(*action, path)(cause),
            Unsynced::Directory(path) => Error::io("sync", path)(cause),
        }
    }
}

/// Some network and FUSE file systems cannot sync a directory and say so; there is nothing stronger
/// to ask them for.
fn where_it_can_be_had(sync: io::Result<()>) -> io::Result<()> {
    match sync {
        Err(e) if e.raw_os_error() == Some(Errno::INVAL.raw_os_error()) => Ok(()),
        other => other,
    }
}

/// Few enough to be no burden; more gain nothing.
const THREADS: usize = 16;

/// Waits until all of these are on the disk; their order means nothing. Asked for at the same time
/// they take about as long as one, because the file system writes its journal once for all of them.
pub(crate) fn sync_together(unsynced: &[Unsynced]) -> Result<(), Error> {
    for one in unsynced {
        step(one.name()).map_err(|e| one.error(e))?;
    }
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(one) = unsynced.get(next.fetch_add(1, Ordering::Relaxed)) {
            one.sync().map_err(|e| one.error(e))?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        // Where no more threads can be had, those that there are do all of it.
        let helpers: Vec<_> = (1..unsynced.len().min(THREADS))
            .map_while(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        helpers.into_iter().fold(work(), |result, helper| {
            let helped = helper.join().unwrap_or_else(|e| panic::resume_unwind(e));
            result.and(helped)
        })
    })
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
    #[cfg(test)]
    if !can(Ability::Exchange) {
        return Ok(false);
    }
    match rustix::fs::renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

/// Gives something another name where nothing has that name yet.
pub(crate) fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    step("move")?;
    if rename_or_refuse(from, to)? {
        return Ok(());
    }
    if exists(to)? {
        return Err(Errno::EXIST.into());
    }
    fs::rename(from, to)
}

/// Renames unless something has that name. `false` where the file system cannot look and rename at
/// once.
fn rename_or_refuse(from: &Path, to: &Path) -> io::Result<bool> {
    #[cfg(test)]
    if !can(Ability::NoReplace) {
        return Ok(false);
    }
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

pub(crate) fn link(from: &Path, to: &Path) -> io::Result<()> {
    step("link")?;
    #[cfg(test)]
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
        Err(e) => return none_if_missing(e),
    }
    match open_to_read(path) {
        Ok(file) => read_open(&file, limit).map(Some),
        // It may have gone since.
        Err(e) => none_if_missing(e),
    }
}

fn none_if_missing<T>(e: io::Error) -> io::Result<Option<T>> {
    match e.kind() {
        io::ErrorKind::NotFound => Ok(None),
        _ => Err(e),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::OwnedFd;

    /// A pipe cannot be synced.
    fn unsyncable(path: &str) -> Unsynced {
        let (_, writer) = io::pipe().unwrap();
        Unsynced::File {
            file: File::from(OwnedFd::from(writer)),
            action: "write",
            path: path.into(),
        }
    }

    #[test]
    fn whichever_cannot_be_synced_is_named() {
        let check = |count: usize, odd: fn() -> Unsynced, expected: &str| {
            for at in 0..count {
                let mut all: Vec<Unsynced> = (0..count)
                    .map(|_| Unsynced::File {
                        file: tempfile::tempfile().unwrap(),
                        action: "write",
                        path: "/good".into(),
                    })
                    .collect();
                sync_together(&all).unwrap();
                all[at] = odd();
                let error = sync_together(&all).unwrap_err().to_string();
                assert!(error.starts_with(expected), "{at} of {count}: {error}");
            }
        };
        for count in [1, 2, THREADS, 2 * THREADS + 1] {
            check(count, || unsyncable("/odd"), "write /odd: ");
            let missing = || Unsynced::Directory("/no/such".into());
            check(count, missing, "sync /no/such: ");
        }
        sync_together(&[]).unwrap();
    }
    #[test]
    fn only_a_directory_that_cannot_be_synced_at_all_is_let_off() {
        assert!(where_it_can_be_had(Ok(())).is_ok());
        assert!(where_it_can_be_had(Err(Errno::INVAL.into())).is_ok());
        assert!(where_it_can_be_had(Err(Errno::IO.into())).is_err());
        sync_together(&[Unsynced::Directory("/proc".into())]).unwrap();
    }

    #[test]
    fn only_what_is_not_there_counts_as_gone() {
        type Call = fn(&Path) -> io::Result<()>;
        let calls: [(&str, Call); 4] = [
            ("exists", |path| exists(path).map(|there| assert!(!there))),
            ("read", |path| {
                read_if_file(path, 1).map(|read| assert_eq!(read, None))
            }),
            ("remove file", remove_file),
            ("remove directory", remove_directory_if_empty),
        ];
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "").unwrap();
        for (name, call) in calls {
            call(&directory.path().join("missing")).unwrap();
            let error = call(&file.join("below")).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotADirectory, "{name}");
        }
        assert!(file.exists());
    }

    #[test]
    fn opening_follows_no_link_and_waits_for_nobody() {
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let flags = rustix::fs::fcntl_getfl(open_to_read(&file).unwrap()).unwrap();
        assert!(flags.contains(OFlags::NONBLOCK), "{flags:?}");
        let error = open_to_read(&link).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(Errno::LOOP.raw_os_error()));
    }
}
