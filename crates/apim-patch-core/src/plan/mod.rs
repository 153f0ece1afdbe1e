//! What an apply would change: home × profile × deployment file.
//!
//! A plan is data. Making one writes nothing.

mod properties;
mod replacement;
mod surplus;
mod xml;

use std::ops::Range;
use std::path::{Path, PathBuf};

pub use file_transaction::LinkPolicy;
use file_transaction::{Error, Snapshot, Store};
use schemars::JsonSchema;
use xml_inplace::{ChangeKind, Position, limits};
use zeroize::Zeroize;

use crate::catalogue::{self, nearest};
use crate::diagnostic::{Diagnostic, printable};
use crate::failure::{diagnostic_of, gather_missing};
use crate::file_text::is_properties;
use crate::side_by_side::side_by_side;
use crate::spec::{Patch, Resolved, Selection, Setting};

/// What an apply would do to a home.
#[derive(Debug)]
pub struct Plan {
    /// Every file that something is asked of, in the catalogue's order.
    pub files: Vec<FilePlan>,
    /// Applications that go, relative to the home.
    pub removals: Vec<PathBuf>,
    /// What the person who asked should know.
    pub warnings: Vec<Diagnostic>,
}

/// What an apply would do to one file.
pub struct FilePlan {
    /// The file as it was read.
    pub snapshot: Snapshot,
    /// What it would become; `None` where everything is already so.
    pub after: Option<Vec<u8>>,
    /// What becomes of each setting and patch.
    pub settings: Vec<PlannedSetting>,
    pub(crate) secrets: Secrets,
}

/// Where the two versions of a file hold secrets.
#[derive(Default)]
pub(crate) struct Secrets {
    pub(crate) before: Vec<Range<usize>>,
    pub(crate) after: Vec<Range<usize>>,
}

/// One thing that a [`Selection`] asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// The setting at this index of it.
    Setting(usize),
    /// The patch at this index of it.
    Patch(usize),
}

/// What becomes of one setting. Secret values are masked already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSetting {
    /// Its key, or `patch[n]`.
    pub key: String,
    /// What becomes of it.
    pub outcome: Outcome,
    /// The place in the file as it is.
    pub position: Option<Position>,
    /// The path of what changes, from the root.
    pub path: Option<String>,
    /// The value before.
    pub old: Option<String>,
    /// The value afterwards.
    pub new: Option<String>,
    /// Why there is nothing to do, where there is not.
    pub reason: Option<Reason>,
    /// Who asked.
    pub origin: String,
}

/// Why there is nothing to do for a setting.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It has the wanted value.
    Equal,
    /// It stands in a comment, as is wanted.
    Hidden,
    /// It is nowhere.
    Absent,
}

/// What becomes of a setting.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is already so.
    Unchanged,
    /// It gets another value.
    Set,
    /// It was commented out and is active.
    Restored,
    /// It was nowhere and is there.
    Inserted,
    /// It was active and is commented out.
    CommentedOut,
    /// It is gone.
    Removed,
    /// This version of API-M has no such setting.
    NotApplicable,
}

impl PlannedSetting {
    /// Whether it is not yet what is asked for.
    pub fn changes(&self) -> bool {
        self.outcome.changes()
    }
}

impl Outcome {
    /// Whether something changes.
    pub fn changes(self) -> bool {
        !matches!(self, Self::Unchanged | Self::NotApplicable)
    }

    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Set => "set",
            Self::Restored => "restored",
            Self::Inserted => "inserted",
            Self::CommentedOut => "commented-out",
            Self::Removed => "removed",
            Self::NotApplicable => "not-applicable",
        }
    }
}

impl std::fmt::Debug for FilePlan {
    /// The contents stay out: they may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FilePlan")
            .field("file", &self.path())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Drop for FilePlan {
    fn drop(&mut self) {
        self.after.zeroize();
    }
}

impl Plan {
    /// Plans what `selection` asks of the home in `store`.
    ///
    /// # Errors
    ///
    /// Every file that can't be read, and every place that can't be made what
    /// is asked for. Then nothing is to be written.
    pub fn new(
        store: &Store,
        selection: &Selection<Resolved>,
        links: LinkPolicy,
    ) -> Result<Self, Vec<Diagnostic>> {
        Self::of(store, selection, links, |_| true)
    }

    /// Plans what `is_chosen` picks of it; of the files of which nothing is
    /// chosen there is none in the plan. What is secret in what is left out is
    /// masked all the same.
    ///
    /// # Errors
    ///
    /// As [`Plan::new`]; and what was chosen needs what is left out.
    pub fn of(
        store: &Store,
        selection: &Selection<Resolved>,
        links: LinkPolicy,
        is_chosen: impl Fn(Item) -> bool,
    ) -> Result<Self, Vec<Diagnostic>> {
        let by_file = Asked::by_file(selection, is_chosen);
        let mut plan = Self {
            files: Vec::new(),
            removals: Vec::new(),
            warnings: Vec::new(),
        };
        let mut errors = Vec::new();
        // Each file is read, planned and verified on its own.
        let planned = side_by_side(&by_file, |(file, asked)| asked.plan(store, file, links));
        for result in planned {
            match result {
                Ok((file, mut warnings)) => {
                    plan.files.push(file);
                    plan.warnings.append(&mut warnings);
                }
                Err(mut more) => errors.append(&mut more),
            }
        }
        if errors.is_empty() {
            Ok(plan)
        } else {
            Err(gather_missing(errors))
        }
    }

