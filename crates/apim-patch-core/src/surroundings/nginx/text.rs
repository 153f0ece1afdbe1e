//! The file of one load balancer.

use std::net::IpAddr;

use super::super::Node;
use super::affinity::Affinity;
use super::entry::normal;
use super::{Entry, Kind, Site};
use crate::deployment::address::in_url;
use crate::diagnostic::printable_name;

/// The file, of which everything has been checked.
pub(super) fn text(site: &Site<'_>, certificates: &str) -> String {
    let prefix = format!("apim_{}", site.word);
    let mut text = head(site, certificates);
    if site
        .entries
        .iter()
        .any(|entry| entry.kind == Kind::WebSocket)
    {
        text.push_str(&format!(
            "\nmap $http_upgrade ${prefix}_connection {{\n    default '';\n    ~*^websocket$ upgrade;\n}}\n"
        ));
    }
    if site.entries.iter().any(Entry::has_sessions) {
        text.push_str(SESSIONS);
    }
    for entry in &site.entries {
        text.push_str(&match entry.has_sessions() {
            true => Affinity::new(site, entry).text(entry),
            false => upstream(site, entry),
        });
    }
    let tls = tls(site, certificates, &prefix);
    text.push_str(&nobody(site, &prefix, &tls));
    for place in 0..site.entries.len() {
        text.push_str(&virtual_host(site, place, &prefix, &tls));
    }
    text
}

/// What is said once is not said again.
fn without_comments(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect()
}

const SESSIONS: &str = "
# Consoles keep sessions, each node its own, so that a cookie names the node that a client was
# given to. What that does not do:
#  - A session does not move: when its node dies, the next one takes over, where one logs in
#    again; and once more when the node is back, because the cookie still names it.
#  - Requests that a new client sends all at once, before it has the cookie, may be split.
#  - The cookie shows the name of the node. A cache in front must not store Set-Cookie.
# Nodes that call services keep no cookies: each of their calls may go to another node.
";

fn head(site: &Site<'_>, certificates: &str) -> String {
    let balancer = site.balancer;
    let name = &balancer.name;
    let hosts: Vec<_> = balancer.names().map(normal).collect();
    let mut text = format!(
        "# Load balancer {name} of the deployment file, rendered from it by `apim-patch render nginx`.\n\
         # Change that and render again, not this.\n\
         #\n\
         # To install it on the machine of {}:\n",
        hosts.join(" and ")
    );
    let mut steps = Vec::new();
    if site.entries.iter().any(|entry| entry.secure) {
        steps.push(format!(
            "put {name}.pem, the certificate with those it was signed by, and {name}.key, for root\n\
             #     alone to read, into {certificates}; `apim-patch render certs` makes both"
        ));
    }
    steps.push("put this file where http { } includes it from: /etc/nginx/conf.d".to_owned());
    steps.push("nginx -t && nginx -s reload".to_owned());
    for (number, step) in steps.iter().enumerate() {
        text.push_str(&format!("#  {}. {step}\n", number + 1));
    }
    let mut looked_up: Vec<&str> = Vec::new();
    for host in site.entries.iter().flat_map(|entry| &entry.nodes) {
        let host = host.host.as_deref().unwrap_or_default();
        if host.parse::<IpAddr>().is_err() && !looked_up.contains(&host) {
            looked_up.push(host);
        }
    }
    if !looked_up.is_empty() {
        text.push_str(&format!(
            "#\n# NGINX looks names up when it starts and is reloaded, and never again: reload it when the\n\
             # address of {} changes. It does not start while one is unknown.\n",
            looked_up.join(", ")
        ));
    }
    // With a name, a bucket holds 18 bytes; it has 64 if nobody says otherwise.
    let longest = hosts.iter().map(String::len).max().unwrap_or_default();
    let bucket = (longest + 18).next_power_of_two();
    if bucket > 64 {
        text.push_str(&format!(
            "#\n# A name this long needs `server_names_hash_bucket_size {bucket};` in http {{ }}, if it is not there.\n",
        ));
    }
    text
}

