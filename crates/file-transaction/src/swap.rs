//! After the commit point: every target gets its new content, or every one its old content back.
//! The same code serves a transaction and the recovery of one.
//!
//! | | target | staged name | second name |
//! |---|---|---|---|
//! | ready | before | after | |
//! | done | after | before | |
//! | done, cut off between two renames (only without `RENAME_EXCHANGE`) | after | | before |
//! | cleaned up | after | | |
//! | name lost in a power cut, or taken back and cleaned up | before | | |

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::digest::Digest;
use crate::disk::{self, Unsynced};
use crate::error::{Error, RecoveryReason};
use crate::journal::{FileRecord, Manifest};
use crate::metadata::Metadata;
use crate::relocate;
use crate::stage;
use crate::store::Store;

/// Swaps in every file that is not swapped in yet, makes that durable, and turns the journal into
/// the history entry, at one stroke. If any of it fails, takes all back.
///
/// `expected` is what the targets were besides their content, where that is known.
///
/// # Errors
///
/// What kept it from being done, with everything taken back; or [`Error::RecoveryNeeded`] if that
/// failed too.
pub(crate) fn carry_out(
    store: &Store,
    manifest: &Manifest,
    expected: &[Metadata],
) -> Result<(), Error> {
    forward(store, manifest, expected).map_err(|cause| match take_back(store, manifest) {
        Ok(_) => cause,
        Err(then) => RecoveryReason::RollBackFailed { cause, then }.into(),
    })
}

fn forward(store: &Store, manifest: &Manifest, expected: &[Metadata]) -> Result<(), Error> {
    for (index, file) in manifest.files.iter().enumerate() {
        let target = file.target_path(store);
        if Digest::of_file(&target).map_err(Error::io("read", &target))? != Some(file.after) {
            swap(store, file)?;
            check_old(store, file, expected.get(index))?;
        }
    }
    relocate::forward(store, manifest)?;
    sync_directories(store, manifest)?;
    // An editor that had the old file open may have written into it since.
    manifest
        .files
        .iter()
        .try_for_each(|file| check_old(store, file, None))?;
    relocate::check(store, manifest)?;
    if manifest.history {
        // While everything can still be taken back, because a directory that grows needs space.
        let journal = store.journal_path();
        let entry = store.transactions_path().join(manifest.id.as_str());
        disk::rename(&journal, &entry).map_err(Error::io("keep", &journal))?;
    }
    Ok(())
}

/// Puts the staged content in the target's place, and the old content under the staged name.
fn swap(store: &Store, file: &FileRecord) -> Result<(), Error> {
    let target = file.target_path(store);
    let staged = file.staged_path(store);
    if disk::exchange(&staged, &target).map_err(Error::io("replace", &target))? {
        return Ok(());
    }
    let undo = file.undo_path(store);
    second_name(store, file).map_err(Error::io("keep a copy of", &target))?;
    for path in [&undo, &target] {
        if Digest::of_file(path).map_err(Error::io("read", path))? != Some(file.before) {
            return Err(conflict(store, file));
        }
    }
    disk::rename(&staged, &target).map_err(Error::io("replace", &target))?;
    disk::rename(&undo, &staged).map_err(Error::io("replace", &target))
}

/// A hard link to the target, or a copy where there are no links.
fn second_name(store: &Store, file: &FileRecord) -> io::Result<()> {
    let target = file.target_path(store);
    let undo = file.undo_path(store);
    disk::remove_file(&undo)?;
    if disk::link(&target, &undo).is_ok() {
        return Ok(());
    }
    let original = disk::open_to_read(&target)?;
    let bytes = disk::read_open(&original, u64::MAX)?;
    let copy = disk::write_new(&undo, &bytes)?;
    Metadata::of(&original)?
        .give_to(&copy, &target)
        .map_err(io::Error::other)?;
    disk::sync(&copy)
}

/// Is what came out of the target's place what was planned on?
fn check_old(store: &Store, file: &FileRecord, expected: Option<&Metadata>) -> Result<(), Error> {
    let staged = file.staged_path(store);
    let actual = Digest::of_file(&staged).map_err(Error::io("read", &staged))?;
    if actual.is_some_and(|actual| actual != file.before) {
        return Err(conflict(store, file));
    }
    let Some(expected) = expected else {
        return Ok(());
    };
    let metadata = disk::open_to_read(&staged)
        .and_then(|file| Metadata::of(&file))
        .map_err(Error::io("look at", &staged))?;
    if metadata == *expected {
        Ok(())
    } else {
        Err(conflict(store, file))
    }
}

fn conflict(store: &Store, file: &FileRecord) -> Error {
    let staged = Digest::of_file(&file.staged_path(store)).ok().flatten();
    Error::Conflict {
        path: store.root().join(&file.relative),
        expected: file.before,
        actual: staged.filter(|actual| *actual != file.before && *actual != file.after),
    }
}

