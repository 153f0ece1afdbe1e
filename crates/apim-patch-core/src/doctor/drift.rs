//! The home is not what is asked for.

use super::examination::{Examination, Patient};
use super::finding::{Ailment, Finding};
use crate::diagnostic::{Severity, Spot};

pub(super) const AILMENTS: &[&Ailment] = &[&NOT_AS_ASKED];

/// Settings that are shown as places.
const SHOWN: usize = 3;

static NOT_AS_ASKED: Ailment = Ailment {
    code: "not-as-asked",
    severity: Severity::Error,
    what: "Settings are not what profile and deployment file ask for.",
    why: "the server runs with what the home has, not with what the file says",
    help: "look at them with `apim-patch check` and `apim-patch diff`, then `apim-patch apply`",
};

pub(super) fn check(patient: &Patient<'_>, examination: &mut Examination) {
    let subject = patient.subject;
    let Some(selection) = subject.selection else {
        examination.notes.push(
            "whether the home is what its profile asks for was not looked at: nothing usable says what it is to \
             be (--profile, --file, --node)"
                .to_owned(),
        );
        return;
    };
    if subject.file.is_none() && selection.partial {
        examination.notes.push(format!(
            "no deployment file: only what profile {} brings by itself was compared",
            selection.profile.name
        ));
    }
    let Some(plan) = &patient.plan else {
        return;
    };
    let differing: Vec<_> = plan
        .settings()
        .filter(|(_, setting)| setting.changes())
        .collect();
    let count = match differing.len() {
        0 => return,
        1 => "1 setting is".to_owned(),
        count => format!("{count} settings are"),
    };
    let message = format!(
        "{count} not what profile {} asks for{}",
        selection.profile.name,
        match subject.file {
            Some(_) => " with the deployment file",
            None => "",
        }
    );
    let mut finding = Finding::new(&NOT_AS_ASKED, message);
    for (file, setting) in differing.iter().take(SHOWN) {
        let (line, column) = setting
            .position
            .map_or((1, 1), |position| (position.line, position.column));
        let spot = Spot::without_text(patient.file(&file.path()), line, column);
        finding = finding.at(spot, setting.key.as_str());
    }
    examination.findings.push(
        finding
            .help(format!("see each: {}", patient.command("check")))
            .help(format!("see the change: {}", patient.command("diff")))
            .help(format!("make it so: {}", patient.command("apply"))),
    );
}
