//! Lists, known by the identity of their items.

use xml_inplace::{Action, Operation};

use super::{check, notes, refusal, why};
use crate::check::{changes, lawful, operation};

fn set(entries: &[(&str, &str)]) -> Operation {
    let action = Action::SetList {
        item: "m".to_owned(),
        fields: vec!["h".to_owned(), "p".to_owned()],
        entries: entries
            .iter()
            .map(|(h, p)| vec![(*h).to_owned(), (*p).to_owned()])
            .collect(),
    };
    operation("/a/l", action)
}

const ONE: &str = "<a>\n  <l>\n    <m>\n      <h>1</h>\n      <p>4000</p>\n    </m>\n  </l>\n</a>";

#[test]
fn what_stays_is_not_touched() {
    let outcome = check(ONE, set(&[("1", "4000")]), ONE);
    assert_eq!(why(&outcome), "equal at 2:3");
    check(
        ONE,
        set(&[("2", "4000"), ("1", "4000"), ("2", "4000")]),
        "<a>\n  <l>\n    <m>\n      <h>1</h>\n      <p>4000</p>\n    </m>\n    <m>\n      <h>2</h>\n      <p>4000</p>\n    </m>\n  </l>\n</a>",
    );
    let odd = "<a><l><m k='1'><p>1</p><h>1</h><!-- c --></m></l></a>";
    check(
        odd,
        set(&[("1", "1"), ("2&", "2")]),
        "<a><l><m k='1'><p>1</p><h>1</h><!-- c --></m><m k='1'><p>2</p><h>2&amp;</h></m></l></a>",
    );
}

#[test]
fn the_last_one_is_replaced_in_its_place() {
    check(
        ONE,
        set(&[("2", "1")]),
        "<a>\n  <l>\n    <m>\n      <h>2</h>\n      <p>1</p>\n    </m>\n  </l>\n</a>",
    );
    check(
        ONE,
        set(&[("2", "1"), ("3", "1")]),
        "<a>\n  <l>\n    <m>\n      <h>2</h>\n      <p>1</p>\n    </m>\n    <m>\n      <h>3</h>\n      <p>1</p>\n    </m>\n  </l>\n</a>",
    );
}

#[test]
fn others_go_with_their_lines() {
    check(ONE, set(&[]), "<a>\n  <l>\n  </l>\n</a>");
    let line = |h: &str| format!("\r\n\t<m><h>{h}</h><p>1</p></m>");
    let list = |items: &[&str]| -> String {
        let items: String = items.iter().map(|item| line(item)).collect();
        format!("<a><l>{items}\r\n</l></a>")
    };
    check(&list(&["1", "2", "3"]), set(&[("2", "1")]), &list(&["2"]));
    check(
        &list(&["1", "2", "1"]),
        set(&[("1", "1"), ("2", "1")]),
        &list(&["1", "2"]),
    );
    check(
        &list(&["1", "2", "3"]),
        set(&[("1", "1"), ("4", "1")]),
        &list(&["1", "4"]),
    );
    check(
        &list(&["1", "2"]),
        set(&[("2", "1"), ("1", "1")]),
        &list(&["1", "2"]),
    );
}

#[test]
fn an_empty_list_is_filled() {
    let filled = "<a>\n  <l>\n    <m>\n      <h>1</h>\n      <p>2</p>\n    </m>\n    <m>\n      <h>3</h>\n      <p>4</p>\n    </m>\n  </l>\n</a>";
    for empty in ["<l/>", "<l></l>", "<l>\n  </l>"] {
        check(
            &format!("<a>\n  {empty}\n</a>"),
            set(&[("1", "2"), ("3", "4")]),
            filled,
        );
    }
    check(
        "<a><l/></a>",
        set(&[("1", "2"), ("3", "<")]),
        "<a><l><m><h>1</h><p>2</p></m><m><h>3</h><p>&lt;</p></m></l></a>",
    );
    check(
        "<a>\n <l>\n  <!--m/-->\n </l>\n</a>",
        set(&[("1", "2")]),
        "<a>\n <l>\n  <!--m/-->\n  <m>\n   <h>1</h>\n   <p>2</p>\n  </m>\n </l>\n</a>",
    );
    let before = "<a><l/></a>";
    assert_eq!(why(&check(before, set(&[]), before)), "equal at 1:4");
}

