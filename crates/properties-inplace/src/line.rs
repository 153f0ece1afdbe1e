//! Physical lines.

use std::ops::Range;

use crate::position::Position;

/// What `java.util.Properties` skips in front of lines and around separators.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0C')
}

/// Where the blanks from `range.start` on end.
pub(crate) fn skip_blanks(bytes: &[u8], range: Range<usize>) -> usize {
    let blanks = bytes[range.clone()].iter().take_while(|b| is_blank(**b));
    range.start + blanks.count()
}

/// One physical line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: usize,
    pub(crate) start: usize,
    /// In front of the line end.
    pub(crate) end: usize,
    /// Behind the line end; `end` where the file ends without one.
    pub(crate) next: usize,
}

impl Line {
    pub(crate) fn position(&self, offset: usize) -> Position {
        Position {
            line: self.number,
            column: offset - self.start + 1,
        }
    }
}

/// The lines of a file from some line's start on. What stands behind the last
/// line end is a line only if it is not empty.
#[derive(Debug, Clone)]
pub(crate) struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
    number: usize,
}

impl<'b> Lines<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            number: 1,
        }
    }

    /// From `first` on.
    pub(crate) fn from(bytes: &'b [u8], first: &Line) -> Self {
        Self {
            bytes,
            at: first.start,
            number: first.number,
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let end = self.at + length.unwrap_or(rest.len());
        let next = match &self.bytes[end..] {
            [] => end,
            [b'\r', b'\n', ..] => end + 2,
            _ => end + 1,
        };
        let line = Line {
            number: self.number,
            start: self.at,
            end,
            next,
        };
        self.at = next;
        self.number += 1;
        Some(line)
    }
}

/// The line end of the lines around `offset`: the nearest in front of it, or
/// the first behind it.
pub(crate) fn line_end_near(bytes: &[u8], offset: usize) -> &[u8] {
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let before = bytes[..offset].iter().rposition(is_end);
    match before {
        Some(at) if bytes[..at].ends_with(b"\r") && bytes[at] == b'\n' => &bytes[at - 1..=at],
        Some(at) => &bytes[at..=at],
        None => match Lines::new(&bytes[offset..]).next() {
            Some(line) if line.end < line.next => &bytes[offset + line.end..offset + line.next],
            _ => b"\n",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_end_is_the_neighbours() {
        for (file, offset, end) in [
            ("a\r\nb", 4, "\r\n"),
            ("a\rb\r\n", 2, "\r"),
            ("a\n\nb\r", 3, "\n"),
            ("a\r\n", 0, "\r\n"),
            ("a\r", 1, "\r"),
            ("\r\r", 2, "\r"),
            ("a", 1, "\n"),
            ("", 0, "\n"),
        ] {
            let found = line_end_near(file.as_bytes(), offset);
            assert_eq!(found, end.as_bytes(), "{file:?}");
        }
    }
}
