//! The reviews of many nodes as one: what changes alike is shown once.
//!
//! Alike are places of a file, not files: of forty gateways each has its own
//! address in `axis2.xml` and all else in common.

use std::collections::HashMap;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::diff::Hunk;
use crate::node_names::NodeNames;
use crate::plan::Outcome;
use crate::report::{DiagnosticReport, Report, SettingReport, Status};
use crate::review::{Review, ReviewedChange, ReviewedFile};

/// What would change, or has changed, on many nodes.
///
/// Nodes are told by their index in `nodes`, everywhere in ascending order.
#[derive(Clone, PartialEq, Eq)]
pub struct GroupedReview {
    /// The nodes, in the order of their reports.
    pub nodes: Vec<ReviewedNode>,
    /// The files that change on at least one.
    pub files: Vec<GroupedFile>,
    /// Applications that go, by their path in the home.
    pub removed: Vec<Shared<String>>,
    /// What the person should know.
    pub warnings: Vec<Shared<DiagnosticReport>>,
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewedNode {
    /// What it is called: by its name, or else by its home.
    pub name: String,
    /// The home as it was given.
    pub home: String,
    /// The profile.
    pub profile: Option<String>,
    /// The version of the product that the home's marks show.
    pub product_version: Option<String>,
    /// What happened.
    pub status: Status,
    /// How many of its files change.
    pub files: usize,
    /// How many of its settings change, and how many applications go.
    pub changes: usize,
    /// What stood in the way.
    pub errors: Vec<DiagnosticReport>,
}

/// What some nodes have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared<T> {
    /// What that is.
    pub what: T,
    /// The nodes.
    pub nodes: Vec<usize>,
}

/// What changes in one file.
#[derive(Clone, PartialEq, Eq)]
pub struct GroupedFile {
    /// Its path in the home.
    pub path: String,
    /// The nodes on which it changes.
    pub nodes: Vec<usize>,
    /// The places where it changes, from its beginning.
    pub parts: Vec<Part>,
}

/// A place of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// The nodes of which something is asked here.
    pub asked: Vec<usize>,
    /// How it changes, what most nodes have in common first.
    pub variants: Vec<Variant>,
}

/// One way in which a place changes.
#[derive(Clone, PartialEq, Eq)]
pub struct Variant {
    /// The nodes.
    pub nodes: Vec<usize>,
    /// The lines; line numbers after the change are those of the first node.
    /// `None` for settings for which the whole file becomes another.
    pub hunk: Option<Hunk>,
    /// The settings that it is for.
    pub changes: Vec<GroupedChange>,
}

/// A setting that changes alike on some nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupedChange {
    /// What becomes of it, as the first node's report says.
    pub setting: SettingReport,
    /// What the setting does.
    pub doc: Option<&'static str>,
    /// Where that is documented.
    pub source: Option<&'static str>,
    /// Why it changes: on all nodes for one reason, or each with its own.
    pub reasons: Vec<Shared<String>>,
}

impl Part {
    /// The nodes that are as asked for here.
    pub fn as_asked(&self) -> Vec<usize> {
        let changes = |node: &usize| self.variants.iter().any(|of| of.nodes.contains(node));
        let asked = self.asked.iter().copied();
        asked.filter(|node| !changes(node)).collect()
    }
}

/// Takes reports, one by one, and groups what they say.
#[derive(Default)]
pub struct Grouper {
    names: NodeNames,
    nodes: Vec<ReviewedNode>,
    files: Vec<Gathered>,
    file_of: HashMap<String, usize>,
    removed: Vec<Shared<String>>,
    warnings: Vec<Shared<DiagnosticReport>>,
}

/// What is known of a file so far.
#[derive(Default)]
struct Gathered {
    path: String,
    nodes: Vec<usize>,
    variants: Vec<Variant>,
    variant_of: HashMap<Likeness, usize>,
    /// The nodes of which each setting is asked.
    asked: HashMap<String, Vec<usize>>,
}

