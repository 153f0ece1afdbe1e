//! Comment out and uncomment.

use xml_inplace::{Action, Document, Operation, Several, Source, locate};

use super::{check, notes, refusal, why};
use crate::check::{operation, selector};

fn hide(target: &str) -> Operation {
    operation(target, Action::CommentOut)
}

fn restore(target: &str) -> Operation {
    operation(target, Action::Uncomment)
}

/// Hides `target`, and gives it back.
#[track_caller]
fn there_and_back(before: &str, target: &str, hidden: &str) {
    check(before, hide(target), hidden);
    check(hidden, restore(target), before);
    let outcome = check(hidden, hide(target), hidden);
    assert!(why(&outcome).starts_with("hidden at"), "{hidden}");
}

#[test]
fn there_and_back_again() {
    there_and_back("<a><b>1</b></a>", "/a/b", "<a><!--<b>1</b>--></a>");
    there_and_back(
        "<a>\r\n <b k='-'/>\t\r\n</a>",
        "/a/b",
        "<a>\r\n <!--<b k='-'/>-->\t\r\n</a>",
    );
    there_and_back(
        "<a>\r\n <b>\r\n  <c/>\r\n </b>\r\n</a>",
        "/a/b",
        "<a>\r\n <!--<b>\r\n  <c/>\r\n </b>-->\r\n</a>",
    );
    there_and_back(
        "<a>\r <b>\r  <c/>\r </b>\r</a>",
        "/a/b",
        "<a>\r <!--<b>\r  <c/>\r </b>-->\r</a>",
    );
    there_and_back(
        "<a><b>&amp;<![CDATA[</b>]]><?p ?></b></a>",
        "/a/b",
        "<a><!--<b>&amp;<![CDATA[</b>]]><?p ?></b>--></a>",
    );
    there_and_back(
        "<a xmlns:p='u'><p:b/></a>",
        "/a/b",
        "<a xmlns:p='u'><!--<p:b/>--></a>",
    );
}

#[test]
fn comments_inside_come_back_too() {
    there_and_back(
        "<a><b><!-- c --></b></a>",
        "/a/b",
        "<a><!--<b>--><!-- c --><!--</b>--></a>",
    );
    there_and_back(
        "<a>\n <b>\n  <!--c>1</c-->\n  <d/> <!----><!-- e -->\n </b>\n</a>",
        "/a/b",
        "<a>\n <!--<b>\n  --><!--c>1</c--><!--\n  <d/> --><!----><!----><!-- e --><!--\n </b>-->\n</a>",
    );
    there_and_back(
        "<a><b><c><!--<b>--></c><!--</b>--></b></a>",
        "/a/b",
        "<a><!--<b><c>--><!--<b>--><!--</c>--><!--</b>--><!--</b>--></a>",
    );
    there_and_back(
        "<a><b><![CDATA[<!-- ]]>- <!--x--></b></a>"
            .replace("[<!-- ]", "[<! ]")
            .as_str(),
        "/a/b",
        "<a><!--<b><![CDATA[<! ]]>- --><!--x--><!--</b>--></a>",
    );
}

#[test]
fn neighbours_in_comments_stay_apart() {
    there_and_back(
        "<a><!--<x>-->t<b><!--c--></b>t<!--</x>--></a>",
        "/a/b",
        "<a><!--<x>-->t<!--<b>--><!--c--><!--</b>-->t<!--</x>--></a>",
    );
    there_and_back(
        "<a><!-- c --><b/><!-- d --></a>",
        "/a/b",
        "<a><!-- c --><!--<b/>--><!-- d --></a>",
    );
    there_and_back(
        "<a><!--<x>--><?p?><b><!--c--></b><!--</x>--></a>",
        "/a/b",
        "<a><!--<x>--><?p?><!--<b>--><!--c--><!--</b>--><!--</x>--></a>",
    );
    there_and_back(
        "<a><!--<x>--><b><!--c--></b><?p?><!--</x>--></a>",
        "/a/b",
        "<a><!--<x>--><!--<b>--><!--c--><!--</b>--><?p?><!--</x>--></a>",
    );
    check(
        "<a><b>1</b><!--b>2</b--></a>",
        hide("/a/b"),
        "<a><!--<b>1</b>--><!--b>2</b--></a>",
    );
}

