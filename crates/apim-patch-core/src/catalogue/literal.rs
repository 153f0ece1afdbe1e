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

/// The passwords in URLs such as `amqp://user:password@host` and
/// `jdbc:…?password=…`, in their order; what the server fills in (`${…}`) is
/// none.
pub(crate) fn url_passwords(text: &str) -> Vec<Range<usize>> {
    let mut passwords = Vec::new();
    for (at, _) in text.match_indices("://") {
        let begin = at + "://".len();
        let user_info = match text[..at].ends_with("amqp") {
            true => broker_user_info(&text[begin..]),
            // A password may hold an `@` although it should not.
            false => authority(&text[begin..])
                .rsplit_once('@')
                .map(|(user_info, _)| user_info),
        };
        let Some(user_info) = user_info else {
            continue;
        };
        if let Some(colon) = after_placeholders(user_info).find(':') {
            passwords.push(begin + colon + 1..begin + user_info.len());
        }
    }
    let lower = text.to_ascii_lowercase();
    for (at, word) in lower.match_indices("password=") {
        let begin = at + word.len();
        let end = ['&', ';', '<', '"', '\'', ' ', '\t', '\r', '\n'];
        let length = text[begin..].find(end).unwrap_or(text.len() - begin);
        passwords.push(begin..begin + length);
    }
    passwords.sort_by_key(|password| (password.start, password.end));
    let mut end = 0;
    passwords.retain(|password| {
        let apart = password.start >= end && !password.is_empty();
        let is_filled_in = is_placeholder(&text[password.clone()]);
        if apart {
            end = password.end;
        }
        apart && !is_filled_in
    });
    passwords
}

/// What stands in front of path and query.
fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#', '\'', '"', '<', '>', ' ', '\t', '\r', '\n'])
        .next()
        .unwrap_or_default()
}

/// User and password of a broker's URL. They may hold anything, so that they
/// are taken to end with the last `@` in front of the options; a line of a
/// `.properties` file goes on behind a backslash.
fn broker_user_info(rest: &str) -> Option<&str> {
    let ends = rest.match_indices('\n').map(|(at, _)| at);
    let mut ends = ends.filter(|at| !rest[..*at].trim_end_matches('\r').ends_with('\\'));
    let line = &rest[..ends.next().unwrap_or(rest.len())];
    let line = line.split("</").next().unwrap_or_default();
    let options = ["?brokerlist", "?failover"]
        .iter()
        .filter_map(|word| line.find(word));
    let line = &line[..options.min().unwrap_or(line.len())];
    line.rsplit_once('@').map(|(user_info, _)| user_info)
}

/// Whether the server fills all of it in.
fn is_placeholder(text: &str) -> bool {
    text.strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
        .is_some_and(|name| !name.contains(['$', '{', '}']))
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
            (
                "amqp://a:p/q r'@c/d?brokerlist='tcp://e:1'",
                "amqp://a:******@c/d?brokerlist='tcp://e:1'",
            ),
            ("amqp://a:b\\\n  c@d/e\nf@g", "amqp://a:******@d/e\nf@g"),
            ("amqp://a:${x}y@c", "amqp://a:******@c"),
            (
                "jdbc:mysql://h/d?user=u&password=p&x=y",
                "jdbc:mysql://h/d?user=u&password=******&x=y",
            ),
        ] {
            assert_eq!(without_passwords(text), expect);
        }
    }
}
