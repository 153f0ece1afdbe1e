//! The spans that the parser does not report: start tag, end tag, content,
//! each attribute with its value.

use crate::edit::Span;
use crate::token::tag_name;

/// Where an attribute stands.
///
/// ```text
/// <Connector port = "9443"/>
///            ‾‾‾‾‾‾‾‾‾‾‾‾‾    span
///            ‾‾‾‾             name
///                    ‾‾‾‾     value
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeSpan {
    /// From the name to the closing quote.
    pub span: Span,
    /// The name, with its prefix.
    pub name: Span,
    /// Between the quotes.
    pub value: Span,
}

/// Where an element stands.
///
/// ```text
/// <HostName>gw.example.com</HostName>
/// ‾‾‾‾‾‾‾‾‾‾                            start_tag
///           ‾‾‾‾‾‾‾‾‾‾‾‾‾‾              content
///                         ‾‾‾‾‾‾‾‾‾‾‾   end_tag
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementSpan {
    /// The whole element.
    pub span: Span,
    /// From `<` to `>`, of `<a/>` all of it.
    pub start_tag: Span,
    /// Between the tags; empty, at the element's end, for `<a/>`.
    pub content: Span,
    /// From `</` to `>`; `None` for `<a/>`.
    pub end_tag: Option<Span>,
}

/// The spans of the element that stands at `span`, which a parser has found
/// well-formed.
pub(crate) fn element(text: &str, span: Span) -> ElementSpan {
    let tag_end = span.start + tag_length(&text[span.clone()]);
    let start_tag = span.start..tag_end;
    if text[start_tag.clone()].ends_with("/>") {
        return ElementSpan {
            content: span.end..span.end,
            start_tag,
            end_tag: None,
            span,
        };
    }
    // An end tag holds no `<`, so the last one opens it.
    let content_end = text[span.clone()]
        .rfind("</")
        .map_or(span.end, |length| span.start + length);
    ElementSpan {
        content: tag_end..content_end,
        end_tag: Some(content_end..span.end),
        start_tag,
        span,
    }
}

/// The attributes in the start tag at `tag`, namespace declarations among
/// them, in their order. For a tag that is not well-formed: those before the
/// first mistake.
pub(crate) fn attributes(text: &str, tag: Span) -> Vec<AttributeSpan> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let blank = |at: usize| matches!(bytes[at], b' ' | b'\t' | b'\r' | b'\n');
    let skip_blanks = |mut at: usize| {
        while at < tag.end && blank(at) {
            at += 1;
        }
        at
    };
    let mut at = skip_blanks(tag.start + 1 + tag_name(&text[tag.clone()]).len());
    while at < tag.end && !matches!(bytes[at], b'/' | b'>') {
        let name_start = at;
        while at < tag.end && !blank(at) && !matches!(bytes[at], b'=' | b'>') {
            at += 1;
        }
        let name = name_start..at;
        at = skip_blanks(at);
        if at >= tag.end || bytes[at] != b'=' {
            break;
        }
        at = skip_blanks(at + 1);
        if at >= tag.end || !matches!(bytes[at], b'"' | b'\'') {
            break;
        }
        let quote = char::from(bytes[at]);
        let Some(length) = text[at + 1..tag.end].find(quote) else {
            break;
        };
        let value = at + 1..at + 1 + length;
        at = value.end + 1;
        found.push(AttributeSpan {
            span: name_start..at,
            name,
            value,
        });
        at = skip_blanks(at);
    }
    found
}

/// How many attributes and how many namespace declarations a start tag has.
pub(crate) fn count_attributes(tag: &str) -> (usize, usize) {
    if !tag.contains('=') {
        return (0, 0);
    }
    let all = attributes(tag, 0..tag.len());
    let namespaces = all
        .iter()
        .filter(|attribute| is_namespace_declaration(&tag[attribute.name.clone()]))
        .count();
    (all.len() - namespaces, namespaces)
}

/// Whether an attribute of this name declares a namespace.
pub(crate) fn is_namespace_declaration(name: &str) -> bool {
    name == "xmlns" || name.starts_with("xmlns:")
}

/// Length of the start tag that `text` starts with.
fn tag_length(text: &str) -> usize {
    let mut quote = None;
    for (index, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            (b'>', None) => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_content() {
        let text = "<a k='</a>'>x<b/></a >";
        let found = element(text, 0..text.len());
        assert_eq!(&text[found.start_tag], "<a k='</a>'>");
        assert_eq!(&text[found.content], "x<b/>");
        assert_eq!(&text[found.end_tag.unwrap()], "</a >");
        let empty = element("<a b='/' />", 0..11);
        assert_eq!((empty.content, empty.end_tag), (11..11, None));
    }

    #[test]
    fn attributes_in_every_layout() {
        let tag = "<p:a xmlns:p = 'u'\n\tk=\"it's > 1\"  last=''/>";
        let found: Vec<_> = attributes(tag, 0..tag.len())
            .into_iter()
            .map(|a| (&tag[a.span], &tag[a.name], &tag[a.value]))
            .collect();
        assert_eq!(
            found,
            [
                ("xmlns:p = 'u'", "xmlns:p", "u"),
                ("k=\"it's > 1\"", "k", "it's > 1"),
                ("last=''", "last", ""),
            ]
        );
        assert_eq!(count_attributes(tag), (2, 1));
        for broken in ["<a b", "<a b=", "<a b=c>", "<a b='c>", "<a", "<a b c='d'>"] {
            assert_eq!(attributes(broken, 0..broken.len()), []);
        }
    }
}
