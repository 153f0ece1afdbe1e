//! A hunk, old lines beside new ones. A changed line that is too long for its
//! column goes on below; one that stays is cut.

use std::fmt::Write;

use anstyle::Style;
use apim_patch_core::diff::{Hunk, Line, LineKind};
use unicode_width::UnicodeWidthChar;

use super::line::{pieces, style};

const BETWEEN: &str = " │ ";
const CUT: char = '…';
/// What stands between a line's number and its text: its sign, and a blank
/// before and behind it.
const SIGN: usize = 3;

/// One row of a column: text that is as wide as the column.
type Row = String;

pub(super) fn draw(out: &mut String, hunk: &Hunk, columns: usize) {
    let last = hunk.old.end.max(hunk.new.end);
    let digits = last.to_string().len();
    let width = (columns - 3) / 2;
    let column = Column {
        digits,
        text: width.saturating_sub(digits + SIGN).max(1),
    };
    let (mut old, mut new) = (hunk.old.start, hunk.new.start);
    let mut rest = hunk.lines.as_slice();
    while let Some(first) = rest.first() {
        let count =
            |lines: &[Line], kind| lines.iter().take_while(|line| line.kind == kind).count();
        if first.kind == LineKind::Context {
            (old, new) = (old + 1, new + 1);
            column.beside(out, Some((old, first)), Some((new, first)));
            rest = &rest[1..];
            continue;
        }
        let removed = count(rest, LineKind::Removed);
        let added = count(&rest[removed..], LineKind::Added);
        for index in 0..removed.max(added) {
            let left = (index < removed).then(|| (old + index + 1, &rest[index]));
            let right = (index < added).then(|| (new + index + 1, &rest[removed + index]));
            column.beside(out, left, right);
        }
        (old, new) = (old + removed, new + added);
        rest = &rest[removed + added..];
    }
}

struct Column {
    digits: usize,
    text: usize,
}

impl Column {
    fn beside(
        &self,
        out: &mut String,
        left: Option<(usize, &Line)>,
        right: Option<(usize, &Line)>,
    ) {
        let rows = |side: Option<(usize, &Line)>| side.map_or(Vec::new(), |side| self.rows(side));
        let (left, right) = (rows(left), rows(right));
        let empty = " ".repeat(self.digits + SIGN + self.text);
        for index in 0..left.len().max(right.len()) {
            let at = |rows: &'_ [Row]| rows.get(index).unwrap_or(&empty).clone();
            let row = format!("{}{BETWEEN}{}", at(&left), at(&right));
            let _ = writeln!(out, "{}", row.trim_end());
        }
    }

    /// A line, cut into rows of the column's width.
    fn rows(&self, (number, line): (usize, &Line)) -> Vec<Row> {
        let sign = line.kind.sign();
        let plain = style(line.kind);
        let mut rows = vec![format!("{number:>0$} {plain}{sign}{plain:#} ", self.digits)];
        let mut used = 0;
        for (text, style) in pieces(line) {
            let mut part = String::new();
            for c in text.chars() {
                let width = c.width().unwrap_or(0);
                if line.kind == LineKind::Context && used + width >= self.text {
                    push(&mut rows, &part, style);
                    push(&mut rows, &CUT.to_string(), style);
                    self.fill(&mut rows, used + 1);
                    return rows;
                }
                if used + width > self.text {
                    push(&mut rows, &part, style);
                    part.clear();
                    self.fill(&mut rows, used);
                    rows.push(" ".repeat(self.digits + SIGN));
                    used = 0;
                }
                part.push(c);
                used += width;
            }
            push(&mut rows, &part, style);
        }
        self.fill(&mut rows, used);
        rows
    }

    fn fill(&self, rows: &mut [Row], used: usize) {
        if let Some(row) = rows.last_mut() {
            row.push_str(&" ".repeat(self.text.saturating_sub(used)));
        }
    }
}

fn push(rows: &mut [Row], text: &str, style: Style) {
    if let Some(row) = rows.last_mut()
        && !text.is_empty()
    {
        let _ = write!(row, "{style}{text}{style:#}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use apim_patch_core::diff::FileDiff;

    fn drawn(text: &str, columns: usize) -> Vec<String> {
        let diff = FileDiff::parse(&format!("--- a/f\n+++ b/f\n{text}")).unwrap();
        let mut out = String::new();
        draw(&mut out, &diff.hunks[0], columns);
        let out = anstream::adapter::strip_str(&out).to_string();
        out.lines().map(str::to_owned).collect()
    }

    #[test]
    fn pairs_stand_beside_each_other() {
        let text = "@@ -9,3 +9,4 @@\n a\n-b\n-c\n+B\n+C\n+D\n";
        assert_eq!(
            drawn(text, 31),
            [
                " 9   a         │  9   a",
                "10 - b         │ 10 + B",
                "11 - c         │ 11 + C",
                "               │ 12 + D",
            ]
        );
    }

    #[test]
    fn what_stays_is_cut() {
        let text = "@@ -1,2 +1 @@\n 123456789\n-x\n";
        assert_eq!(
            drawn(text, 25),
            ["1   123456… │ 1   123456…", "2 - x       │"]
        );
    }

    #[test]
    fn long_and_wide_text_goes_on_below_and_nothing_leaves_its_column() {
        // A character of two columns does not fit into the last one.
        let text = "@@ -1 +1 @@\n-12345678\n+123456漢字89\u{202e}\n";
        let rows = drawn(text, 25);
        assert_eq!(
            rows,
            [
                "1 - 1234567 │ 1 + 123456",
                "    8       │     漢字89\\",
                "            │     u{202e}",
            ]
        );
        for row in rows {
            let width: usize = row.chars().map(|c| c.width().unwrap_or(0)).sum();
            assert!(width <= 25, "{row}");
        }
    }
}
