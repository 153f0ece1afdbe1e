//! On which file system a folder is (proc(5), `mountinfo`).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use crate::bounded_read;

const MAX_SIZE: u64 = 16 * 1024 * 1024;

/// File systems that several machines have at a time.
const SHARED: &[&str] = &[
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "ceph",
    "fuse.ceph",
    "fuse.ceph-fuse",
    "glusterfs",
    "fuse.glusterfs",
    "ocfs2",
    "gfs2",
    "lustre",
    "gpfs",
    "beegfs",
    "afs",
    "orangefs",
    "pvfs2",
    "fuse.sshfs",
    "fuse.moosefs",
    "fuse.mfs",
    "fuse.lizardfs",
    "fuse.juicefs",
    "fuse.s3fs",
    "fuse.weed",
    "davfs",
    "fuse.davfs2",
    "coda",
    "acfs",
    "panfs",
];

/// File systems that belong to one machine.
const LOCAL: &[&str] = &[
    "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "tmpfs", "ramfs",
    "bcachefs", "nilfs2", "vfat", "exfat", "ntfs3", "squashfs", "erofs",
];

/// File systems of which a part is mounted as a matter of course.
const WITH_SUBVOLUMES: &[&str] = &["btrfs", "bcachefs"];

/// A mount, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    pub(super) point: PathBuf,
    /// The folder of the file system that is mounted: not `/` for a bind mount.
    root: OsString,
    pub(super) kind: String,
    pub(super) source: String,
}

/// Whether other machines have the folder as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    Shared,
    Local,
    /// A bind mount, an overlay or a folder of another machine's: what lies
    /// beneath is not shown here.
    Unknown,
}

impl Mount {
    pub(super) fn sharing(&self) -> Sharing {
        let kind = self.kind.as_str();
        let is_bound = self.root != "/" && !WITH_SUBVOLUMES.contains(&kind);
        match () {
            () if SHARED.contains(&kind) => Sharing::Shared,
            () if LOCAL.contains(&kind) && !is_bound => Sharing::Local,
            () => Sharing::Unknown,
        }
    }

    /// Why it can't be told, in a few words.
    pub(super) fn doubt(&self) -> &'static str {
        match LOCAL.contains(&self.kind.as_str()) {
            true => "a bind mount, of which this machine does not show who else has it",
            false => "a file system that does not show who else has it",
        }
    }
}

/// The mount that a folder is in; `None` where the system does not show it.
/// `folder` is absolute and without links.
pub(super) fn mount_of(proc: &Path, folder: &Path) -> Option<Mount> {
    let bytes = bounded_read::read(&proc.join("self/mountinfo"), MAX_SIZE).ok()?;
    let mounts = bytes.split(|byte| *byte == b'\n').filter_map(mount);
    // A later mount at the same place covers the earlier one.
    mounts
        .filter(|mount| folder.starts_with(&mount.point))
        .max_by_key(|mount| mount.point.components().count())
}

/// A line such as `36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/sda rw`.
fn mount(line: &[u8]) -> Option<Mount> {
    let mut words = line.split(|byte| *byte == b' ');
    let mut next = |skip: usize| words.nth(skip).map(unescaped);
    let root = next(3)?;
    let point = next(0)?;
    let mut behind = words.skip_while(|word| *word != b"-").skip(1);
    let mut next = || behind.next().map(unescaped);
    let text = |word: OsString| word.to_string_lossy().into_owned();
    Some(Mount {
        point: point.into(),
        root,
        kind: text(next()?),
        source: text(next()?),
    })
}

/// Blanks and backslashes stand there in octal: `\040`.
fn unescaped(word: &[u8]) -> OsString {
    let mut bytes = Vec::new();
    let mut rest = word;
    while let Some((&byte, behind)) = rest.split_first() {
        let digits = behind
            .get(..3)
            .and_then(|digits| str::from_utf8(digits).ok());
        let octal = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match octal {
            Some(octal) if byte == b'\\' => {
                bytes.push(octal);
                rest = &behind[3..];
            }
            _ => {
                bytes.push(byte);
                rest = behind;
            }
        }
    }
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
21 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 21 0:40 / /opt/am rw - nfs4 nas:/export rw
31 30 0:41 / /opt/am/tmp rw - tmpfs tmpfs rw
32 21 254:1 /srv/data /srv/bound rw - ext4 /dev/vda1 rw
33 21 0:50 / /srv/with\\040blank rw master:1 propagate_from:2 - cifs //nas/share rw
34 21 0:51 / /var/layer rw - overlay overlay rw
35 21 0:52 /@home /home rw - btrfs /dev/vdb rw
36 21 0:53 / /covered rw - ext4 /dev/vdc rw
37 21 0:54 / /covered rw - ceph mon:/ rw
nonsense
";

    #[test]
    fn mounts_of_folders() {
        let proc = tempfile::tempdir().unwrap();
        std::fs::create_dir(proc.path().join("self")).unwrap();
        std::fs::write(proc.path().join("self/mountinfo"), TABLE).unwrap();
        for (folder, kind, sharing) in [
            ("/opt/amx", "ext4", Sharing::Local),
            ("/opt/am/repository", "nfs4", Sharing::Shared),
            ("/opt/am/tmp/x", "tmpfs", Sharing::Local),
            ("/srv/bound/x", "ext4", Sharing::Unknown),
            ("/srv/with blank/x", "cifs", Sharing::Shared),
            ("/var/layer", "overlay", Sharing::Unknown),
            ("/home/me", "btrfs", Sharing::Local),
            ("/covered/x", "ceph", Sharing::Shared),
        ] {
            let mount = mount_of(proc.path(), Path::new(folder)).unwrap();
            assert_eq!(
                (mount.kind.as_str(), mount.sharing()),
                (kind, sharing),
                "{folder}"
            );
        }
        assert_eq!(mount_of(Path::new("/nowhere"), Path::new("/")), None);
    }
}
