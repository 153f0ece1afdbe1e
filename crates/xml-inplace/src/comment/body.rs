//! One comment, and what it holds.

use std::ops::RangeInclusive;

use super::{BLANKS, CLOSE, Hidden, OPEN, is_blank};
use crate::edit::{Edit, Span};
use crate::span;
use crate::token::{Kind, local_name, tag_name, tokens};

/// One comment, with the blanks and marks around what it says.
pub(super) struct Body {
    pub(super) comment: Span,
    /// What it says, without blanks at its ends.
    pub(super) said: Span,
    /// Whether the comment's `<` is the element's, as in `<!--X>`.
    pub(super) merged_open: bool,
    /// Whether the comment's `>` is the element's, as in `</X-->`.
    pub(super) merged_close: bool,
}

/// An element in a [`Body`], where it stands in the text; a merged `<` or `>`
/// is not part of it.
pub(super) struct Inner {
    pub(super) name: String,
    pub(super) span: Span,
}

impl Body {
    pub(super) fn of(text: &str, comment: Span) -> Self {
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

    pub(super) fn span(&self) -> Span {
        self.said.clone()
    }

    /// What the comment says, with the brackets that merged into its marks.
    pub(super) fn source(&self, text: &str) -> String {
        let open = if self.merged_open { "<" } else { "" };
        let close = if self.merged_close { ">" } else { "" };
        format!("{open}{}{close}", &text[self.said.clone()])
    }

    /// The elements that the comment consists of; `None` where it is anything
    /// else than whole elements and blanks.
    pub(super) fn elements(&self, text: &str) -> Option<Vec<Inner>> {
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
    pub(super) fn restore(
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
    pub(super) fn open_mark(&self, text: &str) -> Span {
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
    pub(super) fn close_mark(&self, text: &str) -> Span {
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
    pub(super) fn line_marks(&self, text: &str) -> [Span; 2] {
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
    /// it, `/` alone being the end of one; one that goes on in the next comment
    /// does not, nor does text that begins with a slash.
    pub(super) fn closes_merged(&self, text: &str) -> bool {
        self.merged_close
            && text[self.said.clone()].rsplit_once('<').map_or(
                self.merged_open || &text[self.said.clone()] == "/",
                |(_, tail)| tail.starts_with('/'),
            )
    }
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
