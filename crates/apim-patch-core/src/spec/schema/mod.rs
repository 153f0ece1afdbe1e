//! The JSON Schema of the deployment file, from which editors complete keys and
//! tell what they do.
//!
//! It takes every file that [`DeploymentFile`](super::DeploymentFile) takes. Of
//! what that refuses it refuses what shows in keys and types: what names stand
//! for, and whether a selector selects, only the reader knows.

mod patch;
mod setting;

use serde_json::{Map, Value, json};

use self::patch::patch;
use self::setting::{of_kind, setting, table_of};
use super::connection_reader::{DATABASE_FIELDS, ENVIRONMENT_FIELDS};
use super::document_reader::{OF_NODES, TABLES};
use crate::catalogue::{self, Kind, VERSIONS};
use crate::profile::{PROFILES, Profile};
use crate::schema::DIALECT;

/// A name of an entry: neither empty nor padded.
const NAME: &str = r"^\S(.*\S)?$";
/// Text that the server does not take for absent.
const NOT_BLANK: &str = r"[^ \t\r\n]";

/// The schema, with its `$id` and title.
pub(crate) fn schema(id: &str, title: &str) -> Value {
    let tables = tables();
    let mut properties = connections();
    for table in &tables {
        if !properties.contains_key(*table) {
            properties.insert((*table).to_owned(), settings_ref(table));
        }
    }
    // Both forms have their keys here, where editors look for them; which of
    // them may stand together is said below.
    let mut document = object(properties);
    let head = json!({
        "$schema": DIALECT,
        "$id": id,
        "title": title,
        "description": "What is asked of one home, or of all nodes of a deployment",
        "if": { "required": ["nodes"] },
        "then": with_nodes(&tables),
        "else": without_nodes(),
        "$defs": definitions(&tables),
    });
    if let (Value::Object(document), Value::Object(head)) = (&mut document, head) {
        document.extend(head);
    }
    document
}

/// The tables of the catalogue, each once.
fn tables() -> Vec<&'static str> {
    let mut tables: Vec<&str> = Vec::new();
    for name in catalogue::children("") {
        if !tables.contains(&name) {
            tables.push(name);
        }
    }
    tables
}

/// What else may stand at the top, and what stands there in another form.
fn connections() -> Map<String, Value> {
    let databases = entries_with(
        "databases",
        DATABASE_FIELDS[0],
        &json!({
            "description": "The profiles whose nodes use it",
            "type": "array",
            "items": { "$ref": "#/$defs/profile" },
        }),
    );
    let environments = entries_with(
        "environments",
        ENVIRONMENT_FIELDS[0],
        &json!({
            "description": "The load balancer in front of its gateways, or its only gateway",
            "$ref": "#/$defs/text",
        }),
    );
    properties([
        (
            "version",
            json!({
                "description": "The release of API Manager that the file was written for",
                "enum": VERSIONS,
            }),
        ),
        ("patch", json!({ "$ref": "#/$defs/patches" })),
        (
            "policy_deployer",
            json!({
                "description": "The traffic manager, or the load balancer in front of several, that \
                                throttling policies go to",
                "$ref": "#/$defs/text",
            }),
        ),
        ("databases", databases),
        (
            "load_balancers",
            entries(
                "Load balancers, by name",
                json!({ "$ref": "#/$defs/load_balancer" }),
            ),
        ),
        ("environments", environments),
        (
            "clusters",
            entries(
                "Nodes that share their state through Hazelcast, by name",
                json!({ "$ref": "#/$defs/cluster" }),
            ),
        ),
        (
            "profiles",
            json!({
                "description": "What all nodes of a profile have in common",
                "type": "object",
                "propertyNames": { "$ref": "#/$defs/profile" },
                "additionalProperties": { "$ref": "#/$defs/profile_table" },
            }),
        ),
        (
            "nodes",
            entries("The nodes, by name", json!({ "$ref": "#/$defs/node" })),
        ),
    ])
}

/// A keyed table of settings, whose entries have one more field.
fn entries_with(table: &str, field: &str, schema: &Value) -> Value {
    let mut entries = table_of(table);
    let properties = entries.pointer_mut("/additionalProperties/properties");
    if let Some(Value::Object(properties)) = properties {
        properties.insert(field.to_owned(), schema.clone());
    }
    entries
}

