//! A well-formed tree over a [`Source`].

use std::collections::HashMap;
use std::sync::OnceLock;

use roxmltree::{Node, NodeId, ParsingOptions};

use crate::comment::is_blank;
use crate::edit::Span;
use crate::ill_formed;
use crate::limits::{self, LimitError, MAX_BYTES, MAX_NODES};
use crate::source::{Position, Positions, Source, SourceError};
use crate::span::{self, AttributeSpan, ElementSpan};
use crate::token::{Kind, tag_name, tokens};

/// Why a file is no document that can be edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The bytes are not text.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// More than is accepted.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// Not well-formed XML (XML 1.0, fifth edition, with namespaces).
    #[error("{message}")]
    IllFormed {
        /// What is wrong.
        message: String,
        /// Where.
        position: Position,
    },
}

impl ParseError {
    /// Where in the file, as far as it is known.
    pub fn position(&self) -> Position {
        match self {
            Self::Source(SourceError::Malformed { line, .. }) => Position {
                line: *line,
                column: 1,
            },
            Self::Source(_) => Position { line: 1, column: 1 },
            Self::Limit(error) => error.position,
            Self::IllFormed { position, .. } => *position,
        }
    }
}

/// Refuses a file by its size alone, before it is decoded.
pub(crate) fn check_size(bytes: usize) -> Result<(), LimitError> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    Err(LimitError {
        what: "the file is too large (bytes)",
        limit: MAX_BYTES,
        position: Position { line: 1, column: 1 },
    })
}

/// A well-formed document.
///
/// ```
/// use xml_inplace::{Document, Selector, Source};
///
/// let source = Source::decode(b"<Server><HostName>old</HostName></Server>")?;
/// let document = Document::parse(&source)?;
/// let found = Selector::parse("/Server/HostName")?.matches(&document);
/// assert_eq!(found[0].text(), "old");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Document<'s> {
    source: &'s Source,
    tree: roxmltree::Document<'s>,
    positions: OnceLock<Positions>,
    places: OnceLock<HashMap<NodeId, Place>>,
}

/// Where an element stands among its siblings.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// How many elements stand before it.
    ordinal: usize,
    /// How many of its name; `None` where there is no other one.
    namesake: Option<usize>,
    /// How many comments stand before it.
    comments: usize,
}

impl<'s> Document<'s> {
    /// Parses a source.
    ///
    /// # Errors
    ///
    /// What is beyond a limit of [`limits`](crate::limits), what has an
    /// internal DTD subset, XML 1.1, and what is not well-formed. No external
    /// DTD or entity is ever opened.
    pub fn parse(source: &'s Source) -> Result<Self, ParseError> {
        let text = source.text();
        check_size(source.encoding().length(text))?;
        limits::check(text)?;
        refuse_by_prolog(source)?;
        let options = ParsingOptions {
            allow_dtd: true,
            nodes_limit: MAX_NODES as u32,
            ..ParsingOptions::default()
        };
        match roxmltree::Document::parse_with_options(text, options) {
            Ok(tree) => Ok(Self {
                source,
                tree,
                positions: OnceLock::new(),
                places: OnceLock::new(),
            }),
            Err(error) => Err(ill_formed::explain(source, &error)),
        }
    }

    /// The source it was parsed from.
    pub fn source(&self) -> &'s Source {
        self.source
    }

    /// The root element.
    pub fn root(&self) -> Element<'_> {
        Element {
            node: self.tree.root_element(),
        }
    }

    /// Line and column of an offset into the source's text. Where many are
    /// asked for, this is faster than [`Source::position`].
    pub fn position(&self, offset: usize) -> Position {
        let text = self.source.text();
        self.positions
            .get_or_init(|| Positions::of(text))
            .find(text, offset)
    }

    /// Like [`Element::path`], for elements that are many.
    pub(crate) fn path(&self, element: Element<'_>) -> String {
        let mut steps: Vec<String> = self
            .places_of(element)
            .map(|(node, place)| step(node, place.namesake))
            .collect();
        steps.reverse();
        format!("/{}", steps.join("/"))
    }

    /// Ordinals, among element siblings, from the root's child down to it.
    pub(crate) fn ordinals(&self, element: Element<'_>) -> Vec<usize> {
        let mut ordinals: Vec<usize> = self
            .places_of(element)
            .map(|(_, place)| place.ordinal)
            .collect();
        ordinals.pop();
        ordinals.reverse();
        ordinals
    }

    /// How many comments stand before it in its parent.
    pub(crate) fn comments_before(&self, element: Element<'_>) -> usize {
        self.places_of(element)
            .next()
            .map_or(0, |(_, place)| place.comments)
    }

    /// The element and those it stands in, up to the root, with their places.
    fn places_of<'d>(&self, element: Element<'d>) -> impl Iterator<Item = (Node<'d, 'd>, Place)> {
        let places = self.places.get_or_init(|| places(self.root()));
        element
            .node
            .ancestors()
            .filter_map(|node| Some((node, *places.get(&node.id())?)))
    }
}

