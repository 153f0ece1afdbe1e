//! How much changes in each file: counts and a bar.

use std::fmt::Write;

use anstyle::AnsiColor;
use apim_patch_core::diagnostic::printable;
use apim_patch_core::review::ReviewedFile;
use unicode_width::UnicodeWidthStr;

/// A bar is never longer, however wide the terminal.
const LONGEST_BAR: usize = 50;
/// Nor shorter, where there is much to show.
const SHORTEST_BAR: usize = 10;

pub(super) fn stat(files: &[ReviewedFile], removed: &[String], columns: usize) -> String {
    let red = AnsiColor::Red.on_default();
    let green = AnsiColor::Green.on_default();
    let names: Vec<_> = files
        .iter()
        .map(|file| printable(&file.diff.path))
        .collect();
    let gone: Vec<_> = removed.iter().map(|path| printable(path)).collect();
    let width = |name: &String| name.as_str().width();
    let name_width = names.iter().chain(&gone).map(width).max().unwrap_or(0);
    let total = |file: &ReviewedFile| file.diff.removed + file.diff.added;
    let most = files.iter().map(total).max().unwrap_or(0);
    let digits = most.to_string().len();
    let room = columns.saturating_sub(name_width + digits + " ".len() * 2 + " | ".len());
    let bar = room.clamp(SHORTEST_BAR, LONGEST_BAR).min(most);
    let mut out = String::new();
    let row = |out: &mut String, name: &String| {
        let blank = " ".repeat(name_width - width(name));
        let _ = write!(out, " {name}{blank} | ");
    };
    for (file, name) in files.iter().zip(&names) {
        let (plus, minus) = bars(file.diff.added, file.diff.removed, most, bar);
        row(&mut out, name);
        let _ = writeln!(
            out,
            "{:>digits$} {green}{}{green:#}{red}{}{red:#}",
            total(file),
            "+".repeat(plus),
            "-".repeat(minus)
        );
    }
    for name in &gone {
        row(&mut out, name);
        let _ = writeln!(out, "{red}taken away{red:#}");
    }
    let sum = |of: fn(&ReviewedFile) -> usize| files.iter().map(of).sum::<usize>();
    let (added, removed_lines) = (sum(|file| file.diff.added), sum(|file| file.diff.removed));
    let plural = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    let mut parts = vec![
        format!("{} changed", plural(files.len(), "file", "files")),
        format!("{}(+)", plural(added, "insertion", "insertions")),
        format!("{}(-)", plural(removed_lines, "deletion", "deletions")),
    ];
    if !gone.is_empty() {
        let applications = plural(gone.len(), "application", "applications");
        parts.push(format!("{applications} taken away"));
    }
    let _ = writeln!(out, " {}", parts.join(", "));
    out
}

/// How long the two parts of a bar are, the longest of which shows `most` lines
/// on `length` columns. What there is shows, however little it is.
fn bars(added: usize, removed: usize, most: usize, length: usize) -> (usize, usize) {
    let scaled = |count: usize| match count {
        0 => 0,
        _ => (count * length / most.max(1)).max(1),
    };
    (scaled(added), scaled(removed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_fit_and_nothing_vanishes() {
        for (added, removed, most, length, expect) in [
            (2, 3, 5, 5, (2, 3)),
            (0, 0, 5, 5, (0, 0)),
            (1, 1000, 1001, 10, (1, 9)),
            (500, 501, 1001, 50, (24, 25)),
        ] {
            assert_eq!(bars(added, removed, most, length), expect);
        }
    }
}
