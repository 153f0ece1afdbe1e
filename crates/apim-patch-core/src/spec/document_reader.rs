//! The top of a deployment file, in both of its forms.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::deployment_file::{AskedVersion, Content, Level};
use super::table_reader::{Entry, Speaker, TableReader, in_order, type_name};
use crate::catalogue::{Depth, VERSIONS, depth, nearest};
use crate::deployment::Deployment;
use crate::diagnostic::printable_name;

/// What stands at the top of a file with `[nodes]`.
pub(super) const TABLES: &[&str] = &[
    "version",
    "patch",
    "admin",
    "policy_deployer",
    "databases",
    "load_balancers",
    "environments",
    "clusters",
    "profiles",
    "nodes",
];

/// Those of them that mean something else, or nothing, in a file for one node.
pub(super) const OF_NODES: &[&str] = &["policy_deployer", "load_balancers", "clusters", "profiles"];

impl TableReader<'_, '_> {
    pub(super) fn document(&mut self, root: &DeTable<'_>) -> (Option<AskedVersion>, Content) {
        let version = root
            .get_key_value("version")
            .and_then(|(_, value)| self.version(value));
        let content = match root.contains_key("nodes") {
            true => Content::Nodes(Box::new(self.deployment(root))),
            false => Content::OneNode(self.one_node(root)),
        };
        (version, content)
    }

    fn one_node(&mut self, root: &DeTable<'_>) -> Level {
        let mut level = Level::default();
        for (key, value) in in_order(root) {
            match key.get_ref().as_ref() {
                "version" => {}
                "patch" => level.patches = self.patches(value, Speaker::File),
                name if OF_NODES.contains(&name) => self.error(
                    "table-without-nodes",
                    key.span(),
                    format!("`{name}` has no meaning in a file without `[nodes]`"),
                    "",
                    Some("a file for one node has its settings at the top".into()),
                ),
                name => {
                    let entry = (key, value);
                    self.setting(name, entry, Speaker::File, TABLES, &mut level.settings);
                }
            }
        }
        level
    }

    fn deployment(&mut self, root: &DeTable<'_>) -> Deployment {
        let mut deployment = Deployment::default();
        for (key, value) in in_order(root) {
            match key.get_ref().as_ref() {
                "version" => {}
                "patch" => deployment.patches = self.patches(value, Speaker::File),
                "admin" => {
                    let settings = &mut deployment.admin;
                    let speaker = Speaker::Connection("admin");
                    self.setting("admin", (key, value), speaker, TABLES, settings);
                }
                "policy_deployer" => {
                    deployment.policy_deployer = self.name_of("policy_deployer", value);
                }
                "databases" => {
                    deployment.databases = self.entries("databases", value, Self::database);
                }
                "load_balancers" => {
                    let balancers = self.entries("load_balancers", value, Self::load_balancer);
                    deployment.load_balancers = balancers;
                }
                "environments" => {
                    let environments = self.entries("environments", value, Self::environment);
                    deployment.environments = environments;
                }
                "clusters" => {
                    deployment.clusters = self.entries("clusters", value, Self::cluster);
                }
                "profiles" => deployment.profiles = self.profiles(value),
                "nodes" => deployment.nodes = self.entries("nodes", value, Self::node),
                _ => self.misplaced_setting((key, value)),
            }
        }
        self.names(&deployment);
        deployment
    }

    /// Refuses what stands at the top of a deployment and is none of its tables.
    fn misplaced_setting(&mut self, (key, _): Entry<'_, '_>) {
        let name = key.get_ref().as_ref();
        if matches!(depth(name), Depth::Nowhere) {
            let near = nearest(name, TABLES.iter().copied())
                .or_else(|| nearest(name, crate::catalogue::children("")));
            return self.unknown(key, name, near);
        }
        self.error(
            "settings-at-top",
            key.span(),
            format!("`{name}` stands at the top of a file with `[nodes]`"),
            "",
            Some(format!(
                "move it to `[profiles.PROFILE.{name}]` for every node of a profile, or to \
                 `[nodes.NAME.{name}]` for one node"
            )),
        );
    }

    fn version(&mut self, value: &Spanned<DeValue<'_>>) -> Option<AskedVersion> {
        let known = VERSIONS.join(", ");
        let DeValue::String(text) = value.get_ref() else {
            let message = format!("`version` must be text, not {}", type_name(value));
            let help = Some(format!("known are {known}"));
            self.error("wrong-type", value.span(), message, "", help);
            return None;
        };
        let Some(version) = VERSIONS.iter().find(|version| *version == text) else {
            let message = format!("unknown version `{}`", printable_name(text));
            let help = Some(format!(
                "known are {known}; for other releases leave it out"
            ));
            self.error("unknown-version", value.span(), message, "", help);
            return None;
        };
        Some(AskedVersion {
            version,
            spot: self.source.spot(value.span()),
        })
    }
}
