//! Reports of many nodes as one: what differs alike is told once.
//!
//! Reports come from other machines and from other releases of this tool. Each
//! is read on its own and only what the page needs is kept of it, so that the
//! page of forty nodes is little larger than that of one.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, BufReader, Read};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounded_read::reason;
use crate::diagnostic::{Class, Diagnostic, printable};
use crate::plan::Outcome;
use crate::report::{DiagnosticReport, Report, SettingReport, Status, VERSION};

/// The version of [`MergedReport`]'s shape; grows as [`VERSION`] does.
pub const MERGED_VERSION: u32 = 1;

/// What the reports of many nodes come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MergedReport {
    /// The version of this shape.
    #[schemars(extend("const" = MERGED_VERSION))]
    pub version: u32,
    /// How many reports it was made of, one per node.
    pub nodes: usize,
    /// How many of them have each status.
    pub statuses: BTreeMap<Status, usize>,
    /// What is not yet what is asked for, by setting, in the order in which
    /// the reports have them.
    pub differences: Vec<Difference>,
    /// Nodes on which something stood in the way.
    pub failures: Vec<Failure>,
}

/// One setting that is not what is asked for on some nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// Its key, or `patch[n]`.
    pub key: String,
    /// The file's path in the home.
    pub file: String,
    /// How many nodes it is asked of.
    pub asked: usize,
    /// On how many of them it is as asked for.
    pub as_asked: usize,
    /// How it differs, what most nodes have in common first.
    pub variants: Vec<Variant>,
}

/// One way in which a setting differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Variant {
    /// What would become of it.
    pub outcome: Outcome,
    /// The value that is there; secrets are `******`.
    pub old: Option<String>,
    /// The value that is asked for; secrets are `******`.
    pub new: Option<String>,
    /// The nodes.
    pub nodes: Vec<String>,
}

/// A node on which something stood in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Failure {
    /// The node.
    pub node: String,
    /// What its run alone exited with.
    pub exit_code: u8,
    /// What stood in the way.
    pub errors: Vec<DiagnosticReport>,
}

impl MergedReport {
    /// Whether every node is what is asked of it.
    pub fn is_as_asked(&self) -> bool {
        self.differences.is_empty() && self.failures.is_empty()
    }
}

/// Reads reports and merges them.
///
/// ```
/// use apim_patch_core::merged_report::Merger;
///
/// let mut merger = Merger::default();
/// let errors = merger.read("gw.json", &b"{\"version\": 7}"[..]);
/// assert!(errors[0].message.contains("version 7"));
/// ```
#[derive(Debug, Default)]
pub struct Merger {
    names: HashSet<String>,
    statuses: BTreeMap<Status, usize>,
    differences: Vec<Difference>,
    failures: Vec<Failure>,
}

impl Merger {
    /// Takes all reports of `reader`, one JSON object after another; `source`
    /// is its name. Returns what could not be taken; the rest has been.
    pub fn read(&mut self, source: &str, reader: impl Read) -> Vec<Diagnostic> {
        let mut errors = Vec::new();
        let objects = serde_json::Deserializer::from_reader(BufReader::new(reader));
        let mut count = 0;
        for object in objects.into_iter::<serde_json::Value>() {
            count += 1;
            let place = format!("{}, object {count}", printable(source));
            let object = match object {
                Ok(object) => object,
                Err(error) => {
                    // What follows a broken object can't be told apart.
                    errors.push(unreadable(&place, &error));
                    return errors;
                }
            };
            match report_of(object) {
                Ok(report) => self.add(source, report),
                Err(why) => errors.push(no_report(format!("{place}: {why}"))),
            }
        }
        if count == 0 {
            let message = format!("{} holds no report", printable(source));
            errors.push(no_report(message));
        }
        errors
    }

    /// The page.
    pub fn finish(mut self) -> MergedReport {
        for difference in &mut self.differences {
            difference
                .variants
                .sort_by_key(|variant| std::cmp::Reverse(variant.nodes.len()));
        }
        self.differences
            .retain(|difference| !difference.variants.is_empty());
        MergedReport {
            version: MERGED_VERSION,
            nodes: self.names.len(),
            statuses: self.statuses,
            differences: self.differences,
            failures: self.failures,
        }
    }

    fn add(&mut self, source: &str, report: Report) {
        let node = self.name(source, &report);
        *self.statuses.entry(report.status).or_default() += 1;
        match report.status {
            Status::Failed => self.failures.push(Failure {
                node,
                exit_code: report.exit_code,
                errors: report.errors,
            }),
            // Of what was done, or need not be, nothing is left to tell; that
            // a setting is as asked for counts all the same.
            status => {
                let is_open = matches!(status, Status::Differences | Status::Planned);
                for setting in report.settings {
                    self.add_setting(&node, setting, is_open);
                }
            }
        }
    }

    fn add_setting(&mut self, node: &str, setting: SettingReport, is_open: bool) {
        if setting.outcome == Outcome::NotApplicable {
            return;
        }
        let known = self
            .differences
            .iter()
            .position(|known| known.key == setting.key && known.file == setting.file);
        let at = known.unwrap_or_else(|| {
            self.differences.push(Difference {
                key: setting.key,
                file: setting.file,
                asked: 0,
                as_asked: 0,
                variants: Vec::new(),
            });
            self.differences.len() - 1
        });
        let difference = &mut self.differences[at];
        difference.asked += 1;
        if setting.outcome == Outcome::Unchanged || !is_open {
            difference.as_asked += 1;
            return;
        }
        let alike = difference.variants.iter_mut().find(|variant| {
            variant.outcome == setting.outcome
                && variant.old == setting.old
                && variant.new == setting.new
        });
        match alike {
            Some(variant) => variant.nodes.push(node.to_owned()),
            None => difference.variants.push(Variant {
                outcome: setting.outcome,
                old: setting.old,
                new: setting.new,
                nodes: vec![node.to_owned()],
            }),
        }
    }