#[test]
fn what_no_comment_can_hold() {
    let refused = |before: &str| refusal(before, &[hide("/a/b")]);
    assert_eq!(
        refused("<a>\n<b>1--2</b></a>"),
        "`--` or a final `-` at 2:5 can't stand inside a comment"
    );
    assert_eq!(
        refused("<a>\n<b k='--'/></a>"),
        "`--` or a final `-` at 2:7 can't stand inside a comment"
    );
    assert_eq!(
        refused("<a>\n<b>1-<!-- c --></b></a>"),
        "`--` or a final `-` at 2:5 can't stand inside a comment"
    );
    assert_eq!(
        refused("<a>\n<b><![CDATA[ --> ]]></b></a>"),
        "`--` or a final `-` at 2:14 can't stand inside a comment"
    );
    assert_eq!(
        refused("<a>\n<b><?p a--b?></b></a>"),
        "`--` or a final `-` at 2:9 can't stand inside a comment"
    );
    assert_eq!(
        refusal("<a/>", &[hide("/a")]),
        "the root element can't be commented out or removed, and nothing can stand beside it"
    );
    let refused = refused("<a><!--<x>--><b><!--c--></b><!--</x>--></a>");
    assert!(refused.contains("run together"), "{refused}");
}

#[test]
fn already_so_says_why() {
    for (hidden, place) in [
        ("<a>\n<!--b>1</b--></a>", "2:1"),
        ("<a>\n <!-- <b>1</b> --></a>", "2:7"),
        ("<a>\n<!--<b>-->\n<!--<c/>-->\n<!--</b>--></a>", "2:5"),
        ("<a>\n<!--<b>--><!--x--><!--</b>--></a>", "2:5"),
    ] {
        let outcome = check(hidden, hide("/a/b"), hidden);
        assert_eq!(why(&outcome), format!("hidden at {place}"));
    }
    assert_eq!(
        why(&check(
            "<a><!-- b --></a>",
            hide("/a/b"),
            "<a><!-- b --></a>"
        )),
        "absent"
    );
    let outcome = check("<a>\n<b/></a>", restore("/a/b"), "<a>\n<b/></a>");
    assert_eq!(why(&outcome), "equal at 2:1");
    assert_eq!(notes(&outcome), [""; 0]);
    let two = "<a>\n<b/>\n<b/></a>";
    let outcome = check(two, restore("/a/b"), two);
    assert_eq!(notes(&outcome), ["other active: 3:1"]);
    let optional = Operation {
        optional: true,
        ..restore("/a/b")
    };
    assert_eq!(why(&check("<a/>", optional, "<a/>")), "absent");
}

#[test]
fn all_active_ones_are_hidden() {
    check(
        "<a><b/><c/><b>1</b></a>",
        hide("/a/b"),
        "<a><!--<b/>--><c/><!--<b>1</b>--></a>",
    );
    check(
        "<a><b/><b/></a>",
        hide("/a/b"),
        "<a><!--<b/>--><!--<b/>--></a>",
    );
    check(
        "<a><b><b/></b></a>",
        hide("//b"),
        "<a><!--<b><b/></b>--></a>",
    );
    let refuse = Operation {
        several: Several::Refuse,
        ..hide("/a/b")
    };
    assert_eq!(
        refusal("<a><b/><b/></a>", &[refuse]),
        "`/a/b` matches 2 elements, at 1:4, 1:8"
    );
    // Once it is gone, its number is another one's.
    for gone in [hide("/a/b[1]"), operation("/a/b[1]", Action::Remove)] {
        let refused = refusal("<a><b/><b/></a>", &[gone]);
        assert!(refused.contains("would have to be done again"), "{refused}");
    }
}