/// The places of all elements.
fn places(root: Element<'_>) -> HashMap<NodeId, Place> {
    const ALONE: Place = Place {
        ordinal: 0,
        namesake: None,
        comments: 0,
    };
    let mut places = HashMap::from([(root.node.id(), ALONE)]);
    for parent in root.descendants_or_self() {
        let mut all: HashMap<&str, usize> = HashMap::new();
        for child in parent.children() {
            *all.entry(child.name()).or_default() += 1;
        }
        let mut before: HashMap<&str, usize> = HashMap::new();
        let (mut ordinal, mut comments) = (0, 0);
        for node in parent.node.children() {
            comments += usize::from(node.is_comment());
            if !node.is_element() {
                continue;
            }
            let name = node.tag_name().name();
            let count = before.entry(name).or_default();
            let place = Place {
                ordinal,
                namesake: (all.get(name) != Some(&1)).then_some(*count),
                comments,
            };
            places.insert(node.id(), place);
            *count += 1;
            ordinal += 1;
        }
    }
    places
}

fn step(node: Node<'_, '_>, namesake: Option<usize>) -> String {
    let name = node.tag_name().name();
    match namesake {
        None => name.to_owned(),
        Some(before) => format!("{name}[{}]", before + 1),
    }
}

/// An active element of a [`Document`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<'d> {
    node: Node<'d, 'd>,
}

/// A child of an element, as far as edits care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Child<'d> {
    Element(Element<'d>),
    Comment(Span),
    Other(Span),
}

impl<'d> Element<'d> {
    /// The local name.
    pub fn name(self) -> &'d str {
        self.node.tag_name().name()
    }

    /// The element it stands in; `None` for the root.
    pub fn parent(self) -> Option<Self> {
        self.node.parent_element().map(|node| Self { node })
    }

    /// The element children.
    pub fn children(self) -> impl DoubleEndedIterator<Item = Self> {
        self.node
            .children()
            .filter(Node::is_element)
            .map(|node| Self { node })
    }

    /// The element and all elements inside it, in document order.
    pub fn descendants_or_self(self) -> impl Iterator<Item = Self> {
        self.node
            .descendants()
            .filter(Node::is_element)
            .map(|node| Self { node })
    }

    /// The text directly inside it, CDATA sections too, nothing trimmed.
    pub fn text(self) -> String {
        self.node
            .children()
            .filter(Node::is_text)
            .filter_map(|node| node.text())
            .collect()
    }

    /// The normalised value of an attribute without namespace or, where there
    /// is none, of the first one with that local name.
    pub fn attribute(self, name: &str) -> Option<&'d str> {
        self.attribute_index(name)
            .and_then(|index| self.node.attributes().nth(index))
            .map(|attribute| attribute.value())
    }

    fn attribute_index(self, name: &str) -> Option<usize> {
        let position = |exact: bool| {
            self.node.attributes().position(|attribute| {
                attribute.name() == name && (!exact || attribute.namespace().is_none())
            })
        };
        position(true).or_else(|| position(false))
    }

    /// The value of the attribute `name` in the namespace `uri`.
    pub fn attribute_in(self, uri: &str, name: &str) -> Option<&'d str> {
        self.node
            .attributes()
            .find(|attribute| attribute.namespace() == Some(uri) && attribute.name() == name)
            .map(|attribute| attribute.value())
    }

    /// The attributes with that local name, in their order: where they stand and
    /// their normalised values.
    pub(crate) fn namesakes(self, name: &str) -> Vec<(AttributeSpan, &'d str)> {
        let mut spans = self.attribute_spans().into_iter();
        self.node
            .attributes()
            .filter(|attribute| attribute.name() == name)
            .filter_map(|attribute| {
                let span = spans.find(|span| span.span.start == attribute.range().start)?;
                Some((span, attribute.value()))
            })
            .collect()
    }

    /// Where the attribute stands that [`Element::attribute`] reads.
    pub fn attribute_span(self, name: &str) -> Option<AttributeSpan> {
        let start = self
            .node
            .attributes()
            .nth(self.attribute_index(name)?)?
            .range()
            .start;
        self.attribute_spans()
            .into_iter()
            .find(|found| found.span.start == start)
    }

    /// Every attribute of the start tag, namespace declarations too.
    pub(crate) fn attribute_spans(self) -> Vec<AttributeSpan> {
        span::attributes(self.document_text(), self.spans().start_tag)
    }

    /// Where the element stands.
    pub fn span(self) -> Span {
        self.node.range()
    }

    /// Where its tags and its content stand.
    pub fn spans(self) -> ElementSpan {
        span::element(self.document_text(), self.node.range())
    }

    /// Its path from the root, with `[n]` where siblings share the name.
    pub fn path(self) -> String {
        let mut steps: Vec<String> = self
            .node
            .ancestors()
            .filter(Node::is_element)
            .map(|node| step(node, Self { node }.namesake()))
            .collect();
        steps.reverse();
        format!("/{}", steps.join("/"))
    }

    /// How many siblings of its name stand before it, if there are any.
    fn namesake(self) -> Option<usize> {
        let namesakes = |nodes: roxmltree::AxisIter<'d, 'd>| {
            nodes
                .skip(1)
                .filter(|node| node.is_element() && node.tag_name().name() == self.name())
                .count()
        };
        let before = namesakes(self.node.prev_siblings());
        (before + namesakes(self.node.next_siblings()) > 0).then_some(before)
    }

    /// Elements, comments and the rest, in order.
    pub(crate) fn nodes(self) -> impl Iterator<Item = Child<'d>> {
        self.node.children().map(|node| {
            if node.is_element() {
                Child::Element(Self { node })
            } else if node.is_comment() {
                Child::Comment(node.range())
            } else {
                Child::Other(node.range())
            }
        })
    }

    /// The comments that touch it, or that nothing but white space separates
    /// from it and from each other: before it and behind it, in document order.
    pub(crate) fn comments_around(self) -> (Vec<Span>, Vec<Span>) {
        let text = self.document_text();
        let blank = |from: usize, to: usize| text.get(from..to).is_some_and(is_blank);
        let mut before: Vec<Span> = Vec::new();
        let mut edge = self.span().start;
        for node in self
            .node
            .prev_siblings()
            .skip(1)
            .filter(|node| !node.is_text())
        {
            let span = node.range();
            if !(node.is_comment() && blank(span.end, edge)) {
                break;
            }
            edge = span.start;
            before.push(span);
        }
        before.reverse();
        let mut behind: Vec<Span> = Vec::new();
        let mut edge = self.span().end;
        for node in self
            .node
            .next_siblings()
            .skip(1)
            .filter(|node| !node.is_text())
        {
            let span = node.range();
            if !(node.is_comment() && blank(edge, span.start)) {
                break;
            }
            edge = span.end;
            behind.push(span);
        }
        (before, behind)
    }

    /// The namespaces in scope: prefix, if any, and name.
    pub(crate) fn namespaces(self) -> impl Iterator<Item = (Option<&'d str>, &'d str)> {
        self.node
            .namespaces()
            .map(|namespace| (namespace.name(), namespace.uri()))
    }

    /// The text of the document that the element stands in.
    pub(crate) fn document_text(self) -> &'d str {
        self.node.document().input_text()
    }
}

