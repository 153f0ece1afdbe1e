//! The command that starts each node.

use super::shell::below_home;
use super::{Node, Rendered, Surroundings};
use crate::deployment::Role;
use crate::diagnostic::printable;
use crate::profile;

/// The start command of each node, of `only` this one where it is given, in the
/// order in which the nodes are to be started.
///
/// A gateway runs all of the product and has no `-Dprofile` (AM 2.1.0,
/// Distributed Deployment of the Gateway); Hazelcast does not ask for newer
/// releases of itself (AM 2.1.0, Working with Hazelcast Clustering).
pub fn start(surroundings: &Surroundings, only: Option<&Node>) -> Rendered {
    let mut nodes: Vec<&Node> = match only {
        Some(node) => vec![node],
        None => surroundings.nodes.iter().collect(),
    };
    nodes.sort_by_key(|node| node.role);
    let mut text = String::from("# Start one after the other, each when the one before is up.\n");
    if nodes.iter().any(|node| node.port_offset.is_none()) {
        text.push_str(
            "# -DportOffset=0 stands where the deployment file gives a node no port_offset: the URLs of\n\
             # the others count on none, whatever its carbon.xml holds.\n",
        );
    }
    for node in nodes {
        let host = match &node.host {
            Some(host) => format!(", on {}", printable(host)),
            None => String::new(),
        };
        text.push_str(&format!(
            "\n# {} ({}){host}\n",
            printable(&node.name),
            node.role
        ));
        text.push_str(&command(node));
    }
    Rendered {
        name: "start.txt".to_owned(),
        text,
    }
}

fn command(node: &Node) -> String {
    let script = below_home(node, "bin/wso2server.sh");
    let mut command = format!("sh {script} start");
    if let Ok(profile) = profile::find(node.role.profile())
        && let Some(name) = profile.starts_as
    {
        command.push_str(&format!(" -Dprofile={name}"));
        // AM 2.0.0, Clustering the Gateway: later releases tell it by the profile.
        if node.role == Role::GatewayWorker && node.version == Some("2.0.0") {
            command.push_str(" -DworkerNode=true");
        }
    }
    if node.port_offset.is_none() {
        command.push_str(" -DportOffset=0");
    }
    if node.is_clustered {
        command.push_str(" -Dhazelcast.version.check.enabled=false");
    }
    command.push('\n');
    command
}
