//! What `lint` came to, for programs.

use schemars::JsonSchema;
use serde::Serialize;

use super::finding::{Finding, Place};
use super::model::{Deployment, Known, Node};
use crate::diagnostic::{Diagnostic, Severity, printable_path};
use crate::report::{DiagnosticReport, VERSION};

/// The one object of `lint --format json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LintReport {
    /// The version of this shape.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// The deployment file, unless homes were looked at.
    pub file: Option<String>,
    /// The nodes that were looked at.
    pub nodes: Vec<NodeReport>,
    /// What was found.
    pub findings: Vec<FindingReport>,
    /// The exit status.
    pub exit_code: u8,
    /// What the person who asked should know.
    pub warnings: Vec<DiagnosticReport>,
    /// What kept a file or home from being looked at.
    pub errors: Vec<DiagnosticReport>,
}

/// A node that was looked at.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NodeReport {
    /// Its name.
    pub name: String,
    /// Its profile, if it can be told.
    pub profile: Option<&'static str>,
    /// How the profile is known.
    pub profile_from: &'static str,
    /// Its machine, if that is known.
    pub host: Option<String>,
    /// Its home, if that is known.
    pub home: Option<String>,
    /// The release, if it is known.
    pub product_version: Option<String>,
}

/// One finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FindingReport {
    /// The stable name of its rule.
    pub code: &'static str,
    /// `error` (breaks something) or `warning` (doubtful).
    pub severity: &'static str,
    /// What was found.
    pub message: String,
    /// The file of the first place.
    pub file: Option<String>,
    /// The line in it.
    pub line: Option<usize>,
    /// The column in that, in characters.
    pub column: Option<usize>,
    /// Why that breaks.
    pub why: &'static str,
    /// What to do.
    pub help: &'static str,
    /// Where that is documented or was read.
    pub source: &'static str,
    /// The nodes that it is about.
    pub nodes: Vec<String>,
    /// All places, the first included.
    pub places: Vec<PlaceReport>,
}

/// A place of a finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PlaceReport {
    /// The file.
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// The column in that, in characters.
    pub column: usize,
    /// What stands there; empty where the message says it.
    pub text: String,
}

impl LintReport {
    /// The report of what was found in a deployment.
    pub fn new(file: Option<String>, deployment: &Deployment, findings: &[Finding]) -> Self {
        Self {
            version: VERSION,
            file,
            nodes: deployment.nodes.iter().map(NodeReport::from).collect(),
            findings: findings.iter().map(FindingReport::from).collect(),
            exit_code: 0,
            warnings: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Adds warnings.
    pub fn warn(&mut self, warnings: &[Diagnostic]) {
        let warnings = warnings.iter().map(DiagnosticReport::from);
        self.warnings.extend(warnings);
    }

    /// Adds errors.
    pub fn fail(&mut self, errors: &[Diagnostic]) {
        let errors = errors.iter().map(DiagnosticReport::from);
        self.errors.extend(errors);
    }
}

impl From<&Node> for NodeReport {
    fn from(node: &Node) -> Self {
        Self {
            name: node.name.clone(),
            profile: node.profile,
            profile_from: node.profile_from,
            host: node.host.as_ref().map(|host| host.value.clone()),
            home: node.home.as_deref().map(printable_path),
            product_version: node.version.clone(),
        }
    }
}

impl From<&Finding> for FindingReport {
    fn from(finding: &Finding) -> Self {
        let first = finding.places.first().map(|place| &place.spot);
        Self {
            code: finding.rule.code,
            severity: match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: finding.message.clone(),
            file: first.map(|spot| spot.path.clone()),
            line: first.map(|spot| spot.line),
            column: first.map(|spot| spot.column),
            why: finding.rule.why,
            help: finding.rule.help,
            source: finding.rule.source,
            nodes: finding.nodes.clone(),
            places: finding.places.iter().map(PlaceReport::from).collect(),
        }
    }
}

impl From<&Place> for PlaceReport {
    fn from(place: &Place) -> Self {
        Self {
            file: place.spot.path.clone(),
            line: place.spot.line,
            column: place.spot.column,
            text: place.text.clone(),
        }
    }
}

impl Node {
    /// Whether it was read from a home.
    pub fn is_home(&self) -> bool {
        self.known == Known::All
    }
}
