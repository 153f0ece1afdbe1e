//! `[profiles.PROFILE]` and `[nodes.NAME]`.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::table_reader::{Speaker, TableReader, in_order, type_name};
use super::{Requested, Setting, Value};
use crate::catalogue::{self, Literal};
use crate::deployment::{Membership, Node, Placed, ProfileTable, Role};
use crate::diagnostic::{Class, Diagnostic, Spot};
use crate::profile;

/// What stands in a node's table beside its settings.
pub(super) const NODE_FIELDS: &[&str] = &[
    "profile",
    "host",
    "home",
    "port_offset",
    "behind",
    "cluster",
    "patch",
];

/// What stands in a profile's table beside its settings.
pub(super) const PROFILE_FIELDS: &[&str] = &["behind", "cluster"];

impl TableReader<'_, '_> {
    pub(super) fn profiles(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<ProfileTable> {
        let mut profiles: Vec<ProfileTable> = Vec::new();
        let Some(tables) = self.table("profiles", value) else {
            return profiles;
        };
        for (key, value) in in_order(tables) {
            let name = key.get_ref().as_ref();
            let spot = self.source.spot(key.span());
            let Some(role) = self.role(name, &spot) else {
                continue;
            };
            if let Some(first) = profiles.iter().find(|table| table.role == role) {
                let message =
                    format!("`{name}` is the profile `{role}`, which has a table already");
                let error = Diagnostic::error("profile-twice", Class::Specification, message)
                    .at(spot, "")
                    .beside(first.spot.clone(), "the other one");
                self.diagnostics.push(error);
                continue;
            }
            if let Some(table) = self.table(&format!("profiles.{name}"), value) {
                profiles.push(self.profile_table(role, spot, table));
            }
        }
        profiles
    }

    fn profile_table(&mut self, role: Role, spot: Spot, table: &DeTable<'_>) -> ProfileTable {
        let mut profile = ProfileTable {
            role,
            spot,
            behind: Membership::Unsaid,
            cluster: Membership::Unsaid,
            settings: Vec::new(),
        };
        for (key, value) in in_order(table) {
            match key.get_ref().as_ref() {
                "behind" => profile.behind = self.membership("behind", value),
                "cluster" => profile.cluster = self.membership("cluster", value),
                path => {
                    let speaker = Speaker::ProfileTable(role.profile());
                    let settings = &mut profile.settings;
                    self.setting(path, (key, value), speaker, PROFILE_FIELDS, settings);
                }
            }
        }
        profile
    }

    pub(super) fn node(
        &mut self,
        key: &Spanned<DeString<'_>>,
        table: &DeTable<'_>,
    ) -> Option<Node> {
        let name = key.get_ref().as_ref();
        let mut node = Node {
            name: name.to_owned(),
            spot: self.source.spot(key.span()),
            profile: None,
            host: None,
            home: None,
            behind: Membership::Unsaid,
            cluster: Membership::Unsaid,
            settings: Vec::new(),
            patches: Vec::new(),
        };
        let speaker = Speaker::Node(name);
        for (key, value) in in_order(table) {
            match key.get_ref().as_ref() {
                "profile" => node.profile = self.profile_of_node(value),
                "host" => node.host = self.host(value),
                "home" => {
                    let home = self.written_text("home", value);
                    node.home = home.map(|home| self.folder.join(home));
                }
                "port_offset" => {
                    let offset = self.offset(value, speaker);
                    node.settings.extend(offset);
                }
                "behind" => node.behind = self.membership("behind", value),
                "cluster" => node.cluster = self.membership("cluster", value),
                "patch" => node.patches = self.patches(value, speaker),
                path => {
                    let settings = &mut node.settings;
                    self.setting(path, (key, value), speaker, NODE_FIELDS, settings);
                }
            }
        }
        self.offset_twice(&node);
        Some(node)
    }

    /// `port_offset`, which is short for `server.port_offset`.
    fn offset(&mut self, value: &Spanned<DeValue<'_>>, speaker: Speaker<'_>) -> Option<Setting> {
        let row = catalogue::row("server.port_offset")?;
        let requested = self.requested(row, "port_offset", value)?;
        Some(Setting {
            row,
            name: None,
            requested,
            origin: speaker.origin(self.source.spot(value.span())),
        })
    }

    fn offset_twice(&mut self, node: &Node) {
        let mut offsets = node
            .settings
            .iter()
            .filter(|setting| setting.row.key == "server.port_offset")
            .filter_map(|setting| setting.origin.spot().cloned());
        if let (Some(first), Some(second)) = (offsets.next(), offsets.next()) {
            let message = "`port_offset` and `server.port_offset` are the same setting";
            let error = Diagnostic::error("setting-twice", Class::Specification, message)
                .at(second, "")
                .beside(first, "first given here")
                .help("keep one of them");
            self.diagnostics.push(error);
        }
    }

    fn profile_of_node(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Placed<Role>> {
        let text = self.written_text("profile", value)?;
        let spot = self.source.spot(value.span());
        let value = self.role(&text, &spot)?;
        Some(Placed { value, spot })
    }

    /// The role of a profile, or the error that there is none.
    pub(super) fn role(&mut self, name: &str, spot: &Spot) -> Option<Role> {
        match profile::find(name) {
            Ok(_) => Role::of(name),
            Err(unknown) => {
                self.diagnostics.push(unknown.at(spot.clone(), ""));
                None
            }
        }
    }

    /// A node's host. It tells which node is the one at hand, and members of
    /// clusters are counted by it, so that it is written out.
    fn host(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Placed<String>> {
        let row = catalogue::row("server.host_name")?;
        let spot = self.source.spot(value.span());
        match self.requested(row, "host", value)? {
            Requested::Value(Value::Literal(Literal::Text(value))) => Some(Placed { value, spot }),
            _ => {
                self.not_written_out("host", value);
                None
            }
        }
    }

    /// Text that tells things apart in the file and can't be kept elsewhere.
    pub(super) fn written_text(
        &mut self,
        name: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<String> {
        let problem = match value.get_ref() {
            DeValue::String(text) if text.is_empty() || text.contains('\0') => {
                "must not be empty".into()
            }
            DeValue::String(text) => return Some(text.to_string()),
            DeValue::Table(_) => {
                self.not_written_out(name, value);
                return None;
            }
            _ => format!("must be text, not {}", type_name(value)),
        };
        let message = format!("`{name}` {problem}");
        self.error("wrong-type", value.span(), message, "", None);
        None
    }

    fn not_written_out(&mut self, name: &str, value: &Spanned<DeValue<'_>>) {
        let span = match value.get_ref() {
            DeValue::Table(table) => super::table_reader::place(value, table),
            _ => value.span(),
        };
        let message = format!("`{name}` must be written out, not referred to");
        let help = "it tells nodes apart before any variable or file is read";
        self.error("wrong-type", span, message, "", Some(help.into()));
    }

    /// The name of another table.
    pub(super) fn name_of(
        &mut self,
        field: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Placed<String>> {
        let text = self.written_text(field, value)?;
        Some(Placed {
            value: text,
            spot: self.source.spot(value.span()),
        })
    }

    /// `behind` or `cluster`: the name of a table, or `false`.
    fn membership(&mut self, field: &str, value: &Spanned<DeValue<'_>>) -> Membership {
        match value.get_ref() {
            DeValue::Boolean(false) => Membership::Outside,
            DeValue::Boolean(true) => {
                let message = format!("`{field}` must be a name or `false`, not `true`");
                self.error("wrong-value", value.span(), message, "", None);
                Membership::Unsaid
            }
            _ => match self.name_of(field, value) {
                Some(name) => Membership::In(name),
                None => Membership::Unsaid,
            },
        }
    }
}
