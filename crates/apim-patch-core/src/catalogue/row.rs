//! What a row is made of, and how rows are written down.

use super::{Kind, Literal, VERSIONS, key, rows, url_passwords};

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
pub(super) const fn always(place: Place) -> Shape {
    Shape { mark: None, place }
}

/// The shape of a file in which `mark` stands.
pub(super) const fn marked(mark: &'static str, place: Place) -> Shape {
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
pub(super) const fn since(since: &'static str, value: &'static str) -> Stock {
    of("", since, value)
}

/// What stock homes no longer have from `since` on.
pub(super) const fn gone(since: &'static str) -> Stock {
    Stock {
        name: "",
        since,
        value: None,
    }
}

/// What an entry of stock homes has from `since` on.
pub(super) const fn of(name: &'static str, since: &'static str, value: &'static str) -> Stock {
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
        /// SHA-256 of the file as releases come with it.
        stock: &'static [&'static str],
    },
}

/// The text of an element.
pub(super) const fn text(element: &'static str, after: &'static [&'static str]) -> Place {
    Place::Text { element, after }
}

/// An attribute of an element that has others.
pub(super) const fn attribute(
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
pub(super) const fn value_of(element: &'static str) -> Place {
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

impl Row {
    /// What most rows of one file have in common.
    pub(super) const fn in_file(file: &'static str) -> Self {
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

    /// Whether it says if an element is active or commented out.
    pub(crate) fn is_presence(&self) -> bool {
        let mut shapes = self.shapes.iter();
        shapes.any(|shape| matches!(shape.place, Place::Presence { .. }))
    }

    /// Whether its value is a secret or may hold one.
    pub(crate) fn may_hold_secret(&self) -> bool {
        self.secret || self.kind == Kind::BrokerUrl
    }

    /// Whether a value that it has accepted is a secret or holds one.
    pub(crate) fn holds_secret(&self, literal: &Literal) -> bool {
        match literal {
            Literal::Secret(secret) if self.kind == Kind::BrokerUrl => {
                !url_passwords(secret.expose()).is_empty()
            }
            _ => self.secret,
        }
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

    /// The table that the key stands in, and its name there, as a deployment
    /// file spells them.
    pub fn table_and_name(&self, name: Option<&str>) -> (String, String) {
        let (table, last) = self.key.rsplit_once('.').unwrap_or(("", self.key));
        let filled = |part: &str| match name {
            Some(name) => part.replacen('*', &key::quoted(name), 1),
            None => part.to_owned(),
        };
        (filled(table), filled(last))
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
