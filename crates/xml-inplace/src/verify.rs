//! The three gates that every result passes before it leaves the crate.
//!
//! 1. *bytes*: outside the edits' spans, old and new are equal;
//! 2. *agreement*: a second, independent parser sees exactly the changes that
//!    were planned and no other;
//! 3. *idempotence*: the same operations on the result find nothing to do
//!    (this one is taken where the operations are, in [`edit`](crate::edit())).

use std::collections::BTreeMap;

use xmltree::{AttributeMap, Namespace, ParserConfig, XMLNode};

use crate::change::{Anchor, Change, Effect};
use crate::comment::is_blank;
use crate::edit::EditSet;
use crate::source::{Encoding, Position, Source};

/// A result that did not pass a gate. Nothing of it left the crate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The second parser does not accept the document as it was.
    #[error("not well-formed: {message}")]
    Refused {
        /// The parser's words.
        message: String,
        /// Where.
        position: Position,
    },
    /// A gate saw something else than was planned: a mistake of this crate.
    #[error("refused to change the file: {0}. Please report this")]
    Unplanned(String),
}

/// Gate 1: between the edits, `before` and `after` are the same bytes.
pub(crate) fn bytes(
    source: &Source,
    edits: &EditSet,
    before: &[u8],
    after: &[u8],
) -> Result<(), VerifyError> {
    let unplanned = |what: &str| VerifyError::Unplanned(format!("{what} are not what was planned"));
    let text = source.text();
    let encode = |piece: &str| {
        let mut bytes = Vec::new();
        source.encode_into(piece, &mut bytes);
        bytes
    };
    let mark = if source.has_byte_order_mark() {
        encode("\u{FEFF}")
    } else {
        Vec::new()
    };
    let (Some(mut before), Some(mut after)) =
        (before.strip_prefix(&*mark), after.strip_prefix(&*mark))
    else {
        return Err(unplanned("the first bytes"));
    };
    let mut at = 0;
    for edit in edits.as_slice() {
        let kept = encode(&text[at..edit.span.start]);
        let (Some(rest), Some(new)) = (before.strip_prefix(&*kept), after.strip_prefix(&*kept))
        else {
            return Err(unplanned("the bytes outside the edits"));
        };
        before = &rest[encode(&text[edit.span.clone()]).len()..];
        after = new
            .strip_prefix(&*encode(&edit.text))
            .ok_or_else(|| unplanned("the bytes of an edit"))?;
        at = edit.span.end;
    }
    if before != after || before != encode(&text[at..]) {
        return Err(unplanned("the bytes outside the edits"));
    }
    Ok(())
}

/// Gate 2: what the second parser reads after the changes is what it read
/// before them, with exactly these changes.
pub(crate) fn agreement(
    source: &Source,
    changes: &[Change],
    before: &[u8],
    after: &[u8],
) -> Result<(), VerifyError> {
    let mut expected = parse(source.encoding(), before)?;
    let mut seen = parse(source.encoding(), after).map_err(|error| {
        VerifyError::Unplanned(format!("the result would not be well-formed ({error})"))
    })?;
    for change in changes {
        plan(&mut expected, &change.effect, &change.path)?;
    }
    for node in expected.iter_mut().chain(&mut seen) {
        node.settle();
    }
    same(&expected, &mut seen, "")
}

/// A node as the second parser sees it.
#[derive(Debug, PartialEq, Eq)]
enum Node {
    Element(Box<Element>),
    Comment(String),
    CData(String),
    Text(String),
    ProcessingInstruction(String, Option<String>),
}

#[derive(Debug, PartialEq, Eq)]
struct Element {
    prefix: Option<String>,
    namespace: Option<String>,
    namespaces: Option<Namespace>,
    name: String,
    attributes: AttributeMap<String, String>,
    children: Vec<Node>,
    /// Which of the children are elements, and which are comments.
    elements: Vec<usize>,
    comments: Vec<usize>,
    planned: Planned,
}

/// What is to become of an element's children. They stay where they are until
/// everything is planned, so that every ordinal is that of the old document.
#[derive(Debug, Default, PartialEq, Eq)]
struct Planned {
    first: Vec<Node>,
    before: BTreeMap<usize, Vec<Node>>,
    instead: BTreeMap<usize, Vec<Node>>,
    after: BTreeMap<usize, Vec<Node>>,
    last: Vec<Node>,
    /// Children come or go: the white space between them may differ.
    loose: bool,
    /// The text that is set: whether it is a CDATA section may differ.
    text: Option<String>,
}

