//! `explain` of a deployment file: where values come from, and the order of restarts.

use crate::harness::{Tool, deployment};

/// Which table, which line, which reason: all that an operator asks of a derived value.
#[test]
fn explain_a_node() {
    let cluster = deployment("cluster.toml");
    let node = |name: &str| {
        let tool = Tool::new("explain").arg("--file").arg(&cluster);
        tool.args(["--node", name])
    };
    let run = node("edge-a").run();
    run.exits(0)
        .says("key_manager.server_url = https://keys.example.com:443/services/")
        .says("follows from load_balancers.keys, ")
        .says("cluster.toml:20:17")
        .says("fixed by profile gateway: a gateway asks the Key Manager");
    let run = node("shop").arg("server.port_offset").run();
    run.exits(0).says("server.port_offset = 2");
    run.says("given for node shop, ");
    assert!(!run.out().contains("key_manager"), "{run}");
    let run = node("edge-a").arg("store.url").run();
    run.exits(0).says("the home keeps what it has");
    node("edge").run().exits(2).says("did you mean `edge-a`?");
    let run = node("edge-a").arg("store.ur").run();
    run.exits(2).says("store.url");
}

#[test]
fn explain_a_deployment() {
    let cluster = deployment("cluster.toml");
    let tool = || Tool::new("explain").arg("--file").arg(&cluster);
    let run = tool().run();
    run.exits(0)
        .says("gateway, 192.0.2.11, /opt/wso2am, behind front, in cluster gateways");
    let at = |step: &str| {
        run.out()
            .find(step)
            .unwrap_or_else(|| panic!("{step}: {run}"))
    };
    let steps = [
        "1. key-manager  keys-a",
        "4. traffic-manager  tm-b",
        "6. store  shop",
        "8. gateway  edge-b",
    ];
    assert!(steps.map(at).is_sorted(), "{run}");
    let run = tool().arg("proxy.https_port").run();
    run.exits(0)
        .says("node keys-b")
        .says("proxy.https_port = 443");
    // One file of one node, whose profile nobody told.
    let single = Tool::new("explain")
        .arg("--file")
        .arg(deployment("gateway-ws.toml"));
    single.run().exits(2).says("add --profile");
}

#[test]
fn explain_for_programs() {
    let cluster = deployment("cluster.toml");
    let tool = || {
        Tool::new("explain")
            .arg("--file")
            .arg(&cluster)
            .args(["--format", "json"])
    };
    let run = tool().run();
    let all: serde_json::Value = serde_json::from_str(&run.out()).unwrap();
    assert_eq!(all["version"], 1);
    assert_eq!(all["nodes"][5]["node"], "shop");
    assert_eq!(all["restart"][7]["nodes"][0], "edge-b");
    let run = tool().args(["--node", "maker", "jndi"]).run();
    let node: serde_json::Value = serde_json::from_str(&run.out()).unwrap();
    assert_eq!(node["profile"], "publisher");
    let setting = &node["settings"][0];
    assert_eq!(setting["key"], "jndi.topic_connection_factory");
    assert_eq!(setting["origin"], "derived");
    assert_eq!(setting["from"], "nodes.tm-a, nodes.tm-b");
    assert!(
        setting["place"]
            .as_str()
            .unwrap()
            .ends_with("cluster.toml:47:1"),
        "{setting}"
    );
    let value = setting["value"].as_str().unwrap();
    assert!(
        value.starts_with("amqp://operator:{environment variable `APIM_ADMIN_PASSWORD`}@"),
        "{value}"
    );
}
