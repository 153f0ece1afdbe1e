//! Where a config file holds what nobody may see.

use std::fmt;
use std::ops::Range;

use xml_inplace::{Action, Document, Selector, Source, locate};
use zeroize::Zeroize;

use crate::catalogue::{self, Place, url_passwords};
use crate::operation::{Operation, Subject};

/// Copies of what operations ask of the editor, zeroed when dropped.
pub(crate) struct Edits(Vec<xml_inplace::Operation>);

impl Edits {
    pub(crate) fn of(operations: &[Operation]) -> Self {
        let edits = operations.iter().map(|operation| operation.edit.clone());
        Self(edits.collect())
    }

    pub(crate) fn as_slice(&self) -> &[xml_inplace::Operation] {
        &self.0
    }
}

impl Drop for Edits {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(wipe);
    }
}

/// Zeroes the values that an operation writes or expects.
pub(crate) fn wipe(operation: &mut xml_inplace::Operation) {
    if let Action::SetText { value, .. } | Action::SetAttribute { value, .. } =
        &mut operation.action
    {
        value.zeroize();
    }
    operation.expect.zeroize();
}

/// The local names of the elements that hold the values of secret rows.
pub(crate) fn secret_names() -> impl Iterator<Item = &'static str> {
    catalogue::rows()
        .filter(|row| row.secret)
        .flat_map(|row| row.shapes)
        .filter_map(|shape| match shape.place {
            Place::Text { element, .. } => element.rsplit('/').next(),
            _ => None,
        })
}

/// The spans in `text` that hold the value of a secret row: whatever stands in
/// an element of that name, anywhere, active or commented out, in a file that
/// may not even be well-formed. An element of the same name elsewhere holds a
/// secret as well, if another one.
pub(crate) fn secret_spans(text: &str) -> Vec<Range<usize>> {
    let names: Vec<&str> = secret_names().collect();
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

/// A place that holds a secret because a patch says so.
#[derive(Clone)]
pub(crate) enum SecretPlace {
    /// The text of elements, active or hidden, or the value of an attribute.
    Value(Selector),
    /// Elements with everything in them, attributes too.
    Whole(Selector),
}

impl SecretPlace {
    /// The place of an operation that is secret.
    pub(crate) fn of(operation: &Operation) -> Option<Self> {
        let Action::Insert { fragment, .. } = &operation.edit.action else {
            return Some(Self::Value(operation.edit.target.clone()));
        };
        let inserted = format!("//{}", fragment.local_name());
        Selector::parse(&inserted).ok().map(Self::Whole)
    }

    /// The place that [`fmt::Display`] has written.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('+') {
            Some(selector) => Selector::parse(selector).ok().map(Self::Whole),
            None => Selector::parse(text).ok().map(Self::Value),
        }
    }

    fn spans(&self, document: &Document<'_>) -> Vec<Range<usize>> {
        let (Self::Value(selector) | Self::Whole(selector)) = self;
        let located = locate(document, selector);
        let comments = located.hidden.iter().map(|hidden| hidden.span.clone());
        let hidden = located.hidden.iter().map(|hidden| hidden.content.clone());
        match (self, selector.attribute()) {
            (_, Some(name)) => {
                let active = located.active.iter();
                let active = active.filter_map(|element| element.attribute_span(name));
                active
                    .map(|attribute| attribute.value)
                    .chain(comments)
                    .collect()
            }
            (Self::Value(_), None) => {
                let active = located.active.iter().map(|element| element.spans().content);
                active.chain(hidden).collect()
            }
            (Self::Whole(_), None) => {
                let active = located.active.iter().map(|element| element.span());
                active.chain(hidden).collect()
            }
        }
    }
}

impl fmt::Display for SecretPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(selector) => write!(f, "{selector}"),
            Self::Whole(selector) => write!(f, "+{selector}"),
        }
    }
}

/// The ranges of what may be a secret by its name: text behind a tag that
/// speaks of one with one of these words, attributes, and values of properties.
pub(crate) fn look_alikes(text: &str, words: &[&str]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    for (at, _) in text.match_indices('<') {
        let begin = at + 1;
        let tag = text[begin..].split(['<', '>']).next().unwrap_or_default();
        if tag.starts_with('/') || !speaks_of(tag, words) {
            continue;
        }
        if tag.starts_with("!--") {
            // Prose may tell it: `<!-- password: admin -->`.
            ranges.extend(behind_word(tag, words).map(|word| begin + word..begin + tag.len()));
        }
        ranges.extend(attributes(tag, words).map(|value| begin + value.start..begin + value.end));
        let content = begin + tag.len();
        if text[content..].starts_with('>') {
            let length = text[content + 1..].find('<');
            let end = length.map_or(text.len(), |length| content + 1 + length);
            ranges.push(content + 1..end);
        }
    }
    let mut begin = 0;
    for line in text.split_inclusive('\n') {
        let value = line.find(['=', ':']).map(|at| at + 1);
        if let Some(value) =
            value.filter(|value| !line.contains('<') && speaks_of(&line[..*value], words))
        {
            ranges.push(begin + value..begin + line.len());
        }
        begin += line.len();
    }
    ranges.retain(|range| !range.is_empty());
    ranges
}

