//! What values a setting takes.

use std::collections::HashSet;
use std::fmt;
use std::ops::RangeInclusive;

use super::form::{check_host, check_url, parse_member};
use super::{Literal, Member, Row, Secret, nearest};
use crate::diagnostic::printable;

/// The type of a setting.
///
/// The server does not trim what it reads. White space around a port, a
/// boolean or one of several words makes it ignore the value or stop, so those
/// are refused padded; around plain text it may be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text that XML can hold.
    Text,
    /// `scheme://host…`; `${…}` stands for what the server fills in.
    Url,
    /// URLs that may hold user and password, such as AMQP's: of those only the
    /// passwords are masked.
    BrokerUrl,
    /// A host name or an address, without a port; `${…}` as in a URL.
    HostName,
    /// `true` or `false`.
    Boolean,
    /// A TCP port.
    Port,
    /// A port offset.
    Offset,
    /// A whole number, of which -1 is the least.
    Number,
    /// One of these words, spelt exactly so.
    OneOf(&'static [&'static str]),
    /// A list of cluster members.
    Members,
}

/// A value as it was given, before its row has looked at it.
#[derive(Clone, Copy)]
pub enum Given<'v> {
    /// Text.
    Text(&'v str),
    /// A whole number; `None` when it is beyond 64 bits.
    Integer(Option<i64>),
    /// A truth value.
    Boolean(bool),
    /// A list of texts.
    List(&'v [&'v str]),
    /// Something else, named with its article.
    Other(&'static str),
}

impl fmt::Debug for Given<'_> {
    /// What it is, not which: whether it is a secret its row knows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text",
            Self::Integer(_) => "Integer",
            Self::Boolean(_) => "Boolean",
            Self::List(_) => "List",
            Self::Other(what) => what,
        })
    }
}

/// A value that a row has accepted.
#[derive(Debug)]
pub struct Checked {
    /// The value.
    pub literal: Literal,
    /// What is odd about it, as a predicate: "starts or ends with white space…".
    pub warning: Option<String>,
}

const PORTS: RangeInclusive<i64> = 1..=65535;

/// Offsets that leave every default port of `carbon.xml` a port: RMIServerPort
/// is 11111.
const OFFSETS: RangeInclusive<i64> = 0..=65535 - 11111;

/// Up to the highest `int` of Java, as which the server reads numbers.
const NUMBERS: RangeInclusive<i64> = -1..=i32::MAX as i64;

impl Row {
    /// Checks a value for this row.
    ///
    /// # Errors
    ///
    /// A predicate that goes behind the key, such as "must be `true` or
    /// `false`, not text". It holds nothing of a secret.
    ///
    /// ```
    /// use apim_patch_core::catalogue::{self, Given, Literal};
    ///
    /// let (row, _) = catalogue::find("proxy.http_port").unwrap();
    /// assert_eq!(row.check(Given::Integer(Some(80))).unwrap().literal, Literal::Number(80));
    /// assert_eq!(
    ///     row.check(Given::Text("eighty")).unwrap_err(),
    ///     "must be a whole number from 1 to 65535, not text"
    /// );
    /// ```
    pub fn check(&self, given: Given<'_>) -> Result<Checked, String> {
        let unlike = |got: &str| Err(format!("must be {}, not {got}", self.kind.expected()));
        let mut warning = None;
        let literal = match (self.kind, given) {
            (
                Kind::Text | Kind::Url | Kind::BrokerUrl | Kind::HostName | Kind::OneOf(_),
                Given::Text(text),
            ) => self.check_text(text, &mut warning)?,
            (Kind::Boolean, Given::Boolean(value)) => Literal::Boolean(value),
            (kind, Given::Integer(Some(number)))
                if kind.range().is_some_and(|range| range.contains(&number)) =>
            {
                Literal::Number(number)
            }
            (Kind::Port | Kind::Offset | Kind::Number, Given::Integer(Some(number)))
                if !self.secret =>
            {
                return unlike(&number.to_string());
            }
            // `true` is a word like others, where others may stand beside it.
            (Kind::OneOf(words), Given::Boolean(value))
                if words.contains(&value.to_string().as_str()) =>
            {
                Literal::Text(value.to_string())
            }
            (Kind::Members, Given::List(items)) => {
                let mut members: Vec<Member> = Vec::new();
                let mut seen = HashSet::new();
                for item in items {
                    let member = parse_member(item)?;
                    if seen.insert(member.clone()) {
                        members.push(member);
                    } else {
                        warning = Some(format!("names {member} twice"));
                    }
                }
                if members.is_empty() {
                    return Err("names no member: leave it out, or list at least one".into());
                }
                Literal::Members(members)
            }
            (_, given) => return unlike(given.name()),
        };
        Ok(Checked { literal, warning })
    }