    /// Takes the applications away as well that a node of the selection's
    /// profile can do without.
    ///
    /// # Errors
    ///
    /// A folder of applications that can't be read.
    pub fn prune_apps(
        mut self,
        store: &Store,
        selection: &Selection<Resolved>,
    ) -> Result<Self, Vec<Diagnostic>> {
        self.removals =
            surplus::surplus(store.root(), selection.profile.name).map_err(|error| vec![error])?;
        Ok(self)
    }

    /// Whether the home is what is asked for.
    pub fn is_empty(&self) -> bool {
        self.removals.is_empty() && self.files.iter().all(|file| file.after.is_none())
    }

    /// The settings of all files.
    pub fn settings(&self) -> impl Iterator<Item = (&FilePlan, &PlannedSetting)> {
        self.files
            .iter()
            .flat_map(|file| file.settings.iter().map(move |setting| (file, setting)))
    }
}

impl FilePlan {
    /// The file's path in the home.
    pub fn path(&self) -> String {
        printable(&self.snapshot.relative().to_string_lossy())
    }
}

/// What is asked of one config file.
#[derive(Default)]
struct Asked<'s> {
    /// Settings, in the catalogue's order.
    settings: Vec<&'s Setting<Resolved>>,
    /// Patches with their numbers, from 1, in the order in which they are made.
    patches: Vec<(usize, &'s Patch<Resolved>)>,
    /// Patches that were not chosen.
    left_out: Vec<(usize, &'s Patch<Resolved>)>,
}

impl<'s> Asked<'s> {
    /// What a selection asks of each file, in the order in which it comes to
    /// them.
    fn by_file(
        selection: &'s Selection<Resolved>,
        is_chosen: impl Fn(Item) -> bool,
    ) -> Vec<(String, Self)> {
        let mut files: Vec<(String, Self)> = Vec::new();
        let mut of = |file: &str| {
            let at = files.iter().position(|(name, _)| name == file);
            at.unwrap_or_else(|| {
                files.push((file.to_owned(), Self::default()));
                files.len() - 1
            })
        };
        let settings: Vec<_> = selection
            .settings
            .iter()
            .map(|setting| (of(setting.row.file), setting))
            .collect();
        let patches: Vec<_> = selection
            .patches
            .iter()
            .enumerate()
            .map(|(index, patch)| (of(&patch.file), (index + 1, patch)))
            .collect();
        for (index, (file, setting)) in settings.into_iter().enumerate() {
            if is_chosen(Item::Setting(index)) {
                files[file].1.settings.push(setting);
            }
        }
        for (index, (file, patch)) in patches.into_iter().enumerate() {
            let asked = &mut files[file].1;
            match is_chosen(Item::Patch(index)) {
                true => asked.patches.push(patch),
                false => asked.left_out.push(patch),
            }
        }
        files.retain(|(_, asked)| !asked.settings.is_empty() || !asked.patches.is_empty());
        files
    }

    /// The plan of the file, with warnings.
    fn plan(
        &self,
        store: &Store,
        file: &str,
        links: LinkPolicy,
    ) -> Result<(FilePlan, Vec<Diagnostic>), Vec<Diagnostic>> {
        let snapshot = match store.read(Path::new(file), links, limits::MAX_BYTES as u64) {
            Ok(snapshot) => snapshot,
            Err(error) => {
                let mut diagnostic = diagnostic_of(&error);
                return Err(vec![match self.patches.first() {
                    Some((_, patch)) if self.settings.is_empty() => {
                        let known = catalogue::rows().map(|row| row.file);
                        if let Error::Missing { .. } = error
                            && let Some(meant) = nearest(file, known)
                            && meant != file
                        {
                            diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
                        }
                        patch.origin.attach(diagnostic, "asked for here")
                    }
                    _ => diagnostic,
                }]);
            }
        };
        let mut warnings = Vec::new();
        if is_properties(file) && self.patches.is_empty() {
            let plan = properties::plan(file, snapshot, &self.settings, &mut warnings)?;
            return Ok((plan, warnings));
        }
        let base = replacement::base(store, file, &snapshot, &self.settings, links, &mut warnings)?;
        let mut plan = xml::plan(file, snapshot, base.content, self, &mut warnings)?;
        plan.settings.splice(0..0, base.setting);
        Ok((plan, warnings))
    }
}

impl From<ChangeKind> for Outcome {
    fn from(kind: ChangeKind) -> Self {
        match kind {
            ChangeKind::Set => Self::Set,
            ChangeKind::Restored => Self::Restored,
            ChangeKind::Inserted => Self::Inserted,
            ChangeKind::CommentedOut => Self::CommentedOut,
            ChangeKind::Removed => Self::Removed,
        }
    }
}
