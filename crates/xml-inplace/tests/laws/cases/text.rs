//! Set the text of an element: active, hidden, nowhere.

use xml_inplace::{Action, Operation, Several};

use super::{check, notes, refusal, why};
use crate::check::{operation, selector, set_text};

fn set(target: &str, value: &str) -> Operation {
    operation(target, set_text(value))
}

/// Inserts `value` behind the first of the neighbours that is there.
fn insert(target: &str, value: &str, after: &[&str]) -> Operation {
    let action = Action::SetText {
        value: value.to_owned(),
        insert: Some(after.iter().map(|after| selector(after)).collect()),
    };
    operation(target, action)
}

#[test]
fn an_active_element() {
    check("<a><b>1</b></a>", set("/a/b", "2"), "<a><b>2</b></a>");
    check(
        "<a><b>1</b></a>",
        set("/a/b", "x&<]]>\""),
        "<a><b>x&amp;&lt;]]&gt;\"</b></a>",
    );
    check("<a><b></b></a>", set("/a/b", "2"), "<a><b>2</b></a>");
    check("<a><b/></a>", set("/a/b", "2"), "<a><b>2</b></a>");
    check(
        "<a><b k='1' /></a>",
        set("/a/b", "2"),
        "<a><b k='1'>2</b></a>",
    );
    check("<a><b>1</b></a>", set("/a/b", ""), "<a><b></b></a>");
    check(
        "<a>\r\n<b>1</b></a>",
        set("/a/b", "x\ny"),
        "<a>\r\n<b>x\r\ny</b></a>",
    );
    check(
        "<a><b>1</b></a>",
        set("/a/b", "x\r"),
        "<a><b>x&#13;</b></a>",
    );
    check(
        "<a>\r<b>1</b></a>",
        set("/a/b", "x\n<"),
        "<a>\r<b>x&#10;&lt;</b></a>",
    );
}

#[test]
fn already_so_is_exact() {
    let outcome = check("<a>\n <b>1</b></a>", set("/a/b", "1"), "<a>\n <b>1</b></a>");
    assert_eq!(why(&outcome), "equal at 2:2");
    check("<a><b> 1</b></a>", set("/a/b", "1"), "<a><b>1</b></a>");
    check(
        "<a><b>&#49;&amp;</b></a>",
        set("/a/b", "1&"),
        "<a><b>&#49;&amp;</b></a>",
    );
    check(
        "<a><b>1<!-- c --></b></a>",
        set("/a/b", "1"),
        "<a><b>1<!-- c --></b></a>",
    );
    check(
        "<a><b>x\r\ny</b></a>",
        set("/a/b", "x\ny"),
        "<a><b>x\r\ny</b></a>",
    );
    check("<a><b/></a>", set("/a/b", ""), "<a><b/></a>");
}

#[test]
fn comments_inside_stay() {
    check(
        "<a><b><!-- c -->1</b></a>",
        set("/a/b", "2"),
        "<a><b><!-- c -->2</b></a>",
    );
    check(
        "<a><b>\n 1 <!-- c --> 2<?p?>3</b></a>",
        set("/a/b", "4"),
        "<a><b>4<!-- c --><?p?></b></a>",
    );
    check(
        "<a><b><!-- c --></b></a>",
        set("/a/b", "2"),
        "<a><b>2<!-- c --></b></a>",
    );
}

