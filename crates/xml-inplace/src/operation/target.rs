//! What a selector finds, active or hidden.

use super::{Operation, OperationError, Several};
use crate::comment::{self, Hidden};
use crate::document::{Document, Element};
use crate::edit::Span;
use crate::escape;
use crate::selector::Selector;
use crate::source::{Encoding, Position, Source};

/// What a selector finds in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<'d> {
    /// The active elements, in document order.
    pub active: Vec<Element<'d>>,
    /// The elements that stand in comments, in document order.
    pub hidden: Vec<HiddenElement>,
}

/// An element that stands in a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenElement {
    /// Where it starts, inside its comment.
    pub position: Position,
    /// Its comments, from the first one's start to the last one's end.
    pub span: Span,
    /// Its text; `None` for one that holds elements.
    pub text: Option<String>,
    /// Where the text stands, or, where marks stand inside it, the comments.
    pub content: Span,
}

/// Finds what `selector` names, active or hidden. An attribute at the
/// selector's end is not looked at.
///
/// ```
/// use xml_inplace::{Document, Selector, Source, locate};
///
/// let source = Source::decode(b"<Server>\n  <!--HostName>a</HostName-->\n</Server>")?;
/// let document = Document::parse(&source)?;
/// let located = locate(&document, &Selector::parse("/Server/HostName")?);
/// assert!(located.active.is_empty());
/// assert_eq!(located.hidden[0].text.as_deref(), Some("a"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn locate<'d>(document: &'d Document<'_>, selector: &Selector) -> Located<'d> {
    let source = document.source();
    let hidden = hidden(document, selector)
        .into_iter()
        .filter_map(|(parent, hidden)| {
            with_restored(source.text(), parent, &hidden, |element, shift| {
                let content = element.spans().content;
                HiddenElement {
                    span: hidden.span.clone(),
                    position: document.position(hidden.start()),
                    text: element.children().next().is_none().then(|| element.text()),
                    content: hidden
                        .original(content.start - shift..content.end - shift)
                        .unwrap_or_else(|| hidden.span.clone()),
                }
            })
        })
        .collect();
    Located {
        active: selector.matches(document),
        hidden,
    }
}

/// The hidden elements that match, each with its parent.
pub(super) fn hidden<'d>(
    document: &'d Document<'_>,
    selector: &Selector,
) -> Vec<(Element<'d>, Hidden)> {
    let text = document.source().text();
    let mut found = Vec::new();
    let Some(name) = selector.name() else {
        return found;
    };
    for parent in selector.parents(document) {
        for hidden in comment::hidden_in(text, parent) {
            let matches = hidden.name == name
                && with_restored(text, parent, &hidden, |element, _| {
                    selector.conditions_hold(element)
                }) == Some(true);
            if matches {
                found.push((parent, hidden));
            }
        }
    }
    found
}

/// Looks at a hidden element as if it were restored. The offset is where
/// [`Hidden::restored`] begins in the element's document. `None` where it
/// would not be well-formed.
pub(super) fn with_restored<T>(
    text: &str,
    parent: Element<'_>,
    hidden: &Hidden,
    look: impl FnOnce(Element<'_>, usize) -> T,
) -> Option<T> {
    inside(parent, &hidden.restored(text), look)
}

/// Looks at what `source` would be inside `parent`.
pub(super) fn inside<T>(
    parent: Element<'_>,
    source: &str,
    look: impl FnOnce(Element<'_>, usize) -> T,
) -> Option<T> {
    let mut wrapped = String::from("<_");
    for (prefix, uri) in parent.namespaces() {
        let name = match prefix {
            Some("xml") => continue,
            Some(prefix) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        let uri = escape::attribute(uri, Encoding::Utf8, '"');
        wrapped.push_str(&format!(" {name}=\"{uri}\""));
    }
    wrapped.push('>');
    let shift = wrapped.len();
    wrapped.push_str(source);
    wrapped.push_str("</_>");
    let source = Source::from_text(wrapped);
    let document = Document::parse(&source).ok()?;
    let element = document.root().children().next()?;
    Some(look(element, shift))
}

impl Operation {
    /// The active elements to act on; the others are for a note.
    pub(super) fn active<'d>(
        &self,
        document: &'d Document<'_>,
    ) -> Result<(Vec<Element<'d>>, Vec<Position>), OperationError> {
        let mut found = self.target.matches(document);
        let mut others = Vec::new();
        match self.several {
            Several::All => {}
            Several::First if found.len() > 1 => {
                others = positions(document, &found[1..]);
                found.truncate(1);
            }
            Several::Refuse if found.len() > 1 => return Err(self.several_error(document, &found)),
            Several::First | Several::Refuse => {}
        }
        Ok((found, others))
    }

    pub(super) fn several_error(
        &self,
        document: &Document<'_>,
        found: &[Element<'_>],
    ) -> OperationError {
        OperationError::Several {
            selector: self.target.to_string(),
            positions: positions(document, found),
        }
    }

    /// The error for a target that is nowhere.
    pub(super) fn no_match(&self, document: &Document<'_>) -> OperationError {
        let selector = self.target.to_string();
        if let Some((_, hidden)) = hidden(document, &self.target).first() {
            return OperationError::CommentedOut {
                selector,
                position: document.position(hidden.start()),
            };
        }
        OperationError::NoMatch {
            selector,
            matched: self
                .target
                .longest_match(document)
                .map(|(prefix, element)| {
                    (prefix.to_owned(), document.position(element.span().start))
                }),
        }
    }
}

pub(super) fn positions(document: &Document<'_>, elements: &[Element<'_>]) -> Vec<Position> {
    elements
        .iter()
        .map(|element| document.position(element.span().start))
        .collect()
}
