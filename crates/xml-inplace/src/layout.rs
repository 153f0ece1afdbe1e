//! The white space of a neighbourhood: what is inserted looks as if it had
//! always been there.

use crate::comment::is_blank;
use crate::document::{Child, Element};
use crate::edit::{Edit, Span};
use crate::span;
use crate::token::tag_name;

/// The line end in front of `at`; in a file's first line, the first one behind
/// it.
pub(crate) fn line_end(text: &str, at: usize) -> &'static str {
    let found = text[..at]
        .rfind('\n')
        .or_else(|| text[at..].find('\n').map(|index| at + index));
    match found {
        Some(index) if text[..index].ends_with('\r') => "\r\n",
        None if text.contains('\r') => "\r",
        _ => "\n",
    }
}

/// The white space in front of `at` on its line, if nothing else stands there.
pub(crate) fn indentation(text: &str, at: usize) -> Option<&str> {
    let start = text[..at].trim_end_matches([' ', '\t']).len();
    text[..start]
        .ends_with(['\n', '\r'])
        .then(|| &text[start..at])
}

/// What separates a node that begins at `at` from what is put before or behind
/// it: a line end and the indentation, or nothing where it does not begin its
/// line.
pub(crate) fn separator(text: &str, at: usize) -> String {
    match indentation(text, at) {
        Some(indentation) => format!("{}{indentation}", line_end(text, at)),
        None => String::new(),
    }
}

/// Where something behind the node at `span` goes: behind what still belongs
/// to its line, blanks and comments; and how many comments that are.
pub(crate) fn end_of_line_behind(text: &str, span: &Span) -> (usize, usize) {
    let mut at = span.end;
    let mut comments = 0;
    loop {
        let (end, is_end) = end_of_line(text, at);
        if is_end {
            return (end, comments);
        }
        let blanks = text[at..].len() - text[at..].trim_start_matches([' ', '\t']).len();
        let inner = text[at + blanks..].strip_prefix("<!--");
        match inner.and_then(|inner| Some(&inner[..inner.find("-->")?])) {
            Some(said) if !said.contains(['\n', '\r']) => {
                at += blanks + "<!---->".len() + said.len();
                comments += 1;
            }
            _ => return (span.end, 0),
        }
    }
}

/// The end of the line, where only blanks stand between `at` and it; else
/// `at` itself, and false.
pub(crate) fn end_of_line(text: &str, at: usize) -> (usize, bool) {
    let rest = text[at..].trim_start_matches([' ', '\t']);
    match rest.is_empty() || rest.starts_with(['\n', '\r']) {
        true => (text.len() - rest.len(), true),
        false => (at, false),
    }
}

/// One level of indentation: what the children of `parent` have more than it.
pub(crate) fn unit(text: &str, parent: Element<'_>) -> String {
    const USUAL: &str = "    ";
    let levels = std::iter::successors(Some(parent), |element| element.parent());
    for element in levels {
        let outer = indentation(text, element.span().start).unwrap_or("");
        let inner = element.nodes().find_map(|node| match node {
            Child::Element(child) => indentation(text, child.span().start),
            Child::Comment(span) => indentation(text, span.start),
            Child::Other(_) => None,
        });
        if let Some(unit) = inner
            .and_then(|inner| inner.strip_prefix(outer))
            .filter(|u| !u.is_empty())
        {
            return unit.to_owned();
        }
    }
    USUAL.to_owned()
}

/// What separates items that [`into_empty`] puts into `parent`.
pub(crate) fn separator_inside(text: &str, parent: Element<'_>) -> String {
    match indentation(text, parent.span().start) {
        None if parent.span().start > 0 => String::new(),
        outer => format!(
            "{}{}{}",
            line_end(text, parent.span().start),
            outer.unwrap_or(""),
            unit(text, parent)
        ),
    }
}

/// Puts `source` into a parent that has no child to stand beside.
pub(crate) fn into_empty(text: &str, parent: Element<'_>, source: &str) -> Vec<Edit> {
    let spans = parent.spans();
    let before = separator_inside(text, parent);
    let after = match before.is_empty() {
        true => String::new(),
        false => format!(
            "{}{}",
            line_end(text, spans.span.start),
            indentation(text, spans.span.start).unwrap_or("")
        ),
    };
    match spans.end_tag {
        None => {
            let name = tag_name(&text[spans.span.clone()]);
            let open = text[..spans.span.end - 2].trim_end().len();
            vec![Edit::replace(
                open..spans.span.end,
                format!(">{before}{source}{after}</{name}>"),
            )]
        }
        Some(_) if is_blank(&text[spans.content.clone()]) => {
            vec![Edit::replace(
                spans.content,
                format!("{before}{source}{after}"),
            )]
        }
        Some(_) => vec![Edit::insert(spans.content.end, source)],
    }
}

