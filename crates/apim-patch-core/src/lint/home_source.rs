//! Nodes as their homes are.

use std::path::Path;

use file_transaction::{LinkPolicy, Store};
use xml_inplace::{Document, Selector, Source, limits};

use super::address::{Address, is_loopback};
use super::model::{Content, Deployment, Given, Known, Node, Placed, Unread};
use super::release::{GROUPS, short, unread_and_read};
use super::start_script::StartScript;
use crate::catalogue::{self, Kind, Secret};
use crate::diagnostic::{Diagnostic, Spot, printable_path};
use crate::diff::Secrecy;
use crate::history;
use crate::home::Home;
use crate::inspect::{Inspected, MissingFiles, State, inspect};

const API_MANAGER: &str = "repository/conf/api-manager.xml";
const AXIS2_TM: &str = "repository/conf/axis2/axis2_TM.xml";

/// Profiles, with the names that the product has for them and that folders
/// bear. `pubstore` is two.
const PROFILES: &[(&str, &[&str])] = &[
    ("gateway-manager", &["gateway-manager"]),
    ("gateway-worker", &["gateway-worker"]),
    ("gateway", &["gateway", "gw"]),
    (
        "key-manager",
        &["key-manager", "api-key-manager", "keymanager", "km"],
    ),
    (
        "publisher",
        &["publisher", "api-publisher", "pub", "pubstore"],
    ),
    ("store", &["store", "api-store", "pubstore"]),
    ("traffic-manager", &["traffic-manager", "tm"]),
];

impl Deployment {
    /// The nodes of homes, each read and found to be one before.
    ///
    /// # Errors
    ///
    /// Files that can't be read, of each home.
    pub fn of_homes(homes: &[(&Home, &Store)], links: LinkPolicy) -> (Self, Vec<Diagnostic>) {
        let mut deployment = Self::default();
        let mut failed = Vec::new();
        for (home, store) in homes {
            match node(home, store, links) {
                Ok(node) => deployment.nodes.push(node),
                Err(errors) => failed.extend(errors),
            }
        }
        name_apart(&mut deployment.nodes);
        (deployment, failed)
    }
}

/// A home is called by its folder; where several have one name, by its path.
fn name_apart(nodes: &mut [Node]) {
    let names: Vec<String> = nodes.iter().map(|node| node.name.clone()).collect();
    for node in nodes {
        if names.iter().filter(|name| **name == node.name).count() > 1
            && let Some(home) = &node.home
        {
            node.name = printable_path(home);
        }
    }
}

fn node(home: &Home, store: &Store, links: LinkPolicy) -> Result<Node, Vec<Diagnostic>> {
    let rows: Vec<_> = catalogue::rows().collect();
    let found = inspect(store, &rows, links, Secrecy::Shown, MissingFiles::LeaveOut)?;
    let script = StartScript::read(home.path());
    let name = home.path().canonicalize().ok();
    let name = name.as_deref().and_then(Path::file_name);
    let name = name.map_or_else(
        || printable_path(home.path()),
        |name| printable_path(Path::new(name)),
    );
    let mut node = Node {
        name,
        home: Some(home.path().to_owned()),
        version: home.version().map(str::to_owned),
        values: found
            .iter()
            .map(|inspected| (inspected.key.clone(), given(home, inspected)))
            .collect(),
        known: Known::All,
        ..Node::default()
    };
    // Of the machine that a home runs on, this is all that the home knows; and
    // the schemes of clouds put another value in its place.
    let own_host = node
        .given("clustering.local_member_host")
        .filter(|_| node.flag("clustering.enable") == Some(true))
        .filter(|_| node.text("clustering.membership_scheme") == Some("wka"))
        .zip(node.text("clustering.local_member_host"))
        .filter(|(_, host)| !is_loopback(host) && !host.contains("${"));
    node.host = own_host.map(|(given, host)| Placed {
        value: host.to_owned(),
        spot: given.spot.clone(),
    });
    node.unread = unread(home, store, links);
    (node.profile, node.profile_from) = profile(&node, store, &script);
    node.script_offset = script.offset;
    Ok(node)
}

fn given(home: &Home, inspected: &Inspected) -> Given {
    let content = match (inspected.state, &inspected.value) {
        (State::Active, Some(value)) => match inspected.row.kind {
            Kind::BrokerUrl => Content::Secret(Secret::in_urls(value.as_str())),
            _ if inspected.row.secret => Content::Secret(Secret::new(value.as_str())),
            _ => Content::Text(value.clone()),
        },
        // What hides an element says that it is off.
        (State::CommentedOut, Some(value)) if value == "false" && inspected.row.is_presence() => {
            Content::Text(value.clone())
        }
        _ => Content::Absent,
    };
    let place = inspected.line.zip(inspected.column);
    let (line, column) = place.unwrap_or((1, 1));
    Given {
        content,
        spot: Some(spot(home, inspected.file, line, column)),
        origin: match inspected.state {
            State::Active => String::new(),
            State::CommentedOut => "commented out".to_owned(),
            State::Absent => "absent".to_owned(),
        },
    }
}

/// Config files may hold secrets anywhere: their lines are not shown.
fn spot(home: &Home, file: &str, line: usize, column: usize) -> Spot {
    Spot::without_text(printable_path(&home.path().join(file)), line, column)
}

