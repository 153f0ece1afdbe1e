//! From a plan to a changed home, and back. Everything here that writes does
//! so through a transaction: all files or none.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use file_transaction::history as transactions;
pub use file_transaction::{Details as Occasion, Interrupt, Lock, Receipt, Store};
use file_transaction::{LinkPolicy, Recovery, Transaction, Wait, recover, rollback};
use xml_inplace::limits;

use crate::diagnostic::{Class, Diagnostic, printable_path};
use crate::failure::diagnostic_of;
use crate::history::{SECRET_PLACES, unknown_run};
use crate::plan::Plan;

/// The state directory in a home.
pub(crate) const STATE: &str = ".apim-patch";

/// Opens the store of the home at `path`. Writes nothing. `interrupt` rolls a
/// run back when it is raised in time.
///
/// # Errors
///
/// No directory, or a state directory that is not ours.
pub fn open(path: &Path, interrupt: Option<&Interrupt>) -> Result<Store, Diagnostic> {
    let store = Store::open(path, STATE).map_err(|error| diagnostic_of(&error))?;
    Ok(match interrupt {
        Some(interrupt) => store.with_interrupt(interrupt.clone()),
        None => store,
    })
}

/// Takes the lock of a home; waits for another run up to `wait`.
///
/// # Errors
///
/// Another run holds it, or the file system has no locks.
pub fn lock(store: &Store, wait: Option<Duration>) -> Result<Lock, Diagnostic> {
    store
        .lock(wait.map_or(Wait::No, Wait::For))
        .map_err(|error| diagnostic_of(&error))
}

/// Refuses a home that an interrupted run has left in between. Writes nothing.
///
/// # Errors
///
/// Recovery is needed.
pub fn refuse_interrupted(store: &Store) -> Result<(), Diagnostic> {
    match recover::pending(store).map_err(|error| diagnostic_of(&error))? {
        Some(run) if run.replaced > 0 || run.id.is_some() => {
            let since = run
                .started
                .map_or(String::new(), |time| format!(" of {time}"));
            let message =
                format!("a run{since} was interrupted; this home has to be repaired first");
            Err(
                Diagnostic::error("recovery-needed", Class::RecoveryNeeded, message).help(format!(
                    "run `apim-patch recover --home {}`",
                    printable_path(store.root())
                )),
            )
        }
        _ => Ok(()),
    }
}

/// Repairs what an interrupted run has left. Says what was done; `None` where
/// there was nothing to do.
///
/// # Errors
///
/// A file is neither what it was nor what it was to become; nothing has been
/// touched then.
pub fn repair(lock: &Lock) -> Result<Option<String>, Diagnostic> {
    let (run, what) = match recover::recover(lock).map_err(|error| diagnostic_of(&error))? {
        Recovery::Nothing => return Ok(None),
        Recovery::RolledBack(run) => (run, "rolled back"),
        Recovery::RolledForward(run) => (run, "rolled forward"),
    };
    if run.replaced == 0 && run.id.is_none() {
        return Ok(None);
    }
    let time = run
        .started
        .map_or(String::new(), |time| format!(" of {time}"));
    let files = if run.replaced == 1 { "file" } else { "files" };
    Ok(Some(format!(
        "previous run{time} was interrupted: {what} {} {files}",
        run.replaced
    )))
}

/// What the history remembers of a run beside its files: tool, user, and
/// whatever else is worth knowing later. No secrets.
pub fn occasion(tool: &str, user: String) -> Occasion {
    Occasion {
        tool: tool.to_owned(),
        user,
        remember: BTreeMap::new(),
    }
}

/// Changes all files of a plan, or none of them. `None` where there is nothing
/// to do; then nothing is written at all.
///
/// # Errors
///
/// A file that is no longer what was planned on (conflict), and everything
/// that keeps files from being replaced. No file has changed then, unless the
/// error says that recovery is needed.
pub fn apply(
    plan: &Plan,
    lock: &Lock,
    occasion: Occasion,
    keep_history: bool,
    links: LinkPolicy,
) -> Result<Option<Receipt>, Diagnostic> {
    let mut transaction = Transaction::begin(lock, occasion).keep_history(keep_history);
    for file in &plan.files {
        if let Some(after) = &file.after {
            transaction
                .replace(&file.snapshot, after.clone())
                .map_err(|error| diagnostic_of(&error))?;
        }
    }
    for removal in &plan.removals {
        transaction
            .remove(removal, links)
            .map_err(|error| diagnostic_of(&error))?;
    }
    if transaction.is_empty() {
        return Ok(None);
    }
    commit(transaction).map(Some)
}

/// What a revert came to.
#[derive(Debug)]
pub enum Reverted {
    /// No run has left a history.
    NoHistory,
    /// The files are what they were before the run of this id.
    AlreadySo(String),
    /// The run of this id was taken back, as a run of its own.
    Done(String, Receipt),
}

/// Takes a run back: the one of this id, or the latest. The revert is a run
/// itself and can be taken back.
///
/// # Errors
///
/// A file that was changed since, a backup that is damaged; and everything
/// that keeps files from being replaced. Nothing has changed then.
pub fn revert(
    lock: &Lock,
    id: Option<&str>,
    mut occasion: Occasion,
    links: LinkPolicy,
) -> Result<Reverted, Diagnostic> {
    let failed = |error| diagnostic_of(&error);
    let store = lock.store();
    let entry = match id {
        Some(id) => Some(transactions::read(store, id).map_err(|e| unknown_run(store, id, &e))?),
        None => transactions::latest(store).map_err(failed)?,
    };
    let Some(entry) = entry else {
        return Ok(Reverted::NoHistory);
    };
    let id = entry.id().to_string();
    // What was masked in the run stays masked in its revert.
    let places = entry
        .manifest()
        .details
        .remember
        .get(SECRET_PLACES)
        .cloned();
    occasion
        .remember
        .extend(places.map(|places| (SECRET_PLACES.to_owned(), places)));
    let plan = rollback::plan(store, entry, links, limits::MAX_BYTES as u64).map_err(failed)?;
    if plan.is_already_so() {
        return Ok(Reverted::AlreadySo(id));
    }
    let transaction = plan.begin(lock, occasion).map_err(failed)?;
    Ok(Reverted::Done(id, commit(transaction)?))
}

fn commit(transaction: Transaction<'_>) -> Result<Receipt, Diagnostic> {
    transaction
        .stage()
        .and_then(|staged| staged.prepare())
        .and_then(|prepared| prepared.commit())
        .map_err(|error| diagnostic_of(&error))
}
