//! Insert and remove elements.

use xml_inplace::{Action, Fragment, Operation, Place, Several};

use super::{check, refusal, why};
use crate::check::{operation, selector};

fn insert(target: &str, place: Place, fragment: &str) -> Operation {
    let fragment = Fragment::parse(fragment).unwrap();
    operation(
        target,
        Action::Insert {
            fragment,
            place,
            unless: None,
        },
    )
}

fn remove(target: &str) -> Operation {
    operation(target, Action::Remove)
}

#[test]
fn beside_a_neighbour_in_its_layout() {
    let before = "<a>\n\t<b/>\n\t<c/>\n</a>";
    check(
        before,
        insert("/a/c", Place::Before, "<n/>"),
        "<a>\n\t<b/>\n\t<n/>\n\t<c/>\n</a>",
    );
    check(
        before,
        insert("/a/c", Place::After, "<n/>"),
        "<a>\n\t<b/>\n\t<c/>\n\t<n/>\n</a>",
    );
    check(
        before,
        insert("/a/b", Place::After, "<n/>"),
        "<a>\n\t<b/>\n\t<n/>\n\t<c/>\n</a>",
    );
    check(
        "<a>\r\n  <b/>\r\n</a>",
        insert("/a/b", Place::After, "<n>\n  <m/>\n</n>"),
        "<a>\r\n  <b/>\r\n  <n>\r\n    <m/>\r\n  </n>\r\n</a>",
    );
    check(
        "<a>\n <b/> <!-- b --> \n</a>",
        insert("/a/b", Place::After, "<n/>"),
        "<a>\n <b/> <!-- b --> \n <n/>\n</a>",
    );
    check(
        "<a>\n <b/> <!-- b\n --></a>",
        insert("/a/b", Place::After, "<n/>"),
        "<a>\n <b/>\n <n/> <!-- b\n --></a>",
    );
    check(
        "<a>x<b/>y</a>",
        insert("/a/b", Place::After, "<n/>"),
        "<a>x<b/><n/>y</a>",
    );
    check(
        "<a><b/></a>",
        insert("/a/b", Place::Before, "<n>\n  <m/>\n</n>"),
        "<a><n>\n  <m/>\n</n><b/></a>",
    );
}

#[test]
fn into_a_parent() {
    check(
        "<a>\n  <b/>\n</a>",
        insert("/a", Place::Into, "<n/>"),
        "<a>\n  <b/>\n  <n/>\n</a>",
    );
    check(
        "<a>\n  <!-- b -->\n</a>",
        insert("/a", Place::Into, "<n/>"),
        "<a>\n  <!-- b -->\n  <n/>\n</a>",
    );
    check(
        "<a>\n  <b/>\n</a>",
        insert("/a/b", Place::Into, "<n/>"),
        "<a>\n  <b>\n    <n/>\n  </b>\n</a>",
    );
    check(
        "<a>\n  <b></b>\n</a>",
        insert("/a/b", Place::Into, "<n/>"),
        "<a>\n  <b>\n    <n/>\n  </b>\n</a>",
    );
    check(
        "<a>\n  <b>\n\n  </b>\n</a>",
        insert("/a/b", Place::Into, "<n/>"),
        "<a>\n  <b>\n    <n/>\n  </b>\n</a>",
    );
    check(
        "<a>\r\n\t<b k='1' />\r\n</a>",
        insert("/a/b", Place::Into, "<n/>"),
        "<a>\r\n\t<b k='1'>\r\n\t\t<n/>\r\n\t</b>\r\n</a>",
    );
    check(
        "<a><b/></a>",
        insert("/a/b", Place::Into, "<n/>"),
        "<a><b><n/></b></a>",
    );
    check(
        "<a><b/></a>",
        insert("/a", Place::Into, "<n/>"),
        "<a><b/><n/></a>",
    );
    check(
        "<a>text</a>",
        insert("/a", Place::Into, "<n/>"),
        "<a>text<n/></a>",
    );
    check(
        "<a/>",
        insert("/a", Place::Into, "<n/>"),
        "<a>\n    <n/>\n</a>",
    );
}

