//! What to call the nodes of many reports.

use std::collections::HashSet;

use crate::report::Report;

/// The names that are taken.
#[derive(Debug, Default)]
pub(crate) struct NodeNames(HashSet<String>);

impl NodeNames {
    /// What to call a node: its name, or else its home. Forty machines may all
    /// have theirs in one place; then the name of the report tells them apart.
    pub(crate) fn name(&mut self, source: &str, report: &Report) -> String {
        let short = report.node.clone().unwrap_or_else(|| report.home.clone());
        let long = format!("{short} ({source})");
        let numbered = (2..).map(|number| format!("{long} #{number}"));
        let mut names = [short, long.clone()].into_iter().chain(numbered);
        let name = names.find(|name| !self.0.contains(name)).unwrap_or(long);
        self.0.insert(name.clone());
        name
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
