//! Writing values in a document's encoding.

use crate::edit::Span;
use crate::source::Encoding;
use crate::span;
use crate::token::{Kind, tokens};

/// A character that XML 1.0 (production 2) does not allow, or that the file's
/// encoding lacks where no reference can stand for it. The value may be a
/// secret: neither it nor the character is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("U+{code:04X} at character {index} of the value {}", match lacking {
    None => "is not allowed in XML".to_owned(),
    Some(encoding) => format!("can't be written in the file's encoding, {encoding}, outside of text"),
})]
pub struct IllegalCharacter {
    /// Its code point.
    pub code: u32,
    /// Which character of the value it is, from 1.
    pub index: usize,
    /// The encoding that lacks it; `None` where XML does.
    pub lacking: Option<Encoding>,
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
            lacking: None,
        }),
    }
}

/// `source`, an element, as it can stand in a file of this encoding: in text
/// and values, references take the place of what the encoding lacks.
///
/// # Errors
///
/// Such a character where no reference can stand.
pub(crate) fn element(source: &str, encoding: Encoding) -> Result<String, IllegalCharacter> {
    let mut out = String::with_capacity(source.len());
    for token in tokens(source, 0) {
        let here = &source[token.span.clone()];
        if here.chars().all(|c| encoding.can_hold(c)) {
            out.push_str(here);
            continue;
        }
        match token.kind {
            Kind::Text => here.chars().for_each(|c| push(&mut out, c, encoding)),
            Kind::CData => {
                let inside = &here["<![CDATA[".len()..here.len() - "]]>".len()];
                out.push_str(&text(inside, encoding, "\n"));
            }
            Kind::StartTag { .. } => {
                let mut at = token.span.start;
                for value in span::attributes(source, token.span.clone()) {
                    literal(source, at..value.value.start, encoding, &mut out)?;
                    for c in source[value.value.clone()].chars() {
                        push(&mut out, c, encoding);
                    }
                    at = value.value.end;
                }
                literal(source, at..token.span.end, encoding, &mut out)?;
            }
            _ => literal(source, token.span, encoding, &mut out)?,
        }
    }
    Ok(out)
}

/// Refuses names that the encoding can't hold: no reference stands in a name.
///
/// # Errors
///
/// The first such character.
pub(crate) fn check_name(name: &str, encoding: Encoding) -> Result<(), IllegalCharacter> {
    literal(name, 0..name.len(), encoding, &mut String::new())
}

fn literal(
    source: &str,
    span: Span,
    encoding: Encoding,
    out: &mut String,
) -> Result<(), IllegalCharacter> {
    let here = &source[span.clone()];
    if let Some((index, c)) = here.char_indices().find(|(_, c)| !encoding.can_hold(*c)) {
        return Err(IllegalCharacter {
            code: u32::from(c),
            index: source[..span.start + index].chars().count() + 1,
            lacking: Some(encoding),
        });
    }
    out.push_str(here);
    Ok(())
}

/// `value` as character data that reads back as `value`. Line feeds become the
/// document's line end, which a parser turns back (XML 1.0, section 2.11); a
/// lone carriage return in front of a reference is one that roxmltree loses.
pub(crate) fn text(value: &str, encoding: Encoding, line_end: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for (index, c) in value.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' if value[..index].ends_with("]]") => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\n' if line_end == "\r" => out.push_str("&#10;"),
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
    fn elements_in_a_narrow_encoding() {
        let check = |source: &str| element(source, Encoding::Latin1);
        assert_eq!(
            check("<a k='€é'>€<!-- é --><![CDATA[€<]]></a>").as_deref(),
            Ok("<a k='&#8364;é'>&#8364;<!-- é -->&#8364;&lt;</a>")
        );
        for (source, index) in [
            ("<€/>", 2),
            ("<a k='é' €='1'/>", 10),
            ("<a><!--€--></a>", 8),
        ] {
            let error = check(source).unwrap_err();
            assert_eq!(
                (error.index, error.lacking),
                (index, Some(Encoding::Latin1))
            );
        }
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
