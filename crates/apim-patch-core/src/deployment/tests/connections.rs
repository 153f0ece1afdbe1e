//! Load balancers, databases, store, administrator, and what wins.

use super::{FRONT, check, check_refused, derived, selection};
use crate::spec::Origin;

#[test]
fn names_and_proxy_ports() {
    let nodes = "[nodes]\nnode = { profile = 'PROFILE', host = 'host' }\n";
    let keys = &["server.", "proxy."];
    let behind = |profile: &str| {
        let text = format!("{FRONT}[profiles.PROFILE]\nbehind = 'front'\n{nodes}");
        text.replace("PROFILE", profile)
    };
    let name = "server.host_name = api.example.com <- load_balancers.front";
    let console = "server.mgt_host_name = mgt.example.com <- load_balancers.front";
    let ports = [
        "proxy.http_port = 9763 <- load_balancers.front",
        "proxy.https_port = 9443 <- load_balancers.front",
    ];
    for profile in [
        "gateway",
        "gateway-manager",
        "publisher",
        "store",
        "key-manager",
        "traffic-manager",
    ] {
        check(
            &behind(profile),
            "node",
            keys,
            &[name, console, ports[0], ports[1]],
        );
    }
    check(
        &behind("gateway-worker"),
        "node",
        keys,
        &[name, ports[0], ports[1]],
    );
    let own = [
        "server.host_name = host <- nodes.node",
        "server.mgt_host_name = host <- nodes.node",
    ];
    for (profile, expect) in [
        ("gateway", &own[..]),
        ("gateway-worker", &own[..1]),
        ("publisher", &own[..]),
        ("store", &own[..]),
        ("key-manager", &[]),
        ("traffic-manager", &[]),
    ] {
        check(&nodes.replace("PROFILE", profile), "node", keys, expect);
    }
}

/// 80 and 443 are the ports of a load balancer that the file says nothing of.
#[test]
fn fixed_proxy_ports() {
    let fixed = |text: &str| {
        let selection = selection(text, "gw").unwrap();
        let ports = selection.settings.iter().filter(|setting| {
            setting.row.key.starts_with("proxy.")
                && matches!(setting.origin, Origin::FixedByProfile { .. })
        });
        ports.count()
    };
    let alone = "[nodes]\ngw = { profile = 'gateway', host = 'gw' }";
    assert_eq!(fixed(alone), 0);
    let told = "[nodes.gw]\nprofile = 'gateway'\nhost = 'gw'\nserver.host_name = 'api.example.com'";
    assert_eq!(fixed(told), 2);
    let silent = FRONT.replace("servlet = { http = 9763, https = 9443 }", "");
    assert_eq!(
        fixed(&format!(
            "{silent}[profiles.gateway]\nbehind = 'front'\n{alone}"
        )),
        0
    );
    assert_eq!(
        fixed(&format!(
            "{FRONT}[profiles.gateway]\nbehind = 'front'\n{alone}"
        )),
        0
    );
}

#[test]
fn one_node_may_stand_elsewhere() {
    let text = format!(
        "{FRONT}[profiles.gateway]\nbehind = 'front'\n[nodes]\n\
         gw = {{ profile = 'gateway', host = 'gw', behind = false }}"
    );
    let expect = [
        "server.host_name = gw <- nodes.gw",
        "server.mgt_host_name = gw <- nodes.gw",
    ];
    check(&text, "gw", &["server.", "proxy."], &expect);
}

