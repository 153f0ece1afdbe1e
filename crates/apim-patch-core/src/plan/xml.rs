//! The plan of one XML file.

use file_transaction::Snapshot;
use xml_inplace::{Document, Done, Outcome as EditOutcome, Source, Why};

use super::replacement::{self, Content};
use super::{Asked, FilePlan, Outcome, PlannedSetting, Reason, Secrets};
use crate::catalogue::{WhenAbsent, without_passwords};
use crate::confidential::{Edits, places, secrets};
use crate::diagnostic::{Class, Diagnostic, MASK};
use crate::explanation::{explain, nothing_found, warning};
use crate::operation::{Operation, Operations, Subject, depends_on_file, operations};
use crate::secure_vault::refuse_vault;
use crate::spec::{Resolved, Setting};

/// The plan of one XML file, made on `base` where another file's content takes
/// the place of its own.
pub(super) fn plan(
    path: &str,
    snapshot: Snapshot,
    base: Option<Content>,
    asked: &Asked<'_>,
    warnings: &mut Vec<Diagnostic>,
) -> Result<FilePlan, Vec<Diagnostic>> {
    let (path, bytes) = match &base {
        Some(base) => (base.by, base.bytes.as_slice()),
        None => (path, snapshot.bytes()),
    };
    let operations = &operations_on(bytes, asked)?;
    let edited = xml_inplace::edit(bytes, Edits::of(&operations.list).as_slice())
        .map_err(|error| explain(path, bytes, operations, error))?;
    let source = decode(path, bytes)?;
    let after = edited.bytes.or_else(|| Some(base.as_ref()?.bytes.clone()));
    let result = match &after {
        Some(bytes) => Some(decode(path, bytes)?),
        None => None,
    };
    refuse_vault(path, result.as_ref().unwrap_or(&source), operations)?;
    refuse_nothing(path, &source, operations, &edited.outcomes)?;
    let mut settings = Vec::new();
    for (operation, outcome) in operations.list.iter().zip(&edited.outcomes) {
        let mut setting = planned(operation, outcome);
        if base.is_some() {
            // It is a place in the other file.
            setting.position = None;
        }
        join(&mut settings, operation, setting);
        warnings.extend(
            outcome
                .notes
                .iter()
                .map(|note| warning(path, &source, operation, operations, note)),
        );
        warnings.extend(padded(operation));
    }
    let not_applicable = operations.not_applicable.iter();
    settings.extend(not_applicable.map(|setting| not_in_this_shape(setting)));
    let places = operations.secret_places();
    let before = match &base {
        Some(_) => decode(path, snapshot.bytes())?,
        None => source,
    };
    let secrets = Secrets {
        before: secrets(&before, &places),
        after: result
            .as_ref()
            .map_or(Vec::new(), |result| secrets(result, &places)),
    };
    Ok(FilePlan {
        snapshot,
        after,
        settings,
        secrets,
    })
}

/// The operations that are asked for.
fn operations_on<'s>(bytes: &[u8], asked: &Asked<'s>) -> Result<Operations<'s>, Vec<Diagnostic>> {
    let settings: Vec<_> = asked
        .settings
        .iter()
        .copied()
        .filter(|setting| !replacement::is_one(setting))
        .collect();
    // A file that can't be read is refused where it is edited.
    let source = match settings.iter().any(|setting| depends_on_file(setting.row)) {
        true => Source::decode(bytes).ok(),
        false => None,
    };
    let document = source
        .as_ref()
        .and_then(|source| Document::parse(source).ok());
    let mut asked_for = operations(&settings, &asked.patches, document.as_ref())?;
    let left_out = operations(&[], &asked.left_out, None)?;
    asked_for.left_out = places(&left_out.list);
    Ok(asked_for)
}

/// Adds what becomes of a setting. Where its element was inserted or restored
/// for it alone, the two are one.
fn join(settings: &mut Vec<PlannedSetting>, operation: &Operation, mut setting: PlannedSetting) {
    let is_setting = matches!(operation.subject, Subject::Setting { .. });
    match settings.last_mut() {
        Some(element) if is_setting && element.key == setting.key => {
            setting.outcome = element.outcome;
            setting.position = element.position;
            setting.reason = None;
            *element = setting;
        }
        _ => settings.push(setting),
    }
}

/// What becomes of a setting that no shape of its file has.
fn not_in_this_shape(setting: &Setting<Resolved>) -> PlannedSetting {
    PlannedSetting {
        key: setting.key(),
        outcome: Outcome::NotApplicable,
        position: None,
        path: None,
        old: None,
        new: None,
        reason: Some(Reason::Absent),
        origin: setting.origin.to_string(),
    }
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
    operations: &Operations<'_>,
    outcomes: &[EditOutcome],
) -> Result<(), Vec<Diagnostic>> {
    let missing = operations
        .list
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
    let mask = |value: String| match operation.secret {
        true => MASK.to_owned(),
        false => without_passwords(&value),
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
                Subject::Setting { row, .. }
                    if row.absent == WhenAbsent::NotApplicable
                        || row.is_presence()
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
