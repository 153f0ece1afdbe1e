//! Hosts and ports in what settings say.

use super::model::Node;

/// Host and port of a URL, as they stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) port: Option<String>,
}

impl Address {
    /// Reads a URL such as `https://km:9443/services/`.
    pub(super) fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.trim().split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let authority = &rest[..end];
        let authority = authority.rsplit_once('@').map_or(authority, |(_, at)| at);
        // A colon in brackets belongs to an IPv6 address.
        let colon = authority
            .rfind(':')
            .filter(|colon| !authority[*colon..].contains(']'));
        let (host, port) = match colon {
            Some(colon) => (&authority[..colon], Some(&authority[colon + 1..])),
            None => (authority, None),
        };
        (!host.is_empty()).then(|| Self {
            scheme: scheme.to_ascii_lowercase(),
            host: host.to_owned(),
            port: port.filter(|port| !port.is_empty()).map(str::to_owned),
        })
    }

    /// The port as a number; without one, that of the scheme.
    pub(super) fn port_number(&self) -> Option<u16> {
        match (&self.port, self.scheme.as_str()) {
            (Some(port), _) => port.parse().ok(),
            (None, "https" | "wss") => Some(443),
            (None, "http" | "ws") => Some(80),
            (None, _) => None,
        }
    }
}

/// The URLs of a list such as `http://a:80,https://a:443`.
pub(super) fn addresses(list: &str) -> Vec<Address> {
    list.split(',').filter_map(Address::of).collect()
}

/// Whether only the machine itself is reached by that name.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = host.trim().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host == "::1"
        || host.starts_with("127.") && host.split('.').count() == 4
}

/// Whether the server still has to fill something in.
pub(super) fn has_placeholder(text: &str) -> bool {
    text.contains("${") || text.contains('{')
}

/// `text` with the placeholders of the product replaced whose values follow
/// from the node's own settings.
pub(super) fn expanded(node: &Node, text: &str) -> String {
    let offset = node.offset();
    let mut text = text.replace("${carbon.context}", "/");
    for (name, port) in [
        ("mgt.transport.https.port", 9443),
        ("mgt.transport.http.port", 9763),
        ("https.nio.port", 8243),
        ("http.nio.port", 8280),
    ] {
        text = text.replace(&format!("${{{name}}}"), &(port + offset).to_string());
    }
    text
}

/// The members of a cluster as they stand in a value: host and port.
pub(crate) fn members(list: &str) -> Vec<(String, Option<u16>)> {
    list.split(',')
        .map(str::trim)
        .filter(|member| !member.is_empty())
        .map(|member| match member.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') && !host.ends_with(':') => {
                (host.to_owned(), port.parse().ok())
            }
            _ => (member.to_owned(), None),
        })
        .collect()
}

/// The network and the last parts of a range of addresses such as
/// `192.168.1.2-10`.
fn range(member: &str) -> Option<(&str, std::ops::RangeInclusive<u8>)> {
    let (net, range) = member.rsplit_once('.')?;
    let (from, to) = range.split_once('-')?;
    Some((net, from.parse().ok()?..=to.parse().ok()?))
}

/// Whether a member's host stands for several.
pub(crate) fn is_range(member: &str) -> bool {
    range(member).is_some()
}

/// Whether a member's host names `host`, be it as one of a range.
pub(super) fn names(member: &str, host: &str) -> bool {
    let plain = |text: &str| text.trim_matches(['[', ']']).to_ascii_lowercase();
    if plain(member) == plain(host) {
        return true;
    }
    match (range(member), host.rsplit_once('.')) {
        (Some((member_net, range)), Some((net, last))) => {
            net == member_net && last.parse().is_ok_and(|last: u8| range.contains(&last))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for (url, host, port) in [
            ("https://km:9443/services/", "km", Some(9443)),
            ("https://km/services/", "km", Some(443)),
            ("http://km", "km", Some(80)),
            ("tcp://tm", "tm", None),
            ("https://[::1]:9443/", "[::1]", Some(9443)),
            ("https://[::1]/", "[::1]", Some(443)),
            ("amqp://a:b@tm:5672/x", "tm", Some(5672)),
            ("https://km:${mgt.transport.https.port}/", "km", None),
        ] {
            let address = Address::of(url).unwrap();
            assert_eq!(
                (address.host.as_str(), address.port_number()),
                (host, port),
                "{url}"
            );
        }
        assert_eq!(Address::of("km:9443"), None);
        assert_eq!(Address::of("https://"), None);
    }

    #[test]
    fn loopback_names() {
        for host in [
            "localhost",
            "LOCALHOST",
            "127.0.0.1",
            "127.1.2.3",
            "::1",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["127.example.com", "10.0.0.1", "km", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn ranges_of_members() {
        for (member, host, expect) in [
            ("10.0.0.4", "10.0.0.4", true),
            ("10.0.0.2-9", "10.0.0.9", true),
            ("10.0.0.2-9", "10.0.0.10", false),
            ("10.0.1.2-9", "10.0.0.5", false),
            ("GW-1", "gw-1", true),
            ("[::1]", "::1", true),
            ("gw-1", "gw-2", false),
            ("api-1.example.com", "api-1.example.com", true),
        ] {
            assert_eq!(names(member, host), expect, "{member} {host}");
        }
    }

    #[test]
    fn names_that_look_like_ranges() {
        assert!(is_range("10.0.0.2-9"));
        for host in [
            "gw-1.example.com",
            "a.b-c",
            "10.0.0.2",
            "gw-1",
            "10.0.0.2-999",
        ] {
            assert!(!is_range(host), "{host}");
        }
    }

    #[test]
    fn member_lists() {
        let expect = [
            ("a", Some(1)),
            ("b", None),
            ("[::1]", Some(2)),
            ("[::2]", None),
        ];
        let got = members("a:1, b,[::1]:2,[::2]");
        let got: Vec<_> = got
            .iter()
            .map(|(host, port)| (host.as_str(), *port))
            .collect();
        assert_eq!(got, expect);
    }
}
