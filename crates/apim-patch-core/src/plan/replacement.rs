//! Files that become another file of the home before they are edited: a Traffic
//! Manager's `axis2.xml` becomes `axis2_TM.xml`.

use std::path::Path;

use file_transaction::{LinkPolicy, Snapshot, Store};
use xml_inplace::{Document, Selector, Source, limits};

use super::{Outcome, PlannedSetting, Reason};
use crate::catalogue::{self, Literal, Place};
use crate::diagnostic::{Class, Diagnostic, printable};
use crate::failure::diagnostic_of;
use crate::inspect::{State, read};
use crate::spec::{Requested, Resolved, Setting};

/// Whether a setting is one of these.
pub(super) fn is_one(setting: &Setting<Resolved>) -> bool {
    place(setting).is_some()
}

/// The other file, and the element by which the file is known as it was.
fn place(setting: &Setting<Resolved>) -> Option<(&'static str, &'static str)> {
    setting
        .row
        .shapes
        .iter()
        .find_map(|shape| match shape.place {
            Place::Replacement { by, unlike, .. } => Some((by, unlike)),
            _ => None,
        })
}

/// What a file is edited on.
#[derive(Default)]
pub(super) struct Base {
    /// Another file's content, where that takes the place of its own.
    pub(super) content: Option<Content>,
    /// What becomes of the setting that asks for it.
    pub(super) setting: Option<PlannedSetting>,
}

/// The content of another file.
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    /// The file that it is from.
    pub(super) by: &'static str,
}

/// The content that `file` is to have before it is edited. What operators have
/// set in the file and would lose is warned of.
pub(super) fn base(
    store: &Store,
    file: &str,
    snapshot: &Snapshot,
    settings: &[&Setting<Resolved>],
    links: LinkPolicy,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Base, Vec<Diagnostic>> {
    let asked = settings
        .iter()
        .find_map(|setting| place(setting).map(|place| (*setting, place)));
    let Some((setting, (by, unlike))) = asked else {
        return Ok(Base::default());
    };
    let wanted = matches!(
        &setting.requested,
        Requested::Value(Resolved {
            literal: Literal::Boolean(true),
            ..
        })
    );
    let mut planned = PlannedSetting {
        key: setting.key(),
        outcome: Outcome::Unchanged,
        position: None,
        path: None,
        old: None,
        new: None,
        reason: Some(Reason::Equal),
        origin: setting.origin.to_string(),
    };
    let kept = |planned| {
        Ok(Base {
            content: None,
            setting: Some(planned),
        })
    };
    let refused = |code, message: String, help: &str| {
        let error = Diagnostic::error(code, Class::Home, message).help(help);
        Err(vec![setting.origin.attach(error, "")])
    };
    // A file that can't be read is refused where it is edited.
    let Ok(source) = Source::decode(snapshot.bytes()) else {
        return kept(planned);
    };
    let Ok(document) = Document::parse(&source) else {
        return kept(planned);
    };
    match (is_other(&document, unlike), wanted) {
        (true, true) | (false, false) => return kept(planned),
        (true, false) => {
            return refused(
                "not-reversible",
                format!(
                    "{}: {file} has the content of {by}, and nothing here says what it was",
                    setting.key()
                ),
                "`apim-patch revert` takes the run back that replaced it",
            );
        }
        (false, true) => {}
    }
    let other = store
        .read(Path::new(by), links, limits::MAX_BYTES as u64)
        .map_err(|error| vec![setting.origin.attach(diagnostic_of(&error), "")])?;
    let problem = match Source::decode(other.bytes()) {
        Err(error) => Some(error.to_string()),
        Ok(source) => match Document::parse(&source) {
            Err(error) => Some(format!("line {}: {error}", error.position())),
            // It would be put there again on every run.
            Ok(other) if !is_other(&other, unlike) => {
                Some("it is what it should take the place of".to_owned())
            }
            Ok(other) => {
                warnings.extend(
                    lost(file, by, &document, &other, settings)
                        .or_else(|| edited(file, by, snapshot, setting)),
                );
                None
            }
        },
    };
    if let Some(problem) = problem {
        let key = setting.key();
        return refused(
            "no-replacement",
            format!(
                "{key}: {by} can't take the place of {file}: {}",
                printable(&problem)
            ),
            "take the file from the product's distribution",
        );
    }
    planned.outcome = Outcome::Set;
    planned.reason = None;
    planned.new = Some(by.to_owned());
    Ok(Base {
        content: Some(Content {
            bytes: other.bytes().to_vec(),
            by,
        }),
        setting: Some(planned),
    })
}

/// Whether a document is not the one that is known by `unlike`.
fn is_other(document: &Document<'_>, unlike: &str) -> bool {
    Selector::parse(unlike).is_ok_and(|unlike| unlike.matches(document).is_empty())
}

/// Warns of the settings of a file that another file's content would lose:
/// those that differ from every stock home, from what the other file has, and
/// that nobody asks for.
fn lost(
    file: &str,
    by: &str,
    document: &Document<'_>,
    other: &Document<'_>,
    asked: &[&Setting<Resolved>],
) -> Option<Diagnostic> {
    let mut lost = Vec::new();
    for row in catalogue::rows().filter(|row| row.file == file) {
        for here in read(document, row, None) {
            let name = here.name.as_deref();
            let stock = row.stock.iter().any(|stock| {
                stock.name == name.unwrap_or_default() && stock.value == here.value.as_deref()
            });
            let there = read(other, row, name);
            let kept = there
                .iter()
                .any(|there| there.state == State::Active && there.value == here.value);
            let given = asked
                .iter()
                .any(|setting| setting.row.key == row.key && setting.name == here.name);
            if here.state == State::Active && !stock && !kept && !given {
                let value = here.shown_value().unwrap_or_default();
                lost.push(format!("{} = {}", here.key, printable(&value)));
            }
        }
    }
    if lost.is_empty() {
        return None;
    }
    let message = format!(
        "{file} becomes {by}, which has none of what was set in it: {}",
        lost.join(", ")
    );
    Some(
        Diagnostic::warning("settings-lost", Class::Home, message).help(
            "ask for what is still wanted in the deployment file; the history keeps the old file",
        ),
    )
}

/// Warns of a file that is not as a release comes with it: whatever else was
/// changed in it by hand is lost.
fn edited(
    file: &str,
    by: &str,
    snapshot: &Snapshot,
    setting: &Setting<Resolved>,
) -> Option<Diagnostic> {
    let digest = snapshot.digest().to_string();
    let mut shapes = setting.row.shapes.iter();
    let is_stock = shapes.any(|shape| match shape.place {
        Place::Replacement { stock, .. } => stock.contains(&digest.as_str()),
        _ => false,
    });
    if is_stock {
        return None;
    }
    let message = format!(
        "{file} becomes {by}, and it is not as a release that is known comes with it: what was \
         changed in it by hand is lost"
    );
    Some(
        Diagnostic::warning("edits-lost", Class::Home, message)
            .help("the history keeps the old file; make the change again in the new one"),
    )
}