/// What holds of a file with `[nodes]`.
fn with_nodes(tables: &[&str]) -> Value {
    let misplaced = tables.iter().filter(|table| !TABLES.contains(table));
    let mut properties: Map<String, Value> = misplaced
        .map(|table| ((*table).to_owned(), Value::Bool(false)))
        .collect();
    properties.insert(
        "environments".to_owned(),
        json!({ "additionalProperties": {
            "anyOf": [{ "required": ["gateways"] }, { "required": ["server_url", "endpoint"] }],
        } }),
    );
    json!({ "properties": properties })
}

/// What holds of a file for one node.
fn without_nodes() -> Value {
    let mut properties: Map<String, Value> = OF_NODES
        .iter()
        .map(|table| ((*table).to_owned(), Value::Bool(false)))
        .collect();
    for (table, field) in [
        ("databases", DATABASE_FIELDS[0]),
        ("environments", ENVIRONMENT_FIELDS[0]),
    ] {
        let without = json!({ "additionalProperties": { "properties": { field: false } } });
        properties.insert(table.to_owned(), without);
    }
    json!({ "properties": properties })
}

fn definitions(tables: &[&str]) -> Map<String, Value> {
    let mut definitions = properties([
        ("text", json!({ "type": "string", "minLength": 1 })),
        (
            "profile",
            json!({
                "description": "The name of a profile",
                "enum": PROFILES.iter().flat_map(Profile::names).collect::<Vec<_>>(),
            }),
        ),
        ("reference", reference()),
        (
            "absent",
            json!({
                "description": "There shall be no such setting",
                "type": "object",
                "properties": { "absent": { "const": true } },
                "required": ["absent"],
                "additionalProperties": false,
            }),
        ),
        ("port", of_kind(Kind::Port)),
        ("node", node(tables)),
        ("profile_table", object(settings_and(tables, membership()))),
        ("load_balancer", load_balancer()),
        (
            "cluster",
            object(properties([
                (
                    "domain",
                    described("The domain that the members name", text_or_reference()),
                ),
                (
                    "port",
                    described("The port of a member that is alone on its host", port()),
                ),
            ])),
        ),
        (
            "patches",
            json!({
                "description": "What the catalogue has no setting for",
                "type": "array",
                "items": { "$ref": "#/$defs/patch" },
            }),
        ),
        ("patch", patch()),
    ]);
    for table in tables {
        definitions.insert(format!("settings.{table}"), table_of(table));
    }
    definitions
}

fn reference() -> Value {
    let one = |field: &str, what: &str, pattern: &str| {
        json!({
            "type": "object",
            "properties": { field: { "description": what, "type": "string", "pattern": pattern } },
            "required": [field],
            "additionalProperties": false,
        })
    };
    json!({
        "description": "Where the value is kept",
        "anyOf": [
            one("env", "The environment variable that holds it", "^[^=]+$"),
            one("file", "The file that holds it; relative to the deployment file", "^.+$"),
        ],
    })
}

fn node(tables: &[&str]) -> Value {
    let mut fields = properties([
        (
            "profile",
            json!({
                "description": "Its profile",
                "$ref": "#/$defs/profile",
            }),
        ),
        (
            "host",
            described(
                "The name or address by which other nodes reach it",
                of_kind(Kind::HostName),
            ),
        ),
        (
            "home",
            json!({
                "description": "Its home on that host; relative to the deployment file",
                "$ref": "#/$defs/text",
            }),
        ),
        ("patch", json!({ "$ref": "#/$defs/patches" })),
    ]);
    if let Some(offset) = catalogue::row("server.port_offset") {
        fields.insert("port_offset".to_owned(), setting(offset));
    }
    fields.extend(membership());
    object(settings_and(tables, fields))
}

