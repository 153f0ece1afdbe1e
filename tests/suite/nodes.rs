//! Homes that others have changed already: every node of the corpus, laid over its stock home.
//!
//! The table of outcomes: `cargo test -p apim-patch --test suite -- --nocapture nodes`

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{
    API_MANAGER, CARBON, CATALINA, Element, Home, Run, Tool, acceptance, changed_lines, corpus,
    independent_all, texts,
};

/// What a line that changes may hold: the targets of the acceptance case and of the gateway profile.
const TARGETS: [(&str, &[&str]); 3] = [
    (
        API_MANAGER,
        &[
            "ServerURL>",
            "Username>",
            "Password>",
            "KeyValidatorClientType>",
            "EnableThriftServer>",
            "JMSEventPublisherParameters>",
            "Enabled>",
        ],
    ),
    (CARBON, &["<HostName", "<!--HostName", "MgtHostName"]),
    (CATALINA, &["proxyPort="]),
];

/// Where an independent parser may see another value than before.
const TARGET_PATHS: [&str; 8] = [
    "/APIManager/APIKeyValidator/ServerURL",
    "/APIManager/APIKeyValidator/Username",
    "/APIManager/APIKeyValidator/Password",
    "/APIManager/APIKeyValidator/KeyValidatorClientType",
    "/APIManager/APIKeyValidator/EnableThriftServer",
    "/APIManager/ThrottlingConfigurations/PolicyDeployer/Enabled",
    "/Server/HostName",
    "/Server/MgtHostName",
];
const PUBLISHER: &str = "/APIManager/ThrottlingConfigurations/JMSEventPublisherParameters";
const CONNECTOR: &str = "/Server/Service/Connector";

pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) directory: PathBuf,
    pub(crate) stock: String,
}

/// Every node home that has an api-manager.xml, with the stock home it is nearest to.
pub(crate) fn nodes(corpus: &Path) -> Vec<Node> {
    let index = fs::read_to_string(corpus.join("INDEX.tsv")).unwrap();
    let mut found = Vec::new();
    for line in index.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let Some(name) = columns[0].strip_suffix(&format!("/{API_MANAGER}")) else {
            continue;
        };
        if name.starts_with("nodes/") || name.starts_with("profiles/") {
            found.push(Node {
                directory: corpus.join(name),
                stock: stock(columns[4], columns[2]),
                name: name.to_owned(),
            });
        }
    }
    assert!(!found.is_empty(), "no node in {}", corpus.display());
    found
}

/// `2.1.0:13ops` or `2.0.0,2.1.0`: the first one named. api-manager.xml decides for the whole home,
/// since its shape is what versions differ in. Releases that the corpus lacks have a neighbour.
fn stock(nearest: &str, version: &str) -> String {
    let named = if nearest.is_empty() { version } else { nearest };
    let first = named.split([',', ':']).next().unwrap();
    let release = match first {
        "1.8.0" => "2.0.0",
        "2.1.x" | "2.1.0-update14" => "2.1.0",
        "2.2.x" | "2.2.0-update7" => "2.2.0",
        "2.5.0" | "2.5.x" | "2.6.x" => "2.6.0",
        other => other,
    };
    format!("am-{release}")
}

#[derive(Default)]
struct Outcome {
    status: i32,
    lines: BTreeMap<&'static str, (usize, usize)>,
    reason: String,
    faults: Vec<String>,
}

fn outcome(node: &Node, corpus: &Path, deployment: &Path) -> Outcome {
    let home = Home::copy_of(&corpus.join("stock").join(&node.stock));
    home.overlay(&node.directory);
    let (tree, before) = (home.tree(), home.files());
    let elements_before = parsed(&home);

    let run = home.gateway("apply", deployment);
    let mut outcome = Outcome {
        status: run.status(),
        ..Outcome::default()
    };
    if run.status() != 0 {
        outcome.reason = reason(&run);
        if ![2, 3].contains(&run.status()) || outcome.reason.is_empty() {
            outcome
                .faults
                .push(format!("no refusal with a reason: {run}"));
        }
        let differences = tree.differences(&home.tree(), crate::harness::Compare::Everything);
        outcome.faults.extend(differences);
        return outcome;
    }

    for (name, targets) in TARGETS {
        let (gone, came) = changed_lines(before.content(name), &home.read(name));
        outcome.lines.insert(name, (gone.len(), came.len()));
        let strays = gone.iter().chain(&came);
        let strays = strays.filter(|line| !targets.iter().any(|target| line.contains(target)));
        outcome
            .faults
            .extend(strays.map(|line| format!("{name}: changed {line:?}")));
    }
    let names = TARGETS.map(|(name, _)| name);
    let others = before.without(&names);
    let strays = others.differences(
        &home.files().without(&names),
        crate::harness::Compare::Everything,
    );
    outcome.faults.extend(strays);
    let read = elements_before
        .into_iter()
        .zip(parsed(&home))
        .flat_map(|(before, after)| before.into_iter().zip(after));
    for (before, after) in read {
        outcome.faults.extend(meaning_faults(&before, &after));
    }

    let after = home.tree();
    let again = home.gateway("apply", deployment);
    if again.status() != 0 {
        outcome.faults.push(format!("the second time: {again}"));
    }
    let moved = after.differences(&home.tree(), crate::harness::Compare::Everything);
    outcome.faults.extend(moved);
    let back = Tool::new("revert").home(&home).run();
    if back.status() != 0 {
        outcome.faults.push(format!("the way back: {back}"));
    }
    let missing = before.differences(&home.files(), crate::harness::Compare::Content);
    outcome.faults.extend(missing);
    outcome
}