#[test]
fn each_form_of_a_hidden_element() {
    for (hidden, restored) in [
        ("<!--b>1</b-->", "<b>1</b>"),
        ("<!-- b>1</b-->", "<b>1</b>"),
        ("<!-- b>1</b\t-->", "<b>1</b>"),
        ("<!--b>\n <c>1</c>\n</b-->", "<b>\n <c>1</c>\n</b>"),
        ("<!--\n b>1</b\n-->", "<b>1</b>"),
        ("<!--<b>1</b>-->", "<b>1</b>"),
        ("<!-- <b>1</b> -->", "<b>1</b>"),
        ("<!--b>1</b>-->", "<b>1</b>"),
        ("<!--<b>1</b-->", "<b>1</b>"),
        ("<!--b k='a>b' j=\"c'\"/-->", "<b k='a>b' j=\"c'\"/>"),
        ("<!--b\n  k='1'>1</b-->", "<b\n  k='1'>1</b>"),
        ("<!--<b/>-->", "<b/>"),
        ("<!--b>a & b</b-->", "<!--b>a & b</b-->"),
    ] {
        let (before, after) = (format!("<a>{hidden}</a>"), format!("<a>{restored}</a>"));
        if hidden == restored {
            let refused = refusal(&before, &[restore("/a/b")]);
            assert_eq!(
                refused,
                "the comment at 1:4 holds the element in a form that would not be well-formed"
            );
        } else {
            check(&before, restore("/a/b"), &after);
        }
    }
}

#[test]
fn marks_on_their_own_lines_go_with_them() {
    check(
        "<a>\n  <!--\n    <b/>\n  -->\n</a>",
        restore("/a/b"),
        "<a>\n    <b/>\n</a>",
    );
    check(
        "<a>\r\n  <!-- \r\n    <b/>\r\n  --> \r\n</a>",
        restore("/a/b"),
        "<a>\r\n    <b/>\r\n</a>",
    );
    check(
        "<a>\n  <c/><!--\n    <b/>\n  --><d/>\n</a>",
        restore("/a/b"),
        "<a>\n  <c/><b/><d/>\n</a>",
    );
    let two = "<a>\n  <!--\n    <b/>\n    <c/>\n  -->\n</a>";
    check(
        two,
        restore("/a/b"),
        "<a>\n    <b/>\n    <!--<c/>\n  -->\n</a>",
    );
    check(
        two,
        restore("/a/c"),
        "<a>\n  <!--\n    <b/>-->\n    <c/>\n</a>",
    );
}

#[test]
fn line_by_line() {
    check(
        "<a>\n  <!--<b>-->\n     <!--<c>1</c>-->\n     <!--d>2</d-->\n  <!--</b>-->\n</a>",
        restore("/a/b"),
        "<a>\n  <b>\n     <c>1</c>\n     <d>2</d>\n  </b>\n</a>",
    );
    check(
        "<a>\r\n<!--    <b k='1'>-->\r\n<!--        <c/>-->\r\n<!--    </b>-->\r\n</a>",
        restore("/a/b[@k='1']"),
        "<a>\r\n    <b k='1'>\r\n        <c/>\r\n    </b>\r\n</a>",
    );
    let outcome = check(
        "<a>\n<!--<b>-->\n<!--</b>-->\n<!--<b>-->\n<!--</b>-->\n</a>",
        restore("/a/b"),
        "<a>\n<b>\n</b>\n<!--<b>-->\n<!--</b>-->\n</a>",
    );
    assert_eq!(notes(&outcome), ["other hidden: 4:5"]);
    check(
        "<a>\n<!--<b>-->\n<!--/etc/a b-->\n<!--</b>-->\n</a>",
        restore("/a/b"),
        "<a>\n<b>\n/etc/a b\n</b>\n</a>",
    );
    let inner = "<a>\n<!--<b>-->\n<!--<c>1</c>-->\n<!--</b>-->\n</a>";
    assert!(
        refusal(inner, &[restore("/a/c")]).contains("matches nothing"),
        "what is hidden in a hidden element is no candidate"
    );
}

