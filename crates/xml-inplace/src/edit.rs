//! One splice, and a disjoint, sorted set of them. Offsets always refer to the
//! original text.

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
/// place stay in the order in which they were added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditSet {
    /// Disjoint and sorted by `span.start`, then in the order of arrival.
    edits: Vec<Edit>,
}

impl EditSet {
    /// Adds edits, all or none.
    ///
    /// # Errors
    ///
    /// The edit of this set that one of the new ones overlaps.
    pub(crate) fn add(&mut self, new: &[Edit]) -> Result<(), Edit> {
        for edit in new {
            if let Some(there) = self.edits.iter().find(|there| overlap(there, edit)) {
                return Err(there.clone());
            }
        }
        self.edits.extend_from_slice(new);
        // An insertion at the start of what another edit replaces stands in
        // front of the replacement.
        self.edits
            .sort_by_key(|edit| (edit.span.start, !edit.span.is_empty()));
        Ok(())
    }

    /// The edits, sorted.
    pub fn as_slice(&self) -> &[Edit] {
        &self.edits
    }

    /// `text` with all edits made.
    pub(crate) fn apply(&self, text: &str) -> String {
        splice(text, 0..text.len(), &self.edits)
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

fn overlap(a: &Edit, b: &Edit) -> bool {
    let (a, b) = (&a.span, &b.span);
    match (a.is_empty(), b.is_empty()) {
        (true, true) => false,
        (true, false) => b.start < a.start && a.start < b.end,
        (false, true) => a.start < b.start && b.start < a.end,
        (false, false) => a.start < b.end && b.start < a.end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_disjoint_and_in_order_of_arrival() {
        let mut set = EditSet::default();
        set.add(&[Edit::replace(4..6, "X")]).unwrap();
        set.add(&[Edit::insert(2, "1"), Edit::delete(0..1)])
            .unwrap();
        set.add(&[Edit::insert(2, "2")]).unwrap();
        assert_eq!(set.apply("abcdefg"), "b12cdXg");
        assert_eq!(
            set.add(&[Edit::delete(5..7)]),
            Err(Edit::replace(4..6, "X"))
        );
        assert_eq!(
            set.add(&[Edit::insert(5, "")]),
            Err(Edit::replace(4..6, "X"))
        );
        set.add(&[Edit::insert(4, "<"), Edit::insert(6, ">")])
            .unwrap();
        assert_eq!(
            set.apply("abcdefg"),
            "b12cd".to_owned().replace('d', "d<X>") + "g"
        );
    }
}
