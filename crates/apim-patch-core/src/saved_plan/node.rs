//! What was reviewed for one node, and whether it still holds.

use std::path::{Path, PathBuf};

use file_transaction::Digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fingerprint::fingerprint;
use super::selection::SavedSelection;
use crate::diagnostic::{Class, Diagnostic};
use crate::plan::{FilePlan, Plan};
use crate::report::Report;
use crate::spec::{NodePlace, Resolved, Selection};

/// What was reviewed for one node.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct NodePlan {
    /// The node's `host` in the deployment file.
    pub(super) host: Option<String>,
    /// The node's `home` in the deployment file.
    pub(super) home: Option<PathBuf>,
    asked: SavedSelection,
    inputs: Vec<Input>,
    report: Report,
}

/// A file that a plan was made on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Input {
    path: String,
    fingerprint: Digest,
}

impl NodePlan {
    /// What `plan` would do, as `report` describes it with masked diffs.
    /// Relative paths of references start from `folder`.
    ///
    /// # Errors
    ///
    /// What is asked for holds a secret itself.
    pub fn new(
        place: NodePlace,
        selection: &Selection<Resolved>,
        plan: &Plan,
        report: Report,
        folder: &Path,
    ) -> Result<Self, Vec<Diagnostic>> {
        Ok(Self {
            host: place.host,
            home: place.home,
            asked: SavedSelection::of(selection, folder)?,
            inputs: inputs(plan),
            report,
        })
    }

    /// The node's name.
    pub fn name(&self) -> Option<&str> {
        self.asked.node.as_deref()
    }

    /// What was reviewed.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What was asked for.
    ///
    /// # Errors
    ///
    /// This release knows no such setting or profile, or the file was changed.
    pub fn selection(&self) -> Result<Selection, Vec<Diagnostic>> {
        self.asked.restore()
    }

    /// Compares the plan that was reviewed, made at the time `made`, with the
    /// one that `plan` makes of the same request on the home at hand.
    ///
    /// # Errors
    ///
    /// Of class [`Conflict`](Class::Conflict): they differ; says where.
    pub fn compare(&self, made: &str, plan: &Plan) -> Result<(), Vec<Diagnostic>> {
        let now = inputs(plan);
        let mut moved = Vec::new();
        for input in &self.inputs {
            let same = |now: &Input| now.path == input.path && now.fingerprint == input.fingerprint;
            if !now.iter().any(same) {
                moved.push(match modified(plan, &input.path) {
                    Some(time) => format!("{} (last written {time})", input.path),
                    None => input.path.clone(),
                });
            }
        }
        let known = |now: &&Input| self.inputs.iter().any(|input| input.path == now.path);
        let unknown = now.iter().filter(|now| !known(now));
        moved.extend(unknown.map(|now| now.path.clone()));
        if !moved.is_empty() {
            let message = format!(
                "not what the plan of {made} was made on: {}",
                moved.join(", ")
            );
            return Err(vec![conflict("plan-outdated", message)]);
        }
        let mut fresh = Report::new("", self.report.status);
        fresh.describe(plan, &crate::diff::masked(plan));
        let differing = self.differing(&fresh);
        if !differing.is_empty() {
            let message = format!(
                "the plan of {made} would come to something else now: {}",
                differing.join(", ")
            );
            let error = conflict("plan-differs", message)
                .help("a secret has changed since, or another release of this tool made the plan");
            return Err(vec![error]);
        }
        Ok(())
    }

    /// The settings, or else the files, in which two reports differ.
    fn differing(&self, fresh: &Report) -> Vec<String> {
        let (reviewed, fresh_settings) = (&self.report.settings, &fresh.settings);
        let mut differing: Vec<String> = reviewed
            .iter()
            .filter(|setting| !fresh_settings.contains(setting))
            .map(|setting| setting.key.clone())
            .collect();
        if differing.is_empty() && reviewed.len() != fresh_settings.len() {
            let more = fresh_settings.iter().map(|setting| setting.key.clone());
            differing = more.collect();
        }
        if differing.is_empty() && self.report.files != fresh.files {
            let files = self.report.files.iter().chain(&fresh.files);
            differing = files.map(|file| file.path.clone()).collect();
            differing.sort();
            differing.dedup();
        }
        differing
    }
}

fn inputs(plan: &Plan) -> Vec<Input> {
    let input = |file: &FilePlan| Input {
        path: file.path(),
        fingerprint: fingerprint(file),
    };
    plan.files.iter().map(input).collect()
}

/// When a file was last written, in UTC.
fn modified(plan: &Plan, path: &str) -> Option<String> {
    let file = plan.files.iter().find(|file| file.path() == path)?;
    let time = file.snapshot.real_path().metadata().ok()?.modified().ok()?;
    let time = jiff::Timestamp::try_from(time).ok()?;
    Some(format!("{time:.0}"))
}

fn conflict(code: &'static str, message: String) -> Diagnostic {
    Diagnostic::error(code, Class::Conflict, message).help("make a new plan and review it")
}
