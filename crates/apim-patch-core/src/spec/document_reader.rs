//! The tables at the top of a deployment file, in both of its forms.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::deployment_file::{AskedVersion, Content, Level, Node, ProfileTable};
use super::table_reader::{Speaker, TableReader, in_order, type_name};
use crate::catalogue::{Depth, VERSIONS, depth};
use crate::diagnostic::printable_name;
use crate::profile;

impl TableReader<'_, '_> {
    pub(super) fn document(&mut self, root: &DeTable<'_>) -> (Option<AskedVersion>, Content) {
        let several = root.contains_key("nodes");
        let mut version = None;
        let mut level = Level::default();
        let mut profiles = Vec::new();
        let mut nodes = Vec::new();
        for (key, value) in in_order(root) {
            match key.get_ref().as_ref() {
                "version" => version = self.version(value),
                "patch" => level.patches = self.patches(value, Speaker::File),
                "nodes" => nodes = self.nodes(value),
                "profiles" if several => profiles = self.profiles(value),
                "profiles" => self.error(
                    "profiles-without-nodes",
                    key.span(),
                    "`profiles` has no meaning in a file without `[nodes]`",
                    "",
                    Some("a file for one node has its settings at the top".into()),
                ),
                name if several && !matches!(depth(name), Depth::Nowhere) => self.error(
                    "settings-at-top",
                    key.span(),
                    format!("`{name}` stands at the top of a file with `[nodes]`"),
                    "",
                    Some(format!(
                        "move it to `[profiles.PROFILE.{name}]` for every node of a profile, or to \
                         `[nodes.NAME.{name}]` for one node"
                    )),
                ),
                name => {
                    let also = &["version", "patch", "nodes", "profiles"];
                    self.setting(name, (key, value), Speaker::File, also, &mut level.settings);
                }
            }
        }
        let content = match several {
            false => Content::OneNode(level),
            true => Content::Nodes {
                patches: level.patches,
                profiles,
                nodes,
            },
        };
        (version, content)
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

    fn profiles(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<ProfileTable> {
        let mut profiles = Vec::new();
        let Some(tables) = self.table("profiles", value) else {
            return profiles;
        };
        for (key, value) in in_order(tables) {
            let name = key.get_ref().as_ref();
            let profile = match profile::find(name) {
                Ok(profile) => profile.name,
                Err(unknown) => {
                    let spot = self.source.spot(key.span());
                    self.diagnostics.push(unknown.at(spot, ""));
                    continue;
                }
            };
            let Some(table) = self.table(&format!("profiles.{name}"), value) else {
                continue;
            };
            let mut settings = Vec::new();
            for (key, value) in in_order(table) {
                let path = key.get_ref();
                let speaker = Speaker::ProfileTable(profile);
                self.setting(path, (key, value), speaker, &[], &mut settings);
            }
            profiles.push(ProfileTable {
                profile: profile.to_owned(),
                settings,
            });
        }
        profiles
    }

    fn nodes(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<Node> {
        let mut nodes = Vec::new();
        let Some(tables) = self.table("nodes", value) else {
            return nodes;
        };
        for (key, value) in in_order(tables) {
            let name = key.get_ref().as_ref();
            if let Some(table) = self.table(&format!("nodes.{}", printable_name(name)), value) {
                nodes.push(self.node(name, table));
            }
        }
        nodes
    }

    fn node(&mut self, name: &str, table: &DeTable<'_>) -> Node {
        let mut node = Node {
            name: name.to_owned(),
            profile: None,
            host: None,
            home: None,
            level: Level::default(),
        };
        for (key, value) in in_order(table) {
            match key.get_ref().as_ref() {
                "profile" => {
                    let Some(text) = self.node_text("profile", value) else {
                        continue;
                    };
                    let spot = self.source.spot(value.span());
                    match profile::find(&text) {
                        Ok(profile) => node.profile = Some((profile.name.to_owned(), spot)),
                        Err(unknown) => self.diagnostics.push(unknown.at(spot, "")),
                    }
                }
                "host" => node.host = self.node_text("host", value),
                "home" => {
                    let home = self.node_text("home", value);
                    node.home = home.map(|home| self.folder.join(home));
                }
                "patch" => node.level.patches = self.patches(value, Speaker::Node(name)),
                path => {
                    let also = &["profile", "host", "home", "patch"];
                    let settings = &mut node.level.settings;
                    self.setting(path, (key, value), Speaker::Node(name), also, settings);
                }
            }
        }
        node
    }

    fn node_text(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let problem = match value.get_ref() {
            DeValue::String(text) if text.is_empty() || text.contains('\0') => {
                "must not be empty".into()
            }
            DeValue::String(text) => return Some(text.to_string()),
            _ => format!("must be text, not {}", type_name(value)),
        };
        self.error(
            "wrong-type",
            value.span(),
            format!("`{name}` {problem}"),
            "",
            None,
        );
        None
    }

    fn table<'e, 't>(
        &mut self,
        name: &str,
        value: &'e Spanned<DeValue<'t>>,
    ) -> Option<&'e DeTable<'t>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                let message = format!("`{name}` must be a table, not {}", type_name(value));
                self.error("wrong-type", value.span(), message, "", None);
                None
            }
        }
    }
}
