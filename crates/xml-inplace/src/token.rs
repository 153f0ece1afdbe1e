//! One lexical token after the other, found without a parser.
//!
//! Linear in the length of the text, whatever stands in it: a start tag ends
//! at the latest at the next `<`, and what is never closed reaches to the end
//! of the text, once.

use crate::edit::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    StartTag {
        empty: bool,
    },
    EndTag,
    Comment,
    CData,
    ProcessingInstruction,
    Doctype,
    /// A `<` that opens nothing, or something that is never closed.
    Broken,
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// The tokens of `text` from `at` on, to its end.
pub(crate) fn tokens(text: &str, at: usize) -> impl Iterator<Item = Token> {
    let mut at = at;
    std::iter::from_fn(move || {
        let token = (at < text.len()).then(|| token_at(text, at))?;
        at = token.span.end;
        Some(token)
    })
}

fn token_at(text: &str, at: usize) -> Token {
    let rest = &text[at..];
    let closed_by = |kind, open: usize, close: &str| match rest[open..].find(close) {
        Some(length) => (kind, open + length + close.len()),
        None => (Kind::Broken, rest.len()),
    };
    let (kind, length) = if !rest.starts_with('<') {
        (Kind::Text, rest.find('<').unwrap_or(rest.len()))
    } else if rest.starts_with("<!--") {
        closed_by(Kind::Comment, 4, "-->")
    } else if rest.starts_with("<![CDATA[") {
        closed_by(Kind::CData, 9, "]]>")
    } else if rest.starts_with("<?") {
        closed_by(Kind::ProcessingInstruction, 2, "?>")
    } else if rest.starts_with("<!DOCTYPE") {
        doctype(rest)
    } else if let Some(name) = rest.strip_prefix("</") {
        match name.find(['>', '<']) {
            Some(length) if rest.as_bytes()[2 + length] == b'>' => (Kind::EndTag, length + 3),
            Some(length) => (Kind::Broken, length + 2),
            None => (Kind::Broken, rest.len()),
        }
    } else {
        start_tag(rest)
    };
    Token {
        kind,
        span: at..at + length,
    }
}

fn start_tag(rest: &str) -> (Kind, usize) {
    let bytes = rest.as_bytes();
    if !rest[1..].starts_with(crate::selector::is_name_start) && !rest[1..].starts_with(':') {
        return (Kind::Broken, 1);
    }
    let mut quote = None;
    for (index, &byte) in bytes.iter().enumerate().skip(1) {
        match (byte, quote) {
            (b'<', _) => return (Kind::Broken, index),
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            (b'>', None) => {
                let empty = bytes[index - 1] == b'/';
                return (Kind::StartTag { empty }, index + 1);
            }
            _ => {}
        }
    }
    (Kind::Broken, rest.len())
}

fn doctype(rest: &str) -> (Kind, usize) {
    let mut quote = None;
    let mut subset = false;
    for (index, byte) in rest.bytes().enumerate().skip(9) {
        match (byte, quote) {
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            (b'[', None) => subset = true,
            (b']', None) => subset = false,
            (b'>', None) if !subset => return (Kind::Doctype, index + 1),
            _ => {}
        }
    }
    (Kind::Broken, rest.len())
}

/// The name in the start or end tag `tag`, with its prefix.
pub(crate) fn tag_name(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    let end = name
        .find([' ', '\t', '\r', '\n', '/', '>'])
        .unwrap_or(name.len());
    &name[..end]
}

/// `name` without its prefix.
pub(crate) fn local_name(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[(Kind, &str)]) {
        let found: Vec<_> = tokens(text, 0).map(|t| (t.kind, &text[t.span])).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn every_kind() {
        let start = Kind::StartTag { empty: false };
        let empty = Kind::StartTag { empty: true };
        check(
            "<a k='>'>x</a >",
            &[
                (start, "<a k='>'>"),
                (Kind::Text, "x"),
                (Kind::EndTag, "</a >"),
            ],
        );
        check(
            "<a/><!-- <b> -->",
            &[(empty, "<a/>"), (Kind::Comment, "<!-- <b> -->")],
        );
        check(
            "<![CDATA[<a>]]><?p > ?>",
            &[
                (Kind::CData, "<![CDATA[<a>]]>"),
                (Kind::ProcessingInstruction, "<?p > ?>"),
            ],
        );
        check(
            "<!DOCTYPE a [<!ENTITY b '>'>]>",
            &[(Kind::Doctype, "<!DOCTYPE a [<!ENTITY b '>'>]>")],
        );
        let quoted = "<!DOCTYPE a SYSTEM 'it>[' \"'>\">";
        check(quoted, &[(Kind::Doctype, quoted)]);
    }

    #[test]
    fn broken_tags_end_at_the_next_one() {
        check(
            "<a b<c>",
            &[
                (Kind::Broken, "<a b"),
                (Kind::StartTag { empty: false }, "<c>"),
            ],
        );
        check("< 3", &[(Kind::Broken, "<"), (Kind::Text, " 3")]);
        check("<!-- a", &[(Kind::Broken, "<!-- a")]);
        check(
            "</a<b/>",
            &[
                (Kind::Broken, "</a"),
                (Kind::StartTag { empty: true }, "<b/>"),
            ],
        );
    }
}
