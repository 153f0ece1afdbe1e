//! `check` as SARIF. Each setting is a rule: that it is as asked for.

use serde_json::json;

use super::place::{Location, PhysicalLocation};
use super::{Document, Outcome, Rule, fingerprint, notifications};
use crate::catalogue;
use crate::plan;
use crate::report::{Report, SettingReport};

/// The rule of what is asked for by `[[patch]]`.
const PATCH: &str = "patch";
/// The rule of `--prune-apps`.
const APPLICATION: &str = "application";

/// What `check` found in homes, as one document. `exit_code` is that of the
/// whole run.
pub fn check(reports: &[Report], exit_code: u8) -> Document {
    let mut rules: Vec<Rule> = Vec::new();
    let mut results = Vec::new();
    let mut all_notifications = Vec::new();
    for report in reports {
        for setting in &report.settings {
            if let Some(message) = message(setting) {
                let rule = rule_of(&setting.key, &mut rules);
                results.push(of_setting(report, setting, message, rule, &rules));
            }
        }
        for path in &report.removed {
            let rule = index(APPLICATION, &mut rules);
            results.push(of_application(report, path, rule));
        }
        let home = Some(report.home.as_str());
        all_notifications.extend(notifications(&report.errors, &report.warnings, home));
    }
    Document::new("check", exit_code, rules, results, all_notifications)
}

/// What is not as asked for, in a sentence.
fn message(setting: &SettingReport) -> Option<String> {
    use plan::Outcome;
    let key = &setting.key;
    let quoted = |value: &Option<String>| match value {
        Some(value) => format!("`{value}`"),
        None => "what it is".to_owned(),
    };
    let (old, new) = (quoted(&setting.old), quoted(&setting.new));
    let wanted = match &setting.new {
        Some(_) => format!("shall be {new}"),
        None => "shall be there".to_owned(),
    };
    let what = match setting.outcome {
        Outcome::Unchanged | Outcome::NotApplicable => return None,
        Outcome::Set => format!("`{key}` is {old} and {wanted}"),
        Outcome::Restored => format!("`{key}` is commented out and {wanted}"),
        Outcome::Inserted => format!("`{key}` is not there and {wanted}"),
        Outcome::CommentedOut | Outcome::Removed => format!("`{key}` is there and shall not be"),
    };
    Some(format!("{what} (asked for by {})", setting.origin))
}

fn of_setting(
    report: &Report,
    setting: &SettingReport,
    message: String,
    rule: usize,
    rules: &[Rule],
) -> Outcome {
    let path = in_home(report, &setting.file);
    let mut location = Location::from(PhysicalLocation::new(&path, setting.line, setting.column));
    let place = setting.path.as_ref();
    let kind = match place.is_some_and(|place| place.contains("/@")) {
        true => "attribute",
        false => "element",
    };
    location.logical_locations = vec![json!({
        "name": setting.key,
        "fullyQualifiedName": place.unwrap_or(&setting.key),
        "kind": kind,
    })];
    Outcome {
        rule_id: rules.get(rule).map_or(PATCH, |rule| rule.id),
        rule_index: rule,
        level: "error",
        message: message.into(),
        locations: vec![location],
        related_locations: Vec::new(),
        partial_fingerprints: fingerprint("setting", &[node(report), &setting.file, &setting.key]),
        properties: json!({
            "home": report.home,
            "node": report.node,
            "profile": report.profile,
            "outcome": setting.outcome,
            "old": setting.old,
            "new": setting.new,
        }),
    }
}

fn of_application(report: &Report, path: &str, rule: usize) -> Outcome {
    let place = PhysicalLocation::new(&in_home(report, path), None, None);
    Outcome {
        rule_id: APPLICATION,
        rule_index: rule,
        level: "error",
        message: format!("`{path}` is there and shall not be (asked for by --prune-apps)").into(),
        locations: vec![place.into()],
        related_locations: Vec::new(),
        partial_fingerprints: fingerprint("application", &[node(report), path]),
        properties: json!({
            "home": report.home,
            "node": report.node,
            "profile": report.profile,
        }),
    }
}

/// What tells one home from another.
fn node(report: &Report) -> &str {
    report.node.as_ref().unwrap_or(&report.home)
}

fn in_home(report: &Report, path: &str) -> String {
    format!("{}/{path}", report.home.trim_end_matches('/'))
}

/// The index of the rule that a setting or patch belongs to.
fn rule_of(key: &str, rules: &mut Vec<Rule>) -> usize {
    match catalogue::find(key) {
        Some((row, _)) => index(row.key, rules),
        None => index(PATCH, rules),
    }
}

fn index(id: &'static str, rules: &mut Vec<Rule>) -> usize {
    let known = rules.iter().position(|rule| rule.id == id);
    known.unwrap_or_else(|| {
        rules.push(rule(id));
        rules.len() - 1
    })
}

fn rule(id: &'static str) -> Rule {
    let (short, full, help) = match (catalogue::row(id), id) {
        (Some(row), _) => (
            format!("`{id}` is as asked for"),
            row.doc.to_owned(),
            format!(
                "`apim-patch diff` shows what differs, `apim-patch apply` sets it.\nStands in \
                 {}. Source: {}",
                row.file, row.source
            ),
        ),
        (None, APPLICATION) => (
            "Applications that the profile can do without are gone".to_owned(),
            "With --prune-apps, the web and Jaggery applications that no node of the profile needs \
             are taken away"
                .to_owned(),
            "`apim-patch apply --prune-apps` takes them away.".to_owned(),
        ),
        (None, _) => (
            "What the deployment file patches is as asked for".to_owned(),
            "A `[[patch]]` changes what the catalogue has no setting for".to_owned(),
            "`apim-patch diff` shows what differs, `apim-patch apply` patches it.".to_owned(),
        ),
    };
    Rule {
        id,
        short_description: short.into(),
        full_description: full.into(),
        help: help.into(),
        default_configuration: json!({ "level": "error" }),
    }
}
