//! Reports of many nodes as one: what differs alike is told once.
//!
//! Reports come from other machines and from other releases of this tool. Each
//! is read on its own and only what the page needs is kept of it, so that the
//! page of forty nodes is little larger than that of one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::node_names::NodeNames;
use crate::plan::Outcome;
use crate::report::{DiagnosticReport, Report, SettingReport, Status};

/// The version of [`MergedReport`]'s shape; grows as [`VERSION`](crate::report::VERSION) does.
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

/// Takes reports, one by one, and merges them.
#[derive(Debug, Default)]
pub struct Merger {
    names: NodeNames,
    statuses: BTreeMap<Status, usize>,
    differences: Vec<Difference>,
    failures: Vec<Failure>,
}

impl Merger {
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

    /// Takes one report; `source` is its name.
    pub fn add(&mut self, source: &str, report: Report) {
        let node = self.names.name(source, &report);
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

    fn report(node: Option<&str>, settings: Vec<SettingReport>) -> Report {
        let mut report = Report::new("/opt/wso2am", Status::Differences);
        report.node = node.map(str::to_owned);
        report.settings = settings;
        report
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
            merger.add("f", report(Some(&format!("gw-{number}")), settings));
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
            merger.add(
                source,
                report(None, vec![setting("k", Outcome::Set, "old")]),
            );
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
}
