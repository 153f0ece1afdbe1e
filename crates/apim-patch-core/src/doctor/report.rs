//! What `doctor` came to, for programs.

use schemars::JsonSchema;
use serde::Serialize;

use super::examination::Examination;
use super::finding::Finding;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::PlaceReport;
use crate::report::{DiagnosticReport, VERSION};

/// The one object of `doctor --format json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DoctorReport {
    /// The version of this shape.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// The home.
    pub home: String,
    /// Its release, if it is known.
    pub product_version: Option<String>,
    /// The profile that it was taken for, if one can be told.
    pub profile: Option<&'static str>,
    /// How the profile is known.
    pub profile_from: &'static str,
    /// The node of the deployment file.
    pub node: Option<String>,
    /// The deployment file.
    pub file: Option<String>,
    /// What was found.
    pub findings: Vec<FindingReport>,
    /// What could not be looked at, and why.
    pub notes: Vec<String>,
    /// The exit status.
    pub exit_code: u8,
    /// What the person who asked should know.
    pub warnings: Vec<DiagnosticReport>,
    /// What kept a file from being read.
    pub errors: Vec<DiagnosticReport>,
}

/// One finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FindingReport {
    /// Its stable name.
    pub code: &'static str,
    /// `error` (breaks something) or `warning` (doubtful).
    pub severity: &'static str,
    /// What was found.
    pub message: String,
    /// Why that keeps the home from working.
    pub why: &'static str,
    /// What to do, one step each.
    pub help: Vec<String>,
    /// The places, the one to change first.
    pub places: Vec<PlaceReport>,
}

impl DoctorReport {
    /// The report of an examination of `home`.
    pub fn new(home: String, examination: &Examination) -> Self {
        Self {
            version: VERSION,
            home,
            product_version: None,
            profile: examination.profile,
            profile_from: examination.profile_from,
            node: None,
            file: None,
            findings: examination
                .findings
                .iter()
                .map(FindingReport::from)
                .collect(),
            notes: examination.notes.clone(),
            exit_code: 0,
            warnings: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Adds warnings.
    pub fn warn(&mut self, warnings: &[Diagnostic]) {
        self.warnings
            .extend(warnings.iter().map(DiagnosticReport::from));
    }

    /// Adds errors.
    pub fn fail(&mut self, errors: &[Diagnostic]) {
        self.errors
            .extend(errors.iter().map(DiagnosticReport::from));
    }
}

impl From<&Finding> for FindingReport {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.ailment.code,
            severity: match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: finding.message.clone(),
            why: finding.ailment.why,
            help: finding.help.clone(),
            places: finding.places.iter().map(PlaceReport::from).collect(),
        }
    }
}