/// What the parser would accept, or say too little about.
fn refuse_by_prolog(source: &Source) -> Result<(), ParseError> {
    let text = source.text();
    let ill_formed = |message: &str, offset: usize| {
        Err(ParseError::IllFormed {
            message: message.to_owned(),
            position: source.position(offset),
        })
    };
    for token in tokens(text, 0) {
        let here = &text[token.span.clone()];
        let start = token.span.start;
        match token.kind {
            Kind::ProcessingInstruction
                if here.starts_with("<?xml") && tag_name(&here[1..]) == "?xml" =>
            {
                if start > 0 {
                    return ill_formed(
                        "the XML declaration is not at the start of the file",
                        start,
                    );
                }
                let version = here.split_once("version").map_or("", |(_, rest)| rest);
                if version
                    .trim_start_matches([' ', '\t', '\r', '\n', '=', '"', '\''])
                    .starts_with("1.1")
                {
                    return ill_formed("XML 1.1 is not supported, XML 1.0 is", start);
                }
            }
            Kind::Doctype if here.contains('[') => {
                return ill_formed("internal DTD subsets are not supported", start);
            }
            Kind::StartTag { .. } | Kind::EndTag | Kind::Broken => return Ok(()),
            Kind::Text if start == 0 && here.starts_with('\u{FEFF}') => {
                return ill_formed("there is a second byte order mark", start);
            }
            Kind::Text if !is_blank(here) => {
                let first = start + here.len() - here.trim_start().len();
                return ill_formed("this is not an XML file: it starts with text", first);
            }
            _ => {}
        }
    }
    ill_formed("there is no root element", 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_doctype_is_kept_and_not_opened() {
        let source = Source::decode(b"<!DOCTYPE a SYSTEM 'file:///nowhere'><a>x</a>").unwrap();
        assert_eq!(Document::parse(&source).unwrap().root().text(), "x");
    }

    #[test]
    fn attributes_are_found_by_local_name_without_namespace_first() {
        let source = Source::decode(b"<a xmlns:s='u' s:k='1' k='2' s:j='3'/>").unwrap();
        let document = Document::parse(&source).unwrap();
        let root = document.root();
        assert_eq!(root.attribute("k"), Some("2"));
        assert_eq!(root.attribute("j"), Some("3"));
        assert_eq!(root.attribute_in("u", "k"), Some("1"));
        assert_eq!(root.attribute_in("u", "j"), Some("3"));
        assert_eq!(root.attribute_in("v", "k"), None);
        assert_eq!(
            &source.text()[root.attribute_span("k").unwrap().span],
            "k='2'"
        );
        assert_eq!(&source.text()[root.attribute_span("j").unwrap().value], "3");
    }
    #[test]
    fn what_only_looks_like_a_declaration_is_none() {
        let source = Source::decode(b"\n<?xml-stylesheet version='1.1'?><a/>").unwrap();
        assert!(Document::parse(&source).is_ok());
    }
}