    /// Checks a value that came as plain text: from the command line, the
    /// environment or a file. Lists are separated by commas.
    ///
    /// # Errors
    ///
    /// As [`Row::check`].
    pub fn check_plain(&self, text: &str) -> Result<Checked, String> {
        match self.kind {
            Kind::Boolean => match text {
                "true" => self.check(Given::Boolean(true)),
                "false" => self.check(Given::Boolean(false)),
                _ => Err(self.unlike_word(text, &["true", "false"])),
            },
            Kind::Port | Kind::Offset => {
                // `parse` alone would take `+80`, which nobody means.
                if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(self.unlike_text(text));
                }
                self.check(Given::Integer(text.parse().ok()))
            }
            Kind::Number => match text.parse() {
                // `parse` alone would take `+50`.
                Ok(number) if !text.starts_with('+') => self.check(Given::Integer(Some(number))),
                _ => Err(self.unlike_text(text)),
            },
            Kind::Members => {
                let items: Vec<&str> = text.split(',').filter(|item| !item.is_empty()).collect();
                self.check(Given::List(&items))
            }
            Kind::Text | Kind::Url | Kind::BrokerUrl | Kind::HostName | Kind::OneOf(_) => {
                self.check(Given::Text(text))
            }
        }
    }

    fn check_text(&self, text: &str, warning: &mut Option<String>) -> Result<Literal, String> {
        if let Some(reason) = illegal_in_xml(text) {
            return Err(reason);
        }
        if text.chars().all(is_blank) {
            return Err(
                "is empty, which the server takes for absent: write { absent = true } if that is meant"
                    .into(),
            );
        }
        let padded = text.starts_with(is_blank) || text.ends_with(is_blank);
        match self.kind {
            Kind::Text if padded => {
                *warning =
                    Some("starts or ends with white space, which the server does not trim".into());
            }
            _ if padded => {
                return Err(
                    "starts or ends with white space, which the server does not trim".into(),
                );
            }
            Kind::Url => check_url(text)?,
            Kind::BrokerUrl if !text.contains("://") => {
                return Err("must be a URL such as amqp://…: it has no `://`".into());
            }
            Kind::BrokerUrl => return Ok(Literal::Secret(Secret::in_urls(text))),
            Kind::HostName => check_host(text)?,
            Kind::OneOf(words) if !words.contains(&text) => {
                return Err(self.unlike_word(text, words));
            }
            _ => {}
        }
        Ok(if self.secret {
            Literal::Secret(Secret::new(text))
        } else {
            Literal::Text(text.to_owned())
        })
    }

    fn unlike_word(&self, text: &str, words: &[&str]) -> String {
        let mut reason = self.unlike_text(text);
        if let Some(word) = nearest(text, words.iter().copied()) {
            reason.push_str(&format!("; did you mean `{word}`?"));
        }
        reason
    }

    fn unlike_text(&self, text: &str) -> String {
        let expected = self.kind.expected();
        if self.secret || text.chars().count() > 80 {
            format!("must be {expected}")
        } else {
            format!("must be {expected}, not `{}`", printable(text))
        }
    }
}

impl Kind {
    /// The values it takes, in words: "must be …".
    pub fn expected(&self) -> String {
        match self {
            Self::Text => "text".into(),
            Self::Url => "a URL".into(),
            Self::BrokerUrl => "the URL of a broker connection".into(),
            Self::HostName => "a host name or address".into(),
            Self::Boolean => "`true` or `false`".into(),
            Self::Port => whole_number(&PORTS),
            Self::Offset => whole_number(&OFFSETS),
            Self::Number => whole_number(&NUMBERS),
            Self::OneOf(words) => {
                let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
                match quoted.split_last() {
                    Some((last, rest)) if !rest.is_empty() => {
                        format!("{} or {last}", rest.join(", "))
                    }
                    _ => quoted.concat(),
                }
            }
            Self::Members => r#"a list of members such as ["10.0.0.4:4000"]"#.into(),
        }
    }

    /// The whole numbers that it takes, where it takes such.
    pub fn range(&self) -> Option<RangeInclusive<i64>> {
        match self {
            Self::Port => Some(PORTS),
            Self::Offset => Some(OFFSETS),
            Self::Number => Some(NUMBERS),
            _ => None,
        }
    }

    /// Whether its values are text, so that they may be kept in a variable or
    /// a file.
    pub fn is_text(&self) -> bool {
        matches!(
            self,
            Self::Text | Self::Url | Self::BrokerUrl | Self::HostName | Self::OneOf(_)
        )
    }
}

fn whole_number(range: &RangeInclusive<i64>) -> String {
    format!("a whole number from {} to {}", range.start(), range.end())
}

impl Given<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(Some(_)) => "a whole number",
            Self::Integer(None) => "a number of that size",
            Self::Boolean(_) => "a truth value",
            Self::List(_) => "a list",
            Self::Other(name) => name,
        }
    }
}

