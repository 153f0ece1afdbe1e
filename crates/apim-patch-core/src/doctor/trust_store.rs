//! Whether the server trusts the load balancers that it calls.

use std::io;

use super::examination::{Examination, Patient};
use super::finding::{Ailment, Finding};
use super::key_store;
use super::named_hosts::{NamedHost, is_secure, named_hosts};
use crate::bounded_read::{self, ReadError};
use crate::catalogue::Literal;
use crate::diagnostic::{Severity, printable_name, printable_path};
use crate::shell::quoted;
use crate::spec::Value;

pub(super) const AILMENTS: &[&Ailment] = &[&CA_NOT_TRUSTED, &UNREADABLE];

/// Where a server keeps whom it trusts (carbon.xml, Security/TrustStore/Location).
const TRUST_STORE: &str = "repository/resources/security/client-truststore.jks";

/// The certificates of all authorities there are take less than a megabyte.
const MAX_SIZE: u64 = 64 * 1024 * 1024;

static CA_NOT_TRUSTED: Ailment = Ailment {
    code: "ca-not-trusted",
    severity: Severity::Error,
    what: "The trust store lacks the certificate of the authority that signed the load balancers' \
           (`--ca`).",
    why: "a call over TLS to a host whose certificate nobody known has signed fails with \
          `unable to find valid certification path to requested target`",
    help: "import it with keytool, by the command that the finding prints, and restart the server",
};

static UNREADABLE: Ailment = Ailment {
    code: "trust-store-unreadable",
    severity: Severity::Error,
    what: "The trust store is missing or no store, and the node calls a load balancer over TLS.",
    why: "a server that can't read its trust store trusts nobody: no call over TLS gets through",
    help: "put the client-truststore.jks of the distribution or of another node into its place",
};

pub(super) fn check(patient: &Patient<'_>, examination: &mut Examination) {
    let called = called_balancers(patient);
    let authority = patient.subject.authority;
    if called.is_empty() && authority.is_none() {
        if patient.subject.deployment.is_none() {
            examination.notes.push(
                "whether the trust store has the certificates of load balancers was not looked at: no \
                 deployment file with [load_balancers] says which there are"
                    .to_owned(),
            );
        }
        return;
    }
    let whom = match &called[..] {
        [] => String::new(),
        called => format!(" ({})", called.join(", ")),
    };
    let path = patient.subject.home.path().join(TRUST_STORE);
    let shown = printable_path(&path);
    let store = match bounded_read::read(&path, MAX_SIZE) {
        Ok(store) => store,
        Err(ReadError::Io(error))
            if error.kind() == io::ErrorKind::NotFound && !is_complete(patient) =>
        {
            examination.notes.push(format!(
                "the trust store was not looked at: this home has no repository/resources{whom}"
            ));
            return;
        }
        Err(error) => {
            let message = format!("{shown} can't be read{whom}: {error}");
            examination.findings.push(
                Finding::new(&UNREADABLE, message)
                    .help("take client-truststore.jks from the distribution or from another node"),
            );
            return;
        }
    };
    let certificates = match key_store::certificates(&store) {
        Ok(certificates) => certificates,
        Err(key_store::Unreadable::Encrypted) => {
            examination.notes.push(format!(
                "{shown} was not looked into: {}; see for yourself with keytool -list -keystore {}",
                key_store::Unreadable::Encrypted,
                quoted(&shown)
            ));
            return;
        }
        Err(why) => {
            let message = format!("{shown} can't be read{whom}: {why}");
            examination.findings.push(
                Finding::new(&UNREADABLE, message)
                    .help("take client-truststore.jks from the distribution or from another node"),
            );
            return;
        }
    };
    let Some(authority) = authority else {
        examination.notes.push(format!(
            "{shown} holds {} certificates; whether one of them signed the load balancers'{whom} can \
             only be told with --ca, the ca.pem of `apim-patch render certs` for instance",
            certificates.len()
        ));
        return;
    };
    let is_known = |wanted: &&[u8]| certificates.contains(wanted);
    let missing = authority
        .certificates()
        .filter(|wanted| !is_known(wanted))
        .count();
    if missing == 0 {
        return;
    }
    let ca = printable_path(authority.path());
    let message = match authority.certificates().count() {
        1 => format!("{shown} lacks the certificate of {ca}{whom}"),
        all => format!("{shown} lacks {missing} of the {all} certificates of {ca}{whom}"),
    };
    let finding = Finding::new(&CA_NOT_TRUSTED, message)
        .help(format!(
            "import it (keytool asks for the store's password): keytool -importcert -noprompt -alias {} -file {} -keystore {}",
            authority.alias(),
            quoted(&ca),
            quoted(&shown)
        ))
        .help("then restart the server");
    examination.findings.push(finding);
}

/// Whether it is more than the config files that somebody overrides.
fn is_complete(patient: &Patient<'_>) -> bool {
    let home = patient.subject.home.path();
    home.join("repository/resources").is_dir()
}

/// The load balancers that the node's settings name over TLS, with who does.
fn called_balancers(patient: &Patient<'_>) -> Vec<String> {
    let Some(deployment) = patient.subject.deployment else {
        return Vec::new();
    };
    let hosts = named_hosts(patient);
    let mut called = Vec::new();
    for balancer in &deployment.load_balancers {
        let names = [&balancer.host_name.value, balancer.console_name()];
        let names = names.into_iter().filter_map(|name| match name {
            Value::Literal(Literal::Text(name)) => Some(name),
            _ => None,
        });
        let names: Vec<_> = names.collect();
        let is_called = |host: &&NamedHost| {
            is_secure(host)
                && names
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&host.host))
        };
        if let Some(host) = hosts.iter().find(is_called) {
            called.push(format!(
                "load balancer `{}` by `{}`",
                printable_name(&balancer.name),
                printable_name(&host.key)
            ));
        }
    }
    called
}
