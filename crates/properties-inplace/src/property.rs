//! One property: the physical lines it is made of, its key and its value.

use std::ops::Range;

use crate::line::{Line, Lines, is_blank, skip_blanks};
use crate::position::Position;

/// What stands between key and value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Separator {
    /// Nothing: the line ends with the key.
    None,
    Blank,
    /// `=` or `:`, with or without blanks.
    Sign,
}

/// A property, active or commented out. All offsets are the file's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Property {
    pub(crate) first: Line,
    pub(crate) last: Line,
    /// What Java joins: the lines without leading blanks and without the
    /// backslashes that continue them. Never empty.
    pub(crate) segments: Vec<Range<usize>>,
    /// With the continuations inside it.
    pub(crate) key: Range<usize>,
    /// With the continuations inside it, to the end of the last line.
    pub(crate) value: Range<usize>,
    pub(crate) separator: Separator,
    /// The last line asks for another one, but the file ends.
    pub(crate) dangling: bool,
}

impl Property {
    /// The active property whose first line is `first`, which has to be neither
    /// blank nor a comment. The lines that continue it are taken from `rest`.
    pub(crate) fn active(bytes: &[u8], first: Line, rest: &mut Lines<'_>) -> Self {
        let mut last = first;
        let mut segments = Vec::with_capacity(1);
        let dangling = loop {
            let start = skip_blanks(bytes, last.start..last.end);
            let goes_on = goes_on(&bytes[start..last.end]);
            segments.push(start..last.end - usize::from(goes_on));
            match rest.clone().next() {
                Some(line) if goes_on => last = line,
                _ => break goes_on,
            }
            rest.next();
        };
        Self::new(bytes, first, last, segments, dangling)
    }

    pub(crate) fn new(
        bytes: &[u8],
        first: Line,
        last: Line,
        segments: Vec<Range<usize>>,
        dangling: bool,
    ) -> Self {
        let start = segments.first().map_or(first.end, |part| part.start);
        let end = segments.last().map_or(last.end, |part| part.end);
        let mut offsets = segments.iter().flat_map(Range::clone).peekable();
        let mut escaped = false;
        let is_sign = |offset: usize| matches!(bytes[offset], b'=' | b':');
        while let Some(offset) =
            offsets.next_if(|offset| escaped || !(is_sign(*offset) || is_blank(bytes[*offset])))
        {
            escaped = bytes[offset] == b'\\' && !escaped;
        }
        let key = start..offsets.peek().copied().unwrap_or(end);
        let mut separator = Separator::None;
        while let Some(offset) = offsets.next_if(|offset| {
            is_blank(bytes[*offset]) || (separator != Separator::Sign && is_sign(*offset))
        }) {
            if is_sign(offset) {
                separator = Separator::Sign;
            } else if separator == Separator::None {
                separator = Separator::Blank;
            }
        }
        let value = offsets.peek().copied().unwrap_or(end)..last.end;
        drop(offsets);
        Self {
            first,
            last,
            segments,
            key,
            value,
            separator,
            dangling,
        }
    }

    pub(crate) fn position(&self) -> Position {
        self.first.position(self.key.start)
    }
}

/// Whether a line ends in a backslash that is not itself escaped.
pub(crate) fn goes_on(line: &[u8]) -> bool {
    let backslashes = line.iter().rev().take_while(|byte| **byte == b'\\');
    backslashes.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, key: &str, value: &str, separator: Separator) {
        let bytes = file.as_bytes();
        let mut lines = Lines::new(bytes);
        let first = lines.next().unwrap();
        let property = Property::active(bytes, first, &mut lines);
        assert_eq!(&file[property.key.clone()], key, "{file:?}");
        assert_eq!(&file[property.value.clone()], value, "{file:?}");
        assert_eq!(property.separator, separator, "{file:?}");
    }

    #[test]
    fn keys_and_values_are_found_where_java_finds_them() {
        check("a=b", "a", "b", Separator::Sign);
        check(" a \t:\x0C b \n", "a", "b ", Separator::Sign);
        check("a b=c", "a", "b=c", Separator::Blank);
        check("a = = b", "a", "= b", Separator::Sign);
        check("a", "a", "", Separator::None);
        check("a  \r\n", "a", "", Separator::Blank);
        check("a\\ b\\=\\\\=c", "a\\ b\\=\\\\", "c", Separator::Sign);
        check("=", "", "", Separator::Sign);
        check("a = b\\\r\n  c\nd", "a", "b\\\r\n  c", Separator::Sign);
        check("a = \\\n  b\n", "a", "b", Separator::Sign);
        check("a = \\\n\nc", "a", "", Separator::Sign);
        check("a\\\n  = \\\n  : b", "a\\\n  ", ": b", Separator::Sign);
        check("a=b\\", "a", "b\\", Separator::Sign);
        check("a=\\\n", "a", "\\", Separator::Sign);
        check("a\\", "a", "\\", Separator::None);
    }
}
