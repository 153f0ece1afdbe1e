//! What every test here needs: a home of its own, a run of the binary in clean surroundings, and the
//! state of a directory tree as a value that can be compared.

mod reading;
mod tool;
mod tree;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) use reading::{Element, changed_lines, independent, independent_all, texts};
pub(crate) use tool::{Run, Tool, says};
pub(crate) use tree::{Compare, Tree};

pub(crate) const API_MANAGER: &str = "repository/conf/api-manager.xml";
pub(crate) const CARBON: &str = "repository/conf/carbon.xml";
pub(crate) const CATALINA: &str = "repository/conf/tomcat/catalina-server.xml";
pub(crate) const AXIS2: &str = "repository/conf/axis2/axis2.xml";
pub(crate) const IDENTITY: &str = "repository/conf/identity/identity.xml";

/// Every profile.
pub(crate) const PROFILES: [&str; 7] = [
    "gateway",
    "gateway-manager",
    "gateway-worker",
    "key-manager",
    "publisher",
    "store",
    "traffic-manager",
];

/// Where the tool keeps what it needs for the way back.
pub(crate) const STATE: &str = ".apim-patch";

/// The environment variable that the deployment files in `fixtures` take the password from.
pub(crate) const PASSWORD_VARIABLE: &str = "APIM_KM_PASSWORD";

/// Needs escaping in XML, and is no word of any other text: where it shows, it was shown.
pub(crate) const PASSWORD: &str = "c4nary&<pass";

/// The user that owns nothing: what root runs the binary as when permissions are to count.
const NOBODY: u32 = 65534;

pub(crate) fn workspace() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap().to_owned()
}

pub(crate) fn fixture(path: &str) -> PathBuf {
    workspace().join("fixtures").join(path)
}

pub(crate) fn deployment(name: &str) -> PathBuf {
    fixture("deployments").join(name)
}

/// Real homes, when they are there: `$APIM_CORPUS`, or beside the workspace.
pub(crate) fn corpus() -> Option<PathBuf> {
    let place = match std::env::var_os("APIM_CORPUS") {
        Some(place) => PathBuf::from(place),
        None => workspace().join("../shared/corpus"),
    };
    let there = place.join("stock").is_dir();
    if !there {
        eprintln!(
            "SKIPPED: no corpus at {} (set APIM_CORPUS)",
            place.display()
        );
    }
    there.then_some(place)
}

/// The acceptance cases, which stand beside the corpus.
pub(crate) fn acceptance() -> Option<PathBuf> {
    let place = corpus()?.parent()?.join("acceptance");
    let there = place.join("ideal").is_dir();
    if !there {
        eprintln!("SKIPPED: no acceptance cases at {}", place.display());
    }
    there.then_some(place)
}

/// True when `name` can be run here; otherwise says what is skipped for want of it.
pub(crate) fn program(name: &str) -> bool {
    let there = Command::new(name)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !there {
        eprintln!("SKIPPED: needs `{name}`, which is not here");
    }
    there
}

pub(crate) fn root() -> bool {
    // The owner of a file just made is who we are; std offers no geteuid.
    let probe = tempfile::tempfile().unwrap();
    probe.metadata().unwrap().uid() == 0
}

/// A home in a temporary directory, gone when dropped.
pub(crate) struct Home {
    place: TempDir,
    path: PathBuf,
}

impl Home {
    /// A directory named `home` with nothing in it.
    pub(crate) fn empty() -> Self {
        let place = tempfile::Builder::new()
            .prefix("apim-patch-test-")
            .tempdir()
            .unwrap();
        // Resolved, so that messages with resolved paths can be compared.
        let path = place.path().canonicalize().unwrap().join("home");
        fs::create_dir(&path).unwrap();
        Self { place, path }
    }

    /// A copy of any directory.
    pub(crate) fn copy_of(source: &Path) -> Self {
        let home = Self::empty();
        home.overlay(source);
        home
    }

    /// A copy of `fixtures/homes/NAME`.
    pub(crate) fn fixture(name: &str) -> Self {
        Self::copy_of(&fixture("homes").join(name))
    }

    pub(crate) fn stock() -> Self {
        Self::fixture("stock-2.1")
    }

    /// Lays every file of `source` over what is there.
    pub(crate) fn overlay(&self, source: &Path) {
        self.overlay_at("", source);
    }

    /// The same below a directory of this name: for several homes beside each other.
    pub(crate) fn overlay_at(&self, name: &str, source: &Path) {
        assert!(source.is_dir(), "{} is no directory", source.display());
        for entry in walkdir::WalkDir::new(source) {
            let entry = entry.unwrap();
            let inside = entry.path().strip_prefix(source).unwrap();
            let target = self.path.join(name).join(inside);
            if entry.file_type().is_dir() {
                fs::create_dir_all(&target).unwrap();
            } else {
                fs::copy(entry.path(), &target).unwrap();
                // A corpus may be read-only; a home is not.
                fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The directory around the home: for what a test needs besides, outside the home.
    pub(crate) fn beside(&self) -> PathBuf {
        self.path.parent().unwrap().to_owned()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.file(name)).unwrap()
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Replaces `old`, which must stand there exactly once: a fixture that moved on stops the test.
    pub(crate) fn edit(&self, name: &str, old: &str, new: &str) -> &Self {
        let text = self.text(name);
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {name}");
        self.write(name, text.replacen(old, new, 1))
    }

    pub(crate) fn remove(&self, name: &str) -> &Self {
        fs::remove_file(self.file(name)).unwrap();
        self
    }

    /// A file beside the home; for deployment files and secrets.
    pub(crate) fn aside(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.beside().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Everything below the home, the tool's own state included.
    pub(crate) fn tree(&self) -> Tree {
        Tree::of(&self.path)
    }

    /// The files of the home without the tool's own state: what must come back after a revert.
    pub(crate) fn files(&self) -> Tree {
        self.tree().only_files_outside(STATE)
    }

    /// `apply`, `diff` or `check` as a gateway, with the password in the environment.
    pub(crate) fn gateway(&self, command: &str, deployment: &Path) -> Run {
        self.command(command, deployment).run()
    }

    /// The same, still open for more arguments.
    pub(crate) fn command(&self, command: &str, deployment: &Path) -> Tool {
        Tool::new(command)
            .home(self)
            .args(["--profile", "gateway", "--file"])
            .arg(deployment)
            .env(PASSWORD_VARIABLE, PASSWORD)
    }

    /// Hands the whole temporary directory to a user without rights and lets it be entered.
    pub(crate) fn give_to_nobody(&self) {
        if root() {
            for entry in walkdir::WalkDir::new(self.place.path()) {
                let path = entry.unwrap().into_path();
                std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
    }
}
