//! Taking back a transaction, by a new one that can be taken back as well.

use std::fmt;
use std::path::Path;

use crate::error::{Class, Drifted, DriftedTree, Error};
use crate::history::{self, Entry};
use crate::journal::Details;
use crate::lock::Lock;
use crate::moves::{Move, check_place, kept_path, leads_to};
use crate::obstacle::TreeProblem;
use crate::snapshot::{LinkPolicy, Snapshot};
use crate::store::Store;
use crate::transaction::Transaction;
use crate::tree::Tree;

/// What taking back a transaction would do.
pub struct Revert {
    entry: Entry,
    files: Vec<(Snapshot, Vec<u8>)>,
    moves: Vec<Move>,
}

// As with snapshots: old content may hold passwords.
impl fmt::Debug for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: Vec<&Snapshot> = self.files.iter().map(|(now, _)| now).collect();
        f.debug_struct("Revert")
            .field("entry", &self.entry)
            .field("files", &files)
            .finish_non_exhaustive()
    }
}

/// Finds out what taking back `entry` means: reads its files and its backups, looks for what it
/// moved, and writes nothing. What was moved back and away again since is found in the entry of the
/// later transaction.
///
/// # Errors
///
/// [`Error::Drift`] with every file that is not what the transaction made of it;
/// [`Error::TreeDrift`] if something that it moved away cannot be moved back, or the other way
/// round; [`Error::BadBackup`] if a backup is not what was stored; and what [`Store::read`] gives.
pub fn plan(store: &Store, entry: Entry, links: LinkPolicy, limit: u64) -> Result<Revert, Error> {
    let (mut files, mut drifted) = (Vec::new(), Vec::new());
    let mut already = true;
    for (index, file) in entry.manifest().files.iter().enumerate() {
        let now = match store.read(&file.relative, links, limit) {
            Ok(now) => Some(now),
            // Not the file's fault, and for the caller to change.
            Err(e @ (Error::TooLarge { .. } | Error::LeavesRoot { .. })) => return Err(e),
            Err(e) if e.class() == Class::NotAcceptable => None,
            Err(e) => return Err(e),
        };
        let same_file = now
            .as_ref()
            .is_some_and(|now| now.real_path() == file.target_path(store));
        let digest = now.as_ref().map(Snapshot::digest).filter(|_| same_file);
        already &= digest == Some(file.before);
        match now {
            Some(now) if digest == Some(file.after) => files.push((index, now)),
            _ => drifted.push(Drifted {
                relative: file.relative.clone(),
                expected: file.after,
                actual: digest,
            }),
        }
    }
    let found = moves(store, &entry, links)?;
    if already && found.iter().all(|found| found.is_before) {
        return Ok(Revert {
            entry,
            files: Vec::new(),
            moves: Vec::new(),
        });
    }
    let (mut moves, mut trees) = (Vec::new(), Vec::new());
    for found in found {
        match found.way_back {
            Ok(moved) => moves.push(moved),
            Err(drifted) => trees.push(drifted),
        }
    }
    if !trees.is_empty() {
        return Err(Error::TreeDrift {
            trees,
            files: drifted,
        });
    }
    if !drifted.is_empty() {
        return Err(Error::Drift { files: drifted });
    }
    let files = files
        .into_iter()
        .filter_map(|(index, now)| match entry.backup(index) {
            Ok(Some(bytes)) => Some(Ok((now, bytes))),
            Ok(None) => None,
            Err(e) => Some(Err(e)),
        })
        .collect::<Result<_, Error>>()?;
    Ok(Revert {
        entry,
        files,
        moves,
    })
}

/// How something stands that a transaction moved.
struct Found {
    /// The move that takes it back, or what is in the way of that.
    way_back: Result<Move, DriftedTree>,
    /// Does it stand as it did before the transaction?
    is_before: bool,
}