impl From<XMLNode> for Node {
    fn from(node: XMLNode) -> Self {
        match node {
            XMLNode::Element(element) => {
                let children: Vec<Self> = element.children.into_iter().map(Self::from).collect();
                let which = |is: fn(&Self) -> bool| {
                    let indices = children.iter().enumerate();
                    indices
                        .filter(|(_, child)| is(child))
                        .map(|(index, _)| index)
                        .collect()
                };
                Self::Element(Box::new(Element {
                    prefix: element.prefix,
                    namespace: element.namespace,
                    namespaces: element.namespaces,
                    name: element.name,
                    attributes: element.attributes,
                    elements: which(is_element),
                    comments: which(is_comment),
                    children,
                    planned: Planned::default(),
                }))
            }
            XMLNode::Comment(text) => Self::Comment(text),
            XMLNode::CData(text) => Self::CData(text),
            XMLNode::Text(text) => Self::Text(text),
            XMLNode::ProcessingInstruction(name, data) => Self::ProcessingInstruction(name, data),
        }
    }
}

impl Node {
    /// Makes what is planned of the children, and joins neighbouring texts,
    /// which the parser may report in pieces.
    fn settle(&mut self) {
        let Self::Element(element) = self else {
            return;
        };
        let planned = &mut element.planned;
        let mut children = std::mem::take(&mut planned.first);
        for (index, child) in element.children.drain(..).enumerate() {
            children.extend(planned.before.remove(&index).unwrap_or_default());
            match planned.instead.remove(&index) {
                Some(nodes) => children.extend(nodes),
                None => children.push(child),
            }
            children.extend(planned.after.remove(&index).unwrap_or_default());
        }
        children.append(&mut planned.last);
        if let Some(text) = &planned.text {
            set_text(&mut children, text.clone());
        }
        for mut child in children {
            child.settle();
            match (element.children.last_mut(), child) {
                (Some(Self::Text(text)), Self::Text(more)) => text.push_str(&more),
                (_, child) => element.children.push(child),
            }
        }
    }
}

/// Gathers all text in one node, in front of everything else.
fn set_text(children: &mut Vec<Node>, text: String) {
    children.retain(|child| !matches!(child, Node::Text(_) | Node::CData(_)));
    children.insert(0, Node::Text(text));
}

