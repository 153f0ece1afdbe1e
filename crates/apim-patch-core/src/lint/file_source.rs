//! Nodes as a deployment file asks for them.

use std::path::Path;

use super::model::{
    Cluster, Content, Deployment, Environment, Given, LoadBalancer, Node, Placed, Ports, Unread,
};
use super::release::{GROUPS, short, unread_and_read};
use crate::catalogue::Literal;
use crate::deployment as file;
use crate::diagnostic::Diagnostic;
use crate::spec::{
    Action, Choice, DeploymentFile, Machine, Origin, Patch, Requested, Selection, Setting, Value,
    select,
};

const API_MANAGER: &str = "repository/conf/api-manager.xml";

impl Deployment {
    /// The nodes of a deployment file, and what is odd about the file. A file
    /// for one node is a deployment of that; `profile` says what it is.
    ///
    /// # Errors
    ///
    /// What keeps settings from being told, of class
    /// [`Specification`](crate::diagnostic::Class::Specification).
    pub fn of_file(
        file: &DeploymentFile,
        profile: Option<&str>,
    ) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut warnings = Vec::new();
        let mut errors = Vec::new();
        let mut nodes = Vec::new();
        match file.deployment() {
            None => {
                let selection = select_one(file, profile)?;
                add_new(&mut warnings, &selection.warnings);
                nodes.push(of_selection(&selection));
            }
            Some(deployment) => {
                for node in &deployment.nodes {
                    match file.select_node(&node.name) {
                        Ok(selection) => {
                            add_new(&mut warnings, &selection.warnings);
                            nodes.push(with_place(of_selection(&selection), node, deployment));
                        }
                        Err(more) => add_new(&mut errors, &more),
                    }
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let (oddities, warnings) = warnings
            .into_iter()
            .partition(|warning| warning.code == "odd-value");
        let mut deployment = file.deployment().map(around).unwrap_or_default();
        deployment.nodes = nodes;
        deployment.oddities = oddities;
        Ok((deployment, warnings))
    }
}

/// What is asked for in a file for one node.
fn select_one(file: &DeploymentFile, profile: Option<&str>) -> Result<Selection, Vec<Diagnostic>> {
    let choice = Choice {
        profile,
        node: None,
        options: &[],
        partial: true,
        home: Path::new(""),
        machine: &Machine::default(),
    };
    select(Some(file), &choice)
}

/// What is wrong with a file is told for each of its nodes.
fn add_new(all: &mut Vec<Diagnostic>, more: &[Diagnostic]) {
    for diagnostic in more {
        if !all.contains(diagnostic) {
            all.push(diagnostic.clone());
        }
    }
}

fn of_selection(selection: &Selection) -> Node {
    let version = selection.version.as_ref().map(|asked| asked.version);
    Node {
        name: selection
            .node
            .clone()
            .unwrap_or_else(|| "the node".to_owned()),
        profile: Some(selection.profile.name),
        profile_from: "deployment file",
        version: version.map(str::to_owned),
        values: selection.settings.iter().map(given).collect(),
        unread: version.map_or(Vec::new(), |version| unread(version, &selection.patches)),
        ..Node::default()
    }
}

/// Adds what the file says of the node itself.
fn with_place(node: Node, own: &file::Node, deployment: &file::Deployment) -> Node {
    let role = own.role();
    let behind = deployment.behind(own, role);
    let cluster = deployment.cluster(own, role);
    Node {
        host: own.host.as_ref().map(placed),
        home: own.home.clone(),
        spot: Some(own.spot.clone()),
        behind: behind.map(|balancer| balancer.name.clone()),
        cluster: cluster.map(|cluster| cluster.name.clone()),
        ..node
    }
}

/// What stands around the nodes.
fn around(deployment: &file::Deployment) -> Deployment {
    let balancer = |balancer: &file::LoadBalancer| LoadBalancer {
        name: balancer.name.clone(),
        host_name: text(&balancer.host_name),
        mgt_host_name: balancer.mgt_host_name.as_ref().and_then(text),
        traffic: ports(&balancer.traffic),
        servlet: ports(&balancer.servlet),
        websocket: ports(&balancer.websocket),
        spot: Some(balancer.spot.clone()),
    };
    let environment = |environment: &file::Environment| Environment {
        name: environment.name.clone(),
        gateways: environment.gateways.as_ref().map(placed),
        spot: Some(environment.spot.clone()),
    };
    let cluster = |cluster: &file::Cluster| Cluster {
        name: cluster.name.clone(),
        spot: Some(cluster.spot.clone()),
    };
    Deployment {
        load_balancers: deployment.load_balancers.iter().map(balancer).collect(),
        environments: deployment.environments.iter().map(environment).collect(),
        clusters: deployment.clusters.iter().map(cluster).collect(),
        policy_deployer: deployment.policy_deployer.as_ref().map(placed),
        ..Deployment::default()
    }
}

fn placed<T: Clone>(value: &file::Placed<T>) -> Placed<T> {
    Placed {
        value: value.value.clone(),
        spot: Some(value.spot.clone()),
    }
}

/// What is kept elsewhere is not known.
fn text(value: &file::Placed<Value>) -> Option<Placed<String>> {
    match &value.value {
        Value::Literal(Literal::Text(text)) => Some(Placed {
            value: text.clone(),
            spot: Some(value.spot.clone()),
        }),
        _ => None,
    }
}

fn ports(ports: &file::Ports) -> Ports {
    Ports {
        plain: ports.plain.as_ref().map(placed),
        tls: ports.secure.as_ref().map(placed),
    }
}

/// Patches of URL groups where the release does not look. Settings go where
/// each home has them.
fn unread(version: &str, patches: &[Patch]) -> Vec<Unread> {
    let Some((unread, read)) = unread_and_read(version) else {
        return Vec::new();
    };
    // `//DataPublisher/ReceiverUrlGroup` is meant as well.
    let parent = unread.rsplit('/').next().unwrap_or(unread);
    let writes = |patch: &&Patch| {
        matches!(patch.action, Action::Set { .. } | Action::Uncomment) && patch.file == API_MANAGER
    };
    let mut all = Vec::new();
    for patch in patches.iter().filter(writes) {
        let select = patch.select.as_str();
        let group = GROUPS
            .into_iter()
            .find(|group| select.ends_with(&format!("{parent}/{group}")));
        if let Some(group) = group {
            all.push(Unread {
                element: format!("{}/{group}", short(unread)),
                instead: short(read).to_owned(),
                spot: patch.origin.spot().cloned(),
            });
        }
    }
    all
}

fn given(setting: &Setting) -> (String, Given) {
    let content = match &setting.requested {
        Requested::Value(value) => content(value),
        Requested::Absent => Content::Absent,
    };
    let origin = match &setting.origin {
        // Where its place is shown, the place says the rest.
        Origin::File(_) | Origin::Node { .. } | Origin::ProfileTable { .. } => String::new(),
        Origin::Derived { from, .. } => format!("follows from {from}"),
        origin => origin.to_string(),
    };
    let given = Given {
        content,
        spot: setting.origin.spot().cloned(),
        origin,
    };
    (setting.key(), given)
}

fn content(value: &Value) -> Content {
    match value {
        Value::Literal(Literal::Secret(secret)) => Content::Secret(secret.clone()),
        Value::Literal(literal) => Content::Text(literal.to_string()),
        Value::Reference(reference) => Content::Reference(reference.clone()),
        Value::Template(parts) => Content::Parts(parts.iter().map(content).collect()),
    }
}
