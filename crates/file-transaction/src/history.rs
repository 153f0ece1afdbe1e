//! The transactions of a root, and the files as they were before each.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::backup;
use crate::disk;
use crate::error::Error;
use crate::id::TransactionId;
use crate::journal::Manifest;
use crate::lock::Lock;
use crate::obstacle::FileKind;
use crate::stage;
use crate::store::Store;
use crate::tree::Tree;

/// A transaction in the history.
#[derive(Debug, Clone)]
pub struct Entry {
    directory: PathBuf,
    manifest: Manifest,
}

impl Entry {
    /// The transaction's name.
    pub fn id(&self) -> &TransactionId {
        &self.manifest.id
    }

    /// What it did.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The content of its `index`th file as it was before, or `None` if it has no such file.
    ///
    /// # Errors
    ///
    /// [`Error::BadBackup`] if the copy is not what was stored, and [`Error::Io`].
    pub fn backup(&self, index: usize) -> Result<Option<Vec<u8>>, Error> {
        match self.manifest.files.get(index) {
            Some(file) => backup::load(&self.directory, index, file.before).map(Some),
            None => Ok(None),
        }
    }

    /// Where the `index`th thing that it moved away stands now, `None` if it has been moved on since
    /// or there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub fn kept(&self, index: usize) -> Result<Option<PathBuf>, Error> {
        let Some(record) = self.manifest.removed.get(index) else {
            return Ok(None);
        };
        let path = backup::moved_path(&self.directory, index);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if FileKind::of(metadata.file_type()) == record.tree.kind => {
                Ok(Some(path))
            }
            Ok(_) => Ok(None),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::io("look at", &path)(e)),
        }
    }

    fn keeps(&self, store: &Store, place: &Path, tree: &Tree) -> Result<Option<usize>, Error> {
        for (index, record) in self.manifest.removed.iter().enumerate() {
            let wanted = record.place(store) == place && record.tree.is_same(tree);
            if wanted && self.kept(index)?.is_some() {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }
}

/// The history of a root.
#[derive(Debug, Default)]
pub struct History {
    /// Its transactions, newest first.
    pub entries: Vec<Entry>,
    /// What stands in the history but cannot be read.
    pub damaged: Vec<Error>,
}

/// The history of a root. Needs no lock: an entry is there in full or not at all.
///
/// # Errors
///
/// [`Error::Io`]; entries that are damaged are listed as such.
pub fn list(store: &Store) -> Result<History, Error> {
    let mut history = History::default();
    for id in ids(store)?.into_iter().rev() {
        match load(store, &id) {
            Ok(Some(entry)) => history.entries.push(entry),
            Ok(None) => {}
            Err(damaged @ Error::DamagedEntry { .. }) => history.damaged.push(damaged),
            Err(e) => return Err(e),
        }
    }
    Ok(history)
}

/// The transaction of this name. The beginning of a name will do where no other begins so.
///
/// # Errors
///
/// [`Error::NoSuchTransaction`], [`Error::AmbiguousTransaction`], [`Error::DamagedEntry`] and
/// [`Error::Io`].
pub fn read(store: &Store, id: &str) -> Result<Entry, Error> {
    let mut candidates = ids(store)?;
    candidates.retain(|candidate| !id.is_empty() && candidate.as_str().starts_with(id));
    let unknown = || Error::NoSuchTransaction { id: id.to_owned() };
    match candidates.as_slice() {
        [] => Err(unknown()),
        [id] => load(store, id)?.ok_or_else(unknown),
        several => Err(Error::AmbiguousTransaction {
            id: id.to_owned(),
            candidates: several.iter().map(TransactionId::to_string).collect(),
        }),
    }
}

/// The newest transaction.
///
/// # Errors
///
/// [`Error::DamagedEntry`] and [`Error::Io`].
pub fn latest(store: &Store) -> Result<Option<Entry>, Error> {
    for id in ids(store)?.iter().rev() {
        if let Some(entry) = load(store, id)? {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// Removes all transactions but the newest `keep`, and what an interrupted removal left. What they
/// moved away and nobody has moved back is deleted with them. Gives the names of those it removed,
/// oldest first.
///
/// # Errors
///
/// [`Error::RecoveryNeeded`] if an earlier run has not been recovered, which may be about to move
/// something back; and [`Error::Io`], with every transaction still there in full or gone.
pub fn prune(lock: &Lock, keep: usize) -> Result<Vec<TransactionId>, Error> {
    let store = lock.store();
    stage::check_nothing_pending(store)?;
    let (mut whole, mut rest) = (Vec::new(), Vec::new());
    for id in ids(store)? {
        match is_entry(store, &id)? {
            true => whole.push(id),
            false => rest.push(id),
        }
    }
    whole.truncate(whole.len().saturating_sub(keep));
    for id in rest.iter().chain(&whole) {
        stage::remove_record(&directory(store, id))?;
    }
    if !(whole.is_empty() && rest.is_empty()) {
        stage::remove_empty_state(store)?;
    }
    Ok(whole)
}

/// What a transaction moved away stands where its entry says, or, if it was moved back and away
/// again, in the entry of a later one. Gives which transaction keeps it, under which number.
pub(crate) fn keeper(
    store: &Store,
    entry: &Entry,
    place: &Path,
    tree: &Tree,
) -> Result<Option<(TransactionId, usize)>, Error> {
    if let Some(index) = entry.keeps(store, place, tree)? {
        return Ok(Some((entry.id().clone(), index)));
    }
    for entry in list(store)?.entries {
        if let Some(index) = entry.keeps(store, place, tree)? {
            return Ok(Some((entry.id().clone(), index)));
        }
    }
    Ok(None)
}

pub(crate) fn newest(store: &Store) -> Result<Option<TransactionId>, Error> {
    Ok(ids(store)?.pop())
}

/// Is this transaction in the history, in full?
pub(crate) fn is_entry(store: &Store, id: &TransactionId) -> Result<bool, Error> {
    let manifest = directory(store, id).join(Manifest::FILE);
    disk::exists(&manifest).map_err(Error::io("look at", &manifest))
}

fn directory(store: &Store, id: &TransactionId) -> PathBuf {
    store.transactions_path().join(id.as_str())
}

/// The names in the history, oldest first.
fn ids(store: &Store) -> Result<Vec<TransactionId>, Error> {
    if !store.check_state()? {
        return Ok(Vec::new());
    }
    let path = store.transactions_path();
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io("list", &path)(e)),
    };
    let mut ids = Vec::new();
    for entry in entries {
        let name = entry.map_err(Error::io("list", &path))?.file_name();
        ids.extend(name.to_str().and_then(|name| name.parse().ok()));
    }
    ids.sort();
    Ok(ids)
}

/// `None` if it has been removed, or half removed.
fn load(store: &Store, id: &TransactionId) -> Result<Option<Entry>, Error> {
    let directory = directory(store, id);
    let damaged = |why: String| Error::DamagedEntry {
        path: directory.join(Manifest::FILE),
        why,
    };
    match Manifest::read(&directory)? {
        None => Ok(None),
        Some(Ok(manifest)) if manifest.id == *id => Ok(Some(Entry {
            directory,
            manifest,
        })),
        Some(Ok(manifest)) => Err(damaged(format!("it is that of {}", manifest.id))),
        Some(Err(why)) => Err(damaged(why)),
    }
}
