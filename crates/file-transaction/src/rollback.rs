//! Taking back a transaction, by a new one that can be taken back as well.

use std::fmt;

use crate::error::{Class, Drifted, Error};
use crate::history::Entry;
use crate::journal::Details;
use crate::lock::Lock;
use crate::snapshot::{LinkPolicy, Snapshot};
use crate::store::Store;
use crate::transaction::Transaction;

/// What taking back a transaction would do.
pub struct Revert {
    entry: Entry,
    files: Vec<(Snapshot, Vec<u8>)>,
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

/// Finds out what taking back `entry` means: reads its files and its backups, and writes nothing.
///
/// # Errors
///
/// [`Error::Drift`] with every file that is not what the transaction made of it;
/// [`Error::BadBackup`] if a backup is not what was stored; and what [`Store::read`] gives.
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
    if already {
        return Ok(Revert {
            entry,
            files: Vec::new(),
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
    Ok(Revert { entry, files })
}

impl Revert {
    /// The transaction that is taken back.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Are all files what they were before the transaction already?
    pub fn is_already_so(&self) -> bool {
        self.files.is_empty()
    }

    /// Every file as it is, and the content that it is going to have.
    pub fn changes(&self) -> impl Iterator<Item = (&Snapshot, &[u8])> {
        self.files
            .iter()
            .map(|(now, bytes)| (now, bytes.as_slice()))
    }

    /// The transaction that does it.
    ///
    /// # Errors
    ///
    /// [`Error::SameFile`], if a link now makes one file of two.
    pub fn begin<'lock>(
        &self,
        lock: &'lock Lock,
        details: Details,
    ) -> Result<Transaction<'lock>, Error> {
        let mut transaction = Transaction::begin(lock, details).reverting(self.entry.id().clone());
        for (now, bytes) in &self.files {
            transaction.replace(now, bytes.clone())?;
        }
        Ok(transaction)
    }
}
