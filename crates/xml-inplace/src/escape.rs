//! Writing values in a document's encoding.

use crate::source::Encoding;

/// A character that XML 1.0 (production 2) does not allow, in a value that
/// may be a secret: neither the value nor the character is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("U+{code:04X} at character {index} of the value is not allowed in XML")]
pub struct IllegalCharacter {
    /// Its code point.
    pub code: u32,
    /// Which character of the value it is, from 1.
    pub index: usize,
}

/// Refuses values that no XML document can hold.
///
/// # Errors
///
/// The first character that XML 1.0 does not allow.
pub fn check_value(value: &str) -> Result<(), IllegalCharacter> {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    match value.chars().enumerate().find(|(_, c)| !allowed(*c)) {
        None => Ok(()),
        Some((index, c)) => Err(IllegalCharacter {
            code: u32::from(c),
            index: index + 1,
        }),
    }
}

/// `value` as character data that reads back as `value`. Line feeds become the
/// document's line end, which a parser turns back (XML 1.0, section 2.11).
pub(crate) fn text(value: &str, encoding: Encoding, line_end: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for (index, c) in value.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' if value[..index].ends_with("]]") => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\n' => out.push_str(line_end),
            c => push(&mut out, c, encoding),
        }
    }
    out
}

/// `value` between `quote`s. White space other than the blank is written as a
/// reference, or it would be read as a blank (XML 1.0, section 3.3.3).
pub(crate) fn attribute(value: &str, encoding: Encoding, quote: char) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' if quote == '"' => out.push_str("&quot;"),
            '\'' if quote == '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push_str(&format!("&#{};", u32::from(c))),
            c => push(&mut out, c, encoding),
        }
    }
    out
}

/// `value` inside a CDATA section; `None` where a section can't hold it.
pub(crate) fn cdata(value: &str, encoding: Encoding, line_end: &str) -> Option<String> {
    let holds = !value.contains("]]>")
        && !value.ends_with(']')
        && value.chars().all(|c| c != '\r' && encoding.can_hold(c));
    holds.then(|| value.replace('\n', line_end))
}

fn push(out: &mut String, c: char, encoding: Encoding) {
    if encoding.can_hold(c) {
        out.push(c);
    } else {
        out.push_str(&format!("&#{};", u32::from(c)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes() {
        assert_eq!(
            text("a&<>]]>\r\n€", Encoding::Latin1, "\r\n"),
            "a&amp;&lt;>]]&gt;&#13;\r\n&#8364;"
        );
        assert_eq!(
            attribute("a\"'&<\t\n\ré", Encoding::Ascii, '"'),
            "a&quot;'&amp;&lt;&#9;&#10;&#13;&#233;"
        );
        assert_eq!(attribute("\"'", Encoding::Utf8, '\''), "\"&apos;");
        assert_eq!(
            cdata("a<b\n", Encoding::Utf8, "\r\n").as_deref(),
            Some("a<b\r\n")
        );
        assert_eq!(cdata("]]>", Encoding::Utf8, "\n"), None);
        assert_eq!(cdata("a]", Encoding::Utf8, "\n"), None);
        assert_eq!(cdata("€", Encoding::Latin1, "\n"), None);
    }

    #[test]
    fn illegal_characters_are_named_without_the_value() {
        assert_eq!(check_value("tab\tand 𝄞"), Ok(()));
        for (value, message) in [
            (
                "ab\u{1}",
                "U+0001 at character 3 of the value is not allowed in XML",
            ),
            (
                "\0",
                "U+0000 at character 1 of the value is not allowed in XML",
            ),
            (
                "é\u{FFFE}",
                "U+FFFE at character 2 of the value is not allowed in XML",
            ),
        ] {
            assert_eq!(check_value(value).unwrap_err().to_string(), message);
        }
    }
}
