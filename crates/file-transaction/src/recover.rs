//! Repairing what an interrupted run left.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::disk::{self, Unsynced};
use crate::error::{Error, RecoveryReason};
use crate::history;
use crate::id::TransactionId;
use crate::journal::{Intent, Manifest};
use crate::lock::Lock;
use crate::moves;
use crate::snapshot::LinkPolicy;
use crate::stage;
use crate::store::Store;
use crate::swap::{self, Count, Direction};

/// What [`recover`] found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Recovery {
    /// No run was interrupted; not one changing call was made.
    Nothing,
    /// All files are what they were before the interrupted run.
    RolledBack(InterruptedRun),
    /// All files are what the interrupted run was to make of them.
    RolledForward(InterruptedRun),
}

/// A run that did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InterruptedRun {
    /// Its transaction, where its files still tell.
    pub id: Option<TransactionId>,
    /// When it began, where its files still tell.
    pub started: Option<Timestamp>,
    /// How many files the recovery replaced. With none, the run was interrupted before it had
    /// changed anything, or after it had changed everything.
    pub replaced: usize,
    /// How many files and directories the recovery moved, away or back.
    pub moved: usize,
}

/// Repairs what an interrupted run left below the locked root: rolls back what it had not decided
/// yet, and forward what it had, or back where that is not possible any more. Afterwards there is
/// nothing left of it. Every run that is going to write calls this first; calling it again, or
/// after it was interrupted itself, is safe.
///
/// # Errors
///
/// [`Error::RecoveryNeeded`] if a file is neither what it was nor what it was to become, in which
/// case nothing was touched, or if the system refuses what has to be done.
pub fn recover(lock: &Lock) -> Result<Recovery, Error> {
    let store = lock.store();
    let Some(left) = Left::find(store)? else {
        return Ok(Recovery::Nothing);
    };
    repair(store, left).map_err(|e| match e {
        Error::RecoveryNeeded(_) => e,
        other => RecoveryReason::Failed(other).into(),
    })
}

/// Is a recovery needed? Looks without writing, for commands that only read.
///
/// `None` as well while another run is at work, whose journal this would be.
///
/// # Errors
///
/// [`Error::RecoveryNeeded`] if the journal is damaged, and [`Error::Io`].
pub fn pending(store: &Store) -> Result<Option<InterruptedRun>, Error> {
    if !store.check_state()? {
        return Ok(None);
    }
    if Left::find(store)?.is_none_or(|left| !left.matters) {
        return Ok(None);
    }
    // What was seen may have been that of a run at work, or of one that has ended since.
    let Some(_lock) = store.lock_shared()? else {
        return Ok(None);
    };
    Ok(Left::find(store)?
        .filter(|left| left.matters)
        .map(|left| left.run(Count::default())))
}

/// What an interrupted run left.
struct Left {
    intent: Option<Intent>,
    manifest: Option<Manifest>,
    /// Is everything done, and only something left to be deleted?
    done: Option<Result<Manifest, String>>,
    /// Is there more than an empty directory?
    matters: bool,
}

impl Left {
    fn find(store: &Store) -> Result<Option<Left>, Error> {
        if !store.check_state()? {
            return Ok(None);
        }
        let journal = store.journal_path();
        let intent = Intent::read(store)?;
        let has_journal = disk::exists(&journal).map_err(Error::io("look at", &journal))?;
        let matters = intent.is_some() || has_journal;
        if !matters && !only_empty_directories(store)? {
            return Ok(None);
        }
        let manifest = match Manifest::read(&journal)? {
            Some(Ok(manifest)) => Some(manifest),
            Some(Err(why)) => return Err(damaged(store, why)),
            None => None,
        };
        Ok(Some(Left {
            // A note that is not whole was cut off while it was written, and there is nothing yet
            // that it could tell of.
            intent: intent.and_then(Result::ok),
            manifest,
            done: Manifest::read_done(&journal)?,
            matters,
        }))
    }

    fn run(&self, count: Count) -> InterruptedRun {
        let intent = self.intent.as_ref();
        let done = self.done.as_ref().and_then(|done| done.as_ref().ok());
        let manifest = self.manifest.as_ref().or(done);
        let id = manifest.map(|m| &m.id).or(intent.map(|i| &i.id));
        InterruptedRun {
            id: id.cloned(),
            started: manifest.map(|m| m.started).or(intent.map(|i| i.started)),
            replaced: count.files,
            moved: count.moves,
        }
    }
}

fn repair(store: &Store, left: Left) -> Result<Recovery, Error> {
    let Some(manifest) = &left.manifest else {
        let id = left.intent.as_ref().map(|intent| &intent.id);
        let directories = left.intent.as_ref().map(|intent| intent.directories(store));
        let done = match id {
            _ if left.done.is_some() => true,
            Some(id) => history::is_entry(store, id)?,
            None => false,
        };
        stage::withdraw(store, id, &directories.unwrap_or_default())?;
        return Ok(match done {
            true => Recovery::RolledForward(left.run(Count::default())),
            false => Recovery::RolledBack(left.run(Count::default())),
        });
    };
    check_names(store, manifest)?;
    let count = match swap::direction(store, manifest)? {
        Direction::Forward(waiting) => {
            // The interrupted run may have died before its journal was durable, and no file may be
            // swapped before that.
            disk::sync_together(&[Unsynced::Directory(store.journal_path())])?;
            match swap::carry_out(store, manifest, &[]) {
                Ok(()) => {
                    swap::finish(store, manifest)?;
                    return Ok(Recovery::RolledForward(left.run(waiting)));
                }
                Err(e @ Error::RecoveryNeeded(_)) => return Err(e),
                // Everything is back now; it could not be done then, and cannot be done now.
                Err(_) => Count {
                    files: manifest.files.len() - waiting.files,
                    moves: manifest.places().count() - waiting.moves,
                },
            }
        }
        Direction::Back => swap::take_back(store, manifest)?,
    };
    stage::withdraw(store, Some(&manifest.id), &manifest.directories(store))?;
    Ok(Recovery::RolledBack(left.run(count)))
}

/// Only names that this store gives to temporary files are ever removed, and nothing of the state
/// directory is ever moved elsewhere.
fn check_names(store: &Store, manifest: &Manifest) -> Result<(), Error> {
    let prefix = stage::temporary_prefix(store, &manifest.id);
    let ours = |name: &PathBuf| {
        name.as_os_str()
            .as_encoded_bytes()
            .starts_with(prefix.as_bytes())
    };
    if !manifest.files.iter().all(|file| ours(&file.staged)) {
        let why = format!("it names temporary files that do not begin with {prefix}");
        return Err(damaged(store, why));
    }
    for (relative, target) in manifest.places() {
        let place = target.resolve(store);
        moves::check_place(store, relative, &place, LinkPolicy::FollowOutside)
            .map_err(|e| damaged(store, e.to_string()))?;
    }
    Ok(())
}

fn damaged(store: &Store, why: String) -> Error {
    Error::from(RecoveryReason::DamagedJournal {
        path: store.journal_path().join(Manifest::FILE),
        why,
    })
}

/// That is what a run leaves that was cut off while making or removing its directories.
fn only_empty_directories(store: &Store) -> Result<bool, Error> {
    for path in [store.transactions_path(), store.state_directory()] {
        let mut entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(Error::io("list", &path)(e)),
        };
        if entries.next().is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}
