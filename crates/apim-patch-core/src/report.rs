//! What a run came to, for programs: the one shape of `--format json`.

use file_transaction::{Manifest, TransactionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Row;
use crate::diagnostic::{Class, Diagnostic, printable_path};
use crate::diff::FileDiff;
use crate::inspect::Inspected;
use crate::plan::{FilePlan, Outcome, Plan, PlannedSetting, Reason};
use crate::profile::Profile;

/// The version of [`Report`]'s shape. It grows when a field goes or changes
/// its meaning, not when one comes.
pub const VERSION: u32 = 1;

/// What a run came to in one home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The version of this shape.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// The home as it was given.
    pub home: String,
    /// The version of the product that its marks show.
    pub product_version: Option<String>,
    /// The profile.
    pub profile: Option<String>,
    /// The node of the deployment file.
    pub node: Option<String>,
    /// What happened.
    pub status: Status,
    /// The exit status that this home alone would have.
    pub exit_code: u8,
    /// What became of each setting and patch.
    pub settings: Vec<SettingReport>,
    /// The files that change.
    pub files: Vec<FileReport>,
    /// Applications that go, by their path in the home.
    pub removed: Vec<String>,
    /// What has changed: `files` and `removed` when the run has written, nothing
    /// otherwise.
    pub changed: Vec<String>,
    /// The transaction, for `revert`.
    pub transaction: Option<String>,
    /// Runs that were deleted from the history to make room (`--keep`).
    pub pruned: Vec<String>,
    /// What the person who asked should know.
    pub warnings: Vec<DiagnosticReport>,
    /// What stopped the run.
    pub errors: Vec<DiagnosticReport>,
}

/// What happened to a home.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It was changed.
    Applied,
    /// It was what is asked for.
    Unchanged,
    /// It is not what is asked for; nothing was written.
    Differences,
    /// It would be changed; nothing was written.
    Planned,
    /// It was put back.
    Reverted,
    /// Something stood in the way; nothing was written.
    Failed,
}

impl Status {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Differences => "differences",
            Self::Planned => "planned",
            Self::Reverted => "reverted",
            Self::Failed => "failed",
        }
    }
}

/// What became of one setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SettingReport {
    /// Its key, or `patch[n]`.
    pub key: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The file's path in the home.
    pub file: String,
    /// Its line in the file before the run.
    pub line: Option<usize>,
    /// Its column there.
    pub column: Option<usize>,
    /// The path of the element or attribute.
    pub path: Option<String>,
    /// The value before; secrets are `******`.
    pub old: Option<String>,
    /// The value afterwards; secrets are `******`.
    pub new: Option<String>,
    /// Why there is nothing to do, where there is not.
    pub reason: Option<Reason>,
    /// Who asked.
    pub origin: String,
}

/// How much of a file changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileReport {
    /// Its path in the home.
    pub path: String,
    /// Lines that go.
    pub removed_lines: usize,
    /// Lines that come.
    pub added_lines: usize,
    /// The unified diff.
    pub diff: String,
}

/// What `inspect` found in a home.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Inspection<'h> {
    /// The version of this shape.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// The home as it was given.
    pub home: String,
    /// The version of the product that its marks show.
    pub product_version: Option<&'h str>,
    /// The settings.
    pub settings: &'h [Inspected],
}

/// The runs of a home's history.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Runs<'h> {
    /// The version of this shape.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// The home as it was given.
    pub home: String,
    /// The runs that can be taken back, the latest first.
    pub transactions: Vec<&'h Manifest>,
    /// The runs that were deleted.
    pub pruned: Vec<TransactionId>,
}

/// One run of a home's history.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Run<'h> {
    /// The version of this shape.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// The home as it was given.
    pub home: String,
    /// The run.
    pub transaction: &'h Manifest,
    /// The unified diff of what it changed.
    pub diff: String,
}

/// What `explain` says.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Explanation {
    /// Of a setting.
    Setting {
        /// Its key.
        key: &'static str,
        /// The values that it takes, in words.
        #[serde(rename = "type")]
        expected: String,
        /// Its config file.
        file: &'static str,
        /// The selectors of its element, one for each shape of the file.
        elements: Vec<&'static str>,
        /// Whether it is masked.
        secret: bool,
        /// What it does.
        doc: &'static str,
        /// Where that is documented.
        source: &'static str,
        /// A value, as in a deployment file.
        example: &'static str,
    },
    /// Of a profile.
    Profile {
        /// Its name.
        profile: &'static str,
        /// What such a node does.
        doc: &'static str,
        /// Where that is documented.
        source: &'static str,
        /// Settings that somebody has to give.
        requires: &'static [&'static str],
        /// Settings that follow from it: key, value and reason, with the
        /// condition where there is one.
        fixes: Vec<[String; 3]>,
    },
}

