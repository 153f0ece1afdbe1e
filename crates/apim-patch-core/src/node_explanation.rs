//! Why a node is asked to be what it is: every value with where it comes from.

use schemars::JsonSchema;
use serde::Serialize;

use crate::deployment::{Deployment, RestartStep, Role, restart_order};
use crate::diagnostic::printable_path;
use crate::report::VERSION;
use crate::spec::{Origin, Patch, Requested, Selection, Setting};

/// All that is asked of one node.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NodeExplanation {
    /// The version of this shape.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// The node, in a file with `[nodes]`.
    pub node: Option<String>,
    /// Its profile.
    pub profile: &'static str,
    /// The values, in the order of the catalogue.
    pub settings: Vec<ExplainedSetting>,
    /// Keys that the profile requires and that nobody gave.
    pub missing: Vec<&'static str>,
    /// The patches, in their order.
    pub patches: Vec<ExplainedPatch>,
}

/// One value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExplainedSetting {
    /// The key.
    pub key: String,
    /// The value; secrets are `******`, what is kept elsewhere is named, and
    /// `None` asks for no such setting.
    pub value: Option<String>,
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: ExplainedOrigin,
}

/// One patch and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExplainedPatch {
    /// The config file.
    pub file: String,
    /// The element or attribute.
    pub select: String,
    /// Where it stands.
    #[serde(flatten)]
    pub origin: ExplainedOrigin,
}

/// Where something comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExplainedOrigin {
    /// `option`, `node`, `profile-table`, `file`, `derived` or `fixed`.
    pub origin: &'static str,
    /// The table, profile, node or option.
    pub from: Option<String>,
    /// `file:line:column`.
    pub place: Option<String>,
    /// Why, where the profile fixes it.
    pub reason: Option<&'static str>,
    /// The same in a sentence, for people.
    #[serde(skip)]
    pub sentence: String,
}

/// The nodes of a deployment, and the order in which they are restarted.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DeploymentExplanation {
    /// The version of this shape.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// The nodes, in the order of the file.
    pub nodes: Vec<ExplainedNode>,
    /// The steps in which they are restarted.
    pub restart: Vec<RestartStep>,
}

/// One node of a deployment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ExplainedNode {
    /// Its name.
    pub node: String,
    /// Its profile, if the file names it.
    pub profile: Option<&'static str>,
    /// Its host.
    pub host: Option<String>,
    /// Its home.
    pub home: Option<String>,
    /// The load balancer in front of it.
    pub behind: Option<String>,
    /// Its cluster.
    pub cluster: Option<String>,
}

impl NodeExplanation {
    /// Explains a selection. Nothing is read that is kept elsewhere.
    pub fn new(selection: &Selection) -> Self {
        let given = |key: &&str| {
            let mut settings = selection.settings.iter();
            settings.any(|setting| setting.row.key == *key)
        };
        let requires = selection.profile.requires.iter().copied();
        Self {
            version: VERSION,
            node: selection.node.clone(),
            profile: selection.profile.name,
            settings: selection.settings.iter().map(setting).collect(),
            missing: requires.filter(|key| !given(key)).collect(),
            patches: selection.patches.iter().map(patch).collect(),
        }
    }

    /// Leaves what `key` or the table `key` does not hold.
    pub fn keep(&mut self, key: &str) {
        let inside = |candidate: &str| {
            candidate == key
                || candidate
                    .strip_prefix(key)
                    .is_some_and(|rest| rest.starts_with('.'))
        };
        self.settings.retain(|setting| inside(&setting.key));
        self.missing.retain(|candidate| inside(candidate));
        self.patches.clear();
    }
}

fn setting(setting: &Setting) -> ExplainedSetting {
    ExplainedSetting {
        key: setting.key(),
        value: match &setting.requested {
            Requested::Value(value) => Some(value.to_string()),
            Requested::Absent => None,
        },
        origin: origin(&setting.origin),
    }
}

fn patch(patch: &Patch) -> ExplainedPatch {
    ExplainedPatch {
        file: patch.file.clone(),
        select: patch.select.to_string(),
        origin: origin(&patch.origin),
    }
}

fn origin(origin: &Origin) -> ExplainedOrigin {
    let (kind, from, reason) = match origin {
        Origin::File(_) => ("file", None, None),
        Origin::Node { node, .. } => ("node", Some(node.clone()), None),
        Origin::ProfileTable { profile, .. } => ("profile-table", Some(profile.clone()), None),
        Origin::Derived { from, .. } => ("derived", Some(from.clone()), None),
        Origin::SetOption | Origin::SetEnvOption | Origin::SetFileOption | Origin::Typed => {
            ("option", Some(origin.to_string()), None)
        }
        Origin::FixedByProfile { profile, reason } => {
            ("fixed", Some((*profile).to_owned()), Some(*reason))
        }
    };
    ExplainedOrigin {
        origin: kind,
        from,
        place: origin.spot().map(ToString::to_string),
        reason,
        sentence: origin.sentence(),
    }
}

impl DeploymentExplanation {
    /// Explains a deployment.
    pub fn new(deployment: &Deployment) -> Self {
        let nodes = deployment.nodes.iter();
        let explained = nodes.map(|node| {
            let role = node.role();
            let balancer = deployment.behind(node, role);
            let cluster = deployment.cluster(node, role);
            ExplainedNode {
                node: node.name.clone(),
                profile: role.map(Role::profile),
                host: node.host.as_ref().map(|host| host.value.clone()),
                home: node.home.as_deref().map(printable_path),
                behind: balancer.map(|balancer| balancer.name.clone()),
                cluster: cluster.map(|cluster| cluster.name.clone()),
            }
        });
        Self {
            version: VERSION,
            nodes: explained.collect(),
            restart: restart_order(deployment),
        }
    }
}
