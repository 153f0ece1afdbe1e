//! Before the commit point: the note of who is at work, the new content beside its target, and the
//! way to take all of it away again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::backup;
use crate::discard;
use crate::disk::{self, Unsynced};
use crate::error::{Error, RecoveryReason};
use crate::id::TransactionId;
use crate::journal::{Intent, Manifest, Place, to_json};
use crate::metadata::{Metadata, parent};
use crate::store::Store;

/// What a run's temporary names begin with; nothing else's do.
pub(crate) fn temporary_prefix(store: &Store, id: &TransactionId) -> String {
    format!("{}-{id}-", store.prefix())
}

/// Is there something of an earlier run that has to be recovered first?
pub(crate) fn check_nothing_pending(store: &Store) -> Result<(), Error> {
    for path in [store.journal_path(), store.intent_path()] {
        if disk::exists(&path).map_err(Error::io("look at", &path))? {
            return Err(RecoveryReason::Interrupted { journal: path }.into());
        }
    }
    Ok(())
}

/// Makes the state directory ready and notes, durably, where temporary files are going to stand.
pub(crate) fn announce(
    store: &Store,
    id: &TransactionId,
    directories: &[PathBuf],
    history: bool,
) -> Result<Intent, Error> {
    let state = store.state_directory();
    let made = if store.check_state()? {
        false
    } else {
        disk::make_directory(&state).map_err(Error::io("make", &state))?;
        true
    };
    let path = store.intent_path();
    let places = directories
        .iter()
        .map(|directory| Place::new(store, directory))
        .collect();
    let intent = Intent::new(id, places);
    let note = to_json(&intent)
        .and_then(|json| disk::write_new(&path, &json))
        .map_err(Error::io("write", &path))?;
    let transactions = store.transactions_path();
    // Made now, so that nothing is left after the commit point that needs space.
    if history && !disk::exists(&transactions).map_err(Error::io("look at", &transactions))? {
        disk::make_directory(&transactions).map_err(Error::io("make", &transactions))?;
    }
    let journal = store.journal_path();
    disk::make_directory(&journal).map_err(Error::io("make", &journal))?;
    let mut unsynced = vec![
        Unsynced::File {
            file: note,
            action: "write",
            path,
        },
        Unsynced::Directory(state),
    ];
    if made {
        unsynced.push(Unsynced::Directory(store.root().to_path_buf()));
    }
    disk::sync_together(&unsynced)?;
    Ok(intent)
}

/// Writes new content beside the file that it is for, with all that the file is besides its
/// content. Gives back where it stands, and what is to be synced.
pub(crate) fn write_beside(
    store: &Store,
    id: &TransactionId,
    real: &Path,
    metadata: &Metadata,
    bytes: &[u8],
) -> Result<(PathBuf, Unsynced), Error> {
    let action = || format!("write {} bytes beside", bytes.len());
    let (file, path) = new_beside(store, id, &parent(real)).map_err(Error::io(action(), real))?;
    disk::write(&file, bytes).map_err(Error::io(action(), real))?;
    metadata.give_to(&file, real)?;
    let unsynced = Unsynced::File {
        file,
        action: "sync what was written beside",
        path: real.to_path_buf(),
    };
    Ok((path, unsynced))
}

fn new_beside(store: &Store, id: &TransactionId, directory: &Path) -> io::Result<(File, PathBuf)> {
    disk::step("create")?;
    let prefix = temporary_prefix(store, id);
    let staged = tempfile::Builder::new()
        .prefix(&prefix)
        .rand_bytes(12)
        .tempfile_in(directory)?;
    // From here on it is found by its prefix, like everything else that has to be taken away.
    Ok(staged.keep()?)
}

/// Does the file hold what was written?
pub(crate) fn check_read_back(path: &Path, expected: &[u8]) -> Result<(), Error> {
    match disk::read_if_file(path, u64::MAX).map_err(Error::io("read back", path))? {
        Some(actual) if actual == expected => Ok(()),
        _ => Err(Error::ReadBack {
            path: path.to_path_buf(),
        }),
    }
}

