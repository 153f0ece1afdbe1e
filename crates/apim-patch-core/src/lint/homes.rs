//! Which node is where.

use super::finding::{Found, Rule};
use super::model::{Deployment, Node};
use crate::diagnostic::{Severity, printable_path};

pub(super) const RULES: &[Rule] = &[Rule {
    code: "two-nodes-in-one-home",
    severity: Severity::Error,
    what: "Two nodes have one home on one host.",
    why: "a home holds one configuration: what is applied for one node undoes the other, and only \
          one server can run in it",
    help: "give each node a `home` of its own, or correct the `host` of one of them",
    source: "the deployment file itself",
    check: one_home,
}];

/// Whether both have the same home on the same machine.
pub(super) fn share_home(one: &Node, two: &Node) -> bool {
    one.home.is_some() && one.home == two.home && one.shares_host(two)
}

fn one_home(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for (index, node) in deployment.nodes.iter().enumerate() {
        let earlier = deployment.nodes[..index]
            .iter()
            .find(|other| share_home(node, other));
        if let (Some(earlier), Some(home)) = (earlier, &node.home) {
            let message = format!(
                "the home {} on that host is also {}'s",
                printable_path(home),
                earlier.name
            );
            let found = Found::new(message).node(node);
            all.push(found.spot(earlier.spot.as_ref(), ""));
        }
    }
    all
}