/// What makes two places alike: where they are, their lines, and what becomes
/// of which setting. Who asked need not be the same.
#[derive(PartialEq, Eq, Hash)]
struct Likeness {
    old: Range<usize>,
    lines: String,
    settings: Vec<(String, Outcome, Option<String>, Option<String>)>,
}

impl Grouper {
    /// Takes one report; `source` is its name.
    ///
    /// # Errors
    ///
    /// The report holds a diff that is none. Nothing is taken of it.
    pub fn add(&mut self, source: &str, report: &Report) -> Result<(), Diagnostic> {
        let review = Review::of(report)?;
        let node = self.nodes.len();
        self.nodes.push(ReviewedNode {
            name: self.names.name(source, report),
            home: report.home.clone(),
            profile: report.profile.clone(),
            product_version: report.product_version.clone(),
            status: report.status,
            files: review.files.len(),
            changes: review.changes().count() + review.removed.len(),
            errors: report.errors.clone(),
        });
        for setting in &report.settings {
            if setting.outcome != Outcome::NotApplicable {
                let asked = &mut self.file(&setting.file).asked;
                let asked = asked.entry(setting.key.clone()).or_default();
                if asked.last() != Some(&node) {
                    asked.push(node);
                }
            }
        }
        for file in &review.files {
            self.file(&file.diff.path).add(node, file);
        }
        for path in review.removed {
            share(&mut self.removed, path, node);
        }
        for warning in review.warnings {
            share(&mut self.warnings, warning, node);
        }
        Ok(())
    }

    /// What all reports say together.
    pub fn finish(self) -> GroupedReview {
        let files = self.files.into_iter();
        GroupedReview {
            nodes: self.nodes,
            files: files
                .filter(|file| !file.nodes.is_empty())
                .map(Gathered::finish)
                .collect(),
            removed: self.removed,
            warnings: self.warnings,
        }
    }

    fn file(&mut self, path: &str) -> &mut Gathered {
        let next = self.files.len();
        let index = *self.file_of.entry(path.to_owned()).or_insert(next);
        if index == next {
            self.files.push(Gathered {
                path: path.to_owned(),
                ..Gathered::default()
            });
        }
        &mut self.files[index]
    }
}

impl Gathered {
    fn add(&mut self, node: usize, file: &ReviewedFile) {
        self.nodes.push(node);
        let of_all: Vec<_> = file.changes_of_all().collect();
        if !of_all.is_empty() {
            self.add_variant(node, None, &of_all);
        }
        for (index, hunk) in file.diff.hunks.iter().enumerate() {
            let changes: Vec<_> = file.changes_of(index).collect();
            self.add_variant(node, Some(hunk), &changes);
        }
    }

    fn add_variant(&mut self, node: usize, hunk: Option<&Hunk>, changes: &[&ReviewedChange]) {
        let likeness = Likeness::of(hunk, changes);
        let next = self.variants.len();
        let index = *self.variant_of.entry(likeness).or_insert(next);
        if index == next {
            self.variants.push(Variant {
                nodes: Vec::new(),
                hunk: hunk.cloned(),
                changes: changes.iter().map(|change| grouped(change)).collect(),
            });
        }
        let variant = &mut self.variants[index];
        variant.nodes.push(node);
        for (known, change) in variant.changes.iter_mut().zip(changes) {
            share(&mut known.reasons, change.reason.clone(), node);
        }
    }

