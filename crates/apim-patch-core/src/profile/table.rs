//! The profiles, as data.
//!
//! What they fix is what the product's guides say of each kind of node, and the
//! part of `bin/profileSetup.sh` of 2.5.0 and 2.6.0 that edits config files.

use super::{Fix, Profile, Rule, When};
use crate::catalogue::Literal;

const fn fix(key: &'static str, value: bool, reason: &'static str) -> Fix {
    Fix {
        key,
        value: Literal::Boolean(value),
        when: None,
        reason,
    }
}

/// A setting that follows only where another one has this value.
const fn fix_when(
    key: &'static str,
    value: bool,
    when: (&'static str, Option<&'static str>),
    reason: &'static str,
) -> Fix {
    Fix {
        key,
        value: Literal::Boolean(value),
        when: Some(When {
            key: when.0,
            value: when.1,
        }),
        reason,
    }
}

const NO_THRIFT_SERVER: Fix = fix(
    "key_manager.thrift.enable_server",
    false,
    "only a Key Manager serves key validation itself",
);
const NO_THRIFT_SERVER_ON_A_GATEWAY: Fix = fix(
    "key_manager.thrift.enable_server",
    false,
    "a gateway asks the Key Manager and serves no key validation itself",
);
const PROXY_HTTP: Fix = Fix {
    key: "proxy.http_port",
    value: Literal::Number(80),
    when: None,
    reason: "callers see the load balancer's HTTP port",
};
const PROXY_HTTPS: Fix = Fix {
    key: "proxy.https_port",
    value: Literal::Number(443),
    when: None,
    reason: "callers see the load balancer's HTTPS port",
};
const NO_EVENT_PUBLISHER: Fix = fix(
    "jms.event_publisher",
    false,
    "the Traffic Manager publishes throttling events, a gateway only listens",
);
const NO_POLICIES_FROM_A_GATEWAY: Fix = fix(
    "throttling.policy_deployer.enable",
    false,
    "the Publisher sends throttling policies to the Traffic Manager, a gateway does not",
);
const NO_POLICIES: Fix = fix(
    "throttling.policy_deployer.enable",
    false,
    "the Publisher alone sends throttling policies to the Traffic Manager",
);
const NO_EVENTS: Fix = fix(
    "throttling.data_publisher.enable",
    false,
    "it handles no API calls, so that it has no throttling events to send",
);
const NO_DECISIONS: Fix = fix(
    "throttling.jms.enable",
    false,
    "it handles no API calls, so that it needs no throttling decisions",
);
const NO_BLOCKING: Fix = fix(
    "throttling.block_condition.enable",
    false,
    "it handles no API calls, so that it blocks none",
);
const NO_WS: Fix = fix(
    "transport.ws",
    false,
    "only gateways call WebSocket back ends",
);
const NO_WSS: Fix = fix(
    "transport.wss",
    false,
    "only gateways call WebSocket back ends",
);

/// What the Thrift client of a node can't do without.
const THRIFT_CLIENT: Rule = Rule {
    key: "key_manager.client",
    value: "ThriftClient",
    requires: &["key_manager.thrift.server_host"],
    explicit_ports: &["key_manager.server_url"],
    reason: "the Thrift client takes its target from them and knows no default port",
};

