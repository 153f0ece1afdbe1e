//! What is wrong with a document, in words for the person who has to mend it.

use crate::document::ParseError;
use crate::source::{Position, Source, position_in};
use crate::span;
use crate::token::{Kind, local_name, tag_name, tokens};

/// The parser's error, in words for the person who has to mend the file.
pub(crate) fn explain(source: &Source, error: &roxmltree::Error) -> ParseError {
    let text = source.text();
    let place = source.position(offset(text, error.pos()));
    let (message, position) = match mismatch(text) {
        Some((message, offset)) if is_about_structure(error) => (message, source.position(offset)),
        _ => match error {
            roxmltree::Error::DuplicatedAttribute(name, _) => {
                (duplicate_attribute(source, place, name), place)
            }
            roxmltree::Error::UnknownEntityReference(name, _) => (
                format!("the entity `&{name};` is not declared in this file"),
                place,
            ),
            roxmltree::Error::UnknownNamespace(prefix, _) => (
                format!("the namespace prefix `{prefix}` is not declared"),
                place,
            ),
            roxmltree::Error::NonXmlChar(c, _) => (
                format!(
                    "the character U+{:04X} is not allowed in XML",
                    u32::from(*c)
                ),
                place,
            ),
            roxmltree::Error::InvalidComment(_) => {
                ("`--` is not allowed inside a comment".to_owned(), place)
            }
            other => {
                let message = other.to_string();
                // The position is given apart from the message.
                let message = message
                    .rsplit_once(" at ")
                    .filter(|(_, tail)| tail.starts_with(|c: char| c.is_ascii_digit()))
                    .map_or(message.as_str(), |(head, _)| head);
                (format!("not well-formed: {message}"), place)
            }
        },
    };
    ParseError::IllFormed { message, position }
}

/// Where the parser's position is: it counts only line feeds as line ends.
fn offset(text: &str, at: roxmltree::TextPos) -> usize {
    let rows = text.split_inclusive('\n');
    let start: usize = rows.take(at.row as usize - 1).map(str::len).sum();
    let columns = text[start..].char_indices();
    columns
        .map(|(index, _)| start + index)
        .nth(at.col as usize - 1)
        .unwrap_or(text.len())
}

fn is_about_structure(error: &roxmltree::Error) -> bool {
    use roxmltree::Error;
    matches!(
        error,
        Error::UnexpectedCloseTag(..)
            | Error::UnclosedRootNode
            | Error::UnexpectedEndOfStream
            | Error::UnknownToken(_)
            | Error::InvalidChar(..)
            | Error::InvalidChar2(..)
            | Error::InvalidName(_)
            | Error::InvalidString(..)
    )
}

/// The first place where tags do not pair, with both tags named.
fn mismatch(text: &str) -> Option<(String, usize)> {
    let line = |offset| position_in(text, offset).line;
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut root_closed = false;
    for token in tokens(text, 0) {
        let start = token.span.start;
        let here = &text[token.span];
        match token.kind {
            Kind::StartTag { .. } | Kind::Text
                if root_closed && open.is_empty() && !here.trim().is_empty() =>
            {
                return Some((
                    "there is more than one root element, or text behind it".to_owned(),
                    start + here.len() - here.trim_start().len(),
                ));
            }
            Kind::StartTag { empty } => match empty {
                true => root_closed |= open.is_empty(),
                false => open.push((tag_name(here), start)),
            },
            Kind::EndTag => {
                let name = tag_name(here);
                match open.pop() {
                    Some((expected, _)) if expected == name => root_closed |= open.is_empty(),
                    Some((expected, opened)) => {
                        return Some((
                            format!(
                                "`</{name}>` closes `<{expected}>`, which was opened at line {}",
                                line(opened)
                            ),
                            start,
                        ));
                    }
                    None => return Some((format!("`</{name}>` closes nothing"), start)),
                }
            }
            Kind::Broken => {
                let unfinished = here.starts_with("<!--") || here.starts_with("<![CDATA[");
                if unfinished {
                    return Some((
                        "this comment or CDATA section is never closed".to_owned(),
                        start,
                    ));
                }
                if token_reaches_end(text, start, here) {
                    break;
                }
                return None;
            }
            _ => {}
        }
    }
    let (name, opened) = open.pop()?;
    Some((
        format!(
            "the file ends before `<{name}>` is closed, which was opened at line {}; it looks cut \
             off: restore it from a backup",
            line(opened)
        ),
        text.len(),
    ))
}

