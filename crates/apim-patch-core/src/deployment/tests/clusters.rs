//! Hazelcast clusters.

use super::{FRONT, check, check_refused};

#[test]
fn clusters() {
    let nodes = "[clusters.c]\ndomain = 'd'\nport = 4100\n[profiles.publisher]\ncluster = 'c'\n[nodes]\n\
                 a = { profile = 'publisher', host = 'h', port_offset = 1 }\n\
                 b = { profile = 'publisher', host = 'H' }\n\
                 c = { profile = 'publisher', host = '::1' }\n\
                 d = { profile = 'publisher', host = 'x', cluster = false }\n\
                 e = { profile = 'store', host = 'h', cluster = 'c' }\n";
    let members = "clustering.members = h:4100, H:4101, [::1]:4100, h:4102 <- clusters.c";
    let of = |host: &str, port: u16| {
        [
            "clustering.enable = true <- clusters.c".to_owned(),
            "clustering.membership_scheme = wka <- clusters.c".into(),
            "clustering.domain = d <- clusters.c".into(),
            format!("clustering.local_member_host = {host} <- clusters.c"),
            format!("clustering.local_member_port = {port} <- clusters.c"),
            members.into(),
        ]
    };
    for (node, host, port) in [
        ("a", "h", 4100),
        ("b", "H", 4101),
        ("c", "::1", 4100),
        ("e", "h", 4102),
    ] {
        let expect = of(host, port);
        let expect: Vec<&str> = expect.iter().map(String::as_str).collect();
        check(nodes, node, &["clustering."], &expect);
    }
    check(nodes, "d", &["clustering."], &[]);
}

#[test]
fn members_that_are_told() {
    let text = "[clusters.c]\n[profiles.store]\ncluster = 'c'\n[nodes.a]\nprofile = 'store'\nhost = 'h'\n\
                [nodes.b]\nprofile = 'store'\nhost = 'h'\n\
                clustering = { local_member_port = 4000, local_member_host = { env = 'B' } }\n";
    let expect = "clustering.members = h:4001,{environment variable `B`}:4000 <- clusters.c";
    check(text, "a", &["clustering.members"], &[expect]);
    let full = text
        .replace("[clusters.c]\n", "[clusters.c]\nport = 65535\n")
        .replace("4000", "65535");
    check_refused(
        &full,
        "a",
        "no-port-left no port is left for node `a` in cluster `c` (5:8) | give the cluster a lower `port`, \
         or the node its `clustering.local_member_port`",
    );
}

#[test]
fn split_gateways_in_a_cluster() {
    let text = format!(
        "{FRONT}[clusters.c]\n[profiles.gateway-manager]\nbehind = 'front'\ncluster = 'c'\n\
         [profiles.gateway-worker]\ncluster = 'c'\n[nodes]\n\
         boss = {{ profile = 'gateway-manager', host = 'boss', port_offset = 1 }}\n\
         worker = {{ profile = 'gateway-worker', host = 'worker' }}\n"
    );
    let keys = &["clustering.sub_domain", "clustering.port_mapping."];
    check(
        &text,
        "boss",
        keys,
        &[
            "clustering.sub_domain = mgt <- clusters.c",
            "clustering.port_mapping.9443 = 9444 <- load_balancers.front",
            "clustering.port_mapping.9763 = 9764 <- load_balancers.front",
        ],
    );
    check(
        &text,
        "worker",
        keys,
        &["clustering.sub_domain = worker <- clusters.c"],
    );
}
