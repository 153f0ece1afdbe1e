//! The documented XPath subset that names an element or an attribute.
//!
//! ```text
//! selector  = step+ [ "/" "@" name ]
//! step      = ( "/" | "//" ) ( name | "*" ) predicate*
//! predicate = "[" ( number | condition ) "]"
//! condition = test ( "or" test )*
//! test      = "@" name [ "=" literal ] | name "=" literal | "not(" condition ")"
//! literal   = "'" … "'" | '"' … '"'
//! ```
//!
//! Names are local names and match in any namespace; a prefix is an error.
//! `[n]` counts, as in XPath, among the siblings that the step and the
//! predicates before it have left. `[child='v']` compares the child's whole
//! text; nothing is trimmed.

use std::fmt;

use crate::document::{Document, Element};
use crate::source::Source;

/// A parsed selector.
///
/// ```
/// use xml_inplace::Selector;
///
/// let selector = Selector::parse("/Server/Service/Connector[@scheme='https']/@proxyPort")?;
/// assert_eq!(selector.attribute(), Some("proxyPort"));
/// assert_eq!(Selector::parse("/a/b[").unwrap_err().offset, 5);
/// # Ok::<(), xml_inplace::SelectorError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    text: String,
    steps: Vec<Step>,
    attribute: Option<String>,
}

/// One step of a selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    descendant: bool,
    /// `None` is `*`.
    name: Option<String>,
    predicates: Vec<Predicate>,
    /// Where the step ends in the selector's text.
    end: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Predicate {
    Position(usize),
    Condition(Condition),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    HasAttribute(String),
    Attribute(String, String),
    Child(String, String),
    Not(Box<Condition>),
    Any(Vec<Condition>),
}

/// A selector that can't be read, with the place in its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SelectorError {
    /// Byte offset in the selector's text.
    pub offset: usize,
    /// What was expected there.
    pub message: String,
}

