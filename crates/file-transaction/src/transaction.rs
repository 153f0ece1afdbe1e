//! begin → replace, remove → stage → prepare → commit.

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::backup;
use crate::digest::Digest;
use crate::disk::{self, Unsynced};
use crate::error::{Error, RecoveryReason};
use crate::history;
use crate::id::TransactionId;
use crate::journal::{Details, FileRecord, Intent, Manifest, Place, to_json};
use crate::lock::Lock;
use crate::metadata::{self, Metadata, parent};
use crate::moves::Move;
use crate::snapshot::{LinkPolicy, Snapshot};
use crate::stage;
use crate::store::Store;
use crate::swap;
use crate::tree::Tree;

/// The journal before the commit point.
const UNFINISHED: &str = "manifest.new";

/// How many files are kept open until they are synced: well below the 1024 that a process may
/// usually have.
const OPEN: usize = 128;

/// A set of replacements and removals that has not been written anywhere yet.
///
/// Dropping it, or what [`stage`](Self::stage) and [`prepare`](Staged::prepare) give, leaves
/// everything as it was.
#[must_use = "nothing is replaced until the transaction is staged, prepared and committed"]
pub struct Transaction<'lock> {
    lock: &'lock Lock,
    details: Details,
    history: bool,
    reverts: Option<TransactionId>,
    changes: Vec<(Snapshot, Vec<u8>)>,
    moves: Vec<Move>,
}

/// All new content stands, durably, beside its targets.
#[must_use = "nothing is replaced until this is prepared and committed; dropping it takes it away"]
#[derive(Debug)]
pub struct Staged<'lock>(Run<'lock>);

/// The journal is durable: from here on a crash is followed by all of the change.
#[must_use = "nothing is replaced until this is committed; dropping it takes everything away"]
#[derive(Debug)]
pub struct Prepared<'lock>(Run<'lock>);

/// What a transaction did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// The transaction, as the history knows it.
    pub id: TransactionId,
    /// Whether it is in the history.
    pub history: bool,
    /// The files that were replaced, in the order in which they were given.
    pub files: Vec<Replaced>,
    /// What was moved away, in the order in which it was given; without history it is deleted.
    pub removed: Vec<Moved>,
    /// What was moved back to its place.
    pub restored: Vec<Moved>,
}

/// A file that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replaced {
    /// The path below the root.
    pub relative: PathBuf,
    /// Its digest before.
    pub before: Digest,
    /// Its digest after.
    pub after: Digest,
}

/// A file, a link, or a directory with all that is in it, that was moved away or back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moved {
    /// Its place, below the root.
    pub relative: PathBuf,
    /// What it is.
    pub tree: Tree,
}

// As with snapshots: new content may hold passwords.
impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: Vec<&Snapshot> = self.changes.iter().map(|(file, _)| file).collect();
        f.debug_struct("Transaction")
            .field("details", &self.details)
            .field("reverts", &self.reverts)
            .field("files", &files)
            .finish_non_exhaustive()
    }
}

impl<'lock> Transaction<'lock> {
    /// An empty transaction. Writes nothing.
    pub fn begin(lock: &'lock Lock, details: Details) -> Transaction<'lock> {
        Transaction {
            lock,
            details,
            history: true,
            reverts: None,
            changes: Vec::new(),
            moves: Vec::new(),
        }
    }

    /// Whether the transaction stays in the history with copies of the files as they were, and with
    /// what it removes. It does, unless this says otherwise; then what is removed is deleted.
    pub fn keep_history(mut self, history: bool) -> Transaction<'lock> {
        self.history = history;
        self
    }

