//! The book's page about the findings says what the ailments say.

use std::fmt::Write;
use std::path::Path;

use crate::diagnostic::Severity;
use crate::doctor::ailments;

/// Set to anything, the page is written instead of compared.
const BLESS: &str = "APIM_PATCH_BLESS";

const BEGIN: &str = "<!-- The findings: written by the test doctor::tests::page; run it with APIM_PATCH_BLESS=1 to bring this up to date. -->\n";

fn findings() -> String {
    let mut page = BEGIN.to_owned();
    for ailment in ailments() {
        let severity = match ailment.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let _ = write!(
            page,
            "\n### {}\n\n{} ({severity})\n\n* why: {}\n* what to do: {}\n",
            ailment.code, ailment.what, ailment.why, ailment.help
        );
    }
    page
}

#[test]
fn the_page_lists_every_finding() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/doctor.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, listed) = page.split_once(BEGIN).unwrap();
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&path, format!("{before}{}", findings())).unwrap();
        return;
    }
    assert_eq!(
        format!("{BEGIN}{listed}"),
        findings(),
        "set {BLESS}=1 to write it"
    );
}