impl From<&'static Row> for Explanation {
    fn from(row: &'static Row) -> Self {
        Self::Setting {
            key: row.key,
            expected: row.kind.expected(),
            file: row.file,
            elements: row.elements().collect(),
            secret: row.secret,
            doc: row.doc,
            source: row.source,
            example: row.example,
        }
    }
}

impl From<&'static Profile> for Explanation {
    fn from(profile: &'static Profile) -> Self {
        let fixes = profile.fixes.iter();
        Self::Profile {
            profile: profile.name,
            doc: profile.doc,
            source: profile.source,
            requires: profile.requires,
            fixes: fixes
                .map(|fix| {
                    [
                        fix.key.to_owned(),
                        fix.value.to_string(),
                        match fix.when {
                            Some(when) => format!("where {when}: {}", fix.reason),
                            None => fix.reason.to_owned(),
                        },
                    ]
                })
                .collect(),
        }
    }
}

/// An error or a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosticReport {
    /// Its stable name.
    pub code: String,
    /// What kind of problem it is.
    pub class: String,
    /// What is wrong.
    pub message: String,
    /// The file that it is about first.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<usize>,
    /// The column, in characters.
    pub column: Option<usize>,
    /// What to do.
    pub help: Vec<String>,
}

impl Report {
    /// A report on which nothing has happened yet.
    pub fn new(home: impl Into<String>, status: Status) -> Self {
        Self {
            version: VERSION,
            home: home.into(),
            product_version: None,
            profile: None,
            node: None,
            status,
            exit_code: 0,
            settings: Vec::new(),
            files: Vec::new(),
            removed: Vec::new(),
            changed: Vec::new(),
            transaction: None,
            pruned: Vec::new(),
            warnings: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Takes over what a plan says.
    pub fn describe(&mut self, plan: &Plan, diffs: &[FileDiff]) {
        self.settings = plan
            .settings()
            .map(|(file, setting)| setting_report(file, setting))
            .collect();
        self.files = diffs
            .iter()
            .map(|diff| FileReport {
                path: diff.path.clone(),
                removed_lines: diff.removed,
                added_lines: diff.added,
                diff: diff.to_string(),
            })
            .collect();
        self.removed = plan
            .removals
            .iter()
            .map(|removal| printable_path(removal))
            .collect();
        self.warn(&plan.warnings);
    }

    /// Adds warnings.
    pub fn warn(&mut self, warnings: &[Diagnostic]) {
        self.warnings
            .extend(warnings.iter().map(DiagnosticReport::from));
    }

    /// Turns it into the report of a failure.
    pub fn fail(&mut self, errors: &[Diagnostic]) {
        self.status = Status::Failed;
        self.errors
            .extend(errors.iter().map(DiagnosticReport::from));
    }
}

fn setting_report(file: &FilePlan, setting: &PlannedSetting) -> SettingReport {
    SettingReport {
        key: setting.key.clone(),
        outcome: setting.outcome,
        file: file.path(),
        line: setting.position.map(|position| position.line),
        column: setting.position.map(|position| position.column),
        path: setting.path.clone(),
        old: setting.old.clone(),
        new: setting.new.clone(),
        reason: setting.reason,
        origin: setting.origin.clone(),
    }
}

impl From<&Diagnostic> for DiagnosticReport {
    fn from(diagnostic: &Diagnostic) -> Self {
        let spot = diagnostic.labels.first().map(|label| &label.spot);
        Self {
            code: diagnostic.code.to_owned(),
            class: match diagnostic.class {
                Class::Specification => "specification",
                Class::Home => "home",
                Class::Conflict => "conflict",
                Class::Io => "io",
                Class::RecoveryNeeded => "recovery-needed",
                Class::Locked => "locked",
                Class::Interrupted(_) => "interrupted",
            }
            .to_owned(),
            message: diagnostic.message.clone(),
            file: spot.map(|spot| spot.path.clone()),
            line: spot.map(|spot| spot.line),
            column: spot.map(|spot| spot.column),
            help: diagnostic.help.clone(),
        }
    }
}