    pub(crate) fn reverting(mut self, id: TransactionId) -> Transaction<'lock> {
        self.reverts = Some(id);
        self
    }

    /// Adds a file. Content that is there already is not a replacement, and is left out.
    ///
    /// # Errors
    ///
    /// [`Error::SameFile`] if the file is in the transaction already, by this path or through a
    /// link; [`Error::Overlapping`] if it is in something that is to be removed, or is reached
    /// through it.
    pub fn replace(&mut self, file: &Snapshot, content: Vec<u8>) -> Result<(), Error> {
        if content == file.bytes() {
            return Ok(());
        }
        let same = |other: &&(Snapshot, Vec<u8>)| other.0.real_path() == file.real_path();
        if let Some((first, _)) = self.changes.iter().find(same) {
            return Err(Error::SameFile {
                first: first.relative().to_path_buf(),
                second: file.relative().to_path_buf(),
            });
        }
        let store = self.lock.store();
        let holder = self
            .moves
            .iter()
            .find(|moved| moved.holds_file(store, file.relative(), file.real_path()));
        if let Some(first) = holder {
            return Err(Error::Overlapping {
                first: first.relative().to_path_buf(),
                second: file.relative().to_path_buf(),
            });
        }
        self.changes.push((file.clone(), content));
        Ok(())
    }

    /// Adds the removal of a file, of a directory with all that is in it, or of a link, and never of
    /// what a link leads to. `false` where nothing has this name; then there is nothing to do.
    ///
    /// It is going to be renamed into the state directory, so that mode, owner and everything else
    /// about it stay as they are, and [`rollback`](crate::rollback) can move it back. Without
    /// history it is deleted, after the commit point. `links` is about the way to it.
    ///
    /// ```
    /// use std::path::Path;
    /// use file_transaction::{Details, LinkPolicy, Store, Transaction, Wait, history, rollback};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let root = directory.path();
    /// # std::fs::create_dir_all(root.join("webapps/store"))?;
    /// # std::fs::write(root.join("webapps/store/index.html"), "hello")?;
    /// let store = Store::open(root, ".example")?;
    /// let lock = store.lock(Wait::No)?;
    /// let mut transaction = Transaction::begin(&lock, Details::default());
    /// assert!(transaction.remove(Path::new("webapps/store"), LinkPolicy::InsideOnly)?);
    /// assert!(!transaction.remove(Path::new("webapps/none"), LinkPolicy::InsideOnly)?);
    /// let receipt = transaction.stage()?.prepare()?.commit()?;
    /// assert_eq!(receipt.removed[0].tree.files, 1);
    /// assert!(!root.join("webapps/store").exists());
    ///
    /// let entry = history::latest(&store)?.ok_or("no history")?;
    /// let revert = rollback::plan(&store, entry, LinkPolicy::InsideOnly, 1 << 20)?;
    /// revert.begin(&lock, Details::default())?.stage()?.prepare()?.commit()?;
    /// assert!(root.join("webapps/store/index.html").exists());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::BadPath`], also for the state directory, what is in it and what it is in;
    /// [`Error::Overlapping`] if something else in the transaction is in it, holds it, or is reached
    /// through it; [`Error::LeavesRoot`], [`Error::DanglingLink`], [`Error::LinkLoop`];
    /// [`Error::TooDeep`]; [`Error::Io`], also for a directory that cannot be read;
    /// [`Error::Interrupted`].
    pub fn remove(&mut self, relative: &Path, links: LinkPolicy) -> Result<bool, Error> {
        match Move::away(self.lock.store(), relative, links)? {
            Some(moved) => self.add(moved).map(|()| true),
            None => Ok(false),
        }
    }

    pub(crate) fn add(&mut self, moved: Move) -> Result<(), Error> {
        let store = self.lock.store();
        let files = self.changes.iter().map(|(file, _)| file);
        let file = files
            .filter(|file| moved.holds_file(store, file.relative(), file.real_path()))
            .map(Snapshot::relative);
        let other = self
            .moves
            .iter()
            .filter(|other| moved.holds(store, other) || other.holds(store, &moved))
            .map(Move::relative);
        if let Some(first) = file.chain(other).next() {
            return Err(Error::Overlapping {
                first: first.to_path_buf(),
                second: moved.relative().to_path_buf(),
            });
        }
        self.moves.push(moved);
        Ok(())
    }

    /// Is there nothing to replace and nothing to remove? Then there is nothing to do, and staging
    /// is an error.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.moves.is_empty()
    }

    /// Checks everything that can be checked without writing, then writes and syncs the new content
    /// beside its targets and, with history, the old content and the journal that is to be.
    ///
    /// # Errors
    ///
    /// What cannot be replaced ([`Error::HardLinked`], [`Error::Mounted`], [`Error::NotWritable`],
    /// [`Error::CannotKeepOwner`], [`Error::CannotKeep`]) or moved ([`Error::HoldsMount`],
    /// [`Error::OtherFileSystem`], [`Error::NotWritable`] also for what could not be deleted later),
    /// [`Error::Conflict`] or [`Error::TreeConflict`] if something is not what was read or looked
    /// at, [`Error::Io`], [`Error::Interrupted`], [`Error::Empty`]. Nothing has changed
    /// then and nothing is left. [`Error::RecoveryNeeded`] if an earlier run has not been
    /// recovered, or if something could not be taken away.
    pub fn stage(self) -> Result<Staged<'lock>, Error> {
        let store = self.lock.store();
        if self.is_empty() {
            return Err(Error::Empty);
        }
        store.interrupt().check()?;
        stage::check_nothing_pending(store)?;
        let state = if store.check_state()? {
            store.state_directory()
        } else {
            store.root().to_path_buf()
        };
        metadata::check_directory_writable(&state)?;
        let mut kept = Vec::new();
        for (file, _) in &self.changes {
            kept.push(metadata::check_replaceable(
                &store.root().join(file.relative()),
                file.real_path(),
            )?);
            file.check_unchanged(store)?;
        }
        for moved in &self.moves {
            moved.check_unchanged(store)?;
            moved.check_possible(store, &state)?;
        }

        let now = Timestamp::now();
        let newest = history::newest(store)?;
        let content: Vec<String> = self
            .changes
            .iter()
            .map(|(file, _)| file.digest().to_string())
            .collect();
        let seed = format!("{now} {} {}", std::process::id(), content.concat());
        let id = TransactionId::new(now, newest.as_ref(), Digest::of(seed.as_bytes()));
        let mut manifest = Manifest::new(&id, now);
        manifest.details = self.details;
        manifest.reverts = self.reverts;
        manifest.history = self.history;
        let mut directories: Vec<PathBuf> = self
            .changes
            .iter()
            .map(|(file, _)| parent(file.real_path()))
            .collect();
        directories.sort();
        directories.dedup();
        let mut run = Run {
            lock: self.lock,
            manifest,
            directories,
            files: Vec::new(),
            moves: self.moves,
            metadata: kept,
            underway: true,
        };
        match run.stage(self.changes) {
            Ok(()) => Ok(Staged(run)),
            Err(cause) => Err(run.fail(cause)),
        }
    }
}

