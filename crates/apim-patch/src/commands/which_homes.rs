//! From `--home` and `--all-homes` to the homes of a run, each once.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use apim_patch_core::diagnostic::{Class, Diagnostic, printable_path};
use apim_patch_core::home_search::homes_below;

use crate::args::{HomeArgument, Homes};
use crate::render::Console;

/// One home of a run.
pub(super) enum Entry {
    /// A home to work on.
    Home(HomeArgument),
    /// A place where there may be a home, and why it is not worked on.
    Refused(PathBuf, Diagnostic),
}

impl Entry {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Home(home) => &home.path,
            Self::Refused(path, _) => path,
        }
    }
}

/// What tells one directory or file from another, whatever it is called.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Identity {
    Inode(u64, u64),
    Path(PathBuf),
}

impl Identity {
    pub(super) fn of(path: &Path) -> Self {
        match path.metadata() {
            Ok(metadata) => Self::Inode(metadata.dev(), metadata.ino()),
            Err(_) => Self::Path(path.to_owned()),
        }
    }
}

/// The homes, each once: two runs on one home would only wait for each other.
/// Says where one was named twice.
pub(super) fn entries(homes: &Homes, console: &mut Console) -> Vec<Entry> {
    let mut seen: HashMap<Identity, Option<String>> = HashMap::new();
    let mut entries = Vec::new();
    for home in &homes.homes {
        let name = printable_path(&home.path);
        let identity = Identity::of(&home.path);
        match seen.get(&identity) {
            None => {
                seen.insert(identity, home.node.clone());
                entries.push(Entry::Home(home.clone()));
            }
            Some(node) if *node == home.node => {
                console.say(&format!("note: {name} is named twice; it is done once"));
            }
            Some(_) => {
                let message = format!("{name} is named as two different nodes");
                let error = Diagnostic::error("home-named-twice", Class::Specification, message)
                    .help("say NODE=DIR once for each home");
                entries.push(Entry::Refused(home.path.clone(), error));
            }
        }
    }
    for folder in &homes.all_homes {
        for found in homes_below(folder) {
            match found {
                Ok(path) => {
                    seen.entry(Identity::of(&path)).or_insert_with(|| {
                        entries.push(Entry::Home(path.into()));
                        None
                    });
                }
                Err(unreadable) => entries.push(Entry::Refused(unreadable.path, unreadable.error)),
            }
        }
    }
    entries
}

/// The folders below which there is no home, and that as an error.
pub(super) fn no_home(homes: &Homes) -> (String, Diagnostic) {
    let folders: Vec<String> = homes
        .all_homes
        .iter()
        .map(|path| printable_path(path))
        .collect();
    let folders = folders.join(", ");
    let error = Diagnostic::error("no-home", Class::Home, format!("no home below {folders}"))
        .help("a home is the directory that holds repository/conf; name it with --home");
    (folders, error)
}
