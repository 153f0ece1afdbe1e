//! Databases that several nodes have to share.

use super::finding::{Found, Rule};
use super::model::{Deployment, Known, Node};
use crate::diagnostic::{Severity, printable_name};

const API_MANAGER: &str = "databases.WSO2AM_DB.url";
const USERS: &str = "user_store.data_source";

/// Who shares the API Manager's database and the users.
const SHARING: &[&str] = &["publisher", "store", "key-manager"];

const SOURCE: &str = "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 5";

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "shared-database-embedded",
        severity: Severity::Error,
        what: "A database that nodes share is still the embedded H2.",
        why: "an embedded H2 lies in each home, so that every node has a database of its own: what \
              the publisher publishes, the store and the Key Manager never see",
        help: "name the shared database under `databases`, with its driver and credentials",
        source: SOURCE,
        check: embedded,
    },
    Rule {
        code: "database-not-given",
        severity: Severity::Warning,
        what: "A file has nodes that share a database, the users or the registry, and does not say where that is.",
        why: "they keep what their homes have; stock homes have an embedded H2 each",
        help: "add WSO2AM_DB, WSO2UM_DB and WSO2REG_DB to `[databases]`",
        source: SOURCE,
        check: not_given,
    },
    Rule {
        code: "databases-differ",
        severity: Severity::Error,
        what: "Publisher, store and key managers do not share WSO2AM_DB.",
        why: "APIs, subscriptions and keys stand in that database; nodes with another one know \
              nothing of them",
        help: "give them one `databases.WSO2AM_DB.url`",
        source: SOURCE,
        check: differ,
    },
    Rule {
        code: "user-stores-differ",
        severity: Severity::Error,
        what: "Publisher, store and key managers do not share the users.",
        why: "a user of one node is unknown to the others, so that logins and keys fail there",
        help: "point `user_store.data_source` of all of them to the same database",
        source: SOURCE,
        check: users_differ,
    },
    Rule {
        code: "registries-differ",
        severity: Severity::Error,
        what: "Publisher and store do not mount the same registry.",
        why: "documentation, thumbnails and tags of an API stand in the registry; the store does \
              not see what the publisher keeps elsewhere",
        help: "give publisher and store the same `registry.mounts`, remote instances and database",
        source: SOURCE,
        check: registries_differ,
    },
];

/// Whether a JDBC URL is a database inside the home, of which each home has
/// its own.
pub(super) fn is_embedded(url: &str) -> bool {
    let Some(place) = url.trim().strip_prefix("jdbc:h2:") else {
        return false;
    };
    let place = place.strip_prefix("file:").unwrap_or(place);
    !["tcp:", "ssl:", "mem:", "/"]
        .iter()
        .any(|other| place.starts_with(other))
}

/// The key of the data source that the users are in.
fn users_database(node: &Node) -> Option<String> {
    database_named(node, node.text(USERS)?)
}

/// The key of the URL of the data source with this JNDI name.
fn database_named(node: &Node, jndi: &str) -> Option<String> {
    let by_name = node
        .entries("databases", "jndi_name")
        .find(|entry| node.text(&format!("databases.{entry}.jndi_name")) == Some(jndi))
        .map(str::to_owned);
    // Without a JNDI name at hand, it is the data source's own by custom.
    let entry = by_name.or_else(|| jndi.strip_prefix("jdbc/").map(str::to_owned))?;
    let key = format!("databases.{entry}.url");
    node.text(&key).is_some().then_some(key)
}

fn embedded(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for databases in [|_: &Node| Some(API_MANAGER.to_owned()), users_database] {
        let nodes: Vec<(&Node, String)> = deployment
            .with_profile(SHARING)
            .filter_map(|node| Some((node, databases(node)?)))
            .filter(|(node, key)| node.text(key).is_some())
            .collect();
        // One node alone shares with nobody.
        if nodes.len() < 2 {
            continue;
        }
        for (node, key) in nodes {
            if node.text(&key).is_some_and(is_embedded) {
                let message = format!("`{key}` is an embedded H2, which no other node sees");
                all.push(Found::new(message).at(node, &key));
            }
        }
    }
    all
}

fn not_given(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    let has_mount = |node: &Node| !mounts(node).is_empty();
    let has = |key: &'static str| move |node: &Node| node.given(key).is_some();
    all.extend(unsaid(deployment, SHARING, "WSO2AM_DB", has(API_MANAGER)));
    all.extend(unsaid(
        deployment,
        SHARING,
        "the users' WSO2UM_DB",
        has(USERS),
    ));
    let shop = &["publisher", "store"];
    all.extend(unsaid(
        deployment,
        shop,
        "the registry's WSO2REG_DB",
        has_mount,
    ));
    all
}

/// The nodes of a file that share something of which the file says nothing.
fn unsaid(
    deployment: &Deployment,
    profiles: &[&str],
    what: &str,
    is_said: impl Fn(&Node) -> bool,
) -> Option<Found> {
    let nodes: Vec<&Node> = deployment.with_profile(profiles).collect();
    // One node alone shares with nobody.
    if nodes.len() < 2 {
        return None;
    }
    let mut silent = nodes
        .into_iter()
        .filter(|node| node.known == Known::Given && !is_said(node))
        .peekable();
    silent.peek()?;
    let message = format!("{what} is not given: it stays what the home has");
    Some(silent.fold(Found::new(message), Found::node))
}

