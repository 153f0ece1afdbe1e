//! How large a document may be, each number with its reason, checked before
//! the parser that would suffer.

use crate::edit::Span;
use crate::source::{Position, position_in};
use crate::span;
use crate::token::{Kind, tokens};

/// Bytes of a file: 40 times the largest file of a stock home (98,560). The
/// trees of both parsers take up to ten times the input.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Elements inside each other: stock files have 7. The second parser recurses
/// and overflows a 2 MiB stack at about 560 levels in a debug build.
pub const MAX_DEPTH: usize = 256;

/// Tags, comments, texts and other nodes: the largest stock file has some
/// thousands. The second parser spends up to half a kilobyte on each.
pub const MAX_NODES: usize = 200_000;

/// Attributes of one element: stock files have 26. The first parser compares
/// every attribute with every other one.
pub const MAX_ATTRIBUTES: usize = 256;

/// Namespace declarations of one element: stock files have one.
pub const MAX_NAMESPACES: usize = 64;

/// Namespace declarations in scope, summed over all elements: the second
/// parser copies those in scope for each element. Stock files stay below a
/// thousand.
pub const MAX_NAMESPACES_IN_SCOPE: usize = 500_000;

/// A document beyond a limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: the limit is {limit}")]
pub struct LimitError {
    /// What there is too much of.
    pub what: &'static str,
    /// How much would have been accepted.
    pub limit: usize,
    /// Where the limit was passed.
    pub position: Position,
}

/// Checks everything but well-formedness, in one pass without recursion. It
/// stops at the first tag that is none: the parser has the better words there.
pub(crate) fn check(text: &str) -> Result<(), LimitError> {
    let fail = |what, limit, offset: usize| {
        Err(LimitError {
            what,
            limit,
            position: position_in(text, offset),
        })
    };
    let mut in_scope: Vec<usize> = Vec::new();
    let mut in_scope_sum = 0;
    for (count, token) in tokens(text, 0).enumerate() {
        let Span { start, .. } = token.span;
        if count >= MAX_NODES {
            return fail("too many elements, comments and texts", MAX_NODES, start);
        }
        match token.kind {
            Kind::Broken => break,
            Kind::EndTag => {
                in_scope.pop();
            }
            Kind::StartTag { empty } => {
                if in_scope.len() >= MAX_DEPTH {
                    return fail("elements are nested too deep", MAX_DEPTH, start);
                }
                let (attributes, namespaces) = span::count_attributes(&text[token.span]);
                if attributes > MAX_ATTRIBUTES {
                    return fail("an element has too many attributes", MAX_ATTRIBUTES, start);
                }
                if namespaces > MAX_NAMESPACES {
                    return fail(
                        "an element declares too many namespaces",
                        MAX_NAMESPACES,
                        start,
                    );
                }
                let here = namespaces + in_scope.last().copied().unwrap_or(0);
                in_scope_sum += here;
                if in_scope_sum > MAX_NAMESPACES_IN_SCOPE {
                    return fail(
                        "too many namespaces are in scope over all elements",
                        MAX_NAMESPACES_IN_SCOPE,
                        start,
                    );
                }
                if !empty {
                    in_scope.push(here);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_holds_at_its_number() {
        let nested = |n: usize| format!("{}{}", "<a>".repeat(n), "</a>".repeat(n));
        let attributes = |n: usize| {
            let list: String = (0..n).map(|i| format!(" a{i}='{i}'")).collect();
            format!("<a{list}/>")
        };
        let namespaces = |n: usize| {
            let list: String = (0..n).map(|i| format!(" xmlns:n{i}='u'")).collect();
            format!("<a{list}/>")
        };
        let nodes = |n: usize| format!("<r>{}</r>", "<a/>".repeat(n - 2));
        let scopes = |n: usize| {
            let list: String = (0..50).map(|i| format!(" xmlns:n{i}='u'")).collect();
            format!("<a{list}>{}</a>", "<b/>".repeat(n / 50 - 1))
        };
        type Document<'f> = &'f dyn Fn(usize) -> String;
        let cases: [(Document<'_>, usize, usize); 5] = [
            (&nested, MAX_DEPTH, 1),
            (&attributes, MAX_ATTRIBUTES, 1),
            (&namespaces, MAX_NAMESPACES, 1),
            (&nodes, MAX_NODES, 1),
            (&scopes, MAX_NAMESPACES_IN_SCOPE, 50),
        ];
        for (document, limit, step) in cases {
            assert_eq!(check(&document(limit)), Ok(()));
            assert_eq!(check(&document(limit + step)).unwrap_err().limit, limit);
        }
        let siblings = "<a></a>".repeat(MAX_DEPTH);
        assert_eq!(check(&format!("<r>{siblings}</r>")), Ok(()));
        let error = check(&nested(1_000_000)).unwrap_err();
        assert_eq!(error.position.column, 3 * MAX_DEPTH + 1);
    }
}
