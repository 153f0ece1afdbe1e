//! What a file says about a key.

use std::collections::HashSet;
use std::ops::Range;

use crate::decode::decode;
use crate::document::Document;
use crate::error::{EditError, check};
use crate::hidden::{self, Reading};
use crate::line::{Lines, skip_blanks};
use crate::position::Position;
use crate::property::Property;

/// What became of a key in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It has a value: that of its last line.
    Active {
        /// The value, unescaped.
        value: String,
        /// Where its key stands.
        position: Position,
        /// The value and place of its earlier lines, which count for nothing.
        shadowed: Vec<(String, Position)>,
    },
    /// It stands in a comment only: the first of them.
    CommentedOut {
        /// The value, unescaped.
        value: String,
        /// Where its key stands.
        position: Position,
    },
    /// It is nowhere.
    Absent,
}

/// Looks a key up.
///
/// ```
/// use properties_inplace::{Found, get};
///
/// let file = b"name = caf\xE9\n#queue.MyQueue = example.MyQueue\n";
/// assert!(matches!(get(file, "name")?, Found::Active { value, .. } if value == "café"));
/// assert!(matches!(
///     get(file, "queue.MyQueue")?,
///     Found::CommentedOut { position, .. } if (position.line, position.column) == (2, 2),
/// ));
/// assert_eq!(get(file, "topic.throttleData")?, Found::Absent);
/// # Ok::<(), properties_inplace::EditError>(())
/// ```
///
/// # Errors
///
/// A file that Java would not read, or not read the same in every release.
pub fn get(bytes: &[u8], key: &str) -> Result<Found, EditError> {
    check(bytes)?;
    let document = Document::scan(bytes, &HashSet::from([key]))?;
    if let Some((entry, earlier)) = document.active(key).split_last() {
        let earlier = earlier.iter();
        return Ok(Found::Active {
            value: entry.value.clone(),
            position: entry.property.position(),
            shadowed: earlier
                .map(|entry| (entry.value.clone(), entry.property.position()))
                .collect(),
        });
    }
    Ok(match document.hidden(key).first() {
        Some(entry) => Found::CommentedOut {
            value: entry.value.clone(),
            position: entry.property.position(),
        },
        None => Found::Absent,
    })
}

/// Where values of a key stand, active or commented out, so that they can be
/// masked: one span for each line of each of them, in the order of the file.
///
/// It finds more than [`get`] does, never less, and works on files that `edit`
/// refuses: whatever follows the key in a comment is a value here, behind any
/// number of marks and with any separator. Empty values have no span.
///
/// ```
/// use properties_inplace::value_spans;
///
/// let file = b"password = secret\\\n    rest\n## password was secret\n";
/// let spans = value_spans(file, "password");
/// let shown: Vec<&[u8]> = spans.into_iter().map(|span| &file[span]).collect();
/// assert_eq!(shown, [&b"secret"[..], b"rest", b"was secret"]);
/// ```
pub fn value_spans(bytes: &[u8], key: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut lines = Lines::new(bytes);
    while let Some(line) = lines.next() {
        let start = skip_blanks(bytes, line.start..line.end);
        let mut rest = lines.clone();
        let property = match bytes[start..line.end].first() {
            None => continue,
            Some(b'#' | b'!') => {
                let first = hidden::first_line(bytes, line);
                if !first.is_some_and(|first| is_of(bytes, &first, key)) {
                    continue;
                }
                hidden::property(bytes, line, &mut rest, Reading::Lenient)
            }
            Some(_) => Some(Property::active(bytes, line, &mut rest)),
        };
        lines = rest;
        if let Some(property) = property.filter(|found| is_of(bytes, found, key)) {
            let parts = property.segments.iter();
            let parts = parts.map(|part| part.start.max(property.value.start)..part.end);
            spans.extend(parts.filter(|part| !part.is_empty()));
        }
    }
    spans
}

fn is_of(bytes: &[u8], property: &Property, key: &str) -> bool {
    decode(bytes, &property.segments, &property.key).is_ok_and(|found| found == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_active_line_counts_and_the_first_hidden_one_is_shown() {
        let file = b"#a=1\na=2\n a = 3\n#a=4\n#b=5\n#b=6\n";
        let found = |key| match get(file, key).unwrap() {
            Found::Active {
                value,
                position,
                shadowed,
            } => {
                assert_eq!(shadowed.len(), 1);
                format!("{value} at {position}, not {}", shadowed[0].0)
            }
            Found::CommentedOut { value, position } => format!("#{value} at {position}"),
            Found::Absent => "nowhere".to_owned(),
        };
        assert_eq!(found("a"), "3 at 3:2, not 2");
        assert_eq!(found("b"), "#5 at 5:2");
        assert_eq!(found("c"), "nowhere");
    }

    #[test]
    fn every_value_is_masked() {
        let file = "k=1\n#k=2\n##k 3\n k\\u0020=x\n\\u006B=4\\\n#5\n#k=6\\\n#k=7\n#k=8\\\n9\n#k\\\n#=10\nk=\\u1\nk\n";
        let spans = value_spans(file.as_bytes(), "k");
        let shown: Vec<&str> = spans.into_iter().map(|span| &file[span]).collect();
        assert_eq!(
            shown,
            ["1", "2", "3", "4", "#5", "6", "k=7", "8", "10", "\\u1"]
        );
    }
}