/// Where an attribute goes that the start tag of `element` lacks, and the
/// white space in front of it: behind the attribute `after`, or the last one,
/// on a line of its own where attributes have that.
pub(crate) fn new_attribute(
    text: &str,
    element: Element<'_>,
    after: Option<&str>,
) -> (usize, String) {
    let tag = element.spans().start_tag;
    let attributes = span::attributes(text, tag.clone());
    let named = after.and_then(|name| {
        let span = element.attribute_span(name)?.span;
        attributes
            .iter()
            .position(|attribute| attribute.span == span)
    });
    let name_end = tag.start + 1 + tag_name(&text[tag.clone()]).len();
    let Some(index) = named.or(attributes.len().checked_sub(1)) else {
        return (name_end, " ".to_owned());
    };
    // The first attribute stands on the tag's line, whatever the others do.
    let model = match index {
        0 if attributes.len() > 1 => 1,
        index => index,
    };
    let from = match model {
        0 => name_end,
        model => attributes[model - 1].span.end,
    };
    let before = &text[from..attributes[model].span.start];
    let line = before
        .rfind('\n')
        .map(|index| index - usize::from(before[..index].ends_with('\r')));
    let separator = line.map_or(" ", |start| &before[start..]);
    (attributes[index].span.end, separator.to_owned())
}

/// The white space to take along with a node: its line, where it has one for
/// itself, else nothing.
pub(crate) fn with_line(text: &str, span: &Span) -> Span {
    let Some(indentation) = indentation(text, span.start) else {
        return span.clone();
    };
    let (line_end, true) = end_of_line(text, span.end) else {
        return span.clone();
    };
    let line_start = span.start - indentation.len();
    let head = &text[..line_start];
    let end = match head.ends_with("\r\n") {
        true => 2,
        false => 1,
    };
    line_start - end..line_end
}

/// `source`, written elsewhere, as it stands at an indentation: line ends of
/// this document, and every line between its tags moved in.
pub(crate) fn moved_in(source: &str, separator: &str, line_end: &str) -> String {
    let indentation = separator.trim_start_matches(['\r', '\n']);
    crate::token::tokens(source, 0)
        .map(|token| {
            let here = source[token.span.clone()]
                .replace("\r\n", "\n")
                .replace('\r', "\n");
            if token.kind == crate::token::Kind::Text && is_blank(&here) {
                here.replace('\n', &format!("{line_end}{indentation}"))
            } else {
                here.replace('\n', line_end)
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::source::Source;

    #[test]
    fn neighbours_on_lines_of_their_own() {
        let text = "<a>\r\n\t<b/> <!-- c -->\r\n</a>";
        assert_eq!(line_end(text, 6), "\r\n");
        assert_eq!(separator(text, 6), "\r\n\t");
        assert_eq!(separator(text, 0), "");
        assert_eq!(separator("<a>\r <b/></a>", 5), "\r ");
        assert_eq!(end_of_line_behind(text, &(6..10)), (21, 1));
        assert_eq!(end_of_line_behind("<b/> x", &(0..4)), (4, 0));
        assert_eq!(
            end_of_line_behind("<b/><!--c-->  <!---->\n", &(0..4)),
            (21, 2)
        );
        assert_eq!(end_of_line_behind("<b/> <!--\n-->\n", &(0..4)), (4, 0));
        assert_eq!(&text[with_line(text, &(11..21))], "<!-- c -->");
        assert_eq!(with_line("x\n\t<b/> \ny", &(3..7)), 1..8);
    }

    #[test]
    fn attributes_follow_the_layout_of_the_tag() {
        let check = |tag: &str, after: Option<&str>, expect: &str| {
            let source = Source::decode(tag.as_bytes()).unwrap();
            let document = Document::parse(&source).unwrap();
            let (at, separator) = new_attribute(source.text(), document.root(), after);
            let edited = format!("{}{separator}n='1'{}", &tag[..at], &tag[at..]);
            assert_eq!(edited, expect);
        };
        check("<a/>", None, "<a n='1'/>");
        check("<a p='1' q='2'/>", Some("p"), "<a p='1' n='1' q='2'/>");
        check(
            "<a p='1'\n   q='2'/>",
            Some("p"),
            "<a p='1'\n   n='1'\n   q='2'/>",
        );
        check(
            "<a p='1'\n   q='2'/>",
            Some("x"),
            "<a p='1'\n   q='2'\n   n='1'/>",
        );
        check(
            "<a\n\n \n  p='1'\r\n\r\n   q='2'>x</a>",
            Some("q"),
            "<a\n\n \n  p='1'\r\n\r\n   q='2'\r\n   n='1'>x</a>",
        );
    }
    #[test]
    fn only_the_lines_between_tags_are_moved_in() {
        let source = "<a>\n <b>x\n y</b>\r\n</a>";
        let moved = moved_in(source, "\r\n\t", "\r\n");
        assert_eq!(moved, "<a>\r\n\t <b>x\r\n y</b>\r\n\t</a>");
    }
}
