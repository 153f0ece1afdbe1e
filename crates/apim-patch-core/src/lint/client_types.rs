//! How gateways and key managers say that they talk to each other.

use super::finding::{Found, Rule, most_common};
use super::model::{Deployment, Node};
use super::thrift::CLIENT;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "client-types-differ",
        severity: Severity::Warning,
        what: "KeyValidatorClientType is not the same on all gateways and key managers.",
        why: "gateways and key managers are documented to have one KeyValidatorClientType; with \
              two, some gateways call a Key Manager that is not set up for them",
        help: "give all of them the same `key_manager.client`: WSClient behind a load balancer, \
               ThriftClient straight to one Key Manager",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        check: client_types_differ,
    },
    Rule {
        code: "client-type-unknown",
        severity: Severity::Error,
        what: "KeyValidatorClientType is neither WSClient nor ThriftClient.",
        why: "the server takes any word without complaint, and then every key validation fails \
              with a NullPointerException",
        help: "write WSClient or ThriftClient, without blanks around it",
        source: "carbon-apimgt 6.1.66, APIKeyValidatorClientPool, seen by running it",
        check: client_type_unknown,
    },
];

fn client_types_differ(deployment: &Deployment) -> Vec<Found> {
    let all = deployment.gateways().chain(deployment.key_managers());
    let nodes: Vec<(&Node, &str)> = all
        .filter_map(|node| Some((node, client_type(node)?)))
        .collect();
    let Some((usual_node, usual)) = most_common(&nodes, |one, two| one == two) else {
        return Vec::new();
    };
    nodes
        .iter()
        .filter(|(_, own)| own != usual)
        .map(|(node, own)| {
            let message = format!("`{CLIENT}` is {own}, and {usual} on {}", usual_node.name);
            Found::new(message)
                .at(node, CLIENT)
                .place_of(usual_node, CLIENT)
        })
        .collect()
}

/// The client type in effect; absent, it is WSClient.
fn client_type(node: &Node) -> Option<&str> {
    match node.is_absent(CLIENT) {
        true => Some("WSClient"),
        false => node.text(CLIENT),
    }
}

fn client_type_unknown(deployment: &Deployment) -> Vec<Found> {
    let unknown = |node: &&Node| {
        node.text(CLIENT)
            .is_some_and(|own| !matches!(own, "WSClient" | "ThriftClient") && own.trim() == own)
    };
    let nodes = deployment.nodes.iter().filter(unknown);
    nodes
        .map(|node| Found::new(format!("`{CLIENT}` is no client type")).at(node, CLIENT))
        .collect()
}
