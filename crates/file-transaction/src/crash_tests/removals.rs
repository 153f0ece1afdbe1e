//! The same for transactions that replace files and remove trees together: each step the last one,
//! each step failing, each step met by a signal or by somebody else.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps};

mod faults;
mod kills;

use super::{FILES, LIMIT, PATIENTLY, Root, STATE, directory, new, with_steps};
use crate::{
    Details, Error, Interrupt, LinkPolicy, Receipt, Recovery, Store, Transaction, history, recover,
    rollback,
};

/// A directory, a file in another directory, and a link to what is removed as well.
const TREES: [&str; 3] = ["apps/store", "conf/deep/extra.xml", "apps/link"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Remove { history: bool },
    Revert,
    RevertOfRevert,
    Recover,
}

const DEEDS: [Deed; 4] = [
    Deed::Remove { history: true },
    Deed::Remove { history: false },
    Deed::Revert,
    Deed::RevertOfRevert,
];

fn perform(root: &Path, deed: Deed, interrupt: Interrupt) -> Result<Option<Receipt>, Error> {
    let store = Store::open(root, STATE)?.with_interrupt(interrupt);
    let lock = store.lock(PATIENTLY)?;
    let _ = recover::recover(&lock)?;
    let transaction = match deed {
        Deed::Recover => return Ok(None),
        Deed::Remove { history } => {
            let mut transaction =
                Transaction::begin(&lock, Details::default()).keep_history(history);
            for file in FILES {
                let snapshot = store.read(Path::new(file), LinkPolicy::InsideOnly, LIMIT)?;
                transaction.replace(&snapshot, new(file))?;
            }
            for tree in TREES {
                transaction.remove(Path::new(tree), LinkPolicy::InsideOnly)?;
            }
            transaction
        }
        Deed::Revert | Deed::RevertOfRevert => {
            let entry = history::latest(&store)?.unwrap();
            rollback::plan(&store, entry, LinkPolicy::InsideOnly, LIMIT)?
                .begin(&lock, Details::default())?
        }
    };
    transaction.stage()?.prepare()?.commit().map(Some)
}

fn do_it(root: &Root, deed: Deed) -> Receipt {
    let done = perform(root.path(), deed, Interrupt::new());
    done.unwrap().unwrap()
}

/// A root in the state that a deed begins with.
fn prepared_for(deed: Deed) -> Root {
    let root = Root::new();
    let at = |path: &str| root.path().join(path);
    fs::create_dir_all(at("apps/store/WEB-INF/lib")).unwrap();
    fs::write(at("apps/store/index.html"), "hello").unwrap();
    fs::write(at("apps/store/WEB-INF/web.xml"), "<web-app/>").unwrap();
    symlink("../../conf/one.xml", at("apps/store/config")).unwrap();
    fs::set_permissions(at("apps/store/WEB-INF"), Permissions::from_mode(0o750)).unwrap();
    fs::write(at("conf/deep/extra.xml"), "<extra/>").unwrap();
    symlink("store", at("apps/link")).unwrap();
    let before: &[Deed] = match deed {
        Deed::Revert => &[Deed::Remove { history: true }],
        Deed::RevertOfRevert => &[Deed::Remove { history: true }, Deed::Revert],
        _ => &[],
    };
    for deed in before {
        do_it(&root, *deed);
    }
    root
}

type State = BTreeMap<PathBuf, String>;

/// All that is there but the history: what it is, and what is in it.
fn state(root: &Root) -> State {
    fn walk(top: &Path, path: &Path, state: &mut State) {
        for entry in fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let relative = path.strip_prefix(top).unwrap().to_path_buf();
            if relative == Path::new(STATE) && path.join("transactions").exists() {
                let names = fs::read_dir(&path).unwrap();
                assert_eq!(names.count(), 1, "strays in {}", path.display());
                continue;
            }
            let meta = fs::symlink_metadata(&path).unwrap();
            let content = if meta.is_symlink() {
                fs::read_link(&path)
                    .unwrap()
                    .into_os_string()
                    .into_encoded_bytes()
            } else if meta.is_file() {
                fs::read(&path).unwrap()
            } else {
                walk(top, &path, state);
                Vec::new()
            };
            let told = format!("{:o} {}", meta.mode(), String::from_utf8_lossy(&content));
            state.insert(relative, told);
        }
    }
    let mut state = State::new();
    walk(root.path(), root.path(), &mut state);
    state
}

/// What a deed begins with and what it comes to.
fn states(deed: Deed) -> [State; 2] {
    let root = prepared_for(deed);
    let before = state(&root);
    do_it(&root, deed);
    [before, state(&root)]
}

/// A copy in which everything looks the same and nothing has the same inode.
fn copy(root: &Root) -> Root {
    fn copy(from: &Path, to: &Path) {
        let meta = fs::symlink_metadata(from).unwrap();
        if meta.is_symlink() {
            symlink(fs::read_link(from).unwrap(), to).unwrap();
        } else if meta.is_file() {
            fs::copy(from, to).unwrap();
        } else {
            for entry in fs::read_dir(from).unwrap() {
                let entry = entry.unwrap();
                let to = to.join(entry.file_name());
                if entry.file_type().unwrap().is_dir() {
                    fs::create_dir(&to).unwrap();
                }
                copy(&entry.path(), &to);
            }
            fs::set_permissions(to, meta.permissions()).unwrap();
        }
        let time = Timespec {
            tv_sec: meta.mtime(),
            tv_nsec: meta.mtime_nsec() as _,
        };
        let times = Timestamps {
            last_access: time,
            last_modification: time,
        };
        rustix::fs::utimensat(CWD, to, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
    }
    let to = directory();
    copy(root.path(), to.path());
    Root(to)
}

/// Recovers, and checks that this leaves all or nothing, no strays, an entry in the history exactly
/// if the deed is done, every tree in exactly one place, and nothing to recover. Is the deed done?
fn check_recovered(root: &Root, deed: Deed, states: &[State; 2], told: &str) -> bool {
    perform(root.path(), Deed::Recover, Interrupt::new()).unwrap_or_else(|e| panic!("{told}: {e}"));
    let now = state(root);
    let done = now == states[1];
    assert!(done || now == states[0], "{told}: {now:#?}");
    let store = Store::open(root.path(), STATE).unwrap();
    let entries = history::list(&store).unwrap();
    assert!(entries.damaged.is_empty(), "{told}: {:?}", entries.damaged);
    let expected = match deed {
        Deed::Remove { history } => usize::from(history && done),
        Deed::Revert => 1 + usize::from(done),
        Deed::RevertOfRevert => 2 + usize::from(done),
        Deed::Recover => unreachable!(),
    };
    assert_eq!(entries.entries.len(), expected, "{told}: history");
    assert_eq!(root.path().join(STATE).exists(), expected > 0, "{told}");
    let kept = |index| {
        let entries = entries.entries.iter();
        let kept = entries.filter_map(|entry| entry.kept(index).unwrap());
        kept.count()
    };
    let deleted = done && deed == Deed::Remove { history: false };
    for (index, tree) in TREES.iter().enumerate() {
        let places = kept(index) + usize::from(root.path().join(tree).symlink_metadata().is_ok());
        assert_eq!(places, usize::from(!deleted), "{told}: {tree}");
    }
    assert!(recover::pending(&store).unwrap().is_none(), "{told}");
    let lock = store.lock(PATIENTLY).unwrap();
    let (again, steps) = with_steps(&[], None, || recover::recover(&lock).unwrap());
    assert_eq!((again, steps.len()), (Recovery::Nothing, 0), "{told}");
    done
}
