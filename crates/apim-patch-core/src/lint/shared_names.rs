//! Names and ports that serve two purposes.

use super::address::{addresses, expanded};
use super::finding::{Found, Rule};
use super::model::{Deployment, LoadBalancer, Placed, Ports};
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "one-name-for-traffic-and-servlet",
        severity: Severity::Warning,
        what: "One name and port serve both API traffic and the servlet ports.",
        why: "API calls go to 8280 and 8243, console and admin services to 9763 and 9443; a load \
              balancer can't tell them apart by name and port, as with the manual's own \
              MgtHostName, which is its HostName",
        help: "give the console a name of its own (`mgt_host_name`, `server.mgt_host_name`) or a \
               port of its own (`servlet`), or make sure that the load balancer tells them apart by path",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, steps 3.2 and 3.3",
        check: one_name,
    },
    Rule {
        code: "load-balancers-share-a-port",
        severity: Severity::Error,
        what: "Two load balancers answer to one name and port.",
        why: "whoever calls that name reaches one of the two, by chance",
        help: "give one of them another `host_name` or port",
        source: "the deployment file itself",
        check: shared_ports,
    },
];

fn one_name(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for balancer in &deployment.load_balancers {
        let Some(host) = &balancer.host_name else {
            continue;
        };
        let console = balancer.mgt_host_name.as_ref().unwrap_or(host);
        if !console.value.eq_ignore_ascii_case(&host.value) {
            continue;
        }
        let traffic = ports(&balancer.traffic);
        for port in ports(&balancer.servlet) {
            if traffic.iter().any(|other| other.value == port.value) {
                let message = format!(
                    "load balancer `{}` takes API calls and the console's on `{}`, port {}",
                    balancer.name, host.value, port.value
                );
                let spot = port.spot.as_ref().or(balancer.spot.as_ref());
                all.push(
                    Found::new(message)
                        .spot(spot, "")
                        .spot(console.spot.as_ref(), ""),
                );
            }
        }
    }
    if deployment.load_balancers.is_empty() {
        all.extend(one_name_in_homes(deployment));
    }
    all
}

/// Homes name no load balancer: its servlet port is their proxyPort, and its
/// traffic port stands in the endpoints of the environments.
fn one_name_in_homes(deployment: &Deployment) -> Vec<Found> {
    let endpoints: Vec<_> = deployment
        .nodes
        .iter()
        .flat_map(|node| {
            node.entries("environments", "endpoint")
                .filter_map(move |entry| {
                    let key = format!("environments.{entry}.endpoint");
                    let list = addresses(&expanded(node, node.text(&key)?));
                    Some((node, key, list))
                })
        })
        .collect();
    let mut all = Vec::new();
    for node in deployment.gateways() {
        let Some(name) = node.text("server.host_name") else {
            continue;
        };
        let console = node.text("server.mgt_host_name").unwrap_or(name);
        if !console.eq_ignore_ascii_case(name) {
            continue;
        }
        let mut shared = Vec::new();
        for key in ["proxy.http_port", "proxy.https_port"] {
            let Some(port) = node.number(key) else {
                continue;
            };
            let endpoint = endpoints.iter().find(|(_, _, list)| {
                list.iter().any(|address| {
                    address.host.eq_ignore_ascii_case(name)
                        && address.port_number().map(i64::from) == Some(port)
                })
            });
            shared.extend(endpoint.map(|endpoint| (key, port, endpoint)));
        }
        let ports: Vec<String> = shared.iter().map(|(_, port, _)| port.to_string()).collect();
        if let Some((key, _, (publisher, endpoint, _))) = shared.first() {
            let plural = if ports.len() == 1 { "" } else { "s" };
            let message = format!(
                "`{name}`, port{plural} {}, is for API calls and for the console",
                ports.join(" and ")
            );
            let found = Found::new(message).at(node, key);
            all.push(found.place_of(publisher, endpoint));
        }
    }
    all
}

fn shared_ports(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for (index, balancer) in deployment.load_balancers.iter().enumerate() {
        for other in &deployment.load_balancers[..index] {
            let own = answers(balancer);
            let theirs = answers(other);
            let same = own.iter().find_map(|(name, port)| {
                let other = theirs.iter().find(|(theirs, at)| {
                    theirs.eq_ignore_ascii_case(name) && at.value == port.value
                });
                other.map(|(_, at)| (name, port, at))
            });
            if let Some((name, port, at)) = same {
                let message = format!(
                    "load balancers `{}` and `{}` both answer to `{name}`, port {}",
                    other.name, balancer.name, port.value
                );
                let spot = port.spot.as_ref().or(balancer.spot.as_ref());
                all.push(
                    Found::new(message)
                        .spot(spot, "")
                        .spot(at.spot.as_ref(), ""),
                );
            }
        }
    }
    all
}

/// The names and ports on which a load balancer answers.
fn answers(balancer: &LoadBalancer) -> Vec<(&str, &Placed<u16>)> {
    let Some(host) = &balancer.host_name else {
        return Vec::new();
    };
    let console = balancer.mgt_host_name.as_ref().unwrap_or(host);
    let outside = ports(&balancer.traffic)
        .into_iter()
        .chain(ports(&balancer.websocket));
    let outside = outside.map(|port| (host.value.as_str(), port));
    let console = ports(&balancer.servlet)
        .into_iter()
        .map(|port| (console.value.as_str(), port));
    outside.chain(console).collect()
}

fn ports(ports: &Ports) -> Vec<&Placed<u16>> {
    ports.plain.iter().chain(&ports.tls).collect()
}