#[test]
fn a_section_stays_one_where_it_can_hold_the_value() {
    check(
        "<a><b><![CDATA[1]]></b></a>",
        set("/a/b", "<&"),
        "<a><b><![CDATA[<&]]></b></a>",
    );
    check(
        "<a><b><![CDATA[1]]></b></a>",
        set("/a/b", ""),
        "<a><b><![CDATA[]]></b></a>",
    );
    check(
        "<a><b><![CDATA[1]]></b></a>",
        set("/a/b", "]]>"),
        "<a><b>]]&gt;</b></a>",
    );
    check(
        "<a><b><![CDATA[1]]></b></a>",
        set("/a/b", "x]"),
        "<a><b>x]</b></a>",
    );
    check(
        "<a><b><![CDATA[1]]><![CDATA[2]]></b></a>",
        set("/a/b", "<"),
        "<a><b>&lt;</b></a>",
    );
    check(
        "<a><b> <![CDATA[1]]></b></a>",
        set("/a/b", "<"),
        "<a><b>&lt;</b></a>",
    );
    check(
        "<a>\r\n<b><![CDATA[1]]></b></a>",
        set("/a/b", "x\ny"),
        "<a>\r\n<b><![CDATA[x\r\ny]]></b></a>",
    );
}

#[test]
fn an_element_hidden_in_each_form() {
    let expect = "<a>\n  <b>2</b>\n</a>";
    for hidden in [
        "<!--b>1</b-->",
        "<!-- b>1</b-->",
        "<!-- b>1</b -->",
        "<!--<b>1</b>-->",
        "<!-- <b>1</b> -->",
        "<!--b>1</b>-->",
        "<!-- <b>1</b-->",
        "<!--b/-->",
        "<!--<b/>-->",
    ] {
        let before = format!("<a>\n  {hidden}\n</a>");
        let outcome = check(&before, set("/a/b", "2"), expect);
        assert_eq!(outcome.changes().len(), 1, "{hidden}");
    }
    check(
        "<a>\n<!--\n  <b>1</b>\n-->\n</a>",
        set("/a/b", "2"),
        "<a>\n  <b>2</b>\n</a>",
    );
    check(
        "<a><!--b>1</b-->\t\n</a>",
        set("/a/b", "1"),
        "<a><b>1</b>\t\n</a>",
    );
    check(
        "<a><!--b>&#49;</b--></a>",
        set("/a/b", "1"),
        "<a><b>&#49;</b></a>",
    );
    check(
        "<a><!--b k=\"x>y\" j='2'>1</b--></a>",
        set("/a/b", "3"),
        "<a><b k=\"x>y\" j='2'>3</b></a>",
    );
    check(
        "<a><!--<b>1--><!-- c --><!--</b>--></a>",
        set("/a/b", "2"),
        "<a><b>2<!-- c --></b></a>",
    );
    check(
        "<a><!--<b><![CDATA[1]]></b>--></a>",
        set("/a/b", "<"),
        "<a><b><![CDATA[<]]></b></a>",
    );
    check(
        "<a xmlns:p='u'><!--p:b>1</p:b--></a>",
        set("/a/b", "2"),
        "<a xmlns:p='u'><p:b>2</p:b></a>",
    );
}

#[test]
fn one_element_of_a_comment_that_holds_several() {
    let before = "<a>\n  <!--b>1</b>\n  <c>2</c-->\n</a>";
    check(
        before,
        set("/a/b", "3"),
        "<a>\n  <b>3</b>\n  <!--c>2</c-->\n</a>",
    );
    check(
        before,
        set("/a/c", "3"),
        "<a>\n  <!--b>1</b-->\n  <c>3</c>\n</a>",
    );
}

#[test]
fn an_active_element_wins_over_hidden_ones() {
    let before = "<a><!--b>1</b--><b>2</b><!--b>3</b--></a>";
    check(
        before,
        set("/a/b", "3"),
        "<a><!--b>1</b--><b>3</b><!--b>3</b--></a>",
    );
    let outcome = check(before, set("/a/b", "2"), before);
    assert_eq!(why(&outcome), "equal at 1:17");
}

#[test]
fn of_several_hidden_ones_the_first() {
    let before = "<a><!--b>1</b--> <!--<b>2</b>--></a>";
    let outcome = check(before, set("/a/b", "3"), "<a><b>3</b> <!--<b>2</b>--></a>");
    assert_eq!(notes(&outcome), ["other hidden: 1:22"]);
}