    fn finish(mut self) -> GroupedFile {
        // Most nodes first, else in the order of the reports.
        self.variants.sort_by_key(|variant| {
            let first = variant.nodes.first().copied();
            (
                start(variant),
                std::cmp::Reverse(variant.nodes.len()),
                first,
            )
        });
        let mut parts: Vec<Part> = Vec::new();
        let mut end = 0;
        for variant in self.variants {
            let start = start(&variant);
            let is_same_place = parts
                .last()
                .and_then(|part| part.variants.last())
                .is_some_and(|last| {
                    last.hunk.is_some() == variant.hunk.is_some()
                        && (start < Some(end) || start == self::start(last))
                });
            let of = variant.hunk.as_ref().map_or(0, |hunk| hunk.old.end);
            match parts.last_mut().filter(|_| is_same_place) {
                Some(part) => {
                    part.variants.push(variant);
                    end = end.max(of);
                }
                None => {
                    parts.push(Part {
                        asked: Vec::new(),
                        variants: vec![variant],
                    });
                    end = of;
                }
            }
        }
        for part in &mut parts {
            part.variants
                .sort_by_key(|variant| std::cmp::Reverse(variant.nodes.len()));
            let changes = part.variants.iter().flat_map(|variant| &variant.changes);
            let asked = changes.filter_map(|change| self.asked.get(&change.setting.key));
            let changed = part.variants.iter().map(|variant| &variant.nodes);
            part.asked = asked.chain(changed).flatten().copied().collect();
            part.asked.sort_unstable();
            part.asked.dedup();
        }
        GroupedFile {
            path: self.path,
            nodes: self.nodes,
            parts,
        }
    }
}

impl Likeness {
    fn of(hunk: Option<&Hunk>, changes: &[&ReviewedChange]) -> Self {
        let mut lines = String::new();
        for line in hunk.iter().flat_map(|hunk| &hunk.lines) {
            lines.push(line.kind.sign());
            lines.push_str(&line.text());
        }
        let settings = changes.iter().map(|change| &change.setting);
        Self {
            old: hunk.map_or(0..0, |hunk| hunk.old.clone()),
            lines,
            settings: settings
                .map(|of| (of.key.clone(), of.outcome, of.old.clone(), of.new.clone()))
                .collect(),
        }
    }
}

fn start(variant: &Variant) -> Option<usize> {
    variant.hunk.as_ref().map(|hunk| hunk.old.start)
}

fn grouped(change: &ReviewedChange) -> GroupedChange {
    GroupedChange {
        setting: change.setting.clone(),
        doc: change.doc,
        source: change.source,
        reasons: Vec::new(),
    }
}

