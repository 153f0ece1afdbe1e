//! The names that a node calls, with their addresses.

use std::net::IpAddr;

use super::{LoadBalancer, Node, Surroundings};
use crate::diagnostic::{Class, Diagnostic, printable_name};

/// Lines of a hosts file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    /// The addresses with their names, each address once.
    pub lines: Vec<(IpAddr, Vec<String>)>,
    /// What can't be mapped, and why.
    pub warnings: Vec<Diagnostic>,
}

/// The address that a line of a hosts file gives, and the names that it gives it
/// to; `None` for a line that gives none (hosts(5)).
pub(crate) fn mapping(line: &str) -> Option<(IpAddr, impl Iterator<Item = &str>)> {
    let content = line.split('#').next().unwrap_or_default();
    let mut words = content.split_ascii_whitespace();
    Some((words.next()?.parse().ok()?, words))
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
        if let Some(name) = balancer.names().find(|name| name.contains('$')) {
            let message = format!(
                "`{}` can't be mapped: the product fills it in, and a hosts file does not",
                printable_name(name)
            );
            let warning = Diagnostic::warning("no-address", Class::Specification, message);
            let warning = warning.at(balancer.spot.clone(), "");
            hosts.warnings.push(warning.help("write the name itself"));
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
        // An address leads where it leads, and no map says otherwise.
        let is_name = |name: &&str| {
            let bare = name.trim_matches(['[', ']']);
            bare.parse::<IpAddr>().is_err() && !name.contains('$')
        };
        if !balancer.names().any(|name| is_name(&name)) {
            return;
        }
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
        for name in balancer.names().filter(is_name) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::Ports;
    use crate::diagnostic::Spot;

    #[test]
    fn only_names_are_mapped() {
        let balancer = |host_name: &str, console: &str| LoadBalancer {
            name: "front".to_owned(),
            spot: Spot::without_text("cluster.toml", 1, 1),
            host_name: host_name.to_owned(),
            mgt_host_name: Some(console.to_owned()),
            address: Some("192.0.2.5".to_owned()),
            traffic: Ports::default(),
            servlet: Ports::default(),
            websocket: Ports::default(),
        };
        for (host_name, console, text, warnings) in [
            ("gw", "console", "192.0.2.5\tgw console\n", 0),
            ("192.0.2.5", "console", "192.0.2.5\tconsole\n", 0),
            ("192.0.2.5", "2001:db8::5", "", 0),
            ("${carbon.host}", "console", "192.0.2.5\tconsole\n", 1),
        ] {
            let surroundings = Surroundings {
                load_balancers: vec![balancer(host_name, console)],
                nodes: Vec::new(),
                warnings: Vec::new(),
            };
            let hosts = hosts(&surroundings, None);
            assert_eq!(hosts.text(), text, "{host_name}");
            assert_eq!(hosts.warnings.len(), warnings, "{host_name}");
        }
    }
}