impl<'lock> Staged<'lock> {
    /// Makes sure that the targets still are what was read, and puts the journal in place. When this
    /// returns, the change is decided: a crash is followed by all of it.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`], [`Error::TreeConflict`], [`Error::Io`], [`Error::Interrupted`]: nothing
    /// has changed and nothing is left. [`Error::RecoveryNeeded`] if something could not be taken away.
    pub fn prepare(mut self) -> Result<Prepared<'lock>, Error> {
        match self.0.prepare() {
            Ok(()) => Ok(Prepared(self.0)),
            Err(cause) => Err(self.0.fail(cause)),
        }
    }
}

impl Prepared<'_> {
    /// Swaps all files in. Signals are not looked at any more.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] or [`Error::TreeConflict`] if something changed at the very last moment,
    /// [`Error::OtherFileSystem`] where that shows only now, and [`Error::Io`]: everything
    /// has been taken back. [`Error::RecoveryNeeded`] if that was not possible.
    pub fn commit(mut self) -> Result<Receipt, Error> {
        self.0.commit()
    }
}

/// A transaction that has begun to write.
#[derive(Debug)]
struct Run<'lock> {
    lock: &'lock Lock,
    manifest: Manifest,
    /// Where its temporary files stand.
    directories: Vec<PathBuf>,
    files: Vec<Snapshot>,
    moves: Vec<Move>,
    metadata: Vec<Metadata>,
    /// Is there still something to take away?
    underway: bool,
}

