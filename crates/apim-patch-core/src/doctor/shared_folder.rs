//! The folder of deployed APIs, which all gateways have to have in common.

use std::path::{Path, PathBuf};

use super::examination::{Examination, Patient};
use super::finding::{Ailment, Finding};
use super::mounts::{Mount, Sharing, mount_of};
use crate::deployment::Role;
use crate::diagnostic::{Severity, printable, printable_path};

pub(super) const AILMENTS: &[&Ailment] = &[&NOT_SHARED];

/// Where a gateway has the APIs that were published to it.
const FOLDER: &str = "repository/deployment/server";

static NOT_SHARED: Ailment = Ailment {
    code: "folder-not-shared",
    severity: Severity::Error,
    what: "repository/deployment/server is on a file system of this machine alone, and there is or \
           may be another gateway (profile `gateway`).",
    why: "an API is deployed to the gateway that happens to get the call; the others serve it only \
          when they see its files",
    help: "mount one shared file system there on every gateway, or take the profiles \
           `gateway-manager` and `gateway-worker`, with rsync from the manager to the workers: then \
           an API reaches the workers with the next rsync, the one manager is a single point of \
           failure for publishing, and files deleted at the manager have to be deleted by rsync too",
};

pub(super) fn check(patient: &Patient<'_>, examination: &mut Examination) {
    if patient.role() != Some(Role::Gateway) {
        return;
    }
    let gateways = patient.subject.deployment.map(|deployment| {
        let mut nodes = deployment.nodes.iter();
        let is_gateway = |node: &&crate::deployment::Node| node.role() == Some(Role::Gateway);
        nodes.by_ref().filter(is_gateway).count()
    });
    if gateways.is_some_and(|count| count < 2) {
        return;
    }
    let folder = real(&patient.subject.home.path().join(FOLDER));
    let shown = printable_path(&folder);
    let Some(mount) = mount_of(patient.surroundings.proc, &folder) else {
        examination.notes.push(format!(
            "whether {shown} is shared with the other gateways can't be told: the system does not show \
             its mounts"
        ));
        return;
    };
    let what = describe(&mount);
    match (mount.sharing(), gateways) {
        (Sharing::Shared, _) => {}
        (Sharing::Unknown, _) => examination.notes.push(format!(
            "whether {shown} is shared with the other gateways can't be told: it is on {what}, {}",
            mount.doubt()
        )),
        (Sharing::Local, Some(count)) => {
            let message = format!(
                "{shown} is on {what}, which is this machine's alone, and the deployment has {count} \
                 gateways"
            );
            examination
                .findings
                .push(with_help(Finding::new(&NOT_SHARED, message), &folder));
        }
        (Sharing::Local, None) => {
            let message = format!(
                "{shown} is on {what}, which is this machine's alone; if there is another gateway, both \
                 need the same"
            );
            let finding = Finding::new(&NOT_SHARED, message).doubtful().help(
                "if this is the only gateway, say so with a deployment file with [nodes]: then this is \
                 not asked",
            );
            examination.findings.push(with_help(finding, &folder));
        }
    }
}

fn describe(mount: &Mount) -> String {
    format!(
        "{} ({} at {})",
        printable(&mount.kind),
        printable(&mount.source),
        printable_path(&mount.point)
    )
}

fn with_help(finding: Finding, folder: &Path) -> Finding {
    // Blanks stand in fstab as in the kernel's own tables (fstab(5)).
    let point = printable_path(folder).replace(' ', "\\040");
    finding
        .help(format!(
            "share it, with the servers stopped, by the same line in /etc/fstab of every gateway: \
             nfs.example.com:/export/apim {point} nfs4 rw,hard,_netdev 0 0"
        ))
        .help(
            "or take one node as `gateway-manager` and the others as `gateway-worker`, and rsync the \
             folder from the manager: an API then reaches the workers with the next rsync, and \
             nothing can be published while the manager is down",
        )
}

/// The folder without links; where it is not there yet, what will be its place.
fn real(folder: &Path) -> PathBuf {
    for ancestor in folder.ancestors() {
        if let Ok(real) = ancestor.canonicalize() {
            // Joined with nothing, a path ends in a slash.
            return match folder.strip_prefix(ancestor) {
                Ok(rest) if rest != Path::new("") => real.join(rest),
                _ => real,
            };
        }
    }
    folder.to_owned()
}
