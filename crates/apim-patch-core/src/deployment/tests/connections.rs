//! Environments, load balancers, clusters, databases, store.

use super::{check, check_refused, selection};
use crate::spec::Origin;

const FRONT: &str = "
[load_balancers.front]
host_name = 'api.example.com'
mgt_host_name = 'mgt.example.com'
traffic = { http = 80, https = 443 }
servlet = { http = 9763, https = 9443 }
websocket = { ws = 9099, wss = 8099 }
";
const ENVIRONMENT: &str = "
[environments.live]
type = 'production'
gateways = 'GATEWAYS'
";
const PORTALS: &str = "
[nodes]
shop = { profile = 'store', host = 'shop' }
km = { profile = 'key-manager', host = 'km' }
";

fn environment(gateways: &str) -> String {
    ENVIRONMENT.replace("GATEWAYS", gateways)
}

#[test]
fn environments_behind_a_load_balancer() {
    let text = format!(
        "{FRONT}{}[profiles.gateway]\nbehind = 'front'\n{PORTALS}gw = {{ profile = 'gateway' }}",
        environment("front")
    );
    let expect = [
        "environments.live.type = production <- environments.live",
        "environments.live.server_url = https://mgt.example.com:9443/services/ <- environments.live",
        "environments.live.endpoint = http://api.example.com:80,https://api.example.com:443 <- environments.live",
        "environments.live.websocket_endpoint = ws://api.example.com:9099 <- environments.live",
        "oauth.revoke_url = https://api.example.com:443/revoke <- environments.live",
    ];
    for node in ["shop", "km"] {
        check(&text, node, &["environments.", "oauth."], &expect);
    }
    check(&text, "gw", &["environments.", "oauth."], &[]);
    let text = text.replace(
        "traffic = { http = 80, https = 443 }",
        "traffic = { https = 443 }",
    );
    let text = text.replace(
        "websocket = { ws = 9099, wss = 8099 }",
        "websocket.wss = 8099",
    );
    let keys = &[
        "environments.*.endpoint",
        "environments.*.websocket_endpoint",
    ];
    let expect = [
        "environments.live.endpoint = https://api.example.com:443 <- environments.live",
        "environments.live.websocket_endpoint = wss://api.example.com:8099 <- environments.live",
    ];
    check(&text, "km", keys, &expect);
    let text = text.replace("traffic = { https = 443 }", "");
    check_refused(
        &text,
        "km",
        "port-not-told load balancer `front` does not say by which port node `km` reaches what stands \
         behind it (2:17) | add its port; for instance `traffic = { http = 80, https = 443 }`",
    );
}

#[test]
fn environments_of_one_gateway() {
    let text = format!(
        "{}{PORTALS}gw = {{ profile = 'gateway', host = 'gw', port_offset = 5 }}",
        environment("gw")
    );
    let expect = [
        "environments.live.server_url = https://gw:9448/services/ <- environments.live",
        "environments.live.endpoint = http://gw:8285,https://gw:8248 <- environments.live",
        "environments.live.websocket_endpoint = ws://gw:9104 <- environments.live",
        "oauth.revoke_url = https://gw:8248/revoke <- environments.live",
    ];
    let keys = &[
        "environments.*.server_url",
        "environments.*.endpoint",
        "environments.*.websocket_endpoint",
        "oauth.",
    ];
    check(&text, "shop", keys, &expect);
}

#[test]
fn environments_of_split_gateways() {
    let split = "worker = { profile = 'gateway-worker', host = 'worker' }\n\
                 boss = { profile = 'gateway-manager', host = 'boss', port_offset = 1 }\n";
    let workers = format!(
        "{FRONT}{}[profiles.gateway-worker]\nbehind = 'front'\n{PORTALS}{split}",
        environment("front")
    );
    let keys = &["environments.*.server_url"];
    let direct = "environments.live.server_url = https://boss:9444/services/ <- environments.live";
    check(&workers, "km", keys, &[direct]);
    let all = format!("[profiles.gateway-manager]\nbehind = 'front'\n{workers}");
    check(&all, "km", keys, &[direct]);
    let worker = format!("{}{PORTALS}{split}", environment("worker"));
    check(&worker, "km", keys, &[direct]);
    let own = format!(
        "[load_balancers.boss-front]\nhost_name = 'boss.example.com'\nservlet.https = 443\n\
         [profiles.gateway-manager]\nbehind = 'boss-front'\n{workers}"
    );
    let through = "environments.live.server_url = https://boss.example.com:443/services/ <- environments.live";
    check(&own, "km", keys, &[through]);
    let second = "boss-2 = { profile = 'gateway-manager', host = 'boss-2' }";
    check(&format!("{own}{second}"), "km", keys, &[through]);
    check_refused(
        &format!("{workers}{second}"),
        "km",
        "several-managers environment `live` has the gateway managers `boss` and `boss-2`, and nothing \
         tells which of them deploys its APIs (9:15) | write `server_url = \"https://HOST:9443/services/\"` \
         in the environment, or put them behind a load balancer of their own",
    );
    // What the table says is not derived.
    let told = format!("{workers}{second}").replace(
        "type = 'production'",
        "type = 'production'\nserver_url = 'https://x:1/'",
    );
    let told_url = "environments.live.server_url = https://x:1/ <- environments.live";
    check(&told, "km", keys, &[told_url]);
}

#[test]
fn tokens_are_revoked_where_production_is() {
    let sandbox = "[environments.sand]\ntype = 'sandbox'\ngateways = 'sand'\n";
    let gateways = "sand = { profile = 'gateway', host = 'sand' }\n\
                    gw = { profile = 'gateway', host = 'gw' }";
    let text = format!("{sandbox}{}{PORTALS}{gateways}", environment("gw"));
    let expect = "oauth.revoke_url = https://gw:8243/revoke <- environments.live";
    check(&text, "shop", &["oauth."], &[expect]);
    let alone = format!("{sandbox}{PORTALS}{gateways}");
    let expect = "oauth.revoke_url = https://sand:8243/revoke <- environments.sand";
    check(&alone, "shop", &["oauth."], &[expect]);
}

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
            let used = !super::derived(&selection(&text, "n").unwrap(), &["databases."]).is_empty();
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