/// Compares what `of` says of each node with the first that says something.
fn compare(
    deployment: &Deployment,
    profiles: &[&str],
    what: &str,
    of: impl Fn(&Node) -> Option<String>,
) -> Vec<Found> {
    let told: Vec<(&Node, String)> = deployment
        .with_profile(profiles)
        .filter_map(|node| Some((node, of(node)?)))
        .filter(|(node, key)| !node.text(key).is_some_and(is_embedded))
        .collect();
    let Some((first, first_key)) = told.first() else {
        return Vec::new();
    };
    let value = |node: &Node, key: &str| node.given(key).map(|given| given.content.clone());
    let usual = value(first, first_key);
    let mut all = Vec::new();
    for (node, key) in &told[1..] {
        let differs = match (value(node, key), &usual) {
            (Some(own), Some(usual)) => own.equals(usual) == Some(false),
            _ => false,
        };
        if differs {
            let message = format!("another {what} than {}", first.name);
            all.push(Found::new(message).at(node, key).place_of(first, first_key));
        }
    }
    all
}

fn differ(deployment: &Deployment) -> Vec<Found> {
    compare(deployment, SHARING, "WSO2AM_DB", |node| {
        node.given(API_MANAGER).map(|_| API_MANAGER.to_owned())
    })
}

fn users_differ(deployment: &Deployment) -> Vec<Found> {
    compare(deployment, SHARING, "user store", users_database)
}

fn registries_differ(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    let publishers = deployment.with_profile(&["publisher"]);
    for publisher in publishers {
        for store in deployment.with_profile(&["store"]) {
            all.extend(registry_differs(publisher, store));
        }
    }
    all
}

fn registry_differs(publisher: &Node, store: &Node) -> Option<Found> {
    let own = mounts(publisher);
    let theirs = mounts(store);
    for (node, other, list, others) in [
        (store, publisher, &theirs, &own),
        (publisher, store, &own, &theirs),
    ] {
        // Whether a file that mounts nothing leaves a mount in the home is not
        // known; a home that was read and has none, has none.
        let stray = list
            .iter()
            .find(|(path, _)| others.iter().all(|(at, _)| at != path));
        if let Some((path, key)) = stray
            && (other.known == Known::All || !others.is_empty())
        {
            let path = printable_name(path);
            let message = format!(
                "mounts `{path}` of the registry, and {} does not",
                other.name
            );
            return Some(
                Found::new(message)
                    .at(node, key)
                    .spot(other.spot.as_ref(), ""),
            );
        }
    }
    // The same mounts of different databases.
    let (one, two) = (registry_databases(publisher), registry_databases(store));
    for (name, key) in &two {
        let other = one.iter().find(|(other, _)| other == name);
        if let Some((_, other_key)) = other
            && let (Some(own), Some(other)) = (store.given(key), publisher.given(other_key))
            && own.content.equals(&other.content) == Some(false)
        {
            let name = printable_name(name);
            let message = format!(
                "another database of the registry `{name}` than {}",
                publisher.name
            );
            return Some(
                Found::new(message)
                    .at(store, key)
                    .place_of(publisher, other_key),
            );
        }
    }
    None
}

/// What a node mounts: the path, and the key of one of its settings.
fn mounts(node: &Node) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for (key, given) in &node.values {
        let Some(rest) = key.strip_prefix("registry.mounts.") else {
            continue;
        };
        let Some((path, _)) = rest.rsplit_once('.') else {
            continue;
        };
        let is_there = !matches!(given.content, super::Content::Absent);
        if is_there && all.iter().all(|(other, _)| other != path) {
            all.push((path.to_owned(), key.clone()));
        }
    }
    all
}

/// The databases of a node's registry configurations that are not embedded:
/// their names, and the keys of their URLs.
fn registry_databases(node: &Node) -> Vec<(String, String)> {
    node.entries("registry.databases", "data_source")
        .filter_map(|entry| {
            let source = node.text(&format!("registry.databases.{entry}.data_source"))?;
            let key = database_named(node, source)?;
            let embedded = node.text(&key).is_some_and(is_embedded);
            (!embedded).then(|| (entry.to_owned(), key))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_databases() {
        for (url, expect) in [
            (
                "jdbc:h2:repository/database/WSO2AM_DB;DB_CLOSE_ON_EXIT=FALSE",
                true,
            ),
            ("jdbc:h2:./repository/database/WSO2AM_DB", true),
            ("jdbc:h2:file:repository/database/x", true),
            ("jdbc:h2:tcp://db/~/am", false),
            ("jdbc:h2:/shared/am", false),
            ("jdbc:mysql://db/am", false),
        ] {
            assert_eq!(is_embedded(url), expect, "{url}");
        }
    }
}
