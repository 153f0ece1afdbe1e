//! What a run of the past changed.

use std::path::Path;

use file_transaction::history;
pub use file_transaction::history::Entry;
use file_transaction::{Digest, Error, LinkPolicy, Lock, Manifest, Snapshot, Store, TransactionId};
use xml_inplace::{Source, limits};

use crate::catalogue::nearest;
use crate::confidential::{SecretPlace, places, secrets, secrets_in_text};
use crate::diagnostic::{Diagnostic, printable};
use crate::diff::{FileDiff, Secrecy};
use crate::failure::diagnostic_of;
use crate::file_text::FileText;
use crate::operation::operations;
use crate::plan::Secrets;
use crate::spec::{Resolved, Selection};

/// Under this name a run remembers the places that are to stay masked.
pub(crate) const SECRET_PLACES: &str = "secret places";

/// Between file and selector: neither can hold it, both may hold blanks.
const SEPARATOR: char = '\u{1F}';

/// The places of secret patches, for [`Occasion::remember`]: one per line, file
/// and selector.
///
/// [`Occasion::remember`]: crate::apply::Occasion
pub fn secret_places(selection: &Selection<Resolved>) -> Option<(String, String)> {
    let patches: Vec<_> = (1..).zip(&selection.patches).collect();
    let places: Vec<String> = operations(&[], &patches, None)
        .ok()?
        .list
        .iter()
        .flat_map(|operation| {
            let place = places(std::slice::from_ref(operation)).pop();
            place.map(|place| format!("{}{SEPARATOR}{place}", operation.file))
        })
        .collect();
    (!places.is_empty()).then(|| (SECRET_PLACES.to_owned(), places.join("\n")))
}

/// What a run changed in one file.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// This.
    Diff(FileDiff),
    /// What it made of the file is nowhere any more: this, and what was changed
    /// since.
    AndSince(FileDiff),
    /// The file of this path is gone, or no text any more.
    Gone(String),
}

/// The runs that can be taken back, the latest first, and what is wrong with
/// others.
///
/// # Errors
///
/// The history can't be read.
pub fn list(store: &Store) -> Result<(Vec<Entry>, Vec<Diagnostic>), Diagnostic> {
    let history = history::list(store).map_err(|error| diagnostic_of(&error))?;
    let damaged = history.damaged.iter().map(diagnostic_of).collect();
    Ok((history.entries, damaged))
}

/// The run of this id, or of the only id that begins like this.
///
/// # Errors
///
/// There is none, or several.
pub fn find(store: &Store, id: &str) -> Result<Entry, Diagnostic> {
    history::read(store, id).map_err(|error| unknown_run(store, id, &error))
}

/// Why there is no such run, and which may have been meant.
pub(crate) fn unknown_run(store: &Store, id: &str, error: &Error) -> Diagnostic {
    let diagnostic = diagnostic_of(error);
    let Error::NoSuchTransaction { .. } = error else {
        return diagnostic;
    };
    let runs = history::list(store).map_or(Vec::new(), |history| history.entries);
    match nearest(id, runs.iter().map(|run| run.id().as_str())) {
        Some(meant) => diagnostic.help(format!("did you mean {meant}?")),
        None => diagnostic,
    }
}

/// Deletes all but the latest `keep` runs after one that has succeeded, which
/// it still has if this fails.
///
/// # Errors
///
/// A warning that says why older runs are still there.
pub fn prune_after(lock: &Lock, keep: usize) -> Result<Vec<TransactionId>, Diagnostic> {
    prune(lock, keep).map_err(|error| {
        let message = format!(
            "the run is done, but older ones could not be deleted: {}",
            error.message
        );
        Diagnostic::warning("not-pruned", error.class, message)
    })
}

/// Deletes all but the latest `keep` runs. They can't be taken back any more.
///
/// # Errors
///
/// The history can't be read or deleted.
pub fn prune(lock: &Lock, keep: usize) -> Result<Vec<TransactionId>, Diagnostic> {
    history::prune(lock, keep).map_err(|error| diagnostic_of(&error))
}

/// The diffs of a run: from its backups to what came next, which is a later
/// run's backup or the file as it is.
///
/// # Errors
///
/// A backup that is damaged, a history that can't be read.
pub fn changes(store: &Store, entry: &Entry, secrecy: Secrecy) -> Result<Vec<Change>, Diagnostic> {
    let manifest = entry.manifest();
    let mut changes = Vec::new();
    for (index, file) in manifest.files.iter().enumerate() {
        let path = printable(&file.relative.to_string_lossy());
        let before = entry.backup(index).map_err(|error| diagnostic_of(&error))?;
        let after =
            content(store, &file.relative, file.after).map_err(|error| diagnostic_of(&error))?;
        let is_known = after.is_some();
        let after = after.or_else(|| now(store, &file.relative).map(|now| now.bytes().to_vec()));
        let (Some(before), Some(after)) = (before, after) else {
            changes.push(Change::Gone(path));
            continue;
        };
        let texts = [&before, &after].map(|bytes| FileText::decode(&path, bytes));
        let [Some(before_text), Some(after_text)] = texts else {
            changes.push(Change::Gone(path));
            continue;
        };
        let secrets = Secrets {
            before: secrets_in(&before, &before_text, manifest, &path),
            after: secrets_in(&after, &after_text, manifest, &path),
        };
        let diff = FileDiff::between(path, &before_text, &after_text, &secrets, secrecy);
        changes.push(match is_known {
            true => Change::Diff(diff),
            false => Change::AndSince(diff),
        });
    }
    Ok(changes)
}

/// The file as it is.
fn now(store: &Store, relative: &Path) -> Option<Snapshot> {
    let limit = limits::MAX_BYTES as u64;
    store.read(relative, LinkPolicy::FollowOutside, limit).ok()
}

/// The content of that digest which the file has now or had before another
/// run.
fn content(store: &Store, relative: &Path, digest: Digest) -> Result<Option<Vec<u8>>, Error> {
    if let Some(now) = now(store, relative)
        && now.digest() == digest
    {
        return Ok(Some(now.bytes().to_vec()));
    }
    for entry in history::list(store)?.entries {
        let files = &entry.manifest().files;
        let index = files
            .iter()
            .position(|file| file.relative == relative && file.before == digest);
        if let Some(index) = index
            && let Some(bytes) = entry.backup(index)?
        {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

fn secrets_in(
    bytes: &[u8],
    text: &FileText,
    manifest: &Manifest,
    path: &str,
) -> Vec<std::ops::Range<usize>> {
    let places = manifest
        .details
        .remember
        .get(SECRET_PLACES)
        .map_or("", String::as_str);
    let places: Vec<SecretPlace> = places
        .lines()
        .filter_map(|place| place.split_once(SEPARATOR))
        .filter(|(file, _)| *file == path)
        .filter_map(|(_, place)| SecretPlace::parse(place))
        .collect();
    match Source::decode(bytes) {
        Ok(source) if !places.is_empty() => secrets(&source, &places),
        _ => secrets_in_text(&text.text),
    }
}
