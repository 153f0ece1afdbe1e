//! What the nodes say of the load balancers in front of them.

use super::address::{addresses, expanded, has_placeholder};
use super::finding::{Found, Rule};
use super::model::{Deployment, Environment, LoadBalancer, Node, Placed, Ports};
use crate::catalogue::quoted;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "proxy-port-differs",
        severity: Severity::Error,
        what: "A node's proxyPort is not the servlet port of its load balancer.",
        why: "the server writes proxyPort into the addresses that it gives out, so that redirects \
              and console go to a port on which the load balancer does not answer",
        help: "leave `proxy.http_port` and `proxy.https_port` out, so that they follow from the \
               load balancer's `servlet`, or correct that",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.3; seen by running 2.1.0",
        check: proxy_ports,
    },
    Rule {
        code: "gateway-endpoint-differs",
        severity: Severity::Error,
        what: "An environment's GatewayEndpoint is not where its load balancer, or any gateway, serves API calls.",
        why: "the store shows callers this address, and nobody answers there",
        help: "leave `environments.NAME.endpoint` out, so that it follows from the load \
               balancer's `host_name` and `traffic`, or correct those",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
        check: endpoints,
    },
    Rule {
        code: "host-name-differs",
        severity: Severity::Error,
        what: "A node's HostName or MgtHostName is not that of its load balancer.",
        why: "the node gives out addresses with its host name, which callers can't reach or which \
              reach another node",
        help: "leave `server.host_name` and `server.mgt_host_name` out, so that they follow from \
               the load balancer, or correct it",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.2",
        check: host_names,
    },
    Rule {
        code: "gateways-show-different-ports",
        severity: Severity::Warning,
        what: "Gateways with one host name have different proxy ports.",
        why: "one name is one load balancer, and it has one port for each protocol",
        help: "give all gateways of one host name the same `proxy` ports",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.3",
        check: gateways_ports,
    },
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

/// Each node that is behind a known load balancer.
fn behind(deployment: &Deployment) -> impl Iterator<Item = (&Node, &LoadBalancer)> {
    deployment.nodes.iter().filter_map(|node| {
        let balancer = deployment.load_balancer(node.behind.as_deref()?)?;
        Some((node, balancer))
    })
}

fn proxy_ports(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for (node, balancer) in behind(deployment) {
        let servlet = &balancer.servlet;
        for (key, wanted) in [
            ("proxy.http_port", &servlet.plain),
            ("proxy.https_port", &servlet.tls),
        ] {
            let (Some(wanted), Some(own)) = (wanted, node.number(key)) else {
                continue;
            };
            if own != i64::from(wanted.value) {
                let message = format!(
                    "`{key}` is {own}, and load balancer `{}` has {}",
                    balancer.name, wanted.value
                );
                let found = Found::new(message).at(node, key);
                all.push(found.spot(wanted.spot.as_ref().or(balancer.spot.as_ref()), ""));
            }
        }
    }
    all
}

fn host_names(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for (node, balancer) in behind(deployment) {
        for (key, wanted) in [
            ("server.host_name", &balancer.host_name),
            ("server.mgt_host_name", &balancer.mgt_host_name),
        ] {
            let (Some(wanted), Some(own)) = (wanted, node.text(key)) else {
                continue;
            };
            if !own.eq_ignore_ascii_case(&wanted.value) && !has_placeholder(own) {
                let message = format!(
                    "`{key}` is `{own}`, and load balancer `{}` has `{}`",
                    balancer.name, wanted.value
                );
                let found = Found::new(message).at(node, key);
                all.push(found.spot(wanted.spot.as_ref().or(balancer.spot.as_ref()), ""));
            }
        }
    }
    all
}

