//! The page of many nodes, for people.

use std::fmt::Write;

use anstyle::Style;
use apim_patch_core::diagnostic::printable;
use apim_patch_core::merged_report::{Difference, MergedReport, Variant};

use super::human::{arrow, what_differs};

/// Counts, then what differs, then what failed.
pub(crate) fn merged(page: &MergedReport) -> String {
    let bold = Style::new().bold();
    let counts: Vec<String> = page
        .statuses
        .iter()
        .map(|(status, count)| format!("{count} {}", status.as_str()))
        .collect();
    let nodes = match page.nodes {
        1 => "1 node".to_owned(),
        count => format!("{count} nodes"),
    };
    let mut out = format!("{bold}{nodes}{bold:#}: {}\n", counts.join(", "));
    for difference in &page.differences {
        let _ = write!(
            out,
            "\n{bold}{}{bold:#}  {}\n",
            printable(&difference.key),
            printable(&difference.file)
        );
        for line in lines(difference) {
            let _ = writeln!(out, "  {line}");
        }
    }
    for failure in &page.failures {
        let _ = writeln!(out, "\n{bold}{}{bold:#}  failed", printable(&failure.node));
        for error in &failure.errors {
            let _ = writeln!(out, "  {}", printable(&error.message));
        }
    }
    out
}

/// The way of most nodes is told by their number, the others by name.
fn lines(difference: &Difference) -> Vec<String> {
    let asked = difference.asked;
    let mut lines = Vec::new();
    if difference.as_asked > 0 {
        let count = difference.as_asked;
        lines.push(format!("as asked for on {count} of {asked} nodes"));
    }
    for variant in &difference.variants {
        let count = variant.nodes.len();
        let how = how(variant);
        lines.push(match count * 2 > asked && count > 1 {
            true if count == asked => format!("on all {asked} nodes: {how}"),
            true => format!("on {count} of {asked} nodes: {how}"),
            false => format!("{}: {how}", printable(&variant.nodes.join(", "))),
        });
    }
    lines
}

fn how(variant: &Variant) -> String {
    let what = what_differs(variant.outcome).unwrap_or("is as asked for");
    let old = variant.old.as_deref();
    match arrow(variant.outcome, old, variant.new.as_deref()) {
        Some(values) => format!("{what}: {values}"),
        None => what.to_owned(),
    }
}
