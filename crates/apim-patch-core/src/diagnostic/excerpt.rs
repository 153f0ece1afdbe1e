//! From an offset in a text to the line that may be shown.

use std::fmt;
use std::ops::Range;

use super::Spot;
use super::printable::is_unprintable;

/// What stands in place of a secret in everything that is shown.
pub const MASK: &str = "******";

/// Characters shown of a line on either side of the place. Two of these fit
/// beside the marker on a wide terminal, and a file written on one line does
/// not flood it.
const AROUND: usize = 120;

/// A file's text, with the parts of it that nobody may see.
///
/// ```
/// use apim_patch_core::diagnostic::SourceText;
///
/// let text = "user = \"a\"\npassword = \"s3cret\" # x\n";
/// let source = SourceText::new("f.toml", text, vec![22..30]);
/// let spot = source.spot(31..34);
/// assert_eq!(spot.to_string(), "f.toml:2:21");
/// assert_eq!(spot.source_line.as_deref(), Some("password = ****** # x"));
/// assert_eq!(spot.marker, 19);
/// ```
pub struct SourceText<'t> {
    path: String,
    text: &'t str,
    masks: Vec<Range<usize>>,
    /// Offset of each line's first byte.
    lines: Vec<usize>,
}

impl fmt::Debug for SourceText<'_> {
    /// Without the text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceText")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl<'t> SourceText<'t> {
    /// A text with its printable name. `masks` are byte ranges of `text`, in
    /// any order; what they cover is shown as [`MASK`].
    pub fn new(path: impl Into<String>, text: &'t str, mut masks: Vec<Range<usize>>) -> Self {
        masks.sort_by_key(|mask| (mask.start, mask.end));
        let mut merged: Vec<Range<usize>> = Vec::new();
        for mask in masks {
            match merged.last_mut() {
                Some(last) if mask.start <= last.end => last.end = last.end.max(mask.end),
                _ => merged.push(mask),
            }
        }
        // A lone carriage return ends a line too, as it does in XML.
        let ends = text
            .match_indices(['\n', '\r'])
            .filter(|(at, end)| *end == "\n" || !text[at + 1..].starts_with('\n'))
            .map(|(at, _)| at + 1);
        Self {
            path: path.into(),
            text,
            masks: merged,
            lines: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// The text itself.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The place of a byte range. A range that leaves its first line is shown
    /// up to that line's end, and one beyond the text as the text's end.
    pub fn spot(&self, range: Range<usize>) -> Spot {
        let start = self.character_start(range.start);
        let line = self.lines.partition_point(|&begin| begin <= start) - 1;
        let begin = self.lines[line];
        let length = self.text[begin..]
            .find(['\n', '\r'])
            .unwrap_or(self.text.len() - begin);
        let end = begin + length;
        let start_shown = start.min(end);
        let stop = self.character_start(range.end).clamp(start_shown, end);

        let before = self.shown(begin..start_shown);
        let place = self.shown(start_shown..stop);
        let behind = self.shown(stop..end);
        let (before, cut) = last_characters(before);
        let width = place.chars().count().min(AROUND);
        let place: String = place.chars().take(AROUND).collect();
        let mut behind_characters = behind.chars();
        let tail: String = behind_characters.by_ref().take(AROUND).collect();
        let more = if behind_characters.next().is_some() {
            "…"
        } else {
            ""
        };
        Spot {
            path: self.path.clone(),
            line: line + 1,
            column: self.text[begin..start].chars().count() + 1,
            marker: before.chars().count() + usize::from(cut) + 1,
            width: width.max(1),
            source_line: Some(format!(
                "{}{before}{place}{tail}{more}",
                if cut { "…" } else { "" }
            )),
        }
    }

    /// Where the character begins that byte `at` belongs to; beyond the text,
    /// its end.
    fn character_start(&self, at: usize) -> usize {
        let mut start = at.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        start
    }

    /// Part of one line with secrets masked and control characters replaced.
    /// Where a mask is cut by the range, the part behind the cut is left out:
    /// the mask was already written in front of it.
    fn shown(&self, range: Range<usize>) -> String {
        let mut out = String::new();
        let mut at = range.start;
        let line_start = self.text[..range.start]
            .rfind(['\n', '\r'])
            .map_or(0, |end| end + 1);
        let first = self.masks.partition_point(|mask| mask.end <= at);
        for mask in &self.masks[first..] {
            if mask.start >= range.end {
                break;
            }
            if mask.start >= at {
                push_replaced(&mut out, &self.text[at..mask.start]);
                out.push_str(MASK);
            } else if mask.start < line_start && range.start == line_start {
                out.push_str(MASK);
            }
            at = mask.end.min(range.end);
        }
        push_replaced(&mut out, &self.text[at..range.end]);
        out
    }
}

/// Keeps one character per character, so that columns stay right.
fn push_replaced(out: &mut String, text: &str) {
    out.extend(text.chars().map(|c| match c {
        '\t' => '\t',
        '\0'..='\u{1F}' => char::from_u32(0x2400 + c as u32).unwrap_or('␀'),
        '\u{7F}' => '␡',
        _ if is_unprintable(c) => '·',
        _ => c,
    }));
}

fn last_characters(text: String) -> (String, bool) {
    let count = text.chars().count();
    if count <= AROUND {
        return (text, false);
    }
    (text.chars().skip(count - AROUND).collect(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line as it is shown, with the place in brackets.
    fn check(text: &str, mask: Range<usize>, place: Range<usize>, expect: &str) {
        let spot = SourceText::new("f", text, vec![mask]).spot(place);
        let line: Vec<char> = spot.source_line.unwrap().chars().collect();
        let (before, rest) = line.split_at((spot.marker - 1).min(line.len()));
        let (place, behind) = rest.split_at(spot.width.min(rest.len()));
        let [before, place, behind] = [before, place, behind].map(String::from_iter);
        assert_eq!(format!("{before}[{place}]{behind}"), expect, "{text}");
    }

    #[test]
    fn places_in_lines() {
        check("a b\r\nc", 0..0, 2..3, "a [b]");
        check("a b\r\nc", 0..0, 2..6, "a [b]");
        check("a\nü c\n", 0..0, 5..6, "ü [c]");
        check("a", 0..0, 1..1, "a[]");
        check("a", 0..0, 9..12, "a[]");
        check("a\u{1b}\u{202e}b", 0..0, 0..1, "[a]␛·b");
    }

    #[test]
    fn masked_lines() {
        check("k = 'pw' x", 4..8, 4..8, "k = [******] x");
        check("k = 'pw' x", 4..8, 9..10, "k = ****** [x]");
        check("k = 'pw' x", 4..8, 0..1, "[k] = ****** x");
        check("k = 'pw' x", 4..8, 5..6, "k = ******[ ]x");
        check("k = '\npw' x", 4..9, 10..11, "****** [x]");
    }

    #[test]
    fn masks_that_touch_or_overlap() {
        let spot = SourceText::new("f", "k = abc", vec![5..7, 4..5, 4..6]).spot(0..1);
        assert_eq!(spot.source_line.as_deref(), Some("k = ******"));
    }

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let text = format!("{}x{}", "a".repeat(500), "b".repeat(500));
        let expect = format!("…{}[x]{}…", "a".repeat(AROUND), "b".repeat(AROUND));
        check(&text, 0..0, 500..501, &expect);
    }
}