/// The profiles that can be asked for.
pub const PROFILES: &[Profile] = &[
    Profile {
        name: "gateway",
        aliases: &[],
        starts_as: None,
        doc: "Receives the API calls. Every node is manager and worker, and the nodes share their \
              file system.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway; \
                 AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.6",
        requires: &[
            "key_manager.server_url",
            "key_manager.client",
            "server.host_name",
            "server.mgt_host_name",
        ],
        fixes: &[
            NO_THRIFT_SERVER_ON_A_GATEWAY,
            PROXY_HTTP,
            PROXY_HTTPS,
            NO_EVENT_PUBLISHER,
            NO_POLICIES_FROM_A_GATEWAY,
        ],
        rules: &[THRIFT_CLIENT],
    },
    Profile {
        name: "gateway-manager",
        aliases: &[],
        starts_as: Some("gateway-manager"),
        doc: "Takes the APIs that are published and hands them to the workers, where gateways do \
              not share their file system. It has a console, and can serve calls as well.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway; AM 2.6.0, Distributed Deployment \
                 of the Gateway with rsync",
        requires: &[
            "key_manager.server_url",
            "key_manager.client",
            "server.host_name",
            "server.mgt_host_name",
        ],
        fixes: &[
            NO_THRIFT_SERVER_ON_A_GATEWAY,
            PROXY_HTTP,
            PROXY_HTTPS,
            NO_EVENT_PUBLISHER,
            NO_POLICIES_FROM_A_GATEWAY,
        ],
        rules: &[THRIFT_CLIENT],
    },
    Profile {
        name: "gateway-worker",
        aliases: &[],
        starts_as: Some("gateway-worker"),
        doc: "Receives the API calls, and gets its APIs from a gateway-manager. It has no console. \
              Start it with -Dprofile=gateway-worker.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway; AM 2.6.0, Distributed Deployment \
                 of the Gateway with rsync; AM 2.6.0, bin/profileSetup.sh",
        requires: &[
            "key_manager.server_url",
            "key_manager.client",
            "server.host_name",
        ],
        fixes: &[
            NO_THRIFT_SERVER_ON_A_GATEWAY,
            PROXY_HTTP,
            PROXY_HTTPS,
            NO_EVENT_PUBLISHER,
            NO_POLICIES_FROM_A_GATEWAY,
            fix(
                "indexing.enable",
                false,
                "nobody searches the registry of a gateway that has no console",
            ),
        ],
        rules: &[THRIFT_CLIENT],
    },
    Profile {
        name: "key-manager",
        aliases: &["api-key-manager"],
        starts_as: Some("api-key-manager"),
        doc: "Issues tokens and validates them. It may be an Identity Server that has been made a \
              Key Manager. Start an API Manager with -Dprofile=api-key-manager.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.2; \
                 AM 2.6.0, bin/profileSetup.sh",
        requires: &["key_manager.client"],
        fixes: &[
            fix_when(
                "key_manager.thrift.enable_server",
                true,
                ("key_manager.client", Some("ThriftClient")),
                "gateways ask this Key Manager over Thrift",
            ),
            fix_when(
                "key_manager.thrift.enable_server",
                false,
                ("key_manager.client", Some("WSClient")),
                "behind a load balancer, which can't carry Thrift, nobody asks over it",
            ),
            NO_EVENTS,
            NO_POLICIES,
            NO_DECISIONS,
            NO_WS,
            NO_WSS,
        ],
        rules: &[Rule {
            key: "key_manager.client",
            value: "ThriftClient",
            requires: &["key_manager.thrift.server_host"],
            explicit_ports: &[],
            reason: "the Thrift server listens there, and on a stock home on localhost alone",
        }],
    },
    Profile {
        name: "publisher",
        aliases: &["api-publisher"],
        starts_as: Some("api-publisher"),
        doc: "Where APIs are designed and published. Start it with -Dprofile=api-publisher.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3; \
                 AM 2.6.0, bin/profileSetup.sh",
        requires: &["environments.*.server_url"],
        fixes: &[
            NO_THRIFT_SERVER,
            fix_when(
                "store.display_url",
                true,
                ("store.url", None),
                "the Publisher links to the Store only where its address is known",
            ),
            NO_EVENTS,
            fix(
                "throttling.policy_deployer.enable",
                true,
                "the Publisher sends throttling policies to the Traffic Manager",
            ),
            NO_BLOCKING,
            NO_DECISIONS,
            NO_WS,
            NO_WSS,
        ],
        rules: &[],
    },
    Profile {
        name: "store",
        aliases: &["api-store"],
        starts_as: Some("api-store"),
        doc: "Where developers find APIs and subscribe to them. Start it with -Dprofile=api-store.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.4; \
                 AM 2.6.0, bin/profileSetup.sh",
        requires: &["key_manager.server_url", "key_manager.client"],
        fixes: &[
            NO_THRIFT_SERVER,
            NO_EVENTS,
            NO_POLICIES,
            NO_BLOCKING,
            NO_DECISIONS,
            NO_WS,
            NO_WSS,
        ],
        rules: &[THRIFT_CLIENT],
    },
    Profile {
        name: "traffic-manager",
        aliases: &[],
        starts_as: Some("traffic-manager"),
        doc: "Decides which calls are throttled. Its axis2.xml and registry.xml become those that \
              the product brings along for it. Start it with -Dprofile=traffic-manager.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.5; \
                 AM 2.6.0, bin/profileSetup.sh",
        requires: &[],
        fixes: &[
            NO_THRIFT_SERVER,
            fix(
                "jms.event_publisher",
                true,
                "the Traffic Manager publishes throttling events",
            ),
            NO_WS,
            NO_WSS,
            fix(
                "traffic_manager.axis2",
                true,
                "a Traffic Manager has no gateway's transports",
            ),
            fix(
                "traffic_manager.registry",
                true,
                "a Traffic Manager has no APIs in its registry",
            ),
            fix(
                "indexing.enable",
                false,
                "nobody searches the registry of a Traffic Manager",
            ),
        ],
        rules: &[],
    },
];
