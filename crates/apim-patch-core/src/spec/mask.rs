//! Which parts of a deployment file nobody may see.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use xml_inplace::Selector;

use super::connection_reader::{
    BALANCER_FIELDS, CLUSTER_FIELDS, DATABASE_FIELDS, ENVIRONMENT_FIELDS,
};
use super::node_reader::{NODE_FIELDS, PROFILE_FIELDS};
use crate::catalogue::{self, Depth, nearest, url_passwords};
use crate::operation::holds_secret;

/// Fields of a patch that hold what its file holds.
const PATCH_VALUES: &[&str] = &["set", "expect", "insert"];

/// The byte ranges of all secrets in a file that could be parsed: values of
/// secret rows, values of patches with `secret = true`, and values of keys that
/// nobody knows, which may be secrets with a misspelt name; and passwords in
/// URLs.
pub(super) fn in_tree(text: &str, root: &DeTable<'_>) -> Vec<Range<usize>> {
    let mut masks = url_passwords(text);
    for (key, value) in root.iter() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("version", _) => {}
            ("policy_deployer", _) => given(value, false, &mut masks),
            ("patch", _) => patches(value, &mut masks),
            ("profiles", DeValue::Table(profiles)) => {
                for table in profiles.values() {
                    level("", table, PROFILE_FIELDS, &mut masks);
                }
            }
            ("nodes", DeValue::Table(nodes)) => {
                for table in nodes.values() {
                    level("", table, NODE_FIELDS, &mut masks);
                }
            }
            ("databases", DeValue::Table(databases)) => {
                for table in databases.values() {
                    level("databases.*.", table, DATABASE_FIELDS, &mut masks);
                }
            }
            ("environments", DeValue::Table(environments)) => {
                for table in environments.values() {
                    level("environments.*.", table, ENVIRONMENT_FIELDS, &mut masks);
                }
            }
            ("load_balancers", DeValue::Table(balancers)) => {
                for table in balancers.values() {
                    plain(table, BALANCER_FIELDS, &mut masks);
                }
            }
            ("clusters", DeValue::Table(clusters)) => {
                for table in clusters.values() {
                    plain(table, CLUSTER_FIELDS, &mut masks);
                }
            }
            (name, _) => setting(name, value, &mut masks),
        }
    }
    masks
}

/// A table with settings, whose keys start with `path`, and patches at its top.
/// `fields` are no settings and no secrets.
fn level(path: &str, table: &Spanned<DeValue<'_>>, fields: &[&str], masks: &mut Vec<Range<usize>>) {
    let DeValue::Table(entries) = table.get_ref() else {
        return scalars(table, masks);
    };
    for (key, value) in entries {
        match key.get_ref().as_ref() {
            "patch" if path.is_empty() => patches(value, masks),
            name if fields.contains(&name) => given(value, false, masks),
            name => setting(&format!("{path}{name}"), value, masks),
        }
    }
}

/// A table that holds no secret in the fields that it may have.
fn plain(table: &Spanned<DeValue<'_>>, fields: &[&str], masks: &mut Vec<Range<usize>>) {
    let DeValue::Table(entries) = table.get_ref() else {
        return scalars(table, masks);
    };
    for (key, value) in entries {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("traffic" | "servlet" | "websocket", DeValue::Table(_)) => {
                plain(value, &["http", "https", "ws", "wss"], masks);
            }
            (name, _) if fields.contains(&name) => given(value, false, masks),
            _ => scalars(value, masks),
        }
    }
}

fn setting(path: &str, value: &Spanned<DeValue<'_>>, masks: &mut Vec<Range<usize>>) {
    match (catalogue::depth(path), value.get_ref()) {
        (Depth::Row(row), _) => given(value, row.may_hold_secret(), masks),
        (Depth::Table, DeValue::Table(table)) => {
            for (key, value) in table {
                setting(&format!("{path}.{}", key.get_ref()), value, masks);
            }
        }
        (Depth::Entries, DeValue::Table(table)) => {
            for value in table.values() {
                setting(&format!("{path}.*"), value, masks);
            }
        }
        _ => scalars(value, masks),
    }
}

