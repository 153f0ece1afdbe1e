//! What holds for every edit, computed here again and not taken from the
//! crate: locality, minimality, idempotence.

use std::ops::Range;

use xml_inplace::{
    Action, Change, ChangeKind, EditError, Edited, Encoding, Operation, Selector, Source, edit,
};

pub(crate) fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

pub(crate) fn operation(target: &str, action: Action) -> Operation {
    Operation::new(selector(target), action)
}

pub(crate) fn set_text(value: &str) -> Action {
    Action::SetText {
        value: value.to_owned(),
        insert: None,
    }
}

pub(crate) fn set_attribute(value: &str, after: Option<&str>) -> Action {
    Action::SetAttribute {
        value: value.to_owned(),
        after: after.map(str::to_owned),
    }
}

/// Carries out the operations, and holds the result against the laws.
pub(crate) fn lawful(bytes: &[u8], operations: &[Operation]) -> Result<Edited, EditError> {
    let edited = edit(bytes, operations)?;
    let shown = || format!("{operations:?}\non {}", show(bytes));
    let Some(after) = &edited.bytes else {
        assert!(changes(&edited).next().is_none(), "{}", shown());
        return Ok(edited);
    };
    let again = edit(after, operations).unwrap_or_else(|error| panic!("{error}: {}", shown()));
    assert_eq!(again.bytes, None, "not idempotent: {}", shown());
    assert!(changes(&again).next().is_none(), "{}", shown());
    let text = decoded(bytes);
    // Some changes may be planned on what others have made.
    let restored = changes(&edited).any(|change| change.kind == ChangeKind::Restored);
    let in_one_round = !restored || changes(&edited).count() == 1;
    if let ([operation], true) = (operations, in_one_round) {
        for change in changes(&edited) {
            for pair in change.edits.windows(2) {
                assert!(pair[0].span.end <= pair[1].span.start, "{}", shown());
            }
            for edit in &change.edits {
                let gone = &text[edit.span.clone()];
                assert!(is_minimal(change, gone), "{gone:?}: {}", shown());
            }
        }
        assert_eq!(decoded(after), spliced(&text, &edited), "{operation:?}");
        assert_eq!(encoded_like(bytes, &decoded(after)), *after);
    }
    Ok(edited)
}

pub(crate) fn changes(edited: &Edited) -> impl Iterator<Item = &Change> {
    edited.outcomes.iter().flat_map(|outcome| outcome.changes())
}

/// Whether a change may take `gone` away: a value, marks and white space, or
/// what was to be removed.
fn is_minimal(change: &Change, gone: &str) -> bool {
    let said = gone.trim_matches([' ', '\t', '\r', '\n']);
    let old = change.old.as_deref().unwrap_or("");
    match change.kind {
        ChangeKind::Set if change.path.contains("/@") => !gone.contains('<'),
        ChangeKind::Set if said == "/" && old.is_empty() => true,
        ChangeKind::Set => gone.contains("<![CDATA[") || old.contains(&read(gone)),
        ChangeKind::Restored => {
            matches!(said, "" | "<!--" | "-->" | "!--" | "--" | "/")
                || (!gone.contains('<') && old.contains(&read(gone)))
        }
        ChangeKind::Inserted => matches!(said, "" | "/>" | "/"),
        ChangeKind::CommentedOut => gone.is_empty(),
        ChangeKind::Removed if change.path.contains("/@") => said.ends_with(['"', '\'']),
        ChangeKind::Removed => said.starts_with('<') && said.ends_with('>'),
    }
}

/// What a parser reads in `text`, or, inside a section, `text` itself.
fn read(text: &str) -> String {
    let element = format!("<_>{text}</_>");
    match roxmltree::Document::parse(&element) {
        Ok(tree) => tree.root_element().text().unwrap_or("").to_owned(),
        Err(_) => text.replace("\r\n", "\n").replace('\r', "\n"),
    }
}

/// The text with the edits made, by hand.
fn spliced(text: &str, edited: &Edited) -> String {
    let mut edits: Vec<(Range<usize>, &str)> = changes(edited)
        .flat_map(|change| &change.edits)
        .map(|edit| (edit.span.clone(), edit.text.as_str()))
        .collect();
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let mut out = String::new();
    let mut at = 0;
    for (span, put) in edits {
        out.push_str(&text[at..span.start]);
        out.push_str(put);
        at = span.end;
    }
    out + &text[at..]
}

/// A file's text, without byte order mark, decoded without the crate.
pub(crate) fn decoded(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| unit([pair[0], pair[1]]))
            .collect();
        String::from_utf16(&units).unwrap()
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).unwrap(),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ if declares_latin1(bytes) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

fn declares_latin1(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).to_ascii_lowercase();
    head.starts_with("<?xml") && head.contains("iso-8859-1")
}

/// `text` in the encoding of the file `bytes`.
fn encoded_like(bytes: &[u8], text: &str) -> Vec<u8> {
    let units = || text.encode_utf16();
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => [&bytes[..3], text.as_bytes()].concat(),
        [0xFF, 0xFE, ..] => [
            bytes[..2].to_vec(),
            units().flat_map(u16::to_le_bytes).collect(),
        ]
        .concat(),
        [0xFE, 0xFF, ..] => [
            bytes[..2].to_vec(),
            units().flat_map(u16::to_be_bytes).collect(),
        ]
        .concat(),
        _ if declares_latin1(bytes) => text.chars().map(|c| u8::try_from(c).unwrap()).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

/// The text of the one element of that local name, as two parsers read it.
pub(crate) fn texts(bytes: &[u8], name: &str) -> (Option<String>, Option<String>) {
    let text = decoded(bytes);
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..roxmltree::ParsingOptions::default()
    };
    let tree = roxmltree::Document::parse_with_options(&text, options).unwrap();
    let first = tree
        .descendants()
        .find(|node| node.is_element() && node.tag_name().name() == name)
        .map(|node| {
            node.children()
                .filter(roxmltree::Node::is_text)
                .filter_map(|node| node.text())
                .collect()
        });
    let second = second_tree(bytes);
    (first, named(&second, name).map(text_of))
}

/// The document as the second parser reads it.
pub(crate) fn second_tree(bytes: &[u8]) -> xmltree::Element {
    let config = xmltree::ParserConfig::new()
        .whitespace_to_characters(true)
        .cdata_to_characters(true)
        .content_type("text/xml;charset=utf-8")
        .ignore_invalid_encoding_declarations(true);
    xmltree::Element::parse_with_config(decoded(bytes).as_bytes(), config).unwrap()
}

pub(crate) fn named<'t>(element: &'t xmltree::Element, name: &str) -> Option<&'t xmltree::Element> {
    if element.name == name {
        return Some(element);
    }
    element
        .children
        .iter()
        .filter_map(|child| child.as_element())
        .find_map(|child| named(child, name))
}

pub(crate) fn text_of(element: &xmltree::Element) -> String {
    let texts = element.children.iter().filter_map(|child| child.as_text());
    texts.collect()
}

pub(crate) fn show(bytes: &[u8]) -> String {
    match Source::decode(bytes) {
        Ok(source) if source.encoding() == Encoding::Utf8 && !source.has_byte_order_mark() => {
            format!("{:?}", source.text())
        }
        Ok(source) => format!("{:?} in {}", source.text(), source.encoding()),
        Err(error) => format!("{bytes:?} ({error})"),
    }
}
