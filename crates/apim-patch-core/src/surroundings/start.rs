//! The command that starts each node.

use super::{Node, Rendered, Surroundings};
use crate::deployment::Role;
use crate::diagnostic::printable;
use crate::profile;
use crate::shell::quoted;

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
    let options = profile_options(node.role, node.version);
    let mut command = format!("sh {script} start{options}");
    if node.port_offset.is_none() {
        command.push_str(" -DportOffset=0");
    }
    if node.is_clustered {
        command.push_str(" -Dhazelcast.version.check.enabled=false");
    }
    command.push('\n');
    command
}

/// What tells the start script the profile, with a blank before each option; empty
/// for a gateway that runs all of the product.
pub(crate) fn profile_options(role: Role, version: Option<&str>) -> String {
    let Ok(profile) = profile::find(role.profile()) else {
        return String::new();
    };
    let Some(name) = profile.starts_as else {
        return String::new();
    };
    // AM 2.0.0, Clustering the Gateway: later releases tell it by the profile.
    let worker = match role == Role::GatewayWorker && version == Some("2.0.0") {
        true => " -DworkerNode=true",
        false => "",
    };
    format!(" -Dprofile={name}{worker}")
}

/// A file below the home of a node, which the shell knows where the deployment file
/// does not tell it.
pub(super) fn below_home(node: &Node, file: &str) -> String {
    match &node.home {
        Some(home) => quoted(&format!("{}/{file}", home.trim_end_matches('/'))),
        None => format!("\"$CARBON_HOME\"/{file}"),
    }
}