fn share<T: PartialEq>(all: &mut Vec<Shared<T>>, what: T, node: usize) {
    match all.iter_mut().find(|known| known.what == what) {
        Some(known) if known.nodes.last() == Some(&node) => {}
        Some(known) => known.nodes.push(node),
        None => all.push(Shared {
            what,
            nodes: vec![node],
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{FileDiff, Secrecy};
    use crate::file_text::FileText;
    use crate::plan::Secrets;
    use crate::report::FileReport;

    /// Of a node on which these lines of a file of forty become another text.
    fn report(node: &str, lines: &[(usize, &str)]) -> Report {
        let text = |changed: &[(usize, &str)]| -> String {
            let line = |number| {
                let new = changed.iter().find(|(line, _)| *line == number);
                format!("{number} {}\n", new.map_or("old", |(_, text)| text))
            };
            (1..=40).map(line).collect()
        };
        let file = |text: String| FileText::decode("f.xml", text.as_bytes()).unwrap();
        let diff = FileDiff::between(
            "f.xml".to_owned(),
            &file(text(&[])),
            &file(text(lines)),
            &Secrets::default(),
            Secrecy::Masked,
        );
        let mut report = Report::new(format!("/srv/{node}"), Status::Planned);
        report.node = Some(node.to_owned());
        report.files = vec![FileReport {
            path: diff.path.clone(),
            removed_lines: diff.removed,
            added_lines: diff.added,
            diff: diff.to_string(),
        }];
        report.settings = [5, 30]
            .map(|line| {
                let changed = lines.iter().find(|(changed, _)| *changed == line);
                SettingReport {
                    key: format!("key.{line}"),
                    outcome: match changed {
                        Some(_) => Outcome::Set,
                        None => Outcome::Unchanged,
                    },
                    file: "f.xml".to_owned(),
                    line: Some(line),
                    column: Some(1),
                    path: None,
                    old: Some("old".to_owned()),
                    new: changed.map(|(_, text)| (*text).to_owned()),
                    reason: None,
                    origin: format!("profiles.{}", lines.len()),
                }
            })
            .to_vec();
        report
    }

    fn group(reports: &[Report]) -> GroupedReview {
        let mut grouper = Grouper::default();
        for report in reports {
            grouper.add(&report.home, report).ok().unwrap();
        }
        grouper.finish()
    }

    #[test]
    fn what_changes_alike_is_shown_once_and_the_odd_ones_apart() {
        let reports: Vec<_> = (1..=40)
            .map(|number| match number {
                7 => report("gw-7", &[(5, "odd"), (30, "new")]),
                9 => report("gw-9", &[(30, "new")]),
                _ => report(&format!("gw-{number}"), &[(5, "new"), (30, "new")]),
            })
            .collect();
        let grouped = group(&reports);
        assert_eq!(grouped.files.len(), 1);
        let file = &grouped.files[0];
        assert_eq!(file.nodes.len(), 40);
        assert_eq!(file.parts.len(), 2);
        let counts = |part: &Part| -> Vec<usize> {
            let variants = part.variants.iter();
            variants.map(|variant| variant.nodes.len()).collect()
        };
        assert_eq!(counts(&file.parts[0]), [38, 1]);
        assert_eq!(file.parts[0].asked.len(), 40);
        assert_eq!(file.parts[0].variants[1].nodes, [6]);
        assert_eq!(file.parts[0].as_asked(), [8]);
        assert_eq!(counts(&file.parts[1]), [40]);
        // For the same lines and another reason nobody is odd.
        let reasons = &file.parts[1].variants[0].changes[0].reasons;
        let reasons: Vec<_> = reasons
            .iter()
            .map(|reason| (&reason.what[..], reason.nodes.len()))
            .collect();
        assert_eq!(
            reasons,
            [("given in profiles.2", 39), ("given in profiles.1", 1)]
        );
        assert_eq!(grouped.nodes[6].name, "gw-7");
        assert_eq!((grouped.nodes[8].files, grouped.nodes[8].changes), (1, 1));
    }

    #[test]
    fn places_that_overlap_are_one() {
        let grouped = group(&[
            report("a", &[(5, "new"), (30, "new")]),
            report("b", &[(5, "new"), (10, "more"), (30, "new")]),
            report("c", &[(5, "new"), (30, "new")]),
        ]);
        let parts = &grouped.files[0].parts;
        assert_eq!(parts.len(), 2);
        let nodes = |part: &Part| -> Vec<Vec<usize>> {
            let variants = part.variants.iter();
            variants.map(|variant| variant.nodes.clone()).collect()
        };
        assert_eq!(nodes(&parts[0]), [vec![0, 2], vec![1]]);
        assert_eq!(nodes(&parts[1]), [vec![0, 1, 2]]);
    }

    #[test]
    fn what_is_not_in_a_file_is_shared_too() {
        let mut reports = ["a", "b", "c"].map(|node| report(node, &[(5, "new")]));
        for report in &mut reports[..2] {
            report.removed = vec!["store.war".to_owned()];
        }
        reports[2].status = Status::Failed;
        let grouped = group(&reports);
        let gone = Shared {
            what: "store.war".to_owned(),
            nodes: vec![0, 1],
        };
        assert_eq!(grouped.removed, [gone]);
        assert_eq!(grouped.nodes[0].changes, 2);
        assert_eq!(grouped.nodes[2].status, Status::Failed);
    }

    #[test]
    fn a_report_that_is_none_leaves_nothing() {
        let mut bad = report("a", &[(5, "new")]);
        bad.files[0].diff.push('?');
        let mut grouper = Grouper::default();
        assert!(grouper.add("f", &bad).is_err());
        assert!(grouper.finish().nodes.is_empty());
    }
}
