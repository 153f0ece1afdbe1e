//! What is refused, and the place that is told.

use properties_inplace::{EditError, get};

use crate::check::{comment_out, lawful, set};

fn check(file: &str, message: &str) {
    let bytes = file.as_bytes();
    let edited = lawful(bytes, &[set("k", "v", &[])]);
    assert_eq!(edited.unwrap_err().to_string(), message, "{file:?}");
    assert_eq!(
        get(bytes, "k").unwrap_err().to_string(),
        message,
        "{file:?}"
    );
}

#[test]
fn files_that_java_would_not_read() {
    check(
        "a=b\r\n c = x\\\r\n  y\\u12\n",
        "malformed escape at 3:4: `\\u` needs four hexadecimal digits",
    );
    check(
        "\\uZZZZ",
        "malformed escape at 1:1: `\\u` needs four hexadecimal digits",
    );
    check(
        "a\n!\nb=\\ud800x",
        "the escape at 3:3 is one half of a surrogate pair without the other",
    );
    check("a\0", "a NUL byte at 1:2: this is no ISO-8859-1 text");
}

#[test]
fn lines_that_java_releases_read_differently() {
    for file in ["a\n  \\\n#b=c", "a\r \t\\\\\n", "#\\\n \\\\\\"] {
        let error = lawful(file.as_bytes(), &[comment_out("k")]).unwrap_err();
        assert!(
            matches!(error, EditError::OnlyBackslashes { position } if position.line == 2),
            "{file:?}: {error}"
        );
    }
}

#[test]
fn comments_need_not_be_readable() {
    let file = "# in C:\\users\n#k=\\u1\n#\\\nk=1\n";
    assert_eq!(
        lawful(file.as_bytes(), &[set("k", "1", &[])])
            .unwrap()
            .bytes,
        None
    );
}

#[test]
fn operations_that_do_not_go_together() {
    for other in [comment_out("a"), set("a", "2", &[])] {
        let error = lawful(b"a=0", &[set("a", "1", &[]), set("b", "", &[]), other]);
        let contradiction = EditError::Contradiction {
            first: 0,
            second: 2,
        };
        assert_eq!(error, Err(contradiction));
    }
}
