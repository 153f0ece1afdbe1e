//! A directory tree as a value: what is there, and how two states of it differ.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A directory tree as a value: what is there, to the byte and to the inode.
#[derive(Clone)]
pub(crate) struct Tree {
    entries: BTreeMap<PathBuf, Entry>,
}

#[derive(Clone, PartialEq, Eq)]
struct Entry {
    kind: Kind,
    mode: u32,
    owner: (u32, u32),
    inode: u64,
    modified: (i64, i64),
    content: Vec<u8>,
    link: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Directory,
    File,
    Link,
    Other,
}

/// How far two states may be apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    /// Nothing was touched: same inodes, same times.
    Everything,
    /// The same files with the same bytes, modes and owners; they may have been written anew.
    Content,
}

impl Tree {
    pub(crate) fn of(root: &Path) -> Self {
        let mut entries = BTreeMap::new();
        // What must not be read can still be compared by its inode and times.
        for entry in walkdir::WalkDir::new(root).into_iter().flatten() {
            let path = entry.path();
            let metadata = path.symlink_metadata().unwrap();
            let kind = match metadata.file_type() {
                kind if kind.is_dir() => Kind::Directory,
                kind if kind.is_file() => Kind::File,
                kind if kind.is_symlink() => Kind::Link,
                _ => Kind::Other,
            };
            // A sparse giant is told apart by its size and times.
            let small = metadata.len() < (64 << 20);
            let content = match kind {
                Kind::File if small => fs::read(path).unwrap_or_default(),
                Kind::File => metadata.len().to_le_bytes().to_vec(),
                _ => Vec::new(),
            };
            let described = Entry {
                kind,
                mode: metadata.mode(),
                owner: (metadata.uid(), metadata.gid()),
                inode: metadata.ino(),
                modified: (metadata.mtime(), metadata.mtime_nsec()),
                content,
                link: fs::read_link(path).ok(),
            };
            entries.insert(path.strip_prefix(root).unwrap().to_owned(), described);
        }
        Self { entries }
    }

    /// What is different in `after`, in words; empty when nothing is.
    pub(crate) fn differences(&self, after: &Self, compare: Compare) -> Vec<String> {
        let mut found = Vec::new();
        for (path, old) in &self.entries {
            let name = path.display();
            let Some(new) = after.entries.get(path) else {
                found.push(format!("{name}: gone"));
                continue;
            };
            let anew = compare == Compare::Everything;
            let aspects = [
                ("kind", old.kind != new.kind),
                ("mode", old.mode != new.mode),
                ("owner", old.owner != new.owner),
                ("bytes", old.content != new.content),
                ("link target", old.link != new.link),
                ("inode", anew && old.inode != new.inode),
                ("time", anew && old.modified != new.modified),
            ];
            let changed = aspects.iter().filter(|(_, changed)| *changed);
            found.extend(changed.map(|(aspect, _)| format!("{name}: other {aspect}")));
        }
        let fresh = after
            .entries
            .keys()
            .filter(|p| !self.entries.contains_key(*p));
        found.extend(fresh.map(|path| format!("{}: new", path.display())));
        found
    }

    #[track_caller]
    pub(crate) fn untouched(&self, after: &Self, what: &dyn fmt::Display) {
        let differences = self.differences(after, Compare::Everything);
        assert!(differences.is_empty(), "{differences:#?}\nafter {what}");
    }

    #[track_caller]
    pub(crate) fn same_content(&self, after: &Self, what: &dyn fmt::Display) {
        let differences = self.differences(after, Compare::Content);
        assert!(differences.is_empty(), "{differences:#?}\nafter {what}");
    }

    /// The files and links that do not lie below `directory`.
    pub(super) fn only_files_outside(mut self, directory: &str) -> Self {
        let outside = |path: &PathBuf| !path.starts_with(directory);
        self.entries
            .retain(|path, entry| outside(path) && entry.kind != Kind::Directory);
        self
    }

    /// The same tree without these files.
    pub(crate) fn without(&self, names: &[&str]) -> Self {
        let mut rest = self.clone();
        for name in names {
            rest.entries.remove(Path::new(name));
        }
        rest
    }

    /// Every regular file with its mode and bytes.
    pub(crate) fn regular(&self) -> impl Iterator<Item = (&Path, u32, &[u8])> {
        let files = self.entries.iter().filter(|(_, e)| e.kind == Kind::File);
        files.map(|(path, entry)| (path.as_path(), entry.mode & 0o7777, &entry.content[..]))
    }

    /// Every directory with its mode.
    pub(crate) fn directories(&self) -> impl Iterator<Item = (&Path, u32)> {
        let all = self.entries.iter();
        all.filter(|(_, e)| e.kind == Kind::Directory)
            .map(|(path, entry)| (path.as_path(), entry.mode & 0o7777))
    }

    /// The content of one file.
    pub(crate) fn content(&self, name: &str) -> &[u8] {
        &self.entries[Path::new(name)].content
    }
}