/// One node of an upstream.
pub(super) fn server(entry: &Entry<'_>, node: &Node, role: &str) -> String {
    let host = in_url(node.host.as_deref().unwrap_or_default());
    format!(
        "    server {host}:{}{role} max_fails=3 fail_timeout=10s; # {}\n",
        entry.port_of(node),
        printable_name(&node.name)
    )
}

/// Words have no `-` in them, so that no two of these names are the same.
pub(super) fn upstream_name(site: &Site<'_>, entry: &Entry<'_>) -> String {
    format!("apim-{}-{}-{}", site.word, entry.kind.key(), entry.scheme())
}

/// Nodes of which any will do.
fn upstream(site: &Site<'_>, entry: &Entry<'_>) -> String {
    let name = upstream_name(site, entry);
    let mut text = format!("\nupstream {name} {{\n    zone {name} 64k;\n");
    if entry.kind == Kind::WebSocket {
        text.push_str("    least_conn;\n");
    }
    for node in &entry.nodes {
        text.push_str(&server(entry, node, ""));
    }
    if entry.kind != Kind::WebSocket {
        // Tomcat closes idle connections after 60 s; a request that meets that
        // fails if it is one that must not be sent twice.
        text.push_str("    keepalive 16;\n    keepalive_timeout 30s;\n");
    }
    text.push_str("}\n");
    text
}

fn listen(site: &Site<'_>, entry: &Entry<'_>) -> String {
    let tls = if entry.secure { " ssl" } else { "" };
    let port = entry.port.value;
    let mut text = format!("    listen {port}{tls};\n");
    let address = site.balancer.address.as_deref().unwrap_or_default();
    if address
        .trim_matches(['[', ']'])
        .parse::<IpAddr>()
        .is_ok_and(|address| address.is_ipv6())
    {
        text.push_str(&format!("    listen [::]:{port}{tls};\n"));
    }
    text
}

fn tls(site: &Site<'_>, certificates: &str, prefix: &str) -> String {
    let folder = certificates.trim_end_matches('/');
    let name = &site.balancer.name;
    format!(
        "    ssl_certificate     \"{folder}/{name}.pem\";
    ssl_certificate_key \"{folder}/{name}.key\";
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
    ssl_prefer_server_ciphers off;
    ssl_ecdh_curve X25519:prime256v1:secp384r1;
    ssl_session_cache shared:{prefix}:10m;
    ssl_session_timeout 1h;
    ssl_session_tickets off;
"
    )
}

/// The servers that come first, and so are asked for names that nobody has,
/// unless another one is marked `default_server`.
fn nobody(site: &Site<'_>, prefix: &str, tls: &str) -> String {
    let mut text = String::from(
        "\n# Whatever asks for a name that is not served here gets no answer. These servers come first for\n\
         # that, and are not marked default_server, so that other files may have one for the same port.\n\
         # A handshake is not refused: some Java clients do not say there whom they want to reach.\n",
    );
    for secure in [false, true] {
        let ports: String = site
            .entries
            .iter()
            .filter(|entry| entry.secure == secure)
            .map(|entry| (entry.port.value, listen(site, entry)))
            .collect::<std::collections::BTreeMap<_, _>>()
            .into_values()
            .collect();
        if ports.is_empty() {
            continue;
        }
        let tls = if secure { tls } else { "" };
        let underscores = match site.entries.iter().any(|entry| entry.kind == Kind::Traffic) {
            true => "    underscores_in_headers on;\n",
            false => "",
        };
        text.push_str(&format!(
            "server {{\n{ports}    server_name {prefix}.invalid;\n{tls}{underscores}    return 444;\n}}\n"
        ));
    }
    text
}

