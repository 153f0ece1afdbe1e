//! How gateways and stores reach the Key Manager.

use super::address::{Address, expanded, has_placeholder, is_loopback};
use super::finding::{Found, Rule};
use super::model::{Deployment, Known, LoadBalancer, Node};
use crate::catalogue::has_explicit_port;
use crate::diagnostic::Severity;

pub(super) const CLIENT: &str = "key_manager.client";
const URL: &str = "key_manager.server_url";
const CLIENT_PORT: &str = "key_manager.thrift.client_port";
const SERVER_PORT: &str = "key_manager.thrift.server_port";
const SERVER_HOST: &str = "key_manager.thrift.server_host";
const ENABLE_SERVER: &str = "key_manager.thrift.enable_server";

/// The Thrift port of a node whose offset is 0.
const DEFAULT_PORT: i64 = 10397;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "thrift-server-off",
        severity: Severity::Error,
        what: "A node uses ThriftClient, and the Key Manager's Thrift server is off.",
        why: "nobody listens where the Thrift client connects, so that no key is validated",
        help: "set `key_manager.thrift.enable_server` to true on the Key Manager, or \
               `key_manager.client` to WSClient",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.2",
        check: server_off,
    },
    Rule {
        code: "thrift-behind-load-balancer",
        severity: Severity::Error,
        what: "A node uses ThriftClient, and the Key Manager stands behind a load balancer.",
        why: "an HTTP load balancer does not carry Thrift, and the Thrift client would have to \
              bypass it to one Key Manager",
        help: "set `key_manager.client` to WSClient and `key_manager.thrift.enable_server` to false",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        check: behind_load_balancer,
    },
    Rule {
        code: "thrift-server-on-loopback",
        severity: Severity::Error,
        what: "The Thrift server of a Key Manager that other machines call is bound to loopback.",
        why: "on a Key Manager, ThriftServerHost is the address that the Thrift server listens \
              on; on localhost it is reached by nobody else",
        help: "set `key_manager.thrift.server_host` of the Key Manager to its own name or address",
        source: "carbon-apimgt, ThriftUtils and APIKeyValidatorThriftServer",
        check: server_on_loopback,
    },
    Rule {
        code: "thrift-target-on-loopback",
        severity: Severity::Error,
        what: "A node's Thrift client goes to the node itself, and the Key Manager is elsewhere.",
        why: "on a node that calls a Key Manager, ThriftServerHost is the target; localhost is \
              the node itself, where no Key Manager runs",
        help: "set `key_manager.thrift.server_host` to the Key Manager's name or address, or take \
               it away: then it is the host of `key_manager.server_url`",
        source: "carbon-apimgt, ThriftUtils",
        check: target_on_loopback,
    },
    Rule {
        code: "thrift-url-without-port",
        severity: Severity::Error,
        what: "A node uses ThriftClient, and the Key Manager's URL names no port.",
        why: "the Thrift client takes what follows the second colon of the URL and throws where \
              there is none; the node starts all the same and then validates no key",
        help: "write the port into `key_manager.server_url`, 443 too: https://km.example.com:9443/services/",
        source: "carbon-apimgt, ThriftUtils (all of 2.1.0 to 2.6.0)",
        check: url_without_port,
    },
    Rule {
        code: "thrift-ports-differ",
        severity: Severity::Error,
        what: "A node's Thrift client goes to a port on which the Key Manager does not listen.",
        why: "a Thrift port that is given is taken as it is; one that is not is 10397 and the \
              node's own port offset, on either side",
        help: "set `key_manager.thrift.client_port` to the port of the Key Manager's Thrift server",
        source: "carbon-apimgt, ThriftUtils; seen by running 2.1.0",
        check: ports_differ,
    },
];

/// Nodes that ask a Key Manager over Thrift.
fn clients(deployment: &Deployment) -> impl Iterator<Item = &Node> {
    deployment
        .nodes
        .iter()
        .filter(|node| node.is_gateway() || node.profile == Some("store"))
        .filter(|node| node.text(CLIENT) == Some("ThriftClient"))
}

/// The host that a node's Thrift client goes to.
fn target_host(node: &Node) -> Option<String> {
    match node.text(SERVER_HOST) {
        Some(host) => Some(host.to_owned()),
        None => Address::of(node.text(URL)?).map(|address| address.host),
    }
}

/// The Key Managers that a node's Thrift client may mean: the one that it
/// names, or all of them where it names none by its host.
fn targets<'d>(deployment: &'d Deployment, client: &Node) -> Vec<&'d Node> {
    let all: Vec<&Node> = deployment.key_managers().collect();
    let host = target_host(client);
    let named: Vec<&Node> = all
        .iter()
        .copied()
        .filter(|manager| {
            let own = manager.host.as_ref().map(|own| own.value.as_str());
            own.is_some() && own == host.as_deref()
        })
        .collect();
    match named.is_empty() {
        true => all,
        false => named,
    }
}

fn server_off(deployment: &Deployment) -> Vec<Found> {
    pairs(deployment, |client, manager| {
        // Behind a load balancer it has to be off: then the client is wrong.
        if manager.flag(ENABLE_SERVER) != Some(false) || manager.behind.is_some() {
            return None;
        }
        let message = format!(
            "ThriftClient, and the Thrift server of {} is off",
            manager.name
        );
        let found = Found::new(message).at(client, CLIENT);
        Some(found.place_of(manager, ENABLE_SERVER))
    })
}

