//! What NGINX can't tell apart: it has nothing but name and port.

use super::entry::normal;
use super::{Entry, Kind, LoadBalancer, Site};
use crate::deployment::Role;
use crate::deployment::address::listed;
use crate::diagnostic::{Class, Diagnostic, printable_name};

/// Nodes of several profiles that one port would lead to.
pub(super) fn between_profiles(
    balancer: &LoadBalancer,
    entries: &[Entry<'_>],
) -> Option<Diagnostic> {
    let servlet = entries.iter().find(|entry| entry.kind == Kind::Servlet)?;
    let (first, others) = servlet.nodes.split_first()?;
    let group = |role: Role| (!role.is_gateway()).then_some(role);
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

/// An entry and whose it is.
type Own<'a, 's> = (&'a Site<'s>, &'a Entry<'s>);

fn conflict((site, one): Own<'_, '_>, (other, two): Own<'_, '_>) -> Option<Diagnostic> {
    let port = one.port.value;
    let [name, other_name] = [site, other].map(|site| printable_name(&site.balancer.name));
    let same = std::ptr::eq(site.balancer, other.balancer);
    let shared = one.names.iter().find(|name| two.names.contains(name));
    let (code, message, help) = match shared {
        Some(shared) if !same => (
            "load-balancers-share-a-port",
            format!(
                "load balancers `{name}` and `{other_name}` both answer to `{shared}`, port {port}"
            ),
            "give one of them another `host_name` or port",
        ),
        _ if one.secure != two.secure && !may_be_apart(site, other) => (
            "one-port-with-and-without-tls",
            match same {
                true => format!("load balancer `{name}` has port {port} with and without TLS"),
                false => format!(
                    "of load balancers `{name}` and `{other_name}` one has port {port} with TLS \
                     and one without"
                ),
            },
            "give one of them another port",
        ),
        Some(shared) => {
            let (code, help) = two_purposes(one.kind, two.kind);
            let (one, two) = (one.kind.what(), two.kind.what());
            let message = format!(
                "load balancer `{name}` takes {one} and {two} on `{shared}`, port {port}, where \
                 NGINX can't tell them apart"
            );
            (code, message, help)
        }
        None => return None,
    };
    Some(
        Diagnostic::error(code, Class::Specification, message)
            .at(two.port.spot.clone(), "")
            .beside(one.port.spot.clone(), "")
            .help(help),
    )
}

/// Code and help.
fn two_purposes(one: Kind, two: Kind) -> (&'static str, &'static str) {
    match (one, two) {
        (Kind::WebSocket, _) | (_, Kind::WebSocket) => (
            "one-name-for-web-sockets-and-others",
            "give the web sockets a port of their own (`websocket`)",
        ),
        _ => (
            "one-name-for-traffic-and-servlet",
            "give the console a name of its own (`mgt_host_name`) or a port of its own (`servlet`)",
        ),
    }
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
    let mut taken: Vec<(String, u16)> = sites
        .iter()
        .flat_map(|site| &site.entries)
        .flat_map(|entry| {
            let port = entry.port.value;
            entry.names.iter().map(move |name| (name.clone(), port))
        })
        .collect();
    for site in sites {
        let name = normal(&site.balancer.host_name);
        for entry in &mut site.entries {
            let wanted = (name.clone(), entry.port.value);
            // Of two that want the same one, the first gets it.
            if entry.kind == Kind::Servlet && !taken.contains(&wanted) {
                entry.names.insert(0, name.clone());
                taken.push(wanted);
            }
        }
    }
}