fn parsed(home: &Home) -> Option<Vec<Vec<Element>>> {
    independent_all(&TARGETS.map(|(name, _)| home.file(name)))
}

/// What the server reads now, and that it reads nothing else differently.
fn meaning_faults(before: &[Element], after: &[Element]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut wants = |path: &str, value: &str| {
        let root = &after[0].path;
        if path.starts_with(&format!("{root}/")) {
            // The first of several is the one that the server reads.
            let got = texts(after, path).first().map(|text| (*text).to_owned());
            if got.as_deref() != Some(value) {
                faults.push(format!("{path} reads {got:?}, not {value:?}"));
            }
        }
    };
    wants(TARGET_PATHS[0], "https://km.example.com:9443/services/");
    wants(TARGET_PATHS[1], "admin2");
    wants(TARGET_PATHS[2], "s3cret&<x");
    wants(TARGET_PATHS[3], "WSClient");
    wants(TARGET_PATHS[4], "false");
    // carbon.xml and catalina-server.xml share the name of their root.
    if texts(after, CONNECTOR).is_empty() {
        wants(TARGET_PATHS[6], "gw.am.wso2.com");
        wants(TARGET_PATHS[7], "gw.am.wso2.com");
    }
    let deployer = TARGET_PATHS[5];
    if !texts(before, deployer).is_empty() {
        wants(deployer, "false");
    }
    if after.iter().any(|element| element.path == PUBLISHER) {
        faults.push("JMSEventPublisherParameters is still active".to_owned());
    }
    for connector in after.iter().filter(|element| element.path == CONNECTOR) {
        let scheme = connector
            .attributes
            .get("scheme")
            .map_or("http", |s| s.as_str());
        let wanted = if scheme == "https" { "443" } else { "80" };
        let got = connector.attributes.get("proxyPort");
        if got.map(String::as_str) != Some(wanted) {
            faults.push(format!("the {scheme} Connector has proxyPort {got:?}"));
        }
    }
    if rest(before) != rest(after) {
        faults.push(format!("{} reads differently elsewhere", after[0].path));
    }
    faults
}

/// Everything that is no target, with white space between elements left out: a hidden block leaves its
/// line end behind.
fn rest(elements: &[Element]) -> Vec<Element> {
    let targets = |element: &&Element| {
        !TARGET_PATHS.contains(&element.path.as_str()) && !element.path.starts_with(PUBLISHER)
    };
    let mut rest: Vec<Element> = elements.iter().filter(targets).cloned().collect();
    for element in &mut rest {
        element.attributes.remove("proxyPort");
        if element.text.trim().is_empty() {
            element.text.clear();
        }
        let parents = [
            "/Server",
            "/APIManager/ThrottlingConfigurations",
            "/APIManager/APIKeyValidator",
        ];
        if parents.contains(&element.path.as_str()) {
            element.text = element.text.split_whitespace().collect();
        }
    }
    rest
}

fn reason(run: &Run) -> String {
    let all = run.err();
    let lines = all.lines().map(str::trim);
    let line = lines.clone().find(|line| line.starts_with("error"));
    let line = line.or_else(|| lines.clone().find(|line| !line.is_empty()));
    line.unwrap_or_default().chars().take(160).collect()
}

#[test]
fn nodes_become_gateways_or_say_why_not() {
    let (Some(corpus), Some(acceptance)) = (corpus(), acceptance()) else {
        return;
    };
    let deployment = acceptance.join("gateway-ws.toml");
    let mut faults = Vec::new();
    let mut tally: BTreeMap<String, usize> = BTreeMap::new();
    println!("| home | over | exit | api-manager | carbon | catalina | why not |");
    println!("|---|---|--:|--:|--:|--:|---|");
    let nodes = nodes(&corpus);
    for node in &nodes {
        let outcome = outcome(node, &corpus, &deployment);
        let lines = TARGETS.map(|(name, _)| match outcome.lines.get(name) {
            Some((gone, came)) => format!("-{gone} +{came}"),
            None => "·".to_owned(),
        });
        println!(
            "| {} | {} | {} | {} | {} |",
            node.name,
            node.stock,
            outcome.status,
            lines.join(" | "),
            outcome.reason
        );
        *tally.entry(format!("exit {}", outcome.status)).or_default() += 1;
        let named = outcome
            .faults
            .iter()
            .map(|fault| format!("{}: {fault}", node.name));
        faults.extend(named);
    }
    println!("\n{} homes: {tally:?}", nodes.len());
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
