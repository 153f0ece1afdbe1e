//! The hosts that a home's settings name, as far as its profile needs them.

use super::examination::Patient;
use crate::catalogue::{self, Kind, Row, without_passwords};
use crate::diagnostic::Spot;
use crate::lint::address::{is_range, members};
use crate::spec::{Requested, Resolved, Selection};

/// A host in a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedHost {
    /// As it stands there, without brackets.
    pub(super) host: String,
    /// The scheme, where it stands in a URL.
    pub(super) scheme: Option<String>,
    /// The setting.
    pub(super) key: String,
    /// Where it stands.
    pub(super) spot: Option<Spot>,
}

/// Whether it is called over TLS.
pub(super) fn is_secure(host: &NamedHost) -> bool {
    matches!(host.scheme.as_deref(), Some("https" | "wss" | "ssl"))
}

/// Settings that only count where another one is true.
const SWITCHES: &[(&str, &str)] = &[
    ("clustering.", "clustering.enable"),
    ("analytics.", "analytics.enable"),
    ("deployment_synchronizer.", "deployment_synchronizer.enable"),
    (
        "throttling.traffic_manager.",
        "throttling.data_publisher.enable",
    ),
    (
        "throttling.policy_deployer.",
        "throttling.policy_deployer.enable",
    ),
    ("throttling.jms.", "throttling.jms.enable"),
];

/// The hosts that a home's settings name.
pub(super) fn named_hosts(patient: &Patient<'_>) -> Vec<NamedHost> {
    let node = &patient.node;
    let is_on = |key: &str| {
        let mut switches = SWITCHES.iter();
        match switches.find(|(table, _)| key.starts_with(table)) {
            // What nobody switches on is off.
            Some((_, switch @ "clustering.enable")) => node.flag(switch) == Some(true),
            Some((_, switch)) => node.flag(switch) != Some(false),
            None => true,
        }
    };
    let mut found = Vec::new();
    for (key, given) in &node.values {
        let Some((row, _)) = catalogue::find(key) else {
            continue;
        };
        if !is_on(key) || !is_needed(row, patient) {
            continue;
        }
        // A password may hold what looks like a URL.
        let Some(text) = node.exposed(key).map(without_passwords) else {
            continue;
        };
        for (scheme, host) in hosts_in(row, &text) {
            found.push(NamedHost {
                host,
                scheme,
                key: key.clone(),
                spot: given.spot.clone(),
            });
        }
    }
    found
}

/// Whether a node of the profile reads the setting: somebody asks for it, the
/// profile requires it, or every node reads it.
fn is_needed(row: &Row, patient: &Patient<'_>) -> bool {
    let Some(profile) = patient
        .node
        .profile
        .and_then(|name| crate::profile::find(name).ok())
    else {
        return true;
    };
    let by_rules = profile.rules.iter().flat_map(|rule| rule.requires);
    let mut required = profile.requires.iter().chain(by_rules);
    let everybody = ["server.", "databases.", "clustering."];
    everybody.iter().any(|table| row.key.starts_with(table))
        || required.any(|key| *key == row.key)
        || patient
            .subject
            .selection
            .is_some_and(|selection| asks(selection, row))
}

fn asks(selection: &Selection<Resolved>, row: &Row) -> bool {
    selection.settings.iter().any(|setting| {
        setting.row.key == row.key && matches!(setting.requested, Requested::Value(_))
    })
}

/// The hosts of a value, each with its scheme.
fn hosts_in(row: &Row, text: &str) -> Vec<(Option<String>, String)> {
    let is_placeholder = |host: &str| host.contains(['$', '{', '}']);
    let bare = |host: &str| {
        let host = host.trim_matches(['[', ']']);
        (!host.is_empty() && !is_placeholder(host)).then(|| host.to_owned())
    };
    match row.kind {
        Kind::HostName => bare(text.trim())
            .map(|host| (None, host))
            .into_iter()
            .collect(),
        Kind::Members => members(text)
            .into_iter()
            .filter(|(host, _)| !is_range(host))
            .filter_map(|(host, _)| Some((None, bare(&host)?)))
            .collect(),
        Kind::Url | Kind::BrokerUrl => in_urls(text),
        _ if row.key.ends_with("url")
            || row.key.ends_with("url_group")
            || row.key.ends_with("endpoint") =>
        {
            in_urls(text)
        }
        _ => Vec::new(),
    }
}

