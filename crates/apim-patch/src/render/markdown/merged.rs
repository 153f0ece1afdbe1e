//! The page of many nodes, as a comment.

use std::fmt::Write;

use apim_patch_core::merged_report::{Difference, MergedReport, Variant};

use super::escape::code;
use super::{LONGEST, NOTES, Room, count};
use crate::render::human::what_differs;

/// The comment on what the reports of many nodes come to.
pub(crate) fn merged_comment(page: &MergedReport) -> String {
    let statuses: Vec<String> = page
        .statuses
        .iter()
        .map(|(status, count)| format!("{count} {}", status.as_str()))
        .collect();
    let nodes = count(page.nodes, "node");
    let mut out = format!("<h3>{nodes}: {}</h3>\n\n", statuses.join(", "));
    let mut rows: Vec<String> = page.differences.iter().flat_map(rows).collect();
    rows.extend(page.failures.iter().map(|failure| {
        let errors: Vec<_> = failure
            .errors
            .iter()
            .map(|error| code(&error.message))
            .collect();
        format!(
            "<tr><td colspan=\"3\">failed: {}</td><td>{}</td></tr>\n",
            errors.join("; "),
            code(&failure.node)
        )
    }));
    if rows.is_empty() {
        return out;
    }
    out.push_str("<table>\n<tr><th>setting</th><th>before</th><th>after</th><th>on</th></tr>\n");
    let mut room = Room::new(LONGEST - NOTES - out.len());
    for (index, row) in rows.iter().enumerate() {
        if !room.takes(row) {
            let left = rows.len() - index;
            let _ = writeln!(
                out,
                "<tr><td colspan=\"4\">{left} more rows are left out</td></tr>"
            );
            break;
        }
        out.push_str(row);
    }
    out.push_str("</table>\n");
    out
}

fn rows(difference: &Difference) -> Vec<String> {
    let row = |variant: &Variant| {
        let what = what_differs(variant.outcome).unwrap_or_default();
        let old = variant.old.as_deref();
        let new = variant.new.as_deref().map_or(String::new(), code);
        let nodes = variant.nodes.len();
        let on = match nodes * 2 > difference.asked && nodes > 1 {
            true => format!("{nodes} of {} nodes", difference.asked),
            false => {
                let names: Vec<_> = variant.nodes.iter().map(|name| code(name)).collect();
                names.join(", ")
            }
        };
        format!(
            "<tr><td>{}<br>{}</td><td>{what}{}</td><td>{new}</td><td>{on}</td></tr>\n",
            code(&difference.key),
            code(&difference.file),
            old.map_or(String::new(), |old| format!(": {}", code(old))),
        )
    };
    difference.variants.iter().map(row).collect()
}
