//! Rows of cells below each other, fitted to a terminal.

use std::fmt::Write;

use anstyle::Style;

/// Between two columns.
const GAP: usize = 2;

/// The widest a cell makes its column where nothing is cut: a single long value
/// would push what stands behind it out of sight in every row.
const WIDEST: usize = 40;

/// Which end of a cell goes where there is no room for all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    Start,
    End,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column<'t> {
    pub(crate) title: &'t str,
    pub(crate) cut: Cut,
    /// What it is left at least.
    pub(crate) least: usize,
}

/// Rows of cells.
pub(crate) struct Table<'t> {
    columns: Vec<Column<'t>>,
    rows: Vec<(Style, Vec<String>)>,
}

impl<'t> Table<'t> {
    pub(crate) fn new(columns: Vec<Column<'t>>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row, one cell per column.
    pub(crate) fn row(&mut self, style: Style, cells: Vec<String>) {
        self.rows.push((style, cells));
    }

    /// The table in at most `width` columns, if it is for a terminal of that
    /// width; `titles` above it.
    pub(crate) fn show(&self, width: Option<usize>, titles: bool) -> String {
        let mut out = String::new();
        let widths = self.widths(width);
        if titles {
            let titles = self.columns.iter().map(|column| column.title);
            self.line(&mut out, Style::new().bold(), titles, &widths, width);
        }
        for (style, cells) in &self.rows {
            let cells = cells.iter().map(String::as_str);
            self.line(&mut out, *style, cells, &widths, width);
        }
        out
    }

    fn line<'c>(
        &self,
        out: &mut String,
        style: Style,
        cells: impl Iterator<Item = &'c str>,
        widths: &[usize],
        width: Option<usize>,
    ) {
        let mut line = String::new();
        for ((cell, column), room) in cells.zip(&self.columns).zip(widths) {
            let cell = match width {
                Some(_) => shortened(cell, *room, column.cut),
                None => cell.to_owned(),
            };
            let _ = write!(line, "{cell:<room$}{:GAP$}", "");
        }
        let _ = writeln!(out, "{style}{}{style:#}", line.trim_end());
    }

    fn widths(&self, width: Option<usize>) -> Vec<usize> {
        let natural = |index: usize, column: &Column<'_>| {
            let cells = self.rows.iter().filter_map(|(_, cells)| cells.get(index));
            let title = column.title.chars().count();
            cells
                .map(|cell| cell.chars().count())
                .fold(title, usize::max)
        };
        let columns = self.columns.iter().enumerate();
        let mut widths: Vec<usize> = columns
            .map(|(index, column)| natural(index, column))
            .collect();
        let Some(width) = width else {
            // What a row is about stands below each other whatever follows.
            let rest = widths.iter_mut().skip(1);
            rest.for_each(|room| *room = (*room).min(WIDEST));
            return widths;
        };
        let gaps = GAP * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > width {
            let leasts = self.columns.iter().map(|column| column.least);
            let columns = widths.iter_mut().zip(leasts).enumerate();
            let spare = columns.filter(|(_, (room, least))| **room > *least);
            // The widest gives way first, so that equal columns end up equal; and
            // what a row is about last.
            match spare.max_by_key(|(index, (room, _))| (*index > 0, **room)) {
                Some((_, (room, _))) => *room -= 1,
                None => break,
            }
        }
        widths
    }
}

/// `text` in `room` characters, with an ellipsis where something is cut off.
fn shortened(text: &str, room: usize, cut: Cut) -> String {
    let length = text.chars().count();
    if length <= room {
        return text.to_owned();
    }
    let kept = room.saturating_sub(1);
    match cut {
        Cut::End => text.chars().take(kept).chain(['…']).collect(),
        Cut::Start => ['…']
            .into_iter()
            .chain(text.chars().skip(length - kept))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(width: Option<usize>) -> Vec<String> {
        let column = |title, cut, least| Column { title, cut, least };
        let mut table = Table::new(vec![
            column("key", Cut::End, 6),
            column("value", Cut::End, 6),
            column("place", Cut::Start, 6),
        ]);
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        table.row(Style::new(), row(["a.b", &"v".repeat(60), "conf/a.xml:7"]));
        table.row(Style::new(), row(["a.cd", "", "conf/b.xml:12"]));
        let shown = anstream::adapter::strip_str(&table.show(width, true)).to_string();
        shown.lines().map(str::to_owned).collect()
    }

    #[test]
    fn nothing_is_cut_where_there_is_no_terminal() {
        let lines = shown(None);
        assert!(lines[1].contains(&"v".repeat(60)), "{lines:?}");
        assert!(lines[1].ends_with("conf/a.xml:7"), "{lines:?}");
        assert_eq!(lines[2].find("conf"), Some(4 + 2 + 40 + 2), "{lines:?}");
    }

    #[test]
    fn a_terminal_is_filled_and_not_exceeded() {
        for width in [30, 40, 80, 81, 200] {
            let lines = shown(Some(width));
            let longest = lines.iter().map(|line| line.chars().count()).max();
            assert_eq!(longest, Some(width.min(81)), "{lines:#?}");
        }
        let value = "v".repeat(18);
        let line = format!("a.b   {value}…  conf/a.xml:7");
        assert_eq!(shown(Some(40))[1], line);
        assert!(shown(Some(20))[2].ends_with("…ml:12"));
    }
}
