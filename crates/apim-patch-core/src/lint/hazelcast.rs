//! Hazelcast clusters, and what relies on them.

use super::address::{is_loopback, is_range, members, names};
use super::finding::{Found, Rule};
use super::model::{Deployment, Known, Node};
use crate::diagnostic::{Severity, printable_name};

const ENABLE: &str = "clustering.enable";
const SCHEME: &str = "clustering.membership_scheme";
const DOMAIN: &str = "clustering.domain";
const HOST: &str = "clustering.local_member_host";
const PORT: &str = "clustering.local_member_port";
const MEMBERS: &str = "clustering.members";
const SYNCHRONIZER: &str = "deployment_synchronizer.enable";

const SOURCE: &str = "AM 2.6.0, Working with Hazelcast Clustering";

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "cluster-of-one",
        severity: Severity::Warning,
        what: "A node's list of well-known members has one member.",
        why: "when that member is down, a starting node finds nobody and forms a cluster of its \
              own; if it is the node itself, the node never finds another. Two nodes that list \
              each other find each other, and a third finds only one of them",
        help: "list at least two members in `clustering.members`",
        source: SOURCE,
        check: of_one,
    },
    Rule {
        code: "member-is-no-node",
        severity: Severity::Error,
        what: "A well-known member is no node of the deployment.",
        why: "nobody answers there; if no member answers, a starting node is alone in its cluster",
        help: "list host and `clustering.local_member_port` of nodes in the same cluster",
        source: SOURCE,
        check: no_node,
    },
    Rule {
        code: "member-twice",
        severity: Severity::Warning,
        what: "A well-known member is listed twice.",
        why: "it counts once, so that there are fewer members than there seem to be, or another \
              one was meant",
        help: "correct the second one, or take it out",
        source: SOURCE,
        check: twice,
    },
    Rule {
        code: "member-on-loopback",
        severity: Severity::Error,
        what: "A node's localMemberHost, or a member that it lists, is a loopback address.",
        why: "the other members are told that address and look for the node on themselves",
        help: "set `clustering.local_member_host` to an address that the other nodes reach",
        source: SOURCE,
        check: loopback,
    },
    Rule {
        code: "cluster-of-unlike-profiles",
        severity: Severity::Error,
        what: "Nodes of unlike profiles have one clustering domain.",
        why: "nodes of one domain share caches and send each other deployment messages that only \
              their own kind understands",
        help: "give gateways, key managers and traffic managers a `clustering.domain` each; \
               publisher and store share one",
        source: "AM 2.6.0, Working with Hazelcast Clustering; official node configurations",
        check: unlike,
    },
    Rule {
        code: "synchronizer-without-cluster",
        severity: Severity::Error,
        what: "The Deployment Synchronizer is on, and Hazelcast clustering is off.",
        why: "the manager tells the workers to fetch what changed over the cluster; without it, \
              they never do",
        help: "set `clustering.enable` to true, or `deployment_synchronizer.enable` to false",
        source: "carbon-kernel, DeploymentSynchronizer; AM 2.1.0, Deployment Synchronizer",
        check: synchronizer,
    },
];

fn clustered(deployment: &Deployment) -> impl Iterator<Item = &Node> {
    let nodes = deployment.nodes.iter();
    nodes.filter(|node| node.flag(ENABLE) == Some(true))
}

/// Those that start from the members they list.
fn with_members(deployment: &Deployment) -> impl Iterator<Item = (&Node, &str)> {
    clustered(deployment)
        .filter(|node| node.text(SCHEME).is_none_or(|scheme| scheme == "wka"))
        .filter_map(|node| Some((node, node.text(MEMBERS)?)))
}

fn of_one(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for (node, list) in with_members(deployment) {
        let list = members(list);
        let [(host, _)] = list.as_slice() else {
            continue;
        };
        if is_range(host) {
            continue;
        }
        let own = node.host.as_ref().map(|host| host.value.as_str());
        let is_own = [own, node.text(HOST)]
            .into_iter()
            .flatten()
            .any(|own| names(host, own));
        let message = match is_own {
            true => format!("`{MEMBERS}` lists the node itself and nobody else"),
            false => format!("`{MEMBERS}` lists {} only", printable_name(host)),
        };
        all.push(Found::new(message).at(node, MEMBERS));
    }
    all
}