/// What keeps `text` out of an XML 1.0 file, as a predicate that does not show
/// it.
///
/// ```
/// use apim_patch_core::catalogue::illegal_in_xml;
///
/// assert_eq!(
///     illegal_in_xml("abc\u{1}").as_deref(),
///     Some("holds U+0001 at index 3, which no XML file can hold")
/// );
/// assert_eq!(illegal_in_xml("a\tb\u{10000}"), None);
/// ```
pub fn illegal_in_xml(text: &str) -> Option<String> {
    let illegal = xml_inplace::check_value(text).err()?;
    Some(format!(
        "holds U+{:04X} at index {}, which no XML file can hold",
        illegal.code,
        illegal.index - 1
    ))
}

/// White space of XML, which is also what the server's parser keeps.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

#[cfg(test)]
mod tests {
    use crate::catalogue::row;

    /// `expect` is the value as it is shown, or the start of the refusal.
    fn check(key: &str, text: &str, expect: Result<&str, &str>) {
        match (row(key).unwrap().check_plain(text), expect) {
            (Ok(checked), Ok(expect)) => assert_eq!(checked.literal.to_string(), expect, "{text}"),
            (Err(reason), Err(expect)) => assert!(reason.contains(expect), "{text}: {reason}"),
            (got, _) => panic!("{key} = {text:?}: {got:?}"),
        }
    }

    #[test]
    fn texts() {
        check(
            "key_manager.username",
            "${admin.username}",
            Ok("${admin.username}"),
        );
        check("key_manager.username", "--force $(id)", Ok("--force $(id)"));
        check("key_manager.username", " ", Err("is empty"));
        check(
            "key_manager.username",
            "a\u{fffe}",
            Err("U+FFFE at index 1"),
        );
        check("key_manager.password", "s3cret", Ok("******"));
        check("key_manager.client", "WSClient", Ok("WSClient"));
        check(
            "key_manager.client",
            "WSclient",
            Err("did you mean `WSClient`?"),
        );
        check("key_manager.client", " WSClient", Err("white space"));
        let padded = row("key_manager.username")
            .unwrap()
            .check_plain(" a")
            .unwrap();
        assert!(padded.warning.unwrap().contains("white space"));
    }

    #[test]
    fn urls() {
        for url in [
            "https://km.example.com:9443/services/",
            "https://localhost:${mgt.transport.https.port}${carbon.context}services/",
            "https://[::1]:9443/",
            "https://km",
            "http://user@km:80?x#y",
        ] {
            check("key_manager.server_url", url, Ok(url));
        }
        for (url, reason) in [
            ("km.example.com:9443", "no `://`"),
            ("https://", "no host"),
            ("https:///services", "no host"),
            ("https://km:99999/", "port"),
            ("https://km:/", "port"),
            ("https://km:{port}/", "`{`"),
            ("https://km example", "` `"),
            ("1https://km", "scheme"),
        ] {
            check("key_manager.server_url", url, Err(reason));
        }
    }

    #[test]
    fn hosts() {
        for host in [
            "gw.am.wso2.com",
            "10.0.0.4",
            "::1",
            "a_b",
            "${carbon.local.ip}",
            "gw.",
        ] {
            check("server.host_name", host, Ok(host));
        }
        for (host, reason) in [
            ("https://gw", "not a URL"),
            ("gw:9443", "without a port"),
            ("gw..com", "parts"),
            ("</HostName><Evil/>", "`<`"),
            ("gw ", "white space"),
        ] {
            check("server.host_name", host, Err(reason));
        }
    }

    #[test]
    fn numbers_and_booleans() {
        check("proxy.http_port", "80", Ok("80"));
        for text in [
            "0",
            "65536",
            "-1",
            "+80",
            " 80",
            "eighty",
            "",
            "99999999999999999999",
        ] {
            check(
                "proxy.http_port",
                text,
                Err("must be a whole number from 1 to 65535"),
            );
        }
        check("server.port_offset", "0", Ok("0"));
        check(
            "server.port_offset",
            "60000",
            Err("from 0 to 54424, not 60000"),
        );
        check("jwt.enable", "true", Ok("true"));
        check(
            "jwt.enable",
            "True",
            Err("must be `true` or `false`, not `True`"),
        );
    }

    #[test]
    fn members() {
        check(
            "clustering.members",
            "10.0.0.4:4000,h",
            Ok("10.0.0.4:4000, h"),
        );
        check(
            "clustering.members",
            "[::1]:4000,::2",
            Ok("[::1]:4000, [::2]"),
        );
        check(
            "clustering.members",
            "192.168.1.2-10:4000",
            Ok("192.168.1.2-10:4000"),
        );
        check("clustering.members", "a:1,a:1", Ok("a:1"));
        for (text, reason) in [
            ("", "names no member"),
            ("a:0", "the port must be"),
            ("a:", "the port must be"),
            (":4000", "host:port"),
            ("::1:x:4000", "[address]:port"),
            ("[::1:4000", "in brackets"),
            ("[km]:1", "in brackets"),
            ("a b:1", "cannot stand in one"),
        ] {
            check("clustering.members", text, Err(reason));
        }
    }
}
