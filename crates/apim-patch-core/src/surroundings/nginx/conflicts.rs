//! What NGINX can't tell apart: it has nothing but name and port.

use super::entry::normal;
use super::{Entry, Kind, LoadBalancer, Site};
use crate::deployment::address::listed;
use crate::diagnostic::{Class, Diagnostic, printable_name};

/// Nodes of several profiles that one port would lead to.
pub(super) fn between_profiles(
    balancer: &LoadBalancer,
    entries: &[Entry<'_>],
) -> Option<Diagnostic> {
    let servlet = entries.iter().find(|entry| entry.kind == Kind::Servlet)?;
    let (first, others) = servlet.nodes.split_first()?;
    let group = |role: crate::deployment::Role| (!role.is_gateway()).then_some(role);
    let other = others
        .iter()
        .find(|node| group(node.role) != group(first.role))?;
    let message = format!(
        "load balancer `{}` has one servlet port for the nodes {}, which are of different profiles",
        printable_name(&balancer.name),
        listed([first.name.as_str(), other.name.as_str()]),
    );
    let error = Diagnostic::error(
        "one-port-for-several-profiles",
        Class::Specification,
        message,
    );
    Some(
        error
            .at(servlet.port.spot.clone(), "")
            .beside(first.spot.clone(), "")
            .beside(other.spot.clone(), "")
            .help("put the nodes of each profile behind a load balancer of their own"),
    )
}

/// Ports that serve two purposes. The codes are those of the findings of lint
/// that say the same.
pub(super) fn between_entries(sites: &[Site<'_>]) -> Vec<Diagnostic> {
    let all: Vec<_> = sites
        .iter()
        .flat_map(|site| site.entries.iter().map(move |entry| (site, entry)))
        .collect();
    let mut conflicts = Vec::new();
    for (index, two) in all.iter().enumerate() {
        for one in &all[..index] {
            if one.1.port.value == two.1.port.value {
                conflicts.extend(conflict(*one, *two));
            }
        }
    }
    conflicts
}

type At<'a, 's> = (&'a Site<'s>, &'a Entry<'s>);

fn conflict((site, one): At<'_, '_>, (other, two): At<'_, '_>) -> Option<Diagnostic> {
    let port = one.port.value;
    let (name, other_name) = (
        printable_name(&site.balancer.name),
        printable_name(&other.balancer.name),
    );
    let same = std::ptr::eq(site.balancer, other.balancer);
    let shared = one.names.iter().find(|name| two.names.contains(name));
    let (code, message, help) = match shared {
        // On one machine, a port has TLS or has not.
        None if one.secure == two.secure || may_be_apart(site, other) => return None,
        Some(shared) if !same => (
            "load-balancers-share-a-port",
            format!(
                "load balancers `{name}` and `{other_name}` both answer to `{shared}`, port {port}"
            ),
            "give one of them another `host_name` or port",
        ),
        _ if one.secure != two.secure => (
            "one-port-with-and-without-tls",
            match same {
                true => format!("load balancer `{name}` has port {port} with and without TLS"),
                false => format!(
                    "port {port} has TLS at one of the load balancers `{name}` and `{other_name}` and not at the other"
                ),
            },
            "give one of them another port",
        ),
        Some(shared) => (
            match (one.kind, two.kind) {
                (Kind::WebSocket, _) | (_, Kind::WebSocket) => {
                    "one-name-for-web-sockets-and-others"
                }
                _ => "one-name-for-traffic-and-servlet",
            },
            format!(
                "load balancer `{name}` takes {} and {} on `{shared}`, port {port}, where NGINX can't tell them apart",
                one.kind.what(),
                two.kind.what()
            ),
            match (one.kind, two.kind) {
                (Kind::WebSocket, _) | (_, Kind::WebSocket) => {
                    "give the web sockets a port of their own (`websocket`)"
                }
                _ => {
                    "give the console a name of its own (`mgt_host_name`) or a port of its own (`servlet`)"
                }
            },
        ),
        None => return None,
    };
    Some(
        Diagnostic::error(code, Class::Specification, message)
            .at(two.port.spot.clone(), "")
            .beside(one.port.spot.clone(), "")
            .help(help),
    )
}

/// Whether two load balancers may be two machines.
fn may_be_apart(one: &Site<'_>, two: &Site<'_>) -> bool {
    match (&one.balancer.address, &two.balancer.address) {
        (Some(one), Some(two)) => one != two,
        _ => false,
    }
}

/// Lets the servlet ports answer to the host name, too, by which services are
/// called, wherever nothing else has that name and port.
pub(super) fn add_service_names(sites: &mut [Site<'_>]) {
    let taken: Vec<(String, u16)> = sites
        .iter()
        .flat_map(|site| &site.entries)
        .flat_map(|entry| {
            let port = entry.port.value;
            entry.names.iter().map(move |name| (name.clone(), port))
        })
        .collect();
    // Of two that want the same one, the first gets it.
    let mut taken = taken;
    for site in sites {
        let name = normal(&site.balancer.host_name);
        for entry in &mut site.entries {
            let wanted = (name.clone(), entry.port.value);
            if entry.kind == Kind::Servlet && !taken.contains(&wanted) {
                entry.names.insert(0, name.clone());
                taken.push(wanted);
            }
        }
    }
}
