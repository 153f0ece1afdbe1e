//! Where a config file holds what nobody may see.

use std::ops::Range;

use xml_inplace::{Document, Selector, locate};

use crate::catalogue::{self, Place};

/// The spans in `text` that hold the value of a secret row: whatever stands in
/// an element of that name, anywhere, active or commented out, in a file that
/// may not even be well-formed. An element of the same name elsewhere holds a
/// secret as well, if another one.
pub(crate) fn secret_spans(text: &str) -> Vec<Range<usize>> {
    let names: Vec<&str> = catalogue::rows()
        .filter(|row| row.secret)
        .filter_map(|row| match row.place {
            Place::Text { element, .. } => element.rsplit('/').next(),
            _ => None,
        })
        .collect();
    let mut spans = Vec::new();
    let mut open: Option<Open<'_>> = None;
    for (at, _) in text.match_indices('<') {
        let rest = text[at + 1..].split('<').next().unwrap_or_default();
        let tag = rest.strip_prefix("!--").unwrap_or(rest).trim_start();
        let closes = tag.starts_with('/');
        let name_end = tag
            .find(['>', '/', ' ', '\t', '\r', '\n', '-'])
            .unwrap_or(tag.len());
        let qualified = match closes {
            true => tag[1..].split(['>', ' ', '-']).next().unwrap_or_default(),
            false => &tag[..name_end],
        };
        let name = qualified.rsplit(':').next().unwrap_or_default();
        if let Some(open) = &mut open {
            open.next_tag.get_or_insert(at);
        }
        if !names.contains(&name) {
            continue;
        }
        if let Some(Open {
            content,
            next_tag,
            name: opened,
        }) = open.take()
        {
            // A tag that is never closed, in prose for instance, holds no more
            // than the text behind it.
            let end = if closes && opened == name {
                at
            } else {
                next_tag.unwrap_or(at)
            };
            spans.push(content..end);
        }
        let tag_end = tag
            .find('>')
            .filter(|end| !closes && !tag[..*end].ends_with('/'));
        open = tag_end.map(|end| Open {
            content: at + 1 + (rest.len() - tag.len()) + end + 1,
            next_tag: None,
            name,
        });
    }
    spans.extend(open.map(|open| open.content..text.len()));
    spans
}

/// An element that was opened and not closed yet.
struct Open<'t> {
    content: usize,
    next_tag: Option<usize>,
    name: &'t str,
}

/// The spans of what `selector` names: the text of elements, active or
/// hidden, or the value of an attribute.
pub(crate) fn spans_of(document: &Document<'_>, selector: &Selector) -> Vec<Range<usize>> {
    let located = locate(document, selector);
    match selector.attribute() {
        Some(name) => located
            .active
            .iter()
            .filter_map(|element| element.attribute_span(name))
            .map(|attribute| attribute.value)
            .collect(),
        None => located
            .active
            .iter()
            .map(|element| element.spans().content)
            .chain(located.hidden.into_iter().map(|hidden| hidden.content))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_password() {
        for (text, expect) in [
            ("<Password>a</Password>", vec!["a"]),
            ("<!--Password>a</Password-->", vec!["a"]),
            ("<!-- <Password>a</Password> -->", vec!["a"]),
            ("<p:Password k='v'>a</p:Password>", vec!["a"]),
            (
                "<Password><![CDATA[<a>]]></Password>",
                vec!["<![CDATA[<a>]]>"],
            ),
            ("<Password>a\nb</Password>x<Password>c", vec!["a\nb", "c"]),
            ("<KeyPassword>a</KeyPassword><Password/>b", vec![]),
            ("the Password of the user", vec![]),
            (
                "<!-- the <Password> --><a>b</a><Password>c</Password>",
                vec![" -->", "c"],
            ),
        ] {
            let found: Vec<_> = secret_spans(text)
                .into_iter()
                .map(|span| &text[span])
                .collect();
            assert_eq!(found, expect, "{text}");
        }
    }
}
