//! After the commit point: everything that is to be moved is moved, or everything that was is moved
//! back. The same code serves a transaction and the recovery of one.
//!
//! | | from | to |
//! |---|---|---|
//! | ready, or taken back | the tree | |
//! | done | | the tree |
//! | done, and something new stands there since | something else (only its place) | the tree |
//! | never to be done: the place was taken meanwhile | the tree | something else |
//! | never to be done: it is gone | | |

use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::backup;
use crate::disk;
use crate::error::{Error, RecoveryReason};
use crate::interrupt::Interrupt;
use crate::journal::Manifest;
use crate::metadata::parent;
use crate::moves;
use crate::obstacle::FileKind;
use crate::store::Store;
use crate::tree::Tree;

/// A move that the journal tells of.
struct Relocation<'m> {
    tree: &'m Tree,
    place: PathBuf,
    kept: PathBuf,
    away: bool,
}

/// How far a move has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Ready,
    Done,
    Impossible,
}

fn relocations<'m>(store: &Store, manifest: &'m Manifest) -> Vec<Relocation<'m>> {
    let journal = store.journal_path();
    let removed = manifest.removed.iter().enumerate();
    let away = removed.map(|(index, record)| Relocation {
        tree: &record.tree,
        place: record.place(store),
        kept: backup::moved_path(&journal, index),
        away: true,
    });
    let back = manifest.restored.iter().map(|record| Relocation {
        tree: &record.tree,
        place: record.place(store),
        kept: moves::kept_path(store, &record.from, record.index),
        away: false,
    });
    away.chain(back).collect()
}

impl Relocation<'_> {
    fn from(&self) -> &Path {
        if self.away { &self.place } else { &self.kept }
    }

    fn to(&self) -> &Path {
        if self.away { &self.kept } else { &self.place }
    }

    fn progress(&self) -> Result<Progress, Error> {
        let there = |path: &Path| disk::exists(path).map_err(Error::io("look at", path));
        Ok(match (there(self.from())?, there(self.to())?) {
            (true, false) => Progress::Ready,
            (false, true) => Progress::Done,
            // Nobody but us puts anything into the state directory.
            (true, true) if self.away => Progress::Done,
            (true, true) | (false, false) => Progress::Impossible,
        })
    }

    /// A tree that this transaction did not look at is not one that it has to take away. The inode
    /// tells nothing here: between a crash and its recovery all of it may have been copied.
    ///
    /// What comes back is welcome as it is, since that loses nothing; and once it is back, whoever
    /// works with it may change it.
    fn is_as_expected(&self, path: &Path) -> Result<bool, Error> {
        if !self.away {
            return Ok(true);
        }
        // Behind the commit point signals are not looked at.
        let now = Tree::look(path, &Interrupt::new())?;
        Ok(now.is_some_and(|now| now.kind == self.tree.kind && now.shape == self.tree.shape))
    }

    fn conflict(&self) -> Error {
        Error::TreeConflict {
            path: self.place.clone(),
            actual: FileKind::at(&self.place),
        }
    }

    fn move_there(&self) -> Result<(), Error> {
        disk::rename_to_free(self.from(), self.to()).map_err(|cause| {
            match Errno::from_io_error(&cause) {
                Some(Errno::XDEV) => Error::OtherFileSystem {
                    path: self.place.clone(),
                    other: parent(&self.kept),
                },
                Some(Errno::BUSY) => Error::HoldsMount {
                    path: self.place.clone(),
                    mount: self.from().to_path_buf(),
                },
                Some(Errno::EXIST | Errno::NOTEMPTY | Errno::NOENT) => self.conflict(),
                _ => Error::io("move", self.from())(cause),
            }
        })
    }

    /// `false` if there is nothing to take back.
    fn take_back(&self) -> Result<bool, Error> {
        let there = |path: &Path| disk::exists(path).map_err(Error::io("look at", path));
        if !there(self.to())? || !self.away && there(&self.kept)? {
            return Ok(false);
        }
        let taken = || RecoveryReason::PlaceTaken {
            path: self.place.clone(),
            kept: self.kept.clone(),
        };
        if self.away && there(&self.place)? {
            return Err(taken().into());
        }
        if !self.away {
            let now = Tree::look(&self.place, &Interrupt::new())?;
            if !now.is_some_and(|now| now.is_same(self.tree)) {
                return Err(taken().into());
            }
        }
        disk::rename_to_free(self.to(), self.from()).map_err(Error::io("move back", self.to()))?;
        Ok(true)
    }
}

/// Moves everything that has not been moved yet.
pub(crate) fn forward(store: &Store, manifest: &Manifest) -> Result<(), Error> {
    for relocation in relocations(store, manifest) {
        match relocation.progress()? {
            Progress::Ready => relocation.move_there()?,
            Progress::Done => {}
            Progress::Impossible => return Err(relocation.conflict()),
        }
    }
    Ok(())
}

/// Is what was moved what was looked at? It may have been changed, or have become something else,
/// between the last look and the move.
pub(crate) fn check(store: &Store, manifest: &Manifest) -> Result<(), Error> {
    for relocation in relocations(store, manifest) {
        if !relocation.is_as_expected(relocation.to())? {
            return Err(relocation.conflict());
        }
    }
    Ok(())
}

/// Moves everything back that was moved. Says how many there were.
pub(crate) fn take_back(store: &Store, manifest: &Manifest) -> Result<usize, Error> {
    let mut count = 0;
    for relocation in relocations(store, manifest).iter().rev() {
        count += usize::from(relocation.take_back()?);
    }
    Ok(count)
}

/// How many have not been moved yet; `None` if one of them cannot be, or something else than what
/// was looked at has been. Touches nothing.
pub(crate) fn waiting(store: &Store, manifest: &Manifest) -> Result<Option<usize>, Error> {
    let (mut waiting, mut possible) = (0, true);
    for relocation in relocations(store, manifest) {
        possible &= match relocation.progress()? {
            Progress::Ready => {
                waiting += 1;
                relocation.is_as_expected(relocation.from())?
            }
            Progress::Done => relocation.is_as_expected(relocation.to())?,
            Progress::Impossible => false,
        };
    }
    Ok(possible.then_some(waiting))
}

/// The directories that something loses its name in, or gets one.
pub(crate) fn directories(store: &Store, manifest: &Manifest) -> Vec<PathBuf> {
    let relocations = relocations(store, manifest).into_iter();
    relocations
        .flat_map(|relocation| [parent(&relocation.place), parent(&relocation.kept)])
        .collect()
}
