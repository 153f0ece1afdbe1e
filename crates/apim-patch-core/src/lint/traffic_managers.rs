//! Traffic managers, and who reports to them.

use super::finding::{Found, Rule};
use super::model::{Deployment, Known, Node};
use crate::diagnostic::Severity;

const RECEIVERS: &str = "throttling.traffic_manager.receiver_url_group";
const AUTHENTICATORS: &str = "throttling.traffic_manager.auth_url_group";
const BROKER: &str = "throttling.jms.topic_connection_factory";
const STORE: &str = "databases.WSO2_MB_STORE_DB.url";

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "url-group-not-read",
        severity: Severity::Error,
        what: "The URL groups of the traffic managers stand under the element that this release ignores.",
        why: "2.0.0 and 2.1.0 read them under DataPublisher, 2.2.0 and later under TrafficManager \
              only, whatever the manual prints: throttling events go to the node itself",
        help: "set `throttling.traffic_manager.receiver_url_group` and `.auth_url_group`, which \
               go where the file has them, and take the others away",
        source: "carbon-apimgt 6.1.66 and 6.2.201, APIManagerConfiguration.setThrottleProperties",
        check: not_read,
    },
    Rule {
        code: "url-groups-unequal",
        severity: Severity::Error,
        what: "ReceiverUrlGroup and AuthUrlGroup are of unequal length.",
        why: "each receiver is paired with the authenticator at the same place; with lists of \
              unequal length the data publisher is not created",
        help: "name as many URLs in one as in the other, in the same order and the same braces",
        source: "carbon-analytics-common, DataPublisherUtil.getEndpoints",
        check: unequal,
    },
    Rule {
        code: "message-store-shared",
        severity: Severity::Error,
        what: "Two traffic managers have one message store.",
        why: "the broker of each traffic manager keeps its messages there; two brokers on one \
              store take each other's messages",
        help: "give each traffic manager a WSO2_MB_STORE_DB of its own; the embedded H2 is fine",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 5",
        check: shared_store,
    },
    Rule {
        code: "no-traffic-manager",
        severity: Severity::Warning,
        what: "A deployment has gateways and no traffic manager.",
        why: "nothing is derived for throttling, so that the gateways keep what their homes have; \
              stock homes report to themselves",
        help: "add the traffic managers to `[nodes]`, or set `throttling.traffic_manager` and \
               `throttling.jms` of the gateways",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.6",
        check: none,
    },
];

fn not_read(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for node in &deployment.nodes {
        for unread in &node.unread {
            let message = format!(
                "{} is not read by this release, which has it in {}",
                unread.element, unread.instead
            );
            let found = Found::new(message).spot(unread.spot.as_ref(), "not read");
            all.push(found.node(node));
        }
    }
    all
}

/// How many URLs stand in each group of `{tcp://a:9611|tcp://b:9611},{tcp://c:9611}`.
fn group_sizes(groups: &str) -> Vec<usize> {
    let size = |group: &str| {
        let urls = group.split(['|', ',']);
        urls.filter(|url| !url.trim().is_empty()).count()
    };
    if !groups.contains('{') || groups.contains("${") && !groups.trim_start().starts_with("{") {
        return vec![size(groups)];
    }
    groups
        .split("},")
        .map(|group| size(group.trim().trim_start_matches('{')))
        .collect()
}

fn unequal(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for node in &deployment.nodes {
        let (Some(receivers), Some(authenticators)) =
            (node.text(RECEIVERS), node.text(AUTHENTICATORS))
        else {
            continue;
        };
        let (one, two) = (group_sizes(receivers), group_sizes(authenticators));
        if one != two {
            let count = |sizes: &[usize]| sizes.iter().sum::<usize>();
            let message = match (count(&one), count(&two)) {
                (one, two) if one != two => {
                    format!("{one} receiver URLs, and {two} for authentication")
                }
                _ => "the receiver URLs are grouped in another way than those for authentication"
                    .to_owned(),
            };
            let found = Found::new(message).at(node, AUTHENTICATORS);
            all.push(found.place_of(node, RECEIVERS));
        }
    }
    all
}

fn shared_store(deployment: &Deployment) -> Vec<Found> {
    let nodes: Vec<&Node> = deployment.with_profile(&["traffic-manager"]).collect();
    let mut all = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        // A path in the home is each home's own.
        let Some(url) = node
            .text(STORE)
            .filter(|url| !super::databases::is_embedded(url))
        else {
            continue;
        };
        let earlier = nodes[..index]
            .iter()
            .find(|other| other.text(STORE) == Some(url));
        if let Some(earlier) = earlier {
            let message = format!("`{STORE}` is also the message store of {}", earlier.name);
            all.push(Found::new(message).at(node, STORE).place_of(earlier, STORE));
        }
    }
    all
}

fn none(deployment: &Deployment) -> Vec<Found> {
    if deployment
        .with_profile(&["traffic-manager"])
        .next()
        .is_some()
    {
        return Vec::new();
    }
    // Of homes that were not named, nothing is known.
    let mut untold = deployment
        .gateways()
        .filter(|node| node.known == Known::Given)
        .filter(|node| node.given(RECEIVERS).is_none() && node.given(BROKER).is_none())
        .peekable();
    if untold.peek().is_none() {
        return Vec::new();
    }
    let message = "no traffic manager in the file: throttling stays as the home has it";
    vec![untold.fold(Found::new(message), Found::node)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_groups() {
        for (groups, expect) in [
            ("tcp://tm:9611", vec![1]),
            ("tcp://a:9611,tcp://b:9611", vec![2]),
            ("{tcp://a:9611},{tcp://b:9611}", vec![1, 1]),
            ("{tcp://a:9611},{tcp://b:9611|tcp://c:9611}", vec![1, 2]),
            ("{tcp://a:9611} , {tcp://b:9611}", vec![2]),
            ("tcp://${carbon.local.ip}:${receiver.url.port}", vec![1]),
            ("{tcp://${x}:1},{tcp://${y}:2}", vec![1, 1]),
        ] {
            assert_eq!(group_sizes(groups), expect, "{groups}");
        }
    }
}
