//! Where keys are validated.

use super::{check, check_refused, file, lines};

const NODES: &str = r#"
[nodes]
gw  = { profile = "gateway", host = "gw.example.com", port_offset = 1 }
pub = { profile = "publisher", host = "pub.example.com" }
shop = { profile = "api-store", host = "shop.example.com" }
"#;

const ONE: &str =
    r#"km = { profile = "api-key-manager", host = "km.example.com", port_offset = 3 }"#;
const KEYS: &[&str] = &["key_manager.", "auth_manager."];

#[test]
fn one_speaks_thrift() {
    let text = format!("{NODES}{ONE}");
    let caller = [
        "key_manager.server_url = https://km.example.com:9446/services/ <- nodes.km",
        "key_manager.client = ThriftClient <- nodes.km",
        "key_manager.thrift.client_port = 10400 <- nodes.km",
        "key_manager.thrift.server_host = km.example.com <- nodes.km",
    ];
    check(&text, "gw", KEYS, &caller);
    let login = "auth_manager.server_url = https://km.example.com:9446/services/ <- nodes.km";
    let mut store = vec![login];
    store.extend(caller);
    check(&text, "shop", KEYS, &store);
    check(&text, "pub", KEYS, &[login]);
    check(
        &text,
        "km",
        KEYS,
        &[
            "key_manager.client = ThriftClient <- nodes.km",
            "key_manager.thrift.enable_server = true <- nodes.km",
            "key_manager.thrift.server_host = km.example.com <- nodes.km",
        ],
    );
}

#[test]
fn an_explicit_port_takes_no_offset() {
    let text = format!("{NODES}{ONE}\n[nodes.km.key_manager.thrift]\nserver_port = 10500");
    // TOML closes inline tables; the same as a table of its own:
    let text = text.replace(
        ONE,
        "[nodes.km]\nprofile = 'key-manager'\nhost = 'km.example.com'\nport_offset = 3",
    );
    let keys = &["key_manager.thrift.client_port"];
    let expect = ["key_manager.thrift.client_port = 10500 <- nodes.km"];
    check(&text, "gw", keys, &expect);
}

#[test]
fn told_otherwise() {
    let web = "[profiles.gateway.key_manager]\nclient = 'WSClient'\n";
    let text = format!("{web}{NODES}{ONE}");
    let url = "key_manager.server_url = https://km.example.com:9446/services/ <- nodes.km";
    check(&text, "gw", KEYS, &[url]);
    // The store still uses Thrift, so that the key manager serves it.
    let serves = "key_manager.thrift.enable_server = true <- nodes.km";
    check(
        &text,
        "km",
        &["key_manager.thrift.enable_server"],
        &[serves],
    );
    let text = text.replace("api-store", "api-publisher");
    let silent = "key_manager.thrift.enable_server = false <- nodes.km";
    check(&text, "km", &["key_manager.thrift."], &[silent]);
    // What the key manager is told holds for everybody.
    let all = format!("[profiles.key-manager.key_manager]\nclient = 'WSClient'\n{NODES}{ONE}");
    let client = "key_manager.client = WSClient <- nodes.km";
    check(
        &all,
        "gw",
        &["key_manager.client", "key_manager.thrift."],
        &[client],
    );
    check(&all, "km", &["key_manager."], &[silent]);
    let bound =
        format!("[profiles.key-manager.key_manager.thrift]\nserver_host = '0.0.0.0'\n{NODES}{ONE}");
    let target = "key_manager.thrift.server_host = km.example.com <- nodes.km";
    check(&bound, "gw", &["key_manager.thrift.server_host"], &[target]);
    check(&bound, "km", &["key_manager.thrift.server_host"], &[]);
}

#[test]
fn several_stand_behind_a_load_balancer() {
    let balancer = "[load_balancers.keys]\nhost_name = { env = 'KEYS' }\nservlet = { https = 443 }\n\
                    [profiles.key-manager]\nbehind = 'keys'\n";
    let two = format!("{ONE}\nkm-2 = {{ profile = 'key-manager', host = 'km-2' }}");
    let text = format!("{balancer}{NODES}{two}");
    check(
        &text,
        "gw",
        KEYS,
        &[
            "key_manager.server_url = https://{environment variable `KEYS`}:443/services/ <- load_balancers.keys",
            "key_manager.client = WSClient <- load_balancers.keys",
        ],
    );
    check(
        &text,
        "km-2",
        KEYS,
        &[
            "key_manager.client = WSClient <- load_balancers.keys",
            "key_manager.thrift.enable_server = false <- load_balancers.keys",
        ],
    );
    let text = text.replace("servlet = { https = 443 }", "servlet = { http = 80 }");
    check_refused(
        &text,
        "gw",
        "port-not-told load balancer `keys` does not say by which port node `gw` reaches what \
         stands behind it (1:17) | add its port; for instance `servlet = { https = 9443 }`",
    );
}

#[test]
fn several_without_one_are_refused() {
    let two = format!("{NODES}{ONE}\nkm-2 = {{ profile = 'key-manager', host = 'km-2' }}");
    let expect = "several-without-balancer key managers `km` and `km-2` do not stand behind one load \
                  balancer, so nothing tells where the other nodes find them (6:1, 7:1) | describe \
                  the load balancer in front of them as `[load_balancers.NAME]`, and write \
                  `behind = \"NAME\"` in `[profiles.key-manager]`";
    for node in ["gw", "shop", "pub", "km", "km-2"] {
        check_refused(&two, node, expect);
    }
    // One of them behind a load balancer is no better.
    let half = two.replace("host = 'km-2' }", "host = 'km-2', behind = 'keys' }");
    let half = format!("{half}\n[load_balancers.keys]\nhost_name = 'keys'");
    check_refused(&half, "gw", expect);
    // Whoever is told where they are needs nothing that follows.
    let told = format!(
        "[profiles.gateway.key_manager]\nserver_url = 'https://keys:443/'\nclient = 'WSClient'\n{two}"
    );
    check(&told, "gw", KEYS, &[]);
}

#[test]
fn without_any_nothing_follows() {
    for node in ["gw", "shop", "pub"] {
        check(NODES, node, KEYS, &[]);
    }
}

#[test]
fn hosts() {
    let nameless = format!("{NODES}{ONE}").replace("host = \"km.example.com\", ", "");
    check_refused(
        &nameless,
        "pub",
        "host-not-told node `km` has no `host`, by which node `pub` could reach it (6:1) | add \
         `host = \"NAME OR ADDRESS\"` to it",
    );
    let address = format!("{NODES}{ONE}").replace("km.example.com", "2001:db8::1");
    let expect = [
        "key_manager.server_url = https://[2001:db8::1]:9446/services/ <- nodes.km",
        "key_manager.thrift.server_host = 2001:db8::1 <- nodes.km",
    ];
    let keys = &["key_manager.server_url", "key_manager.thrift.server_host"];
    check(&address, "gw", keys, &expect);
}

/// A node whose profile only the command line names counts as one of it.
#[test]
fn the_profile_of_the_command_line() {
    use crate::spec::{Choice, Machine, select};
    let text = format!("{NODES}{ONE}\nmore = {{ host = 'more' }}");
    let file = file(&text);
    let choice = Choice {
        profile: Some("key-manager"),
        node: Some("more"),
        options: &[],
        partial: true,
        home: std::path::Path::new("/"),
        machine: &Machine::default(),
    };
    let problems = select(Some(&file), &choice).unwrap_err();
    assert!(lines(&problems).contains("`km` and `more`"), "{problems:?}");
}
