//! The tables that connect nodes: databases, load balancers, environments,
//! clusters.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::table_reader::{Speaker, TableReader, in_order, type_name};
use super::{Requested, Value};
use crate::catalogue::{self, Literal, nearest, quoted};
use crate::deployment::{
    Cluster, Database, Environment, LoadBalancer, Placed, Ports, Role, usual_names, usual_profiles,
};
use crate::diagnostic::printable_name;

/// What stands in `[databases.NAME]` beside the data source's settings.
pub(super) const DATABASE_FIELDS: &[&str] = &["profiles"];
/// What stands in `[environments.NAME]` beside the environment's settings.
pub(super) const ENVIRONMENT_FIELDS: &[&str] = &["gateways"];
/// What stands in `[load_balancers.NAME]`.
pub(super) const BALANCER_FIELDS: &[&str] = &[
    "host_name",
    "mgt_host_name",
    "address",
    "traffic",
    "servlet",
    "websocket",
];
/// What stands in `[clusters.NAME]`.
pub(super) const CLUSTER_FIELDS: &[&str] = &["domain", "port"];

/// The row that a field's values are checked by.
const HOST_ROW: &str = "server.host_name";
const PORT_ROW: &str = "proxy.https_port";

impl TableReader<'_, '_> {
    /// Reads every table in the table `path`.
    pub(super) fn entries<T>(
        &mut self,
        path: &str,
        value: &Spanned<DeValue<'_>>,
        read: impl Fn(&mut Self, &Spanned<DeString<'_>>, &DeTable<'_>) -> Option<T>,
    ) -> Vec<T> {
        let mut entries = Vec::new();
        let Some(tables) = self.table(path, value) else {
            return entries;
        };
        for (key, value) in in_order(tables) {
            let name = format!("{path}.{}", printable_name(&quoted(key.get_ref())));
            if self.entry_name(path, key)
                && let Some(table) = self.table(&name, value)
            {
                entries.extend(read(self, key, table));
            }
        }
        entries
    }

