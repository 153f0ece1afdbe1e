//! What a setting is asked to be, and who asked.

use std::fmt;
use std::path::PathBuf;

use crate::catalogue::{Literal, Row};
use crate::diagnostic::{Diagnostic, Spot, printable, printable_name, printable_path};

/// What is asked for one setting.
///
/// `V` is [`Value`] as long as references have not been read, and
/// [`Resolved`](super::Resolved) afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<V = Value> {
    /// The setting.
    pub row: &'static Row,
    /// The entry of a keyed table that it belongs to.
    pub name: Option<String>,
    /// What it shall be.
    pub requested: Requested<V>,
    /// Who asked.
    pub origin: Origin,
}

impl<V> Setting<V> {
    /// Its dotted key.
    pub fn key(&self) -> String {
        self.row.full_key(self.name.as_deref())
    }

    /// What tells it from other settings; sorts as the catalogue does.
    pub(crate) fn identity(&self) -> (usize, Option<String>) {
        (self.row.index(), self.name.clone())
    }
}

/// What a setting shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requested<V = Value> {
    /// This value.
    Value(V),
    /// `{ absent = true }`: there shall be no such setting.
    Absent,
}

/// A value, or where it is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The value itself, checked.
    Literal(Literal),
    /// It is kept elsewhere.
    Reference(Reference),
    /// It is put together of these, in their order.
    Template(Vec<Value>),
}

/// Where a value is kept that stands in no deployment file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reference {
    /// In this environment variable.
    Environment(String),
    /// In this file. Relative paths of a deployment file have been joined to
    /// the folder of that file.
    File(PathBuf),
}

/// Who asked for a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A deployment file for one node.
    File(Spot),
    /// The node's own table in a deployment file.
    Node {
        /// The node's name.
        node: String,
        /// The place of the value.
        spot: Spot,
    },
    /// The table of the node's profile in a deployment file.
    ProfileTable {
        /// The profile's name.
        profile: String,
        /// The place of the value.
        spot: Spot,
    },
    /// It follows from tables of a deployment file.
    Derived {
        /// The table, or the key in it, from which it follows.
        from: String,
        /// The place of that.
        spot: Spot,
    },
    /// `--set`.
    SetOption,
    /// `--set-env`.
    SetEnvOption,
    /// `--set-file`.
    SetFileOption,
    /// The user, asked for each change.
    Typed,
    /// The profile fixes it, because nobody said otherwise.
    FixedByProfile {
        /// The profile's name.
        profile: &'static str,
        /// Why.
        reason: &'static str,
    },
}

impl Origin {
    /// The place in a deployment file, if the value stands in one.
    pub fn spot(&self) -> Option<&Spot> {
        match self {
            Self::File(spot)
            | Self::Node { spot, .. }
            | Self::ProfileTable { spot, .. }
            | Self::Derived { spot, .. } => Some(spot),
            Self::SetOption
            | Self::SetEnvOption
            | Self::SetFileOption
            | Self::Typed
            | Self::FixedByProfile { .. } => None,
        }
    }

    /// `diagnostic` with this origin as its place; where there is none in a
    /// file, a sentence names it.
    #[must_use]
    pub fn attach(&self, diagnostic: Diagnostic, text: &str) -> Diagnostic {
        match self.spot() {
            Some(spot) => diagnostic.at(spot.clone(), text),
            None => diagnostic.help(format!("it was given by {self}")),
        }
    }
}

impl fmt::Display for Origin {
    /// Short, for reports: `apim-patch.toml:12:3`, `--set`, `profile gateway`,
    /// `load_balancers.gw (apim-patch.toml:8:1)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(spot) | Self::Node { spot, .. } | Self::ProfileTable { spot, .. } => {
                spot.fmt(f)
            }
            Self::Derived { from, spot } => write!(f, "{from} ({spot})"),
            Self::SetOption => f.write_str("--set"),
            Self::SetEnvOption => f.write_str("--set-env"),
            Self::SetFileOption => f.write_str("--set-file"),
            Self::Typed => f.write_str("typed"),
            Self::FixedByProfile { profile, .. } => write!(f, "profile {profile}"),
        }
    }
}

impl Origin {
    /// The same in a sentence, for people who ask why: `follows from
    /// load_balancers.gw, apim-patch.toml:8:1`.
    pub fn sentence(&self) -> String {
        match self {
            Self::File(spot) => format!("given in {spot}"),
            Self::Node { node, spot } => {
                format!("given for node {}, {spot}", printable_name(node))
            }
            Self::ProfileTable { profile, spot } => format!("given for profile {profile}, {spot}"),
            Self::Derived { from, spot } => {
                format!("follows from {}, {spot}", printable_name(from))
            }
            Self::SetOption | Self::SetEnvOption | Self::SetFileOption => {
                format!("given with {self}")
            }
            Self::Typed => "typed by the user".to_owned(),
            Self::FixedByProfile { profile, reason } => {
                format!("fixed by profile {profile}: {reason}")
            }
        }
    }
}

impl fmt::Display for Value {
    /// The value as it may be shown. What is kept elsewhere is not read, but
    /// named, in the middle of other text in braces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(literal) => literal.fmt(f),
            Self::Reference(reference) => reference.fmt(f),
            Self::Template(values) => values.iter().try_for_each(|value| match value {
                Self::Reference(reference) => write!(f, "{{{reference}}}"),
                value => value.fmt(f),
            }),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment variable `{}`", printable(name)),
            Self::File(path) => write!(f, "file `{}`", printable_path(path)),
        }
    }
}
