//! The names and ports at which a load balancer answers, and for which nodes.

use super::super::{LoadBalancer, Node};
use crate::deployment::address::{
    SECURE_WEB_SOCKET, SERVLET_HTTP, SERVLET_HTTPS, TRAFFIC_HTTP, TRAFFIC_HTTPS, WEB_SOCKET,
};
use crate::deployment::{Placed, Ports, Role};
use crate::diagnostic::{Class, Diagnostic, printable_name};

/// What comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// API calls.
    Traffic,
    /// Consoles, and the services that nodes call.
    Servlet,
    /// Web socket APIs.
    WebSocket,
}

/// One port of a load balancer.
#[derive(Debug)]
pub(super) struct Entry<'s> {
    pub(super) kind: Kind,
    /// Whether it is one with TLS, as is the nodes' port then.
    pub(super) secure: bool,
    pub(super) port: &'s Placed<u16>,
    /// The names by which it is called, in lower case.
    pub(super) names: Vec<String>,
    /// The nodes that it leads to.
    pub(super) nodes: Vec<&'s Node>,
}

impl Kind {
    /// Its key in the deployment file.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Traffic => "traffic",
            Self::Servlet => "servlet",
            Self::WebSocket => "websocket",
        }
    }

    /// What comes in, in a sentence.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Traffic => "API calls",
            Self::Servlet => "consoles and services",
            Self::WebSocket => "web sockets",
        }
    }

    fn ports(self, balancer: &LoadBalancer) -> &Ports {
        match self {
            Self::Traffic => &balancer.traffic,
            Self::Servlet => &balancer.servlet,
            Self::WebSocket => &balancer.websocket,
        }
    }

    fn name(self, balancer: &LoadBalancer) -> &str {
        match self {
            Self::Servlet => balancer.console_name(),
            Self::Traffic | Self::WebSocket => &balancer.host_name,
        }
    }

    /// Of split gateways the workers take API calls and the managers have the
    /// console (AM 2.1.0, Clustering Gateway with rsync); where one half is not
    /// behind the load balancer, the other takes its place.
    fn nodes<'s>(self, all: &[&'s Node]) -> Vec<&'s Node> {
        let without = |other: Role| -> Vec<&'s Node> {
            let all = all.iter().copied();
            all.filter(|node| node.role != other).collect()
        };
        let gateways = |nodes: Vec<&'s Node>| -> Vec<&'s Node> {
            let nodes = nodes.into_iter();
            nodes.filter(|node| node.role.is_gateway()).collect()
        };
        let (first, or) = match self {
            Self::Servlet => (without(Role::GatewayWorker), all.to_vec()),
            Self::Traffic | Self::WebSocket => (
                gateways(without(Role::GatewayManager)),
                gateways(all.to_vec()),
            ),
        };
        if first.is_empty() { or } else { first }
    }
}

impl Entry<'_> {
    /// `http` or `https`.
    pub(super) fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// The port that `node` answers at.
    pub(super) fn port_of(&self, node: &Node) -> u16 {
        node.port(match (self.kind, self.secure) {
            (Kind::Traffic, false) => TRAFFIC_HTTP,
            (Kind::Traffic, true) => TRAFFIC_HTTPS,
            (Kind::Servlet, false) => SERVLET_HTTP,
            (Kind::Servlet, true) => SERVLET_HTTPS,
            (Kind::WebSocket, false) => WEB_SOCKET,
            (Kind::WebSocket, true) => SECURE_WEB_SOCKET,
        })
    }

    /// Whether a client has to come back to the node that it came to first:
    /// sessions are kept by each node on its own.
    pub(super) fn has_sessions(&self) -> bool {
        self.kind == Kind::Servlet && self.nodes.len() > 1
    }
}

/// What a load balancer answers, and the ports that lead nowhere.
pub(super) fn entries<'s>(
    balancer: &'s LoadBalancer,
    nodes: &[&'s Node],
) -> (Vec<Entry<'s>>, Vec<Diagnostic>) {
    let mut entries = Vec::new();
    let mut missing = Vec::new();
    for kind in [Kind::Traffic, Kind::Servlet, Kind::WebSocket] {
        let Ports { plain, secure } = kind.ports(balancer);
        let nodes = kind.nodes(nodes);
        for (port, secure) in [(plain, false), (secure, true)] {
            let Some(port) = port else { continue };
            if nodes.is_empty() {
                missing.push(no_gateway(balancer, kind, port));
                continue;
            }
            entries.push(Entry {
                kind,
                secure,
                port,
                names: vec![normal(kind.name(balancer))],
                nodes: nodes.clone(),
            });
        }
    }
    (entries, missing)
}

/// A name as NGINX compares it.
pub(super) fn normal(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn no_gateway(balancer: &LoadBalancer, kind: Kind, port: &Placed<u16>) -> Diagnostic {
    let message = format!(
        "load balancer `{}` has port {} for {}, and no gateway is behind it",
        printable_name(&balancer.name),
        port.value,
        kind.what()
    );
    Diagnostic::warning("no-gateway-behind", Class::Specification, message)
        .at(port.spot.clone(), "")
        .help(format!("take `{}` out of it", kind.key()))
}