impl Run<'_> {
    fn store(&self) -> &Store {
        self.lock.store()
    }

    fn stage(&mut self, changes: Vec<(Snapshot, Vec<u8>)>) -> Result<(), Error> {
        let store = self.lock.store();
        let id = self.manifest.id.clone();
        let Intent { started, .. } =
            stage::announce(store, &id, &self.directories, self.manifest.history)?;
        self.manifest.started = started;
        let journal = store.journal_path();
        let (mut unsynced, mut written) = (Vec::new(), Vec::new());
        for (index, ((file, content), metadata)) in changes.iter().zip(&self.metadata).enumerate() {
            store.interrupt().check()?;
            let real = file.real_path();
            let (staged, new) = stage::write_beside(store, &id, real, metadata, content)?;
            self.manifest.files.push(FileRecord {
                relative: file.relative().to_path_buf(),
                before: file.digest(),
                after: Digest::of(content),
                target: Place::new(store, real),
                staged: staged.file_name().unwrap_or_default().into(),
            });
            written.push((staged, content.as_slice()));
            unsynced.push(new);
            if self.manifest.history {
                let (path, copy) = backup::store(&journal, index, file.bytes())?;
                written.push((path, file.bytes()));
                unsynced.push(copy);
            }
            if unsynced.len() >= OPEN {
                disk::sync_together(&unsynced)?;
                unsynced.clear();
            }
        }
        for moved in &self.moves {
            let Manifest {
                removed, restored, ..
            } = &mut self.manifest;
            moved.note(store, removed, restored);
        }
        self.manifest.set_version();
        let path = journal.join(UNFINISHED);
        let file = to_json(&self.manifest)
            .and_then(|json| disk::write_new(&path, &json))
            .map_err(Error::io("write", &path))?;
        unsynced.push(Unsynced::File {
            file,
            action: "write",
            path,
        });
        disk::sync_together(&unsynced)?;
        for (path, content) in written {
            stage::check_read_back(&path, content)?;
        }
        self.files = changes.into_iter().map(|(file, _)| file).collect();
        Ok(())
    }

    fn prepare(&mut self) -> Result<(), Error> {
        let store = self.store();
        let journal = store.journal_path();
        self.files
            .iter()
            .try_for_each(|file| file.check_unchanged(store))?;
        self.moves
            .iter()
            .try_for_each(|moved| moved.check_unchanged(store))?;
        store.interrupt().check()?;
        disk::rename(&journal.join(UNFINISHED), &journal.join(Manifest::FILE))
            .map_err(Error::io("write", &journal))?;
        disk::sync_together(&[Unsynced::Directory(journal)])
    }

    fn commit(&mut self) -> Result<Receipt, Error> {
        let store = self.lock.store();
        match swap::carry_out(store, &self.manifest, &self.metadata) {
            Ok(()) => {}
            Err(Error::RecoveryNeeded(reason)) => {
                self.underway = false;
                return Err(Error::RecoveryNeeded(reason));
            }
            Err(cause) => return Err(self.fail(cause)),
        }
        self.underway = false;
        swap::finish(store, &self.manifest).map_err(RecoveryReason::Leftovers)?;
        let files = self.manifest.files.iter().map(|file| Replaced {
            relative: file.relative.clone(),
            before: file.before,
            after: file.after,
        });
        Ok(Receipt {
            id: self.manifest.id.clone(),
            history: self.manifest.history,
            files: files.collect(),
            removed: self.moved(true),
            restored: self.moved(false),
        })
    }

    fn moved(&self, away: bool) -> Vec<Moved> {
        let moves = self.moves.iter().filter(|moved| moved.is_away() == away);
        let told = moves.map(|moved| Moved {
            relative: moved.relative().to_path_buf(),
            tree: moved.tree().clone(),
        });
        told.collect()
    }

    /// Takes everything away, and says what to report.
    fn fail(&mut self, cause: Error) -> Error {
        self.underway = false;
        match stage::withdraw(self.store(), Some(&self.manifest.id), &self.directories) {
            Ok(()) => cause,
            Err(then) => RecoveryReason::RollBackFailed { cause, then }.into(),
        }
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        if self.underway {
            // Nobody is left to tell; what cannot be taken away now, recovery finds.
            let _ = stage::withdraw(self.store(), Some(&self.manifest.id), &self.directories);
        }
    }
}
