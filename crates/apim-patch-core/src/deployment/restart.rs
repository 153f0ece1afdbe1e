//! In which order the nodes of a deployment are restarted.

use schemars::JsonSchema;
use serde::Serialize;

use super::Role;
use super::tables::{Deployment, Node};

/// How many waves a group is restarted in, at most: three quarters of it keep
/// working, and forty gateways do not take forty waves.
const WAVES: usize = 4;

/// Nodes that may be restarted at the same time, when those of the steps before
/// are up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RestartStep {
    /// The nodes' profile.
    pub profile: &'static str,
    /// Their names.
    pub nodes: Vec<String>,
}

/// The steps: key managers, traffic managers, publishers, stores, gateways.
///
/// Nodes that do the same work, be it behind one load balancer, are never all
/// in one step, unless there is only one. Nodes whose profile the file does not
/// name are left out.
pub fn restart_order(deployment: &Deployment) -> Vec<RestartStep> {
    let mut steps = Vec::new();
    for role in Role::all() {
        let mut waves: Vec<Vec<String>> = Vec::new();
        for group in groups(deployment, role) {
            let size = group.len().div_ceil(WAVES);
            for (index, wave) in group.chunks(size.max(1)).enumerate() {
                if waves.len() <= index {
                    waves.push(Vec::new());
                }
                waves[index].extend(wave.iter().map(|node| node.name.clone()));
            }
        }
        steps.extend(waves.into_iter().map(|nodes| RestartStep {
            profile: role.profile(),
            nodes,
        }));
    }
    steps
}

/// The nodes of a role, together with those that do the same work: behind one
/// load balancer, or behind none.
fn groups(deployment: &Deployment, role: Role) -> Vec<Vec<&Node>> {
    let mut groups: Vec<(Option<&str>, Vec<&Node>)> = Vec::new();
    let nodes = deployment.nodes.iter();
    for node in nodes.filter(|node| node.role() == Some(role)) {
        let balancer = deployment.behind(node, Some(role));
        let name = balancer.map(|balancer| balancer.name.as_str());
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, group)) => group.push(node),
            None => groups.push((name, vec![node])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}