fn virtual_host(site: &Site<'_>, place: usize, prefix: &str, tls: &str) -> String {
    let (before, entry) = (&site.entries[..place], &site.entries[place]);
    let once = |text: &str, said: bool| match said {
        true => without_comments(text),
        false => text.to_owned(),
    };
    let names: Vec<_> = entry.names.iter().map(|name| in_url(name)).collect();
    let affinity = entry.has_sessions().then(|| Affinity::new(site, entry));
    let (target, cookie) = match &affinity {
        Some(affinity) => (affinity.target(), affinity.set_cookie()),
        None => (upstream_name(site, entry), String::new()),
    };
    let upgrade = format!("${prefix}_connection");
    let connection = match entry.kind {
        Kind::WebSocket => upgrade.as_str(),
        Kind::Traffic | Kind::Servlet => "''",
    };
    format!(
        "\n# {what}, for {nodes}\n\
         server {{\n{listen}    server_name {names};\n{tls}{limits}{forwarded}\
         \x20   proxy_set_header Connection {connection};\n{upgrade}{back_end}\n    \
         location / {{\n        proxy_pass {scheme}://{target};\n{cookie}    }}\n}}\n",
        what = match entry.kind {
            Kind::Traffic => "API calls",
            Kind::Servlet => "Consoles and services",
            Kind::WebSocket => "Web sockets",
        },
        nodes = entry
            .nodes
            .iter()
            .map(|node| printable_name(&node.name))
            .collect::<Vec<_>>()
            .join(", "),
        listen = listen(site, entry),
        names = names.join(" "),
        tls = if entry.secure { tls } else { "" },
        limits = once(
            limits(entry.kind),
            before.iter().any(|other| other.kind == entry.kind)
        ),
        forwarded = once(FORWARDED, !before.is_empty()),
        upgrade = match entry.kind {
            Kind::WebSocket => "    proxy_set_header Upgrade $http_upgrade;\n",
            Kind::Traffic | Kind::Servlet => "",
        },
        back_end = match entry.secure {
            true => once(NOT_VERIFIED, before.iter().any(|other| other.secure)),
            false => String::new(),
        },
        scheme = entry.scheme(),
    )
}

fn limits(kind: Kind) -> &'static str {
    match kind {
        Kind::Traffic => {
            "
    # What API calls may be is for the gateways to say: bodies of any size go through as they come,
    # in both directions, and headers such as api_key are not dropped.
    client_max_body_size 0;
    proxy_request_buffering off;
    proxy_buffering off;
    underscores_in_headers on;
    # Longer than the gateways themselves wait for a back end.
    proxy_read_timeout 300s;
    proxy_send_timeout 300s;
"
        }
        Kind::Servlet => {
            "
    # What is uploaded: archives of APIs and applications; TotalFileSizeLimit of carbon.xml is 100.
    client_max_body_size 100m;
    # An API is published at every gateway before the answer comes.
    proxy_read_timeout 300s;
    proxy_send_timeout 300s;
"
        }
        Kind::WebSocket => {
            "
    # A web socket may be silent for an hour.
    proxy_read_timeout 1h;
    proxy_send_timeout 1h;
"
        }
    }
}

const FORWARDED: &str = "
    # A node that can't be reached, or breaks off, is left out for another one. A call that changes
    # something (POST, PATCH) is never sent twice, nor anything after ten seconds.
    proxy_connect_timeout 5s;
    proxy_next_upstream error timeout;
    proxy_next_upstream_timeout 10s;

    # The servers know the ports that they are called by (proxyPort), and name them themselves.
    proxy_redirect off;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Real-IP $remote_addr;
    # Not what the client sent: throttling by address believes the first one. Behind another proxy,
    # set_real_ip_from tells the client's address.
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Port $server_port;
    proxy_set_header X-Forwarded-Server $host;
";

const NOT_VERIFIED: &str = "
    # The nodes' certificates are NOT verified: the stock one is for localhost and signed by itself.
    # Whoever gets between NGINX and a node reads along. With certificates of your own on the nodes:
    #   proxy_ssl_verify on;
    #   proxy_ssl_trusted_certificate THEIR-AUTHORITY.pem;
    #   proxy_ssl_name NAME.IN.THE.CERTIFICATES;
    proxy_ssl_verify off;
    proxy_ssl_protocols TLSv1.2 TLSv1.3;
";
