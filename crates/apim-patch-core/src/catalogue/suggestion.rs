//! "Did you mean".

use super::{key, rows};

/// How alike two names must be (Jaro-Winkler) before one is taken for a typing
/// error of the other; below this, short names suggest each other at random.
const ALIKE: f64 = 0.85;

/// The candidate most like `name`, if one is alike enough. Among equals the
/// first wins.
///
/// ```
/// use apim_patch_core::catalogue::nearest;
///
/// assert_eq!(nearest("gw1", ["gw-1", "tm-1"]), Some("gw-1"));
/// assert_eq!(nearest("x", ["gw-1", "tm-1"]), None);
/// ```
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // Comparing is quadratic in the length, and no candidate is that long.
    if name.len() > 200 {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let alike = strsim::jaro_winkler(&name, &candidate.to_ascii_lowercase());
        if alike >= ALIKE && best.is_none_or(|(most, _)| alike > most) {
            best = Some((alike, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The key that was most likely meant by one that does not exist; it keeps the
/// name of its entry.
///
/// ```
/// use apim_patch_core::catalogue::suggest;
///
/// assert_eq!(suggest("key_manager.sever_url").as_deref(), Some("key_manager.server_url"));
/// assert_eq!(suggest("mgt_host_name").as_deref(), Some("server.mgt_host_name"));
/// assert_eq!(suggest("environments.eu.typ").as_deref(), Some("environments.eu.type"));
/// assert_eq!(suggest("nothing.like.it"), None);
/// ```
pub fn suggest(key: &str) -> Option<String> {
    if key.contains('.') {
        return nearest_like(key, rows().map(|row| row.key));
    }
    key_of_last(nearest(key, rows().map(|row| last(row.key)))?)
}

/// The same where a table of keys may be named as well.
///
/// ```
/// use apim_patch_core::catalogue::suggest_key_or_table;
///
/// assert_eq!(suggest_key_or_table("proxi").as_deref(), Some("proxy"));
/// assert_eq!(suggest_key_or_table("key_manager.thrft").as_deref(), Some("key_manager.thrift"));
/// ```
pub fn suggest_key_or_table(name: &str) -> Option<String> {
    if name.contains('.') {
        return nearest_like(name, rows().map(|row| row.key).chain(tables()));
    }
    let lasts = rows().map(|row| last(row.key));
    let near = nearest(name, tables().chain(lasts))?;
    match tables().any(|table| table == near) {
        true => Some(near.to_owned()),
        false => key_of_last(near),
    }
}

/// The only key that ends with this name: `enable` stands in several tables,
/// and a guess among them would mislead.
fn key_of_last(name: &str) -> Option<String> {
    let mut found = rows().filter(|row| last(row.key) == name);
    match (found.next(), found.next()) {
        (Some(row), None) => Some(row.key.to_owned()),
        _ => None,
    }
}

fn last(key: &'static str) -> &'static str {
    key.rsplit('.').next().unwrap_or(key)
}

/// Every table that holds keys or further tables.
fn tables() -> impl Iterator<Item = &'static str> {
    rows().flat_map(|row| row.key.match_indices('.').map(|(at, _)| &row.key[..at]))
}

/// The nearest of `candidates`, with the names that `key` has in place of
/// their `*`.
fn nearest_like(key: &str, candidates: impl Iterator<Item = &'static str>) -> Option<String> {
    let parts = key::split(key).unwrap_or_default();
    let filled: Vec<String> = candidates
        .map(|candidate| {
            let star = candidate.split('.').position(|segment| segment == "*");
            let name = star.and_then(|star| parts.get(star).copied());
            key::fill(candidate, name.filter(|name| *name != "*"))
        })
        .collect();
    nearest(key, filled.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions() {
        for (key, expect) in [
            ("key_manger.server_url", Some("key_manager.server_url")),
            ("server.hostname", Some("server.host_name")),
            ("mgt_hostname", Some("server.mgt_host_name")),
            ("https_port", Some("proxy.https_port")),
            (
                "environments.'a b'.server_ur",
                Some("environments.\"a b\".server_url"),
            ),
            (
                "environments.*.server_ur",
                Some("environments.*.server_url"),
            ),
            ("enable", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(suggest(key).as_deref(), expect, "{key}");
        }
    }

    #[test]
    fn tables_too() {
        for (name, expect) in [
            ("key_manger", Some("key_manager")),
            ("key_manager.thrif", Some("key_manager.thrift")),
            ("environment", Some("environments")),
            ("https_prt", Some("proxy.https_port")),
            ("x", None),
        ] {
            assert_eq!(suggest_key_or_table(name).as_deref(), expect, "{name}");
        }
    }
}
