//! What the bytes of a key or value stand for.

use std::ops::Range;

use crate::error::BadEscape;

/// The text of the part of `segments` that lies in `range`.
pub(crate) fn decode(
    bytes: &[u8],
    segments: &[Range<usize>],
    range: &Range<usize>,
) -> Result<String, BadEscape> {
    let mut offsets = segments
        .iter()
        .flat_map(|part| part.start.max(range.start)..part.end.min(range.end));
    let mut text = String::with_capacity(range.len());
    // A character beyond the basic plane takes two escapes.
    let mut high: Option<(usize, u16)> = None;
    while let Some(offset) = offsets.next() {
        let escape = match bytes[offset] {
            b'\\' => offsets.next().map(|next| bytes[next]),
            byte => {
                lone(high.take())?;
                text.push(char::from(byte));
                continue;
            }
        };
        if escape == Some(b'u') {
            let mut unit = 0;
            for _ in 0..4 {
                let digit = offsets.next().map(|next| char::from(bytes[next]));
                let digit = digit.and_then(|digit| digit.to_digit(16));
                unit = unit * 16 + digit.ok_or(BadEscape::Malformed(offset))?;
            }
            match (high.take(), unit) {
                (None, 0xD800..=0xDBFF) => high = Some((offset, unit as u16)),
                (Some((start, high)), 0xDC00..=0xDFFF) => {
                    let pair = char::decode_utf16([high, unit as u16]).next();
                    let both = pair.and_then(Result::ok);
                    text.push(both.ok_or(BadEscape::LoneSurrogate(start))?);
                }
                (before, _) => {
                    lone(before)?;
                    let one = char::from_u32(unit);
                    text.push(one.ok_or(BadEscape::LoneSurrogate(offset))?);
                }
            }
            continue;
        }
        lone(high.take())?;
        match escape {
            Some(b't') => text.push('\t'),
            Some(b'n') => text.push('\n'),
            Some(b'r') => text.push('\r'),
            Some(b'f') => text.push('\x0C'),
            Some(byte) => text.push(char::from(byte)),
            None => {}
        }
    }
    lone(high)?;
    Ok(text)
}

fn lone(high: Option<(usize, u16)>) -> Result<(), BadEscape> {
    high.map_or(Ok(()), |(offset, _)| Err(BadEscape::LoneSurrogate(offset)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expect: Result<&str, BadEscape>) {
        let whole = 0..bytes.len();
        let read = decode(bytes, std::slice::from_ref(&whole), &whole);
        assert_eq!(
            read.as_deref(),
            expect.as_ref().map(|text| *text),
            "{bytes:?}"
        );
    }

    #[test]
    fn escapes_are_read_as_java_reads_them() {
        check(b"a\\tb\\n\\r\\f", Ok("a\tb\n\r\x0C"));
        check(b"\\:\\=\\ \\#\\\\\\b\\\"", Ok(":= #\\b\""));
        check(b"\xE9\x80", Ok("\u{E9}\u{80}"));
        check(b"\\u20ac\\u00E9", Ok("\u{20AC}\u{E9}"));
        check(b"\\uD834\\uDD1E!", Ok("\u{1D11E}!"));
    }

    #[test]
    fn escapes_that_stand_for_nothing_are_refused() {
        for text in [
            "ab\\u12",
            "ab\\u12g4",
            "ab\\u+123",
            "ab\\u",
            "ab\\U0041\\u 041",
        ] {
            let start = text.find("\\u").unwrap();
            check(text.as_bytes(), Err(BadEscape::Malformed(start)));
        }
        for text in [
            "a\\uD834",
            "a\\uDD1E",
            "a\\uD834x",
            "a\\uD834\\n",
            "a\\uD834\\u0041",
        ] {
            check(text.as_bytes(), Err(BadEscape::LoneSurrogate(1)));
        }
    }

    #[test]
    fn an_escape_may_go_on_in_the_next_line() {
        let bytes = b"\\u00\\\n  41";
        let parts = [0..4, 8..10];
        assert_eq!(decode(bytes, &parts, &(0..10)).as_deref(), Ok("A"));
    }
}
