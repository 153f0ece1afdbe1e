//! What a transaction moves whole, without looking into it: out of its place into the state
//! directory, or back from there. Until the commit point it is only looked at.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::backup;
use crate::error::Error;
use crate::id::TransactionId;
use crate::journal::{Place, RemovalRecord, RestoreRecord};
use crate::metadata::{self, parent};
use crate::snapshot::{self, LinkPolicy};
use crate::store::Store;
use crate::tree::Tree;

/// Something that is going to be moved.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    relative: PathBuf,
    /// Its place, with every link but its own resolved.
    place: PathBuf,
    tree: Tree,
    way: Way,
}

#[derive(Debug, Clone)]
enum Way {
    Away,
    /// From where this transaction put it.
    Back {
        from: TransactionId,
        index: usize,
    },
}

impl Move {
    /// Out of its place; `None` where nothing has this name.
    pub(crate) fn away(
        store: &Store,
        relative: &Path,
        links: LinkPolicy,
    ) -> Result<Option<Move>, Error> {
        snapshot::check_relative(relative)?;
        let path = store.root().join(relative);
        let directory = match snapshot::resolve(&parent(&path)) {
            Ok(directory) => directory,
            Err(Error::Missing { .. }) => return Ok(None),
            Err(e) => return Err(e),
        };
        let place = directory.join(path.file_name().unwrap_or_default());
        check_place(store, relative, &place, links)?;
        let tree = Tree::look(&place, store.interrupt())?;
        Ok(tree.map(|tree| Move {
            relative: relative.to_path_buf(),
            place,
            tree,
            way: Way::Away,
        }))
    }

    /// Back to its place, from the `index`th place in the backup of a transaction.
    pub(crate) fn back(
        relative: &Path,
        place: PathBuf,
        tree: Tree,
        from: TransactionId,
        index: usize,
    ) -> Move {
        Move {
            relative: relative.to_path_buf(),
            place,
            tree,
            way: Way::Back { from, index },
        }
    }

    pub(crate) fn relative(&self) -> &Path {
        &self.relative
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn is_away(&self) -> bool {
        matches!(self.way, Way::Away)
    }

    /// Does the way to the place of the other one lead through what is moved here?
    pub(crate) fn holds(&self, store: &Store, other: &Move) -> bool {
        self.is_on(&trail(store.root(), &other.relative, Last::Itself))
            || other.place.starts_with(&self.place)
    }

    /// Does the way to this file lead through what is moved?
    pub(crate) fn holds_file(&self, store: &Store, relative: &Path, real: &Path) -> bool {
        self.is_on(&trail(store.root(), relative, Last::Followed)) || real.starts_with(&self.place)
    }

    fn is_on(&self, trail: &[PathBuf]) -> bool {
        trail.iter().any(|place| place.starts_with(&self.place))
    }

    /// Finds out by looking what would keep it from being moved. `state` is the state directory, or
    /// what that is going to be made in.
    pub(crate) fn check_possible(&self, store: &Store, state: &Path) -> Result<(), Error> {
        let path = store.root().join(&self.relative);
        match &self.way {
            Way::Away => metadata::check_movable(&path, &self.place, state, true),
            Way::Back { from, index } => {
                let kept = kept_path(store, from, *index);
                let directory = parent(&self.place);
                metadata::check_can_name(&directory)?;
                metadata::check_movable(&path, &kept, &directory, false)
            }
        }
    }

    /// Is it still what it was, does the path still lead to its place, and is that free where it has
    /// to be?
    pub(crate) fn check_unchanged(&self, store: &Store) -> Result<(), Error> {
        let path = store.root().join(&self.relative);
        let now = Tree::look(&self.place, store.interrupt())?;
        let reachable = leads_to(store, &self.relative, &self.place);
        let unchanged = match &self.way {
            Way::Away => now.as_ref() == Some(&self.tree),
            Way::Back { from, index } => {
                let kept = Tree::look(&kept_path(store, from, *index), store.interrupt())?;
                now.is_none() && kept.as_ref() == Some(&self.tree)
            }
        };
        if reachable && unchanged {
            return Ok(());
        }
        Err(Error::TreeConflict {
            path,
            actual: now.filter(|_| reachable).map(|tree| tree.kind),
        })
    }

    /// Adds it to what the journal says.
    pub(crate) fn note(
        &self,
        store: &Store,
        removed: &mut Vec<RemovalRecord>,
        restored: &mut Vec<RestoreRecord>,
    ) {
        let target = Place::new(store, &self.place);
        let (relative, tree) = (self.relative.clone(), self.tree.clone());
        match &self.way {
            Way::Away => removed.push(RemovalRecord {
                relative,
                tree,
                target,
            }),
            Way::Back { from, index } => restored.push(RestoreRecord {
                relative,
                tree,
                from: from.clone(),
                index: *index,
                target,
            }),
        }
    }
}

/// Where a transaction in the history keeps what it moved away.
pub(crate) fn kept_path(store: &Store, id: &TransactionId, index: usize) -> PathBuf {
    backup::moved_path(&store.transactions_path().join(id.as_str()), index)
}

/// Does the path still lead to this place?
pub(crate) fn leads_to(store: &Store, relative: &Path, place: &Path) -> bool {
    parent(&store.root().join(relative))
        .canonicalize()
        .is_ok_and(|directory| directory == parent(place))
}

/// May something with this place be moved at all?
pub(crate) fn check_place(
    store: &Store,
    relative: &Path,
    place: &Path,
    links: LinkPolicy,
) -> Result<(), Error> {
    let state = store.state_directory();
    // Through a link that leaves the root, a path can even lead to what holds the root.
    if state.starts_with(place) || place.starts_with(&state) {
        return Err(Error::BadPath {
            path: relative.to_path_buf(),
            why: "it is, holds or lies in the directory where what is moved away is kept",
        });
    }
    if links == LinkPolicy::InsideOnly && !place.starts_with(store.root()) {
        return Err(snapshot::leaves_root(store, relative, place));
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// A link in the last place is what is meant.
    Itself,
    /// It is what the link leads to.
    Followed,
}

/// As many as the kernel follows.
const LINKS: usize = 40;

/// Every place that the system passes on the way from the root, each link and each directory that
/// one leads through among them.
fn trail(root: &Path, relative: &Path, last: Last) -> Vec<PathBuf> {
    let (mut at, mut passed, mut links) = (root.to_path_buf(), Vec::new(), 0);
    let mut ahead = components(relative);
    while let Some(name) = ahead.pop() {
        if name == ".." {
            at.pop();
            continue;
        }
        let place = at.join(&name);
        passed.push(place.clone());
        let followed = last == Last::Followed || !ahead.is_empty();
        match fs::read_link(&place) {
            Ok(target) if followed && links < LINKS => {
                links += 1;
                if target.is_absolute() {
                    at = PathBuf::from("/");
                }
                ahead.extend(components(&target));
            }
            _ => at = place,
        }
    }
    passed
}

/// The names in a path, the last one first.
fn components(path: &Path) -> Vec<OsString> {
    let names = path.components().rev().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    names.collect()
}