/// Conditions may nest this deep: deeper ones are nobody's selector, and the
/// reader of conditions recurses.
const MAX_NESTING: usize = 32;

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    ///
    /// Says what was expected and where, as an offset into `text`.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        Reader { text, at: 0 }.selector()
    }

    /// The selector as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The attribute that the selector ends in, if it does.
    pub fn attribute(&self) -> Option<&str> {
        self.attribute.as_deref()
    }

    /// Whether it can only name the document's root element.
    pub fn is_root(&self) -> bool {
        self.steps.len() == 1 && !self.steps[0].descendant
    }

    /// The active elements of `document` that match, in document order. For a
    /// selector that ends in an attribute: the elements that would carry it.
    pub fn matches<'d>(&self, document: &'d Document<'_>) -> Vec<Element<'d>> {
        self.after_steps(document, self.steps.len())
    }

    /// The elements that the last step's parent may be: the matches of all
    /// steps but the last.
    pub(crate) fn parents<'d>(&self, document: &'d Document<'_>) -> Vec<Element<'d>> {
        let last = &self.steps[self.steps.len() - 1];
        let context = self.after_steps(document, self.steps.len() - 1);
        if !last.descendant {
            return context;
        }
        if self.steps.len() == 1 {
            return document.root().descendants_or_self().collect();
        }
        let mut all: Vec<_> = outermost(context)
            .into_iter()
            .flat_map(|element| element.descendants_or_self())
            .collect();
        all.sort_by_key(|element| element.span().start);
        all
    }

    /// Whether there is an element in which what the selector names could
    /// stand: for an attribute the element itself, else its parent. Nobody can
    /// tell for a source that is not well-formed; then it is said to be there.
    pub fn has_place_in(&self, source: &Source) -> bool {
        Document::parse(source).map_or(true, |document| {
            let places = match self.attribute {
                Some(_) => self.matches(&document),
                None => self.parents(&document),
            };
            !places.is_empty()
        })
    }

    /// The longest part of the selector that matches something, with one
    /// match of it; `None` where already the first step matches nothing.
    pub fn longest_match<'d>(&self, document: &'d Document<'_>) -> Option<(&str, Element<'d>)> {
        (1..=self.steps.len()).rev().find_map(|count| {
            let first = self.after_steps(document, count).into_iter().next()?;
            Some((&self.text[..self.steps[count - 1].end], first))
        })
    }

    /// The local name that the last step asks for; `None` for `*`.
    pub fn name(&self) -> Option<&str> {
        self.steps[self.steps.len() - 1].name.as_deref()
    }

    /// Whether the last step's conditions hold for `element`, whose position
    /// among its siblings is not known.
    pub(crate) fn conditions_hold(&self, element: Element<'_>) -> bool {
        self.steps[self.steps.len() - 1]
            .predicates
            .iter()
            .all(|predicate| match predicate {
                Predicate::Position(position) => *position == 1,
                Predicate::Condition(condition) => condition.holds(element),
            })
    }

    /// The attributes that the last step asks for with `[@name='value']`: what
    /// an element that is made to match has to carry.
    pub(crate) fn required_attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.steps[self.steps.len() - 1]
            .predicates
            .iter()
            .filter_map(|predicate| match predicate {
                Predicate::Condition(Condition::Attribute(name, value)) => {
                    Some((name.as_str(), value.as_str()))
                }
                _ => None,
            })
    }

    fn after_steps<'d>(&self, document: &'d Document<'_>, count: usize) -> Vec<Element<'d>> {
        let root = document.root();
        let mut current: Vec<Element<'d>> = Vec::new();
        for (index, step) in self.steps[..count].iter().enumerate() {
            let mut next = Vec::new();
            if index == 0 {
                step.keep([root].into_iter(), &mut next);
                if step.descendant {
                    for parent in root.descendants_or_self() {
                        step.keep(parent.children(), &mut next);
                    }
                }
            } else if step.descendant {
                for context in outermost(current) {
                    for parent in context.descendants_or_self() {
                        step.keep(parent.children(), &mut next);
                    }
                }
            } else {
                for parent in current {
                    step.keep(parent.children(), &mut next);
                }
            }
            next.sort_by_key(|element| element.span().start);
            current = next;
        }
        current
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Drops the elements that stand inside another one of the list, so that a
/// walk over all descendants visits no element twice.
fn outermost(elements: Vec<Element<'_>>) -> Vec<Element<'_>> {
    let mut end = 0;
    elements
        .into_iter()
        .filter(|element| {
            let span = element.span();
            let outside = span.start >= end;
            if outside {
                end = span.end;
            }
            outside
        })
        .collect()
}

impl Step {
    fn keep<'d>(&self, siblings: impl Iterator<Item = Element<'d>>, out: &mut Vec<Element<'d>>) {
        let mut kept: Vec<_> = siblings
            .filter(|element| {
                self.name
                    .as_deref()
                    .is_none_or(|name| name == element.name())
            })
            .collect();
        for predicate in &self.predicates {
            match predicate {
                Predicate::Position(position) => {
                    kept = kept.into_iter().skip(position - 1).take(1).collect();
                }
                Predicate::Condition(condition) => kept.retain(|element| condition.holds(*element)),
            }
        }
        out.append(&mut kept);
    }
}

impl Condition {
    fn holds(&self, element: Element<'_>) -> bool {
        match self {
            Self::HasAttribute(name) => element.attribute(name).is_some(),
            Self::Attribute(name, value) => element.attribute(name) == Some(value),
            Self::Child(name, value) => element
                .children()
                .any(|child| child.name() == name && child.text() == *value),
            Self::Not(condition) => !condition.holds(element),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(element)),
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn selector(mut self) -> Result<Selector, SelectorError> {
        let mut steps = Vec::new();
        let mut attribute = None;
        while self.at < self.text.len() && attribute.is_none() {
            if !self.take("/") {
                return Err(self.error(match steps.is_empty() {
                    true => "a selector starts with `/` or `//`",
                    false => "expected `/`, `[` or the end of the selector",
                }));
            }
            let descendant = self.take("/");
            if self.rest().starts_with('@') {
                if descendant || steps.is_empty() {
                    return Err(
                        self.error("an attribute stands behind an element: `/Element/@name`")
                    );
                }
                self.at += 1;
                attribute = Some(self.name("an attribute name")?);
            } else {
                steps.push(self.step(descendant)?);
            }
        }
        if self.at < self.text.len() {
            return Err(self.error("nothing may follow the attribute"));
        }
        if steps.is_empty() {
            return Err(self.error("a selector names an element: `/Root/Element`"));
        }
        Ok(Selector {
            text: self.text.to_owned(),
            steps,
            attribute,
        })
    }

    fn step(&mut self, descendant: bool) -> Result<Step, SelectorError> {
        let name = if self.take("*") {
            None
        } else {
            Some(self.name("an element name or `*`")?)
        };
        let mut predicates = Vec::new();
        while self.take("[") {
            self.blanks();
            let predicate = if self.rest().starts_with(|c: char| c.is_ascii_digit()) {
                Predicate::Position(self.position()?)
            } else {
                Predicate::Condition(self.condition(0)?)
            };
            self.blanks();
            if !self.take("]") {
                return Err(self.error("expected `]`"));
            }
            predicates.push(predicate);
        }
        Ok(Step {
            descendant,
            name,
            predicates,
            end: self.at,
        })
    }

    fn position(&mut self) -> Result<usize, SelectorError> {
        let start = self.at;
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.at += digits;
        match self.text[start..self.at].parse() {
            Ok(position) if position > 0 => Ok(position),
            _ => Err(SelectorError {
                offset: start,
                message: "a position is a whole number from 1 on".into(),
            }),
        }
    }

    fn condition(&mut self, nesting: usize) -> Result<Condition, SelectorError> {
        if nesting > MAX_NESTING {
            return Err(self.error("conditions are nested too deep"));
        }
        let mut conditions = vec![self.test(nesting)?];
        loop {
            let before = self.at;
            self.blanks();
            let keyword = self.at > before && self.rest().starts_with("or");
            if !keyword || self.rest()[2..].starts_with(is_name_char) {
                self.at = before;
                break;
            }
            self.at += 2;
            self.blanks();
            conditions.push(self.test(nesting)?);
        }
        Ok(match conditions.len() {
            1 => conditions.remove(0),
            _ => Condition::Any(conditions),
        })
    }

    fn test(&mut self, nesting: usize) -> Result<Condition, SelectorError> {
        if self.take("@") {
            let name = self.name("an attribute name")?;
            self.blanks();
            return Ok(if self.take("=") {
                Condition::Attribute(name, self.literal()?)
            } else {
                Condition::HasAttribute(name)
            });
        }
        if self.take("not(") {
            self.blanks();
            let condition = self.condition(nesting + 1)?;
            self.blanks();
            if !self.take(")") {
                return Err(self.error("expected `)`"));
            }
            return Ok(Condition::Not(Box::new(condition)));
        }
        let name = self.name("a number, `@attribute`, `child='value'` or `not(…)`")?;
        self.blanks();
        if !self.take("=") {
            return Err(self.error("expected `=` and a value in quotes"));
        }
        Ok(Condition::Child(name, self.literal()?))
    }

    fn literal(&mut self) -> Result<String, SelectorError> {
        self.blanks();
        let Some(quote) = self
            .rest()
            .chars()
            .next()
            .filter(|c| matches!(c, '\'' | '"'))
        else {
            return Err(self.error("expected a value in quotes"));
        };
        let start = self.at + 1;
        let Some(length) = self.text[start..].find(quote) else {
            return Err(self.error("this quote is never closed"));
        };
        self.at = start + length + 1;
        Ok(self.text[start..start + length].to_owned())
    }

    fn name(&mut self, expected: &str) -> Result<String, SelectorError> {
        let start = self.at;
        let rest = self.rest();
        if !rest.starts_with(is_name_start) {
            return Err(self.error(&format!("expected {expected}")));
        }
        self.at += rest.find(|c| !is_name_char(c)).unwrap_or(rest.len());
        if self.rest().starts_with(':') {
            return Err(SelectorError {
                offset: start,
                message: format!(
                    "the prefix `{}` is not declared: prefixes are not used here, names match by \
                     their local name in every namespace, a default one too; leave it out",
                    &self.text[start..self.at]
                ),
            });
        }
        Ok(self.text[start..self.at].to_owned())
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    fn error(&self, message: &str) -> SelectorError {
        SelectorError {
            offset: self.at,
            message: message.to_owned(),
        }
    }
}

/// First character of an NCName (Namespaces in XML 1.0, production 4).
pub(crate) fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}'
        | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// Further character of an NCName (Namespaces in XML 1.0, production 4).
pub(crate) fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn check(xml: &str, selector: &str, expect: &[&str]) {
        let source = Source::decode(xml.as_bytes()).unwrap();
        let document = Document::parse(&source).unwrap();
        let selector = Selector::parse(selector).unwrap();
        let found: Vec<_> = selector
            .matches(&document)
            .iter()
            .map(|element| element.path())
            .collect();
        assert_eq!(found, expect, "{selector}");
    }

    #[test]
    fn steps_and_predicates() {
        let xml = "<a xmlns='u'><b k='1'>x</b><b k='2'><c>v</c><b/></b><c/></a>";
        check(xml, "/a", &["/a"]);
        check(xml, "/a/b", &["/a/b[1]", "/a/b[2]"]);
        check(xml, "//b", &["/a/b[1]", "/a/b[2]", "/a/b[2]/b"]);
        check(xml, "//b[1]", &["/a/b[1]", "/a/b[2]/b"]);
        check(xml, "/a/b[@k='2']", &["/a/b[2]"]);
        check(xml, "/a/b[c=\"v\"]", &["/a/b[2]"]);
        check(xml, "/a/b[not(@k='1')]", &["/a/b[2]"]);
        check(xml, "//b[not(@k) or @k='1']", &["/a/b[1]", "/a/b[2]/b"]);
        check(xml, "/a/*[3]", &["/a/c"]);
        check(xml, "//b//b", &["/a/b[2]/b"]);
        check(xml, "/b", &[]);
        check(xml, "/a/b[@k ]", &["/a/b[1]", "/a/b[2]"]);
        check("<a><b><c>w</c><d>v</d></b></a>", "/a/b[c='v']", &[]);
    }

    #[test]
    fn errors_point_into_the_selector() {
        for (text, offset) in [
            ("", 0),
            ("a", 0),
            ("/", 1),
            ("/a/b[", 5),
            ("/a[0]", 3),
            ("/a[b]", 4),
            ("/a[@k=v]", 6),
            ("/a[@k='v]", 6),
            ("/a/@k/b", 5),
            ("/@k", 1),
            ("/p:a", 1),
            ("/a[not(@k]", 9),
            ("/a b", 2),
            ("/a[@k='1'or @j]", 9),
        ] {
            let error = Selector::parse(text).unwrap_err();
            assert_eq!(error.offset, offset, "{text}: {error}");
        }
        for (nesting, accepted) in [(MAX_NESTING, true), (MAX_NESTING + 1, false), (1000, false)] {
            let deep = format!("/a[{}@k{}]", "not(".repeat(nesting), ")".repeat(nesting));
            assert_eq!(Selector::parse(&deep).is_ok(), accepted, "{nesting}");
        }
    }
    #[test]
    fn what_a_selector_says_of_itself() {
        let source = Source::decode(b"<a><b/></a>").unwrap();
        let broken = Source::decode(b"<a>").unwrap();
        for (text, is_root, has_place) in [
            ("/a", true, false),
            ("//a", false, true),
            ("/a/new", false, true),
            ("/a/b/new", false, true),
            ("/a/c/new", false, false),
            ("/a/b/@k", false, true),
            ("/a/c/@k", false, false),
        ] {
            let selector = Selector::parse(text).unwrap();
            assert_eq!(selector.as_str(), text);
            assert_eq!(selector.is_root(), is_root, "{text}");
            assert_eq!(selector.has_place_in(&source), has_place, "{text}");
            assert!(selector.has_place_in(&broken), "{text}");
        }
    }
}