fn endpoints(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for node in &deployment.nodes {
        for entry in node.entries("environments", "endpoint") {
            let key = format!("environments.{entry}.endpoint");
            let Some(text) = node.text(&key) else {
                continue;
            };
            let named = deployment
                .environments
                .iter()
                .find(|environment| quoted(&environment.name) == entry);
            let problem = match named.and_then(|named| balancer_of(deployment, named)) {
                Some(balancer) => differs_from(&expanded(node, text), balancer),
                None => serves_nobody(deployment, node, &expanded(node, text)),
            };
            if let Some(problem) = problem {
                let found = Found::new(format!("`{key}` {problem}")).at(node, &key);
                let spot = named.and_then(|named| named.spot.as_ref());
                all.push(found.spot(spot, ""));
            }
        }
    }
    all
}

fn balancer_of<'d>(
    deployment: &'d Deployment,
    environment: &Environment,
) -> Option<&'d LoadBalancer> {
    deployment.load_balancer(&environment.gateways.as_ref()?.value)
}

/// What about an endpoint is not the load balancer's.
fn differs_from(text: &str, balancer: &LoadBalancer) -> Option<String> {
    addresses(text).iter().find_map(|address| {
        if has_placeholder(&address.host) {
            return None;
        }
        if let Some(host) = &balancer.host_name
            && !host.value.eq_ignore_ascii_case(&address.host)
        {
            return Some(format!(
                "goes to `{}`, and load balancer `{}` is `{}`",
                address.host, balancer.name, host.value
            ));
        }
        let ports = match address.scheme.as_str() {
            "http" => balancer.traffic.plain.as_ref(),
            "https" => balancer.traffic.tls.as_ref(),
            _ => None,
        }?;
        let own = address.port_number()?;
        (own != ports.value).then(|| {
            format!(
                "goes to port {own}, and load balancer `{}` takes API calls on {}",
                balancer.name, ports.value
            )
        })
    })
}

/// Without a load balancer at hand, an endpoint must at least bear a name of
/// some gateway. Doubtful only where all gateways say their names.
fn serves_nobody(deployment: &Deployment, node: &Node, text: &str) -> Option<String> {
    // A node that serves API calls itself has its own endpoint.
    node.profile.filter(|_| !node.is_gateway())?;
    let mut names: Vec<&str> = Vec::new();
    for gateway in deployment.gateways() {
        let host = gateway.host.as_ref().map(|host| host.value.as_str());
        names.push(gateway.text("server.host_name")?);
        names.extend(host);
    }
    if names.is_empty() {
        return None;
    }
    let stray = addresses(text).into_iter().find(|address| {
        !has_placeholder(&address.host)
            && !names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&address.host))
    })?;
    Some(format!(
        "goes to `{}`, which is no gateway's host name",
        stray.host
    ))
}

fn gateways_ports(deployment: &Deployment) -> Vec<Found> {
    let gateways: Vec<&Node> = deployment
        .gateways()
        .filter(|node| node.behind.is_none())
        .collect();
    let mut all = Vec::new();
    for (index, node) in gateways.iter().enumerate() {
        for key in ["proxy.http_port", "proxy.https_port"] {
            let earlier = gateways[..index].iter().find(|other| {
                let name = node.text("server.host_name");
                name.is_some() && name == other.text("server.host_name")
            });
            let Some(earlier) = earlier else { continue };
            if let (Some(own), Some(usual)) = (node.number(key), earlier.number(key))
                && own != usual
            {
                let message = format!(
                    "`{key}` is {own}, and {usual} on {} of the same name",
                    earlier.name
                );
                all.push(Found::new(message).at(node, key).place_of(earlier, key));
            }
        }
    }
    all
}

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
        for key in ["proxy.http_port", "proxy.https_port"] {
            let Some(port) = node.number(key) else {
                continue;
            };
            let shared = endpoints.iter().find(|(_, _, list)| {
                list.iter().any(|address| {
                    address.host.eq_ignore_ascii_case(name)
                        && address.port_number().map(i64::from) == Some(port)
                })
            });
            if let Some((publisher, endpoint, _)) = shared {
                let message =
                    format!("`{name}`, port {port}, is for API calls and for the console");
                let found = Found::new(message).at(node, key);
                all.push(found.place_of(publisher, endpoint));
            }
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
