//! What a file is besides its content: mode, owner and extended attributes (ACLs, labels and users'
//! own); and whether a file can be replaced without losing any of it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::{MetadataExt as _, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, Statx, StatxAttributes, StatxFlags, statx};
use rustix::io::Errno;
use rustix::process::{Gid, Uid, getegid, geteuid, getgroups};
use xattr::FileExt as _;

use crate::disk;
use crate::error::Error;
use crate::obstacle::Obstacle;
use crate::tree;

/// Everything that the replacement takes over from the file it replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Metadata {
    mode: u32,
    uid: u32,
    gid: u32,
    attributes: BTreeMap<OsString, Vec<u8>>,
}

/// These belong to one inode's content; the kernel makes new ones for a new file.
const NOT_COPIED: [&str; 2] = ["security.ima", "security.evm"];

impl Metadata {
    pub(crate) fn of(file: &File) -> io::Result<Metadata> {
        let metadata = file.metadata()?;
        Ok(Metadata {
            mode: metadata.mode() & 0o7777,
            uid: metadata.uid(),
            gid: metadata.gid(),
            attributes: attributes(file)?,
        })
    }

    /// Gives all of it to `file`, which stands in for `path`, and takes away what `file` has beyond
    /// it (an ACL inherited from the directory, for example).
    pub(crate) fn give_to(&self, file: &File, path: &Path) -> Result<(), Error> {
        let cannot_keep = |attribute: &OsStr, cause| Error::CannotKeep {
            path: path.to_path_buf(),
            attribute: attribute.display().to_string(),
            cause,
        };
        let look = |file: &File| Metadata::of(file).map_err(Error::io("look at the copy of", path));
        let now = look(file)?;
        // First, because it clears set-user-ID bits and needs no attribute to be in place.
        if (now.uid, now.gid) != (self.uid, self.gid) {
            disk::step("set owner")
                .and_then(|()| fchown(file, Some(self.uid), Some(self.gid)))
                .map_err(|cause| match cause.kind() {
                    io::ErrorKind::PermissionDenied => self.cannot_keep_owner(path),
                    _ => Error::io("set the owner of the copy of", path)(cause),
                })?;
        }
        for name in now.attributes.keys() {
            if !self.attributes.contains_key(name) {
                disk::step("remove attribute")
                    .and_then(|()| file.remove_xattr(name))
                    .map_err(|cause| cannot_keep(name, cause))?;
            }
        }
        for (name, value) in &self.attributes {
            if now.attributes.get(name) != Some(value) {
                disk::step("set attribute")
                    .and_then(|()| file.set_xattr(name, value))
                    .map_err(|cause| cannot_keep(name, cause))?;
            }
        }
        // Last, because an ACL that comes or goes changes the group's bits.
        if file
            .metadata()
            .map_err(Error::io("look at the copy of", path))?
            .mode()
            & 0o7777
            != self.mode
        {
            disk::set_mode(file, self.mode).map_err(|e| cannot_keep(OsStr::new("mode"), e))?;
        }
        let given = look(file)?;
        if given == *self {
            return Ok(());
        }
        let odd = self
            .attributes
            .iter()
            .find(|(name, value)| given.attributes.get(*name) != Some(value))
            .map_or(OsStr::new("mode, owner or attributes"), |(name, _)| {
                name.as_os_str()
            });
        Err(cannot_keep(odd, io::ErrorKind::Unsupported.into()))
    }

    /// The owner, by root alone; a group, by its members too.
    fn owner_can_be_set_by(&self, user: Uid, groups: &[Gid]) -> bool {
        let is_ours = self.uid == user.as_raw();
        user.is_root() || is_ours && groups.iter().any(|group| group.as_raw() == self.gid)
    }

    fn cannot_keep_owner(&self, path: &Path) -> Error {
        Error::CannotKeepOwner {
            path: path.to_path_buf(),
            uid: self.uid,
            gid: self.gid,
        }
    }
}

