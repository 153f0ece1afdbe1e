//! JWT generation.

use super::finding::{Found, Rule};
use super::model::{Deployment, Node};
use crate::diagnostic::Severity;

const ENABLE: &str = "jwt.enable";

pub(super) const RULES: &[Rule] = &[Rule {
    code: "jwt-on-some",
    severity: Severity::Error,
    what: "JWT is on in some but not all gateways and key managers.",
    why: "the Key Manager makes the token and the gateway passes it on; where one of them has it \
          off, some requests reach the back end without the token",
    help: "set `jwt.enable` to the same on every gateway and Key Manager",
    source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1; AM 2.6.0, Deploying WSO2 \
             API-M in a Distributed Setup, step 6.6",
    check: on_some,
}];

fn on_some(deployment: &Deployment) -> Vec<Found> {
    let nodes: Vec<&Node> = deployment
        .gateways()
        .chain(deployment.key_managers())
        .collect();
    let Some(on) = nodes.iter().find(|node| node.flag(ENABLE) == Some(true)) else {
        return Vec::new();
    };
    nodes
        .iter()
        .filter_map(|node| {
            let what = match (node.flag(ENABLE), node.given(ENABLE).is_some()) {
                (Some(true), _) => return None,
                (Some(false), _) => "off",
                (None, true) => "off, because it is absent",
                // Stock homes have it off.
                (None, false) => "not asked for",
            };
            let message = format!("JWT is {what}, and on in {}", on.name);
            let found = Found::new(message);
            let found = match node.given(ENABLE) {
                Some(_) => found.at(node, ENABLE).place_of(on, ENABLE),
                None => found.node(node).place_of(on, ENABLE).doubtful(),
            };
            Some(found)
        })
        .collect()
}
