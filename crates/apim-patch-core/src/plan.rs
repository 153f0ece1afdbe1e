//! What an apply would change: home × profile × deployment file.
//!
//! A plan is data. Making one writes nothing.

use std::ops::Range;
use std::path::Path;

pub use file_transaction::LinkPolicy;
use file_transaction::{Snapshot, Store};
use xml_inplace::{ChangeKind, Done, Outcome as EditOutcome, Position, Source, Why, limits};
use zeroize::Zeroize;

use crate::catalogue::{Place, WhenAbsent};
use crate::confidential::{Edits, places, secrets};
use crate::diagnostic::{Class, Diagnostic, MASK, printable};
use crate::explanation::{explain, nothing_found, warning};
use crate::failure::{diagnostic_of, gather_missing};
use crate::operation::{Operation, Subject, operations};
use crate::secure_vault::refuse_vault;
use crate::side_by_side::side_by_side;
use crate::spec::{Resolved, Selection};

/// What an apply would do to a home.
#[derive(Debug)]
pub struct Plan {
    /// Every file that something is asked of, in the catalogue's order.
    pub files: Vec<FilePlan>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
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
        !matches!(self.outcome, Outcome::Unchanged | Outcome::NotApplicable)
    }
}

impl Outcome {
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
        let mut by_file: Vec<(String, Vec<Operation>)> = Vec::new();
        for operation in operations(selection)? {
            match by_file.iter_mut().find(|(file, _)| *file == operation.file) {
                Some((_, operations)) => operations.push(operation),
                None => by_file.push((operation.file.clone(), vec![operation])),
            }
        }
        let mut plan = Self {
            files: Vec::new(),
            warnings: Vec::new(),
        };
        let mut errors = Vec::new();
        // Each file is read, planned and verified on its own.
        let planned = side_by_side(&by_file, |(file, operations)| {
            read_and_plan(store, file, operations, links)
        });
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

