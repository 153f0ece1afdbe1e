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

mod body;
mod hide;
mod spread;

use std::ops::RangeInclusive;

use crate::document::{Child, Element};
use crate::edit::{Edit, Span, splice};

pub use hide::Refusal;
pub(crate) use hide::{comes_back, hide, refused_in};

use body::{Body, Inner};
use spread::{chains, lines};

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

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// Whether `text` is XML white space and nothing else.
pub(crate) fn is_blank(text: &str) -> bool {
    text.trim_start_matches(BLANKS).is_empty()
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
    use crate::edit::EditSet;
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
            "<!--<X>--><!--</X>--><!--</X>-->",
            &[("X", "<X><!--</X>--></X>")],
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
            " <!--X>-->\n <!--Y>2</Y-->\n <!--/X-->",
            &[("X", " <X>\n <Y>2</Y>\n </X>")],
        );
        check(
            " <!--<X>-->\n <!--<Y a='1'-->\n <!--/-->\n <!--</X>-->",
            &[("X", " <X>\n <Y a='1'\n />\n </X>")],
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
            "<!-- <X/> <Y> -->",
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
