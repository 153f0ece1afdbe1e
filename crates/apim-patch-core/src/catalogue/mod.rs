//! The one table of everything that can be set.
//!
//! Deployment files, `--set`, validation, `inspect` and `explain` read off
//! these rows; no code elsewhere knows a key. A new setting is a new row in the
//! file of its config file, and nothing else.

mod api_manager;
mod apps;
mod axis2;
mod carbon;
mod catalina_server;
mod datasources;
mod form;
mod jndi;
mod key;
mod kind;
mod literal;
mod registry;
mod row;
mod suggestion;
mod user_mgt;

pub use apps::{Apps, apps};
pub(crate) use apps::{
    INBOUND_ENDPOINTS, JAGGERYAPPS, SYNAPSE_CONFIGS, SYNAPSE_KEPT, WEB_SOCKET_ENDPOINTS, WEBAPPS,
};
pub(crate) use form::has_explicit_port;
pub(crate) use key::quoted;
pub use kind::{Checked, Given, Kind, illegal_in_xml};
pub use literal::{Literal, Member, Secret};
pub(crate) use literal::{url_passwords, without_passwords};
pub(crate) use row::selector_of;
pub use row::{Entry, Hidden, Place, Row, Shape, Stock, WhenAbsent};
use row::{always, attribute, gone, marked, of, since, text, value_of};
pub use suggestion::{nearest, suggest, suggest_key_or_table};

/// The releases of API-M that the rows were tested with, oldest first. Other
/// 1.x and 2.x homes are patched by the shape of their files.
pub const VERSIONS: &[&str] = &["2.0.0", "2.1.0", "2.2.0", "2.5.0", "2.6.0"];

/// The rows, block by block. Their order is the order of rows everywhere, so
/// that several inserts beside one neighbour always come out the same.
const BLOCKS: &[&[&[Row]]] = &[
    &api_manager::BLOCKS,
    &[
        carbon::ROWS,
        catalina_server::ROWS,
        axis2::ROWS,
        registry::ROWS,
        user_mgt::ROWS,
        datasources::ROWS,
        jndi::ROWS,
    ],
];

/// Every row, in the order of the catalogue.
///
/// ```
/// use apim_patch_core::catalogue;
///
/// assert!(catalogue::rows().any(|row| row.key == "key_manager.server_url"));
/// ```
pub fn rows() -> impl Iterator<Item = &'static Row> {
    BLOCKS
        .iter()
        .flat_map(|blocks| blocks.iter())
        .flat_map(|rows| rows.iter())
}

/// The row of a key, with the name of the entry that the key has in place of
/// the row's `*`.
///
/// ```
/// use apim_patch_core::catalogue::find;
///
/// let (row, name) = find("environments.'Production and Sandbox'.server_url").unwrap();
/// assert_eq!(row.key, "environments.*.server_url");
/// assert_eq!(name.as_deref(), Some("Production and Sandbox"));
/// assert_eq!(row.full_key(name.as_deref()), "environments.\"Production and Sandbox\".server_url");
/// assert!(find("environments.*.server_url").is_none());
/// ```
pub fn find(key: &str) -> Option<(&'static Row, Option<String>)> {
    let parts = key::split(key)?;
    rows().find_map(|row| {
        let name = key::fits(row.key, &parts)?;
        Some((row, name))
    })
}

/// The row whose key is spelt exactly so, `*` included.
pub(crate) fn row(key: &str) -> Option<&'static Row> {
    rows().find(|row| row.key == key)
}