    /// What to call a node: its name, or else its home. Forty machines may all
    /// have theirs in one place; then the name of the report tells them apart.
    fn name(&mut self, source: &str, report: &Report) -> String {
        let short = report.node.clone().unwrap_or_else(|| report.home.clone());
        let long = format!("{short} ({source})");
        let numbered = (2..).map(|number| format!("{long} #{number}"));
        let mut names = [short, long.clone()].into_iter().chain(numbered);
        let name = names
            .find(|name| !self.names.contains(name))
            .unwrap_or(long);
        self.names.insert(name.clone());
        name
    }
}

/// What every report of every release begins with.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

fn report_of(object: serde_json::Value) -> Result<Report, String> {
    let Ok(Head { version }) = Head::deserialize(&object) else {
        return Err("this is no report: it has no version".into());
    };
    if version != VERSION {
        return Err(format!(
            "this is a report of version {version}, and this release reads version {VERSION}"
        ));
    }
    Report::deserialize(object)
        .map_err(|error| format!("this is no report of apply, diff or check: {error}"))
}

fn no_report(message: String) -> Diagnostic {
    Diagnostic::error("no-report", Class::Specification, message)
        .help("reports are what `apim-patch check --format json` prints")
}

fn unreadable(place: &str, error: &serde_json::Error) -> Diagnostic {
    match error.io_error_kind() {
        Some(kind) => {
            let why = reason(&io::Error::from(kind));
            let message = format!("{place}: {why}");
            Diagnostic::error("unreadable-file", Class::Specification, message)
        }
        None => no_report(format!("{place}: no valid JSON: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(key: &str, outcome: Outcome, old: &str) -> SettingReport {
        SettingReport {
            key: key.to_owned(),
            outcome,
            file: "f.xml".to_owned(),
            line: None,
            column: None,
            path: None,
            old: (!old.is_empty()).then(|| old.to_owned()),
            new: Some("new".to_owned()),
            reason: None,
            origin: String::new(),
        }
    }

    fn report(node: Option<&str>, settings: Vec<SettingReport>) -> Vec<u8> {
        let mut report = Report::new("/opt/wso2am", Status::Differences);
        report.node = node.map(str::to_owned);
        report.settings = settings;
        serde_json::to_vec(&report).unwrap()
    }

    #[test]
    fn what_differs_alike_is_told_once() {
        let mut merger = Merger::default();
        for number in 1..=5 {
            let odd = number == 4;
            let first = if odd { "odd" } else { "old" };
            let second = match odd {
                true => setting("b", Outcome::Inserted, ""),
                false => setting("b", Outcome::Unchanged, "new"),
            };
            let settings = vec![setting("a", Outcome::Set, first), second];
            let json = report(Some(&format!("gw-{number}")), settings);
            assert_eq!(merger.read("f", json.as_slice()), []);
        }
        let merged = merger.finish();
        assert_eq!(merged.nodes, 5);
        assert_eq!(merged.statuses, [(Status::Differences, 5)].into());
        let told: Vec<_> = merged
            .differences
            .iter()
            .map(|difference| {
                let nodes = difference.variants.iter().map(|v| v.nodes.len()).collect();
                (&difference.key[..], difference.as_asked, nodes)
            })
            .collect();
        assert_eq!(told, [("a", 0, vec![4, 1]), ("b", 4, vec![1])]);
        assert_eq!(merged.differences[0].variants[1].nodes, ["gw-4"]);
    }

    #[test]
    fn homes_in_one_place_are_told_apart() {
        let mut merger = Merger::default();
        for source in ["a.json", "b.json", "b.json"] {
            let json = report(None, vec![setting("k", Outcome::Set, "old")]);
            assert_eq!(merger.read(source, json.as_slice()), []);
        }
        assert_eq!(
            merger.finish().differences[0].variants[0].nodes,
            [
                "/opt/wso2am",
                "/opt/wso2am (b.json)",
                "/opt/wso2am (b.json) #2"
            ]
        );
    }

    #[test]
    fn what_is_no_report() {
        let good = String::from_utf8(report(Some("gw-1"), Vec::new())).unwrap();
        for (text, expect) in [
            ("", "f holds no report"),
            ("{", "f, object 1: no valid JSON"),
            ("7", "has no version"),
            ("{\"version\": 2}", "a report of version 2"),
            ("{\"version\": 1, \"settings\": []}", "no report of apply"),
        ] {
            let mut merger = Merger::default();
            let errors = merger.read("f", text.as_bytes());
            assert_eq!(errors.len(), 1, "{text}");
            assert!(errors[0].message.contains(expect), "{}", errors[0].message);
            assert_eq!(errors[0].class, Class::Specification);
            // What stands before it counts.
            let both = format!("{good}\n{text}");
            let mut merger = Merger::default();
            let errors = merger.read("f", both.as_bytes());
            assert_eq!(errors.len(), usize::from(!text.is_empty()), "{text}");
            assert_eq!(merger.finish().nodes, 1);
        }
    }
}
