//! Input that is hostile or no XML, and input that only looks like it.

use xml_inplace::{Action, Document, EditError, Operation, Source, edit, limits};

use super::check;
use crate::check::{operation, selector, set_text};

fn set() -> Operation {
    operation("/a/b", set_text("2"))
}

/// Refused, with the place and what is said.
#[track_caller]
fn refused(bytes: &[u8], expect: &str) {
    match edit(bytes, &[set()]) {
        Err(EditError::Parse(error)) => {
            let said = format!("{}: {error}", error.position());
            assert_eq!(said, expect);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_document() {
    refused(b"", "1:1: there is no root element");
    refused(b" \n ", "1:1: there is no root element");
    refused(b"<!-- c -->", "1:1: there is no root element");
    refused(
        b"<a>\n<b></a>",
        "2:4: `</a>` closes `<b>`, which was opened at line 2",
    );
    refused(
        b"<a>\r<b></a>",
        "2:4: `</a>` closes `<b>`, which was opened at line 2",
    );
    refused(
        b"<a/>\n <a/>",
        "2:2: there is more than one root element, or text behind it",
    );
    refused(
        b"<a k='1' k='2'/>",
        "1:10: the attribute `k` stands twice in this tag, first at 1:4",
    );
    refused(
        b"<a>\r\r\n<p:b/></a>",
        "3:2: the namespace prefix `p` is not declared",
    );
    refused(
        b"<a>&nbsp;</a>",
        "1:4: the entity `&nbsp;` is not declared in this file",
    );
    refused(
        b"<a>\r \r<p:b/></a>",
        "3:2: the namespace prefix `p` is not declared",
    );
    refused(
        b"<a>\0</a>",
        "1:4: the character U+0000 is not allowed in XML",
    );
    refused(
        b"\n<?xml version='1.0'?><a/>",
        "2:1: the XML declaration is not at the start of the file",
    );
}

#[test]
fn entities_are_never_expanded() {
    let subset = "1:1: internal DTD subsets are not supported";
    refused(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", subset);
    refused(b"<!DOCTYPE a [<!ENTITY b '&b;'>]><a/>", subset);
    refused(
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a>&b;</a>",
        subset,
    );
    check(
        "<!DOCTYPE a SYSTEM 'file:///nowhere'><a><b>1</b></a>",
        set(),
        "<!DOCTYPE a SYSTEM 'file:///nowhere'><a><b>2</b></a>",
    );
    let include = "<a xmlns:x='http://www.w3.org/2001/XInclude'><x:include href='file:///etc/hostname'/><b>1</b></a>";
    check(include, set(), &include.replace("<b>1", "<b>2"));
}

#[test]
fn encodings_that_contradict_the_bytes() {
    refused(
        b"<a>\n\xE9</a>",
        "2:1: byte 4 (line 2) is not UTF-8: if the file really is in another encoding, declare that one",
    );
    refused(
        b"<?xml version='1.0' encoding='UTF-16'?><a/>",
        "1:1: the XML declaration says \"UTF-16\", but the bytes are not UTF-16 (they may be UTF-8)",
    );
    refused(
        b"\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
        "1:1: the XML declaration says \"ISO-8859-1\", but the file starts with the byte order mark of UTF-8",
    );
    refused(
        b"<?xml version='1.0' encoding='../../x\n'?><a/>",
        "1:1: the encoding \"../../x\\n\" is not supported; UTF-8, UTF-16, ISO-8859-1 and US-ASCII are",
    );
    refused(
        b"\xEF\xBB\xBF\xEF\xBB\xBF<a/>",
        "1:1: there is a second byte order mark",
    );
}

#[test]
fn every_name_of_an_encoding_is_verified_too() {
    for label in [
        "ISO-8859-1",
        "iso_8859-1",
        "ISO8859-1",
        "ISO8859_1",
        "latin1",
        "US-ASCII",
        "ascii",
        "utf8",
        "UTF-8",
    ] {
        let before = format!("<?xml version='1.0' encoding='{label}'?><a><b>1</b></a>");
        check(&before, set(), &before.replace("<b>1", "<b>2"));
    }
    let latin = b"<?xml version='1.0' encoding='ISO8859-1'?><a>\x80\xE9<b>1</b></a>";
    let after = edit(latin, &[operation("/a/b", set_text("\u{E9}"))])
        .unwrap()
        .bytes
        .unwrap();
    assert_eq!(
        after,
        b"<?xml version='1.0' encoding='ISO8859-1'?><a>\x80\xE9<b>\xE9</b></a>"
    );
}

#[test]
fn only_the_real_element_changes() {
    let before = "<?p <a><b>1</b></a>?><!-- <a><b>1</b></a> --><a c='&lt;b>1'><![CDATA[<b>1</b>]]><?p <b>1</b>?><!-- see <b>1</b> --><b>1</b></a>";
    let expect = before.strip_suffix("<b>1</b></a>").unwrap().to_owned() + "<b>2</b></a>";
    check(before, set(), &expect);
}

#[test]
fn every_line_end_and_the_missing_one_stay() {
    for line_end in ["\n", "\r\n", "\r", "\n\r\n\r"] {
        let before = format!("<a>{line_end}<c/>{line_end} <b>1</b>{line_end}</a>{line_end}");
        check(&before, set(), &before.replace('1', "2"));
        check(
            before.trim_end(),
            set(),
            &before.trim_end().replace('1', "2"),
        );
    }
}

#[test]
fn limits_are_named() {
    let deep = "<a>".repeat(1_000_000);
    refused(
        deep.as_bytes(),
        "1:769: elements are nested too deep: the limit is 256",
    );
    let wide: String = (0..100_000).map(|index| format!(" k{index}=''")).collect();
    refused(
        format!("<a{wide}/>").as_bytes(),
        "1:1: an element has too many attributes: the limit is 256",
    );
    refused(
        &vec![b' '; limits::MAX_BYTES + 1],
        "1:1: the file is too large (bytes): the limit is 4194304",
    );
    let text = format!("<a>{}<b>1</b></a>", "x".repeat(1_000_000));
    check(&text, set(), &text.replace("<b>1", "<b>2"));
}

#[test]
fn storms_are_refused_at_their_first_mistake() {
    refused(
        "<a>"
            .to_owned()
            .as_bytes()
            .iter()
            .chain("<!--".repeat(100_000).as_bytes())
            .copied()
            .collect::<Vec<u8>>()
            .as_slice(),
        "1:4: this comment or CDATA section is never closed",
    );
    let storm = format!("<a>{}", "<".repeat(300_000));
    let error = edit(storm.as_bytes(), &[set()]).unwrap_err();
    assert!(matches!(error, EditError::Parse(_)), "{error}");
    let storm = format!("<a>{}</a>", "&".repeat(300_000));
    assert!(edit(storm.as_bytes(), &[set()]).is_err());
}

/// The place of an error is one that the file has.
#[test]
fn places_of_errors_are_in_the_file() {
    for text in [
        "<a>\r\r\n\n</b>",
        "<a>\u{2028}\r</a>\rx",
        "\r<a b='\r\r' c></a>",
        "é\r<a/>",
        "<a>\r<!-- -- --></a>",
    ] {
        let source = Source::decode(text.as_bytes()).unwrap();
        let position = Document::parse(&source).unwrap_err().position();
        assert_eq!(
            source.position(source.offset(position)),
            position,
            "{text:?}"
        );
    }
}

#[test]
fn selectors_and_hidden_forms_with_odd_names() {
    check(
        "<a><!--\u{E9}\u{20AC}/--></a>",
        operation("/a", set_text("1")),
        "<a>1<!--\u{E9}\u{20AC}/--></a>",
    );
    check(
        "<a>/a<x\u{E9}>/</x\u{E9}>a</a>",
        operation("//x\u{E9}", Action::CommentOut),
        "<a>/a<!--<x\u{E9}>/</x\u{E9}>-->a</a>",
    );
    let source = Source::decode("<a><!--<x\u{20AC}>v</x\u{20AC}>--></a>".as_bytes()).unwrap();
    let document = Document::parse(&source).unwrap();
    assert!(
        xml_inplace::locate(&document, &selector("/a/x"))
            .hidden
            .is_empty()
    );
}
