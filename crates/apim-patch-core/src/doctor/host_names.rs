//! Names that the node needs, and what this machine makes of them.

use std::io;
use std::net::IpAddr;

use super::examination::{Examination, Patient};
use super::finding::{Ailment, Finding};
use super::hosts_file;
use super::named_hosts::{NamedHost, named_hosts};
use crate::catalogue::Literal;
use crate::diagnostic::{Severity, Spot, printable, printable_name, printable_path};
use crate::shell::quoted;
use crate::side_by_side::side_by_side;
use crate::spec::Value;

pub(super) const AILMENTS: &[&Ailment] = &[&UNKNOWN, &ELSEWHERE];

static UNKNOWN: Ailment = Ailment {
    code: "host-unknown",
    severity: Severity::Error,
    what: "A host that the settings name, the node's own HostName included, does not resolve.",
    why: "what can't be resolved can't be called; without its own name the server builds URLs that \
          lead nowhere",
    help: "add the name to DNS or /etc/hosts: `apim-patch render hosts --file F --node N --into \
           /etc/hosts` writes the lines of load balancers",
};

static ELSEWHERE: Ailment = Ailment {
    code: "host-elsewhere",
    severity: Severity::Warning,
    what: "A load balancer's name resolves, but not to the address that the deployment file has for \
           it.",
    why: "the node calls another machine than is meant, an old line of /etc/hosts for instance",
    help: "correct the line of /etc/hosts or the record, or `address` in the deployment file",
};

/// A name with everything that names it.
struct Name {
    host: String,
    places: Vec<NamedHost>,
}

pub(super) fn check(patient: &Patient<'_>, examination: &mut Examination) {
    let mut names: Vec<Name> = Vec::new();
    for named in named_hosts(patient) {
        if named.host.parse::<IpAddr>().is_ok() {
            continue;
        }
        let known = names
            .iter_mut()
            .find(|name| name.host.eq_ignore_ascii_case(&named.host));
        match known {
            Some(name) => name.places.push(named),
            None => names.push(Name {
                host: named.host.clone(),
                places: vec![named],
            }),
        }
    }
    let resolve = patient.surroundings.resolve;
    // A name that nobody knows may take seconds.
    let resolved = side_by_side(&names, |name| resolve(&name.host));
    let map = hosts_file::read(patient.surroundings.hosts);
    for (name, resolved) in names.iter().zip(resolved) {
        let found = match resolved {
            Ok(addresses) if !addresses.is_empty() => elsewhere(patient, name, &addresses, &map),
            resolved => Some(unknown(patient, name, resolved.err().as_ref())),
        };
        examination.findings.extend(found);
    }
}

fn unknown(patient: &Patient<'_>, name: &Name, error: Option<&io::Error>) -> Finding {
    let host = printable_name(&name.host);
    let why = error.map_or(String::new(), |error| {
        format!(": {}", printable(&error.to_string()))
    });
    let hosts = printable_path(patient.surroundings.hosts);
    let finding = Finding::new(&UNKNOWN, format!("`{host}` does not resolve{why}"));
    let finding = with_places(finding, name);
    // Of other names than load balancers' nobody here knows the address.
    match (address_of(patient, &name.host), patient.node_options()) {
        (Some((address, _)), Some(node)) => finding
            .help(format!(
                "add the lines of all load balancers that this node calls: apim-patch render hosts {node} --into {}",
                quoted(&hosts)
            ))
            .help(format!("or this line to {hosts}: {address} {host}")),
        (Some((address, _)), None) => {
            finding.help(format!("add this line to {hosts}: {address} {host}"))
        }
        (None, _) => finding.help(format!(
            "add a line to {hosts}, its address and `{host}`, or a record to DNS"
        )),
    }
}

/// The address that the deployment file has for the name of a load balancer.
fn address_of(patient: &Patient<'_>, host: &str) -> Option<(IpAddr, Spot)> {
    let balancers = &patient.subject.deployment?.load_balancers;
    let is_it = |value: &Value| matches!(value, Value::Literal(Literal::Text(name)) if name.eq_ignore_ascii_case(host));
    let of = balancers
        .iter()
        .find(|one| is_it(&one.host_name.value) || is_it(one.console_name()))?;
    let address = of.address.as_ref()?;
    match &address.value {
        Value::Literal(Literal::Text(text)) => Some((text.parse().ok()?, address.spot.clone())),
        _ => None,
    }
}

fn elsewhere(
    patient: &Patient<'_>,
    name: &Name,
    addresses: &[IpAddr],
    map: &str,
) -> Option<Finding> {
    let (wanted, spot) = address_of(patient, &name.host)?;
    if addresses.contains(&wanted) {
        return None;
    }
    let hosts = printable_path(patient.surroundings.hosts);
    let host = printable_name(&name.host);
    let line =
        hosts_file::line_of(map, &name.host).filter(|line| addresses.contains(&line.address));
    let first = addresses.first()?;
    let message = format!("`{host}` resolves to {first}, and the deployment file says {wanted}");
    let finding = Finding::new(&ELSEWHERE, message);
    let finding = match line {
        Some(line) => finding
            .at(
                Spot::without_text(hosts.clone(), line.number, 1),
                format!("{} {host}", line.address),
            )
            .help(format!("correct {hosts}:{}: {wanted} {host}", line.number)),
        None => finding.help("correct the record in DNS"),
    };
    let finding = finding
        .at(spot, "the address that is meant")
        .help("or `address` of the load balancer in the deployment file");
    Some(with_places(finding, name))
}

fn with_places(finding: Finding, name: &Name) -> Finding {
    let places = name.places.iter().filter_map(|place| {
        let spot = place.spot.clone()?;
        Some((spot, printable_name(&place.key)))
    });
    // A setting may name a host several times.
    let mut places: Vec<_> = places.collect();
    places.dedup();
    places
        .into_iter()
        .fold(finding, |finding, (spot, key)| finding.at(spot, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_with_two_urls_is_one_place() {
        let named = |scheme: &str| NamedHost {
            host: "gw".to_owned(),
            scheme: Some(scheme.to_owned()),
            key: "environments.all.endpoint".to_owned(),
            spot: Some(Spot::without_text("api-manager.xml", 96, 17)),
        };
        let name = Name {
            host: "gw".to_owned(),
            places: vec![named("http"), named("https")],
        };
        let finding = with_places(Finding::new(&UNKNOWN, ""), &name);
        assert_eq!(finding.places.len(), 1);
    }
}
