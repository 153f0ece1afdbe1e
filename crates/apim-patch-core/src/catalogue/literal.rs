//! Checked values, ready to be written.

use std::fmt;
use std::ops::Range;

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
pub struct Secret {
    text: Zeroizing<String>,
    /// What may be shown of it; by default nothing.
    shown: Option<String>,
}

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
            Self::Secret(secret) => Some(secret.text.clone()),
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
        Self {
            text: Zeroizing::new(text.into()),
            shown: None,
        }
    }

    /// Takes over a text of which only the passwords in its URLs are secret.
    ///
    /// ```
    /// use apim_patch_core::catalogue::Secret;
    ///
    /// let broker = Secret::in_urls("amqp://admin:s3cret@clientid/carbon");
    /// assert_eq!(broker.to_string(), "amqp://admin:******@clientid/carbon");
    /// ```
    pub fn in_urls(text: impl Into<String>) -> Self {
        let text = Zeroizing::new(text.into());
        let shown = Some(without_passwords(&text));
        Self { text, shown }
    }

    /// The secret itself: for the file it is written to and for nothing else.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown.as_deref().unwrap_or(MASK))
    }
}

/// The passwords in URLs such as `amqp://user:password@host`; what the server
/// fills in (`${…}`) is none.
pub(crate) fn url_passwords(text: &str) -> Vec<Range<usize>> {
    let mut passwords = Vec::new();
    for (at, _) in text.match_indices("://") {
        let begin = at + "://".len();
        let authority = text[begin..]
            .split(['/', '?', '#', '\'', '"', '<', '>', ' ', '\t', '\r', '\n'])
            .next()
            .unwrap_or_default();
        // A password may hold an `@` although it should not.
        let Some((user_info, _)) = authority.rsplit_once('@') else {
            continue;
        };
        let Some(colon) = after_placeholders(user_info).find(':') else {
            continue;
        };
        let password = begin + colon + 1..begin + user_info.len();
        if !text[password.clone()].starts_with("${") && !password.is_empty() {
            passwords.push(password);
        }
    }
    passwords
}

/// `text`, where `${…}` holds no colon that parts user and password.
fn after_placeholders(text: &str) -> String {
    let mut inside = false;
    text.chars()
        .map(|c| {
            inside = (inside || c == '{') && c != '}';
            match c {
                ':' if inside => '_',
                _ => c,
            }
        })
        .collect()
}

/// `text` with the passwords in its URLs masked.
pub(crate) fn without_passwords(text: &str) -> String {
    let mut shown = String::new();
    let mut end = 0;
    for password in url_passwords(text) {
        shown.push_str(&text[end..password.start]);
        shown.push_str(MASK);
        end = password.end;
    }
    shown.push_str(&text[end..]);
    shown
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_urls() {
        for (text, expect) in [
            (
                "amqp://a:b@c/d?brokerlist='tcp://e:1?x='5''",
                "amqp://a:******@c/d?brokerlist='tcp://e:1?x='5''",
            ),
            (
                "amqp://${jms.username}:${jms.password}@c/d",
                "amqp://${jms.username}:${jms.password}@c/d",
            ),
            ("amqp://${a:b}:p@c", "amqp://${a:b}:******@c"),
            ("https://km:9443/services/", "https://km:9443/services/"),
            (
                "x://a:p@q@h and y://b:z@h",
                "x://a:******@h and y://b:******@h",
            ),
            ("x://a@h, y://:@h", "x://a@h, y://:@h"),
        ] {
            assert_eq!(without_passwords(text), expect);
        }
    }
}