fn attributes(file: &File) -> io::Result<BTreeMap<OsString, Vec<u8>>> {
    let unsupported = |e: &io::Error| e.raw_os_error() == Some(Errno::OPNOTSUPP.raw_os_error());
    let names = match file.list_xattr() {
        Ok(names) => names,
        Err(e) if unsupported(&e) => return Ok(BTreeMap::new()),
        Err(e) => return Err(e),
    };
    let mut attributes = BTreeMap::new();
    for name in names.filter(|name| !NOT_COPIED.iter().any(|skipped| name == skipped)) {
        if let Some(value) = file.get_xattr(&name)? {
            attributes.insert(name, value);
        }
    }
    Ok(attributes)
}

/// Finds what would keep a file from being replaced, as far as looking can tell, so that nothing
/// needs to be written to find it out. `path` is how the caller knows the file, `real` where it is.
pub(crate) fn check_replaceable(path: &Path, real: &Path) -> Result<Metadata, Error> {
    let file = disk::open_to_read(real).map_err(Error::io("open", path))?;
    let stat = file.metadata().map_err(Error::io("look at", path))?;
    if stat.nlink() > 1 {
        return Err(Error::HardLinked {
            path: path.to_path_buf(),
            links: stat.nlink(),
        });
    }
    let state = Flags::of(&file);
    if state.is_mount_point(real) {
        return Err(Error::Mounted {
            path: path.to_path_buf(),
        });
    }
    state.check(path)?;
    // Before the access, which a file of another user may lack as well: its owner is what
    // the person who acts has to know.
    let metadata = Metadata::of(&file).map_err(Error::io("look at", path))?;
    let mut groups = getgroups().unwrap_or_default();
    groups.push(getegid());
    if !metadata.owner_can_be_set_by(geteuid(), &groups) {
        return Err(metadata.cannot_keep_owner(path));
    }
    check_access(path, real, Access::WRITE_OK)?;
    let directory = parent(real);
    let opened = File::open(&directory).map_err(Error::io("open", &directory))?;
    Flags::of(&opened).check(&directory)?;
    check_directory_writable(&directory)?;

    Ok(metadata)
}

/// Finds what would keep `real` from being moved into a directory of the state directory (`other`)
/// and deleted there, or from being moved from there to its place, as far as looking can tell.
/// Without `deletion` nothing in it has to be looked at.
pub(crate) fn check_movable(
    path: &Path,
    real: &Path,
    other: &Path,
    deletion: bool,
) -> Result<(), Error> {
    let stat = fs::symlink_metadata(real).map_err(Error::io("look at", path))?;
    let holds_mount = |mount: &Path| Error::HoldsMount {
        path: path.to_path_buf(),
        mount: mount.to_path_buf(),
    };
    let flags = Flags::at(real);
    if flags.is_mount_point(real) {
        return Err(holds_mount(real));
    }
    flags.check(path)?;
    if let Some(mount) = mount_points().iter().find(|place| place.starts_with(real)) {
        return Err(holds_mount(mount));
    }
    let directory = parent(real);
    check_can_name(&directory)?;
    let user = geteuid();
    let sticky = fs::metadata(&directory)
        .is_ok_and(|stat| stat.mode() & 0o1000 != 0 && stat.uid() != user.as_raw());
    if sticky && !user.is_root() && stat.uid() != user.as_raw() {
        return Err(not_writable(path, Obstacle::System(Errno::PERM.into())));
    }
    // The entry `..` of a directory that moves is written.
    if stat.is_dir() {
        check_access(path, real, Access::WRITE_OK)?;
    }
    check_same_mount(path, &directory, other)?;
    if !deletion {
        return Ok(());
    }
    tree::walk(real, &mut |place, entry| {
        if entry.dev() != stat.dev() {
            return Err(holds_mount(place));
        }
        let flags = Flags::at(place);
        // Another mount of the same file system, where `/proc` does not tell of it.
        if flags.set.contains(StatxAttributes::MOUNT_ROOT) {
            return Err(holds_mount(place));
        }
        flags.check(place)?;
        // What is ours we can make writable.
        if entry.is_dir() && entry.uid() != user.as_raw() {
            check_directory_writable(place)?;
        }
        Ok(())
    })
    .map(drop)
}