    /// Whether the home is what is asked for.
    pub fn is_empty(&self) -> bool {
        self.files.iter().all(|file| file.after.is_none())
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

/// The plan of one file, with warnings.
fn read_and_plan(
    store: &Store,
    file: &str,
    operations: &[Operation],
    links: LinkPolicy,
) -> Result<(FilePlan, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut warnings = Vec::new();
    match store.read(Path::new(file), links, limits::MAX_BYTES as u64) {
        Ok(snapshot) => {
            let plan = plan_file(file, snapshot, operations, &mut warnings)?;
            Ok((plan, warnings))
        }
        Err(error) => {
            let diagnostic = diagnostic_of(&error);
            let asked = operations
                .iter()
                .all(|operation| matches!(operation.subject, Subject::Patch(_)));
            Err(vec![match operations.first().filter(|_| asked) {
                Some(patch) => patch.origin.attach(diagnostic, "asked for here"),
                None => diagnostic,
            }])
        }
    }
}

fn plan_file(
    path: &str,
    snapshot: Snapshot,
    operations: &[Operation],
    warnings: &mut Vec<Diagnostic>,
) -> Result<FilePlan, Vec<Diagnostic>> {
    let edited = xml_inplace::edit(snapshot.bytes(), Edits::of(operations).as_slice())
        .map_err(|error| explain(path, &snapshot, operations, error))?;
    let source = decode(path, snapshot.bytes())?;
    let result = match &edited.bytes {
        Some(bytes) => Some(decode(path, bytes)?),
        None => None,
    };
    refuse_vault(path, result.as_ref().unwrap_or(&source), operations)?;
    refuse_nothing(path, &source, operations, &edited.outcomes)?;
    let mut settings = Vec::new();
    for (operation, outcome) in operations.iter().zip(&edited.outcomes) {
        settings.push(planned(operation, outcome));
        warnings.extend(
            outcome
                .notes
                .iter()
                .map(|note| warning(path, &source, operation, operations, note)),
        );
        warnings.extend(padded(operation));
    }
    let places = places(operations);
    let secrets = Secrets {
        before: secrets(&source, &places),
        after: result
            .as_ref()
            .map_or(Vec::new(), |result| secrets(result, &places)),
    };
    Ok(FilePlan {
        snapshot,
        after: edited.bytes,
        settings,
        secrets,
    })
}

fn decode(path: &str, bytes: &[u8]) -> Result<Source, Vec<Diagnostic>> {
    Source::decode(bytes).map_err(|error| {
        vec![Diagnostic::error(
            "xml-encoding",
            Class::Home,
            format!("{path}: {error}"),
        )]
    })
}

/// Refuses patches that would hide or remove what can never have been there,
/// unless they say that it may be so: the selector is more likely wrong.
fn refuse_nothing(
    path: &str,
    source: &Source,
    operations: &[Operation],
    outcomes: &[EditOutcome],
) -> Result<(), Vec<Diagnostic>> {
    let missing = operations
        .iter()
        .zip(outcomes)
        .filter(|(operation, outcome)| {
            let hides = match operation.edit.action {
                xml_inplace::Action::CommentOut => true,
                // What was removed leaves behind what it stood in.
                xml_inplace::Action::Remove => !operation.edit.target.has_place_in(source),
                _ => false,
            };
            matches!(operation.subject, Subject::Patch(_))
                && hides
                && outcome.result == Done::AlreadySo(Why::Absent)
                && !operation.edit.optional
        });
    let errors: Vec<_> = missing
        .map(|(operation, _)| nothing_found(path, source, operation, operations))
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

/// Warns of a patch whose value the server will not trim. For settings the
/// catalogue has said so already.
fn padded(operation: &Operation) -> Option<Diagnostic> {
    use xml_inplace::Action::{SetAttribute, SetText};
    let (SetText { value, .. } | SetAttribute { value, .. }) = &operation.edit.action else {
        return None;
    };
    if !matches!(operation.subject, Subject::Patch(_)) || value.trim() == value {
        return None;
    }
    let message = format!(
        "the value of {} starts or ends with white space, which the server does not trim",
        operation.subject.key()
    );
    let diagnostic = Diagnostic::warning("padded-value", Class::Specification, message);
    Some(operation.origin.attach(diagnostic, ""))
}

fn planned(operation: &Operation, outcome: &EditOutcome) -> PlannedSetting {
    let mask = |value: String| {
        if operation.secret {
            MASK.to_owned()
        } else {
            value
        }
    };
    let mut setting = PlannedSetting {
        key: operation.subject.key(),
        outcome: Outcome::Unchanged,
        position: None,
        path: None,
        old: None,
        new: None,
        reason: None,
        origin: operation.origin.to_string(),
    };
    match &outcome.result {
        Done::AlreadySo(Why::Equal(position)) => {
            setting.position = Some(*position);
            setting.reason = Some(Reason::Equal);
        }
        Done::AlreadySo(Why::Hidden(position)) => {
            setting.position = Some(*position);
            setting.reason = Some(Reason::Hidden);
        }
        Done::AlreadySo(Why::Absent) => {
            setting.reason = Some(Reason::Absent);
            let knows_none = matches!(
                operation.subject,
                Subject::Setting(row)
                    if row.absent == WhenAbsent::NotApplicable || matches!(row.place, Place::Presence { .. })
            );
            if knows_none || operation.edit.optional {
                setting.outcome = Outcome::NotApplicable;
            }
        }
        Done::Changed(changes) => {
            let joined = |values: Vec<&String>| {
                let values: Vec<&str> = values.into_iter().map(String::as_str).collect();
                (!values.is_empty()).then(|| mask(values.join(", ")))
            };
            setting.outcome = match changes.as_slice() {
                [first, rest @ ..] if rest.iter().all(|change| change.kind == first.kind) => {
                    Outcome::from(first.kind)
                }
                _ => Outcome::Set,
            };
            setting.position = changes.first().map(|change| change.position);
            setting.path = changes.first().map(|change| change.path.clone());
            setting.old = joined(
                changes
                    .iter()
                    .filter_map(|change| change.old.as_ref())
                    .collect(),
            );
            setting.new = joined(
                changes
                    .iter()
                    .filter_map(|change| change.new.as_ref())
                    .collect(),
            );
        }
    }
    setting
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
