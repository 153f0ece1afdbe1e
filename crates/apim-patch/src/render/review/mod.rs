//! What changes, drawn for a person who has to say yes.

mod columns;
mod line;
mod side_by_side;
mod stat;
mod unified;

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use apim_patch_core::diagnostic::printable;
use apim_patch_core::diff::FileDiff;
use apim_patch_core::review::{ReviewedChange, ReviewedFile};

use super::Console;
use crate::args::View;
use columns::columns;

/// Below this, two columns are too narrow for what config files hold.
const SIDE_BY_SIDE: usize = 100;

/// So many settings are named at the head of a part that is for more.
const NAMED: usize = 3;

/// Whether differences are drawn for a person; a program gets a patch.
pub(crate) fn is_drawn(console: &Console, view: View) -> bool {
    console.is_human() && (console.is_styled() || view.is_any())
}

/// Draws what changes in one home; `removed` are applications that go.
pub(crate) fn review(
    console: &mut Console,
    headline: &str,
    files: &[ReviewedFile],
    removed: &[String],
    view: View,
) {
    if files.is_empty() && removed.is_empty() {
        return;
    }
    let columns = columns();
    let beside = view.side_by_side && columns >= SIDE_BY_SIDE;
    let bold = Style::new().bold();
    let mut out = format!("{bold}{headline}{bold:#}\n");
    if view.side_by_side && !beside {
        let _ = writeln!(
            out,
            "note: --side-by-side takes {SIDE_BY_SIDE} columns and here are {columns}; the diff is unified"
        );
    }
    if view.stat {
        out.push_str(&stat::stat(files, removed, columns));
        console.data(&out);
        return;
    }
    for file in files {
        out.push_str(&file_header(file));
        if view.why {
            out.extend(file.changes_of_all().map(|change| reason(change, true)));
        }
        for (index, hunk) in file.diff.hunks.iter().enumerate() {
            let changes: Vec<_> = file.changes_of(index).collect();
            out.push_str(&hunk_header(&hunk.header(), &changes, view.why));
            if view.why {
                let begins = |change: &ReviewedChange| change.hunks.first() == Some(&index);
                out.extend(changes.iter().map(|change| reason(change, begins(change))));
            }
            match beside {
                true => side_by_side::draw(&mut out, hunk, columns),
                false => unified::draw(&mut out, hunk),
            }
        }
    }
    let red = AnsiColor::Red.on_default();
    for application in removed {
        let path = printable(application);
        let _ = writeln!(out, "{bold}{path}{bold:#}  {red}taken away{red:#}");
    }
    console.data(&out);
}

/// The parts of a diff alone.
pub(super) fn hunks(diff: &FileDiff) -> String {
    let mut out = String::new();
    for hunk in &diff.hunks {
        out.push_str(&hunk_header(&hunk.header(), &[], false));
        unified::draw(&mut out, hunk);
    }
    out
}

fn file_header(file: &ReviewedFile) -> String {
    let bold = Style::new().bold();
    let red = AnsiColor::Red.on_default();
    let green = AnsiColor::Green.on_default();
    let diff = &file.diff;
    format!(
        "{bold}{}{bold:#}  {red}-{}{red:#} {green}+{}{green:#}\n",
        printable(&diff.path),
        diff.removed,
        diff.added
    )
}

/// The hunk's place, and the settings that it is for unless they are told below.
fn hunk_header(place: &str, changes: &[&ReviewedChange], why: bool) -> String {
    let cyan = AnsiColor::Cyan.on_default();
    let mut out = format!("{cyan}{place}{cyan:#}");
    if !why && !changes.is_empty() {
        let named = changes.iter().take(NAMED);
        let keys: Vec<_> = named.map(|change| printable(&change.setting.key)).collect();
        let _ = write!(out, " {}", keys.join(", "));
        if changes.len() > NAMED {
            let _ = write!(out, " and {} more", changes.len() - NAMED);
        }
    }
    out.push('\n');
    out
}

/// Why a setting changes; where it was told before, only which it is.
fn reason(change: &ReviewedChange, begins: bool) -> String {
    let yellow = AnsiColor::Yellow.on_default();
    let key = printable(&change.setting.key);
    let why = match begins {
        true => printable(&change.reason),
        false => "continued".to_owned(),
    };
    format!("  {yellow}{key}{yellow:#}: {why}\n")
}
