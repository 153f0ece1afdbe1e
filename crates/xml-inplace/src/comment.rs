//! Elements that stand inside comments.
//!
//! Recognised are
//!
//! | form | looks like |
//! |---|---|
//! | merged marks | `<!--X>v</X-->`, `<!-- X>v</X -->` |
//! | whole tags | `<!--<X>v</X>-->`, `<!-- <X>v</X> -->` |
//! | either at each end | `<!--X>v</X>-->`, `<!--<X>v</X-->` |
//! | several in one comment | `<!--X>v</X> <Y>w</Y-->` |
//! | a chain of touching comments | `<!--<X>--><!-- inner --><!--</X>-->` |
//! | line by line | `<!--<X>-->`, `<!--<Y>w</Y>-->`, `<!--</X>-->` with blanks between |
//!
//! Prose that names a tag, prose mixed with elements, lone tags and what would
//! not be well-formed are no elements; nor is what stands inside another
//! hidden element.

use std::ops::RangeInclusive;

use crate::document::{Child, Element};
use crate::edit::{Edit, EditSet, Span, splice};
use crate::span;
use crate::token::{Kind, local_name, tag_name, tokens};

const OPEN: &str = "<!--";
const CLOSE: &str = "-->";

/// An element that stands in one or more comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// Its local name.
    pub(crate) name: String,
    /// From the first comment's start to the last comment's end.
    pub(crate) span: Span,
    /// Which of the parent's comments it takes, by ordinal.
    pub(crate) comments: RangeInclusive<usize>,
    /// The bytes that are the element's own, in order.
    pub(crate) kept: Vec<Span>,
    /// What gives the element back.
    pub(crate) edits: Vec<Edit>,
}

impl Hidden {
    /// The element's source as it will be.
    pub(crate) fn restored(&self, text: &str) -> String {
        self.kept.iter().map(|span| &text[span.clone()]).collect()
    }

    /// Where the element itself begins.
    pub(crate) fn start(&self) -> usize {
        self.kept.first().map_or(self.span.start, |kept| kept.start)
    }

    /// Where the bytes at `span` of [`Hidden::restored`] stand in the text;
    /// `None` where marks stand between them.
    pub(crate) fn original(&self, span: Span) -> Option<Span> {
        let mut passed = 0;
        for kept in &self.kept {
            let end = passed + kept.len();
            if passed <= span.start && span.start < end && span.end <= end {
                let start = span.start - passed + kept.start;
                return Some(start..start + span.len());
            }
            passed = end;
        }
        None
    }
}