#[test]
fn of_several_active_ones_as_asked() {
    let before = "<a><b>1</b><b>2</b></a>";
    let outcome = check(before, set("/a/b", "3"), "<a><b>3</b><b>2</b></a>");
    assert_eq!(notes(&outcome), ["other active: 1:12"]);
    let all = Operation {
        several: Several::All,
        ..set("/a/b", "3")
    };
    let outcome = check(before, all, "<a><b>3</b><b>3</b></a>");
    assert!(notes(&outcome).is_empty());
    let paths: Vec<&str> = outcome.changes().iter().map(|c| c.path.as_str()).collect();
    assert_eq!(paths, ["/a/b[1]", "/a/b[2]"]);
    let refuse = Operation {
        several: Several::Refuse,
        ..set("/a/b", "3")
    };
    assert_eq!(
        refusal(before, &[refuse]),
        "`/a/b` matches 2 elements, at 1:4, 1:12"
    );
}

#[test]
fn an_element_that_is_nowhere_goes_behind_its_neighbour() {
    check(
        "<a>\n  <b>1</b>\n  <c/>\n</a>",
        insert("/a/n", "v", &["/a/b"]),
        "<a>\n  <b>1</b>\n  <n>v</n>\n  <c/>\n</a>",
    );
    check(
        "<a>\r\n\t<b/>\t\r\n</a>",
        insert("/a/n", "v", &["/a/x", "/a/b"]),
        "<a>\r\n\t<b/>\t\r\n\t<n>v</n>\r\n</a>",
    );
    check(
        "<a><b/><c/></a>",
        insert("/a/n", "v", &["/a/b"]),
        "<a><b/><n>v</n><c/></a>",
    );
    check(
        "<a>\n  <b/> <!-- of b -->\n</a>",
        insert("/a/n", "v", &["/a/b"]),
        "<a>\n  <b/> <!-- of b -->\n  <n>v</n>\n</a>",
    );
    check(
        "<a>\n  <!--b>1</b-->\n</a>",
        insert("/a/n", "v", &["/a/b"]),
        "<a>\n  <!--b>1</b-->\n  <n>v</n>\n</a>",
    );
    check(
        "<a>\n  <b/>\n  <b/>\n</a>",
        insert("/a/n", "v", &["/a/b"]),
        "<a>\n  <b/>\n  <b/>\n  <n>v</n>\n</a>",
    );
}

#[test]
fn without_neighbours_it_comes_first() {
    check(
        "<a>\n  <!-- of b -->\n  <b/>\n</a>",
        insert("/a/n", "v", &[]),
        "<a>\n  <n>v</n>\n  <!-- of b -->\n  <b/>\n</a>",
    );
    check(
        "<a> \n\t<b/>\n</a>",
        insert("/a/n", "v", &["/a/x"]),
        "<a> \n\t<n>v</n>\n\t<b/>\n</a>",
    );
    check(
        "<a>\n  <b/>\n</a>",
        insert("/a/b/n", "v", &[]),
        "<a>\n  <b>\n    <n>v</n>\n  </b>\n</a>",
    );
    check(
        "<a>\n\t<b>\n\t</b>\n</a>",
        insert("/a/b/n", "v", &[]),
        "<a>\n\t<b>\n\t\t<n>v</n>\n\t</b>\n</a>",
    );
    check(
        "<a><b/></a>",
        insert("/a/b/n", "v", &[]),
        "<a><b><n>v</n></b></a>",
    );
    check(
        "<a><b/></a>",
        insert("/a/b/n", " \n", &[]),
        "<a><b><n> &#10;</n></b></a>",
    );
}

