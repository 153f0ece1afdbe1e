//! What a file or a directory with all that is in it looks like, without reading any content.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

use crate::digest::Digest;
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::obstacle::FileKind;

/// How deeply directories may be nested. Web applications need some twenty; each level keeps a
/// directory open while the tree is deleted, and a process may usually have 1024 of those.
pub(crate) const DEPTH: usize = 128;

/// Something that was moved: a directory with all that is in it, a file, a link.
///
/// Content is not read. A change that leaves name, kind, mode, owner, size and modification time
/// of everything as they were is not noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Tree {
    /// What it is. A link is the link itself, whatever it points at.
    pub kind: FileKind,
    /// Its inode, by which it is known again when something in it has changed. Without the device,
    /// whose number may be another one after each mount.
    pub inode: u64,
    /// When it was made, where the file system knows that: inodes are used again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// How many directories it has below it.
    pub directories: u64,
    /// How many files, links and other things that are no directories.
    pub files: u64,
    /// The sum of the sizes of those.
    pub bytes: u64,
    /// The digest of name, mode, owner, size and modification time of all of it. A moved tree keeps
    /// it, and so does a faithful copy.
    pub shape: Digest,
}

impl Tree {
    /// `None` where nothing has this name.
    pub(crate) fn look(top: &Path, interrupt: &Interrupt) -> Result<Option<Tree>, Error> {
        let mut tree = None;
        let mut shape = sha2::Sha256::new();
        walk(top, &mut |path, metadata| {
            interrupt.check()?;
            let below = path.strip_prefix(top).unwrap_or(path);
            let is_top = below.as_os_str().is_empty();
            let directory = metadata.is_dir();
            let size = if directory { 0 } else { metadata.len() };
            shape.update(below.as_os_str().as_bytes());
            let (mode, uid, gid) = (metadata.mode(), metadata.uid(), metadata.gid());
            shape.update(format!("\0{mode:o} {uid} {gid} {size}"));
            // Some file systems set the time of a directory that is moved.
            if !(is_top && directory) {
                shape.update(format!(" {}.{}", metadata.mtime(), metadata.mtime_nsec()));
            }
            shape.update("\0");
            let tree = tree.get_or_insert_with(|| Tree {
                kind: FileKind::of(metadata.file_type()),
                inode: metadata.ino(),
                created: metadata
                    .created()
                    .ok()
                    .and_then(|time| Timestamp::try_from(time).ok()),
                directories: 0,
                files: 0,
                bytes: 0,
                shape: Digest::of(b""),
            });
            tree.directories += u64::from(directory && !is_top);
            tree.files += u64::from(!directory);
            tree.bytes = tree.bytes.saturating_add(size);
            Ok(())
        })?;
        Ok(tree.map(|tree| Tree {
            shape: Digest::of_all(shape),
            ..tree
        }))
    }

    /// Is the other one this one, perhaps changed meanwhile, or a faithful copy of it?
    pub(crate) fn is_same(&self, other: &Tree) -> bool {
        let same_inode = (self.inode, self.created) == (other.inode, other.created);
        self.kind == other.kind && (same_inode || self.shape == other.shape)
    }
}

type Visit<'v> = dyn FnMut(&Path, &fs::Metadata) -> Result<(), Error> + 'v;

/// Shows everything, directories before what is in them, in the order of names. Follows no links.
/// `false` where nothing has this name.
pub(crate) fn walk(top: &Path, visit: &mut Visit<'_>) -> Result<bool, Error> {
    descend(top, 0, visit)
}

fn descend(path: &Path, depth: usize, visit: &mut Visit<'_>) -> Result<bool, Error> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        // It may have gone since its name was read.
        Err(e) if is_gone(&e) => return Ok(false),
        Err(e) => return Err(Error::io("look at", path)(e)),
    };
    visit(path, &metadata)?;
    if !metadata.is_dir() {
        return Ok(true);
    }
    if depth == DEPTH {
        return Err(Error::TooDeep {
            path: path.to_path_buf(),
            limit: DEPTH,
        });
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(Error::io("list", path))? {
        names.push(entry.map_err(Error::io("list", path))?.file_name());
    }
    names.sort();
    for name in names {
        descend(&path.join(name), depth + 1, visit)?;
    }
    Ok(true)
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_known_again_by_its_inode_or_by_its_shape() {
        let tree = Tree {
            kind: FileKind::Directory,
            inode: 1,
            created: Some(Timestamp::UNIX_EPOCH),
            directories: 0,
            files: 0,
            bytes: 0,
            shape: Digest::of(b"one"),
        };
        let changed = Tree {
            files: 1,
            shape: Digest::of(b"another"),
            ..tree.clone()
        };
        assert!(tree.is_same(&changed));
        let copied = Tree {
            inode: 2,
            created: Some(Timestamp::MAX),
            ..tree.clone()
        };
        assert!(tree.is_same(&copied));
        // An inode is used again by something that is made later.
        let new = Tree {
            created: Some(Timestamp::MAX),
            ..changed.clone()
        };
        let kind = FileKind::Regular;
        let other_kind = Tree {
            kind,
            ..tree.clone()
        };
        let changed_copy = Tree {
            inode: 2,
            ..changed
        };
        for other in [new, other_kind, changed_copy] {
            assert!(!tree.is_same(&other), "{other:?}");
        }
    }

    /// Whatever could be lost shows in the shape, and where a tree stands does not.
    #[test]
    fn every_change_shows_in_the_shape() {
        let root = tempfile::tempdir().unwrap();
        let top = root.path().join("top");
        fs::create_dir_all(top.join("d/e")).unwrap();
        fs::write(top.join("d/f"), "content").unwrap();
        let look = |path: &Path| Tree::look(path, &Interrupt::new()).unwrap().unwrap();
        let first = look(&top);
        let moved = root.path().join("moved");
        fs::rename(&top, &moved).unwrap();
        assert_eq!(look(&moved), first);
        fs::rename(&moved, &top).unwrap();
        type Change = fn(&Path);
        let changes: [Change; 6] = [
            |top| fs::write(top.join("d/f"), "longer content").unwrap(),
            |top| {
                let file = fs::File::options()
                    .write(true)
                    .open(top.join("d/f"))
                    .unwrap();
                file.set_modified(std::time::UNIX_EPOCH).unwrap();
            },
            |top| fs::rename(top.join("d/f"), top.join("d/g")).unwrap(),
            |top| fs::rename(top.join("d/e"), top.join("d/h")).unwrap(),
            |top| {
                use std::os::unix::fs::PermissionsExt as _;
                fs::set_permissions(top, fs::Permissions::from_mode(0o711)).unwrap();
            },
            |top| fs::write(top.join("new"), "").unwrap(),
        ];
        let mut seen = vec![first.shape];
        for change in changes {
            change(&top);
            let shape = look(&top).shape;
            assert!(!seen.contains(&shape));
            seen.push(shape);
        }
        assert!(
            Tree::look(&root.path().join("none"), &Interrupt::new())
                .unwrap()
                .is_none()
        );
    }
}
