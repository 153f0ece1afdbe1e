//! One file for all nodes, applied to stock homes of every release: what a second opinion reads there
//! is what the guides ask of such a node.

use std::fs;

use crate::harness::{
    API_MANAGER, AXIS2, CARBON, CATALINA, Compare, Element, Home, Run, Tool, corpus, deployment,
    independent,
};

const NODES: [&str; 8] = [
    "edge-a", "edge-b", "keys-a", "keys-b", "maker", "shop", "tm-a", "tm-b",
];
const STOCK: [&str; 4] = ["am-2.0.0", "am-2.1.0", "am-2.2.0", "am-2.6.0"];
const USER_MGT: &str = "repository/conf/user-mgt.xml";
const REGISTRY: &str = "repository/conf/registry.xml";
const SOURCES: &str = "repository/conf/datasources/master-datasources.xml";

const KEYS: &str = "https://keys.example.com:443/services/";
const FRONT: &str = "https://console.example.com:9443/services/";
const FAILOVER: &str = "failover='roundrobin'%26cyclecount='2'%26brokerlist='tcp://192.0.2.41:5672\
                        ?retries='5'%26connectdelay='50';tcp://192.0.2.42:5673?retries='5'%26connectdelay='50''";

/// What each node's files are to hold: file, path of an element, its text. `*` in a path stands for
/// where this release has it.
fn wanted(node: &str) -> Vec<(&'static str, &'static str, String)> {
    let api = |path, text: &str| (API_MANAGER, path, text.to_owned());
    let environment = || {
        vec![
            api(
                "/APIManager/APIGateway/Environments/Environment/ServerURL",
                FRONT,
            ),
            api(
                "/APIManager/APIGateway/Environments/Environment/GatewayEndpoint",
                "http://api.example.com:80,https://api.example.com:443",
            ),
        ]
    };
    let groups = || {
        vec![
            api(
                "/APIManager/ThrottlingConfigurations/*/ReceiverUrlGroup",
                "{tcp://192.0.2.41:9611},{tcp://192.0.2.42:9612}",
            ),
            api(
                "/APIManager/ThrottlingConfigurations/*/AuthUrlGroup",
                "{ssl://192.0.2.41:9711},{ssl://192.0.2.42:9712}",
            ),
        ]
    };
    let validator = || {
        vec![
            api("/APIManager/APIKeyValidator/ServerURL", KEYS),
            api(
                "/APIManager/APIKeyValidator/KeyValidatorClientType",
                "WSClient",
            ),
        ]
    };
    let server = api("/APIManager/APIKeyValidator/EnableThriftServer", "false");
    let admin = (
        USER_MGT,
        "/UserManager/Realm/Configuration/AdminUser/UserName",
        "operator".to_owned(),
    );
    let mut all = vec![server, admin];
    match node {
        "edge-a" | "edge-b" => {
            all.extend(validator());
            all.extend(groups());
            all.push(api(
                "/APIManager/ThrottlingConfigurations/JMSConnectionDetails/JMSConnectionParameters/connectionfactory.TopicConnectionFactory",
                &format!("amqp://${{admin.username}}:${{admin.password}}@clientID/carbon?{FAILOVER}"),
            ));
            all.push((CARBON, "/Server/HostName", "api.example.com".to_owned()));
            all.push((
                CARBON,
                "/Server/MgtHostName",
                "console.example.com".to_owned(),
            ));
            let own = if node == "edge-a" {
                "192.0.2.11"
            } else {
                "192.0.2.12"
            };
            all.push((AXIS2, "/axisconfig/clustering/parameter", own.to_owned()));
            for member in ["192.0.2.11", "192.0.2.12"] {
                all.push((
                    AXIS2,
                    "/axisconfig/clustering/members/member/hostName",
                    member.to_owned(),
                ));
            }
        }
        "keys-a" | "keys-b" => {
            all.extend(environment());
            all.push(api(
                "/APIManager/APIKeyValidator/KeyValidatorClientType",
                "WSClient",
            ));
            all.push(api(
                "/APIManager/ThrottlingConfigurations/DataPublisher/Enabled",
                "false",
            ));
            all.push(api(
                "/APIManager/ThrottlingConfigurations/JMSConnectionDetails/Enabled",
                "false",
            ));
            all.push((
                SOURCES,
                "/datasources-configuration/datasources/datasource/definition/configuration/url",
                "jdbc:mysql://db.example.com:3306/apim?useSSL=false".to_owned(),
            ));
        }
        "maker" => {
            all.extend(environment());
            all.extend(groups());
            all.push(api("/APIManager/AuthManager/ServerURL", KEYS));
            all.push(api(
                "/APIManager/ThrottlingConfigurations/PolicyDeployer/ServiceURL",
                "https://192.0.2.41:9443/services/",
            ));
            all.push(api(
                "/APIManager/ThrottlingConfigurations/BlockCondition/Enabled",
                "false",
            ));
            all.push(api(
                "/APIManager/APIStore/URL",
                "https://shop.example.com:9445/store",
            ));
            all.push((
                REGISTRY,
                "/wso2registry/mount/targetPath",
                "/_system/governance".to_owned(),
            ));
        }
        "shop" => {
            all.extend(environment());
            all.extend(validator());
            all.push(api("/APIManager/AuthManager/ServerURL", KEYS));
            all.push(api(
                "/APIManager/OAuthConfigurations/RevokeAPIURL",
                "https://api.example.com:443/revoke",
            ));
            all.push((CARBON, "/Server/Ports/Offset", "2".to_owned()));
        }
        _ => {
            all.push((
                REGISTRY,
                "/wso2registry/indexingConfiguration/startIndexing",
                "false".to_owned(),
            ));
            let offset = if node == "tm-b" { "1" } else { "0" };
            all.push((CARBON, "/Server/Ports/Offset", offset.to_owned()));
        }
    }
    all
}

