//! Every changing call of a run is numbered; then each is, in turn, the last one, or fails, or is
//! met by a signal or by an editor.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

mod faults;
mod kills;
mod removals;

use crate::disk::Ability;
use crate::{
    Details, Error, Interrupt, LinkPolicy, Receipt, Recovery, Store, Transaction, Wait, history,
    recover, rollback,
};

type Action = Box<dyn FnMut(usize) -> io::Result<()>>;

#[derive(Default)]
struct Steps {
    names: Vec<&'static str>,
    action: Option<Action>,
    lacking: Vec<Ability>,
}

thread_local! {
    static STEPS: RefCell<Steps> = RefCell::default();
}

/// Called before every changing call of the thread.
pub(crate) fn step(name: &'static str) -> io::Result<()> {
    let (count, action) = STEPS.with_borrow_mut(|steps| {
        steps.names.push(name);
        (steps.names.len(), steps.action.take())
    });
    // Taken out meanwhile, because an action may itself do what is counted.
    let Some(mut action) = action else {
        return Ok(());
    };
    let result = action(count);
    STEPS.with_borrow_mut(|steps| steps.action = Some(action));
    result
}

/// The call that an action stands before.
fn last_step() -> &'static str {
    STEPS.with_borrow(|steps| steps.names.last().copied().unwrap_or_default())
}

pub(crate) fn can(ability: Ability) -> bool {
    STEPS.with_borrow(|steps| !steps.lacking.contains(&ability))
}

/// Runs something with an action before each of its steps, and says which there were.
fn with_steps<T>(
    lacking: &[Ability],
    action: Option<Action>,
    run: impl FnOnce() -> T,
) -> (T, Vec<&'static str>) {
    let steps = Steps {
        names: Vec::new(),
        action,
        lacking: lacking.to_vec(),
    };
    STEPS.set(steps);
    let result = run();
    (result, STEPS.take().names)
}

const STATE: &str = ".state";
const FILES: [&str; 3] = ["conf/one.xml", "conf/two.xml", "conf/deep/three.xml"];
const LIMIT: u64 = 1 << 20;

/// A process that another test is just starting has this one's locks until it becomes the child.
const PATIENTLY: Wait = Wait::For(Duration::from_secs(60));

fn old(file: &str) -> Vec<u8> {
    format!("old {file}\n").repeat(50).into_bytes()
}

fn new(file: &str) -> Vec<u8> {
    format!("new content of {file}\n").repeat(60).into_bytes()
}

/// A root, all of whose files are in their old state.
struct Root(tempfile::TempDir);

/// In memory where that is possible: a process that dies leaves the same there, and some thousand
/// runs wait for no disk.
fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

impl Root {
    fn new() -> Root {
        let root = directory();
        fs::create_dir_all(root.path().join("conf/deep")).unwrap();
        for file in FILES {
            fs::write(root.path().join(file), old(file)).unwrap();
        }
        Root(root)
    }

    fn copy(&self) -> Root {
        fn copy(from: &Path, to: &Path) {
            for entry in fs::read_dir(from).unwrap() {
                let entry = entry.unwrap();
                let to = to.join(entry.file_name());
                if entry.file_type().unwrap().is_dir() {
                    fs::create_dir(&to).unwrap();
                    fs::set_permissions(&to, entry.metadata().unwrap().permissions()).unwrap();
                    copy(&entry.path(), &to);
                } else {
                    fs::copy(entry.path(), to).unwrap();
                }
            }
        }
        let root = directory();
        copy(self.path(), root.path());
        Root(root)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Every file but those of whole history entries, with its content.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn walk(root: &Path, directory: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                let relative = path.strip_prefix(root).unwrap().to_path_buf();
                if !path.is_dir() {
                    files.insert(relative, fs::read(&path).unwrap());
                } else if relative != Path::new(STATE).join("transactions") {
                    walk(root, &path, files);
                }
            }
        }
        let mut files = BTreeMap::new();
        walk(self.path(), self.path(), &mut files);
        files
    }

    /// Which files are new? Panics where one is neither old nor new.
    fn which_are_new(&self, told: &str) -> Vec<bool> {
        let is_new = |file: &&str| {
            let content = fs::read(self.path().join(file)).unwrap();
            assert!(
                content == old(file) || content == new(file),
                "{told}: {file} is torn"
            );
            content == new(file)
        };
        FILES.iter().map(is_new).collect()
    }

    /// All new, or all old? Panics where something is mixed, or where there is anything else.
    fn all_new(&self, told: &str) -> bool {
        let new = self.which_are_new(told);
        let all_new = new.iter().all(|new| *new);
        assert!(all_new || !new.contains(&true), "{told}: mixed {new:?}");
        let names: Vec<PathBuf> = self.files().into_keys().collect();
        let expected: Vec<PathBuf> = [FILES[2], FILES[0], FILES[1]].map(PathBuf::from).to_vec();
        assert_eq!(names, expected, "{told}: strays");
        all_new
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Apply { history: bool },
    Revert,
    Recover,
}

