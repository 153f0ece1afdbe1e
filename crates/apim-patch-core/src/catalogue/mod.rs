//! The one table of everything that can be set.
//!
//! Deployment files, `--set`, validation, `inspect` and `explain` read off
//! these rows; no code elsewhere knows a key. A new setting is a new row in the
//! file of its config file, and nothing else.

mod api_manager;
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
mod suggestion;
mod user_mgt;

pub(crate) use form::has_explicit_port;
pub(crate) use key::quoted;
pub use kind::{Checked, Given, Kind, illegal_in_xml};
pub use literal::{Literal, Member, Secret};
pub(crate) use literal::{url_passwords, without_passwords};
pub(crate) use suggestion::nearest;

/// The releases of API-M that the rows were tested with, oldest first. Other
/// 1.x and 2.x homes are patched by the shape of their files.
pub const VERSIONS: &[&str] = &["2.0.0", "2.1.0", "2.2.0", "2.5.0", "2.6.0"];

/// One setting, or one setting of every entry of a keyed table.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Dotted path in a deployment file, the same everywhere it is named. A
    /// `*` stands for the name of an entry: `environments.*.server_url`.
    pub key: &'static str,
    /// The config file, relative to the home, with `/`.
    pub file: &'static str,
    /// Where it stands in that file, for each shape that the file has in some
    /// version; the first whose mark is there counts.
    pub shapes: &'static [Shape],
    /// What values it takes.
    pub kind: Kind,
    /// Whether its value is masked wherever it is shown.
    pub secret: bool,
    /// What to do in a file that has it in no form at all.
    pub absent: WhenAbsent,
    /// How an entry of the keyed table comes into being.
    pub entry: Option<&'static Entry>,
    /// What stock homes have, oldest first.
    pub stock: &'static [Stock],
    /// What it does, for `explain`.
    pub doc: &'static str,
    /// Where that is documented or was read.
    pub source: &'static str,
    /// A value, spelt as in a deployment file.
    pub example: &'static str,
}

/// A shape of a config file, told by what stands in it: version marks of real
/// homes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Selector of an element that only this shape has, active or commented
    /// out; `None` where there is nothing to tell apart.
    pub mark: Option<&'static str>,
    /// Where the setting stands in it.
    pub place: Place,
}

/// The only shape of a file.
const fn always(place: Place) -> Shape {
    Shape { mark: None, place }
}

/// The shape of a file in which `mark` stands.
const fn marked(mark: &'static str, place: Place) -> Shape {
    Shape {
        mark: Some(mark),
        place,
    }
}

/// How the element comes into being that one setting or several need: an entry
/// of a keyed table, for whose name `{}` stands, or an element that is nothing
/// but a name and a value.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Selector of the entry's element.
    pub element: &'static str,
    /// The element as it is inserted where there is none of that name.
    pub fragment: &'static str,
    /// What one that stands in a comment is.
    pub hidden: Hidden,
    /// Selectors of elements behind which it is inserted, the best first.
    pub after: &'static [&'static str],
    /// Selector of the element whose last child it becomes where none of those
    /// is there.
    pub parent: &'static str,
    /// A name, for examples.
    pub example: &'static str,
}

/// What an entry that stands in a comment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// The entry, which is restored with everything in it.
    Restored,
    /// A sample that stock files explain it by, which stays where it is.
    Sample,
}

/// What stock homes have from one release on.
#[derive(Debug, PartialEq, Eq)]
pub struct Stock {
    /// The entry's name; empty for a row that is no entry's.
    pub name: &'static str,
    /// The first release that has it.
    pub since: &'static str,
    /// The value in effect; `None` where it is absent or commented out.
    pub value: Option<&'static str>,
}

/// What stock homes have from `since` on.
const fn since(since: &'static str, value: &'static str) -> Stock {
    of("", since, value)
}

/// What stock homes no longer have from `since` on.
const fn gone(since: &'static str) -> Stock {
    Stock {
        name: "",
        since,
        value: None,
    }
}

/// What an entry of stock homes has from `since` on.
const fn of(name: &'static str, since: &'static str, value: &'static str) -> Stock {
    Stock {
        name,
        since,
        value: Some(value),
    }
}