fn run(command: &str, home: &Home, file: &std::path::Path, node: &str) -> Run {
    Tool::new(command)
        .home(home)
        .arg("--file")
        .arg(file)
        .args(["--node", node])
        .env("APIM_ADMIN_PASSWORD", "op3rator")
        .env("USERS_PASSWORD", "us3rs")
        .env("REGISTRY_PASSWORD", "r3gistry")
        .run()
}

#[test]
fn every_node_of_a_deployment_on_every_release() {
    let Some(corpus) = corpus() else { return };
    let mut table = Vec::new();
    for stock in STOCK {
        for node in NODES {
            let context = format!("{node} on {stock}");
            let home = Home::copy_of(&corpus.join("stock").join(stock));
            let text = fs::read_to_string(deployment("cluster.toml")).unwrap();
            let file = home.aside(
                "cluster.toml",
                text.replace("version         = \"2.6.0\"\n", "").as_str(),
            );
            home.aside("apim.secret", "4pim\n");
            // The partial stock home of 2.2.0 is all there is of that release.
            let before = home.files();
            let applied = run("apply", &home, &file, node);
            assert_eq!(applied.status(), 0, "{context}: {applied}");
            table.push(format!(
                "{stock} {node}: {}",
                applied.err().lines().last().unwrap_or_default()
            ));
            holds(&home, stock, node, &context);
            if node == "maker" {
                let jndi = String::from_utf8(home.read("repository/conf/jndi.properties")).unwrap();
                let line = format!(
                    "connectionfactory.TopicConnectionFactory = amqp://operator:op3rator@clientID/carbon?{FAILOVER}"
                );
                assert!(jndi.lines().any(|found| found == line), "{context}: {jndi}");
            }
            if node.starts_with("tm-") {
                // Stock has CRLF in this one, and nothing was asked of it but to be the other file.
                let (axis2, other) = (
                    home.read(AXIS2),
                    home.read("repository/conf/axis2/axis2_TM.xml"),
                );
                assert_eq!(axis2, other, "{context}");
            }
            let done = home.tree();
            run("apply", &home, &file, node)
                .exits(0)
                .says("nothing to do");
            let moved = done.differences(&home.tree(), Compare::Everything);
            assert!(moved.is_empty(), "{context}: {moved:?}");
            run("check", &home, &file, node).exits(0);
            Tool::new("revert").home(&home).run().exits(0);
            let back = before.differences(&home.files(), Compare::Content);
            let back: Vec<_> = back
                .iter()
                .filter(|line| !line.contains(".apim-patch"))
                .collect();
            assert!(back.is_empty(), "{context}: {back:?}");
        }
    }
    println!("{}", table.join("\n"));
}

/// Compares what an independent parser reads with what is wanted.
fn holds(home: &Home, stock: &str, node: &str, context: &str) {
    let new_shape = ["am-2.2.0", "am-2.6.0"].contains(&stock);
    let parent = if new_shape {
        "TrafficManager"
    } else {
        "DataPublisher"
    };
    for (file, path, text) in wanted(node) {
        let path = path.replace('*', parent);
        let Some(elements) = independent(&home.path().join(file)) else {
            return;
        };
        let found: Vec<&Element> = elements
            .iter()
            .filter(|element| element.path == path)
            .collect();
        assert!(
            found.iter().any(|element| element.text == text),
            "{context}: {file} {path} is to be {text}, found {found:?}"
        );
    }
    if node.starts_with("edge-") {
        let Some(elements) = independent(&home.path().join(CATALINA)) else {
            return;
        };
        let ports: Vec<_> = elements
            .iter()
            .filter(|element| element.path == "/Server/Service/Connector")
            .map(|element| element.attributes.get("proxyPort").cloned())
            .collect();
        assert_eq!(
            ports,
            [Some("9763".to_owned()), Some("9443".to_owned())],
            "{context}"
        );
        let Some(elements) = independent(&home.path().join(API_MANAGER)) else {
            return;
        };
        let publishes = |element: &Element| element.path.ends_with("/JMSEventPublisherParameters");
        assert!(!elements.iter().any(publishes), "{context}");
    }
}

/// A password that would part the URL it stands in is refused before anything is written, and a
/// secret file that others can read is warned of once.
#[test]
fn a_password_that_a_broker_url_cannot_hold() {
    let home = Home::stock();
    let file = home.aside(
        "cluster.toml",
        "admin = { username = \"operator\", password = { file = \"admin.secret\" } }\n\
         [nodes]\nmaker = { profile = \"publisher\", host = \"a\" }\n\
         tm = { profile = \"traffic-manager\", host = \"b\" }\n",
    );
    let before = home.tree();
    for password in ["a@b", "a%b", "a/b", "a:b"] {
        home.aside("admin.secret", password);
        let run = Tool::new("apply")
            .home(&home)
            .arg("--file")
            .arg(&file)
            .args(["--node", "maker", "--partial"])
            .run();
        run.exits(2).says("parts such a URL").conceals(password);
        let told = run.err();
        let warned = told
            .matches("warning[readable-secret]: `jndi.topic_connection_factory`")
            .count();
        assert_eq!(warned, 1, "{told}");
    }
    let moved = before.differences(&home.tree(), Compare::Everything);
    assert!(moved.is_empty(), "{moved:?}");
}
