//! Data sources, and who uses which.

use super::Role;
use super::address::Text;
use super::derived::Derived;
use super::tables::{Cause, Database};
use crate::catalogue::Literal;
use crate::diagnostic::printable_name;
use crate::spec::{Requested, Value};

/// The users' and permissions' database of official deployments.
const USERS: &str = "WSO2UM_DB";
/// The registry's.
const REGISTRY: &str = "WSO2REG_DB";

/// Which profiles use the product's databases (the data sources that official
/// nodes of 2.0.0 to 2.6.0 set).
const USED_BY: &[(&str, &[Role])] = &[
    (
        "WSO2AM_DB",
        &[Role::KeyManager, Role::Publisher, Role::Store],
    ),
    (
        USERS,
        &[
            Role::KeyManager,
            Role::TrafficManager,
            Role::Publisher,
            Role::Store,
        ],
    ),
    (REGISTRY, &[Role::Publisher, Role::Store]),
    ("WSO2AM_STATS_DB", &[Role::Publisher, Role::Store]),
    ("WSO2_MB_STORE_DB", &[Role::TrafficManager]),
];

/// The driver of a JDBC URL, by what follows `jdbc:`.
pub(super) const DRIVERS: &[(&str, &str)] = &[
    ("mysql", "com.mysql.jdbc.Driver"),
    ("mariadb", "org.mariadb.jdbc.Driver"),
    ("postgresql", "org.postgresql.Driver"),
    ("oracle", "oracle.jdbc.OracleDriver"),
    ("sqlserver", "com.microsoft.sqlserver.jdbc.SQLServerDriver"),
    ("jtds", "net.sourceforge.jtds.jdbc.Driver"),
    ("db2", "com.ibm.db2.jcc.DB2Driver"),
    ("h2", "org.h2.Driver"),
];

/// What those databases are asked to see whether a connection works, where it is
/// not the `SELECT 1` of stock data sources, which they would refuse.
const QUERIES: &[(&str, &str)] = &[
    ("oracle", "SELECT 1 FROM DUAL"),
    ("db2", "SELECT 1 FROM SYSIBM.SYSDUMMY1"),
];

/// The profiles that use a database where its table does not say.
pub(crate) fn usual_profiles(name: &str) -> Option<&'static [Role]> {
    let mut known = USED_BY.iter();
    known
        .find(|(known, _)| *known == name)
        .map(|(_, roles)| *roles)
}

/// The names of databases whose users need not be told.
pub(crate) fn usual_names() -> impl Iterator<Item = &'static str> {
    USED_BY.iter().map(|(name, _)| *name)
}

/// Adds the data sources of the node at hand.
pub(super) fn derive(derived: &mut Derived<'_>) {
    let Some(role) = derived.view.role else {
        return;
    };
    for database in &derived.view.deployment.databases {
        let uses = match &database.profiles {
            Some(roles) => roles.contains(&role),
            None => usual_profiles(&database.name).is_some_and(|roles| roles.contains(&role)),
        };
        if uses {
            data_source(derived, database);
        }
    }
}

fn data_source(derived: &mut Derived<'_>, database: &Database) {
    for setting in &database.settings {
        derived.copy(setting);
    }
    driver(derived, database);
    match database.name.as_str() {
        USERS => {
            let source = Text::new("jdbc/WSO2UM_DB");
            derived.set("user_store.data_source", source, database.cause());
        }
        REGISTRY => registry(derived, database),
        _ => {}
    }
}

/// Stock data sources have the driver of H2, which loads no other URL.
fn driver(derived: &mut Derived<'_>, database: &Database) {
    let entry = Some(database.name.as_str());
    let open = |derived: &Derived<'_>, key| {
        let told = derived.view.told(derived.view.node, key, entry);
        told.is_none() && database.setting(key).is_none()
    };
    let url = match database.setting("databases.*.url") {
        None => return,
        Some(setting) => match &setting.requested {
            Requested::Absent => return,
            Requested::Value(Value::Literal(Literal::Text(url))) => Some(url.as_str()),
            Requested::Value(_) => None,
        },
    };
    let scheme = url.and_then(|url| url.strip_prefix("jdbc:")?.split(':').next());
    let of_scheme = |table: &'static [(&str, &str)]| {
        let mut known = table.iter();
        let found = known.find(|(known, _)| Some(*known) == scheme);
        found.map(|(_, value)| *value)
    };
    if let Some(query) = of_scheme(QUERIES)
        && open(derived, "databases.*.validation_query")
    {
        let key = "databases.*.validation_query";
        derived.set_entry(key, entry, Text::new(query), database.cause());
    }
    if !open(derived, "databases.*.driver") {
        return;
    }
    if let Some(class) = of_scheme(DRIVERS) {
        let class = Text::new(class);
        return derived.set_entry("databases.*.driver", entry, class, database.cause());
    }
    let message = format!(
        "nothing tells the driver of database `{}`",
        printable_name(&database.name)
    );
    let why = match url {
        None => "its URL is kept elsewhere",
        Some(_) => "its URL is none of a known database",
    };
    derived.error("driver-not-told", message, |error| {
        error
            .at(database.spot.clone(), why)
            .help("add its class; for instance `driver = \"com.mysql.jdbc.Driver\"`")
    });
}

/// Publisher and store share the registry's governance and config parts, as in
/// official nodes (`registry.xml`).
fn registry(derived: &mut Derived<'_>, database: &Database) {
    /// The URL is only a name: what counts is the database.
    const INSTANCE: &str = "https://localhost:9443/registry";
    const CONFIG: &str = "govregistry";
    let cause = || database.cause();
    let source = Text::new("jdbc/WSO2REG_DB");
    derived.set_entry(
        "registry.databases.*.data_source",
        Some(CONFIG),
        source,
        cause(),
    );
    let mut instance = |key: &str, value: Text, cause: Cause| {
        let key = format!("registry.remote_instances.*.{key}");
        derived.set_entry(&key, Some(INSTANCE), value, cause);
    };
    instance("id", Text::new("gov"), cause());
    if let Some(id) = cache_id(database) {
        instance("cache_id", id, cause());
    }
    instance("db_config", Text::new(CONFIG), cause());
    instance("read_only", Text::new(false), cause());
    instance("enable_cache", Text::new(true), cause());
    instance("registry_root", Text::new('/'), cause());
    for path in ["/_system/governance", "/_system/config"] {
        let mut mount = |key: &str, value: &str| {
            let key = format!("registry.mounts.*.{key}");
            derived.set_entry(&key, Some(path), Text::new(value), cause());
        };
        mount("overwrite", "true");
        mount("instance_id", "gov");
        mount("target_path", path);
    }
}

/// `USER@URL`, which tells caches of the same database from others. Nodes that
/// share it must agree; options of the URL are no part of it.
fn cache_id(database: &Database) -> Option<Text> {
    let value = |key| match &database.setting(key)?.requested {
        Requested::Value(value) => Some(value),
        Requested::Absent => None,
    };
    let url = value("databases.*.url")?;
    let user = match value("databases.*.username") {
        Some(user) => Text::default().then_value(user).then('@'),
        None => Text::default(),
    };
    Some(match url {
        Value::Literal(Literal::Text(url)) => {
            user.then(url.split(['?', ';']).next().unwrap_or_default())
        }
        url => user.then_value(url),
    })
}
