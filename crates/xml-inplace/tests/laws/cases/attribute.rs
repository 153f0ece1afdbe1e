//! Set and remove attributes.

use xml_inplace::{Action, Operation, Several};

use super::{check, notes, refusal, why};
use crate::check::{operation, set_attribute};

fn set(target: &str, value: &str, after: Option<&str>) -> Operation {
    operation(target, set_attribute(value, after))
}

fn remove(target: &str) -> Operation {
    operation(target, Action::Remove)
}

#[test]
fn a_value_is_replaced_inside_its_own_quotes() {
    check(
        "<a k='1'/>",
        set("/a/@k", "it's \"2\"", None),
        "<a k='it&apos;s \"2\"'/>",
    );
    check(
        "<a k = \"1\" />",
        set("/a/@k", "it's \"2\"", None),
        "<a k = \"it's &quot;2&quot;\" />",
    );
    check(
        "<a j='>' k=\"\"/>",
        set("/a/@k", "<&>\t\n", None),
        "<a j='>' k=\"&lt;&amp;>&#9;&#10;\"/>",
    );
    check(
        "<a k='k=1' j='2'/>",
        set("/a/@j", "3", None),
        "<a k='k=1' j='3'/>",
    );
    let outcome = check(
        "<a\n k='&#49;'/>",
        set("/a/@k", "1", None),
        "<a\n k='&#49;'/>",
    );
    assert_eq!(why(&outcome), "equal at 2:2");
    let outcome = check(
        "<a k='x\n\ty'/>",
        set("/a/@k", "x  y", None),
        "<a k='x\n\ty'/>",
    );
    assert_eq!(why(&outcome), "equal at 1:4");
}

#[test]
fn a_new_one_follows_the_layout_of_the_tag() {
    check("<a/>", set("/a/@n", "1", Some("k")), "<a n=\"1\"/>");
    check("<a />", set("/a/@n", "1", None), "<a n=\"1\" />");
    check(
        "<a k='1' j='2'></a>",
        set("/a/@n", "1", Some("k")),
        "<a k='1' n=\"1\" j='2'></a>",
    );
    check(
        "<a k='1' j='2'></a>",
        set("/a/@n", "1", Some("x")),
        "<a k='1' j='2' n=\"1\"></a>",
    );
    check(
        "<a k='1'\n   j='2'/>",
        set("/a/@n", "1", Some("k")),
        "<a k='1'\n   n=\"1\"\n   j='2'/>",
    );
    check(
        "<a k='1'\r\n\t\tj='2' />",
        set("/a/@n", "1", Some("j")),
        "<a k='1'\r\n\t\tj='2'\r\n\t\tn=\"1\" />",
    );
    check(
        "<a k='1' j='2'\n   i='3'/>",
        set("/a/@n", "1", Some("k")),
        "<a k='1' n=\"1\" j='2'\n   i='3'/>",
    );
    check(
        "<a\n   k='1'\n/>",
        set("/a/@n", "1", Some("k")),
        "<a\n   k='1'\n   n=\"1\"\n/>",
    );
    check(
        "<a k='1'\n\n\n   j='2'/>",
        set("/a/@n", "1", Some("j")),
        "<a k='1'\n\n\n   j='2'\n   n=\"1\"/>",
    );
    check(
        "<a xmlns='u'/>",
        set("/a/@n", "1", None),
        "<a xmlns='u' n=\"1\"/>",
    );
}

#[test]
fn one_without_namespace_comes_first() {
    let before = "<a xmlns:p='u' p:k='1' k='2'/>";
    check(
        before,
        set("/a/@k", "3", None),
        "<a xmlns:p='u' p:k='1' k='3'/>",
    );
    check(before, remove("/a/@k"), "<a xmlns:p='u'/>");
    let before = "<a xmlns:p='u' k='2' p:k='1'/>";
    check(
        before,
        set("/a/@k", "3", None),
        "<a xmlns:p='u' k='3' p:k='1'/>",
    );
    check(
        "<a xmlns:p='u' p:k='1'/>",
        set("/a/@k", "3", None),
        "<a xmlns:p='u' p:k='3'/>",
    );
}

#[test]
fn removing_takes_the_white_space_in_front() {
    check("<a k='1' j='2'/>", remove("/a/@k"), "<a j='2'/>");
    check(
        "<a k='1'\n   j = '2'\n   i='3'>x</a>",
        remove("/a/@j"),
        "<a k='1'\n   i='3'>x</a>",
    );
    check("<a k='1' />", remove("/a/@k"), "<a />");
    assert_eq!(why(&check("<a/>", remove("/a/@k"), "<a/>")), "absent");
    assert_eq!(why(&check("<a/>", remove("/a/b/@k"), "<a/>")), "absent");
    check(
        "<a><b k='1'/><b/><b k='2'/></a>",
        remove("/a/b/@k"),
        "<a><b/><b/><b/></a>",
    );
    let refuse = Operation {
        several: Several::Refuse,
        ..remove("/a/b/@k")
    };
    assert_eq!(
        refusal("<a><b k='1'/><b k='2'/></a>", &[refuse]),
        "`/a/b/@k` matches 2 elements, at 1:4, 1:14"
    );
}

#[test]
fn the_element_has_to_be_active() {
    assert_eq!(
        refusal("<a>\n<!--b k='1'/--></a>", &[set("/a/b/@k", "2", None)]),
        "`/a/b/@k` is commented out at 2:1"
    );
    assert_eq!(
        refusal("<a/>", &[set("/a/b/@k", "2", None)]),
        "`/a/b/@k` matches nothing (`/a` matches at 1:1)"
    );
    let optional = Operation {
        optional: true,
        ..set("/a/b/@k", "2", None)
    };
    assert_eq!(why(&check("<a/>", optional, "<a/>")), "absent");
    let outcome = check(
        "<a><b/><b/></a>",
        set("/a/b/@k", "2", None),
        "<a><b k=\"2\"/><b/></a>",
    );
    assert_eq!(notes(&outcome), ["other active: 1:8"]);
}

#[test]
fn expected_values() {
    let expecting = |expect: &str| Operation {
        expect: Some(expect.to_owned()),
        ..set("/a/@k", "2", None)
    };
    check("<a k='1'/>", expecting("1"), "<a k='2'/>");
    check("<a k='2'/>", expecting("1"), "<a k='2'/>");
    assert_eq!(
        refusal("<a k='3'/>", &[expecting("1")]),
        "the value at 1:4 is not the expected one"
    );
    assert_eq!(
        refusal("<a/>", &[expecting("1")]),
        "the value at 1:3 is not the expected one"
    );
}

#[test]
fn names_that_declare_or_that_the_encoding_lacks() {
    let refused = refusal("<a/>", &[set("/a/@xmlns", "u", None)]);
    assert!(
        refused.contains("does not name what this operation acts on"),
        "{refused}"
    );
    let ascii = "<?xml version='1.0' encoding='US-ASCII'?><a/>";
    assert_eq!(
        refusal(ascii, &[set("/a/@\u{E9}", "1", None)]),
        "U+00E9 at character 1 of the value can't be written in the file's encoding, US-ASCII, outside of text"
    );
    check(
        ascii,
        set("/a/@k", "\u{E9}\u{20AC}", None),
        "<?xml version='1.0' encoding='US-ASCII'?><a k=\"&#233;&#8364;\"/>",
    );
}