#[test]
fn what_only_names_it_is_refused_by_kind() {
    for (comment, kind) in [
        (
            "<!-- the <b> element -->",
            "holds only a start tag or an end tag of the element",
        ),
        (
            "<!--/b-->",
            "holds only a start tag or an end tag of the element",
        ),
        (
            "<!-- set it: <b>1</b> -->",
            "holds prose beside the element",
        ),
        (
            "<!--b><1>x</1></b-->",
            "holds the element in a form that would not be well-formed",
        ),
        (
            "<!--<b><c></b>-->",
            "holds the element in a form that would not be well-formed",
        ),
    ] {
        let refused = refusal(&format!("<a>\n{comment}</a>"), &[restore("/a/b")]);
        assert_eq!(refused, format!("the comment at 2:1 {kind}"), "{comment}");
    }
    for other in ["<!-- the <c> element -->", "<!--/c-->", "<!-- b -->"] {
        let refused = refusal(&format!("<a>{other}</a>"), &[restore("/a/b")]);
        assert!(refused.contains("matches nothing"), "{other}: {refused}");
    }
    let refused = refusal("<a><!-- b --></a>", &[restore("/a/b")]);
    assert_eq!(refused, "`/a/b` matches nothing (`/a` matches at 1:1)");
    // One of other attributes is none of these, recognised or not.
    for comment in [
        "<!--<b k='1'/>-->",
        "<!-- set it: <b k='1'></b> -->",
        "<!-- set it: <b k='1' mark='2'></b> -->",
        "<!--<b k='1'><c></b>-->",
        "<!--<b k='1'>-->",
        "<!--</b>-->",
        "<!--b k='1'><1>x</1></b-->",
    ] {
        let refused = refusal(&format!("<a>{comment}</a>"), &[restore("/a/b[@k='2']")]);
        assert_eq!(
            refused, "`/a/b[@k='2']` matches nothing (`/a` matches at 1:1)",
            "{comment}"
        );
    }
    let refused = refusal(
        "<a><!-- set it: <b k = \"2\"></b> --></a>",
        &[restore("/a/b[@k='2']")],
    );
    assert_eq!(refused, "the comment at 1:4 holds prose beside the element");
}

#[test]
fn conditions_choose_among_hidden_ones() {
    let before = "<a><!--<b k='1'/>--><!--b k='2'/--></a>";
    check(
        before,
        restore("/a/b[@k='2']"),
        "<a><!--<b k='1'/>--><b k='2'/></a>",
    );
    check(
        before,
        restore("//b[not(@k='1')]"),
        "<a><!--<b k='1'/>--><b k='2'/></a>",
    );
    check(
        "<a><b/><c><!--<b/>--></c></a>",
        restore("/a/c/b"),
        "<a><b/><c><b/></c></a>",
    );
    check(
        "<a><!--<c><b/></c>--><!--<b/>--></a>",
        restore("/a/b"),
        "<a><!--<c><b/></c>--><b/></a>",
    );
}

#[test]
fn the_text_of_a_hidden_element_is_located() {
    for (text, content) in [
        ("<a><!--b>old</b--></a>", "old"),
        ("<a><!-- <b k='1'>old</b> --></a>", "old"),
        (
            "<a><!--<b>x--><!--c--><!--y</b>--></a>",
            "<!--<b>x--><!--c--><!--y</b>-->",
        ),
    ] {
        let source = Source::decode(text.as_bytes()).unwrap();
        let document = Document::parse(&source).unwrap();
        let hidden = locate(&document, &selector("/a/b")).hidden.remove(0);
        assert_eq!(&text[hidden.content], content);
    }
}