impl Element {
    fn text(&self) -> String {
        self.children
            .iter()
            .filter_map(|child| match child {
                Node::Text(text) | Node::CData(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}

fn is_element(node: &Node) -> bool {
    matches!(node, Node::Element(_))
}

fn is_comment(node: &Node) -> bool {
    matches!(node, Node::Comment(_))
}

fn config() -> ParserConfig {
    ParserConfig::new()
        .ignore_comments(false)
        .whitespace_to_characters(true)
        .cdata_to_characters(false)
        .coalesce_characters(false)
        .allow_multiple_root_elements(false)
}

fn parse(encoding: Encoding, bytes: &[u8]) -> Result<Vec<Node>, VerifyError> {
    let parsed = match encoding {
        // The parser decodes for itself, except UTF-16: it takes the two
        // halves of a character beyond U+FFFF one by one.
        Encoding::Utf16Le | Encoding::Utf16Be => {
            let source =
                Source::decode(bytes).map_err(|error| VerifyError::Unplanned(error.to_string()))?;
            let config = config()
                .content_type("text/xml;charset=utf-8")
                .ignore_invalid_encoding_declarations(true);
            xmltree::Element::parse_all_with_config(source.text().as_bytes(), config)
        }
        Encoding::Latin1 => {
            // It does not know every name of this encoding, and takes a name
            // that it does not know for this one.
            let config = config().ignore_invalid_encoding_declarations(true);
            xmltree::Element::parse_all_with_config(bytes, config)
        }
        Encoding::Utf8 | Encoding::Ascii => {
            xmltree::Element::parse_all_with_config(bytes, config())
        }
    };
    match parsed {
        Ok(nodes) => Ok(nodes.into_iter().map(Node::from).collect()),
        Err(xmltree::ParseError::MalformedXml(error)) => {
            let text = error.to_string();
            let (row, message) = text.split_once(' ').unwrap_or(("", &text));
            let mut place = row.split(':').map(|number| number.parse().unwrap_or(1));
            Err(VerifyError::Refused {
                message: message.to_owned(),
                position: Position {
                    line: place.next().unwrap_or(1),
                    column: place.next().unwrap_or(1),
                },
            })
        }
        Err(error) => Err(VerifyError::Refused {
            message: error.to_string(),
            position: Position { line: 1, column: 1 },
        }),
    }
}

/// Plans one change in the tree that is expected.
fn plan(tree: &mut [Node], effect: &Effect, path: &str) -> Result<(), VerifyError> {
    let missing = || VerifyError::Unplanned(format!("`{path}` is not where it was planned"));
    match effect {
        Effect::Text { element, value } => {
            let element = find(tree, element).ok_or_else(missing)?;
            element.planned.text = Some(value.clone());
        }
        Effect::Attribute {
            element,
            name,
            value,
        } => {
            let element = find(tree, element).ok_or_else(missing)?;
            match value {
                Some(value) => {
                    element.attributes.insert(name.clone(), value.clone());
                }
                None => {
                    element.attributes.shift_remove(name).ok_or_else(missing)?;
                }
            }
        }
        Effect::Restored {
            parent,
            comments,
            source,
            name,
            value,
        } => {
            let parent = find(tree, parent).ok_or_else(missing)?;
            let nodes = parse_inside(parent, source)?;
            let mut elements = nodes.iter().filter_map(|node| match node {
                Node::Element(element) => Some(element),
                _ => None,
            });
            let restored = elements.next().ok_or_else(missing)?;
            let as_planned = restored.name == *name
                && elements.next().is_none()
                && value.as_ref().is_none_or(|value| restored.text() == *value);
            if !as_planned {
                return Err(VerifyError::Unplanned(format!(
                    "`{path}` does not come out of its comment as planned"
                )));
            }
            let place = |ordinal: &usize| parent.comments.get(*ordinal).copied();
            let from = place(comments.start()).ok_or_else(missing)?;
            let to = place(comments.end()).ok_or_else(missing)?;
            for gone in from..=to {
                parent.planned.instead.insert(gone, Vec::new());
            }
            parent.planned.instead.insert(from, nodes);
            parent.planned.loose = true;
        }
        Effect::Hidden { element, source } => {
            let (parent, index) = position(tree, element).ok_or_else(missing)?;
            let nodes = parse_inside(parent, source)?;
            if !nodes.iter().all(is_comment) {
                return Err(VerifyError::Unplanned(format!(
                    "`{path}` is not all hidden"
                )));
            }
            parent.planned.instead.insert(index, nodes);
            parent.planned.loose = true;
        }
        Effect::Inserted {
            parent,
            anchor,
            source,
        } => {
            let parent = find(tree, parent).ok_or_else(missing)?;
            let nodes = parse_inside(parent, source)?;
            let planned = &mut parent.planned;
            let element = |ordinal: &usize| parent.elements.get(*ordinal).ok_or_else(missing);
            let place = match anchor {
                Anchor::First => &mut planned.first,
                Anchor::BeforeElement(ordinal) => {
                    planned.before.entry(*element(ordinal)?).or_default()
                }
                Anchor::AfterElement(ordinal) => {
                    planned.after.entry(*element(ordinal)?).or_default()
                }
                Anchor::AfterComment(ordinal) => {
                    let index = parent.comments.get(*ordinal).ok_or_else(missing)?;
                    planned.after.entry(*index).or_default()
                }
                Anchor::Last => &mut planned.last,
            };
            place.extend(nodes);
            planned.loose = true;
        }
        Effect::Removed { element } => {
            let (parent, index) = position(tree, element).ok_or_else(missing)?;
            parent.planned.instead.insert(index, Vec::new());
            parent.planned.loose = true;
        }
    }
    Ok(())
}

fn find<'t>(tree: &'t mut [Node], ordinals: &[usize]) -> Option<&'t mut Element> {
    let root = tree.iter_mut().find_map(|node| match node {
        Node::Element(element) => Some(&mut **element),
        _ => None,
    })?;
    ordinals.iter().try_fold(root, |element, ordinal| {
        let index = *element.elements.get(*ordinal)?;
        match element.children.get_mut(index)? {
            Node::Element(element) => Some(&mut **element),
            _ => None,
        }
    })
}

fn position<'t>(tree: &'t mut [Node], ordinals: &[usize]) -> Option<(&'t mut Element, usize)> {
    let (last, parents) = ordinals.split_last()?;
    let parent = find(tree, parents)?;
    let index = *parent.elements.get(*last)?;
    Some((parent, index))
}

/// What the second parser makes of `source` inside `parent`.
fn parse_inside(parent: &Element, source: &str) -> Result<Vec<Node>, VerifyError> {
    let mut wrapped = String::from("<_");
    for (prefix, uri) in parent.namespaces.iter().flat_map(|all| all.0.iter()) {
        if matches!(prefix.as_str(), "xml" | "xmlns") {
            continue;
        }
        let name = if prefix.is_empty() {
            "xmlns".to_owned()
        } else {
            format!("xmlns:{prefix}")
        };
        let uri = crate::escape::attribute(uri, Encoding::Utf8, '"');
        wrapped.push_str(&format!(" {name}=\"{uri}\""));
    }
    wrapped.push_str(&format!(">{source}</_>"));
    let parsed = parse(Encoding::Utf8, wrapped.as_bytes()).map_err(|error| {
        VerifyError::Unplanned(format!("what is put in would not be well-formed ({error})"))
    })?;
    match parsed.into_iter().next() {
        Some(Node::Element(element)) => Ok(element.children),
        _ => Ok(Vec::new()),
    }
}

/// Compares, and names the first place that differs.
fn same(expected: &[Node], seen: &mut [Node], path: &str) -> Result<(), VerifyError> {
    let differs = || {
        VerifyError::Unplanned(format!(
            "a second parser sees something unplanned in `{path}/`"
        ))
    };
    if expected.len() != seen.len() {
        return Err(differs());
    }
    for (expected, seen) in expected.iter().zip(seen) {
        let (Node::Element(expected), Node::Element(seen)) = (expected, &mut *seen) else {
            if expected != seen {
                return Err(differs());
            }
            continue;
        };
        let path = format!("{path}/{}", expected.name);
        let same_tag = expected.name == seen.name
            && expected.prefix == seen.prefix
            && expected.namespace == seen.namespace
            && expected.namespaces == seen.namespaces
            && expected.attributes == seen.attributes;
        if !same_tag {
            return Err(VerifyError::Unplanned(format!(
                "a second parser sees something unplanned in the start tag of `{path}`"
            )));
        }
        if expected.planned.text.is_some() {
            let text = seen.text();
            set_text(&mut seen.children, text);
        }
        if expected.planned.loose {
            seen.children.retain(|node| !is_blank_text(node));
            let expected: Vec<&Node> = expected
                .children
                .iter()
                .filter(|node| !is_blank_text(node))
                .collect();
            same_loosely(&expected, &mut seen.children, &path)?;
        } else {
            same(&expected.children, &mut seen.children, &path)?;
        }
    }
    Ok(())
}

/// Like [`same`], of children between whose words the white space may differ.
fn same_loosely(expected: &[&Node], seen: &mut [Node], path: &str) -> Result<(), VerifyError> {
    let differs = || {
        VerifyError::Unplanned(format!(
            "a second parser sees something unplanned in `{path}/`"
        ))
    };
    if expected.len() != seen.len() {
        return Err(differs());
    }
    for (expected, seen) in expected.iter().zip(seen) {
        match (expected, &mut *seen) {
            (Node::Text(expected), Node::Text(seen)) if words(expected).eq(words(seen)) => {}
            (Node::Element(_), Node::Element(_)) => {
                same(
                    std::slice::from_ref(*expected),
                    std::slice::from_mut(seen),
                    path,
                )?;
            }
            (expected, seen) if **expected == *seen => {}
            _ => return Err(differs()),
        }
    }
    Ok(())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '\t', '\r', '\n'])
        .filter(|word| !word.is_empty())
}

