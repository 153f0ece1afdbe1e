//! An element written by hand, to be put into a document.

use crate::document::{Document, ParseError};
use crate::source::Source;
use crate::token::{Kind, local_name, tag_name, tokens};

/// One well-formed element.
///
/// ```
/// use xml_inplace::Fragment;
///
/// assert!(Fragment::parse("<member><hostName>a</hostName></member>").is_ok());
/// assert_eq!(Fragment::parse("<a></b>").unwrap_err().offset, 3);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    source: String,
}

/// A fragment that is not one well-formed element.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FragmentError {
    /// Byte offset in the fragment.
    pub offset: usize,
    /// What is wrong there.
    pub message: String,
}

impl Fragment {
    /// Reads a fragment; white space around it is dropped.
    ///
    /// # Errors
    ///
    /// Anything but one element: a DOCTYPE, an XML declaration, a reference to
    /// an entity that XML does not define, text or comments around it.
    pub fn parse(text: &str) -> Result<Self, FragmentError> {
        let shift = text.len() - text.trim_start().len();
        let fail = |offset: usize, message: &str| {
            Err(FragmentError {
                offset: shift + offset,
                message: message.to_owned(),
            })
        };
        let source = Source::from_text(text.trim().to_owned());
        for token in tokens(source.text(), 0) {
            let here = &source.text()[token.span.clone()];
            match token.kind {
                Kind::Doctype => {
                    return fail(token.span.start, "a DOCTYPE is not allowed in a fragment");
                }
                Kind::ProcessingInstruction if here.starts_with("<?xml") => {
                    return fail(
                        token.span.start,
                        "an XML declaration is not allowed in a fragment",
                    );
                }
                _ => {}
            }
        }
        let document = match Document::parse(&source) {
            Ok(document) => document,
            Err(error) => {
                let offset = source.offset(error.position());
                let message = match &error {
                    ParseError::IllFormed { message, .. } if message.starts_with("the entity") => {
                        format!("{message}; entity references are not allowed in a fragment")
                    }
                    other => other.to_string(),
                };
                return fail(offset, &message);
            }
        };
        let span = document.root().span();
        if span != (0..source.text().len()) {
            let offset = if span.start > 0 { 0 } else { span.end };
            return fail(
                offset,
                "a fragment is one element, nothing may stand around it",
            );
        }
        Ok(Self {
            source: source.text().to_owned(),
        })
    }

    /// The element's local name.
    pub fn local_name(&self) -> &str {
        local_name(tag_name(&self.source))
    }

    /// The element's source.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_element_and_nothing_else() {
        for (text, offset, message) in [
            ("", 0, "there is no root element"),
            ("<a><b></a>", 6, "`</a>` closes `<b>`"),
            ("  <a/><b/>", 6, "more than one root element"),
            ("<a/>x", 4, "more than one root element"),
            ("<!-- c --><a/>", 0, "nothing may stand around it"),
            ("<a/><!-- c -->", 4, "nothing may stand around it"),
            ("<?p?><a/>", 0, "nothing may stand around it"),
            ("<!DOCTYPE a><a/>", 0, "a DOCTYPE is not allowed"),
            ("<?xml version='1.0'?><a/>", 0, "an XML declaration is not"),
            ("<a>&x;</a>", 3, "entity references are not allowed"),
            ("<a>\u{1}</a>", 3, "is not allowed in XML"),
        ] {
            let error = Fragment::parse(text).unwrap_err();
            assert_eq!(error.offset, offset, "{text}");
            assert!(error.message.contains(message), "{text}: {error}");
            let foreign = error.message.contains("entity references");
            assert_eq!(foreign, text.contains('&'), "{text}: {error}");
        }
        assert_eq!(
            Fragment::parse(" <a>&amp;</a>\n").unwrap().as_str(),
            "<a>&amp;</a>"
        );
        let fragment = Fragment::parse("<p:a xmlns:p='u'><?p?></p:a>").unwrap();
        assert_eq!(fragment.local_name(), "a");
    }
}