fn moves(store: &Store, entry: &Entry, links: LinkPolicy) -> Result<Vec<Found>, Error> {
    let manifest = entry.manifest();
    let mut found = Vec::new();
    for record in &manifest.removed {
        let place = record.place(store);
        check_place(store, &record.relative, &place, links)?;
        let now = Tree::look(&place, store.interrupt())?;
        let keeper = history::keeper(store, entry, &place, &record.tree)?;
        let is_before = match &now {
            Some(now) => keeper.is_none() && now.is_same(&record.tree),
            None => false,
        };
        let way_back = match (now, keeper) {
            _ if !leads_to(store, &record.relative, &place) => Err(TreeProblem::Unreachable),
            (Some(now), _) => Err(TreeProblem::Taken { kind: now.kind }),
            (None, None) => Err(TreeProblem::NotKept),
            (None, Some((id, index))) => {
                let kept = Tree::look(&kept_path(store, &id, index), store.interrupt())?;
                kept.ok_or(TreeProblem::NotKept)
                    .map(|tree| Move::back(&record.relative, place, tree, id, index))
            }
        };
        found.push(Found::new(&record.relative, way_back, is_before));
    }
    for record in &manifest.restored {
        let place = record.place(store);
        check_place(store, &record.relative, &place, links)?;
        let now = Tree::look(&place, store.interrupt())?;
        let is_before =
            now.is_none() && history::keeper(store, entry, &place, &record.tree)?.is_some();
        let way_back = match now {
            _ if !leads_to(store, &record.relative, &place) => Err(TreeProblem::Unreachable),
            None => Err(TreeProblem::Missing),
            Some(now) if !now.is_same(&record.tree) => Err(TreeProblem::Taken { kind: now.kind }),
            Some(_) => Move::away(store, &record.relative, links)?.ok_or(TreeProblem::Missing),
        };
        found.push(Found::new(&record.relative, way_back, is_before));
    }
    Ok(found)
}

impl Found {
    fn new(relative: &Path, way_back: Result<Move, TreeProblem>, is_before: bool) -> Found {
        let drifted = |problem| DriftedTree {
            relative: relative.to_path_buf(),
            problem,
        };
        Found {
            way_back: way_back.map_err(drifted),
            is_before,
        }
    }
}

impl Revert {
    /// The transaction that is taken back.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Is everything what and where it was before the transaction already?
    pub fn is_already_so(&self) -> bool {
        self.files.is_empty() && self.moves.is_empty()
    }

    /// Every file as it is, and the content that it is going to have.
    pub fn changes(&self) -> impl Iterator<Item = (&Snapshot, &[u8])> {
        self.files
            .iter()
            .map(|(now, bytes)| (now, bytes.as_slice()))
    }

    /// What is going to be moved back to its place: the path below the root, and what it is.
    pub fn restores(&self) -> impl Iterator<Item = (&Path, &Tree)> {
        let back = self.moves.iter().filter(|moved| !moved.is_away());
        back.map(|moved| (moved.relative(), moved.tree()))
    }

    /// What is going to be moved away, because the transaction had moved it back.
    pub fn removes(&self) -> impl Iterator<Item = (&Path, &Tree)> {
        let away = self.moves.iter().filter(|moved| moved.is_away());
        away.map(|moved| (moved.relative(), moved.tree()))
    }

    /// The transaction that does it.
    ///
    /// # Errors
    ///
    /// [`Error::SameFile`] and [`Error::Overlapping`], if a link now makes one file of two.
    pub fn begin<'lock>(
        &self,
        lock: &'lock Lock,
        details: Details,
    ) -> Result<Transaction<'lock>, Error> {
        let mut transaction = Transaction::begin(lock, details).reverting(self.entry.id().clone());
        for (now, bytes) in &self.files {
            transaction.replace(now, bytes.clone())?;
        }
        for moved in &self.moves {
            transaction.add(moved.clone())?;
        }
        Ok(transaction)
    }
}