/// Gives every target that has its new content the old content back, moves back what was moved, and
/// makes that durable. Needs no space. Says how many there were.
pub(crate) fn take_back(store: &Store, manifest: &Manifest) -> Result<Count, Error> {
    let mut count = Count {
        files: 0,
        moves: relocate::take_back(store, manifest)?,
    };
    for file in manifest.files.iter().rev() {
        if take_one_back(store, file)? {
            count.files += 1;
        }
    }
    if count.files + count.moves > 0 {
        sync_directories(store, manifest)?;
    }
    Ok(count)
}

fn take_one_back(store: &Store, file: &FileRecord) -> Result<bool, Error> {
    let target = file.target_path(store);
    let read = |path: &PathBuf| Digest::of_file(path).map_err(Error::io("read", path));
    let old = old_name(store, file)?;
    if read(&target)? != Some(file.after) {
        // Not swapped in yet; or swapped in, and changed by somebody since.
        return match old {
            Some(old)
                if read(&old)? == Some(file.before) && read(&target)? != Some(file.before) =>
            {
                Err(neither(store, file).into())
            }
            _ => Ok(false),
        };
    }
    let Some(old) = old else {
        return Err(Error::from(RecoveryReason::Stuck {
            path: target,
            lost: file.staged_path(store),
            journal: store.journal_path(),
        }));
    };
    let put_back = |e| Error::io("put back", &target)(e);
    if !disk::exchange(&old, &target).map_err(put_back)? {
        disk::rename(&old, &target).map_err(put_back)?;
    } else if read(&old)? != Some(file.after) {
        // Somebody changed the file in that instant. What they wrote is under the temporary name
        // now.
        disk::exchange(&old, &target).map_err(put_back)?;
        return Err(neither(store, file).into());
    }
    Ok(true)
}

/// Where the content that was swapped out stands.
fn old_name(store: &Store, file: &FileRecord) -> Result<Option<PathBuf>, Error> {
    for path in [file.undo_path(store), file.staged_path(store)] {
        let exists = fs::symlink_metadata(&path).map(|metadata| metadata.is_file());
        match exists {
            Ok(true) => return Ok(Some(path)),
            Ok(false) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(Error::io("look at", &path)(e)),
        }
    }
    Ok(None)
}

fn neither(store: &Store, file: &FileRecord) -> RecoveryReason {
    let target = file.target_path(store);
    RecoveryReason::Neither {
        actual: Digest::of_file(&target).ok().flatten(),
        path: target,
        before: file.before,
        after: file.after,
        journal: store.journal_path(),
        holds_trees: matches!(stage::moved_in_journal(store), Ok(Some(_))),
    }
}

fn sync_directories(store: &Store, manifest: &Manifest) -> Result<(), Error> {
    let mut directories = manifest.directories(store);
    directories.extend(relocate::directories(store, manifest));
    directories.sort();
    directories.dedup();
    let unsynced: Vec<Unsynced> = directories.into_iter().map(Unsynced::Directory).collect();
    disk::sync_together(&unsynced)
}

/// Files, and other things that are moved whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Count {
    pub(crate) files: usize,
    pub(crate) moves: usize,
}

/// Where an interrupted transaction can go from what is on the disk.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Every file has its new content or can be given it, and everything is moved or can be; this
    /// many are not yet.
    Forward(Count),
    /// Some file cannot be given its new content, or something cannot be moved; every file can have
    /// its old content back.
    Back,
}

/// Looks at the files of an interrupted transaction without touching anything.
pub(crate) fn direction(store: &Store, manifest: &Manifest) -> Result<Direction, Error> {
    let mut waiting = Count::default();
    let mut possible = true;
    for file in &manifest.files {
        let digest = |path: &PathBuf| Digest::of_file(path).map_err(Error::io("read", path));
        let target = digest(&file.target_path(store))?;
        if target == Some(file.before) {
            waiting.files += 1;
            possible &= digest(&file.staged_path(store))? == Some(file.after);
        } else if target == Some(file.after) {
            // Something other than the old content was swapped out: an edit, which is to come back.
            possible &= match old_name(store, file)? {
                Some(old) => digest(&old)? == Some(file.before),
                None => true,
            };
        } else {
            return Err(neither(store, file).into());
        }
    }
    match relocate::waiting(store, manifest)? {
        Some(moves) if possible => Ok(Direction::Forward(Count { moves, ..waiting })),
        _ => Ok(Direction::Back),
    }
}

/// After every file is in place for good: drops what is not needed any more. Nothing here needs
/// space.
pub(crate) fn finish(store: &Store, manifest: &Manifest) -> Result<(), Error> {
    for file in &manifest.files {
        for path in [file.staged_path(store), file.undo_path(store)] {
            disk::remove_file(&path).map_err(Error::io("remove", &path))?;
        }
    }
    stage::remove_intent(store)?;
    if !manifest.history {
        stage::mark_done(store, manifest)?;
        stage::remove_journal(store)?;
        stage::remove_empty_state(store)?;
    }
    Ok(())
}
