//! Traffic managers, and who talks to them.

use super::{check, check_refused, file, lines};

const NODES: &str = r#"
[nodes]
gw  = { profile = "gateway", host = "gw" }
pub = { profile = "publisher", host = "pub" }
shop = { profile = "store", host = "shop" }
km = { profile = "key-manager", host = "km" }
tm-1 = { profile = "traffic-manager", host = "tm-1", port_offset = 2 }
"#;
const SECOND: &str = "tm-2 = { profile = 'traffic-manager', host = '2001:db8::2' }\n";
const KEYS: &[&str] = &[
    "throttling.traffic_manager.",
    "throttling.policy_deployer.service_url",
    "throttling.jms.",
    "jndi.",
];

#[test]
fn one() {
    let events = [
        "throttling.traffic_manager.receiver_url_group = tcp://tm-1:9613 <- nodes.tm-1",
        "throttling.traffic_manager.auth_url_group = ssl://tm-1:9713 <- nodes.tm-1",
        "throttling.policy_deployer.service_url = https://tm-1:9445/services/ <- nodes.tm-1",
    ];
    let mut gateway = events.to_vec();
    gateway.extend([
        "throttling.jms.service_url = tcp://tm-1:5674 <- nodes.tm-1",
        "throttling.jms.topic_connection_factory = amqp://${admin.username}:${admin.password}\
         @clientID/carbon?brokerlist='tcp://tm-1:5674?retries='5'%26connectdelay='50'' <- nodes.tm-1",
    ]);
    check(NODES, "gw", KEYS, &gateway);
    let admin = format!("admin = {{ username = 'boss', password = {{ env = 'PW' }} }}\n{NODES}");
    let mut publisher = events.to_vec();
    publisher.push(
        "jndi.topic_connection_factory = amqp://boss:{environment variable `PW`}@clientID/carbon?\
         brokerlist='tcp://tm-1:5674?retries='5'%26connectdelay='50'' <- nodes.tm-1",
    );
    check(&admin, "pub", KEYS, &publisher);
    for node in ["shop", "km"] {
        check(NODES, node, KEYS, &[]);
    }
    // Its own publisher of decisions calls its own broker.
    let own = "jndi.topic_connection_factory = amqp://admin:******@clientid/carbon?\
               brokerlist='tcp://localhost:5674' <- nodes.tm-1";
    check(NODES, "tm-1", KEYS, &[own]);
    check(&NODES.replace(", port_offset = 2", ""), "tm-1", KEYS, &[]);
}

#[test]
fn several() {
    let text = format!("policy_deployer = 'tm-2'\n{NODES}{SECOND}");
    let both = "nodes.tm-1, nodes.tm-2";
    let receivers = format!(
        "throttling.traffic_manager.receiver_url_group = {{tcp://tm-1:9613}},{{tcp://[2001:db8::2]:9611}} <- {both}"
    );
    let logins = format!(
        "throttling.traffic_manager.auth_url_group = {{ssl://tm-1:9713}},{{ssl://[2001:db8::2]:9711}} <- {both}"
    );
    let factory = format!(
        "throttling.jms.topic_connection_factory = amqp://${{admin.username}}:${{admin.password}}\
         @clientID/carbon?failover='roundrobin'%26cyclecount='2'%26brokerlist='tcp://tm-1:5674?\
         retries='5'%26connectdelay='50';tcp://[2001:db8::2]:5672?retries='5'%26connectdelay='50'' <- {both}"
    );
    let policies = "throttling.policy_deployer.service_url = https://[2001:db8::2]:9443/services/ <- policy_deployer";
    check(
        &text,
        "gw",
        KEYS,
        &[&receivers, &logins, policies, &factory],
    );
}

#[test]
fn the_policy_deployer() {
    let text = format!("{NODES}{SECOND}");
    check_refused(
        &text,
        "pub",
        "stock-credentials `jndi.topic_connection_factory` gets the user and password that the product \
         comes with (4:1) | add `admin = { username = \"…\", password = { env = \"NAME\" } }` to the file\n\
         policy-deployer-not-told nothing tells which of the traffic managers `tm-1` and `tm-2` throttling \
         policies go to (7:1, 8:1) | name one at the top of the file: policy_deployer = \"tm-1\"",
    );
    let keys = &["throttling.policy_deployer.service_url"];
    // A gateway sends none.
    check(&text, "gw", keys, &[]);
    let told = format!(
        "[profiles.publisher.throttling.policy_deployer]\nservice_url = 'https://tm:9443/services/'\n{text}"
    );
    check(&told, "pub", keys, &[]);
    let balancer = format!(
        "[load_balancers.tm]\nhost_name = 'tm.example.com'\nservlet.https = 9443\n\
         [profiles.traffic-manager]\nbehind = 'tm'\n{text}"
    );
    let expect = "throttling.policy_deployer.service_url = https://tm.example.com:9443/services/ <- load_balancers.tm";
    check(&balancer, "pub", keys, &[expect]);
    let named = format!("policy_deployer = 'tm'\n{balancer}");
    check(
        &named,
        "pub",
        keys,
        &[&expect.replace("load_balancers.tm", "policy_deployer")],
    );
}

#[test]
fn credentials_of_the_stock() {
    let selection = file(NODES).select_node("pub").unwrap();
    assert!(
        lines(&selection.warnings).starts_with("stock-credentials"),
        "{:?}",
        selection.warnings
    );
    check(
        NODES,
        "pub",
        &["jndi."],
        &[
            "jndi.topic_connection_factory = amqp://admin:******@clientID/carbon?brokerlist=\
           'tcp://tm-1:5674?retries='5'%26connectdelay='50'' <- nodes.tm-1",
        ],
    );
}

/// A gateway whose file has no traffic manager keeps what its home has.
#[test]
fn without_any_nothing_follows() {
    let text = NODES.replace("traffic-manager", "store");
    for node in ["gw", "pub"] {
        let text = text.replace(
            "[nodes]",
            "[profiles.publisher.store]\nurl = 'https://shop/store'\n[nodes]",
        );
        check(&text, node, KEYS, &[]);
    }
}

#[test]
fn hosts() {
    let text = NODES.replace("host = \"tm-1\", ", "");
    check_refused(
        &text,
        "gw",
        "host-not-told node `tm-1` has no `host`, by which node `gw` could reach it (7:1) | add \
         `host = \"NAME OR ADDRESS\"` to it",
    );
}
