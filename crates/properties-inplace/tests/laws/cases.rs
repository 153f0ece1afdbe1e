//! Case by case: before and after.

use properties_inplace::{ChangeKind, Done, Note, Operation, Position, Why};

use crate::check::{comment_out, edited, lawful, set, show};

fn check(before: &str, operation: Operation, after: &str) {
    let result = edited(before.as_bytes(), std::slice::from_ref(&operation));
    assert_eq!(show(&result), show(after.as_bytes()), "{operation:?}");
}

fn at(line: usize, column: usize) -> Position {
    Position { line, column }
}

#[test]
fn set_touches_the_value_alone() {
    check("a=b", set("a", "c", &[]), "a=c");
    check(" a \t: b \r\nd=e", set("a", "c", &[]), " a \t: c\r\nd=e");
    check("a b\n", set("a", "=c", &[]), "a \\=c\n");
    check("a\n", set("a", "c", &[]), "a=c\n");
    check("a  \r", set("a", "c", &[]), "a  c\r");
    check("a=b\\\n  c\nd", set("a", "x", &[]), "a=x\nd");
    check("a=\\\n  b\nd", set("a", "x", &[]), "a=\\\n  x\nd");
    check("a=\\\n\nd", set("a", "x", &[]), "a=\\\nx\nd");
    check("a=b\\", set("a", "", &[]), "a=");
    check("a=\\\n", set("a", "x", &[]), "a=x\n");
    check("a=1\na=2\n", set("a", "3", &[]), "a=1\na=3\n");
    check("a=1\n#a=3\n", set("a", "3", &[]), "a=3\n#a=3\n");
    // The return of the continuation and the feed behind it would be one line end.
    check("k:\\\r#x\n2 = y\n", set("k", "", &[]), "k:\n2 = y\n");
}

#[test]
fn an_equal_value_is_left_however_it_is_spelt() {
    for file in [
        "a=bc",
        "a = \\u0062\\\n  c",
        "a:b\\c",
        "\\u0061 bc\n",
        "a=x\na=bc\n",
    ] {
        check(file, set("a", "bc", &[]), file);
    }
}

#[test]
fn set_restores_a_commented_out_line_in_place() {
    check("#a = b\nc=d", set("a", "x", &[]), "a = x\nc=d");
    check("# a=b", set("a", "b", &[]), "a=b");
    check("  !a:b\r\n", set("a", "x y", &[]), "  a:x y\r\n");
    check("#  a = b", set("a", "x", &[]), "  a = x");
    check("#a=1\n#a=2\n", set("a", "2", &[]), "#a=1\na=2\n");
    check("#a=1\n#a=2\n", set("a", "3", &[]), "a=3\n#a=2\n");
    check(
        "# a: is for b\n",
        set("a", "x", &[]),
        "# a: is for b\na=x\n",
    );
    check("##a=b\n", set("a", "x", &[]), "##a=b\na=x\n");
    check("#a=b\\\n#  c\n", set("a", "x", &[]), "#a=b\\\n#  c\na=x\n");
}

#[test]
fn a_new_line_looks_like_its_neighbour() {
    check("", set("a", "b", &[]), "a=b\n");
    check(
        "a = b\r\nc:d\r\n",
        set("x", "y", &["a"]),
        "a = b\r\nx = y\r\nc:d\r\n",
    );
    check(
        "a = b\r\nc:d\r\n",
        set("x", "y", &["z"]),
        "a = b\r\nc:d\r\nx:y\r\n",
    );
    check("a=b\nc=d", set("x", "y", &["c"]), "a=b\nc=d\nx=y");
    check("a b\n\n", set("x", "=y", &[]), "a b\n\nx==y\n");
    check(
        "#a : b\nc=d\n",
        set("x", "y", &["a"]),
        "#a : b\nx : y\nc=d\n",
    );
    check(
        "a=1\nb=2\na=3\nc=4\n",
        set("x", "y", &["a"]),
        "a=1\nb=2\na=3\nx=y\nc=4\n",
    );
    check(
        "a=b\\\n c\nd=e",
        set("x", "y", &["a"]),
        "a=b\\\n c\nx=y\nd=e",
    );
    check("a=b\\", set("x", "y", &[]), "a=b\\\n\nx=y");
    check("a=b\\\r\n", set("x", "y", &["a"]), "a=b\\\r\n\r\nx=y\r\n");
    check("#a\\", set("x y", "z", &[]), "#a\\\nx\\ y=z");
    check(
        "a=b\n",
        set("#x", " \u{20AC}", &[]),
        "a=b\n\\#x=\\ \\u20AC\n",
    );
}