/// Can something be given a name in this directory, and lose it?
pub(crate) fn check_can_name(directory: &Path) -> Result<(), Error> {
    Flags::at(directory).check(directory)?;
    check_directory_writable(directory)
}

/// A rename does not lead from one file system, or one mount of it, to another.
pub(crate) fn check_same_mount(path: &Path, directory: &Path, other: &Path) -> Result<(), Error> {
    let device = |path: &Path| {
        let stat = fs::metadata(path).map_err(Error::io("look at", path))?;
        Ok::<_, Error>(stat.dev())
    };
    let same_device = device(directory)? == device(other)?;
    // Not known to kernels before 5.8; the rename itself is going to tell there.
    let mount = |path: &Path| {
        statx(CWD, path, AtFlags::empty(), StatxFlags::MNT_ID)
            .ok()
            .filter(|statx| statx.stx_mask & StatxFlags::MNT_ID.bits() != 0)
            .map(|statx| statx.stx_mnt_id)
    };
    if same_device && mount(directory) == mount(other) {
        return Ok(());
    }
    Err(Error::OtherFileSystem {
        path: path.to_path_buf(),
        other: other.to_path_buf(),
    })
}

/// Is this open directory, which was found at `path`, where something is mounted?
pub(crate) fn is_mount(directory: BorrowedFd<'_>, path: &Path) -> bool {
    Flags::of(directory).is_mount_point(path)
}

/// Can entries be made and removed in this directory?
pub(crate) fn check_directory_writable(directory: &Path) -> Result<(), Error> {
    let access = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
    check_access(directory, directory, access)
}

/// The directory that an absolute path stands in.
pub(crate) fn parent(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("/")).to_path_buf()
}

fn check_access(shown: &Path, path: &Path, access: Access) -> Result<(), Error> {
    match rustix::fs::accessat(CWD, path, access, AtFlags::EACCESS) {
        // An old kernel cannot say it for the effective user; then the write itself will.
        Ok(()) | Err(Errno::NOSYS) => Ok(()),
        // That is how the kernel refuses to open immutable files for writing.
        Err(Errno::PERM) => Err(not_writable(shown, Obstacle::Immutable)),
        Err(e) => Err(not_writable(shown, Obstacle::System(e.into()))),
    }
}

fn not_writable(path: &Path, why: Obstacle) -> Error {
    Error::NotWritable {
        path: path.to_path_buf(),
        why,
    }
}

/// What `statx` knows beyond `stat`; nothing on kernels before 4.11 or behind old sandboxes.
struct Flags {
    set: StatxAttributes,
    known: StatxAttributes,
}

impl Flags {
    fn of(file: impl AsFd) -> Flags {
        Flags::from(statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::empty()))
    }

    /// Of whatever has this name, be it a link or something that nobody may open.
    fn at(path: &Path) -> Flags {
        Flags::from(statx(
            CWD,
            path,
            AtFlags::SYMLINK_NOFOLLOW,
            StatxFlags::empty(),
        ))
    }

    fn from(statx: Result<Statx, Errno>) -> Flags {
        match statx {
            Ok(statx) => Flags {
                set: statx.stx_attributes,
                known: statx.stx_attributes_mask,
            },
            Err(_) => Flags {
                set: StatxAttributes::empty(),
                known: StatxAttributes::empty(),
            },
        }
    }

    fn check(&self, path: &Path) -> Result<(), Error> {
        if self.set.contains(StatxAttributes::IMMUTABLE) {
            return Err(not_writable(path, Obstacle::Immutable));
        }
        if self.set.contains(StatxAttributes::APPEND) {
            return Err(not_writable(path, Obstacle::AppendOnly));
        }
        Ok(())
    }

    /// `rename` onto a mount point fails with EBUSY, and only once everything else is done.
    fn is_mount_point(&self, real: &Path) -> bool {
        if self.known.contains(StatxAttributes::MOUNT_ROOT) {
            return self.set.contains(StatxAttributes::MOUNT_ROOT);
        }
        // Kernels before 5.8.
        mount_points().iter().any(|place| place == real)
    }
}

