//! `[[patch]]`.

use super::*;

#[test]
fn patches() {
    let patch = |fields: &str| format!("[[patch]]\nfile = 'repository/conf/a.xml'\n{fields}");
    for (fields, expect) in [
        (
            "select = '/a/b['\nset = 'x'",
            "selector:3:16 `select`: a number, `@attribute`, `child='value'` or `not(…)`",
        ),
        ("select = '/p:a'\nset = 'x'", "selector:3:12"),
        ("set = 'x'", "patch-field:1:1 the patch has no `select`"),
        (
            "select = '/a/b'",
            "patch-action:1:1 the patch does not say what to do",
        ),
        (
            "select = '/a/b'\nset = 'x'\nremove = true",
            "patch-action:5:10 the patch asks for `set` and `remove`",
        ),
        (
            "select = '/a/b'\nremove = false",
            "wrong-value:4:10 `remove` must be true",
        ),
        (
            "select = '/a/b'\nset = 1",
            "wrong-type:4:7 `set` must be text, not a whole number",
        ),
        (
            "select = '/a'\nremove = true",
            "patch-select:3:10 cannot remove the root element",
        ),
        (
            "select = '/a'\ninsert = '<b/>'\nafter = true",
            "patch-select:3:10 beside the root",
        ),
        (
            "select = '/a/b'\ninsert = '<b/>'",
            "patch-field:1:1 the patch does not say where to insert",
        ),
        (
            "select = '/a/b'\ninsert = '<b/>'\nafter = true\ninto = true",
            "patch-field:5:9 the patch names two places",
        ),
        (
            "select = '/a/b'\ninsert = '<x></y>'\ninto = true",
            "fragment:4:14 `insert`: ",
        ),
        (
            "select = '/a/b'\ninsert = '<!DOCTYPE a><a/>'\ninto = true",
            "fragment:4:11 `insert`: a DOCTYPE is not allowed",
        ),
        (
            "select = '/a/b'\ninsert = '<a:b:c/>'\ninto = true",
            "fragment:4:",
        ),
        (
            "select = '/a/b'\ninsert = '&x;'\ninto = true",
            "fragment:4:",
        ),
        (
            "select = '/a/@x'\ncomment_out = true",
            "patch-select:3:10 an attribute cannot stand in a comment",
        ),
        (
            "select = '/a/@xmlns'\nset = 'x'",
            "patch-select:3:10 `xmlns`",
        ),
        (
            "select = '/a/@x'\nset = 'x'\nafter = '1x'",
            "wrong-value:5:9 `1x` is no name of an attribute",
        ),
        (
            "select = '/a/@x'\nset = 'x'\nafter = 'a b'",
            "wrong-value:5:9 `a b`",
        ),
        (
            "select = '/a/b'\nset = 'x'\nafter = 'x'",
            "patch-field:5:9 `after` has no meaning",
        ),
        (
            "select = '/a/b'\nset = 'x'\nunless = '/a'",
            "patch-field:5:10 `unless` has no meaning beside `set`",
        ),
        (
            "select = '/a/b'\nset = 'x'\nexpct = 'y'",
            "unknown-key:5:1 unknown key `expct` | did you mean `expect`?",
        ),
        (
            "select = '/a/b'\nset = \"\\u0001\"",
            "wrong-value:4:7 `set` holds U+0001 at index 0",
        ),
        (
            "select = '/a/b'\nset = { absent = true }",
            "wrong-type:4:9 `set` must be a value or a reference",
        ),
    ] {
        let problems = parse(&patch(fields)).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            lines(&problems)
                .replace("expected ", "")
                .starts_with(expect),
            "{}",
            lines(&problems)
        );
    }
    for (file, expect) in [
        ("'../../etc/passwd'", "leaves the home"),
        ("'/etc/passwd'", "must be relative to the home"),
        (
            r#""a\u0000b""#,
            r#"`file = "a\u{0}b"` holds a control character"#,
        ),
        ("''", "names no file"),
        ("'.apim-patch/journal'", "reserved"),
    ] {
        let problems = parse(&format!(
            "[[patch]]\nfile = {file}\nselect = '/a'\nset = 'x'"
        ))
        .unwrap_err();
        assert!(
            lines(&problems).starts_with("patch-file:2:8"),
            "{problems:?}"
        );
        assert!(problems[0].message.contains(expect), "{problems:?}");
    }
    check_refused(
        "[patch]\nx = 1",
        "wrong-type:1:1 `patch` must be a list of tables, not a table | write `[[patch]]` with two brackets, once per patch",
    );
    let set = |value: &str| patch(&format!("select = '/a/b'\nset = '{value}'\n"));
    check_refused(
        &(set("x") + &set("y")),
        "set-twice:5:1 `/a/b` of `repository/conf/a.xml` is set twice, to different values | keep one of them",
    );
    check_warned(
        &(set("x") + &set("x")),
        "set-twice:5:1 `/a/b` of `repository/conf/a.xml` is set twice, to the same value",
    );
}

#[test]
fn patches_of_every_kind() {
    let text = r#"
        nodes.n = { host = "h" }
        [[patch]]
        file = "./repository/conf/a.xml"
        select = "/a/@x"
        set = { file = "x.secret" }
        after = "y"
        expect = "old"
        secret = true
        all = true
        [[patch]]
        file = "b.xml"
        select = "/a/b"
        insert = "<c/>"
        after = true
        unless = "/a/c"
        optional = true
        [nodes.m]
        profile = "gateway"
        [[nodes.m.patch]]
        file = "c.xml"
        select = "/a/b"
        comment_out = true
    "#;
    let asked = Asked {
        node: Some("m"),
        ..NOTHING
    };
    let selection = selected(Some(text), &asked).unwrap();
    let [one, two, three] = &selection.patches[..] else {
        panic!("{:?}", selection.patches);
    };
    assert_eq!(one.file, "repository/conf/a.xml");
    let Action::Set { value, after } = &one.action else {
        panic!("{one:?}");
    };
    assert_eq!(
        *value,
        Value::Reference(Reference::File("conf/x.secret".into()))
    );
    assert_eq!(after.as_deref(), Some("y"));
    assert!(one.secret && one.all && !one.optional);
    assert!(
        one.expect
            .as_ref()
            .is_some_and(|value| show(value) == "******")
    );
    assert!(matches!(
        &two.action,
        Action::Insert {
            position: Position::After,
            unless: Some(_),
            ..
        }
    ));
    assert!(two.optional);
    assert_eq!(three.action, Action::CommentOut);
    assert!(matches!(&three.origin, Origin::Node { node, .. } if node == "m"));
}
