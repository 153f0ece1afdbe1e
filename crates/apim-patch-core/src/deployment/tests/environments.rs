//! Gateway environments.

use super::{FRONT, check, check_refused};

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
