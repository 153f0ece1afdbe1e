//! Values that do not count, and tables from which nothing follows.

use super::finding::{Found, Rule};
use super::model::{Content, Deployment};
use crate::catalogue::{self, Kind};
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "padded-value",
        severity: Severity::Error,
        what: "White space stands around a port, a truth value, a word of a list or a host name.",
        why: "the server does not trim: padded `true` is false, a padded client type is none, and \
              with a padded offset the server does not start",
        help: "take the white space away; `apply` does",
        source: "carbon-apimgt, APIManagerConfiguration.readChildElements; seen by running 2.1.0",
        check: padded,
    },
    Rule {
        code: "odd-value",
        severity: Severity::Warning,
        what: "A value of the file is acceptable and hardly what was meant: a member listed twice, blanks around a user.",
        why: "the server takes it as it stands",
        help: "check that this is meant",
        source: "the deployment file itself",
        check: odd,
    },
    Rule {
        code: "load-balancer-without-nodes",
        severity: Severity::Warning,
        what: "No node is behind a load balancer.",
        why: "nothing follows from it: no node has its names or ports",
        help: "set `behind` in the table of the profile or node, or take the load balancer out",
        source: "the deployment file itself",
        check: idle_load_balancers,
    },
    Rule {
        code: "cluster-without-nodes",
        severity: Severity::Warning,
        what: "No node belongs to a cluster.",
        why: "nothing follows from it: no node lists its members",
        help: "set `cluster` in the table of the profile or node, or take the cluster out",
        source: "the deployment file itself",
        check: idle_clusters,
    },
    Rule {
        code: "environment-without-gateways",
        severity: Severity::Warning,
        what: "No gateway serves an environment.",
        why: "publisher and store are given its URLs, and APIs that are published to it reach nobody",
        help: "let `gateways` name the load balancer that gateways are behind, or a gateway",
        source: "the deployment file itself",
        check: idle_environments,
    },
    Rule {
        code: "policy-deployer-is-no-traffic-manager",
        severity: Severity::Error,
        what: "`policy_deployer` names a node that is no traffic manager.",
        why: "the publisher sends throttling policies there, and the node does not take them",
        help: "name a node with the profile traffic-manager",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
        check: policy_deployer,
    },
];

fn padded(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for node in &deployment.nodes {
        for (key, given) in &node.values {
            let Content::Text(text) = &given.content else {
                continue;
            };
            // Around plain text, white space may be meant.
            let is_typed = catalogue::find(key).is_some_and(|(row, _)| {
                !matches!(row.kind, Kind::Text | Kind::BrokerUrl | Kind::Members)
            });
            if is_typed && text.trim() != text {
                let message = format!("white space around the value of `{key}`");
                all.push(Found::new(message).at(node, key));
            }
        }
    }
    all
}

fn odd(deployment: &Deployment) -> Vec<Found> {
    let oddities = deployment.oddities.iter();
    oddities
        .map(|odd| {
            let found = Found::new(odd.message.as_str());
            let labels = odd.labels.iter();
            labels.fold(found, |found, label| {
                found.spot(Some(&label.spot), label.text.as_str())
            })
        })
        .collect()
}

fn idle_load_balancers(deployment: &Deployment) -> Vec<Found> {
    let balancers = deployment.load_balancers.iter();
    let idle = balancers.filter(|balancer| {
        let mut nodes = deployment.nodes.iter();
        !nodes.any(|node| node.behind.as_deref() == Some(&balancer.name))
    });
    idle.map(|balancer| {
        let message = format!("no node is behind load balancer `{}`", balancer.name);
        Found::new(message).spot(balancer.spot.as_ref(), "")
    })
    .collect()
}

fn idle_clusters(deployment: &Deployment) -> Vec<Found> {
    let clusters = deployment.clusters.iter();
    let idle = clusters.filter(|cluster| {
        let mut nodes = deployment.nodes.iter();
        !nodes.any(|node| node.cluster.as_deref() == Some(&cluster.name))
    });
    idle.map(|cluster| {
        let message = format!("no node belongs to the cluster `{}`", cluster.name);
        Found::new(message).spot(cluster.spot.as_ref(), "")
    })
    .collect()
}

fn idle_environments(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for environment in &deployment.environments {
        let Some(gateways) = &environment.gateways else {
            continue;
        };
        let is_served = deployment.gateways().any(|node| {
            node.behind.as_deref() == Some(&gateways.value) || node.name == gateways.value
        });
        if !is_served {
            let message = format!("no gateway serves the environment `{}`", environment.name);
            let spot = gateways.spot.as_ref().or(environment.spot.as_ref());
            all.push(Found::new(message).spot(spot, ""));
        }
    }
    all
}

fn policy_deployer(deployment: &Deployment) -> Vec<Found> {
    let Some(deployer) = &deployment.policy_deployer else {
        return Vec::new();
    };
    let mut managers = deployment.with_profile(&["traffic-manager"]);
    let is_balancer = deployment
        .load_balancers
        .iter()
        .any(|balancer| balancer.name == deployer.value);
    if is_balancer || managers.any(|node| node.name == deployer.value) {
        return Vec::new();
    }
    let message = format!(
        "`policy_deployer` is `{}`, which is no traffic manager",
        deployer.value
    );
    vec![Found::new(message).spot(deployer.spot.as_ref(), "")]
}