#[test]
fn an_equal_element_is_already_so() {
    for (before, place) in [
        ("<a>\n<b/><n k='1'>x</n></a>", "equal at 2:5"),
        ("<a>\n<n k='1'>x</n>\n<b/></a>", "equal at 2:1"),
    ] {
        let outcome = check(
            before,
            insert("/a/b", Place::After, "<n k='1'>x</n>"),
            before,
        );
        assert_eq!(why(&outcome), place);
    }
    let before = "<a><b/><n>\n\n\t<m>1\r\n</m></n></a>";
    check(
        before,
        insert("/a", Place::Into, "<n> <m>1\n</m> </n>"),
        before,
    );
    check(
        "<a><b/><n>1</n></a>",
        insert("/a", Place::Into, "<n>2</n>"),
        "<a><b/><n>1</n><n>2</n></a>",
    );
    // The inserted one matches the selector, too.
    check(
        "<a><b>1</b></a>",
        insert("/a/b", Place::After, "<b>2</b>"),
        "<a><b>1</b><b>2</b></a>",
    );
}

#[test]
fn unless_something_else_is_there() {
    let unless = |fragment: &str| {
        let action = Action::Insert {
            fragment: Fragment::parse(fragment).unwrap(),
            place: Place::Into,
            unless: Some(selector("/a/n[@k='1']")),
        };
        operation("/a", action)
    };
    let outcome = check(
        "<a>\n<n k='1' j='2'/></a>",
        unless("<n k='1'/>"),
        "<a>\n<n k='1' j='2'/></a>",
    );
    assert_eq!(why(&outcome), "equal at 2:1");
    check("<a><n/></a>", unless("<n k='1'/>"), "<a><n/><n k='1'/></a>");
    assert!(refusal("<a/>", &[unless("<n/>")]).contains("would have to be done again"));
}

#[test]
fn where_it_can_not_go() {
    assert_eq!(
        refusal("<a/>", &[insert("/a", Place::After, "<n/>")]),
        "the root element can't be commented out or removed, and nothing can stand beside it"
    );
    assert_eq!(
        refusal("<a/>", &[insert("/a/b", Place::After, "<n/>")]),
        "`/a/b` matches nothing (`/a` matches at 1:1)"
    );
    assert_eq!(
        refusal(
            "<a>\n<!--b/--></a>",
            &[insert("/a/b", Place::After, "<n/>")]
        ),
        "`/a/b` is commented out at 2:1"
    );
    assert_eq!(
        refusal("<a><b/><b/></a>", &[insert("/a/b", Place::After, "<n/>")]),
        "`/a/b` matches 2 elements, at 1:4, 1:8"
    );
    let all = Operation {
        several: Several::All,
        ..insert("/a/b", Place::Into, "<n/>")
    };
    check(
        "<a><b/><b><n/></b></a>",
        all,
        "<a><b><n/></b><b><n/></b></a>",
    );
    let optional = Operation {
        optional: true,
        ..insert("/a/b", Place::After, "<n/>")
    };
    assert_eq!(why(&check("<a/>", optional, "<a/>")), "absent");
}

#[test]
fn fragments_in_a_narrow_encoding() {
    let before = "<?xml version='1.0' encoding='US-ASCII'?><a><b/></a>";
    let after =
        "<?xml version='1.0' encoding='US-ASCII'?><a><b/><n k='&#233;'>&#8364;&#233;&lt;</n></a>";
    check(
        before,
        insert("/a/b", Place::After, "<n k='é'>€<![CDATA[é<]]></n>"),
        after,
    );
    for (fragment, index) in [("<é/>", 2), ("<n><!--é--></n>", 8), ("<n é=''/>", 4)] {
        assert_eq!(
            refusal(before, &[insert("/a/b", Place::After, fragment)]),
            format!(
                "U+00E9 at character {index} of the value can't be written in the file's encoding, US-ASCII, outside of text"
            )
        );
    }
}