    pub(super) fn table<'e, 't>(
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

    pub(super) fn database(
        &mut self,
        key: &Spanned<DeString<'_>>,
        table: &DeTable<'_>,
    ) -> Option<Database> {
        let name = key.get_ref().as_ref();
        let before = self.diagnostics.len();
        let from = format!("databases.{}", quoted(name));
        let mut database = Database {
            name: name.to_owned(),
            spot: self.source.spot(key.span()),
            profiles: None,
            settings: Vec::new(),
        };
        for (key, value) in in_order(table) {
            match key.get_ref().as_ref() {
                "profiles" => database.profiles = Some(self.profile_list(value)),
                field => {
                    let path = format!("databases.*.{field}");
                    let speaker = Speaker::Connection(&from);
                    let settings = &mut database.settings;
                    let entry = (key, value);
                    self.setting_of(Some(name), &path, entry, speaker, DATABASE_FIELDS, settings);
                }
            }
        }
        if database.profiles.is_none()
            && usual_profiles(name).is_none()
            && !self.refused_since(before)
        {
            let message = format!(
                "nothing tells which nodes use the database `{}`",
                printable_name(name)
            );
            let mut help =
                "name their profiles; for instance `profiles = [\"publisher\", \"store\"]`"
                    .to_owned();
            if let Some(meant) = nearest(name, usual_names()) {
                help = format!("did you mean `{meant}`? If not, {help}");
            }
            self.error("users-not-told", key.span(), message, "", Some(help));
        }
        Some(database)
    }

    fn profile_list(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<Role> {
        let DeValue::Array(items) = value.get_ref() else {
            let message = format!("`profiles` must be a list, not {}", type_name(value));
            let help = Some("for instance [\"publisher\", \"store\"]".into());
            self.error("wrong-type", value.span(), message, "", help);
            return Vec::new();
        };
        let mut roles = Vec::new();
        for item in items.iter() {
            if let Some(name) = self.written_text("profiles", item) {
                let spot = self.source.spot(item.span());
                roles.extend(self.role(&name, &spot));
            }
        }
        roles
    }

    pub(super) fn environment(
        &mut self,
        key: &Spanned<DeString<'_>>,
        table: &DeTable<'_>,
    ) -> Option<Environment> {
        let name = key.get_ref().as_ref();
        let before = self.diagnostics.len();
        let from = format!("environments.{}", quoted(name));
        let mut environment = Environment {
            name: name.to_owned(),
            spot: self.source.spot(key.span()),
            gateways: None,
            settings: Vec::new(),
        };
        for (key, value) in in_order(table) {
            match key.get_ref().as_ref() {
                "gateways" => environment.gateways = self.name_of("gateways", value),
                field => {
                    let path = format!("environments.*.{field}");
                    let speaker = Speaker::Connection(&from);
                    let settings = &mut environment.settings;
                    let entry = (key, value);
                    let also = ENVIRONMENT_FIELDS;
                    self.setting_of(Some(name), &path, entry, speaker, also, settings);
                }
            }
        }
        let given = |key: &str| environment.settings.iter().any(|one| one.row.key == key);
        let told = given("environments.*.server_url") && given("environments.*.endpoint");
        if environment.gateways.is_none() && !told && !self.refused_since(before) {
            let message = format!(
                "nothing tells the gateways of environment `{}`",
                printable_name(name)
            );
            let help = "add `gateways = \"NAME\"` with the name of their load balancer or of the \
                        only gateway; of gateways that are not in this file give `server_url` and \
                        `endpoint`";
            self.error(
                "gateways-not-told",
                key.span(),
                message,
                "",
                Some(help.into()),
            );
        }
        Some(environment)
    }

    pub(super) fn load_balancer(
        &mut self,
        key: &Spanned<DeString<'_>>,
        table: &DeTable<'_>,
    ) -> Option<LoadBalancer> {
        let path = format!("load_balancers.{}", quoted(key.get_ref()));
        let before = self.diagnostics.len();
        let mut host_name = None;
        let mut mgt_host_name = None;
        let mut address = None;
        let [mut traffic, mut servlet, mut websocket] = [(); 3].map(|()| Ports::default());
        for (key, value) in in_order(table) {
            let field = key.get_ref().as_ref();
            let name = format!("{path}.{field}");
            match field {
                "host_name" => host_name = self.value_like(HOST_ROW, &name, value),
                "mgt_host_name" => mgt_host_name = self.value_like(HOST_ROW, &name, value),
                "address" => address = self.value_like(HOST_ROW, &name, value),
                "traffic" => traffic = self.ports(&name, value, ["http", "https"]),
                "servlet" => servlet = self.ports(&name, value, ["http", "https"]),
                "websocket" => websocket = self.ports(&name, value, ["ws", "wss"]),
                _ => self.unknown(key, &name, nearest(field, BALANCER_FIELDS.iter().copied())),
            }
        }
        let Some(host_name) = host_name else {
            if !self.refused_since(before) {
                let message = format!(
                    "load balancer `{}` has no `host_name`",
                    printable_name(key.get_ref())
                );
                let help = "add the name by which it is called: host_name = \"gw.example.com\"";
                self.error(
                    "host-name-not-told",
                    key.span(),
                    message,
                    "",
                    Some(help.into()),
                );
            }
            return None;
        };
        Some(LoadBalancer {
            name: key.get_ref().to_string(),
            spot: self.source.spot(key.span()),
            host_name,
            mgt_host_name,
            address,
            traffic,
            servlet,
            websocket,
        })
    }

    fn ports(
        &mut self,
        path: &str,
        value: &Spanned<DeValue<'_>>,
        names: [&'static str; 2],
    ) -> Ports {
        let mut ports = Ports::default();
        let Some(table) = self.table(path, value) else {
            return ports;
        };
        for (key, value) in in_order(table) {
            let field = key.get_ref().as_ref();
            let name = format!("{path}.{field}");
            match names.iter().position(|known| *known == field) {
                Some(0) => ports.plain = self.port(&name, value),
                Some(_) => ports.secure = self.port(&name, value),
                None => self.unknown(key, &name, nearest(field, names)),
            }
        }
        ports
    }

    pub(super) fn cluster(
        &mut self,
        key: &Spanned<DeString<'_>>,
        table: &DeTable<'_>,
    ) -> Option<Cluster> {
        let path = format!("clusters.{}", quoted(key.get_ref()));
        let mut cluster = Cluster {
            name: key.get_ref().to_string(),
            spot: self.source.spot(key.span()),
            domain: None,
            port: None,
        };
        for (key, value) in in_order(table) {
            let field = key.get_ref().as_ref();
            let name = format!("{path}.{field}");
            match field {
                "domain" => cluster.domain = self.value_like("clustering.domain", &name, value),
                "port" => cluster.port = self.port(&name, value),
                _ => self.unknown(key, &name, nearest(field, CLUSTER_FIELDS.iter().copied())),
            }
        }
        Some(cluster)
    }

    fn port(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Placed<u16>> {
        let Placed { value, spot } = self.value_like(PORT_ROW, name, value)?;
        match value {
            Value::Literal(Literal::Number(number)) => Some(Placed {
                value: u16::try_from(number).ok()?,
                spot,
            }),
            _ => None,
        }
    }

    /// A value of the same kind as a row's that is no setting by itself.
    fn value_like(
        &mut self,
        row: &str,
        name: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Placed<Value>> {
        let row = catalogue::row(row)?;
        match self.requested(row, &printable_name(name), value)? {
            Requested::Value(asked) => Some(Placed {
                value: asked,
                spot: self.source.spot(value.span()),
            }),
            Requested::Absent => {
                let message = format!("`{}` cannot be absent", printable_name(name));
                let help = Some("leave it out where nothing is asked".into());
                self.error("wrong-value", value.span(), message, "", help);
                None
            }
        }
    }
}
