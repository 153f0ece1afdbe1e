//! Ports of nodes on one machine.

use super::finding::{Found, Rule};
use super::model::{Deployment, Node};
use crate::diagnostic::Severity;

const OFFSET: &str = "server.port_offset";

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "ports-collide",
        severity: Severity::Error,
        what: "Two nodes on one host listen on the same port, offsets counted in.",
        why: "the one that starts second can't open the port",
        help: "give one of them a `server.port_offset` of its own, and ports that no offset moves \
               (Thrift when given, Hazelcast) values of their own",
        source: "AM 2.1.0, Changing the Default Ports with Offset; AM 2.6.0, Default Product Ports",
        check: collide,
    },
    Rule {
        code: "offset-in-start-script",
        severity: Severity::Error,
        what: "-DportOffset in the start script is not Ports/Offset of carbon.xml.",
        why: "the start script wins: whoever reads carbon.xml, and every URL that others derive \
              from it, has the wrong ports",
        help: "take -DportOffset out of the start script, or write the same into `server.port_offset`",
        source: "carbon-kernel 4.4.11, CarbonUtils.getPortOffset; carbon.xml, the comment at Offset",
        check: script,
    },
];

/// A port that a node listens on, and the setting that it comes from.
pub(crate) struct Port {
    pub(crate) number: i64,
    pub(crate) what: &'static str,
    pub(crate) key: &'static str,
}

/// The ports that the offset moves: of every node, of gateways, and of traffic
/// managers.
const EVERYBODY: &[(i64, &str)] = &[
    (9443, "HTTPS"),
    (9763, "HTTP"),
    (11111, "RMI"),
    (9999, "JMX"),
];
const GATEWAY: &[(i64, &str)] = &[
    (8243, "API calls over HTTPS"),
    (8280, "API calls over HTTP"),
    (9099, "web sockets"),
    (8099, "web sockets over TLS"),
];
const TRAFFIC_MANAGER: &[(i64, &str)] = &[
    (9611, "throttling events"),
    (9711, "throttling events over TLS"),
    (5672, "the broker"),
    (8672, "the broker over TLS"),
];

/// The ports that a node listens on.
pub(crate) fn ports(node: &Node) -> Vec<Port> {
    let mut tables = vec![EVERYBODY];
    if node.is_gateway() {
        tables.push(GATEWAY);
    }
    if node.profile == Some("traffic-manager") {
        tables.push(TRAFFIC_MANAGER);
    }
    let mut all: Vec<Port> = tables
        .into_iter()
        .flatten()
        .map(|&(number, what)| Port {
            number: number + node.offset(),
            what,
            key: OFFSET,
        })
        .collect();
    if node.profile == Some("key-manager")
        && node.flag("key_manager.thrift.enable_server") == Some(true)
    {
        let given = "key_manager.thrift.server_port";
        all.push(match node.number(given) {
            Some(number) => Port {
                number,
                what: "Thrift",
                key: given,
            },
            None => Port {
                number: 10397 + node.offset(),
                what: "Thrift",
                key: OFFSET,
            },
        });
    }
    let hazelcast = "clustering.local_member_port";
    if node.flag("clustering.enable") == Some(true)
        && let Some(number) = node.number(hazelcast)
    {
        all.push(Port {
            number,
            what: "Hazelcast",
            key: hazelcast,
        });
    }
    all
}

fn collide(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for (index, node) in deployment.nodes.iter().enumerate() {
        for earlier in &deployment.nodes[..index] {
            // Two nodes in one home are told as that.
            if !node.shares_host(earlier) || super::homes::share_home(node, earlier) {
                continue;
            }
            let theirs = ports(earlier);
            let own = ports(node);
            let same: Vec<(&Port, &Port)> = own
                .iter()
                .filter_map(|port| {
                    let at = theirs.iter().find(|other| other.number == port.number)?;
                    Some((port, at))
                })
                .collect();
            let Some((first, at)) = same.first() else {
                continue;
            };
            let more = match same.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            let what = match first.what == at.what {
                true => first.what.to_owned(),
                false => format!("{} and {}", first.what, at.what),
            };
            let message = format!(
                "port {} ({what}){more} is also {}'s, on the same host",
                first.number, earlier.name
            );
            let host = node.host.as_ref().and_then(|host| host.spot.as_ref());
            let found = Found::new(message).about(node);
            // A default port is nobody's line; the host is.
            let found = match node.given(first.key) {
                Some(_) => found.place_of(node, first.key).spot(host, "the host"),
                None => found.spot(host, ""),
            };
            all.push(found.place_of(earlier, at.key));
        }
    }
    all
}

fn script(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for node in &deployment.nodes {
        let Some(script) = &node.script_offset else {
            continue;
        };
        let own = match node.number(OFFSET) {
            Some(own) => own,
            None if node.is_absent(OFFSET) => 0,
            None => continue,
        };
        if own != script.value {
            let message = format!(
                "the start script has -DportOffset={}, and `{OFFSET}` is {own}",
                script.value
            );
            let found = Found::new(message).at(node, OFFSET);
            all.push(found.spot(script.spot.as_ref(), "this one counts"));
        }
    }
    all
}
