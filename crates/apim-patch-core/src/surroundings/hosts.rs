//! The names that a node calls, with their addresses.

use std::net::IpAddr;

use super::{LoadBalancer, Node, Surroundings};
use crate::diagnostic::{Class, Diagnostic};

/// Lines of a hosts file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    /// The addresses with their names, each address once.
    pub lines: Vec<(IpAddr, Vec<String>)>,
    /// What can't be mapped, and why.
    pub warnings: Vec<Diagnostic>,
}

/// The load balancers' names that `node` calls or is called by; without a node,
/// all of them, for a machine from which the deployment is used.
///
/// A name must lead to the load balancer on the nodes behind it, too (AM 2.1.0,
/// Distributed Deployment of the Gateway, `/etc/hosts`).
pub fn hosts(surroundings: &Surroundings, node: Option<&Node>) -> Hosts {
    let mut hosts = Hosts {
        lines: Vec::new(),
        warnings: Vec::new(),
    };
    for (place, balancer) in surroundings.load_balancers.iter().enumerate() {
        if node.is_some_and(|node| !node.calls.contains(&place)) {
            continue;
        }
        match address(balancer) {
            Ok(address) => hosts.add(address, balancer),
            Err(warning) => hosts.warnings.push(warning),
        }
    }
    hosts
}

fn address(balancer: &LoadBalancer) -> Result<IpAddr, Diagnostic> {
    let names: Vec<_> = balancer.names().map(|name| format!("`{name}`")).collect();
    let names = names.join(" and ");
    let message = match &balancer.address {
        Some(text) => match text.trim_matches(['[', ']']).parse() {
            Ok(address) => return Ok(address),
            Err(_) => format!("{names} can't be mapped to `{text}`, which is a name itself"),
        },
        None => format!("{names} can't be mapped: nothing tells their address"),
    };
    let help =
        "give the load balancer its `address`, or make sure that the resolver knows its names";
    Err(
        Diagnostic::warning("no-address", Class::Specification, message)
            .at(balancer.spot.clone(), "")
            .help(help),
    )
}

impl Hosts {
    fn add(&mut self, address: IpAddr, balancer: &LoadBalancer) {
        let known = self.lines.iter_mut().find(|(known, _)| *known == address);
        let names = match known {
            Some((_, names)) => names,
            None => {
                self.lines.push((address, Vec::new()));
                match self.lines.last_mut() {
                    Some((_, names)) => names,
                    None => return,
                }
            }
        };
        for name in balancer.names() {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name.to_owned());
            }
        }
    }

    /// The lines, as they stand in a hosts file.
    pub fn text(&self) -> String {
        let line =
            |(address, names): &(IpAddr, Vec<String>)| format!("{address}\t{}\n", names.join(" "));
        self.lines.iter().map(line).collect()
    }
}