/// The values of the attributes of a tag whose names speak of a secret.
fn attributes(tag: &str, words: &[&str]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let equals = at + tag.get(at..)?.find('=')?;
            let open = equals + 1 + tag[equals + 1..].find(['"', '\''])?;
            let quote = tag[open..].chars().next()?;
            let end = tag[open + 1..]
                .find(quote)
                .map_or(tag.len(), |length| open + 1 + length);
            let name = tag[at..equals].trim_end();
            at = (end + 1).min(tag.len());
            let name = name.rsplit(char::is_whitespace).next().unwrap_or(name);
            if speaks_of(name, words) {
                return Some(open + 1..end);
            }
        }
    })
}

/// The offset behind the first word of a secret.
fn behind_word(text: &str, words: &[&str]) -> Option<usize> {
    let text = text.to_ascii_lowercase();
    let ends = words
        .iter()
        .filter_map(|word| text.find(word).map(|at| at + word.len()));
    ends.min()
}

fn speaks_of(text: &str, words: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    words.iter().any(|word| text.contains(word))
}

/// Parts of names under which config files keep passwords that the catalogue
/// knows nothing of: `keystorePass`, `ConnectionPassword`.
const PASSWORDS: &[&str] = &["password", "passwd", "pwd", "keypass", "storepass"];

/// Whether a name, or text with names in it, tells of a password.
pub(crate) fn names_password(text: &str) -> bool {
    speaks_of(text, PASSWORDS)
}

/// How far back a comment is looked for that is prose; it keeps the work linear.
const PROSE: usize = 4096;

/// Everything in a text that nobody may see whatever file it is of: the values
/// of secret rows, what a name tells to be a password, and passwords in URLs.
pub(crate) fn secrets_in_text(text: &str) -> Vec<Range<usize>> {
    let mut spans = secret_spans(text);
    // Prose that speaks of passwords is worth reading.
    let prose = |at: usize| {
        let near = at.saturating_sub(PROSE);
        let open = text.as_bytes()[near..at]
            .iter()
            .rposition(|byte| *byte == b'<');
        open.is_some_and(|open| text.as_bytes()[near + open..].starts_with(b"<!-- "))
    };
    let named = look_alikes(text, PASSWORDS).into_iter();
    spans.extend(named.filter(|span| !prose(span.start) && !text[span.clone()].trim().is_empty()));
    spans.extend(url_passwords(text));
    spans
}

/// Everything in a file that nobody may see: the values of secret rows, the
/// passwords in URLs, and what stands at `places`. All of a file that is not well-formed, if there
/// are places: they can't be found in it.
pub(crate) fn secrets(source: &Source, places: &[SecretPlace]) -> Vec<Range<usize>> {
    let text = source.text();
    let mut spans = secrets_in_text(text);
    if !places.is_empty() {
        match Document::parse(source) {
            Ok(document) => spans.extend(places.iter().flat_map(|place| place.spans(&document))),
            Err(_) => spans.push(0..text.len()),
        }
    }
    spans
}

/// The secret places of operations.
pub(crate) fn places(operations: &[Operation]) -> Vec<SecretPlace> {
    let patches = operations
        .iter()
        .filter(|operation| operation.secret && matches!(operation.subject, Subject::Patch(_)));
    patches.filter_map(SecretPlace::of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_wiped() {
        let target = || Selector::parse("/a/@b").unwrap();
        let value = || "n3wCanary".to_owned();
        for action in [
            Action::SetText {
                value: value(),
                insert: None,
            },
            Action::SetAttribute {
                value: value(),
                after: None,
            },
        ] {
            let mut operation = xml_inplace::Operation::new(target(), action);
            operation.expect = Some("0ldCanary".to_owned());
            assert!(format!("{operation:?}").contains("n3wCanary"));
            wipe(&mut operation);
            assert!(
                !format!("{operation:?}").contains("Canary"),
                "{operation:?}"
            );
        }
    }

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
