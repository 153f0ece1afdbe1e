//! The journal of a transaction under way, which becomes its manifest in the history, and the note
//! of who is at work. Both are JSON with a version, and are refused when anything in them is
//! unknown or out of place.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::disk;
use crate::error::Error;
use crate::id::TransactionId;
use crate::metadata::parent;
use crate::snapshot::check_relative;
use crate::store::Store;
use crate::tree::Tree;

const VERSION: u32 = 1;

/// Of a manifest that tells of something moved. A program that does not know of that must not act
/// upon it; and one that does goes on writing the others so that all can read them.
const VERSION_WITH_MOVES: u32 = 2;

/// Both files hold some hundred bytes per replaced file, and what the caller wants to be
/// remembered.
const LIMIT: u64 = 4 << 20;

/// Who is at work, and where its temporary files may stand. Durable before the first of them is
/// made, so that none can be left behind unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Intent {
    pub(crate) version: u32,
    pub(crate) id: TransactionId,
    pub(crate) pid: u32,
    pub(crate) host: Option<String>,
    pub(crate) started: Timestamp,
    pub(crate) directories: Vec<Place>,
}

impl Intent {
    pub(crate) fn new(id: &TransactionId, directories: Vec<Place>) -> Intent {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").ok();
        Intent {
            version: VERSION,
            id: id.clone(),
            pid: std::process::id(),
            host: host.map(|name| name.trim_end().to_owned()),
            started: Timestamp::now(),
            directories,
        }
    }

    /// `None` without such a file; the inner error if it is not a whole one, which is what a run
    /// leaves that was cut off while writing it.
    pub(crate) fn read(store: &Store) -> Result<Option<Result<Intent, String>>, Error> {
        let path = store.intent_path();
        let bytes = disk::read_if_file(&path, LIMIT).map_err(Error::io("read", &path))?;
        Ok(bytes.map(|bytes| parse(&bytes, |intent: &Intent| (intent.version, VERSION))))
    }

    pub(crate) fn directories(&self, store: &Store) -> Vec<PathBuf> {
        self.directories
            .iter()
            .map(|place| place.resolve(store))
            .collect()
    }
}

/// What a transaction did, or is about to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Manifest {
    /// Version of this format.
    pub version: u32,
    /// The transaction.
    pub id: TransactionId,
    /// When it began.
    pub started: Timestamp,
    /// What the caller said about it.
    pub details: Details,
    /// The transaction that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverts: Option<TransactionId>,
    /// Whether it stays in the history.
    pub history: bool,
    /// The files, in the order in which they were given.
    pub files: Vec<FileRecord>,
    /// What was moved away, in the order in which it was given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<RemovalRecord>,
    /// What was moved back to where an earlier transaction had moved it away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restored: Vec<RestoreRecord>,
}

/// What the caller wants to be remembered with a transaction. It is stored as it is; put no secrets
/// into it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Details {
    /// The tool and its version.
    pub tool: String,
    /// The user on whose behalf it ran.
    pub user: String,
    /// Anything else.
    #[serde(default)]
    pub remember: BTreeMap<String, String>,
}

/// One file of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FileRecord {
    /// The path below the root that the caller gave.
    #[serde(with = "path_as_json")]
    #[schemars(with = "path_as_json::Spelling")]
    pub relative: PathBuf,
    /// The digest before the transaction.
    pub before: Digest,
    /// The digest after the transaction.
    pub after: Digest,
    /// The file that this path led to.
    pub(crate) target: Place,
    /// The name beside the target that the new content stands under before the swap, and the old
    /// one after it.
    #[serde(with = "path_as_json")]
    #[schemars(with = "path_as_json::Spelling")]
    pub(crate) staged: PathBuf,
}

/// Something that a transaction moved out of its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RemovalRecord {
    /// The path below the root that the caller gave.
    #[serde(with = "path_as_json")]
    #[schemars(with = "path_as_json::Spelling")]
    pub relative: PathBuf,
    /// What it was.
    pub tree: Tree,
    /// Where it stood.
    pub(crate) target: Place,
}