/// Whether some row's key starts with these segments, and whether it is one.
pub(crate) enum Depth {
    /// It is a row's key.
    Row(&'static Row),
    /// It is a table of rows or of further tables.
    Table,
    /// It is a table whose keys are names of entries.
    Entries,
    /// No row has it.
    Nowhere,
}

/// What a dotted path is in the catalogue; a `*` in it stands for any name.
pub(crate) fn depth(path: &str) -> Depth {
    match row(path) {
        Some(row) => Depth::Row(row),
        None => match children(path).next() {
            Some("*") => Depth::Entries,
            Some(_) => Depth::Table,
            None => Depth::Nowhere,
        },
    }
}

/// The names that may stand in the table `path`; `""` is the top. A name that
/// several rows share comes several times.
pub(crate) fn children(path: &str) -> impl Iterator<Item = &'static str> {
    rows().filter_map(move |row| {
        let rest = match path {
            "" => row.key,
            _ => row.key.strip_prefix(path)?.strip_prefix('.')?,
        };
        rest.split('.').next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use xml_inplace::Selector;

    #[test]
    fn rows_are_sound() {
        let mut keys = HashSet::new();
        for row in rows() {
            assert!(keys.insert(row.key), "{} stands there twice", row.key);
            assert!(row.file.starts_with("repository/conf/"), "{}", row.key);
            assert!(!row.doc.is_empty() && !row.source.is_empty(), "{}", row.key);
            assert!(!row.shapes.is_empty(), "{}", row.key);
            let is_entry = row.is_keyed();
            for shape in row.shapes {
                let element = shape.place.element();
                if !matches!(shape.place, Place::Property { .. }) {
                    let selector = selector_of(element, is_entry.then_some("a 'name'"));
                    assert!(Selector::parse(&selector).is_ok(), "{}", row.key);
                }
                assert_eq!(element.contains("{}"), is_entry, "{}", row.key);
                if let Some(mark) = shape.mark {
                    assert!(Selector::parse(mark).is_ok(), "{}", row.key);
                }
                if let Place::Members { default_port, .. } = shape.place {
                    let port = super::row(default_port).map(|row| row.kind);
                    assert!(matches!(port, Some(Kind::Port)), "{}", row.key);
                }
            }
            // What comes behind a shape without a mark is never reached.
            let unmarked = row.shapes.iter().position(|shape| shape.mark.is_none());
            assert!(
                unmarked.is_none_or(|at| at + 1 == row.shapes.len()),
                "{}",
                row.key
            );
            if let Some(entry) = row.entry {
                let fragment = entry.fragment.replace("{}", "name");
                assert!(
                    xml_inplace::Fragment::parse(&fragment).is_ok(),
                    "{}",
                    row.key
                );
            }
            assert!(
                row.stock
                    .iter()
                    .all(|stock| VERSIONS.contains(&stock.since)),
                "{}",
                row.key
            );
            assert!(!matches!(depth(row.key), Depth::Table | Depth::Nowhere));
            assert_eq!(
                rows().nth(row.index()).map(|found| found.key),
                Some(row.key)
            );
        }
        for row in rows() {
            let inside = format!("{}.", row.key);
            assert!(
                !keys.iter().any(|key| key.starts_with(&inside)),
                "{}",
                row.key
            );
        }
    }

    /// A table is written once, as TOML asks for.
    #[test]
    fn rows_of_one_table_stand_together() {
        let mut tables: Vec<&str> = Vec::new();
        for row in rows() {
            let (table, _) = row.key.rsplit_once('.').unwrap();
            if tables.last() != Some(&table) {
                assert!(!tables.contains(&table), "{}", row.key);
                tables.push(table);
            }
        }
    }

    #[test]
    fn names_in_selectors() {
        for (template, name, expect) in [
            ("/a[@b='{}']/c", "x", "/a[@b='x']/c"),
            ("/a[@b='{}']/c", "it's", "/a[@b=\"it's\"]/c"),
            (
                "/a[@z='y']/b[@c='p.{}.q']",
                "it's",
                "/a[@z='y']/b[@c=\"p.it's.q\"]",
            ),
            ("/a", "it's", "/a"),
        ] {
            let selector = selector_of(template, Some(name));
            assert_eq!(selector, expect);
            assert!(Selector::parse(&selector).is_ok(), "{selector}");
        }
    }
}
