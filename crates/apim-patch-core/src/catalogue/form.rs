//! The forms of URLs, host names and cluster members.
//!
//! What is refused is told as a predicate that goes behind the key.

use std::net::Ipv6Addr;

use super::Member;
use crate::diagnostic::printable;

/// The longest host name of DNS (RFC 1035, section 2.3.4).
const MAX_HOST: usize = 253;

/// Refuses what is no URL.
pub(super) fn check_url(text: &str) -> Result<(), String> {
    const EXPECTED: &str = "must be a URL such as https://km.example.com:9443/services/";
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(format!("{EXPECTED}: it has no `://`"));
    };
    let mut letters = scheme.chars();
    if !letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        || !letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    {
        return Err(format!("{EXPECTED}: what stands before `://` is no scheme"));
    }
    let rest = without_placeholders(rest);
    if let Some(c) = rest
        .chars()
        .find(|&c| c <= ' ' || "\"<>\\^`{|}\u{7f}".contains(c))
    {
        return Err(format!(
            "{EXPECTED}: `{}` cannot stand in a URL",
            printable(&c.to_string())
        ));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = split_port(host_and_port);
    if host.is_empty() {
        return Err(format!("{EXPECTED}: it has no host"));
    }
    match port {
        Some(port) if !port.contains(PLACEHOLDER) && parse_port(port).is_none() => Err(format!(
            "{EXPECTED}: its port must be a number from 1 to 65535"
        )),
        _ => Ok(()),
    }
}

/// Whether a URL names its port. The Thrift client takes it from there and
/// knows no default.
pub(crate) fn has_explicit_port(url: &str) -> bool {
    let rest = without_placeholders(url.split_once("://").map_or(url, |(_, rest)| rest));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    split_port(authority).1.is_some_and(|port| !port.is_empty())
}

/// Refuses what is neither a host name nor an address.
pub(super) fn check_host(text: &str) -> Result<(), String> {
    if text.contains("://") {
        return Err("must be a host name or address alone, not a URL".into());
    }
    let filled = without_placeholders(text);
    if filled.parse::<Ipv6Addr>().is_ok() {
        return Ok(());
    }
    if filled.contains(':') {
        return Err("must be a host name or address alone, without a port".into());
    }
    if let Some(c) = filled
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !matches!(*c, '-' | '.' | '_' | PLACEHOLDER))
    {
        return Err(format!(
            "must be a host name or address: `{}` cannot stand in one",
            printable(&c.to_string())
        ));
    }
    let labels = filled.strip_suffix('.').unwrap_or(&filled);
    if filled.len() > MAX_HOST
        || labels
            .split('.')
            .any(|label| label.is_empty() || label.len() > 63)
    {
        return Err(format!(
            "must be a host name or address: its parts are 1 to 63 characters long, at most \
             {MAX_HOST} in all"
        ));
    }
    Ok(())
}

/// What stands for a `${…}` while a value's form is checked: a character that
/// no URL and no host name has.
const PLACEHOLDER: char = '\u{E000}';

/// `text` with every `${…}`, which the server fills in, replaced by
/// [`PLACEHOLDER`].
fn without_placeholders(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        out.push_str(&rest[..start]);
        out.push(PLACEHOLDER);
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    out
}

/// Splits `host:port`; the colons inside brackets belong to the host.
fn split_port(text: &str) -> (&str, Option<&str>) {
    let after_host = text.rfind(']').map_or(0, |end| end + 1);
    match text[after_host..].find(':') {
        Some(colon) => (
            &text[..after_host + colon],
            Some(&text[after_host + colon + 1..]),
        ),
        None => (text, None),
    }
}

fn parse_port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&port| digits && port > 0)
}

/// Reads `host`, `host:port`, `[v6]:port` or a bare IPv6 address.
pub(super) fn parse_member(text: &str) -> Result<Member, String> {
    let refuse = |reason: &str| {
        let shown: String = text.chars().take(80).collect();
        Err(format!("lists `{}`: {reason}", printable(&shown)))
    };
    if text.parse::<Ipv6Addr>().is_ok() {
        return Ok(Member {
            host: format!("[{text}]"),
            port: None,
        });
    }
    let (host, port) = split_port(text);
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').unwrap_or(address);
        if !host.ends_with(']') || address.parse::<Ipv6Addr>().is_err() {
            return refuse("in brackets stands an IPv6 address");
        }
    } else if port.is_some_and(|port| port.contains(':')) {
        return refuse("write an IPv6 address with a port as [address]:port");
    } else if let Err(reason) = check_host(host) {
        return match host.is_empty() {
            true => refuse("a member is host:port"),
            false => refuse(&format!("the host {reason}")),
        };
    }
    let port = match port {
        None => None,
        Some(port) => match parse_port(port) {
            None => return refuse("the port must be a whole number from 1 to 65535"),
            some => some,
        },
    };
    Ok(Member {
        host: host.to_owned(),
        port,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explicit_ports() {
        assert!(has_explicit_port("https://km:9443/services/"));
        assert!(has_explicit_port(
            "https://localhost:${mgt.transport.https.port}${carbon.context}s/"
        ));
        assert!(has_explicit_port("https://[::1]:9443/"));
        assert!(!has_explicit_port("https://km/a:b"));
        assert!(!has_explicit_port("https://[::1]/"));
    }
}