/// Where a setting stands in its file.
///
/// Elements are named by selectors of [`xml_inplace::Selector`]'s subset, in
/// which `{}` stands for the name of an entry. An `after` list names siblings
/// behind which what is missing is inserted, the best first; when none of them
/// is there, it becomes the first.
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
        /// Whether the element is nothing without it, so that the element is
        /// commented out where there shall be no such setting.
        sole: bool,
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
    /// A property of a `.properties` file.
    Property {
        /// Its key.
        name: &'static str,
        /// Keys of properties behind which a new one is written.
        after: &'static [&'static str],
    },
    /// Whether the file has the content of another file of the home (`true`).
    /// Once it has, both are edited apart; nothing takes the content back.
    Replacement {
        /// The other file, relative to the home.
        by: &'static str,
        /// Selector of an element that only the file to be replaced has.
        unlike: &'static str,
    },
}

/// The text of an element.
const fn text(element: &'static str, after: &'static [&'static str]) -> Place {
    Place::Text { element, after }
}

/// An attribute of an element that has others.
const fn attribute(
    element: &'static str,
    name: &'static str,
    after: Option<&'static str>,
) -> Place {
    Place::Attribute {
        element,
        name,
        after,
        sole: false,
    }
}

/// The value of an element that is nothing but a name and a value.
const fn value_of(element: &'static str) -> Place {
    Place::Attribute {
        element,
        name: "value",
        after: Some("name"),
        sole: true,
    }
}

/// What to do where a file has a setting neither active nor commented out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenAbsent {
    /// It is inserted.
    Insert,
    /// This version of API-M has no such setting; nothing is done.
    NotApplicable,
}

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

/// The key that was most likely meant by one that does not exist.
///
/// ```
/// use apim_patch_core::catalogue::suggest;
///
/// assert_eq!(suggest("key_manager.sever_url"), Some("key_manager.server_url"));
/// assert_eq!(suggest("mgt_host_name"), Some("server.mgt_host_name"));
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

impl Row {
    /// What most rows of one file have in common.
    const fn in_file(file: &'static str) -> Self {
        Self {
            key: "",
            file,
            shapes: &[],
            kind: Kind::Text,
            secret: false,
            absent: WhenAbsent::Insert,
            entry: None,
            stock: &[],
            doc: "",
            source: "",
            example: "",
        }
    }

    /// Whether it is one of every entry of a keyed table.
    pub fn is_keyed(&self) -> bool {
        self.key.contains('*')
    }

    /// Its place in the order of the catalogue.
    pub(crate) fn index(&self) -> usize {
        rows().take_while(|row| row.key != self.key).count()
    }

    /// The selectors of its element, or of the element that carries it, in
    /// each shape of the file; the names of its property.
    pub fn elements(&self) -> impl Iterator<Item = &'static str> {
        self.shapes.iter().map(|shape| shape.place.element())
    }

    /// The row's key, with the name of an entry in place of `*`, quoted as
    /// TOML asks for it.
    pub fn full_key(&self, name: Option<&str>) -> String {
        key::fill(self.key, name)
    }

    /// The row's key as it stands in examples.
    pub fn example_key(&self) -> String {
        self.full_key(self.entry.map(|entry| entry.example))
    }

    /// The value that stock homes of `version` have; `None` where it is
    /// absent or commented out, and for an entry that they do not have.
    pub fn stock_value(&self, name: Option<&str>, version: &str) -> Option<&'static str> {
        let order = |version: &str| VERSIONS.iter().position(|known| *known == version);
        self.stock
            .iter()
            .rfind(|stock| {
                stock.name == name.unwrap_or_default() && order(stock.since) <= order(version)
            })?
            .value
    }
}

impl Place {
    /// The selector of the element that it is about; for a property its key.
    pub fn element(&self) -> &'static str {
        match *self {
            Self::Text { element, .. }
            | Self::Attribute { element, .. }
            | Self::Presence { element } => element,
            Self::Members { parent, .. } => parent,
            Self::Property { name, .. } => name,
            Self::Replacement { unlike, .. } => unlike,
        }
    }
}

/// A selector of the catalogue, with `name` in place of `{}`.
pub(crate) fn selector_of(template: &str, name: Option<&str>) -> String {
    let Some(name) = name else {
        return template.to_owned();
    };
    // A literal of a selector has no escapes; it takes the other quotes.
    let literal = name.contains('\'').then(|| {
        let (before, behind) = template.split_once("{}")?;
        let (path, prefix) = before.rsplit_once('\'')?;
        let (suffix, rest) = behind.split_once('\'')?;
        Some(format!("{path}\"{prefix}{name}{suffix}\"{rest}"))
    });
    literal
        .flatten()
        .unwrap_or_else(|| template.replace("{}", name))
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