/// The hosts of every URL in a text: a list, groups in braces, a broker's URL
/// with those of its servers, a JDBC URL.
fn in_urls(text: &str) -> Vec<(Option<String>, String)> {
    const ENDS: &[char] = &[
        '/', '?', '#', ';', ',', '\'', '"', '{', '}', '(', ')', '|', ' ', '\\',
    ];
    let mut found = Vec::new();
    for (at, _) in text.match_indices("://") {
        let before = &text[..at];
        let start = before
            .rfind(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '.' | '-'))
            .map_or(0, |last| last + 1);
        let scheme = before[start..].to_ascii_lowercase();
        let rest = &text[at + 3..];
        // Where `amqp` has a host, the product has the name of a client.
        if scheme == "amqp" {
            continue;
        }
        let end = rest.find(ENDS).unwrap_or(rest.len());
        let mut authorities = vec![&rest[..end]];
        // Several servers of one database.
        if before.starts_with("jdbc:") {
            let end = rest.find(['/', '?', ';']).unwrap_or(rest.len());
            authorities = rest[..end].split(',').collect();
        }
        let hosts = authorities.into_iter().filter_map(host_of);
        let hosts = hosts.filter(|host| !host.contains('$'));
        found.extend(hosts.map(|host| (Some(scheme.clone()), host)));
    }
    // Oracle's thin driver: `jdbc:oracle:thin:@host:1521/service`, with `//` or without.
    if let Some((_, rest)) = text
        .strip_prefix("jdbc:oracle:")
        .and_then(|rest| rest.split_once('@'))
    {
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let end = rest.find([':', '/', '(']).unwrap_or(rest.len());
        found.extend(host_of(&rest[..end]).map(|host| (None, host)));
    }
    found
}

/// The host of an authority; `None` where it has none.
fn host_of(authority: &str) -> Option<String> {
    let authority = authority.rsplit_once('@').map_or(authority, |(_, at)| at);
    let host = match authority.strip_prefix('[') {
        Some(address) => address.split(']').next()?,
        None => authority.split(':').next()?,
    };
    (!host.is_empty()).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_values() {
        for (key, text, expect) in [
            (
                "key_manager.server_url",
                "https://km:9443/services/",
                "https km",
            ),
            (
                "key_manager.server_url",
                "https://[2001:db8::1]:9443/",
                "https 2001:db8::1",
            ),
            (
                "key_manager.server_url",
                "https://localhost:${p}${c}services/",
                "https localhost",
            ),
            ("key_manager.server_url", "https://${host}:9443/", ""),
            ("key_manager.server_url", "https://km-${n}.example.com/", ""),
            (
                "key_manager.server_url",
                "https://{load-balancer}:9443/",
                "",
            ),
            ("server.host_name", "gw.example.com", "- gw.example.com"),
            ("server.host_name", "${carbon.host}", ""),
            (
                "clustering.members",
                "a:4000, [::1]:4000, 10.0.0.2-9:4000",
                "- a, - ::1",
            ),
            (
                "environments.x.endpoint",
                "http://gw:8280,https://gw.b:8243",
                "http gw, https gw.b",
            ),
            (
                "throttling.traffic_manager.receiver_url_group",
                "{tcp://a:9611},{tcp://b:9611|tcp://c:9611}",
                "tcp a, tcp b, tcp c",
            ),
            (
                "jndi.topic_connection_factory",
                "amqp://me:pass@clientid/carbon?failover='roundrobin'&brokerlist='tcp://a:5672?retries='5';tcp://b:5672'",
                "tcp a, tcp b",
            ),
            (
                "databases.X.url",
                "jdbc:mysql://db:3306/am?a=http",
                "mysql db",
            ),
            (
                "databases.X.url",
                "jdbc:mysql://a:3306,b:3306/am",
                "mysql a, mysql b",
            ),
            (
                "databases.X.url",
                "jdbc:sqlserver://db:1433;databaseName=am",
                "sqlserver db",
            ),
            ("databases.X.url", "jdbc:oracle:thin:@db:1521/orcl", "- db"),
            (
                "databases.X.url",
                "jdbc:oracle:thin:me/pw@//db:1521/orcl",
                "- db",
            ),
            ("databases.X.url", "jdbc:h2:repository/database/AM;X=Y", ""),
            ("databases.X.description", "see http://docs", ""),
        ] {
            let (row, _) = catalogue::find(key).unwrap();
            let found: Vec<_> = hosts_in(row, text)
                .into_iter()
                .map(|(scheme, host)| format!("{} {host}", scheme.as_deref().unwrap_or("-")))
                .collect();
            assert_eq!(found.join(", "), expect, "{text}");
        }
    }
}
