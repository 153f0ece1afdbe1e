//! What follows for the nodes of whole deployment files.

mod cluster;
mod clusters;
mod connections;
mod environments;
mod key_managers;
mod restart;
mod throttling;

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::spec::{DeploymentFile, Origin, Requested, Selection};

/// A load balancer with every kind of port.
const FRONT: &str = "
[load_balancers.front]
host_name = 'api.example.com'
mgt_host_name = 'mgt.example.com'
traffic = { http = 80, https = 443 }
servlet = { http = 9763, https = 9443 }
websocket = { ws = 9099, wss = 8099 }
";

fn file(text: &str) -> DeploymentFile {
    match DeploymentFile::parse(Path::new("f.toml"), text.as_bytes()) {
        Ok(file) => file,
        Err(problems) => panic!("{}\n{text}", lines(&problems)),
    }
}

fn selection(text: &str, node: &str) -> Result<Selection, Vec<Diagnostic>> {
    file(text).select_node(node)
}

/// One line per diagnostic: code, message, places, first help.
fn lines(diagnostics: &[Diagnostic]) -> String {
    let line = |diagnostic: &Diagnostic| {
        let labels = diagnostic.labels.iter();
        let places: Vec<_> = labels
            .map(|label| format!("{}:{}", label.spot.line, label.spot.column))
            .collect();
        let help = diagnostic.help.first().map(|help| format!(" | {help}"));
        let (code, message) = (diagnostic.code, &diagnostic.message);
        let help = help.unwrap_or_default();
        format!("{code} {message} ({}){help}", places.join(", "))
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `key = value <- table` of every derived setting whose key is one of `keys`,
/// or starts with one that ends in a dot.
fn derived(selection: &Selection, keys: &[&str]) -> Vec<String> {
    selection
        .settings
        .iter()
        .filter(|setting| keys.iter().any(|key| asked(setting.row.key, key)))
        .filter_map(|setting| {
            let Origin::Derived { from, .. } = &setting.origin else {
                return None;
            };
            let value = match &setting.requested {
                Requested::Value(value) => value.to_string(),
                Requested::Absent => "absent".into(),
            };
            Some(format!("{} = {value} <- {from}", setting.key()))
        })
        .collect()
}

fn asked(row: &str, key: &str) -> bool {
    row == key || key.ends_with('.') && row.starts_with(key)
}

fn check(text: &str, node: &str, keys: &[&str], expect: &[&str]) {
    match selection(text, node) {
        Ok(selection) => assert_eq!(derived(&selection, keys), expect, "{node} of\n{text}"),
        Err(problems) => panic!("{}\n{node} of\n{text}", lines(&problems)),
    }
}

fn check_refused(text: &str, node: &str, expect: &str) {
    match selection(text, node) {
        Ok(selection) => panic!("{:?}\n{node} of\n{text}", selection.settings),
        Err(problems) => assert_eq!(lines(&problems), expect, "{node} of\n{text}"),
    }
}
