//! Ports that the server needs and somebody else has.

use super::examination::{Examination, Patient};
use super::finding::{Ailment, Finding};
use super::{processes, sockets};
use crate::diagnostic::{Severity, printable, printable_path};
use crate::lint::ports_of;

pub(super) const AILMENTS: &[&Ailment] = &[&PORT_TAKEN];

static PORT_TAKEN: Ailment = Ailment {
    code: "port-taken",
    severity: Severity::Error,
    what: "Another process listens on a port that the server needs, its offset counted in.",
    why: "the server can't open the port when it is started; it comes up without it, or not at all",
    help: "end the other process, or give this node another `server.port_offset` (ports that no \
           offset moves: Thrift when given, Hazelcast, have settings of their own)",
};

pub(super) fn check(patient: &Patient<'_>, examination: &mut Examination) {
    let proc = patient.surroundings.proc;
    // A server that runs has its ports.
    if patient.subject.home.server_process_in(proc).is_some() {
        return;
    }
    let Some(listeners) = sockets::listeners(proc) else {
        let message = format!(
            "ports were not looked at: {} does not show who listens",
            printable_path(&proc.join("net"))
        );
        examination.notes.push(message);
        return;
    };
    let needed = ports_of(&patient.node);
    let taken: Vec<_> = needed
        .iter()
        .filter_map(|port| {
            let listens = |one: &&sockets::Listener| i64::from(one.address.port()) == port.number;
            Some((port, listeners.iter().find(listens)?))
        })
        .collect();
    let inodes: Vec<u64> = taken.iter().map(|(_, listener)| listener.inode).collect();
    let owners = match inodes.is_empty() {
        true => return,
        false => sockets::owners(proc, &inodes),
    };
    let home = patient.subject.home.path().canonicalize().ok();
    for (port, listener) in taken {
        let owner = owners.get(&listener.inode).copied();
        // This home's own server, whose process file is gone.
        let of = owner.and_then(|process| processes::carbon_home(proc, process));
        if home.is_some() && of.as_ref().and_then(|of| of.canonicalize().ok()) == home {
            continue;
        }
        let who = match owner {
            Some(process) => {
                let name = processes::name(proc, process).unwrap_or_default();
                format!(
                    "process {process}, `{}`, listens on {}",
                    printable(&name),
                    listener.address
                )
            }
            None => format!(
                "a process that only root can see listens on {}",
                listener.address
            ),
        };
        let message = format!("port {} ({}) is taken: {who}", port.number, port.what);
        let mut finding = Finding::new(&PORT_TAKEN, message);
        if let Some(spot) = patient
            .node
            .values
            .get(port.key)
            .and_then(|given| given.spot.clone())
        {
            finding = finding.at(spot, format!("{} decides the port", port.key));
        }
        let finding = match (of, owner) {
            (Some(of), _) => finding.help(format!(
                "that is the server of {}: give one of the two another server.port_offset",
                printable_path(&of)
            )),
            (None, Some(process)) => finding.help(format!(
                "end process {process}, or change `{}` of this node",
                port.key
            )),
            (None, None) => finding.help(format!(
                "find the process as root: ss -ltnp 'sport = :{}'",
                port.number
            )),
        };
        examination.findings.push(finding);
    }
}
