//! The plan of one file of properties.

use file_transaction::Snapshot;
use properties_inplace::{
    Action, ChangeKind, Done, EditError, Note, Operation, Outcome as EditOutcome, Position, Why,
    edit,
};

use super::{FilePlan, Outcome, PlannedSetting, Reason, Secrets};
use crate::catalogue::{Place, without_passwords};
use crate::confidential::secrets_in_text;
use crate::diagnostic::{Class, Diagnostic, MASK, Spot, printable};
use crate::file_text::FileText;
use crate::spec::{Requested, Resolved, Setting};

/// The plan of the file at `path`.
pub(super) fn plan(
    path: &str,
    snapshot: Snapshot,
    settings: &[&Setting<Resolved>],
    warnings: &mut Vec<Diagnostic>,
) -> Result<FilePlan, Vec<Diagnostic>> {
    let operations: Vec<Operation> = settings
        .iter()
        .filter_map(|setting| operation(setting))
        .collect();
    let edited = edit(snapshot.bytes(), &operations)
        .map_err(|error| vec![explain(path, settings, &error)])?;
    let mut planned = Vec::new();
    for (setting, outcome) in settings.iter().zip(&edited.outcomes) {
        planned.push(of_outcome(setting, outcome));
        warnings.extend(
            outcome
                .notes
                .iter()
                .filter_map(|note| warning(path, setting, note)),
        );
    }
    let spans = |bytes: &[u8]| {
        FileText::decode(path, bytes).map_or(Vec::new(), |file| secrets_in_text(&file.text))
    };
    let secrets = Secrets {
        before: spans(snapshot.bytes()),
        after: edited.bytes.as_deref().map_or(Vec::new(), spans),
    };
    Ok(FilePlan {
        snapshot,
        after: edited.bytes,
        settings: planned,
        secrets,
    })
}

fn operation(setting: &Setting<Resolved>) -> Option<Operation> {
    let Place::Property { name, after } = setting.row.shapes.first()?.place else {
        return None;
    };
    let action = match &setting.requested {
        Requested::Value(resolved) => Action::Set {
            value: resolved.literal.to_text()?.as_str().to_owned(),
            after: after.iter().map(|key| (*key).to_owned()).collect(),
        },
        Requested::Absent => Action::CommentOut,
    };
    Some(Operation {
        key: name.to_owned(),
        action,
    })
}

fn of_outcome(setting: &Setting<Resolved>, outcome: &EditOutcome) -> PlannedSetting {
    let mask = |value: &String| match setting.row.secret {
        true => MASK.to_owned(),
        false => without_passwords(value),
    };
    let at = |position: &Position| {
        Some(xml_inplace::Position {
            line: position.line,
            column: position.column,
        })
    };
    let mut planned = PlannedSetting {
        key: setting.key(),
        outcome: Outcome::Unchanged,
        position: None,
        path: None,
        old: None,
        new: None,
        reason: None,
        origin: setting.origin.to_string(),
    };
    match &outcome.result {
        Done::AlreadySo(Why::Equal(position)) => {
            planned.position = at(position);
            planned.reason = Some(Reason::Equal);
        }
        Done::AlreadySo(Why::Hidden(position)) => {
            planned.position = at(position);
            planned.reason = Some(Reason::Hidden);
        }
        Done::AlreadySo(Why::Absent) => planned.reason = Some(Reason::Absent),
        Done::Changed(change) => {
            planned.outcome = match change.kind {
                ChangeKind::Set => Outcome::Set,
                ChangeKind::Restored => Outcome::Restored,
                ChangeKind::Inserted => Outcome::Inserted,
                ChangeKind::CommentedOut => Outcome::CommentedOut,
            };
            planned.position = at(&change.position);
            planned.path = Some(setting.row.shapes[0].place.element().to_owned());
            planned.old = change.old.as_ref().map(mask);
            planned.new = change.new.as_ref().map(mask);
        }
    }
    planned
}

fn warning(path: &str, setting: &Setting<Resolved>, note: &Note) -> Option<Diagnostic> {
    let key = setting.key();
    let (code, message, positions) = match note {
        Note::OtherActive(positions) => (
            "several-active",
            format!(
                "{key} stands in {path} {} times; the server takes the last, which is the one that counts",
                positions.len() + 1
            ),
            positions,
        ),
        Note::OtherHidden(positions) => (
            "several-hidden",
            format!("{key} is commented out in {path}, also at other places"),
            positions,
        ),
        Note::SameAs(_) => return None,
    };
    let warning = Diagnostic::warning(code, Class::Home, message);
    Some(positions.iter().fold(warning, |warning, position| {
        let spot = Spot::without_text(path, position.line, position.column);
        warning.at(spot, "left as it is")
    }))
}

fn explain(path: &str, settings: &[&Setting<Resolved>], error: &EditError) -> Diagnostic {
    let message = format!("{path} can't be edited: {}", printable(&error.to_string()));
    let diagnostic = Diagnostic::error("properties-not-editable", Class::Home, message);
    match settings.first() {
        Some(setting) => setting.origin.attach(diagnostic, "asked for here"),
        None => diagnostic,
    }
}