/// The hidden elements directly inside `parent`, in document order.
pub(crate) fn hidden_in(text: &str, parent: Element<'_>) -> Vec<Hidden> {
    let comments: Vec<Span> = parent
        .nodes()
        .filter_map(|node| match node {
            Child::Comment(span) => Some(span),
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    let mut first = 0;
    while first < comments.len() {
        let mut last = first;
        while comments
            .get(last + 1)
            .is_some_and(|next| is_blank(&text[comments[last].end..next.start]))
        {
            last += 1;
        }
        in_run(text, &comments[first..=last], first, &mut found);
        first = last + 1;
    }
    found
}

/// Looks through comments that only blanks separate. Of groups that overlap,
/// the one that begins first wins, and of those the longest.
fn in_run(text: &str, run: &[Span], ordinal: usize, found: &mut Vec<Hidden>) {
    let bodies: Vec<Body> = run
        .iter()
        .map(|span| Body::of(text, span.clone()))
        .collect();
    let mut groups = Vec::new();
    let mut lone_tags = 0;
    for (index, body) in bodies.iter().enumerate() {
        match body.elements(text) {
            Some(elements) => groups.push((index, index, Group::Whole(elements))),
            None => lone_tags += usize::from(text[body.span()].contains(['<', '>', '/'])),
        }
    }
    if lone_tags > 1 {
        chains(text, run, &mut groups);
        lines(text, run, &bodies, &mut groups);
    }
    // The sort is stable: a chain stands before the same comments read line by
    // line.
    groups.sort_by_key(|(first, last, _)| (*first, run.len() - last));
    let mut next = 0;
    for (first, last, group) in groups {
        if first < next {
            continue;
        }
        next = last + 1;
        let comments = ordinal + first..=ordinal + last;
        let span = run[first].start..run[last].end;
        match group {
            Group::Whole(elements) => {
                for index in 0..elements.len() {
                    found.push(bodies[first].restore(text, &elements, index, comments.clone()));
                }
            }
            Group::Chain(name) => {
                let marks = run[first..=last].iter().step_by(2).flat_map(|segment| {
                    [
                        segment.start..segment.start + OPEN.len(),
                        segment.end - CLOSE.len()..segment.end,
                    ]
                });
                found.push(without(name, span, comments, marks.collect()));
            }
            Group::Lines(name) => {
                let marks = bodies[first..=last]
                    .iter()
                    .flat_map(|body| body.line_marks(text));
                found.push(without(name, span, comments, marks.collect()));
            }
        }
    }
}

enum Group {
    Whole(Vec<Inner>),
    Chain(String),
    Lines(String),
}

/// A hidden element that is what `span` holds without the `marks`.
fn without(name: String, span: Span, comments: RangeInclusive<usize>, marks: Vec<Span>) -> Hidden {
    let mut kept = Vec::new();
    let mut at = span.start;
    for mark in &marks {
        kept.push(at..mark.start);
        at = mark.end;
    }
    kept.push(at..span.end);
    kept.retain(|piece| !piece.is_empty());
    Hidden {
        name,
        span,
        comments,
        kept,
        edits: marks.into_iter().map(Edit::delete).collect(),
    }
}

/// One comment, with the blanks and marks around what it says.
struct Body {
    comment: Span,
    /// What it says, without blanks at its ends.
    said: Span,
    /// Whether the comment's `<` is the element's, as in `<!--X>`.
    merged_open: bool,
    /// Whether the comment's `>` is the element's, as in `</X-->`.
    merged_close: bool,
}

/// An element in a [`Body`], where it stands in the text; a merged `<` or `>`
/// is not part of it.
struct Inner {
    name: String,
    span: Span,
}

impl Body {
    fn of(text: &str, comment: Span) -> Self {
        let inner = comment.start + OPEN.len()..comment.end - CLOSE.len();
        let start = inner.end - text[inner.clone()].trim_start_matches(BLANKS).len();
        let end = start + text[start..inner.end].trim_end_matches(BLANKS).len();
        let said = &text[start..end];
        let markup = said.contains(['<', '>']) || said.starts_with('/') || said.ends_with('/');
        Self {
            comment,
            said: start..end,
            merged_open: markup && is_tag_without_bracket(said),
            merged_close: markup && !said.ends_with('>'),
        }
    }

    fn span(&self) -> Span {
        self.said.clone()
    }

    /// What the comment says, with the brackets that merged into its marks.
    fn source(&self, text: &str) -> String {
        let open = if self.merged_open { "<" } else { "" };
        let close = if self.merged_close { ">" } else { "" };
        format!("{open}{}{close}", &text[self.said.clone()])
    }

    /// The elements that the comment consists of; `None` where it is anything
    /// else than whole elements and blanks.
    fn elements(&self, text: &str) -> Option<Vec<Inner>> {
        let said = &text[self.said.clone()];
        if !(self.merged_open || said.starts_with('<')) {
            return None;
        }
        let source = self.source(text);
        let mut found = Vec::new();
        let mut open: Vec<&str> = Vec::new();
        let mut start = 0;
        for token in tokens(&source, 0) {
            let here = &source[token.span.clone()];
            match token.kind {
                Kind::StartTag { empty } => {
                    if open.is_empty() {
                        start = token.span.start;
                    }
                    if !empty {
                        open.push(tag_name(here));
                        continue;
                    }
                }
                Kind::EndTag => {
                    if open.pop() != Some(tag_name(here)) {
                        return None;
                    }
                }
                Kind::Text if open.is_empty() && is_blank(here) => continue,
                Kind::Broken | Kind::Doctype => return None,
                _ if open.is_empty() => return None,
                _ => continue,
            }
            if open.is_empty() {
                let bracket = usize::from(self.merged_open);
                let original = |offset: usize| {
                    (offset + self.said.start)
                        .saturating_sub(bracket)
                        .clamp(self.said.start, self.said.end)
                };
                found.push(Inner {
                    name: local_name(tag_name(&source[start..])).to_owned(),
                    span: original(start)..original(token.span.end),
                });
            }
        }
        (open.is_empty() && !found.is_empty()).then_some(found)
    }

    /// The element `index` of a comment that holds whole elements; the others
    /// stay hidden.
    fn restore(
        &self,
        text: &str,
        elements: &[Inner],
        index: usize,
        comments: RangeInclusive<usize>,
    ) -> Hidden {
        let Inner { name, span } = &elements[index];
        let mut brackets = (None, None);
        let mut edits = Vec::new();
        if index == 0 {
            if self.merged_open {
                let bracket = self.comment.start..self.comment.start + 1;
                edits.push(Edit::delete(bracket.end..span.start));
                brackets.0 = Some(bracket);
            } else {
                edits.push(Edit::delete(self.open_mark(text)));
            }
        } else {
            let before = elements[index - 1].span.end;
            edits.push(if self.merged_close {
                Edit::insert(before - 1, "--")
            } else {
                Edit::insert(before, CLOSE)
            });
        }
        if let Some(after) = elements.get(index + 1) {
            edits.push(if self.merged_open {
                Edit::insert(after.span.start + 1, "!--")
            } else {
                Edit::insert(after.span.start, OPEN)
            });
        } else if self.merged_close {
            let bracket = self.comment.end - 1..self.comment.end;
            edits.push(Edit::delete(span.end..bracket.start));
            brackets.1 = Some(bracket);
        } else {
            edits.push(Edit::delete(self.close_mark(text)));
        }
        Hidden {
            name: name.clone(),
            span: self.comment.clone(),
            comments,
            kept: brackets
                .0
                .into_iter()
                .chain([span.clone()])
                .chain(brackets.1)
                .collect(),
            edits,
        }
    }

    /// The mark in front of a whole tag, with the blanks between them; where
    /// the mark stands alone on its line, with that line.
    fn open_mark(&self, text: &str) -> Span {
        let mark = self.comment.start..self.said.start;
        let indentation = text[..mark.start].trim_end_matches([' ', '\t']).len();
        let behind = &text[self.comment.start + OPEN.len()..self.said.start];
        let own_line = (indentation == 0 || text[..indentation].ends_with(['\n', '\r']))
            && behind.contains(['\n', '\r']);
        if !own_line {
            return mark;
        }
        let line_start = behind.rfind(['\n', '\r']).map_or(0, |index| index + 1);
        indentation..self.comment.start + OPEN.len() + line_start
    }

    /// The mark behind a whole tag, with the blanks between them; where the
    /// mark stands alone on its line, without what follows it there.
    fn close_mark(&self, text: &str) -> Span {
        let between = &text[self.said.end..self.comment.end - CLOSE.len()];
        let behind = &text[self.comment.end..];
        let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        let own_line = between.contains(['\n', '\r'])
            && (behind.len() == blanks || behind[blanks..].starts_with(['\n', '\r']));
        let end = self.comment.end + if own_line { blanks } else { 0 };
        self.said.end..end
    }

    /// The marks of a comment that hides one line of an element. Blanks inside
    /// a comment that begins its line are the line's indentation and stay.
    fn line_marks(&self, text: &str) -> [Span; 2] {
        let begins_line =
            self.comment.start == 0 || text[..self.comment.start].ends_with(['\n', '\r']);
        let inner = self.comment.start + OPEN.len()..self.comment.end - CLOSE.len();
        let (start, end) = match begins_line {
            true => (inner.start, inner.end),
            false => (self.said.start, self.said.end),
        };
        let open = if self.merged_open {
            self.comment.start + 1..self.said.start
        } else {
            self.comment.start..start
        };
        let close = if self.closes_merged(text) {
            self.said.end..self.comment.end - 1
        } else {
            end..self.comment.end
        };
        [open, close]
    }

    /// Whether, read as one line of an element, the last tag lacks its
    /// bracket: `</X` does, and so does a start tag that is complete but for
    /// it; one that goes on in the next comment does not.
    fn closes_merged(&self, text: &str) -> bool {
        self.merged_close
            && text[self.said.clone()].rsplit_once('<').map_or(
                self.merged_open || text[self.said.clone()].starts_with('/'),
                |(_, tail)| tail.starts_with('/'),
            )
    }
}

/// Elements whose marks stand at every second one of touching comments.
fn chains(text: &str, run: &[Span], groups: &mut Vec<(usize, usize, Group)>) {
    let mut first = 0;
    while first < run.len() {
        let mut last = first;
        while run
            .get(last + 1)
            .is_some_and(|next| next.start == run[last].end)
        {
            last += 1;
        }
        for parity in [first, first + 1] {
            let mut pairing = Pairing::default();
            for index in (parity..=last).step_by(2) {
                let segment = run[index].start + OPEN.len()..run[index].end - CLOSE.len();
                let source = &text[segment];
                for token in tokens(source, 0) {
                    let starts = token.span.start == 0;
                    let ends = token.span.end == source.len();
                    let place = (index, starts, ends);
                    if let Some((from, name)) = pairing.next(token.kind, &source[token.span], place)
                        && from < index
                    {
                        groups.push((from, index, Group::Chain(name)));
                    }
                }
            }
        }
        first = last + 1;
    }
}

/// Elements each line of which stands in a comment of its own.
fn lines(text: &str, run: &[Span], bodies: &[Body], groups: &mut Vec<(usize, usize, Group)>) {
    let mut all = String::new();
    let mut places = Vec::with_capacity(bodies.len());
    for (index, body) in bodies.iter().enumerate() {
        if index > 0 {
            all.push_str(&text[run[index - 1].end..run[index].start]);
        }
        let start = all.len();
        if body.merged_open {
            all.push('<');
        }
        all.push_str(&text[body.said.clone()]);
        if body.closes_merged(text) {
            all.push('>');
        }
        places.push(start..all.len());
    }
    let mut pairing = Pairing::default();
    for token in tokens(&all, 0) {
        let from = places.partition_point(|place| place.end <= token.span.start);
        let to = places.partition_point(|place| place.end < token.span.end);
        let starts = places
            .get(from)
            .is_some_and(|place| place.start == token.span.start);
        let ends = places
            .get(to)
            .is_some_and(|place| place.end == token.span.end);
        let index = if token.kind == Kind::EndTag { to } else { from };
        let place = (index, starts, ends);
        if let Some((from, name)) = pairing.next(token.kind, &all[token.span], place)
            && from < index
        {
            groups.push((from, index, Group::Lines(name)));
        }
    }
}

/// Pairs start and end tags that stand in several comments, in one pass.
#[derive(Default)]
struct Pairing {
    open: Vec<Frame>,
}

struct Frame {
    name: String,
    comment: usize,
    /// Whether the tag is the first thing in its comment.
    starts: bool,
    has_text: bool,
    has_elements: bool,
}

impl Pairing {
    /// Takes a token at its place (comment, whether it starts it, whether it
    /// ends it); answers with the first comment and the name of an element
    /// that ends there and consists of whole comments.
    fn next(
        &mut self,
        kind: Kind,
        token: &str,
        (comment, starts, ends): (usize, bool, bool),
    ) -> Option<(usize, String)> {
        match kind {
            Kind::Text | Kind::CData => {
                if let Some(frame) = self.open.last_mut() {
                    frame.has_text |= !is_blank(token);
                }
            }
            Kind::StartTag { empty } => {
                if let Some(frame) = self.open.last_mut() {
                    frame.has_elements = true;
                }
                if !empty {
                    self.open.push(Frame {
                        name: tag_name(token).to_owned(),
                        comment,
                        starts,
                        has_text: false,
                        has_elements: false,
                    });
                }
            }
            Kind::EndTag => match self.open.pop() {
                Some(frame) if frame.name == tag_name(token) => {
                    // Text beside elements is prose that was a comment.
                    if frame.starts && ends && !(frame.has_text && frame.has_elements) {
                        return Some((frame.comment, local_name(&frame.name).to_owned()));
                    }
                }
                _ => self.open.clear(),
            },
            Kind::Broken | Kind::Doctype | Kind::Comment => self.open.clear(),
            Kind::ProcessingInstruction => {}
        }
        None
    }
}

/// Hides the element at `span`: its comments stay as they are, everything else
/// comes to stand in comments that touch them.
///
/// # Errors
///
/// The offset of what may not stand in a comment.
pub(crate) fn hide(text: &str, span: Span) -> Result<Vec<Edit>, usize> {
    let mut edits = vec![Edit::insert(span.start, OPEN)];
    let mut segment = span.start;
    let check = |segment: Span| match text[segment.clone()].find("--") {
        Some(index) => Err(segment.start + index),
        None if text[segment.clone()].ends_with('-') => Err(segment.end - 1),
        None => Ok(()),
    };
    for token in tokens(&text[..span.end], span.start) {
        if token.kind == Kind::Comment {
            check(segment..token.span.start)?;
            edits.push(Edit::insert(token.span.start, CLOSE));
            edits.push(Edit::insert(token.span.end, OPEN));
            segment = token.span.end;
        }
    }
    check(segment..span.end)?;
    edits.push(Edit::insert(span.end, CLOSE));
    Ok(edits)
}

/// Whether uncommenting what `edits` hide gives the same text again. Only the
/// comments around the element have a say in it, and the white space at the
/// ends of their lines.
pub(crate) fn comes_back(text: &str, element: Element<'_>, edits: &[Edit]) -> bool {
    let (before, behind) = element.comments_around();
    let first = before
        .first()
        .map_or(element.span().start, |span| span.start);
    let last = behind.last().map_or(element.span().end, |span| span.end);
    let is_line_blank = |c: char| matches!(c, ' ' | '\t');
    let head = text[..first].trim_end_matches(is_line_blank);
    let tail = text[last..].trim_start_matches(is_line_blank);
    let start = head
        .char_indices()
        .next_back()
        .map_or(0, |(index, _)| index);
    let end = text.len() - tail.len() + tail.chars().next().map_or(0, char::len_utf8);
    let shifted = |span: &Span| span.start - start..span.end - start;
    let old = &text[start..end];
    let edits: Vec<Edit> = edits
        .iter()
        .map(|edit| Edit::replace(shifted(&edit.span), edit.text.as_str()))
        .collect();
    let new = splice(old, 0..old.len(), &edits);
    let comments: Vec<Span> = tokens(&new[..new.len() - (end - last)], first - start)
        .filter(|token| token.kind == Kind::Comment)
        .map(|token| token.span)
        .collect();
    let place = element.span().start - start;
    let mut found = Vec::new();
    in_run(&new, &comments, 0, &mut found);
    found
        .into_iter()
        .any(|hidden| hidden.span.start == place && EditSet::new(hidden.edits).apply(&new) == old)
}

/// What a comment is that names an element but does not hold it whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Only a start tag or only an end tag.
    LoneTag,
    /// Prose, and elements in it.
    Mixed,
    /// Elements that would not be well-formed.
    IllFormed,
}

/// The first comment directly inside `parent` that has a tag of this name and
/// is not recognised, or holds what is not `well_formed`.
pub(crate) fn refused_in(
    text: &str,
    parent: Element<'_>,
    name: &str,
    well_formed: impl Fn(&Hidden) -> bool,
) -> Option<(Span, Refusal)> {
    let hidden = hidden_in(text, parent);
    parent.nodes().find_map(|node| {
        let Child::Comment(comment) = node else {
            return None;
        };
        let body = Body::of(text, comment.clone());
        let source = body.source(text);
        let mut starts = false;
        let mut ends = false;
        let mut prose = false;
        for token in tokens(&source, 0) {
            let tag = local_name(tag_name(&source[token.span.clone()]));
            match token.kind {
                Kind::StartTag { .. } if tag == name => starts = true,
                Kind::EndTag if tag == name => ends = true,
                Kind::Text if !starts && !is_blank(&source[token.span]) => prose = true,
                _ => {}
            }
        }
        let refusal = match (starts, ends) {
            (false, false) => return None,
            (true, true) if prose => Refusal::Mixed,
            (true, true) => Refusal::IllFormed,
            _ => Refusal::LoneTag,
        };
        // It may hold the element and not meet the selector's conditions.
        let holder = hidden.partition_point(|hidden| hidden.span.end <= comment.start);
        let recognised = hidden
            .get(holder)
            .is_some_and(|hidden| hidden.span.start <= comment.start && well_formed(hidden));
        (!recognised).then_some((comment, refusal))
    })
}

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// Whether `text` is XML white space and nothing else.
pub(crate) fn is_blank(text: &str) -> bool {
    text.trim_start_matches(BLANKS).is_empty()
}

/// Whether `<` in front of `said` makes a tag of its beginning: a name,
/// attributes, nothing else. Prose does not.
fn is_tag_without_bracket(said: &str) -> bool {
    if let Some(name) = said.strip_prefix('/') {
        return !name.is_empty() && !name.contains([' ', '<', '>', '=']);
    }
    if said.starts_with('<') {
        return false;
    }
    let source = format!("<{said}>");
    let first = tokens(&source, 0).next();
    let Some(tag) = first.filter(|token| matches!(token.kind, Kind::StartTag { .. })) else {
        return false;
    };
    let tag = &source[tag.span];
    let name = tag_name(tag);
    let Some(first) = name.chars().next() else {
        return false;
    };
    if !(crate::selector::is_name_start(first)
        && name
            .chars()
            .all(|c| crate::selector::is_name_char(c) || c == ':'))
    {
        return false;
    }
    let last = span::attributes(tag, 0..tag.len())
        .last()
        .map_or(1 + name.len(), |attribute| attribute.span.end);
    is_blank(tag[last..].trim_end_matches('>').trim_end_matches('/'))
}

/// The text of a comment group once its element is restored, and perhaps
/// given a value by further `edits`, sorted.
pub(crate) fn group_after(text: &str, hidden: &Hidden, edits: &[Edit]) -> String {
    let start = edits.first().map_or(hidden.span.start, |edit| {
        edit.span.start.min(hidden.span.start)
    });
    let end = edits
        .last()
        .map_or(hidden.span.end, |edit| edit.span.end.max(hidden.span.end));
    splice(text, start..end, edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::source::Source;

    /// The restored document for each hidden element, by name.
    fn check(content: &str, expect: &[(&str, &str)]) {
        let xml = format!("<r>{content}</r>");
        let source = Source::decode(xml.as_bytes()).unwrap();
        let document = Document::parse(&source).unwrap();
        let found: Vec<_> = hidden_in(source.text(), document.root())
            .into_iter()
            .map(|hidden| {
                let after = EditSet::new(hidden.edits.clone()).apply(source.text());
                let inside = after["<r>".len()..after.len() - "</r>".len()].to_owned();
                assert!(inside.contains(&hidden.restored(source.text())), "{inside}");
                (hidden.name, inside)
            })
            .collect();
        let found: Vec<_> = found
            .iter()
            .map(|(n, t)| (n.as_str(), t.as_str()))
            .collect();
        assert_eq!(found, expect, "{content}");
    }

    #[test]
    fn one_element_in_one_comment() {
        check("<!--X>v</X-->", &[("X", "<X>v</X>")]);
        check("<!-- X>v</X-->", &[("X", "<X>v</X>")]);
        check("<!-- X>v</X -->", &[("X", "<X>v</X>")]);
        check("<!--<X>v</X>-->", &[("X", "<X>v</X>")]);
        check("<!-- <X>v</X> -->", &[("X", "<X>v</X>")]);
        check("<!--X>v</X>-->", &[("X", "<X>v</X>")]);
        check("<!-- <X>v</X-->", &[("X", "<X>v</X>")]);
        check(
            "<!--X a='1' b=\"2\">v</X-->",
            &[("X", "<X a='1' b=\"2\">v</X>")],
        );
        check("<!--X/-->", &[("X", "<X/>")]);
        check(
            "<!--X a='>' b=\"it's\">v</X-->",
            &[("X", "<X a='>' b=\"it's\">v</X>")],
        );
        check("<!--X a='1'/-->", &[("X", "<X a='1'/>")]);
        check(
            "<!--X>\n <Y>v</Y>\n</X-->",
            &[("X", "<X>\n <Y>v</Y>\n</X>")],
        );
        check("<!--p:X>v</p:X-->", &[("X", "<p:X>v</p:X>")]);
        check(
            "<!--<X><![CDATA[</X>]]></X>-->",
            &[("X", "<X><![CDATA[</X>]]></X>")],
        );
    }

    #[test]
    fn marks_on_lines_of_their_own_go_with_their_lines() {
        check(
            "\n  <!--\n    <X>v</X>\n  -->\n",
            &[("X", "\n    <X>v</X>\n")],
        );
        check("\n<!--\r\n\t<X/>\r\n-->\r\n", &[("X", "\n\t<X/>\r\n")]);
        check("a <!--\n<X/>\n--> b", &[("X", "a <X/> b")]);
    }

    #[test]
    fn one_of_several_in_a_comment() {
        check(
            "<!--X>1</X>\n<Y>2</Y-->",
            &[
                ("X", "<X>1</X>\n<!--Y>2</Y-->"),
                ("Y", "<!--X>1</X-->\n<Y>2</Y>"),
            ],
        );
        check(
            "<!--<X/>\n<Y/>\n<Z/>-->",
            &[
                ("X", "<X/>\n<!--<Y/>\n<Z/>-->"),
                ("Y", "<!--<X/>-->\n<Y/>\n<!--<Z/>-->"),
                ("Z", "<!--<X/>\n<Y/>-->\n<Z/>"),
            ],
        );
        check(
            "<!--X>1</X>\n<Y>2</Y>\n<Z>3</Z-->",
            &[
                ("X", "<X>1</X>\n<!--Y>2</Y>\n<Z>3</Z-->"),
                ("Y", "<!--X>1</X-->\n<Y>2</Y>\n<!--Z>3</Z-->"),
                ("Z", "<!--X>1</X>\n<Y>2</Y-->\n<Z>3</Z>"),
            ],
        );
    }

    #[test]
    fn chains_of_touching_comments() {
        check(
            "<!--<X>a--><!-- c --><!--b</X>-->",
            &[("X", "<X>a<!-- c -->b</X>")],
        );
        check(
            "<!--<X>--><!--1--><!----><!--2--><!--</X>-->",
            &[("X", "<X><!--1--><!--2--></X>")],
        );
        check(
            "<!-- p --><!--<X>--><!--<Y>1</Y>--><!--</X>--><!--q-->",
            &[("X", "<!-- p --><X><!--<Y>1</Y>--></X><!--q-->")],
        );
    }

    #[test]
    fn line_by_line() {
        check(
            "\n  <!--<X>-->\n    <!--<Y>1</Y>-->\n  <!--</X>-->\n",
            &[("X", "\n  <X>\n    <Y>1</Y>\n  </X>\n")],
        );
        check(
            "\n<!--  <X>-->\n<!--    <Y>1</Y>-->\n<!--  </X>-->\n",
            &[("X", "\n  <X>\n    <Y>1</Y>\n  </X>\n")],
        );
        check(
            " <!-- <X> -->\n <!-- <Y>1</Y> -->\n <!-- </X> -->",
            &[("X", " <X>\n <Y>1</Y>\n </X>")],
        );
        check(
            " <!--<X a='1'-->\n <!--b='2'>-->\n <!--</X>-->",
            &[("X", " <X a='1'\n b='2'>\n </X>")],
        );
        check(
            " <!--X a='1'>\n<Y>1</Y-->\n <!--Z>2</Z-->\n <!--<W>3</W>\n</X-->",
            &[("X", " <X a='1'>\n<Y>1</Y>\n <Z>2</Z>\n <W>3</W>\n</X>")],
        );
    }

    #[test]
    fn what_is_no_element() {
        for content in [
            "<!-- prose -->",
            "<!-- HostName of the server -->",
            "<!-- the <X> element -->",
            "<!-- <X> -->",
            "<!--/X-->",
            "<!-- set it: <X>v</X> -->",
            "<!-- <X>v</X> as before -->",
            "<!--X><50>1</50></X-->",
            "<!--<X>v</Y>-->",
            "<!-- a < b -->",
            "<!--X-->",
            "<!---->",
            "<!-- <X> -->\n<!-- prose -->\n<!-- <Y>1</Y> --><!-- </X> -->",
        ] {
            let nested = content.contains("prose -->\n");
            let expect: &[_] = if nested {
                &[("Y", "<!-- <X> -->\n<!-- prose -->\n<Y>1</Y><!-- </X> -->")]
            } else {
                &[]
            };
            check(content, expect);
        }
    }
}