/// The profile, by the first that tells it: the latest run, the start script,
/// the name of the folder, what only such nodes have.
fn profile(
    node: &Node,
    store: &Store,
    script: &StartScript,
) -> (Option<&'static str>, &'static str) {
    let latest = history::list(store).ok().and_then(|(entries, _)| {
        let entry = entries.into_iter().next()?;
        entry.manifest().details.remember.get("profile").cloned()
    });
    let known = |name: &str| {
        let mut profiles = PROFILES.iter();
        profiles
            .find(|(_, names)| names.contains(&name))
            .map(|(profile, _)| *profile)
    };
    if let Some(profile) = latest.as_deref().and_then(known) {
        return (Some(profile), "history");
    }
    let started = script
        .profile
        .as_ref()
        .map(|profile| profile.value.as_str());
    if let Some(profile) = started.and_then(known) {
        return (Some(profile), "start script");
    }
    if let Some(profile) = by_name(&node.name) {
        return (Some(profile), "name of the folder");
    }
    match by_settings(node) {
        Some(profile) => (Some(profile), "settings"),
        None => (None, "unknown"),
    }
}

/// The one profile that a folder's name holds.
fn by_name(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase().replace(['_', '.'], "-");
    let parts: Vec<&str> = name.split('-').collect();
    let holds = |wanted: &str| {
        let wanted: Vec<&str> = wanted.split('-').collect();
        parts.windows(wanted.len()).any(|part| part == wanted)
    };
    let mut found = PROFILES
        .iter()
        .filter(|(_, names)| names.iter().any(|name| holds(name)))
        .map(|(profile, _)| *profile);
    let first = found.next()?;
    // `gateway` is in `gateway-worker` as well; anything else is two things.
    let others: Vec<_> = found.collect();
    (others.is_empty() || others == ["gateway"]).then_some(first)
}

/// What only nodes of one profile have. A stock home has nothing of that.
fn by_settings(node: &Node) -> Option<&'static str> {
    // A home that does not come with the file has not taken it over.
    let home = node.home.as_deref();
    let has_file = home.is_some_and(|home| home.join(AXIS2_TM).is_file());
    let has_taken = |key: &str| node.flag(key) == Some(true);
    if has_file && has_taken("traffic_manager.axis2") && has_taken("traffic_manager.registry") {
        return Some("traffic-manager");
    }
    let off = |key: &str| node.flag(key) == Some(false);
    // In 2.0.0 and 2.1.0, only gateways hide the JMS publisher.
    if off("jms.event_publisher") {
        return Some("gateway");
    }
    // From 2.2.0 on, gateways and key managers deploy no policies. A gateway
    // asks a Key Manager elsewhere, a Key Manager tells gateways elsewhere.
    let is_elsewhere = |key: &str| {
        let address = node.text(key).and_then(Address::of);
        address.is_some_and(|address| !is_loopback(&address.host))
    };
    if off("throttling.policy_deployer.enable") {
        if is_elsewhere("key_manager.server_url") {
            let reports = node.flag("throttling.data_publisher.enable") == Some(true);
            return reports.then_some("gateway");
        }
        let mut environments = node.entries("environments", "server_url");
        let tells =
            environments.any(|name| is_elsewhere(&format!("environments.{name}.server_url")));
        return tells.then_some("key-manager");
    }
    None
}

/// URL groups of traffic managers where this release does not look.
fn unread(home: &Home, store: &Store, links: LinkPolicy) -> Vec<Unread> {
    let Some((unread, read)) = home.version().and_then(unread_and_read) else {
        return Vec::new();
    };
    // A file that can't be read or parsed was told as that before.
    let Ok(snapshot) = store.read(Path::new(API_MANAGER), links, limits::MAX_BYTES as u64) else {
        return Vec::new();
    };
    let Ok(source) = Source::decode(snapshot.bytes()) else {
        return Vec::new();
    };
    let Ok(document) = Document::parse(&source) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for name in GROUPS {
        let element = Selector::parse(&format!("{unread}/{name}"))
            .ok()
            .and_then(|selector| selector.matches(&document).first().copied());
        let Some(element) = element else { continue };
        let position = source.position(element.span().start);
        all.push(Unread {
            element: format!("{}/{name}", short(unread)),
            instead: short(read).to_owned(),
            spot: Some(spot(home, API_MANAGER, position.line, position.column)),
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_by_name() {
        for (name, expect) in [
            ("gateway-worker", Some("gateway-worker")),
            ("apim-gateway-manager-2", Some("gateway-manager")),
            ("k8s-2.6.x-advanced-pattern-3-apim-gateway", Some("gateway")),
            ("docker-2.1.x-pattern-3-keymanager", Some("key-manager")),
            ("api-key-manager_1", Some("key-manager")),
            ("apim-store", Some("store")),
            ("publisher-store", None),
            ("apim-pub-store-tm-1", None),
            ("apim-pubstore-tm-1", None),
            ("apim-pubstore", None),
            ("apim-gw-manager-worker", Some("gateway")),
            ("apim-is-as-km", Some("key-manager")),
            ("wso2am-2.1.0", None),
            ("drugstore", None),
        ] {
            assert_eq!(by_name(name), expect, "{name}");
        }
    }
}