#[test]
fn databases() {
    let nodes = "[nodes]\nn = { profile = 'PROFILE', host = 'h' }\n";
    let text = |name: &str, url: &str, profile: &str| {
        let text = format!("[databases.{name}]\nurl = {url}\nusername = 'u'\n{nodes}");
        text.replace("PROFILE", profile)
    };
    for (scheme, driver) in super::super::databases::DRIVERS {
        let url = format!("'jdbc:{scheme}://db/x'");
        let expect = format!("databases.WSO2AM_DB.driver = {driver} <- databases.WSO2AM_DB");
        check(
            &text("WSO2AM_DB", &url, "store"),
            "n",
            &["databases.*.driver"],
            &[&expect],
        );
    }
    for (name, users) in [
        ("WSO2AM_DB", &["key-manager", "publisher", "store"][..]),
        (
            "WSO2UM_DB",
            &["key-manager", "publisher", "store", "traffic-manager"],
        ),
        ("WSO2REG_DB", &["publisher", "store"]),
        ("WSO2_MB_STORE_DB", &["traffic-manager"]),
    ] {
        for profile in [
            "gateway",
            "key-manager",
            "publisher",
            "store",
            "traffic-manager",
        ] {
            let text = text(name, "'jdbc:mysql://db/x'", profile);
            let used = !derived(&selection(&text, "n").unwrap(), &["databases."]).is_empty();
            assert_eq!(used, users.contains(&profile), "{name} {profile}");
        }
    }
    let source = "user_store.data_source = jdbc/WSO2UM_DB <- databases.WSO2UM_DB";
    check(
        &text("WSO2UM_DB", "'jdbc:mysql://db/x'", "store"),
        "n",
        &["user_store."],
        &[source],
    );
    let cache = "registry.remote_instances.\"https://localhost:9443/registry\".cache_id = u@jdbc:sqlserver://db \
                 <- databases.WSO2REG_DB";
    let keys = &["registry.remote_instances.*.cache_id"];
    check(
        &text("WSO2REG_DB", "'jdbc:sqlserver://db;a=b'", "store"),
        "n",
        keys,
        &[cache],
    );
    for url in ["'jdbc:x:y'", "{ env = 'URL' }"] {
        let text = text("WSO2AM_DB", url, "store");
        let expect = "driver-not-told nothing tells the driver of database `WSO2AM_DB` (1:12) | add its \
                      class; for instance `driver = \"com.mysql.jdbc.Driver\"`";
        check_refused(&text, "n", expect);
        let told = text.replace("username", "driver = 'a.B'\nusername");
        let expect = "databases.WSO2AM_DB.driver = a.B <- databases.WSO2AM_DB";
        check(&told, "n", &["databases.*.driver"], &[expect]);
    }
    let query = "databases.WSO2AM_DB.validation_query = SELECT 1 FROM DUAL <- databases.WSO2AM_DB";
    let keys = &["databases.*.validation_query"];
    check(
        &text("WSO2AM_DB", "'jdbc:oracle:thin:@db'", "store"),
        "n",
        keys,
        &[query],
    );
    check(
        &text("WSO2AM_DB", "'jdbc:mysql://db/x'", "store"),
        "n",
        keys,
        &[],
    );
    let more = text("MORE_DB", "'jdbc:h2:x'", "gateway")
        .replace("username", "profiles = ['gateway']\nusername");
    let expect = "databases.MORE_DB.url = jdbc:h2:x <- databases.MORE_DB";
    check(&more, "n", &["databases.*.url"], &[expect]);
}

#[test]
fn the_store() {
    let text = "[nodes]\npub = { profile = 'publisher', host = 'pub' }\n\
                shop = { profile = 'store', host = 'shop', port_offset = 1 }\n";
    let expect = [
        "store.display_url = true <- nodes.shop",
        "store.url = https://shop:9444/store <- nodes.shop",
    ];
    check(text, "pub", &["store."], &expect);
    let two = format!("{text}more = {{ profile = 'store', host = 'more' }}");
    let refused = selection(&two, "pub").unwrap_err();
    assert_eq!(refused[0].code, "several-without-balancer");
    assert!(refused[0].message.starts_with("stores `shop` and `more`"));
    let told = format!("[profiles.publisher.store]\nurl = 'https://s/'\n{two}");
    check(&told, "pub", &["store."], &[]);
}

#[test]
fn the_administrator() {
    let text = "admin = { username = 'boss', password = { env = 'PW' } }\n[nodes]\n\
                a = { profile = 'gateway', host = 'h' }\n\
                [nodes.b]\nprofile = 'traffic-manager'\nhost = 'b'\nadmin.username = 'other'";
    let keys = &[
        "admin.",
        "key_manager.",
        "throttling.policy_deployer.username",
    ];
    let password = "admin.password = environment variable `PW` <- admin";
    check(
        text,
        "a",
        keys,
        &["admin.username = boss <- admin", password],
    );
    check(text, "b", keys, &[password]);
}

/// Whatever somebody asks for by itself wins over what follows.
#[test]
fn what_follows_gives_way() {
    let text = "[profiles.publisher]\nstore.url = 'https://profile/'\nserver.host_name = 'profile'\n\
                [nodes.pub]\nprofile = 'publisher'\nhost = 'h'\nstore.url = 'https://node/'\n\
                [nodes.shop]\nprofile = 'store'\nhost = 'shop'";
    let selection = selection(text, "pub").unwrap();
    let of = |key: &str| {
        let setting = selection
            .settings
            .iter()
            .find(|setting| setting.row.key == key);
        setting.map(|setting| setting.origin.to_string())
    };
    assert_eq!(of("store.url").as_deref(), Some("f.toml:7:13"));
    assert_eq!(of("server.host_name").as_deref(), Some("f.toml:3:20"));
}
