//! Places in a file, for people.

use std::fmt;

use crate::line::{Line, Lines};

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 1; `\n`, `\r\n` and a lone `\r` end a line.
    pub line: usize,
    /// From 1, in characters, each of which is one byte.
    pub column: usize,
}

impl Position {
    /// The place of a byte. It walks the file: errors end the walk that found
    /// them, whatever is asked for more often carries its line's number.
    pub(crate) fn of(bytes: &[u8], offset: usize) -> Self {
        let line = Lines::new(bytes).take_while(|line| line.start <= offset);
        line.last()
            .map_or(Self { line: 1, column: 1 }, |line| line.position(offset))
    }

    /// Where the file ends.
    pub(crate) fn end_of(bytes: &[u8]) -> Self {
        Lines::new(bytes)
            .last()
            .map_or(Self { line: 1, column: 1 }, |line| Self::behind(&line))
    }

    /// Where a new line behind this one begins.
    pub(crate) fn behind(line: &Line) -> Self {
        match line.end == line.next {
            true => line.position(line.end),
            false => Self {
                line: line.number + 1,
                column: 1,
            },
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_line_ends() {
        let bytes = b"a\nb\r\nc\rd\xE9e";
        let places: Vec<String> = (0..bytes.len())
            .map(|offset| Position::of(bytes, offset).to_string())
            .collect();
        assert_eq!(places.join(" "), "1:1 1:2 2:1 2:2 2:3 3:1 3:2 4:1 4:2 4:3");
        assert_eq!(Position::of(b"", 0).to_string(), "1:1");
    }

    #[test]
    fn the_end_is_behind_the_last_line_end() {
        for (file, place) in [
            ("", "1:1"),
            ("a", "1:2"),
            ("a\n", "2:1"),
            ("a\r\n b", "2:3"),
        ] {
            let end = Position::end_of(file.as_bytes());
            assert_eq!(end.to_string(), place, "{file:?}");
        }
    }
}
