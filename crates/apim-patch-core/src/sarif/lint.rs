//! `lint` as SARIF. All rules are told, also those that found nothing.

use serde_json::{Value, json};

use super::place::{Location, PhysicalLocation};
use super::{Document, Outcome, Rule, fingerprint, notifications};
use crate::diagnostic::Severity;
use crate::lint::{self, FindingReport, LintReport, PlaceReport};

/// What `lint` found, as a document.
pub fn lint(report: &LintReport) -> Document {
    let rules: Vec<Rule> = lint::rules().map(rule).collect();
    let results = report.findings.iter().map(|finding| {
        let index = rules.iter().position(|rule| rule.id == finding.code);
        result(report, finding, index.unwrap_or_default())
    });
    let results = results.collect();
    let notifications = notifications(&report.errors, &report.warnings, None);
    let notifications = notifications.collect();
    Document::new("lint", report.exit_code, rules, results, notifications)
}

fn rule(rule: &'static lint::Rule) -> Rule {
    let level = match rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    Rule {
        id: rule.code,
        short_description: rule.what.into(),
        full_description: rule.why.into(),
        help: format!("{}\nSource: {}", rule.help, rule.source).into(),
        default_configuration: json!({ "level": level }),
    }
}

fn result(report: &LintReport, finding: &FindingReport, index: usize) -> Outcome {
    let places = finding.places.iter();
    let physical = |place: &PlaceReport| {
        PhysicalLocation::new(&place.file, Some(place.line), Some(place.column))
    };
    let nodes: Vec<Value> = finding
        .nodes
        .iter()
        .map(|node| json!({ "name": node }))
        .collect();
    // Services drop what has no place at all; then the file stands for it.
    let first = match finding.places.first() {
        Some(place) => Some(physical(place)),
        None => report
            .file
            .as_deref()
            .map(|file| PhysicalLocation::new(file, None, None)),
    };
    let first = first.map(|place| Location {
        logical_locations: nodes,
        ..place.into()
    });
    let related = places.skip(1).enumerate().map(|(index, place)| Location {
        id: Some(index + 1),
        message: (!place.text.is_empty()).then(|| place.text.as_str().into()),
        ..physical(place).into()
    });
    let message = match finding.nodes.is_empty() {
        true => finding.message.clone(),
        false => format!("{}: {}", finding.nodes.join(", "), finding.message),
    };
    let mut parts = vec![finding.code, finding.message.as_str()];
    parts.extend(finding.nodes.iter().map(String::as_str));
    let profiles = report
        .nodes
        .iter()
        .filter(|node| finding.nodes.contains(&node.name));
    Outcome {
        rule_id: finding.code,
        rule_index: index,
        level: finding.severity,
        message: message.into(),
        locations: first.into_iter().collect(),
        related_locations: related.collect(),
        partial_fingerprints: fingerprint("finding", &parts),
        properties: json!({
            "nodes": finding.nodes,
            "profiles": profiles.map(|node| node.profile).collect::<Vec<_>>(),
        }),
    }
}