fn token_reaches_end(text: &str, start: usize, here: &str) -> bool {
    start + here.len() == text.len()
}

fn duplicate_attribute(source: &Source, place: Position, name: &str) -> String {
    let offset = source.offset(place);
    let text = source.text();
    let first = text[..offset].rfind('<').and_then(|tag_start| {
        span::attributes(text, tag_start..offset)
            .into_iter()
            .find(|attribute| local_name(&text[attribute.name.clone()]) == name)
    });
    match first {
        Some(first) => format!(
            "the attribute `{name}` stands twice in this tag, first at {}",
            source.position(first.span.start)
        ),
        None => format!("the attribute `{name}` stands twice in this tag"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn error(xml: &str) -> String {
        let source = Source::decode(xml.as_bytes()).unwrap();
        let error = Document::parse(&source).unwrap_err();
        format!("{}: {error}", error.position())
    }

    #[test]
    fn errors_name_the_place_and_the_cause() {
        for (xml, expect) in [
            ("", "1:1: there is no root element"),
            (" \n<!-- only -->", "1:1: there is no root element"),
            (
                "<a>\n <b>\n</a>",
                "3:1: `</a>` closes `<b>`, which was opened at line 2",
            ),
            (
                "<a>\n<b>x",
                "2:5: the file ends before `<b>` is closed, which was opened at line 2; it looks cut off: restore it from a backup",
            ),
            (
                "<a>\n<b k='",
                "2:7: the file ends before `<a>` is closed, which was opened at line 1; it looks cut off: restore it from a backup",
            ),
            (
                "<a/>\n<b/>",
                "2:1: there is more than one root element, or text behind it",
            ),
            (
                "<a/>x",
                "1:5: there is more than one root element, or text behind it",
            ),
            (
                "<a></a>x",
                "1:8: there is more than one root element, or text behind it",
            ),
            (
                "<a><b></b>\n< c></a>",
                "2:2: not well-formed: invalid name token",
            ),
            (
                "<a>&nbsp;<b></a>",
                "1:4: the entity `&nbsp;` is not declared in this file",
            ),
            (
                "one <a/>",
                "1:1: this is not an XML file: it starts with text",
            ),
            (
                "<!-- c -->\n x<a/>",
                "2:2: this is not an XML file: it starts with text",
            ),
            (
                "<a k='1'\n k='2'/>",
                "2:2: the attribute `k` stands twice in this tag, first at 1:4",
            ),
            (
                "<a>&nbsp;</a>",
                "1:4: the entity `&nbsp;` is not declared in this file",
            ),
            (
                "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
                "1:1: internal DTD subsets are not supported",
            ),
            (
                "\n<?xml version='1.0'?><a/>",
                "2:1: the XML declaration is not at the start of the file",
            ),
            (
                "<?xml version='1.1'?><a/>",
                "1:1: XML 1.1 is not supported, XML 1.0 is",
            ),
            (
                "<a><p:b/></a>",
                "1:5: the namespace prefix `p` is not declared",
            ),
            (
                "<a>\r \r<p:b/></a>",
                "3:2: the namespace prefix `p` is not declared",
            ),
            (
                "<a>\u{1}</a>",
                "1:4: the character U+0001 is not allowed in XML",
            ),
            (
                "<a><!-- x -- y --></a>",
                "1:4: `--` is not allowed inside a comment",
            ),
            (
                "<a>\n<!-- x</a>",
                "2:1: this comment or CDATA section is never closed",
            ),
            (
                "\u{FEFF}\u{FEFF}<a/>",
                "1:1: there is a second byte order mark",
            ),
        ] {
            assert_eq!(error(xml), expect, "{xml}");
        }
    }
}