/// Where something is mounted, as far as `/proc` tells.
fn mount_points() -> Vec<PathBuf> {
    let mounts = fs::read("/proc/self/mountinfo").unwrap_or_default();
    let lines = mounts.split(|b| *b == b'\n');
    lines
        .filter_map(|line| line.split(|b| *b == b' ').nth(4))
        .map(|place| PathBuf::from(unescape_mount_path(place)))
        .collect()
}

/// Blanks and backslashes in `/proc/self/mountinfo` are three octal digits behind a backslash.
fn unescape_mount_path(escaped: &[u8]) -> OsString {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some((first, after)) = rest.split_first() {
        let octal = after
            .get(..3)
            .filter(|_| *first == b'\\')
            .and_then(|digits| {
                let digits = std::str::from_utf8(digits).ok()?;
                u8::from_str_radix(digits, 8).ok()
            });
        match octal {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt as _;

    #[test]
    fn mount_paths_are_unescaped() {
        let check = |escaped: &str, path: &[u8]| {
            assert_eq!(unescape_mount_path(escaped.as_bytes()).as_bytes(), path);
        };
        check("/plain", b"/plain");
        check(r"/a\040b\134c", b"/a b\\c");
        check(r"/odd\9", b"/odd\\9");
        check(r"/end\04", b"/end\\04");
    }
    #[test]
    fn only_root_gives_a_file_to_others() {
        let ours = Metadata {
            mode: 0o644,
            uid: 7,
            gid: 70,
            attributes: BTreeMap::new(),
        };
        for (user, groups, can) in [
            (0, &[0][..], true),
            (7, &[70], true),
            (7, &[1, 70], true),
            (7, &[1], false),
            (7, &[], false),
            (8, &[70], false),
        ] {
            let groups: Vec<Gid> = groups.iter().copied().map(Gid::from_raw).collect();
            let answer = ours.owner_can_be_set_by(Uid::from_raw(user), &groups);
            assert_eq!(answer, can, "{user} {groups:?}");
        }
    }

    #[test]
    fn a_mount_point_is_seen_with_and_without_the_kernels_help() {
        let directory = tempfile::tempdir().unwrap();
        let none = StatxAttributes::empty();
        let check = |place: &Path, mounted: bool| {
            let known = Flags::of(File::open(place).unwrap());
            let unknown = Flags {
                set: none,
                known: none,
            };
            assert_eq!(known.is_mount_point(place), mounted, "{place:?}");
            assert_eq!(unknown.is_mount_point(place), mounted, "{place:?}");
        };
        check(Path::new("/proc"), true);
        check(directory.path(), false);
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_taken_for_good() {
        let file = tempfile::NamedTempFile::new().unwrap();
        check_access(file.path(), file.path(), Access::WRITE_OK).unwrap();
        let missing = Path::new("/no/such");
        assert!(check_access(missing, missing, Access::WRITE_OK).is_err());
        // Not even root may search what is no directory.
        assert!(check_directory_writable(file.path()).is_err());
        let flags = rustix::fs::OFlags::PATH;
        let handle = rustix::fs::open(file.path(), flags, rustix::fs::Mode::empty()).unwrap();
        assert!(attributes(&File::from(handle)).is_err());
    }
}