fn no_node(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for (node, list) in with_members(deployment) {
        let cluster: Vec<&Node> = clustered(deployment)
            .filter(|other| other.text(DOMAIN) == node.text(DOMAIN))
            .collect();
        let is_node = |host: &str, port: Option<u16>| {
            cluster.iter().any(|other| {
                let own = other.host.as_ref().map(|host| host.value.as_str());
                let is_host = [own, other.text(HOST)]
                    .into_iter()
                    .flatten()
                    .any(|own| names(host, own));
                let is_port = match (port, other.number(PORT)) {
                    (Some(port), Some(own)) => i64::from(port) == own,
                    _ => true,
                };
                is_host && is_port
            })
        };
        let list = members(list);
        let strays: Vec<_> = list
            .iter()
            .filter(|(host, port)| !is_loopback(host) && !is_node(host, *port))
            .collect();
        // Homes that were not named may be members, and nodes whose host
        // nobody knows may be the ones.
        let is_certain = cluster
            .iter()
            .all(|other| other.known == Known::Given && other.host.is_some());
        let is_doubtful = cluster.len() > 1 && strays.len() < list.len();
        for (host, port) in strays {
            let port = port.map_or(String::new(), |port| format!(":{port}"));
            let host = printable_name(host);
            let message = format!("the member {host}{port} is no node of this cluster");
            let found = Found::new(message).at(node, MEMBERS);
            match (is_certain, is_doubtful) {
                (true, _) => all.push(found),
                (false, true) => all.push(found.doubtful()),
                (false, false) => {}
            }
        }
    }
    all
}

fn twice(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for node in &deployment.nodes {
        let list = members(node.text(MEMBERS).unwrap_or_default());
        for (index, (host, port)) in list.iter().enumerate() {
            let own = i64::from(port.unwrap_or_default());
            let port = match port {
                Some(_) => own,
                None => node.number(PORT).unwrap_or_default(),
            };
            let again = list[..index].iter().any(|(other, other_port)| {
                let other_port = match other_port {
                    Some(port) => i64::from(*port),
                    None => node.number(PORT).unwrap_or_default(),
                };
                other.eq_ignore_ascii_case(host) && other_port == port
            });
            if again {
                let message = format!("the member {}:{port} is listed twice", printable_name(host));
                all.push(Found::new(message).at(node, MEMBERS));
            }
        }
    }
    all
}

fn loopback(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for node in clustered(deployment) {
        if let Some(host) = node.text(HOST).filter(|host| is_loopback(host)) {
            let message = format!("clustering is on, and `{HOST}` is {host}");
            all.push(Found::new(message).at(node, HOST));
        }
    }
    for (node, list) in with_members(deployment) {
        let list = members(list);
        if let Some((host, _)) = list.iter().find(|(host, _)| is_loopback(host)) {
            let message = format!("clustering is on, and the member {host} is the node itself");
            all.push(Found::new(message).at(node, MEMBERS));
        }
    }
    all
}

/// Nodes of one kind may share a cluster.
fn kind(profile: &str) -> &str {
    match profile {
        "publisher" | "store" => "publisher and store",
        profile if profile.starts_with("gateway") => "gateway",
        profile => profile,
    }
}

fn unlike(deployment: &Deployment) -> Vec<Found> {
    // In a cloud, members are found by services or tags, and not by the domain.
    let by_domain = |node: &&Node| {
        let scheme = node.text(SCHEME);
        scheme.is_none_or(|scheme| matches!(scheme, "wka" | "multicast"))
    };
    let nodes: Vec<(&Node, &str, &str)> = clustered(deployment)
        .filter(by_domain)
        .filter_map(|node| Some((node, node.text(DOMAIN)?, kind(node.profile?))))
        .collect();
    let mut all = Vec::new();
    for (index, (node, domain, own)) in nodes.iter().enumerate() {
        let first = nodes[..index].iter().find(|(_, other, _)| other == domain);
        if let Some((first, _, usual)) = first
            && usual != own
        {
            let domain = printable_name(domain);
            let message = format!(
                "a {own} in the domain `{domain}` of {}, which is a {usual}",
                first.name
            );
            all.push(Found::new(message).at(node, DOMAIN).place_of(first, DOMAIN));
        }
    }
    all
}

fn synchronizer(deployment: &Deployment) -> Vec<Found> {
    deployment
        .nodes
        .iter()
        .filter(|node| node.flag(SYNCHRONIZER) == Some(true))
        .filter_map(|node| {
            let found = |what| {
                Found::new(format!(
                    "the Deployment Synchronizer is on, and clustering is {what}"
                ))
                .at(node, SYNCHRONIZER)
            };
            match (node.flag(ENABLE), node.given(ENABLE).is_some()) {
                (Some(true), _) => None,
                (_, true) => Some(found("off").place_of(node, ENABLE)),
                // Stock homes have it off.
                (_, false) => Some(found("not asked for").doubtful()),
            }
        })
        .collect()
}
