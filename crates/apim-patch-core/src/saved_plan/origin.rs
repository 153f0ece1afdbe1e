//! Who asked, as it is saved: reports and errors name the same place again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Spot;
use crate::profile::Profile;
use crate::spec::Origin;

/// Who asked for a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub(super) enum SavedOrigin {
    File { at: At },
    Node { node: String, at: At },
    ProfileTable { profile: String, at: At },
    Derived { from: String, at: At },
    SetOption,
    SetEnvOption,
    SetFileOption,
    Typed,
    Profile,
}

/// A place in a deployment file that need not be at hand any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) struct At {
    path: String,
    line: usize,
    column: usize,
}

impl At {
    fn of(spot: &Spot) -> Self {
        Self {
            path: spot.path.clone(),
            line: spot.line,
            column: spot.column,
        }
    }

    fn restore(&self) -> Spot {
        Spot::without_text(
            crate::diagnostic::printable(&self.path),
            self.line,
            self.column,
        )
    }
}

impl SavedOrigin {
    pub(super) fn of(origin: &Origin) -> Self {
        match origin {
            Origin::File(spot) => Self::File { at: At::of(spot) },
            Origin::Node { node, spot } => Self::Node {
                node: node.clone(),
                at: At::of(spot),
            },
            Origin::ProfileTable { profile, spot } => Self::ProfileTable {
                profile: profile.clone(),
                at: At::of(spot),
            },
            Origin::Derived { from, spot } => Self::Derived {
                from: from.clone(),
                at: At::of(spot),
            },
            Origin::SetOption => Self::SetOption,
            Origin::SetEnvOption => Self::SetEnvOption,
            Origin::SetFileOption => Self::SetFileOption,
            Origin::Typed => Self::Typed,
            Origin::FixedByProfile { .. } => Self::Profile,
        }
    }

    /// The origin of the setting `key`; `None` where this release's profile
    /// does not fix it.
    pub(super) fn restore(&self, key: &str, profile: &'static Profile) -> Option<Origin> {
        Some(match self {
            Self::File { at } => Origin::File(at.restore()),
            Self::Node { node, at } => Origin::Node {
                node: node.clone(),
                spot: at.restore(),
            },
            Self::ProfileTable { profile, at } => Origin::ProfileTable {
                profile: profile.clone(),
                spot: at.restore(),
            },
            Self::Derived { from, at } => Origin::Derived {
                from: from.clone(),
                spot: at.restore(),
            },
            Self::SetOption => Origin::SetOption,
            Self::SetEnvOption => Origin::SetEnvOption,
            Self::SetFileOption => Origin::SetFileOption,
            Self::Typed => Origin::Typed,
            Self::Profile => Origin::FixedByProfile {
                profile: profile.name,
                reason: profile.fixes.iter().find(|fix| fix.key == key)?.reason,
            },
        })
    }
}