/// To which groups a node belongs, or all nodes of a profile.
fn membership() -> Map<String, Value> {
    let name_or_false = |what: &str| {
        json!({
            "description": what,
            "anyOf": [{ "$ref": "#/$defs/text" }, { "const": false }],
        })
    };
    properties([
        (
            "behind",
            name_or_false("The load balancer in front; `false`: none"),
        ),
        ("cluster", name_or_false("The cluster; `false`: none")),
    ])
}

fn load_balancer() -> Value {
    let ports = |what: &str, names: [&str; 2]| {
        let ports = names.map(|name| (name, port()));
        described(what, object(properties(ports)))
    };
    let mut balancer = object(properties([
        (
            "host_name",
            described("The name that its callers use", text_or_reference()),
        ),
        (
            "mgt_host_name",
            described(
                "The name of consoles and admin services, where that is another one",
                text_or_reference(),
            ),
        ),
        ("address", described("Its address", text_or_reference())),
        ("traffic", ports("Ports of API calls", ["http", "https"])),
        (
            "servlet",
            ports("Ports of consoles and services", ["http", "https"]),
        ),
        ("websocket", ports("Ports of web sockets", ["ws", "wss"])),
    ]));
    balancer["required"] = json!(["host_name"]);
    balancer
}

/// Settings and what stands beside them.
fn settings_and(tables: &[&str], mut fields: Map<String, Value>) -> Map<String, Value> {
    for table in tables {
        fields.insert((*table).to_owned(), settings_ref(table));
    }
    fields
}

fn settings_ref(table: &str) -> Value {
    json!({ "$ref": format!("#/$defs/settings.{table}") })
}

fn text_or_reference() -> Value {
    json!({ "anyOf": [{ "type": "string" }, { "$ref": "#/$defs/reference" }] })
}

fn port() -> Value {
    json!({ "$ref": "#/$defs/port" })
}

fn described(what: &str, mut schema: Value) -> Value {
    schema["description"] = json!(what);
    schema
}

/// A table whose keys are names.
fn entries(what: &str, each: Value) -> Value {
    json!({
        "description": what,
        "type": "object",
        "propertyNames": { "pattern": NAME },
        "additionalProperties": each,
    })
}

/// A table with these keys and no others.
fn object(properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn properties<const N: usize>(properties: [(&str, Value); N]) -> Map<String, Value> {
    let properties = properties.into_iter();
    properties
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::connection_reader::{BALANCER_FIELDS, CLUSTER_FIELDS};
    use crate::spec::node_reader::{NODE_FIELDS, PROFILE_FIELDS};
    use crate::spec::patch_reader::FIELDS;

    /// A field that the reader learns has to be described here.
    #[test]
    fn every_field_of_the_reader_is_there() {
        let schema = schema("urn:x", "x");
        let tables = tables();
        let has = |at: &str, fields: &[&str], settings: bool| {
            let properties = schema.pointer(at).unwrap().as_object().unwrap();
            let mut known: Vec<&str> = properties.keys().map(String::as_str).collect();
            if settings {
                known.retain(|name| !tables.contains(name) || fields.contains(name));
            }
            let mut fields = fields.to_vec();
            known.sort_unstable();
            fields.sort_unstable();
            assert_eq!(known, fields, "{at}");
        };
        has("/properties", TABLES, true);
        has("/$defs/node/properties", NODE_FIELDS, true);
        has("/$defs/profile_table/properties", PROFILE_FIELDS, true);
        has("/$defs/load_balancer/properties", BALANCER_FIELDS, false);
        has("/$defs/cluster/properties", CLUSTER_FIELDS, false);
        has("/$defs/patch/properties", FIELDS, false);
    }

    #[test]
    fn every_setting_is_there_with_what_it_does() {
        let schema = schema("urn:x", "x");
        for row in catalogue::rows() {
            let steps = row.key.split('.').skip(1).map(|step| match step {
                "*" => "/additionalProperties".to_owned(),
                step => format!("/properties/{step}"),
            });
            let table = row.key.split('.').next().unwrap();
            let at = format!("/$defs/settings.{table}{}", steps.collect::<String>());
            let setting = schema.pointer(&at).unwrap_or_else(|| panic!("{at}"));
            let described = setting["description"].as_str().unwrap();
            assert!(described.starts_with(row.doc), "{}", row.key);
        }
    }
}