fn perform(root: &Path, deed: Deed, interrupt: Interrupt) -> Result<Option<Receipt>, Error> {
    let store = Store::open(root, STATE)?.with_interrupt(interrupt);
    let lock = store.lock(PATIENTLY)?;
    let _ = recover::recover(&lock)?;
    let transaction = match deed {
        Deed::Recover => return Ok(None),
        Deed::Apply { history } => {
            let mut transaction =
                Transaction::begin(&lock, Details::default()).keep_history(history);
            for file in FILES {
                let snapshot = store.read(Path::new(file), LinkPolicy::InsideOnly, LIMIT)?;
                transaction.replace(&snapshot, new(file))?;
            }
            transaction
        }
        Deed::Revert => {
            let entry = history::latest(&store)?.unwrap();
            rollback::plan(&store, entry, LinkPolicy::InsideOnly, LIMIT)?
                .begin(&lock, Details::default())?
        }
    };
    transaction.stage()?.prepare()?.commit().map(Some)
}

fn apply(root: &Path, history: bool) -> Result<Option<Receipt>, Error> {
    perform(root, Deed::Apply { history }, Interrupt::new())
}

/// A root in the state that a deed begins with.
fn prepared_for(deed: Deed) -> Root {
    let root = Root::new();
    if deed == Deed::Revert {
        apply(root.path(), true).unwrap();
    }
    root
}

/// Recovers, and checks that this leaves all or nothing, no strays, an entry in the history exactly
/// if the deed is done, and nothing to recover.
fn check_recovered(root: &Root, deed: Deed, told: &str) {
    perform(root.path(), Deed::Recover, Interrupt::new()).unwrap_or_else(|e| panic!("{told}: {e}"));
    let all_new = root.all_new(told);
    let store = Store::open(root.path(), STATE).unwrap();
    let entries = history::list(&store).unwrap();
    assert!(entries.damaged.is_empty(), "{told}: {:?}", entries.damaged);
    let expected = match deed {
        Deed::Apply { history } => usize::from(history && all_new),
        Deed::Revert => 1 + usize::from(!all_new),
        Deed::Recover => unreachable!(),
    };
    assert_eq!(entries.entries.len(), expected, "{told}: history");
    assert_eq!(
        root.path().join(STATE).exists(),
        expected > 0,
        "{told}: state directory"
    );
    assert!(recover::pending(&store).unwrap().is_none(), "{told}");
    let lock = store.lock(PATIENTLY).unwrap();
    let (again, steps) = with_steps(&[], None, || recover::recover(&lock).unwrap());
    assert_eq!((again, steps.len()), (Recovery::Nothing, 0), "{told}");
}

fn abilities(lacking: &str) -> Vec<Ability> {
    match lacking {
        "exchange" => vec![Ability::Exchange, Ability::NoReplace],
        "exchange,link" => vec![Ability::Exchange, Ability::NoReplace, Ability::Link],
        _ => Vec::new(),
    }
}
