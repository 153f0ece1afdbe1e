//! How deep a TOML text nests, found without nesting.

use std::ops::Range;

/// Brackets inside brackets, and parts of one dotted key. A deployment file
/// needs five. What nests deeper would be parsed and dropped recursively, and a
/// megabyte of `[` or of `a.a.a` would overflow the stack.
pub(super) const MAX_NESTING: usize = 32;

/// The first place where `text` nests deeper than [`MAX_NESTING`].
pub(super) fn too_deep(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut brackets = 0usize;
    let mut dots = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => at = line_end(bytes, at),
            b'"' | b'\'' => {
                at = string_end(bytes, at);
                continue;
            }
            b'[' | b'{' => {
                brackets += 1;
                dots = 0;
            }
            b']' | b'}' => brackets = brackets.saturating_sub(1),
            b'=' | b',' | b'\n' => dots = 0,
            b'.' => dots += 1,
            _ => {}
        }
        if brackets > MAX_NESTING || dots >= MAX_NESTING {
            return Some(at..at + 1);
        }
        at += 1;
    }
    None
}

/// Offset of the line break that ends the line of `at`, or of the text's end.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    at + rest
        .iter()
        .position(|&byte| byte == b'\n')
        .unwrap_or(rest.len())
}

/// Offset behind the string that starts at `at`. One that is not closed ends
/// with its line, or with the text where it may span lines, as in the parser.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let triple = bytes[at..].starts_with(&[quote; 3]);
    let mut here = at + if triple { 3 } else { 1 };
    while let Some(&byte) = bytes.get(here) {
        match byte {
            b'\\' if quote == b'"' => here += 1,
            b'\n' if !triple => return here,
            _ if byte == quote && !triple => return here + 1,
            _ if triple && bytes[here..].starts_with(&[quote; 3]) => return here + 3,
            _ => {}
        }
        here += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nests_counts() {
        let deep = "[".repeat(MAX_NESTING + 1);
        for (text, expect) in [
            (format!("a = {deep}"), true),
            (format!("a = \"{deep}\""), false),
            (format!("a = '{deep}'"), false),
            (format!("# {deep}\na = 1"), false),
            (format!("a = \"\"\"\n{deep}\"\"\""), false),
            (format!("a = \"\n{deep}"), true),
            (format!("a = \"\\\"{deep}\""), false),
            (format!("{}a = 1", "a.".repeat(MAX_NESTING)), true),
            (format!("[{}a]", "a.".repeat(MAX_NESTING)), true),
            ("a = 1.5\n".repeat(100), false),
            (format!("a = [{}]", "1.5,".repeat(100)), false),
            ("a = []\n".repeat(100), false),
            ("a = \"\\".into(), false),
        ] {
            assert_eq!(too_deep(&text).is_some(), expect, "{text}");
        }
    }
}
