//! A saved plan, as it was reviewed.

use anstyle::{AnsiColor, Style};
use apim_patch_core::diagnostic::printable;
use apim_patch_core::report::{Report, Status};

use super::Console;

/// Shows the diffs of one node's plan.
pub(crate) fn reviewed(console: &mut Console, report: &Report, made: &str) {
    for file in &report.files {
        if console.is_styled() {
            console.data(&styled(&file.diff));
        } else if !console.is_json() {
            console.raw(file.diff.as_bytes());
        }
    }
    let node = report.node.as_deref();
    let node = node.map_or(String::new(), |node| format!("node {}, ", printable(node)));
    let what = match report.status {
        Status::Unchanged => "nothing to do",
        _ => "planned, not written",
    };
    console.say(&format!(
        "{} ({node}profile {}): {what}, as of {}",
        printable(&report.home),
        printable(report.profile.as_deref().unwrap_or_default()),
        printable(made)
    ));
}

fn styled(diff: &str) -> String {
    let line = |line: &str| {
        let style = match line.as_bytes() {
            [b'-', b'-', b'-', b' ', ..] | [b'+', b'+', b'+', b' ', ..] => Style::new().bold(),
            [b'@', b'@', ..] => AnsiColor::Cyan.on_default(),
            [b'-', ..] => AnsiColor::Red.on_default(),
            [b'+', ..] => AnsiColor::Green.on_default(),
            _ => Style::new(),
        };
        let text = line.trim_end_matches('\r').replace('\t', "    ");
        format!("{style}{}{style:#}\n", printable(&text))
    };
    diff.split_terminator('\n').map(line).collect()
}
