//! Homes, copied, and what is asked of them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use apim_patch_core::apply::Store;
use apim_patch_core::catalogue::Row;
use apim_patch_core::diagnostic::Diagnostic;
use apim_patch_core::diff::Secrecy;
use apim_patch_core::inspect::{Inspected, MissingFiles, inspect};
use apim_patch_core::plan::{LinkPolicy, Plan};
use apim_patch_core::spec::{
    Choice, DeploymentFile, Machine, Origin, Resolved, Selection, resolve, select,
};
use tempfile::TempDir;

/// What `{ env = "…" }` of examples stands for.
pub(crate) const SECRET: &str = "a <secret> & more";

/// The corpus, where it is.
pub(crate) fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let path = std::env::var_os("APIM_CORPUS").map_or(beside, PathBuf::from);
    if path.join("stock").is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: no corpus at {}", path.display());
    None
}

/// The stock homes by name, oldest first. Updates are laid over the release
/// that they update, where the corpus has only what they change.
pub(crate) fn stock_homes() -> Vec<(&'static str, TestHome)> {
    let Some(corpus) = corpus() else {
        return Vec::new();
    };
    let home = |layers: &[&str]| {
        let home = TestHome::new();
        for layer in layers {
            home.lay_over(&corpus.join("stock").join(layer));
        }
        home
    };
    vec![
        ("2.0.0", home(&["am-2.0.0"])),
        ("2.1.0", home(&["am-2.1.0"])),
        ("2.1.0-update14", home(&["am-2.1.0", "am-2.1.0-update14"])),
        ("2.2.0", home(&["am-2.2.0"])),
        ("2.6.0", home(&["am-2.6.0"])),
    ]
}

/// A home that may be written to.
pub(crate) struct TestHome {
    folder: TempDir,
}

impl TestHome {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A copy of one of `fixtures/homes`.
    pub(crate) fn fixture(name: &str) -> Self {
        let home = Self::new();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/homes");
        home.lay_over(&fixtures.join(name));
        home
    }

    /// Copies the files that patches are made in over its own.
    pub(crate) fn lay_over(&self, source: &Path) {
        for part in ["bin", "repository/conf"] {
            for entry in walkdir::WalkDir::new(source.join(part)) {
                let Ok(entry) = entry else { continue };
                let relative = entry.path().strip_prefix(source).unwrap();
                let target = self.folder.path().join(relative);
                match entry.file_type().is_dir() {
                    true => fs::create_dir_all(target).unwrap(),
                    false => fs::write(target, fs::read(entry.path()).unwrap()).unwrap(),
                }
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.path().join(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path().join(file), content).unwrap();
    }

    pub(crate) fn store(&self) -> Store {
        apim_patch_core::apply::open(self.path(), None).unwrap()
    }

    pub(crate) fn plan(&self, selection: &Selection<Resolved>) -> Result<Plan, Vec<Diagnostic>> {
        Plan::new(&self.store(), selection, LinkPolicy::InsideOnly)
    }

    /// Writes what a plan comes to, without a transaction, and returns what
    /// stood there.
    pub(crate) fn write_plan(&self, plan: &Plan) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut before = BTreeMap::new();
        for file in &plan.files {
            if let Some(after) = &file.after {
                let path = self.path().join(file.snapshot.relative());
                before.insert(path.clone(), fs::read(&path).unwrap());
                fs::write(path, after).unwrap();
            }
        }
        before
    }

    /// A row as it is, of a keyed table every entry.
    pub(crate) fn inspect(&self, row: &'static Row) -> Vec<Inspected> {
        self.inspect_all(&[row])
    }

    pub(crate) fn inspect_all(&self, rows: &[&'static Row]) -> Vec<Inspected> {
        inspect(
            &self.store(),
            rows,
            LinkPolicy::InsideOnly,
            Secrecy::Shown,
            MissingFiles::Refuse,
        )
        .unwrap()
    }

    /// The value in effect, of the row of that key.
    pub(crate) fn value(&self, key: &str) -> Option<String> {
        let (row, name) = apim_patch_core::catalogue::find(key).unwrap();
        active(&self.inspect(row), name.as_deref())
    }
}

/// The value in effect among what was found.
pub(crate) fn active(found: &[Inspected], name: Option<&str>) -> Option<String> {
    use apim_patch_core::inspect::State;
    let found = found
        .iter()
        .find(|found| found.name.as_deref() == name && found.state == State::Active)?;
    found.value.clone()
}

/// What a deployment file asks of a node of `profile`.
pub(crate) fn ask(profile: &str, file: &str) -> Result<Selection<Resolved>, Vec<Diagnostic>> {
    let file = DeploymentFile::parse(Path::new("f.toml"), file.as_bytes())?;
    let machine = Machine::default();
    let choice = Choice {
        profile: Some(profile),
        node: None,
        options: &[],
        partial: true,
        home: Path::new("/home"),
        machine: &machine,
    };
    let selection = select(Some(&file), &choice)?;
    resolve(selection, &|_| Some(OsString::from(SECRET)))
}

/// Only what is asked for: what the profile fixes is not looked at here.
pub(crate) fn ask_alone(file: &str) -> Selection<Resolved> {
    let mut selection = ask("gateway", file).unwrap();
    selection
        .settings
        .retain(|setting| !matches!(setting.origin, Origin::FixedByProfile { .. }));
    selection
}

/// The names of a profile's settings with what becomes of them.
pub(crate) fn outcomes(plan: &Plan) -> BTreeMap<&str, &'static str> {
    plan.settings()
        .map(|(_, setting)| (setting.key.as_str(), setting.outcome.as_str()))
        .collect()
}
