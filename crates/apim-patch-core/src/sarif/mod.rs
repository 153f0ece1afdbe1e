//! Findings and differences as SARIF 2.1.0, the format in which code scanning
//! services and editors take results: one document with one run.
//!
//! Of the standard's many objects only those are here that have something to
//! say. Names are the standard's.

mod check;
mod lint;
mod place;

use file_transaction::Digest;
use serde::Serialize;
use serde_json::{Value, json};

use crate::report::DiagnosticReport;
pub use check::check;
pub use lint::lint;
use place::{Location, PhysicalLocation};

/// The version of the standard.
const VERSION: &str = "2.1.0";
/// Where the standard's own schema is published; some services ask for it.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A SARIF document.
#[derive(Debug, Serialize)]
pub struct Document {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Value,
    automation_details: Value,
    invocations: [Invocation; 1],
    /// In what columns are counted.
    column_kind: &'static str,
    results: Vec<Outcome>,
}

/// What a rule looks for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    full_description: Text,
    help: Text,
    default_configuration: Value,
}

/// A `result`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Value,
    properties: Value,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: Vec<Notification>,
}

/// An error or a warning that is no result.
#[derive(Debug, Serialize)]
struct Notification {
    descriptor: Value,
    level: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Value::is_null")]
    properties: Value,
}

#[derive(Debug, Clone, Serialize)]
struct Text {
    text: String,
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self { text }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Document {
    /// The document of one run of `command`. `exit_code` is that of the whole
    /// run.
    fn new(
        command: &str,
        exit_code: u8,
        rules: Vec<Rule>,
        results: Vec<Outcome>,
        notifications: Vec<Notification>,
    ) -> Self {
        let failed = notifications.iter().any(|one| one.level == "error");
        let version = env!("CARGO_PKG_VERSION");
        let run = Run {
            tool: json!({ "driver": {
                "name": "apim-patch",
                "version": version,
                "semanticVersion": version,
                "rules": rules,
            } }),
            // What another command found does not take the place of this.
            automation_details: json!({ "id": format!("apim-patch/{command}/") }),
            invocations: [Invocation {
                execution_successful: !failed,
                exit_code,
                tool_execution_notifications: notifications,
            }],
            column_kind: "unicodeCodePoints",
            results,
        };
        Self {
            schema: SCHEMA,
            version: VERSION,
            runs: [run],
        }
    }
}

/// Errors and warnings of `home`, or of none, as notifications.
fn notifications<'r>(
    errors: &'r [DiagnosticReport],
    warnings: &'r [DiagnosticReport],
    home: Option<&'r str>,
) -> impl Iterator<Item = Notification> {
    let levels = [("error", errors), ("warning", warnings)];
    levels.into_iter().flat_map(move |(level, reports)| {
        let notification = move |report: &DiagnosticReport| {
            let mut text = report.message.clone();
            for help in &report.help {
                text.push_str(&format!("\n{help}"));
            }
            let file = report.file.as_deref();
            let places = file.map(|file| PhysicalLocation::new(file, report.line, report.column));
            Notification {
                descriptor: json!({ "id": report.code }),
                level,
                message: text.into(),
                locations: places.into_iter().map(Location::from).collect(),
                properties: home.map_or(Value::Null, |home| json!({ "home": home })),
            }
        };
        reports.iter().map(notification)
    })
}

/// What stays the same of a result when lines move: by it a service tells a new
/// one from one that it knows.
fn fingerprint(kind: &str, parts: &[&str]) -> Value {
    let digest = Digest::of(parts.join("\0").as_bytes()).to_string();
    json!({ format!("{kind}/v1"): digest })
}
