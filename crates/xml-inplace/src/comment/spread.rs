//! Elements that are spread over several comments.

use super::body::Body;
use super::{CLOSE, Group, OPEN, is_blank};
use crate::edit::Span;
use crate::token::{Kind, local_name, tag_name, tokens};

/// Elements whose marks stand at every second one of touching comments.
pub(super) fn chains(text: &str, run: &[Span], groups: &mut Vec<(usize, usize, Group)>) {
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
pub(super) fn lines(
    text: &str,
    run: &[Span],
    bodies: &[Body],
    groups: &mut Vec<(usize, usize, Group)>,
) {
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