fn is_blank_text(node: &Node) -> bool {
    matches!(node, Node::Text(text) if is_blank(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::ChangeKind;
    use crate::edit::Edit;

    fn refusal(result: Result<(), VerifyError>) -> String {
        result.map_or_else(|error| error.to_string(), |()| "passed".to_owned())
    }

    #[test]
    fn bytes_are_those_of_the_edits_and_no_other() {
        let before = b"\xEF\xBB\xBF<a>1</a>";
        let source = Source::decode(before).unwrap();
        let edits = EditSet::new([Edit::replace(3..4, "2")]);
        let check = |before: &[u8], after: &str, expect: &str| {
            let refused = refusal(bytes(&source, &edits, before, after.as_bytes()));
            assert!(refused.contains(expect), "{after}: {refused}");
        };
        check(before, "\u{FEFF}<a>2</a>", "passed");
        check(before, "<a>2</a>", "the first bytes are not");
        check(before, "\u{FEFF}<b>2</a>", "the bytes outside the edits");
        check(before, "\u{FEFF}<a>2</b>", "the bytes outside the edits");
        check(before, "\u{FEFF}<a>3</a>", "the bytes of an edit");
        let other = b"\xEF\xBB\xBF<a>1</b>";
        check(other, "\u{FEFF}<a>2</b>", "the bytes outside the edits");
    }

    fn agreed(before: &str, effects: Vec<Effect>, after: &str) -> String {
        let changes: Vec<Change> = effects
            .into_iter()
            .map(|effect| Change {
                path: "/planned".to_owned(),
                kind: ChangeKind::Set,
                old: None,
                new: None,
                position: Position { line: 1, column: 1 },
                edits: Vec::new(),
                effect,
            })
            .collect();
        let source = Source::decode(before.as_bytes()).unwrap();
        let (before, after) = (before.as_bytes(), after.as_bytes());
        refusal(agreement(&source, &changes, before, after))
    }

    #[test]
    fn what_was_not_planned_is_seen() {
        let before = "<a xmlns='u' xmlns:p='v' xmlns:q='v'><p:b k='1'>x</p:b><!--c--><?p?></a>";
        assert_eq!(agreed(before, Vec::new(), before), "passed");
        for (from, to) in [
            ("'1'", "'2'"),
            (" k='1'", ""),
            (">x<", ">y<"),
            (">x<", "> x<"),
            (">x<", "><b/><"),
            ("<!--c-->", "<!--d-->"),
            ("<!--c-->", ""),
            ("<?p?>", "<?q?>"),
            ("xmlns='u'", "xmlns='w'"),
            ("xmlns:q='v'", "xmlns:q='w'"),
            (" xmlns:q='v'", ""),
            ("<p:b k='1'>x</p:b>", "<q:b k='1'>x</q:b>"),
            ("<p:b k='1'>x</p:b>", "<p:c k='1'>x</p:c>"),
        ] {
            let after = before.replace(from, to);
            let refused = agreed(before, Vec::new(), &after);
            let expect = "a second parser sees something unplanned";
            assert!(refused.contains(expect), "{after}: {refused}");
        }
        let refused = agreed(before, Vec::new(), "<a>");
        assert!(refused.contains("the result would not be well-formed"));
    }

    #[test]
    fn what_was_planned_has_to_be_seen() {
        let before = "<a>\n <b>1</b> t\n<!--c--></a>";
        let text = || Effect::Text {
            element: vec![0],
            value: "2".to_owned(),
        };
        let removed = || Effect::Removed { element: vec![0] };
        let missing = || Effect::Removed { element: vec![1] };
        for (effect, after, passes) in [
            (text(), "<a>\n <b>2</b> t\n<!--c--></a>", true),
            (text(), "<a>\n <b><![CDATA[2]]></b> t\n<!--c--></a>", true),
            (text(), "<a>\n <b>2 </b> t\n<!--c--></a>", false),
            (text(), before, false),
            (removed(), "<a> t <!--c--></a>", true),
            (removed(), "<a> u <!--c--></a>", false),
            (removed(), "<a> t <!--d--></a>", false),
            (removed(), before, false),
            (missing(), before, false),
        ] {
            let refused = agreed(before, vec![effect], after);
            assert_eq!(refused == "passed", passes, "{after}: {refused}");
        }
    }

    #[test]
    fn what_comes_out_of_a_comment_is_what_was_planned() {
        let before = "<a><!--b>1</b--></a>";
        for (source, name, value, passes) in [
            ("<b>1</b>", "b", None, true),
            ("<b>1</b>", "b", Some("1"), true),
            ("<b>1</b>", "b", Some("2"), false),
            ("<b>1</b>", "c", None, false),
            ("<b>1</b><b/>", "b", None, false),
            ("<!--b-->", "b", None, false),
        ] {
            let effect = Effect::Restored {
                parent: Vec::new(),
                comments: 0..=0,
                source: source.to_owned(),
                name: name.to_owned(),
                value: value.map(str::to_owned),
            };
            let refused = agreed(before, vec![effect], &format!("<a>{source}</a>"));
            assert_eq!(refused == "passed", passes, "{source} {name}: {refused}");
        }
    }
}
