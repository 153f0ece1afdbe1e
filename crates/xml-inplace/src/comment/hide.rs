//! Hiding an element, and what stands in the way of giving one back.

use super::body::Body;
use super::{CLOSE, Hidden, OPEN, hidden_in, in_run, is_blank};
use crate::document::{Child, Element};
use crate::edit::{Edit, EditSet, Span, splice};
use crate::escape;
use crate::source::Encoding;
use crate::token::{Kind, local_name, tag_name, tokens};

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
/// is not recognised, or holds what is not `well_formed`. Start tags without
/// these `attributes` are another element's; an end tag alone shows none.
pub(crate) fn refused_in(
    text: &str,
    parent: Element<'_>,
    name: &str,
    attributes: &[(&str, &str)],
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
            let whole = &source[token.span.clone()];
            let tag = local_name(tag_name(whole));
            match token.kind {
                Kind::StartTag { .. } if tag == name && carries(whole, attributes) => starts = true,
                Kind::EndTag if tag == name => ends = true,
                Kind::Text if !starts && !is_blank(&source[token.span]) => prose = true,
                _ => {}
            }
        }
        let refusal = match (starts, ends) {
            (false, false) => return None,
            (false, true) if !attributes.is_empty() => return None,
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

/// Whether a start tag, which may be written as only a person would read it, has
/// these attributes.
fn carries(tag: &str, attributes: &[(&str, &str)]) -> bool {
    attributes.iter().all(|(name, value)| {
        ['"', '\''].into_iter().any(|quote| {
            let value = escape::attribute(value, Encoding::Utf8, quote);
            let quoted = format!("{quote}{value}{quote}");
            tag.match_indices(&quoted).any(|(at, _)| {
                let before = tag[..at].trim_end().strip_suffix('=');
                before
                    .and_then(|before| before.trim_end().strip_suffix(name))
                    .is_some_and(|before| before.ends_with([' ', '\t', '\r', '\n', ':']))
            })
        })
    })
}
