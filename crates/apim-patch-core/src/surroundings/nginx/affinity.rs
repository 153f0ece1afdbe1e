//! Clients that come back to the node that has their session.
//!
//! NGINX itself has `ip_hash`, which loses those whose address changes and
//! sends all behind one gateway of a network to one node, and `sticky` for
//! those who pay. What is rendered instead needs nothing but a cookie.

use super::Site;
use super::entry::Entry;
use super::text::{server, upstream_name};
use super::words::Words;

/// So much more often the next node is asked than any other while the one of
/// the cookie is down, because sessions that begin there stay there.
const NEXT: u32 = 100_000;

/// The names in NGINX that keep the clients of one port at their nodes.
pub(super) struct Affinity {
    /// The start of all of them, which is the name of the cookie.
    prefix: String,
    /// The start of the upstreams' names.
    upstream: String,
    /// A word for each node, in the order of the entry.
    nodes: Vec<String>,
}

impl Affinity {
    pub(super) fn new(site: &Site<'_>, entry: &Entry<'_>) -> Self {
        let mut words = Words::default();
        Self {
            // Cookies are the same on all ports, and without TLS none can take the
            // place of one that was set with it.
            prefix: format!("apim_{}_{}", site.word, entry.scheme()),
            upstream: upstream_name(site, entry),
            nodes: entry
                .nodes
                .iter()
                .map(|node| words.add(&node.name))
                .collect(),
        }
    }

    /// Where requests are passed to.
    pub(super) fn target(&self) -> String {
        format!("{}-${}_node", self.upstream, self.prefix)
    }

    /// The line that sets the cookie.
    pub(super) fn set_cookie(&self) -> String {
        format!(
            "        add_header Set-Cookie ${}_cookie always;\n",
            self.prefix
        )
    }

    /// Everything that stands outside of servers.
    pub(super) fn text(&self, entry: &Entry<'_>) -> String {
        let prefix = &self.prefix;
        let share = 10_000 / self.nodes.len().max(1);
        let (last, others) = match self.nodes.split_last() {
            Some((last, others)) => (last.as_str(), others),
            None => return String::new(),
        };
        let shares: String = others
            .iter()
            .map(|node| format!("    {}.{:02}% {node};\n", share / 100, share % 100))
            .collect();
        let known: String = self
            .nodes
            .iter()
            .map(|node| format!("    {node} {node};\n"))
            .collect();
        let unset: String = self
            .nodes
            .iter()
            .map(|node| format!("    {node} '';\n"))
            .collect();
        // A browser holds back `Lax` when another site posts the answer of a single
        // sign-on, which would then reach a node that did not ask for it.
        let attributes = match entry.secure {
            true => "Path=/; HttpOnly; Secure; SameSite=None",
            false => "Path=/; HttpOnly; SameSite=Lax",
        };
        let mut text = format!(
            "\n# Port {port}: who comes without the cookie {prefix} gets any node, and with the answer the\n\
             # cookie that leads there again.\n\
             split_clients $request_id ${prefix}_any {{\n{shares}    * {last};\n}}\n\
             map $cookie_{prefix} ${prefix}_node {{\n    default ${prefix}_any;\n{known}}}\n\
             map $cookie_{prefix} ${prefix}_cookie {{\n    \
             default \"{prefix}=${prefix}_node; {attributes}\";\n{unset}}}\n",
            port = entry.port.value,
        );
        for (first, word) in self.nodes.iter().enumerate() {
            text.push_str(&self.upstream(entry, first, word));
        }
        text
    }

    /// A node, and those that take its place while it is down: the next one,
    /// and the others only when that is down, too.
    fn upstream(&self, entry: &Entry<'_>, first: usize, word: &str) -> String {
        let name = format!("{}-{word}", self.upstream);
        let mut text = format!("upstream {name} {{\n    zone {name} 64k;\n");
        let nodes = entry.nodes.iter().cycle().skip(first);
        for (rank, node) in nodes.take(entry.nodes.len()).enumerate() {
            let role = match rank {
                0 => String::new(),
                1 if entry.nodes.len() > 2 => format!(" backup weight={NEXT}"),
                _ => " backup".to_owned(),
            };
            text.push_str(&server(entry, node, &role));
        }
        text.push_str("    keepalive 16;\n    keepalive_timeout 30s;\n}\n");
        text
    }
}