#[test]
fn removing_takes_the_line_along() {
    check(
        "<a>\n  <b/>\n  <c/>\n</a>",
        remove("/a/b"),
        "<a>\n  <c/>\n</a>",
    );
    check(
        "<a>\r\n\t<b>\r\n\t</b> \t\r\n</a>",
        remove("/a/b"),
        "<a>\r\n</a>",
    );
    check(
        "<a>\n  <b/> <!-- b -->\n</a>",
        remove("/a/b"),
        "<a>\n   <!-- b -->\n</a>",
    );
    check("<a>x<b/>y</a>", remove("/a/b"), "<a>xy</a>");
    check("<a>x\n  <b/>\n y</a>", remove("/a/b"), "<a>x\n y</a>");
    check("<a><b/></a>", remove("/a/b"), "<a></a>");
    check("<a><b><c/></b><c/></a>", remove("//c"), "<a><b></b></a>");
    check("<a><b><b/></b></a>", remove("//b"), "<a></a>");
    check("<a>]<b/>]></a>", remove("/a/b"), "<a>]]&gt;</a>");
    check("<a>]]<b/>></a>", remove("/a/b"), "<a>]]&gt;</a>");
    check("<a>x<b/>></a>", remove("/a/b"), "<a>x></a>");
    assert_eq!(
        why(&check(
            "<a><!--b/--></a>",
            remove("/a/b"),
            "<a><!--b/--></a>"
        )),
        "absent"
    );
    assert_eq!(
        refusal("<a/>", &[remove("/a")]),
        "the root element can't be commented out or removed, and nothing can stand beside it"
    );
}

#[test]
fn an_equal_one_elsewhere_does_not_choose_among_several_places() {
    for (before, target, place) in [
        ("<a><b/><b/><n/></a>", "/a/b", Place::Into),
        ("<a><c><b/><n/></c><d><b/></d></a>", "//b", Place::After),
    ] {
        let refused = refusal(before, &[insert(target, place, "<n/>")]);
        assert!(refused.contains("matches 2 elements"), "{refused}");
    }
}

#[test]
fn behind_the_last_of_several_comments() {
    check(
        "<a><!--1--><!--2--></a>",
        insert("/a", Place::Into, "<n/>"),
        "<a><!--1--><!--2--><n/></a>",
    );
}

#[test]
fn texts_that_come_to_meet() {
    for (before, after) in [
        ("<a>]]<b/>></a>", "<a>]]&gt;</a>"),
        ("<a>]<b/>]></a>", "<a>]]&gt;</a>"),
        ("<a>]<b/>></a>", "<a>]></a>"),
        ("<a>]]<b/>x</a>", "<a>]]x</a>"),
        ("<a>]]<b/>]]]x</a>", "<a>]]]]]x</a>"),
    ] {
        check(before, remove("/a/b"), after);
    }
}

#[test]
fn comments_of_a_neighbour_are_counted_from_the_first_one_on() {
    check(
        "<a>\n <!--0-->\n <b/> <!--1-->\n <c/>\n</a>",
        insert("/a/b", Place::After, "<n/>"),
        "<a>\n <!--0-->\n <b/> <!--1-->\n <n/>\n <c/>\n</a>",
    );
    let behind_the_hidden_one = Action::SetText {
        value: "2".to_owned(),
        insert: Some(vec![selector("/a/b")]),
    };
    check(
        "<a>\n <!--0-->\n <!--b>1</b--> <!--1-->\n</a>",
        operation("/a/n", behind_the_hidden_one),
        "<a>\n <!--0-->\n <!--b>1</b--> <!--1-->\n <n>2</n>\n</a>",
    );
}