/// Something that a transaction moved back to its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RestoreRecord {
    /// The path below the root that the caller gave when it was moved away.
    #[serde(with = "path_as_json")]
    #[schemars(with = "path_as_json::Spelling")]
    pub relative: PathBuf,
    /// What it is.
    pub tree: Tree,
    /// The transaction that had kept it.
    pub from: TransactionId,
    /// Under which number.
    pub(crate) index: usize,
    /// Where it belongs.
    pub(crate) target: Place,
}

impl RemovalRecord {
    pub(crate) fn place(&self, store: &Store) -> PathBuf {
        self.target.resolve(store)
    }
}

impl RestoreRecord {
    pub(crate) fn place(&self, store: &Store) -> PathBuf {
        self.target.resolve(store)
    }
}

impl FileRecord {
    pub(crate) fn target_path(&self, store: &Store) -> PathBuf {
        self.target.resolve(store)
    }

    pub(crate) fn staged_path(&self, store: &Store) -> PathBuf {
        parent(&self.target_path(store)).join(&self.staged)
    }

    /// A second name for the old content, where two names cannot be swapped at once.
    pub(crate) fn undo_path(&self, store: &Store) -> PathBuf {
        let mut name = self.staged.clone().into_os_string();
        name.push("-old");
        parent(&self.target_path(store)).join(name)
    }
}

impl Manifest {
    pub(crate) const FILE: &str = "manifest.json";

    /// Its name when everything is done for good, and what is left is only to be deleted.
    pub(crate) const DONE: &str = "manifest.done";

    pub(crate) fn new(id: &TransactionId, started: Timestamp) -> Manifest {
        Manifest {
            version: VERSION,
            id: id.clone(),
            started,
            details: Details::default(),
            reverts: None,
            history: true,
            files: Vec::new(),
            removed: Vec::new(),
            restored: Vec::new(),
        }
    }

    /// The version that goes with what it tells of.
    pub(crate) fn set_version(&mut self) {
        self.version = self.expected_version();
    }

    fn expected_version(&self) -> u32 {
        if self.removed.is_empty() && self.restored.is_empty() {
            VERSION
        } else {
            VERSION_WITH_MOVES
        }
    }

    /// What it moved, each with its path and its place.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&Path, &Place)> {
        let removed = self.removed.iter();
        let restored = self.restored.iter();
        removed
            .map(|record| (record.relative.as_path(), &record.target))
            .chain(restored.map(|record| (record.relative.as_path(), &record.target)))
    }

    /// Reads the bytes of a manifest.
    ///
    /// # Errors
    ///
    /// What is wrong with them: not JSON, another version, unknown fields, paths that lead
    /// elsewhere.
    pub fn parse(bytes: &[u8]) -> Result<Manifest, String> {
        let manifest: Manifest = parse(bytes, |manifest: &Manifest| {
            (manifest.version, manifest.expected_version())
        })?;
        for file in &manifest.files {
            check_relative(&file.relative).map_err(|e| e.to_string())?;
            let mut name = file.staged.components();
            let one_name = matches!(
                (name.next(), name.next()),
                (Some(Component::Normal(_)), None)
            );
            let staged = file.staged.to_string_lossy();
            if !one_name || !staged.contains(manifest.id.as_str()) {
                return Err(format!(
                    "{staged:?} is not a temporary name of this transaction"
                ));
            }
        }
        for (relative, target) in manifest.places() {
            check_relative(relative).map_err(|e| e.to_string())?;
            if matches!(target, Place::Inside(path) if path.as_os_str().is_empty()) {
                return Err("the root itself is none of the places in it".to_owned());
            }
        }
        Ok(manifest)
    }

    /// `None` if there is no manifest in this directory.
    pub(crate) fn read(directory: &Path) -> Result<Option<Result<Manifest, String>>, Error> {
        Manifest::read_file(&directory.join(Manifest::FILE))
    }

    /// The manifest of what is only to be deleted.
    pub(crate) fn read_done(directory: &Path) -> Result<Option<Result<Manifest, String>>, Error> {
        Manifest::read_file(&directory.join(Manifest::DONE))
    }

    fn read_file(path: &Path) -> Result<Option<Result<Manifest, String>>, Error> {
        let bytes = disk::read_if_file(path, LIMIT).map_err(Error::io("read", path))?;
        Ok(bytes.map(|bytes| Manifest::parse(&bytes)))
    }

    /// The directories of the targets, each once.
    pub(crate) fn directories(&self, store: &Store) -> Vec<PathBuf> {
        let mut directories: Vec<PathBuf> = self
            .files
            .iter()
            .map(|file| parent(&file.target_path(store)))
            .collect();
        directories.sort();
        directories.dedup();
        directories
    }
}

