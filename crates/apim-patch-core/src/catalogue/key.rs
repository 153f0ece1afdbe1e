//! Dotted keys with names in them: `environments."Production and Sandbox".type`.

use std::borrow::Cow;

/// The segments of a key as TOML spells it: bare, or in quotes of either kind.
/// `None` where a quote is not closed or a segment is empty.
pub(super) fn split(key: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut rest = key;
    loop {
        let (part, behind) = match rest.chars().next()? {
            quote @ ('"' | '\'') => rest[1..].split_once(quote)?,
            _ => match rest.find('.') {
                Some(dot) => rest.split_at(dot),
                None => (rest, ""),
            },
        };
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        if behind.is_empty() {
            return Some(parts);
        }
        rest = behind.strip_prefix('.')?;
    }
}

/// Whether the parts are those of a row's key; then the part that stands for
/// its `*`, which is no row's own.
pub(super) fn fits(row: &str, parts: &[&str]) -> Option<Option<String>> {
    let mut name = None;
    let mut segments = row.split('.');
    for part in parts {
        match segments.next()? {
            "*" if *part == "*" => return None,
            "*" => name = Some((*part).to_owned()),
            segment if segment == *part => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(name)
}

/// A row's key with `name` in place of `*`, in quotes where TOML needs them.
pub(super) fn fill(row: &str, name: Option<&str>) -> String {
    let Some(name) = name else {
        return row.to_owned();
    };
    row.replacen('*', &quoted(name), 1)
}

/// A name as a segment of a key (TOML 1.0, "Keys").
pub(crate) fn quoted(name: &str) -> Cow<'_, str> {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(bare) {
        Cow::Borrowed(name)
    } else if name.contains('"') {
        Cow::Owned(format!("'{name}'"))
    } else {
        Cow::Owned(format!("\"{name}\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments() {
        for (key, expect) in [
            ("a.b", Some(vec!["a", "b"])),
            ("a.\"b.c\".d", Some(vec!["a", "b.c", "d"])),
            ("a.'b \"c\"'", Some(vec!["a", "b \"c\""])),
            ("a", Some(vec!["a"])),
            ("", None),
            ("a.", None),
            (".a", None),
            ("a..b", None),
            ("a.\"b", None),
            ("a.\"b\"c", None),
            ("a.\"\".c", None),
        ] {
            assert_eq!(split(key), expect, "{key}");
        }
    }

    #[test]
    fn names_come_back() {
        for name in [
            "gw",
            "Production and Sandbox",
            "a.b",
            "the \"big\" one",
            "Bob's",
        ] {
            let key = fill("environments.*.type", Some(name));
            let parts = split(&key).unwrap();
            assert_eq!(
                fits("environments.*.type", &parts),
                Some(Some(name.to_owned())),
                "{key}"
            );
        }
        assert_eq!(fits("a.*", &split("a.b.c").unwrap()), None);
        assert_eq!(fits("a.*.c", &split("a.b").unwrap()), None);
    }
}