/// What is given for a known key, be it a value or a reference.
fn given(value: &Spanned<DeValue<'_>>, secret: bool, masks: &mut Vec<Range<usize>>) {
    match value.get_ref() {
        DeValue::Table(table) => {
            let unknown = table
                .iter()
                .filter(|(key, _)| !matches!(key.get_ref().as_ref(), "env" | "file" | "absent"));
            unknown.for_each(|(_, value)| scalars(value, masks));
        }
        _ if secret => scalars(value, masks),
        _ => {}
    }
}

fn patches(value: &Spanned<DeValue<'_>>, masks: &mut Vec<Range<usize>>) {
    let DeValue::Array(patches) = value.get_ref() else {
        return scalars(value, masks);
    };
    for patch in patches.iter() {
        let DeValue::Table(fields) = patch.get_ref() else {
            scalars(patch, masks);
            continue;
        };
        let secret = fields
            .iter()
            .any(|(key, value)| match key.get_ref().as_ref() {
                "secret" => !is_false(value),
                "select" => selects_secret(value),
                _ => false,
            });
        for (key, value) in fields {
            let name = key.get_ref().as_ref();
            match super::patch_reader::FIELDS.contains(&name) {
                true => given(value, secret && PATCH_VALUES.contains(&name), masks),
                false => scalars(value, masks),
            }
        }
    }
}

/// Whether a patch is for the element of a secret row. A selector that can't be
/// read may be meant for one.
fn selects_secret(select: &Spanned<DeValue<'_>>) -> bool {
    match select.get_ref() {
        DeValue::String(text) => Selector::parse(text).map_or(true, |select| holds_secret(&select)),
        _ => false,
    }
}

fn is_false(value: &Spanned<DeValue<'_>>) -> bool {
    matches!(value.get_ref(), DeValue::Boolean(false))
}

/// Every value inside `value`. Tables are written in pieces all over the file,
/// so that only what stands in them has a range of its own.
fn scalars(value: &Spanned<DeValue<'_>>, masks: &mut Vec<Range<usize>>) {
    match value.get_ref() {
        DeValue::Table(table) => table.values().for_each(|value| scalars(value, masks)),
        DeValue::Array(array) => array.iter().for_each(|value| scalars(value, masks)),
        _ => masks.push(value.span()),
    }
}

/// The same for a file that could not be parsed, by the look of its lines: what
/// follows a word like the name of a secret, up to the end of the line or of
/// the multi-line string that starts there.
pub(super) fn in_text(text: &str) -> Vec<Range<usize>> {
    let mut names: Vec<&str> = catalogue::rows()
        .filter(|row| row.may_hold_secret())
        .filter_map(|row| row.key.rsplit('.').next())
        .collect();
    if text
        .lines()
        .any(|line| line.trim_start().starts_with("secret"))
    {
        names.extend(PATCH_VALUES);
    }
    let mut masks = url_passwords(text);
    let mut open: Option<&str> = None;
    let mut begin = 0;
    for line in text.split_inclusive('\n') {
        let end = begin + line.trim_end_matches(['\r', '\n']).len();
        let hidden = match open {
            Some(_) => Some(begin),
            None => secret_word(&text[begin..end], &names).map(|word_end| begin + word_end),
        };
        if let Some(hidden) = hidden {
            masks.push(hidden..end);
            open = still_open(&text[hidden..end], open);
        }
        begin += line.len();
    }
    masks
}

/// Offset behind the first word of `line` that is one of `names` or nearly.
fn secret_word(line: &str, names: &[&str]) -> Option<usize> {
    let mut begin = 0;
    for word in line.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-') {
        let name =
            word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
        if nearest(name, names.iter().copied()).is_some() {
            return Some(begin + name.len());
        }
        begin += word.len();
    }
    None
}

