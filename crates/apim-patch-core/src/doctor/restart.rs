//! A server that runs with what the home was.

use jiff::SignedDuration;

use super::edits::shown;
use super::examination::{Examination, Patient};
use super::finding::{Ailment, Finding};
use super::processes;
use crate::diagnostic::{Severity, printable, printable_path};
use crate::shell::quoted;
use crate::surroundings::profile_options;

/// The system tells when it was started itself, to the second, and nothing
/// starts within that.
const PRECISION: SignedDuration = SignedDuration::from_secs(2);

pub(super) const AILMENTS: &[&Ailment] = &[&NOT_RESTARTED];

static NOT_RESTARTED: Ailment = Ailment {
    code: "not-restarted",
    severity: Severity::Error,
    what: "The server was started before the latest run changed the home.",
    why: "a server reads its config files when it starts: it goes on with what the home was",
    help: "restart the server with the options that it was started with, which `apim-patch render \
           start` has: without its -Dprofile it comes back as all of the product; `apim-patch explain \
           --file F` says in which order nodes are restarted",
};

pub(super) fn check(patient: &Patient<'_>, examination: &mut Examination) {
    let proc = patient.surroundings.proc;
    let Some(process) = patient.subject.home.server_process_in(proc) else {
        return;
    };
    let Some(run) = patient.runs.first() else {
        return;
    };
    let Some(started) = processes::started(proc, process) else {
        let message = format!(
            "whether the server (process {process}) was started after the latest run can't be told: \
             {} does not show when it was",
            printable_path(proc)
        );
        examination.notes.push(message);
        return;
    };
    let manifest = run.manifest();
    if started.duration_until(manifest.started) <= PRECISION {
        return;
    }
    let name = processes::name(proc, process)
        .map_or(String::new(), |name| format!(", `{}`", printable(&name)));
    let message = format!(
        "the server (process {process}{name}) runs since {}, and run {} changed the home at {}",
        shown(started),
        manifest.id,
        shown(manifest.started)
    );
    // What the first start was given, a restart is not given by itself: without its
    // profile, a node comes back as all of the product.
    let version = patient.subject.home.version();
    let options = patient
        .role()
        .map_or(String::new(), |role| profile_options(role, version));
    let mut finding = Finding::new(&NOT_RESTARTED, message).help(format!(
        "restart it, with all options that it was started with: sh {} restart{options}",
        patient.word("bin/wso2server.sh")
    ));
    if let Some(node) = patient.node_options() {
        finding = finding.help(format!("its options: apim-patch render start {node}"));
    }
    if let Some(file) = patient.subject.file
        && patient.subject.deployment.is_some()
    {
        finding = finding.help(format!(
            "see in which order nodes are restarted: apim-patch explain --file {}",
            quoted(&printable_path(file))
        ));
    }
    examination.findings.push(finding);
}
