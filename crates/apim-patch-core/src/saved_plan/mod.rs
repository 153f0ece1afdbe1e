//! A plan in a file: reviewed now, applied later, exactly or not at all.
//!
//! **What is saved.** Per node: what was asked for (settings and patches with
//! the places where their values are kept), for every file that was looked at a
//! fingerprint, and the report with its masked diffs, which is what was
//! reviewed. The bytes that a file is to become are not: they may hold secrets.
//!
//! **What happens at apply time.** The references are read again, the plan is
//! made anew on the home at hand, and the two plans are compared: fingerprints,
//! then outcomes, values and diffs. With equal inputs and an equal diff the
//! result is what was reviewed. Anything else is a conflict, and nothing is
//! written. That holds as well where another release of this tool would make
//! something else of the same request.
//!
//! **Secrets.** A plan file travels by mail and lies in tickets, so it must not
//! help to guess a password: not its text, not its length, and no digest of
//! anything of which only the password is unknown, salted or not. A value that
//! is written out in the deployment file is therefore refused, and fingerprints
//! are taken of the text without anything that is or looks like a secret
//! (`fingerprint.rs`). What remains of a secret is what the reviewer saw: where
//! it is read from, where it goes, and whether it changes what is there. If one
//! of these is different at apply time, that is a conflict. That a password was
//! exchanged for another while both differ from the home's can't be noticed:
//! whoever could notice it from the file alone could also guess with it. It is
//! what was reviewed, though: the value that is kept in that place.

mod fingerprint;
mod node;
mod origin;
mod selection;
#[cfg(test)]
mod tests;
mod value;

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounded_read;
use crate::diagnostic::{Class, Diagnostic, printable_name, printable_path};
use crate::spec::{Machine, unknown_node};
pub use node::NodePlan;

/// The version of the plan file's shape.
pub const PLAN_VERSION: u32 = 1;

/// The largest plan file that is read. The plan of one node is some ten
/// kilobytes.
const MAX_SIZE: u64 = 256 * 1024 * 1024;

/// The plans of one or more nodes, as they stand in a file.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SavedPlan {
    /// The version of this shape.
    #[schemars(extend("const" = PLAN_VERSION))]
    version: u32,
    /// What made it.
    tool: String,
    /// When, in UTC.
    made: String,
    nodes: Vec<NodePlan>,
}

impl SavedPlan {
    /// The plans of these nodes.
    ///
    /// # Errors
    ///
    /// Two of them could not be told apart.
    pub fn new(tool: &str, nodes: Vec<NodePlan>) -> Result<Self, Diagnostic> {
        for (index, node) in nodes.iter().enumerate() {
            let twice = nodes[..index]
                .iter()
                .any(|other| other.name() == node.name());
            if twice {
                let message = match node.name() {
                    Some(name) => format!("node `{}` is planned twice", printable_name(name)),
                    None => "several homes without a node can't be told apart in a plan".into(),
                };
                return Err(
                    Diagnostic::error("plan-ambiguous", Class::Specification, message)
                        .help("say --home NODE=DIR for each, with a deployment file with `[nodes]`")
                        .help("or save one plan per home"),
                );
            }
        }
        Ok(Self {
            version: PLAN_VERSION,
            tool: tool.to_owned(),
            made: format!("{:.0}", jiff::Timestamp::now()),
            nodes,
        })
    }

    /// The content of the plan file.
    ///
    /// # Errors
    ///
    /// It can't be written as JSON.
    pub fn to_json(&self) -> Result<Vec<u8>, Diagnostic> {
        let mut json = serde_json::to_vec_pretty(self).map_err(|error| {
            let message = format!("the plan can't be written: {error}");
            Diagnostic::error("plan-file", Class::Io, message)
        })?;
        json.push(b'\n');
        Ok(json)
    }

    /// Reads a plan file.
    ///
    /// # Errors
    ///
    /// Of class [`Specification`](Class::Specification): it can't be read, is
    /// no plan, or one of another version.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        let failed = |code, why: String| {
            let message = format!("plan `{}`: {why}", printable_path(path));
            Diagnostic::error(code, Class::Specification, message)
        };
        let bytes = bounded_read::read(path, MAX_SIZE)
            .map_err(|error| failed("unreadable-file", error.to_string()))?;
        Self::parse(&bytes).map_err(|why| {
            failed("plan-file", why).help("plans are made by `apim-patch plan … --out FILE`")
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let head: Head =
            serde_json::from_slice(bytes).map_err(|error| format!("this is no plan: {error}"))?;
        if head.version != PLAN_VERSION {
            return Err(format!(
                "it is of version {}, and this release reads version {PLAN_VERSION}",
                head.version
            ));
        }
        serde_json::from_slice(bytes).map_err(|error| format!("this is no plan: {error}"))
    }

    /// The plans of all nodes, or that of the node `name`.
    ///
    /// # Errors
    ///
    /// There is no such node in it.
    pub fn named(&self, name: Option<&str>) -> Result<Vec<&NodePlan>, Diagnostic> {
        match name {
            None => Ok(self.nodes.iter().collect()),
            Some(name) => Ok(vec![self.node(name)?]),
        }
    }

    /// The plan for a home: that of the node `name`; without a name the only
    /// one, or that of the node whose `host` is this machine and whose `home`
    /// is this one.
    ///
    /// # Errors
    ///
    /// None is, or several are.
    pub fn for_home(
        &self,
        name: Option<&str>,
        home: &Path,
        machine: &Machine,
    ) -> Result<&NodePlan, Diagnostic> {
        if let Some(name) = name {
            return self.node(name);
        }
        if let [only] = self.nodes.as_slice() {
            return Ok(only);
        }
        let here: Vec<_> = self
            .nodes
            .iter()
            .filter(|node| node.host.as_deref().is_some_and(|host| machine.is(host)))
            .filter(|node| {
                let same = |planned: &Path| {
                    planned == home
                        || planned.canonicalize().ok().is_some_and(|planned| {
                            home.canonicalize().is_ok_and(|home| home == planned)
                        })
                };
                node.home.as_deref().is_none_or(same)
            })
            .collect();
        match here[..] {
            [node] => Ok(node),
            _ => {
                let found = if here.is_empty() {
                    "no"
                } else {
                    "more than one"
                };
                let message = format!(
                    "the plan has {found} node for this machine and {}",
                    printable_path(home)
                );
                Err(specification("node-not-told", message)
                    .help("choose one with --node NAME, or say --home NODE=DIR")
                    .help(self.list()))
            }
        }
    }

    /// When it was made, in UTC.
    pub fn made(&self) -> &str {
        &self.made
    }

    fn node(&self, name: &str) -> Result<&NodePlan, Diagnostic> {
        let mut nodes = self.nodes.iter();
        nodes.find(|node| node.name() == Some(name)).ok_or_else(|| {
            let message = format!("the plan has no node `{}`", printable_name(name));
            let names = self.nodes.iter().filter_map(NodePlan::name);
            unknown_node(message, name, names, self.list())
        })
    }

    fn list(&self) -> String {
        let names = self.nodes.iter().filter_map(NodePlan::name);
        let names: Vec<String> = names.map(printable_name).collect();
        match names.is_empty() {
            true => "it was made for a home without a node".into(),
            false => format!("its nodes: {}", names.join(", ")),
        }
    }
}

fn specification(code: &'static str, message: String) -> Diagnostic {
    Diagnostic::error(code, Class::Specification, message)
}