#[test]
fn items_that_lack_fields() {
    check(
        "<a><l><m/></l></a>",
        set(&[("1", "2")]),
        "<a><l><m><h>1</h><p>2</p></m></l></a>",
    );
    check(
        "<a><l><m> </m></l></a>",
        set(&[("1", "2")]),
        "<a><l><m><h>1</h><p>2</p></m></l></a>",
    );
    check(
        "<a>\n<l>\n <m>\n  <h>1</h>\n </m>\n</l>\n</a>",
        set(&[("1", ""), ("2", "3")]),
        "<a>\n<l>\n <m>\n  <h>1</h>\n </m>\n <m>\n  <h>2</h>\n  <p>3</p>\n </m>\n</l>\n</a>",
    );
    assert_eq!(
        refusal("<a>\n<l><m><h><x/></h></m></l></a>", &[set(&[("1", "2")])]),
        "the element at 2:7 holds elements, it has no text to set"
    );
}

#[test]
fn a_comment_behind_the_last_item_stays_with_it() {
    check(
        "<a>\n<l>\n <m><h>1</h><p>1</p></m> <!-- one -->\n</l>\n</a>",
        set(&[("1", "1"), ("2", "2")]),
        "<a>\n<l>\n <m><h>1</h><p>1</p></m> <!-- one -->\n <m><h>2</h><p>2</p></m>\n</l>\n</a>",
    );
}

#[test]
fn what_changes_say() {
    let edited = lawful(ONE.as_bytes(), &[set(&[("2", "1")])]).unwrap();
    let said: Vec<_> = changes(&edited)
        .map(|change| {
            (
                change.path.as_str(),
                change.old.as_deref(),
                change.new.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("/a/l/m", Some("1:4000"), None),
            ("/a/l/m", None, Some("2:1"))
        ]
    );
}

#[test]
fn a_hidden_list_is_restored() {
    check(
        "<a>\n <!--<l>\n  <m><h>1</h><p>1</p></m>\n </l>-->\n</a>",
        set(&[("1", "1"), ("2", "2")]),
        "<a>\n <l>\n  <m><h>1</h><p>1</p></m>\n  <m><h>2</h><p>2</p></m>\n </l>\n</a>",
    );
    check("<a><!--<l/>--></a>", set(&[]), "<a><l/></a>");
}

#[test]
fn the_list_has_to_be_there() {
    assert_eq!(
        refusal("<a/>", &[set(&[])]),
        "`/a/l` matches nothing (`/a` matches at 1:1)"
    );
    let optional = Operation {
        optional: true,
        ..set(&[])
    };
    assert_eq!(why(&check("<a/>", optional, "<a/>")), "absent");
    let outcome = check(
        "<a><l/><l/></a>",
        set(&[("1", "2")]),
        "<a><l><m><h>1</h><p>2</p></m></l><l/></a>",
    );
    assert_eq!(notes(&outcome), ["other active: 1:8"]);
}

#[test]
fn a_copy_has_no_comments_and_keeps_what_is_the_same() {
    check(
        "<a>\n<l>\n <m>\n  <!-- one -->\n  <h>1<!--x--></h>\n  <p>1</p>\n </m>\n</l>\n</a>",
        set(&[("1", "1"), ("2", "2")]),
        "<a>\n<l>\n <m>\n  <!-- one -->\n  <h>1<!--x--></h>\n  <p>1</p>\n </m>\n \
         <m>\n  <h>2</h>\n  <p>2</p>\n </m>\n</l>\n</a>",
    );
    check(
        "<a><l><m><h>&#49;</h><p>1</p></m></l></a>",
        set(&[("1", "1"), ("1", "2")]),
        "<a><l><m><h>&#49;</h><p>1</p></m><m><h>&#49;</h><p>2</p></m></l></a>",
    );
}

#[test]
fn a_line_feed_in_a_file_of_lone_returns() {
    check(
        "<a>\r<l/></a>",
        set(&[("x\n<", "1")]),
        "<a>\r<l>\r    <m>\r        <h>x&#10;&lt;</h>\r        <p>1</p>\r    </m>\r</l></a>",
    );
}