#[test]
fn new_lines_stand_in_the_order_of_the_operations() {
    let operations = [
        set("x", "1", &["a"]),
        set("y", "2", &["x"]),
        set("a", "3", &[]),
        set("z", "4", &[]),
        comment_out("b"),
    ];
    let after = edited(b"a=\nb=0", &operations);
    assert_eq!(show(&after), show(b"a=3\nx=1\ny=2\n#b=0\nz=4"));
    let after = edited(b"a=", &operations[..4]);
    assert_eq!(show(&after), show(b"a=3\nx=1\ny=2\nz=4"));
}

#[test]
fn comment_out_marks_every_line_of_every_namesake() {
    check("a=b", comment_out("a"), "#a=b");
    check("  a=b\nc=d\n", comment_out("a"), "#  a=b\nc=d\n");
    check(
        "a=b\\\r\n  c\\\r\n\r\nd=e",
        comment_out("a"),
        "#a=b\\\r\n#  c\\\r\n#\r\nd=e",
    );
    check("a=1\nb=2\na=3\n", comment_out("a"), "#a=1\nb=2\n#a=3\n");
    check("a=b\\", comment_out("a"), "#a=b\\");
    check("a=b\\\n", comment_out("a"), "#a=b\\\n");
    check("#a=b\n", comment_out("a"), "#a=b\n");
}

#[test]
fn what_is_commented_out_comes_back() {
    for file in ["a = b\r\nc", "   a:b", "\ta=\\u0062"] {
        let hidden = edited(file.as_bytes(), &[comment_out("a")]);
        let back = edited(&hidden, &[set("a", "b", &[])]);
        assert_eq!(show(&back), show(file.as_bytes()));
    }
}

#[test]
fn outcomes_say_what_was_where() {
    let file = b"a=1\n a = 2\n#a=3\n#b=4\n\xE9=5\n#c=6\\\n#7\n";
    let told = |operation: Operation| {
        let outcome = lawful(file, &[operation]).unwrap().outcomes.remove(0);
        let result = match outcome.result {
            Done::AlreadySo(why) => Err(why),
            Done::Changed(change) => Ok((change.kind, change.old, change.new, change.position)),
        };
        (result, outcome.notes)
    };
    let text = |text: &str| Some(text.to_owned());
    let others = || {
        vec![
            Note::OtherActive(vec![at(1, 1)]),
            Note::OtherHidden(vec![at(3, 2)]),
        ]
    };
    let cases = [
        (set("a", "2", &[]), Err(Why::Equal(at(2, 2))), others()),
        (
            set("a", "9", &[]),
            Ok((ChangeKind::Set, text("2"), text("9"), at(2, 2))),
            others(),
        ),
        (
            comment_out("a"),
            Ok((ChangeKind::CommentedOut, text("2"), None, at(2, 2))),
            others(),
        ),
        (comment_out("b"), Err(Why::Hidden(at(4, 2))), vec![]),
        (comment_out("c"), Err(Why::Hidden(at(6, 2))), vec![]),
        (comment_out("d"), Err(Why::Absent), vec![]),
        (
            set("b", "9", &[]),
            Ok((ChangeKind::Restored, text("4"), text("9"), at(4, 2))),
            vec![],
        ),
        (
            set("c", "9", &["\u{E9}"]),
            Ok((ChangeKind::Inserted, None, text("9"), at(6, 1))),
            vec![Note::OtherHidden(vec![at(6, 2)])],
        ),
        (
            set("d", "9", &[]),
            Ok((ChangeKind::Inserted, None, text("9"), at(8, 1))),
            vec![],
        ),
    ];
    for (operation, result, notes) in cases {
        assert_eq!(told(operation.clone()), (result, notes), "{operation:?}");
    }
}

#[test]
fn asked_twice_is_done_once() {
    let operations = [set("a", "1", &[]), set("a", "1", &["b"]), comment_out("b")];
    let edited = lawful(b"b=2\n", &operations).unwrap();
    assert_eq!(show(&edited.bytes.unwrap()), show(b"#b=2\na=1\n"));
    assert_eq!(edited.outcomes[0].result, edited.outcomes[1].result);
    assert_eq!(edited.outcomes[1].notes, [Note::SameAs(0)]);
}