/// The quotes of the multi-line string that is open behind `text`.
fn still_open<'q>(text: &str, mut open: Option<&'q str>) -> Option<&'q str> {
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        let quotes = ["\"\"\"", "'''"]
            .into_iter()
            .find(|quotes| rest.starts_with(quotes.as_bytes()));
        match (open, quotes) {
            (None, Some(quotes)) => open = Some(quotes),
            (Some(opened), Some(quotes)) if opened == quotes => open = None,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 3;
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str, masks: &[Range<usize>]) -> String {
        let mut masks = masks.to_vec();
        masks.sort_by_key(|mask| mask.start);
        let mut out = text.to_owned();
        for mask in masks.iter().rev() {
            out.replace_range(mask.clone(), "*");
        }
        out
    }

    #[test]
    fn of_a_parsed_file() {
        for (text, expect) in [
            ("key_manager.password = 'p'", "key_manager.password = *"),
            ("key_manager.password = 12", "key_manager.password = *"),
            ("key_manager.pasword = 'p'", "key_manager.pasword = *"),
            (
                "key_manager = { pass = { a = 'p' }, username = 'u' }",
                "key_manager = { pass = { a = * }, username = 'u' }",
            ),
            (
                "key_manager.password = { env = 'E', valu = 'p' }",
                "key_manager.password = { env = 'E', valu = * }",
            ),
            (
                "nodes.a = { host = 'h', key_manager = { password = 'p' } }",
                "nodes.a = { host = 'h', key_manager = { password = * } }",
            ),
            (
                "[[patch]]\nset = 'p'\nfile = 'f'\nsecret = true",
                "[[patch]]\nset = *\nfile = 'f'\nsecret = true",
            ),
            (
                "[[patch]]\nset = 's'\nsett = 'p'",
                "[[patch]]\nset = 's'\nsett = *",
            ),
            (
                "profiles.gateway.key_manager.password = 'p'",
                "profiles.gateway.key_manager.password = *",
            ),
            (
                "load_balancers.a = { host_name = 'h', host = 'p', traffic = { http = 1, x = 2 } }",
                "load_balancers.a = { host_name = 'h', host = *, traffic = { http = 1, x = * } }",
            ),
            (
                "clusters.a = { domain = { env = 'E', x = 'p' }, port = 1 }\nclusters.b = 'p'",
                "clusters.a = { domain = { env = 'E', x = * }, port = 1 }\nclusters.b = *",
            ),
            (
                "environments.a = { gateways = 'g', server_url = 'u', gateway = 'p' }",
                "environments.a = { gateways = 'g', server_url = 'u', gateway = * }",
            ),
            (
                "nodes.a = { port_offset = 1, behind = 'b', cluster = 'c', home = { x = 'p' } }",
                "nodes.a = { port_offset = 1, behind = 'b', cluster = 'c', home = { x = * } }",
            ),
            (
                "policy_deployer = 'a'\nprofiles.store = { behind = 'b', behnd = 'p' }",
                "policy_deployer = 'a'\nprofiles.store = { behind = 'b', behnd = * }",
            ),
        ] {
            let table = DeTable::parse(text).unwrap();
            assert_eq!(masked(text, &in_tree(text, table.get_ref())), expect);
        }
    }

    #[test]
    fn of_a_text_that_is_no_toml() {
        for (text, expect) in [
            ("password = \"p\nuser = \"u\"", "password*\nuser = \"u\""),
            ("password \"p\"", "password*"),
            (
                "km = { user = 'u', passwd = 'p' x",
                "km = { user = 'u', passwd*",
            ),
            (
                "password = '''\np\n''' x\nuser = u",
                "password*\n*\n*\nuser = u",
            ),
            ("set = \"s\"", "set = \"s\""),
            ("set = \"s\nsecret = true", "set*\nsecret = true"),
        ] {
            assert_eq!(masked(text, &in_text(text)), expect, "{text}");
        }
    }
}
