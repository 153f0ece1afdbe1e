//! Files that somebody changed after a run.

use std::collections::BTreeSet;

use file_transaction::{LinkPolicy, Timestamp};
use xml_inplace::limits;

use super::examination::{Examination, Patient};
use super::finding::{Ailment, Finding};
use crate::diagnostic::{Severity, Spot, printable};
use crate::shell::quoted;

pub(super) const AILMENTS: &[&Ailment] = &[&CHANGED_SINCE];

static CHANGED_SINCE: Ailment = Ailment {
    code: "changed-since",
    severity: Severity::Warning,
    what: "A config file is not what the latest run that wrote it made of it.",
    why: "somebody or something else changed it; nobody compared that with the profile, and the run \
          can't be reverted over it",
    help: "see what the run did with `apim-patch history --home DIR ID` and what is left to do with \
           `apim-patch diff`; what was meant belongs into the deployment file",
};

pub(super) fn check(patient: &Patient<'_>, examination: &mut Examination) {
    let mut seen = BTreeSet::new();
    for run in &patient.runs {
        let manifest = run.manifest();
        for record in &manifest.files {
            // Only the latest run that wrote a file knows what it has to be.
            if !seen.insert(&record.relative) {
                continue;
            }
            let limit = limits::MAX_BYTES as u64;
            let now =
                patient
                    .subject
                    .store
                    .read(&record.relative, LinkPolicy::FollowOutside, limit);
            let is_same = now.as_ref().is_ok_and(|now| now.digest() == record.after);
            if is_same {
                continue;
            }
            let relative = record.relative.to_string_lossy();
            let place = patient.subject.home.path().join(&record.relative);
            let modified = place.metadata().and_then(|metadata| metadata.modified());
            let modified = modified
                .ok()
                .and_then(|time| Timestamp::try_from(time).ok());
            let when = match modified {
                None => "is gone, or can't be read".to_owned(),
                Some(time) if time >= manifest.started => format!("was changed at {}", shown(time)),
                Some(time) => format!(
                    "is another file, last changed at {}, before the run: something put an older one \
                     into its place",
                    shown(time)
                ),
            };
            let message = format!(
                "{} {when}; run {} of {} had written it",
                printable(&relative),
                manifest.id,
                shown(manifest.started)
            );
            let spot = Spot::without_text(patient.file(&relative), 1, 1);
            let home = quoted(&patient.home());
            examination.findings.push(
                Finding::new(&CHANGED_SINCE, message)
                    .at(spot, "")
                    .help(format!(
                        "see what the run did and what came after: apim-patch history --home {home} {}",
                        manifest.id
                    ))
                    .help(format!("see what an apply would change: {}", patient.command("diff"))),
            );
        }
    }
}

/// A time to the second, in UTC.
pub(super) fn shown(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