fn behind_load_balancer(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for client in clients(deployment) {
        let url = client.text(URL).and_then(Address::of);
        let named = url.as_ref().and_then(|url| {
            let balancers = deployment.load_balancers.iter();
            let is = |name: &str| name.eq_ignore_ascii_case(&url.host);
            balancers
                .filter(|one| one.host_name.as_ref().is_some_and(|name| is(&name.value)))
                .find(|one| stands_before_key_managers(deployment, one))
        });
        if let Some(balancer) = named {
            let message = format!(
                "ThriftClient, and the Key Manager is behind load balancer `{}`",
                balancer.name
            );
            all.push(
                Found::new(message)
                    .at(client, CLIENT)
                    .spot(balancer.spot.as_ref(), ""),
            );
            continue;
        }
        for manager in targets(deployment, client) {
            let balancer = manager.behind.as_deref();
            // A home names no load balancer, but shows its port.
            let shown = manager.number("proxy.https_port").filter(|port| {
                manager.known == Known::All
                    && url.as_ref().and_then(Address::port_number).map(i64::from) == Some(*port)
            });
            let found = match (balancer, shown) {
                (Some(balancer), _) => Found::new(format!(
                    "ThriftClient, and {} is behind load balancer `{balancer}`",
                    manager.name
                ))
                .at(client, CLIENT)
                .spot(manager.spot.as_ref(), ""),
                (None, Some(port)) => Found::new(format!(
                    "ThriftClient, and {} shows a load balancer's port, {port}",
                    manager.name
                ))
                .at(client, CLIENT)
                .place_of(manager, "proxy.https_port"),
                (None, None) => continue,
            };
            all.push(found);
            break;
        }
    }
    all
}

fn stands_before_key_managers(deployment: &Deployment, balancer: &LoadBalancer) -> bool {
    let mut managers = deployment.key_managers();
    managers.any(|manager| manager.behind.as_deref() == Some(&balancer.name))
}

fn server_on_loopback(deployment: &Deployment) -> Vec<Found> {
    pairs(deployment, |client, manager| {
        let own = manager.text(SERVER_HOST).filter(|own| is_loopback(own))?;
        let url = client.text(URL).and_then(Address::of).map(|url| url.host);
        let reaches_out = [target_host(client), url]
            .into_iter()
            .flatten()
            .any(|host| !is_loopback(&host));
        let far = match (&client.host, &manager.host) {
            (Some(_), Some(_)) => !client.shares_host(manager),
            _ => reaches_out,
        };
        far.then(|| {
            let message =
                format!("the Thrift server listens on {own} only, where others do not reach it");
            Found::new(message)
                .at(manager, SERVER_HOST)
                .place_of(client, CLIENT)
        })
    })
}

fn target_on_loopback(deployment: &Deployment) -> Vec<Found> {
    pairs(deployment, |client, manager| {
        let host = client.text(SERVER_HOST).filter(|host| is_loopback(host))?;
        let url = client.text(URL).and_then(Address::of);
        let far = match (&client.host, &manager.host) {
            (Some(_), Some(_)) => !client.shares_host(manager),
            // Two homes of which nothing else is known may be on one machine.
            _ => url.is_some_and(|url| !is_loopback(&url.host)),
        };
        far.then(|| {
            let message = format!(
                "the Thrift client goes to {host}, and {} is elsewhere",
                manager.name
            );
            Found::new(message)
                .at(client, SERVER_HOST)
                .place_of(client, URL)
        })
    })
}

fn url_without_port(deployment: &Deployment) -> Vec<Found> {
    clients(deployment)
        .filter(|client| {
            client
                .text(URL)
                .is_some_and(|url| url.contains("://") && !has_explicit_port(url))
        })
        .map(|client| {
            Found::new(format!("ThriftClient, and `{URL}` names no port"))
                .at(client, URL)
                .place_of(client, CLIENT)
        })
        .collect()
}

fn ports_differ(deployment: &Deployment) -> Vec<Found> {
    let port = |node: &Node, key: &str| match node.text(key) {
        Some(text) => expanded(node, text).parse().ok(),
        None => Some(DEFAULT_PORT + node.offset()),
    };
    pairs(deployment, |client, manager| {
        // Where the server is off or not reached at all, its port is no matter.
        if manager.flag(ENABLE_SERVER) == Some(false) || manager.behind.is_some() {
            return None;
        }
        let (to, own): (i64, i64) = (port(client, CLIENT_PORT)?, port(manager, SERVER_PORT)?);
        let explained = |node: &Node, key: &str| match node.text(key) {
            Some(text) if !has_placeholder(text) => "as given".to_owned(),
            _ => format!("{DEFAULT_PORT} and the offset {}", node.offset()),
        };
        (to != own).then(|| {
            let message = format!(
                "the Thrift client goes to port {to} ({}), and {} listens on {own} ({})",
                explained(client, CLIENT_PORT),
                manager.name,
                explained(manager, SERVER_PORT)
            );
            let place = |node: &Node, key| match node.text(key) {
                Some(_) => key,
                None => "server.port_offset",
            };
            let at = place(client, CLIENT_PORT);
            let beside = place(manager, SERVER_PORT);
            // A default is nobody's line; what moved the other side is.
            match client.given(at).is_some() {
                true => Found::new(message).at(client, at).place_of(manager, beside),
                false => Found::new(message).place_of(manager, beside).at(client, at),
            }
        })
    })
}

/// What `look` finds for each Thrift client and the Key Managers it means.
fn pairs(deployment: &Deployment, look: impl Fn(&Node, &Node) -> Option<Found>) -> Vec<Found> {
    clients(deployment)
        .flat_map(|client| {
            let managers = targets(deployment, client);
            managers
                .into_iter()
                .filter_map(|manager| look(client, manager))
                .collect::<Vec<_>>()
        })
        .collect()
}
