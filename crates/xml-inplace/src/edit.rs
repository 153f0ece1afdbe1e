//! One splice, and a disjoint, sorted set of them. Offsets always refer to the
//! original text.

use std::collections::BTreeMap;
use std::ops::Range;

/// A range of byte offsets into a [`Source`](crate::Source)'s text.
pub type Span = Range<usize>;

/// One splice: `text` takes the place of what stands at `span`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards; empty for a deletion.
    pub text: String,
}

impl Edit {
    pub(crate) fn replace(span: Span, text: impl Into<String>) -> Self {
        Self {
            span,
            text: text.into(),
        }
    }

    pub(crate) fn delete(span: Span) -> Self {
        Self::replace(span, "")
    }

    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at..at, text)
    }
}

/// Edits that touch no byte twice, in the order of the text. Insertions at one
/// place stay in the order in which they were given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditSet {
    /// Disjoint and sorted by `span.start`, then in the given order.
    edits: Vec<Edit>,
}

impl EditSet {
    /// A set of edits that are known to be disjoint.
    pub(crate) fn new(edits: impl IntoIterator<Item = Edit>) -> Self {
        let mut edits: Vec<Edit> = edits.into_iter().collect();
        // An insertion at the start of what another edit replaces stands in
        // front of the replacement.
        edits.sort_by_key(|edit| (edit.span.start, !edit.span.is_empty()));
        Self { edits }
    }

    /// The edits, sorted.
    pub fn as_slice(&self) -> &[Edit] {
        &self.edits
    }

    /// `text` with all edits made.
    pub(crate) fn apply(&self, text: &str) -> String {
        splice(text, 0..text.len(), &self.edits)
    }

    /// The place in the old text that `offset` in the new one comes from: what
    /// an edit has put in comes from where the edit begins.
    pub(crate) fn origin(&self, offset: usize) -> usize {
        let mut old = 0;
        let mut new = 0;
        for edit in &self.edits {
            let kept = edit.span.start - old;
            if offset < new + kept {
                break;
            }
            new += kept;
            if offset < new + edit.text.len() {
                return edit.span.start;
            }
            new += edit.text.len();
            old = edit.span.end;
        }
        old + (offset - new)
    }
}

/// Which parts of a text are taken, and by whom.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    /// Start of a part that is not empty, its end and its owner.
    parts: BTreeMap<usize, (usize, usize)>,
    /// Where something is inserted, and by whom.
    insertions: BTreeMap<usize, usize>,
}

impl Claims {
    /// Takes parts for `owner`, all or none. Insertions may share their place,
    /// and stand at either end of what is taken.
    ///
    /// # Errors
    ///
    /// The owner of what stands in the way.
    pub(crate) fn add(&mut self, parts: &[Span], owner: usize) -> Result<(), usize> {
        if let Some(other) = parts.iter().find_map(|part| self.in_the_way(part)) {
            return Err(other);
        }
        for part in parts {
            if part.is_empty() {
                self.insertions.entry(part.start).or_insert(owner);
            } else {
                self.parts.insert(part.start, (part.end, owner));
            }
        }
        Ok(())
    }

    fn in_the_way(&self, part: &Span) -> Option<usize> {
        if let Some((_, (end, owner))) = self.parts.range(..part.end).next_back()
            && *end > part.start
        {
            return Some(*owner);
        }
        if part.is_empty() {
            return None;
        }
        self.insertions
            .range(part.start + 1..part.end)
            .next()
            .map(|(_, owner)| *owner)
    }
}

/// What stands at `span` once `edits`, sorted and disjoint, are made.
pub(crate) fn splice(text: &str, span: Span, edits: &[Edit]) -> String {
    let mut out =
        String::with_capacity(span.len() + edits.iter().map(|e| e.text.len()).sum::<usize>());
    let mut at = span.start;
    for edit in edits {
        out.push_str(&text[at..edit.span.start]);
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(&text[at..span.end]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_and_in_the_given_order() {
        let set = EditSet::new([
            Edit::replace(4..6, "X"),
            Edit::insert(2, "1"),
            Edit::delete(0..1),
            Edit::insert(2, "2"),
            Edit::insert(4, "<"),
            Edit::insert(6, ">"),
        ]);
        assert_eq!(set.apply("abcdefg"), "b12cd<X>g");
        let origins: Vec<usize> = (0..=9).map(|offset| set.origin(offset)).collect();
        assert_eq!(origins, [1, 2, 2, 2, 3, 4, 4, 6, 6, 7]);
    }

    #[test]
    fn what_is_taken_is_taken() {
        let mut claims = Claims::default();
        claims.add(&[4..6, 8..8], 1).unwrap();
        for free in [0..4, 6..7, 4..4, 6..6, 8..8, 8..9] {
            assert_eq!(Claims::add(&mut copy(&claims), &[free], 2), Ok(()));
        }
        for taken in [4..6, 5..5, 0..5, 5..7, 3..7, 7..9] {
            assert_eq!(Claims::add(&mut copy(&claims), &[taken], 2), Err(1));
        }
        assert_eq!(claims.add(&[0..1, 5..7], 2), Err(1));
        assert_eq!(
            claims.add(std::slice::from_ref(&(0..1)), 3),
            Ok(()),
            "all or none"
        );
    }

    fn copy(claims: &Claims) -> Claims {
        Claims {
            parts: claims.parts.clone(),
            insertions: claims.insertions.clone(),
        }
    }
}
