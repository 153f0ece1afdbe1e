//! The unified diff: coloured, with the changed words marked, for a terminal;
//! the file's own bytes for a program.

use anstyle::{AnsiColor, Style};
use apim_patch_core::diagnostic::printable;
use apim_patch_core::diff::{FileDiff, LineKind, NO_NEWLINE};

use super::Console;

/// Writes diffs.
pub(crate) fn diff(console: &mut Console, diffs: &[FileDiff]) {
    for diff in diffs {
        if console.is_styled() {
            console.data(&styled(diff));
        } else if !console.is_json() {
            console.raw(&diff.to_bytes());
        }
        if !diff.is_for_patch() {
            console.say(&format!(
                "note: {} is UTF-16; `patch` can't apply this part of the diff",
                diff.path
            ));
        }
    }
}

fn styled(diff: &FileDiff) -> String {
    let bold = Style::new().bold();
    let cyan = AnsiColor::Cyan.on_default();
    let mut out = format!(
        "{bold}--- a/{path}{bold:#}\n{bold}+++ b/{path}{bold:#}\n",
        path = diff.path
    );
    for hunk in &diff.hunks {
        out.push_str(&format!("{cyan}{}{cyan:#}\n", hunk.header()));
        for line in &hunk.lines {
            let plain = match line.kind {
                LineKind::Context => Style::new(),
                LineKind::Removed => AnsiColor::Red.on_default(),
                LineKind::Added => AnsiColor::Green.on_default(),
            };
            out.push_str(&format!("{plain}{}{plain:#}", line.kind.sign()));
            for piece in &line.pieces {
                let style = if piece.changed {
                    plain.bold().underline()
                } else {
                    plain
                };
                let text = piece
                    .text
                    .trim_end_matches(['\n', '\r'])
                    .replace('\t', "    ");
                out.push_str(&format!("{style}{}{style:#}", printable(&text)));
            }
            out.push('\n');
            if !line.text().ends_with('\n') {
                out.push_str(&format!("{NO_NEWLINE}\n"));
            }
        }
    }
    out
}
