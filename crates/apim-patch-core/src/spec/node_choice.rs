//! Which node of a deployment is the one at hand.

use std::net::IpAddr;
use std::path::Path;

use super::Choice;
use crate::catalogue::nearest;
use crate::deployment::Node;
use crate::diagnostic::{Class, Diagnostic, printable_name, printable_path};

/// What a node's `host` may be on this machine.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// Its names.
    pub names: Vec<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

/// The error for a node that there is none of: the name that was meant, or
/// what there is.
pub(crate) fn unknown_node<'n>(
    message: String,
    name: &str,
    names: impl Iterator<Item = &'n str>,
    what_there_is: String,
) -> Diagnostic {
    let unknown = Diagnostic::error("unknown-node", Class::Specification, message);
    unknown.help(match nearest(name, names) {
        Some(meant) => format!("did you mean `{}`?", printable_name(meant)),
        None => what_there_is,
    })
}

/// The node of that name, or the one that is at hand. `file` is the file's name
/// in messages.
pub(super) fn pick<'f>(
    nodes: &'f [Node],
    file: &str,
    choice: &Choice<'_>,
) -> Result<&'f Node, Diagnostic> {
    if let Some(name) = choice.node {
        return nodes.iter().find(|node| node.name == name).ok_or_else(|| {
            let message = format!("{} has no node `{}`", file, printable_name(name));
            let names = nodes.iter().map(|node| node.name.as_str());
            unknown_node(message, name, names, list(nodes))
        });
    }
    let here: Vec<_> = nodes
        .iter()
        .filter(|node| {
            node.host
                .as_ref()
                .is_some_and(|host| choice.machine.is(&host.value))
        })
        .filter(|node| {
            node.home
                .as_deref()
                .is_none_or(|home| same_folder(home, choice.home))
        })
        .collect();
    let found = match here[..] {
        [node] => return Ok(node),
        [] => "no node",
        _ => "more than one node",
    };
    let message = format!(
        "{} has {found} for this machine and {}",
        file,
        printable_path(choice.home)
    );
    let listed = if here.is_empty() {
        list(nodes)
    } else {
        list(here)
    };
    Err(
        Diagnostic::error("node-not-told", Class::Specification, message)
            .help("choose one with --node NAME")
            .help(listed),
    )
}

fn list<'n>(nodes: impl IntoIterator<Item = &'n Node>) -> String {
    let nodes: Vec<_> = nodes
        .into_iter()
        .map(|node| {
            let mut place: Vec<String> = Vec::new();
            place.extend(
                node.host
                    .as_ref()
                    .map(|host| format!("host {}", printable_name(&host.value))),
            );
            place.extend(
                node.home
                    .as_deref()
                    .map(|home| format!("home {}", printable_path(home))),
            );
            match place.is_empty() {
                true => printable_name(&node.name),
                false => format!("{} ({})", printable_name(&node.name), place.join(", ")),
            }
        })
        .collect();
    match nodes.is_empty() {
        true => "its `[nodes]` is empty".into(),
        false => format!("nodes: {}", nodes.join("; ")),
    }
}

impl Machine {
    pub(crate) fn is(&self, host: &str) -> bool {
        match host.parse::<IpAddr>() {
            Ok(address) => self.addresses.contains(&address),
            Err(_) => self
                .names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(host)),
        }
    }
}

fn same_folder(one: &Path, other: &Path) -> bool {
    one == other
        || match (one.canonicalize(), other.canonicalize()) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
}
