//! The one table of everything that can be set.
//!
//! Deployment files, `--set`, validation, `inspect` and `explain` read off
//! these rows; no code elsewhere knows a key. A new setting is a new row in the
//! file of its config file, and nothing else.

mod api_manager;
mod axis2;
mod carbon;
mod catalina_server;
mod form;
mod kind;
mod literal;
mod suggestion;

pub(crate) use form::has_explicit_port;
pub use kind::{Checked, Given, Kind, illegal_in_xml};
pub use literal::{Literal, Member, Secret};
pub(crate) use suggestion::nearest;

/// The releases of API-M that the rows were tested with, oldest first. Other
/// 1.x and 2.x homes are patched by the shape of their files.
pub const VERSIONS: &[&str] = &["2.0.0", "2.1.0", "2.2.0", "2.5.0", "2.6.0"];

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Dotted path in a deployment file, the same everywhere it is named.
    pub key: &'static str,
    /// The config file, relative to the home, with `/`.
    pub file: &'static str,
    /// Where it stands in that file.
    pub place: Place,
    /// What values it takes.
    pub kind: Kind,
    /// Whether its value is masked wherever it is shown.
    pub secret: bool,
    /// What to do in a file that has it in no form at all.
    pub absent: WhenAbsent,
    /// What it does, for `explain`.
    pub doc: &'static str,
    /// Where that is documented or was read.
    pub source: &'static str,
    /// A value, spelt as in a deployment file.
    pub example: &'static str,
}

/// Where a setting stands in its file.
///
/// Elements are named by selectors of [`xml_inplace::Selector`]'s subset. An
/// `after` list names siblings behind which what is missing is inserted, the
/// best first; when none of them is there, it becomes the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The text of an element.
    Text {
        /// Selector of the element.
        element: &'static str,
        /// Local names of sibling elements.
        after: &'static [&'static str],
    },
    /// An attribute.
    Attribute {
        /// Selector of the element that carries it.
        element: &'static str,
        /// The attribute's name.
        name: &'static str,
        /// The attribute behind which it is written when it is new.
        after: Option<&'static str>,
    },
    /// Whether an element is active (`true`) or commented out (`false`).
    Presence {
        /// Selector of the element.
        element: &'static str,
    },
    /// Child elements, one per member, matched by host and port.
    Members {
        /// Selector of the element that holds them.
        parent: &'static str,
        /// Local name of each member's element.
        item: &'static str,
        /// Local name of its child with the host.
        host: &'static str,
        /// Local name of its child with the port.
        port: &'static str,
        /// Key of the row whose value is the port of members without one.
        default_port: &'static str,
    },
}

/// What to do where a file has a setting neither active nor commented out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenAbsent {
    /// It is inserted.
    Insert,
    /// This version of API-M has no such setting; nothing is done.
    NotApplicable,
}

/// The rows of each config file. Their order is the order of rows everywhere,
/// so that several inserts beside one neighbour always come out the same.
const FILES: &[&[Row]] = &[
    api_manager::ROWS,
    carbon::ROWS,
    catalina_server::ROWS,
    axis2::ROWS,
];

/// Every row, in the order of the catalogue.
///
/// ```
/// use apim_patch_core::catalogue;
///
/// assert!(catalogue::rows().any(|row| row.key == "key_manager.server_url"));
/// ```
pub fn rows() -> impl Iterator<Item = &'static Row> {
    FILES.iter().flat_map(|rows| rows.iter())
}

/// The row of a key.
pub fn find(key: &str) -> Option<&'static Row> {
    rows().find(|row| row.key == key)
}

/// The key that was most likely meant by one that does not exist.
///
/// ```
/// use apim_patch_core::catalogue::suggest;
///
/// assert_eq!(suggest("key_manager.sever_url"), Some("key_manager.server_url"));
/// assert_eq!(suggest("server_url"), Some("key_manager.server_url"));
/// assert_eq!(suggest("nothing.like.it"), None);
/// ```
pub fn suggest(key: &str) -> Option<&'static str> {
    if key.contains('.') {
        return nearest(key, rows().map(|row| row.key));
    }
    let last = |row: &Row| row.key.rsplit('.').next().unwrap_or(row.key);
    let near = nearest(key, rows().map(last))?;
    let mut found = rows().filter(|row| last(row) == near);
    // `enable` stands in several tables; a guess among them would mislead.
    match (found.next(), found.next()) {
        (Some(row), None) => Some(row.key),
        _ => None,
    }
}

/// Whether some row's key starts with these segments, and whether it is one.
pub(crate) enum Depth {
    /// It is a row's key.
    Row(&'static Row),
    /// It is a table of rows or of further tables.
    Table,
    /// No row has it.
    Nowhere,
}

/// What a dotted path is in the catalogue.
pub(crate) fn depth(path: &str) -> Depth {
    match find(path) {
        Some(row) => Depth::Row(row),
        None if children(path).next().is_some() => Depth::Table,
        None => Depth::Nowhere,
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

impl Row {
    /// Its place in the order of the catalogue.
    pub(crate) fn index(&self) -> usize {
        rows().take_while(|row| row.key != self.key).count()
    }

    /// The selector of its element, or of the element that carries it.
    pub fn element(&self) -> &'static str {
        match self.place {
            Place::Text { element, .. }
            | Place::Attribute { element, .. }
            | Place::Presence { element } => element,
            Place::Members { parent, .. } => parent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn rows_are_sound() {
        let mut keys = HashSet::new();
        for row in rows() {
            assert!(keys.insert(row.key), "{} stands there twice", row.key);
            assert!(row.file.starts_with("repository/conf/") && row.file.ends_with(".xml"));
            assert!(!row.doc.is_empty() && !row.source.is_empty(), "{}", row.key);
            assert!(
                xml_inplace::Selector::parse(row.element()).is_ok(),
                "{}",
                row.key
            );
            assert!(!matches!(depth(row.key), Depth::Table | Depth::Nowhere));
            assert_eq!(
                rows().nth(row.index()).map(|found| found.key),
                Some(row.key)
            );
            if let Place::Members { default_port, .. } = row.place {
                assert!(matches!(
                    find(default_port).map(|row| row.kind),
                    Some(Kind::Port)
                ));
            }
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

    #[test]
    fn suggestions() {
        for (key, expect) in [
            ("key_manger.server_url", Some("key_manager.server_url")),
            ("server.hostname", Some("server.host_name")),
            ("mgt_hostname", Some("server.mgt_host_name")),
            ("https_port", Some("proxy.https_port")),
            ("enable", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(suggest(key), expect, "{key}");
        }
    }
}
