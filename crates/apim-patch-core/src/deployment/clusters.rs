//! Hazelcast clusters.

use std::collections::HashSet;

use super::Role;
use super::address::{SERVLET_HTTP, SERVLET_HTTPS, Text};
use super::derived::Derived;
use super::tables::{Cluster, Node};
use super::view::View;
use crate::catalogue::Literal;
use crate::diagnostic::printable_name;
use crate::spec::{Requested, Value};

/// The port of a cluster that names none, as in stock homes.
const DEFAULT_PORT: u16 = 4000;

const LOCAL_HOST: &str = "clustering.local_member_host";
const LOCAL_PORT: &str = "clustering.local_member_port";

/// Adds the cluster of the node at hand.
pub(super) fn derive(derived: &mut Derived<'_>) {
    let view = derived.view;
    let Some(cluster) = view.cluster(view.node) else {
        return;
    };
    derived.set_flag("clustering.enable", true, cluster.cause());
    derived.set(
        "clustering.membership_scheme",
        Text::new("wka"),
        cluster.cause(),
    );
    if let Some(domain) = &cluster.domain {
        let domain = Text::default().then_value(&domain.value);
        derived.set("clustering.domain", domain, cluster.cause());
    }
    members(derived, cluster);
    roles(derived, cluster);
}

fn members<'d>(derived: &mut Derived<'d>, cluster: &'d Cluster) {
    let view = derived.view;
    let mut members = Text::default();
    let mut count = 0;
    for (node, port) in ports(view) {
        let own = view.cluster(node);
        if !own.is_some_and(|own| std::ptr::eq(own, cluster)) {
            continue;
        }
        let Some(port) = port else {
            let message = format!(
                "no port is left for node `{}` in cluster `{}`",
                printable_name(&node.name),
                printable_name(&cluster.name)
            );
            derived.error("no-port-left", message, |error| {
                error.at(node.spot.clone(), "").help(format!(
                    "give the cluster a lower `port`, or the node its `{LOCAL_PORT}`"
                ))
            });
            continue;
        };
        let Some(host) = member_host(derived, node) else {
            continue;
        };
        if view.is_here(node) {
            let host = Text::default().then_value(&host);
            derived.set(LOCAL_HOST, host, cluster.cause());
            derived.set(LOCAL_PORT, Text::new(port), cluster.cause());
        }
        if count > 0 {
            members = members.then(',');
        }
        members = members.then_host(&host).then(format_args!(":{port}"));
        count += 1;
    }
    if count > 0 {
        derived.set("clustering.members", members, cluster.cause());
    }
}

/// The address that a member listens on: as it is told, or its host.
fn member_host<'d>(derived: &mut Derived<'d>, node: &'d Node) -> Option<Value> {
    let told = derived.view.told(node, LOCAL_HOST, None);
    match told.map(|setting| &setting.requested) {
        Some(Requested::Value(value)) => Some(value.clone()),
        _ => {
            let host = derived.host(node)?;
            Some(Value::Literal(Literal::Text(host.to_owned())))
        }
    }
}

/// The member port of every node of the deployment that belongs to a cluster.
/// The port offset does not move it. Of several nodes on one host each gets the
/// next port that none before it has, in the order of the file, so that all
/// nodes come to the same.
fn ports(view: View<'_>) -> Vec<(&Node, Option<u16>)> {
    let nodes = view.deployment.nodes.iter();
    let members: Vec<_> = nodes
        .filter_map(|node| Some((node, view.cluster(node)?)))
        .collect();
    let host = |node: &Node| {
        let host = node.host.as_ref();
        host.map_or_else(|| node.name.clone(), |host| host.value.to_ascii_lowercase())
    };
    let told = |node| match view.told_literal(node, LOCAL_PORT) {
        Some(Literal::Number(port)) => u16::try_from(*port).ok(),
        _ => None,
    };
    let mut taken: HashSet<(String, u16)> = members
        .iter()
        .filter_map(|(node, _)| Some((host(node), told(node)?)))
        .collect();
    let port_of = |(node, cluster): (_, &Cluster)| {
        let port = told(node).or_else(|| {
            let first = cluster
                .port
                .as_ref()
                .map_or(DEFAULT_PORT, |port| port.value);
            (first..=u16::MAX).find(|port| taken.insert((host(node), *port)))
        });
        (node, port)
    };
    members.into_iter().map(port_of).collect()
}

/// Which of split gateways is which, and by which ports the manager's callers
/// reach it.
fn roles(derived: &mut Derived<'_>, cluster: &Cluster) {
    let view = derived.view;
    match view.role {
        Some(Role::GatewayWorker) => {
            derived.set(
                "clustering.sub_domain",
                Text::new("worker"),
                cluster.cause(),
            );
        }
        Some(Role::GatewayManager) => {
            derived.set("clustering.sub_domain", Text::new("mgt"), cluster.cause());
            let Some(balancer) = view.behind(view.node) else {
                return;
            };
            for (port, default) in [
                (&balancer.servlet.plain, SERVLET_HTTP),
                (&balancer.servlet.secure, SERVLET_HTTPS),
            ] {
                if let Some(port) = port {
                    derived.set_entry(
                        "clustering.port_mapping.*",
                        Some(&port.value.to_string()),
                        Text::new(view.port(view.node, default)),
                        balancer.cause(),
                    );
                }
            }
        }
        _ => {}
    }
}
