//! Places inside the strings of a TOML text.

use std::ops::Range;

/// The place of byte `offset` of a string's value in the TOML text; the whole
/// string where escapes or line ends make the two differ.
pub(super) fn inside(text: &str, span: Range<usize>, value: &str, offset: usize) -> Range<usize> {
    let raw = &text[span.clone()];
    let content = ["\"\"\"", "'''", "\"", "'"].iter().find_map(|quotes| {
        let content = raw.strip_prefix(quotes)?.strip_suffix(quotes)?;
        Some((quotes.len(), content))
    });
    let Some((mut shift, mut content)) = content else {
        return span;
    };
    if shift == 3
        && let Some(rest) = content.strip_prefix('\n')
    {
        shift += 1;
        content = rest;
    }
    if content != value {
        return span;
    }
    let at = span.start + shift + offset;
    at..at + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_in_strings() {
        for (raw, value, offset, expect) in [
            ("\"/a/b[\"", "/a/b[", 5, 6..7),
            ("'/a/b['", "/a/b[", 5, 6..7),
            ("\"\"\"\n/a[\"\"\"", "/a[", 3, 7..8),
            ("\"/a\\u005b\"", "/a[", 3, 0..10),
        ] {
            assert_eq!(inside(raw, 0..raw.len(), value, offset), expect, "{raw}");
        }
    }
}
