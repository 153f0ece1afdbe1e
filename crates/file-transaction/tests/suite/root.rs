//! A directory to work on.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use file_transaction::{
    Details, Error, LinkPolicy, Lock, Receipt, Snapshot, Store, Transaction, Wait,
};

pub(crate) const STATE: &str = ".state";
pub(crate) const LIMIT: u64 = 1 << 20;

pub(crate) struct Root(tempfile::TempDir);

impl Root {
    /// A root with these files, each with its own name as content.
    pub(crate) fn with(files: &[&str]) -> Root {
        let root = Root(tempfile::tempdir().unwrap());
        for file in files {
            root.write(file, format!("content of {file}\n"));
        }
        root
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn at(&self, file: impl AsRef<Path>) -> PathBuf {
        self.path().join(file)
    }

    pub(crate) fn write(&self, file: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.at(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn text(&self, file: impl AsRef<Path>) -> String {
        fs::read_to_string(self.at(file)).unwrap()
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(self.path(), STATE).unwrap()
    }

    pub(crate) fn lock(&self) -> Lock {
        self.store().lock(Wait::No).unwrap()
    }

    pub(crate) fn read(&self, file: impl AsRef<Path>) -> Result<Snapshot, Error> {
        self.store()
            .read(file.as_ref(), LinkPolicy::InsideOnly, LIMIT)
    }

    /// Everything below the root: each path with what it is, inode and modification time included.
    pub(crate) fn tree(&self) -> BTreeMap<PathBuf, String> {
        fn walk(directory: &Path, tree: &mut BTreeMap<PathBuf, String>) {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                let meta = fs::symlink_metadata(&path).unwrap();
                let stat = (
                    meta.ino(),
                    meta.mode(),
                    meta.uid(),
                    meta.mtime(),
                    meta.mtime_nsec(),
                );
                let content = meta.is_file().then(|| fs::read(&path).unwrap());
                tree.insert(path.clone(), format!("{stat:?} {content:?}"));
                if meta.is_dir() {
                    walk(&path, tree);
                }
            }
        }
        let mut tree = BTreeMap::new();
        walk(self.path(), &mut tree);
        tree
    }

    /// Replaces the content of each file.
    pub(crate) fn replace(&self, files: &[&str], content: &str) -> Result<Receipt, Error> {
        let lock = self.lock();
        self.begin(&lock, files, content)?
            .stage()?
            .prepare()?
            .commit()
    }

    pub(crate) fn begin<'lock>(
        &self,
        lock: &'lock Lock,
        files: &[&str],
        content: &str,
    ) -> Result<Transaction<'lock>, Error> {
        let mut transaction = Transaction::begin(lock, details());
        for file in files {
            let snapshot = lock
                .store()
                .read(file.as_ref(), LinkPolicy::FollowOutside, LIMIT)?;
            transaction.replace(&snapshot, content.into())?;
        }
        Ok(transaction)
    }

    /// Tries to replace the files and checks that nothing at all has changed. Gives the error.
    pub(crate) fn refuses(&self, files: &[&str]) -> Error {
        let before = self.tree();
        let error = self.replace(files, "new").unwrap_err();
        // Making and removing temporary files moves the directories' times.
        let without_times = |tree: BTreeMap<PathBuf, String>| -> Vec<(PathBuf, Option<String>)> {
            let told = |(path, told): (PathBuf, String)| {
                let file = told.ends_with(']') || told.ends_with(')');
                (path, file.then_some(told))
            };
            tree.into_iter().map(told).collect()
        };
        assert_eq!(without_times(self.tree()), without_times(before), "{error}");
        error
    }
}

pub(crate) fn details() -> Details {
    Details {
        tool: "suite 1.0".to_owned(),
        user: "tester".to_owned(),
        remember: [("profile".to_owned(), "gateway".to_owned())].into(),
    }
}

/// Tests that need another user, an immutable file or a mount need root.
pub(crate) fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        skipped("it needs root");
    }
    is_root
}

/// Says that a test could not run here. Shown with `--nocapture`.
#[allow(clippy::print_stderr)]
pub(crate) fn skipped(why: &str) {
    let thread = std::thread::current();
    eprintln!("skipped {}: {why}", thread.name().unwrap_or("a test"));
}
