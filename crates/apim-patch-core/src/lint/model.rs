//! What is known of a deployment, wherever it comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::catalogue::Secret;
use crate::diagnostic::{Diagnostic, Spot};
use crate::spec::Reference;

/// The nodes of a deployment and what stands around them.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The load balancers, as far as they are known; homes do not name them.
    pub load_balancers: Vec<LoadBalancer>,
    /// The Hazelcast clusters that a file names.
    pub clusters: Vec<Cluster>,
    /// The gateway environments that a file names.
    pub environments: Vec<Environment>,
    /// The node that a file sends throttling policies to.
    pub policy_deployer: Option<Placed<String>>,
    /// What the file's reader found odd about single values.
    pub oddities: Vec<Diagnostic>,
}

/// One node.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// Its name: of a file's node, or of the home's folder.
    pub name: String,
    /// Its profile, if it can be told.
    pub profile: Option<&'static str>,
    /// How the profile is known: `deployment file`, `history`, `start script`…
    pub profile_from: &'static str,
    /// The machine that it runs on, if that is known.
    pub host: Option<Placed<String>>,
    /// Its home, if that is known.
    pub home: Option<PathBuf>,
    /// The release of API-M, if it is known.
    pub version: Option<String>,
    /// Where the node itself stands.
    pub spot: Option<Spot>,
    /// The load balancer that it is behind, by name.
    pub behind: Option<String>,
    /// The table of `[clusters]` that it belongs to.
    pub cluster: Option<String>,
    /// What its settings are, by full key.
    pub values: BTreeMap<String, Given>,
    /// What is known of settings without a value.
    pub known: Known,
    /// `-DportOffset` of its start script.
    pub script_offset: Option<Placed<i64>>,
    /// Elements that its release does not read.
    pub unread: Vec<Unread>,
}

/// What it means that a node has no value for a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known {
    /// Nobody gave one: it stays what the home has.
    #[default]
    Given,
    /// The home was read, and has none.
    All,
}

/// What a setting is, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The value.
    pub content: Content,
    /// Where it stands.
    pub spot: Option<Spot>,
    /// Who says so, for people.
    pub origin: String,
}

/// A value that can be compared. Formatting it shows no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Text.
    Text(String),
    /// Text that nobody may see.
    Secret(Secret),
    /// It is kept elsewhere, and was not read.
    Reference(Reference),
    /// It is put together of these.
    Parts(Vec<Content>),
    /// There is no such setting: the server takes its own default.
    Absent,
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub spot: Option<Spot>,
}

/// A load balancer.
#[derive(Debug, Clone, Default)]
pub struct LoadBalancer {
    /// Its name in the deployment.
    pub name: String,
    /// The host name of what it serves.
    pub host_name: Option<Placed<String>>,
    /// The host name of the management console.
    pub mgt_host_name: Option<Placed<String>>,
    /// Ports of API calls.
    pub traffic: Ports,
    /// Ports of console and admin services.
    pub servlet: Ports,
    /// Ports of web sockets.
    pub websocket: Ports,
    /// Where it stands.
    pub spot: Option<Spot>,
}

/// A plain port and one with TLS.
#[derive(Debug, Clone, Default)]
pub struct Ports {
    /// `http` or `ws`.
    pub plain: Option<Placed<u16>>,
    /// `https` or `wss`.
    pub tls: Option<Placed<u16>>,
}

/// A Hazelcast cluster.
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    /// Its name in the deployment.
    pub name: String,
    /// Where it stands.
    pub spot: Option<Spot>,
}

/// A gateway environment.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// The load balancer or node whose gateways serve it.
    pub gateways: Option<Placed<String>>,
    /// Where it stands.
    pub spot: Option<Spot>,
}

/// An active element that this release does not read.
#[derive(Debug, Clone)]
pub struct Unread {
    /// Its path in the file.
    pub element: String,
    /// The path that is read instead.
    pub instead: String,
    /// Where it stands.
    pub spot: Option<Spot>,
}