/// Takes away everything of a run that changes no target: temporary files, journal, note, and the
/// state directory if there is nothing else in it. The note stays as long as anything it tells of
/// does.
pub(crate) fn withdraw(
    store: &Store,
    id: Option<&TransactionId>,
    directories: &[PathBuf],
) -> Result<(), Error> {
    if let Some(id) = id {
        let prefix = temporary_prefix(store, id);
        for directory in directories {
            sweep(directory, &prefix)?;
        }
    }
    if !store.check_state()? {
        return Ok(());
    }
    remove_journal(store)?;
    remove_intent(store)?;
    remove_empty_state(store)
}

fn sweep(directory: &Path, prefix: &str) -> Result<(), Error> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(Error::io("list", directory)(e)),
    };
    for entry in entries {
        let entry = entry.map_err(Error::io("list", directory))?;
        let ours = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(prefix.as_bytes());
        if ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let path = entry.path();
            disk::remove_file(&path).map_err(Error::io("remove", &path))?;
        }
    }
    Ok(())
}

/// Notes, durably, that what the journal's directory holds is only to be deleted, so that nobody
/// takes half of a tree for something to be moved back.
pub(crate) fn mark_done(store: &Store, manifest: &Manifest) -> Result<(), Error> {
    if manifest.removed.is_empty() {
        return Ok(());
    }
    let journal = store.journal_path();
    disk::rename(&journal.join(Manifest::FILE), &journal.join(Manifest::DONE))
        .map_err(Error::io("write", &journal))?;
    disk::sync_together(&[Unsynced::Directory(journal)])
}

pub(crate) fn remove_journal(store: &Store) -> Result<(), Error> {
    let journal = store.journal_path();
    let done = journal.join(Manifest::DONE);
    let is_done = disk::exists(&done).map_err(Error::io("look at", &done))?;
    if !is_done && let Some(kept) = moved_in_journal(store)? {
        return Err(RecoveryReason::Orphaned { kept }.into());
    }
    remove_record(&journal)
}

/// Something that a run under way moved away, if there is anything.
pub(crate) fn moved_in_journal(store: &Store) -> Result<Option<PathBuf>, Error> {
    let moved = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.as_encoded_bytes()
            .starts_with(backup::MOVED.as_bytes())
    };
    Ok(entries(&store.journal_path())?.into_iter().find(moved))
}

/// Removes a journal or a history entry. Its manifest goes first: without that it is neither. The
/// note that only this is left to be done goes last.
pub(crate) fn remove_record(directory: &Path) -> Result<(), Error> {
    let manifest = directory.join(Manifest::FILE);
    let done = directory.join(Manifest::DONE);
    let is_record = disk::exists(&manifest).map_err(Error::io("look at", &manifest))?;
    disk::remove_file(&manifest).map_err(Error::io("remove", &manifest))?;
    let entries = entries(directory)?;
    if is_record && entries.iter().any(|path| path.is_dir()) {
        // A tree takes long to delete; half of one must not look like a backup.
        disk::sync_together(&[Unsynced::Directory(directory.to_path_buf())])?;
    }
    for path in entries.iter().filter(|path| **path != done) {
        discard::delete(path)?;
    }
    disk::remove_file(&done).map_err(Error::io("remove", &done))?;
    disk::remove_directory_if_empty(directory).map_err(Error::io("remove", directory))
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io("list", directory)(e)),
    };
    entries
        .map(|entry| Ok(entry.map_err(Error::io("list", directory))?.path()))
        .collect()
}

pub(crate) fn remove_intent(store: &Store) -> Result<(), Error> {
    let path = store.intent_path();
    disk::remove_file(&path).map_err(Error::io("remove", &path))
}

pub(crate) fn remove_empty_state(store: &Store) -> Result<(), Error> {
    for path in [store.transactions_path(), store.state_directory()] {
        disk::remove_directory_if_empty(&path).map_err(Error::io("remove", &path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_is_gone_is_swept() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "").unwrap();
        sweep(&directory.path().join("missing"), "f").unwrap();
        let error = sweep(&file, "f").unwrap_err();
        assert!(error.to_string().starts_with("list "), "{error}");
        sweep(directory.path(), "f").unwrap();
        assert!(!file.exists());
        remove_record(&directory.path().join("missing")).unwrap();
    }
}