#[test]
fn it_matches_the_selector_and_is_in_its_parents_namespace() {
    check(
        "<p:a xmlns:p='u'>\n <p:b/>\n</p:a>",
        insert("/a/n[@k='1\"'][@j='2']", "v", &["/a/b"]),
        "<p:a xmlns:p='u'>\n <p:b/>\n <p:n k=\"1&quot;\" j=\"2\">v</p:n>\n</p:a>",
    );
    check(
        "<a xmlns='u'>\n <b/>\n</a>",
        insert("/a/n", "v", &["/a/b"]),
        "<a xmlns='u'>\n <b/>\n <n>v</n>\n</a>",
    );
    for target in ["/a/n[c='1']", "/a/n[2]", "/a/n[not(not(@k))]"] {
        let refused = refusal("<a><b/></a>", &[insert(target, "v", &[])]);
        assert!(refused.contains("matches nothing"), "{target}: {refused}");
    }
}

#[test]
fn comments_that_only_name_it_are_told() {
    let outcome = check(
        "<a>\n <!-- set <n>1</n> -->\n <b/>\n</a>",
        insert("/a/n", "v", &["/a/b"]),
        "<a>\n <!-- set <n>1</n> -->\n <b/>\n <n>v</n>\n</a>",
    );
    assert_eq!(notes(&outcome), ["Mixed at 2:2"]);
    let outcome = check(
        "<a><!-- <n> --></a>",
        insert("/a/n", "v", &[]),
        "<a><n>v</n><!-- <n> --></a>",
    );
    assert_eq!(notes(&outcome), ["LoneTag at 1:4"]);
    let outcome = check(
        "<a><!--n><1/></n--></a>",
        insert("/a/n", "v", &[]),
        "<a><n>v</n><!--n><1/></n--></a>",
    );
    assert_eq!(notes(&outcome), ["IllFormed at 1:4"]);
}

#[test]
fn expected_and_optional_values() {
    let expecting = |value: &str, expect: &str| Operation {
        expect: Some(expect.to_owned()),
        ..set("/a/b", value)
    };
    check("<a><b>1</b></a>", expecting("2", "1"), "<a><b>2</b></a>");
    check("<a><b>2</b></a>", expecting("2", "1"), "<a><b>2</b></a>");
    check(
        "<a><!--b>1</b--></a>",
        expecting("2", "1"),
        "<a><b>2</b></a>",
    );
    check(
        "<a><!--b>2</b--></a>",
        expecting("2", "1"),
        "<a><b>2</b></a>",
    );
    for before in ["<a>\n<b>3</b></a>", "<a>\n<!--b>3</b--></a>"] {
        assert_eq!(
            refusal(before, &[expecting("2", "1")]),
            "the value at 2:1 is not the expected one"
        );
    }
    let optional = Operation {
        optional: true,
        ..set("/a/x", "2")
    };
    assert_eq!(why(&check("<a/>", optional, "<a/>")), "absent");
    assert_eq!(
        refusal("<a/>", &[set("/a/x", "2")]),
        "`/a/x` matches nothing (`/a` matches at 1:1)"
    );
}

#[test]
fn what_has_no_text_to_set() {
    assert_eq!(
        refusal("<a>\n<b><c/></b></a>", &[set("/a/b", "1")]),
        "the element at 2:1 holds elements, it has no text to set"
    );
    assert_eq!(
        refusal("<a>\n<!--<b><c/></b>--></a>", &[set("/a/b", "1")]),
        "the element at 2:5 holds elements, it has no text to set"
    );
    // The value would have to be written over the marks.
    let spread = "<a>\n<!--<b>-->\n<!-->-->\n<!--</b>--></a>";
    assert_eq!(
        refusal(spread, &[set("/a/b", "1")]),
        "the commented-out element at 2:5 is spread over several comments, its text can't be set"
    );
    assert_eq!(
        refusal("<a><b/></a>", &[set("/a/b", "x\u{1}")]),
        "U+0001 at character 2 of the value is not allowed in XML"
    );
}

#[test]
fn a_place_that_is_not_there_may_be_optional() {
    let optional = Operation {
        optional: true,
        ..insert("/a/c/b", "1", &[])
    };
    assert_eq!(why(&check("<a/>", optional, "<a/>")), "absent");
}