impl Deployment {
    /// The nodes with one of these profiles.
    pub(super) fn with_profile<'d>(
        &'d self,
        profiles: &'d [&str],
    ) -> impl Iterator<Item = &'d Node> {
        self.nodes
            .iter()
            .filter(move |node| node.profile.is_some_and(|own| profiles.contains(&own)))
    }

    /// The nodes that API calls go through.
    pub(super) fn gateways(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.is_gateway())
    }

    /// The key managers.
    pub(super) fn key_managers(&self) -> impl Iterator<Item = &Node> {
        self.with_profile(&["key-manager"])
    }

    /// The load balancer of that name.
    pub(super) fn load_balancer(&self, name: &str) -> Option<&LoadBalancer> {
        self.load_balancers.iter().find(|one| one.name == name)
    }
}

impl Node {
    /// Whether API calls go through it.
    pub(super) fn is_gateway(&self) -> bool {
        self.profile
            .is_some_and(|profile| profile.starts_with("gateway"))
    }

    /// The value of a setting, with who says so.
    pub(super) fn given(&self, key: &str) -> Option<&Given> {
        self.values.get(key)
    }

    /// The value of a setting that may be shown.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match &self.given(key)?.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a setting, be it secret: never for output.
    pub(crate) fn exposed(&self, key: &str) -> Option<&str> {
        match &self.given(key)?.content {
            Content::Text(text) => Some(text),
            Content::Secret(secret) => Some(secret.expose()),
            _ => None,
        }
    }

    /// Whether the setting is known to be absent.
    pub(super) fn is_absent(&self, key: &str) -> bool {
        matches!(
            self.given(key),
            Some(Given {
                content: Content::Absent,
                ..
            })
        )
    }

    /// A truth value; padded text is none, as for the server.
    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.text(key).map(|text| text.eq_ignore_ascii_case("true"))
    }

    /// A number; padded text is none, as for the server.
    pub(super) fn number(&self, key: &str) -> Option<i64> {
        self.text(key)?.parse().ok()
    }

    /// What is added to the default ports: the start script wins, and where
    /// nobody says anything it is none, as in a stock home.
    pub(super) fn offset(&self) -> i64 {
        match &self.script_offset {
            Some(offset) => offset.value,
            None => self.number("server.port_offset").unwrap_or(0),
        }
    }

    /// The entries of a keyed table: the name as it stands in the key, quotes
    /// included, of every key `table.NAME.setting`.
    pub(super) fn entries<'n>(
        &'n self,
        table: &'n str,
        setting: &'n str,
    ) -> impl Iterator<Item = &'n str> {
        self.values.keys().filter_map(move |key| {
            key.strip_prefix(table)?
                .strip_prefix('.')?
                .strip_suffix(setting)?
                .strip_suffix('.')
        })
    }

    /// Whether both certainly run on one machine.
    pub(super) fn shares_host(&self, other: &Self) -> bool {
        match (&self.host, &other.host) {
            (Some(one), Some(two)) => one.value.eq_ignore_ascii_case(&two.value),
            _ => false,
        }
    }
}

impl Content {
    /// The value as it may be shown.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!("`{}`", crate::diagnostic::printable_name(text)),
            Self::Secret(secret) => secret.to_string(),
            Self::Reference(reference) => reference.to_string(),
            Self::Parts(_) => "a value put together of several".to_owned(),
            Self::Absent => "absent".to_owned(),
        }
    }

    /// Whether the two are certainly equal, certainly not, or not to be told:
    /// what different references hold is only known when they are read.
    pub(super) fn equals(&self, other: &Self) -> Option<bool> {
        use Content::{Absent, Parts, Reference, Secret, Text};
        match (self, other) {
            (one, two) if one == two => Some(true),
            (Text(one), Secret(two)) | (Secret(two), Text(one)) => Some(one == two.expose()),
            (Text(_) | Secret(_) | Absent, Text(_) | Secret(_) | Absent) => Some(false),
            (Reference(_) | Parts(_), _) | (_, Reference(_) | Parts(_)) => None,
        }
    }
}
