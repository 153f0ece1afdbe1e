//! Whole deployment files, from their text to what is asked for.

mod any_input;
mod deployment;
mod file;
mod patches;
mod selection;

use std::net::IpAddr;
use std::path::Path;

use super::*;
use crate::diagnostic::{Class, Diagnostic};

const GATEWAY: &str = r#"
[key_manager]
server_url = "https://km.example.com:9443/services/"
client = "WSClient"
[server]
host_name = "gw.example.com"
mgt_host_name = "gw.example.com"
"#;

fn parse(text: &str) -> Result<DeploymentFile, Vec<Diagnostic>> {
    DeploymentFile::parse(Path::new("conf/f.toml"), text.as_bytes())
}

/// One line per diagnostic: code, primary place, message, first help.
fn lines(diagnostics: &[Diagnostic]) -> String {
    let line = |diagnostic: &Diagnostic| {
        let place = diagnostic
            .labels
            .first()
            .map(|label| label.spot.to_string());
        let place = place.unwrap_or_default().replace("conf/f.toml", "");
        let help = diagnostic.help.first().map(|help| format!(" | {help}"));
        format!(
            "{}{place} {}{}",
            diagnostic.code,
            diagnostic.message,
            help.unwrap_or_default()
        )
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The problems of a file that is refused.
fn check_refused(text: &str, expect: &str) {
    let problems = parse(text).unwrap_err();
    assert!(
        problems
            .iter()
            .all(|problem| problem.class == Class::Specification)
    );
    assert_eq!(lines(&problems), expect, "{text}");
}

fn check_warned(text: &str, expect: &str) {
    assert_eq!(lines(&parse(text).unwrap().warnings), expect, "{text}");
}

struct Asked<'a> {
    profile: Option<&'a str>,
    node: Option<&'a str>,
    options: &'a [SetOption],
    partial: bool,
    home: &'a str,
}

const NOTHING: Asked<'_> = Asked {
    profile: Some("gateway"),
    node: None,
    options: &[],
    partial: false,
    home: "/opt/wso2am",
};

fn selected(text: Option<&str>, asked: &Asked<'_>) -> Result<Selection, Vec<Diagnostic>> {
    let file = text.map(|text| parse(text).unwrap());
    let machine = Machine {
        names: vec!["gw-1.example.com".into()],
        addresses: vec![IpAddr::from([10, 0, 0, 11])],
    };
    let choice = Choice {
        profile: asked.profile,
        node: asked.node,
        options: asked.options,
        partial: asked.partial,
        home: Path::new(asked.home),
        machine: &machine,
    };
    select(file.as_ref(), &choice)
}

/// `key = value (origin)` of every setting.
fn settings<V>(selection: &Selection<V>, show: impl Fn(&V) -> String) -> Vec<String> {
    let line = |setting: &Setting<V>| {
        let value = match &setting.requested {
            Requested::Value(value) => show(value),
            Requested::Absent => "absent".into(),
        };
        format!("{} = {value} ({})", setting.key(), setting.origin)
    };
    selection.settings.iter().map(line).collect()
}

fn show(value: &Value) -> String {
    value.to_string()
}
