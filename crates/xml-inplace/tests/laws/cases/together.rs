//! Several operations at once.

use xml_inplace::{Action, Fragment, Operation, Place, Several};

use super::{check, check_all, notes, refusal, why};
use crate::check::{changes, lawful, operation, selector, set_attribute, set_text};

fn set(target: &str, value: &str) -> Operation {
    operation(target, set_text(value))
}

fn insert(target: &str, value: &str, after: &[&str]) -> Operation {
    let after = after.iter().map(|after| selector(after)).collect();
    operation(
        target,
        Action::SetText {
            value: value.to_owned(),
            insert: Some(after),
        },
    )
}

fn put(target: &str, place: Place, fragment: &str) -> Operation {
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

fn hide(target: &str) -> Operation {
    operation(target, Action::CommentOut)
}

fn restore(target: &str) -> Operation {
    operation(target, Action::Uncomment)
}

/// In either order.
#[track_caller]
fn commute(before: &str, one: &Operation, other: &Operation, expect: &str) {
    check_all(before, &[one.clone(), other.clone()], expect);
    check_all(before, &[other.clone(), one.clone()], expect);
}

#[test]
fn siblings_beside_one_neighbour_keep_the_order_of_the_operations() {
    check_all(
        "<a>\n <b/>\n</a>",
        &[
            insert("/a/n", "1", &["/a/b"]),
            insert("/a/m", "2", &["/a/b"]),
            put("/a/b", Place::Before, "<x/>"),
            put("/a/b", Place::Before, "<y/>"),
        ],
        "<a>\n <x/>\n <y/>\n <b/>\n <n>1</n>\n <m>2</m>\n</a>",
    );
    check_all(
        "<a><b/><c/></a>",
        &[
            put("/a/c", Place::Before, "<y/>"),
            put("/a/b", Place::After, "<x/>"),
        ],
        "<a><b/><x/><y/><c/></a>",
    );
    check_all(
        "<a>\n <b/>\n</a>",
        &[insert("/a/n", "1", &[]), insert("/a/m", "2", &[])],
        "<a>\n <n>1</n>\n <m>2</m>\n <b/>\n</a>",
    );
    let attributes = [("k", "1"), ("j", "2")]
        .map(|(name, value)| operation(&format!("/a/@{name}"), set_attribute(value, Some("b"))));
    check_all("<a b=''/>", &attributes, "<a b='' k=\"1\" j=\"2\"/>");
}

#[test]
fn several_into_one_empty_element() {
    for empty in ["<b/>", "<b></b>", "<b> </b>"] {
        check_all(
            &format!("<a>\n  {empty}\n</a>"),
            &[
                put("/a/b", Place::Into, "<n/>"),
                put("/a/b", Place::Into, "<m/>"),
            ],
            "<a>\n  <b>\n    <n/>\n    <m/>\n  </b>\n</a>",
        );
    }
}

#[test]
fn several_out_of_one_comment() {
    let before = "<a>\n  <!--b>1</b>\n  <c>2</c>\n  <d>3</d-->\n</a>";
    commute(
        before,
        &set("/a/b", "4"),
        &restore("/a/d"),
        "<a>\n  <b>4</b>\n  <!--c>2</c-->\n  <d>3</d>\n</a>",
    );
    commute(
        before,
        &restore("/a/b"),
        &restore("/a/c"),
        "<a>\n  <b>1</b>\n  <c>2</c>\n  <!--d>3</d-->\n</a>",
    );
    commute(
        before,
        &restore("/a/c"),
        &restore("/a/d"),
        "<a>\n  <!--b>1</b-->\n  <c>2</c>\n  <d>3</d>\n</a>",
    );
    let lines = "<a>\n  <!--\n    <b/>\n    <c/>\n  -->\n  <d/>\n</a>";
    commute(
        lines,
        &restore("/a/b"),
        &restore("/a/c"),
        "<a>\n    <b/>\n    <c/>\n  <d/>\n</a>",
    );
}

#[test]
fn places_are_those_of_the_file_as_it_was() {
    let before = "<a>\n  <!--\n    <b/>\n    <c/>\n  -->\n  <d/>\n</a>";
    let edited = lawful(before.as_bytes(), &[restore("/a/b"), restore("/a/c")]).unwrap();
    let lines: Vec<usize> = changes(&edited)
        .map(|change| change.position.line)
        .collect();
    assert_eq!(lines, [3, 4]);
}

#[test]
fn what_is_put_beside_a_hidden_element_stays_outside() {
    let behind = insert("/a/n", "1", &["/a/b"]);
    commute(
        "<a><b/></a>",
        &hide("/a/b"),
        &behind,
        "<a><!--<b/>--><n>1</n></a>",
    );
    let before = "<a>\n <!--\n  <b/>\n --> \n</a>";
    commute(
        before,
        &restore("/a/b"),
        &behind,
        "<a>\n  <b/>\n <n>1</n>\n</a>",
    );
}

#[test]
fn neighbours_that_touch() {
    commute(
        "<a><b/><c/></a>",
        &hide("/a/b"),
        &hide("/a/c"),
        "<a><!--<b/>--><!--<c/>--></a>",
    );
    commute(
        "<a><b/><!--c/--></a>",
        &hide("/a/b"),
        &restore("/a/c"),
        "<a><!--<b/>--><c/></a>",
    );
    commute(
        "<a><b/><c/></a>",
        &operation("/a/b", Action::Remove),
        &hide("/a/c"),
        "<a><!--<c/>--></a>",
    );
    commute(
        "<a>\n <b/>\n <c/>\n</a>",
        &operation("/a/b", Action::Remove),
        &operation("/a/c", Action::Remove),
        "<a>\n</a>",
    );
    commute(
        "<a>\n <b/>\n <c/>\n</a>",
        &operation("/a/c", Action::Remove),
        &insert("/a/n", "1", &["/a/b"]),
        "<a>\n <b/>\n <n>1</n>\n</a>",
    );
    commute(
        "<a k='1' j='2'/>",
        &operation("/a/@j", Action::Remove),
        &operation("/a/@n", set_attribute("3", Some("k"))),
        "<a k='1' n=\"3\"/>",
    );
}

#[test]
fn what_is_asked_twice_is_done_once() {
    let outcomes = check_all(
        "<a><b>1</b></a>",
        &[set("/a/b", "2"), set("//b", "2")],
        "<a><b>2</b></a>",
    );
    assert_eq!(notes(&outcomes[1]), ["same as 0"]);
    let outcomes = check_all(
        "<a><b/></a>",
        &[
            put("/a/b", Place::After, "<n/>"),
            put("/a/b", Place::After, "<n/>"),
        ],
        "<a><b/><n/></a>",
    );
    assert_eq!(
        outcomes.iter().map(why).collect::<Vec<_>>(),
        ["changed", "changed"]
    );
}

#[test]
fn lists_asked_twice() {
    let list = |entries: &[&str]| {
        let action = Action::SetList {
            item: "m".to_owned(),
            fields: vec!["h".to_owned()],
            entries: entries.iter().map(|h| vec![(*h).to_owned()]).collect(),
        };
        operation("/a", action)
    };
    let outcomes = check_all(
        "<a><m><h>1</h></m></a>",
        &[list(&["1", "2", "3"]), list(&["1", "2", "3"])],
        "<a><m><h>1</h></m><m><h>2</h></m><m><h>3</h></m></a>",
    );
    assert_eq!(notes(&outcomes[1]), ["same as 0"]);
    let refused = refusal("<a><m><h>1</h></m></a>", &[list(&["1", "2"]), list(&["3"])]);
    assert!(refused.starts_with("overlapping changes at"), "{refused}");
}

#[test]
fn siblings_of_one_name_are_several_things() {
    let both = |operations: [Operation; 2], before: &str, after: &str| {
        check_all(before, &operations, after);
        let [first, second] = operations;
        check_all(before, &[second, first], after);
    };
    both(
        [set("/a/b[@k='1']", "x"), set("/a/b[@k='2']", "y")],
        "<a>\n <!--<b k=\"1\">1</b>-->\n <!--<b k=\"2\">2</b>-->\n</a>",
        "<a>\n <b k=\"1\">x</b>\n <b k=\"2\">y</b>\n</a>",
    );
    check_all(
        "<a>\n <c/>\n</a>",
        &[
            insert("/a/b[@k='1']", "x", &["/a/c"]),
            insert("/a/b[@k='2']", "y", &["/a/c"]),
        ],
        "<a>\n <c/>\n <b k=\"1\">x</b>\n <b k=\"2\">y</b>\n</a>",
    );
}

#[test]
fn changes_of_one_place_are_refused() {
    let overlap = |before: &str, operations: &[Operation]| {
        let reversed: Vec<Operation> = operations.iter().rev().cloned().collect();
        for operations in [operations, &reversed] {
            let refused = refusal(before, operations);
            assert!(refused.starts_with("overlapping changes at"), "{refused}");
        }
    };
    overlap("<a><b>1</b></a>", &[set("/a/b", "2"), set("/a/b", "3")]);
    overlap(
        "<a/>",
        &[insert("/a/b", "2", &[]), insert("/a/b", "3", &[])],
    );
    overlap(
        "<a><!--b>1</b--></a>",
        &[set("/a/b", "2"), set("/a/b", "3")],
    );
    overlap("<a><b><c/></b></a>", &[hide("/a/b"), hide("/a/b/c")]);
    overlap("<a><b><c/></b></a>", &[hide("/a/b"), set("/a/b/c", "1")]);
    overlap(
        "<a><b><c/></b></a>",
        &[
            hide("/a/b"),
            operation("/a/b/c/@k", set_attribute("1", None)),
        ],
    );
    overlap(
        "<a><b>1</b></a>",
        &[hide("/a/b"), put("/a/b", Place::Into, "<n/>")],
    );
    overlap(
        "<a><b>1</b></a>",
        &[operation("/a/b", Action::Remove), set("/a/b", "2")],
    );
    overlap(
        "<a><b>1</b></a>",
        &[operation("/a/b", Action::Remove), hide("/a/b")],
    );
}

#[test]
fn what_undoes_another_one_is_refused() {
    let refused = refusal("<a><!--<b/>--></a>", &[hide("/a/b"), restore("/a/b")]);
    assert!(refused.contains("would have to be done again"), "{refused}");
    let refused = refusal("<a><b>1</b></a>", &[hide("/a/b"), restore("/a/b")]);
    assert!(refused.contains("would have to be done again"), "{refused}");
}

#[test]
fn one_match_is_not_several() {
    let set_attribute = Action::SetAttribute {
        value: "2".to_owned(),
        after: None,
    };
    for (target, action, expect) in [
        ("/a/b", set_text("2"), "<a><b k='1'>2</b></a>"),
        ("/a/b", Action::CommentOut, "<a><!--<b k='1'>1</b>--></a>"),
        ("/a/b", Action::Remove, "<a></a>"),
        ("/a/b/@k", Action::Remove, "<a><b>1</b></a>"),
        ("/a/b/@k", set_attribute, "<a><b k='2'>1</b></a>"),
    ] {
        let refuse = Operation {
            several: Several::Refuse,
            ..operation(target, action)
        };
        check("<a><b k='1'>1</b></a>", refuse.clone(), expect);
        let refused = refusal("<a><b k='1'>1</b><b k='1'>1</b></a>", &[refuse]);
        assert!(refused.contains("matches 2 elements"), "{refused}");
    }
}