pub(crate) fn to_json<T: Serialize>(value: &T) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(io::Error::from)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn parse<T: for<'de> Deserialize<'de>>(
    bytes: &[u8],
    versions: impl Fn(&T) -> (u32, u32),
) -> Result<T, String> {
    let value: T = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    match versions(&value) {
        (version, expected) if version == expected => Ok(value),
        (version, expected) => Err(format!(
            "it has version {version}, this program knows version {expected}"
        )),
    }
}

/// A real path: relative to the root where it is below it, so that a root may be moved between a
/// crash and its recovery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, try_from = "RawPlace")]
pub(crate) enum Place {
    Inside(
        #[serde(with = "path_as_json")]
        #[schemars(with = "path_as_json::Spelling")]
        PathBuf,
    ),
    Outside(
        #[serde(with = "path_as_json")]
        #[schemars(with = "path_as_json::Spelling")]
        PathBuf,
    ),
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum RawPlace {
    Inside(
        #[serde(with = "path_as_json")]
        #[schemars(with = "path_as_json::Spelling")]
        PathBuf,
    ),
    Outside(
        #[serde(with = "path_as_json")]
        #[schemars(with = "path_as_json::Spelling")]
        PathBuf,
    ),
}

impl TryFrom<RawPlace> for Place {
    type Error = String;

    fn try_from(raw: RawPlace) -> Result<Place, String> {
        match raw {
            // The root itself, for the directory of a file that stands right below it.
            RawPlace::Inside(path) if path.as_os_str().is_empty() => Ok(Place::Inside(path)),
            RawPlace::Inside(path) => match check_relative(&path) {
                Ok(()) => Ok(Place::Inside(path)),
                Err(e) => Err(e.to_string()),
            },
            RawPlace::Outside(path)
                if path.is_absolute() && !path.as_os_str().as_bytes().contains(&0) =>
            {
                Ok(Place::Outside(path))
            }
            RawPlace::Outside(_) => {
                Err("a place outside the root is not an absolute path".to_owned())
            }
        }
    }
}

impl Place {
    pub(crate) fn new(store: &Store, real: &Path) -> Place {
        match real.strip_prefix(store.root()) {
            Ok(relative) => Place::Inside(relative.to_path_buf()),
            Err(_) => Place::Outside(real.to_path_buf()),
        }
    }

    pub(crate) fn resolve(&self, store: &Store) -> PathBuf {
        match self {
            // Joining nothing would add a slash, and make two paths of one.
            Place::Inside(path) if path.as_os_str().is_empty() => store.root().to_path_buf(),
            Place::Inside(path) => store.root().join(path),
            Place::Outside(path) => path.clone(),
        }
    }
}

/// A path is a string where it is UTF-8, and otherwise its bytes, because every path must come back
/// as it was.
mod path_as_json {
    use super::*;
    use serde::{Deserializer, Serializer};

    /// A path: as text, or as bytes where it is not UTF-8.
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(untagged)]
    pub(super) enum Spelling {
        Text(String),
        Bytes(Vec<u8>),
    }

    pub(super) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        match path.to_str() {
            Some(text) => Spelling::Text(text.to_owned()),
            None => Spelling::Bytes(path.as_os_str().as_bytes().to_vec()),
        }
        .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<PathBuf, D::Error> {
        Ok(match Spelling::deserialize(deserializer)? {
            Spelling::Text(text) => PathBuf::from(text),
            Spelling::Bytes(bytes) => PathBuf::from(OsString::from_vec(bytes)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_as_they_were() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path(), ".state").unwrap();
        for place in [
            store.root().to_path_buf(),
            store.root().join("conf/a"),
            PathBuf::from("/outside"),
        ] {
            let resolved = Place::new(&store, &place).resolve(&store);
            assert_eq!(resolved.as_os_str(), place.as_os_str());
        }
    }
}
