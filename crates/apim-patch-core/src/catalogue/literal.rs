//! Checked values, ready to be written.

use std::fmt;

use zeroize::Zeroizing;

use crate::diagnostic::MASK;

/// A value that its row has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// Text, as it is to be written.
    Text(String),
    /// Text that nobody may see.
    Secret(Secret),
    /// Written as `true` or `false`; for a
    /// [`Place::Presence`](super::Place::Presence) whether the element is
    /// active.
    Boolean(bool),
    /// Written in decimal digits.
    Number(i64),
    /// Cluster members, each named once, in the order they were given.
    Members(Vec<Member>),
}

/// A secret: masked wherever it is formatted, zeroed when dropped.
///
/// ```
/// use apim_patch_core::catalogue::Secret;
///
/// let secret = Secret::new("s3cret");
/// assert_eq!(format!("{secret} {secret:?}"), "****** ******");
/// assert_eq!(secret.expose(), "s3cret");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

/// One member of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Member {
    /// Name, address, address range (`192.168.1.2-10`) or, in brackets, an
    /// IPv6 address. The brackets belong to the value: the server puts host and
    /// port together with a colon.
    pub host: String,
    /// Port, if it was given.
    pub port: Option<u16>,
}

impl Literal {
    /// The characters to be written; `None` for members, which are elements.
    ///
    /// What comes back may be a secret: it is for the file, never for output.
    pub fn to_text(&self) -> Option<Zeroizing<String>> {
        match self {
            Self::Text(text) => Some(Zeroizing::new(text.clone())),
            Self::Secret(secret) => Some(secret.0.clone()),
            Self::Boolean(value) => Some(Zeroizing::new(value.to_string())),
            Self::Number(value) => Some(Zeroizing::new(value.to_string())),
            Self::Members(_) => None,
        }
    }
}

impl fmt::Display for Literal {
    /// The value as it may be shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Secret(secret) => secret.fmt(f),
            Self::Boolean(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Members(members) => {
                for (index, member) in members.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{member}")?;
                }
                Ok(())
            }
        }
    }
}

impl Secret {
    /// Takes a secret over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself: for the file it is written to and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}
