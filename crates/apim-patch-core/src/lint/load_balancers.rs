//! What the nodes say of the load balancers in front of them.

use super::address::has_placeholder;
use super::finding::{Found, Rule};
use super::model::{Deployment, LoadBalancer, Node};
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
