//! The applications that a node of a profile can do without, as the product's
//! own profile optimiser sees it (`bin/profileSetup.sh` of API-M 2.5.0 and
//! 2.6.0).

/// What a profile keeps of the applications, and what else it can do without.
/// In a name, `*` stands for any characters, once.
#[derive(Debug, PartialEq, Eq)]
pub struct Apps {
    /// Names of web archives that stay.
    pub webapps: &'static [&'static str],
    /// Names of Jaggery applications that stay.
    pub jaggeryapps: &'static [&'static str],
    /// Whether the web socket endpoints of the gateway go.
    pub web_socket_endpoints: bool,
    /// Whether the gateway's Synapse configuration goes.
    pub synapse_configs: bool,
}

/// Web archives, beside the directories they are unpacked to.
pub(crate) const WEBAPPS: &str = "repository/deployment/server/webapps";
/// Jaggery applications, a directory each.
pub(crate) const JAGGERYAPPS: &str = "repository/deployment/server/jaggeryapps";
/// The gateway's own APIs, sequences and endpoints.
pub(crate) const SYNAPSE_CONFIGS: &str = "repository/deployment/server/synapse-configs/default";
/// Where the web socket endpoints are, in [`SYNAPSE_CONFIGS`].
pub(crate) const INBOUND_ENDPOINTS: &str = "inbound-endpoints";
/// Their files.
pub(crate) const WEB_SOCKET_ENDPOINTS: &[&str] = &[
    "WebSocketInboundEndpoint.xml",
    "SecureWebSocketInboundEndpoint.xml",
];
/// What stays of the Synapse configuration.
pub(crate) const SYNAPSE_KEPT: &str = "synapse.xml";

/// The applications of a profile; `None` for one that needs all of them.
///
/// ```
/// use apim_patch_core::catalogue::apps;
///
/// assert!(apps("gateway").is_none());
/// assert_eq!(apps("store").unwrap().jaggeryapps, ["store"]);
/// ```
pub fn apps(profile: &str) -> Option<&'static Apps> {
    PROFILES
        .iter()
        .find(|(name, _)| *name == profile)
        .map(|(_, apps)| apps)
}

const PROFILES: &[(&str, Apps)] = &[
    (
        "key-manager",
        Apps {
            webapps: &[
                "client-registration#v*.war",
                "authenticationendpoint.war",
                "oauth2.war",
                "throttle#data#v*.war",
                "api#identity#consent-mgt#v*.war",
            ],
            jaggeryapps: &[],
            web_socket_endpoints: true,
            synapse_configs: true,
        },
    ),
    (
        "publisher",
        Apps {
            webapps: &["api#am#publisher#v*.war"],
            jaggeryapps: &["admin", "publisher"],
            web_socket_endpoints: true,
            synapse_configs: false,
        },
    ),
    (
        "store",
        Apps {
            webapps: &["api#am#store#v*.war"],
            jaggeryapps: &["store"],
            web_socket_endpoints: true,
            synapse_configs: false,
        },
    ),
    (
        "traffic-manager",
        Apps {
            webapps: &[],
            jaggeryapps: &[],
            web_socket_endpoints: true,
            synapse_configs: true,
        },
    ),
    (
        "gateway-worker",
        Apps {
            webapps: &["am#sample#pizzashack#v*.war"],
            jaggeryapps: &[],
            web_socket_endpoints: false,
            synapse_configs: false,
        },
    ),
];
