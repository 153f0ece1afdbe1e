//! Deployment files: nothing on clean ones, and each contradiction alone, at its place.

use std::fs;

use serde_json::Value;

use crate::harness::{Home, Run, Tool, deployment};

fn clean() -> String {
    fs::read_to_string(deployment("clean-cluster.toml")).unwrap()
}

fn lint_text(text: &str) -> (Run, Value) {
    let home = Home::empty();
    let file = home.aside("cluster.toml", text);
    let run = Tool::new("lint").arg("--file").arg(file).json().run();
    let object = run.object();
    (run, object)
}

/// Findings as `CODE NODES | the line of the first place`.
fn told(object: &Value, text: &str) -> Vec<String> {
    let findings = object["findings"].as_array().unwrap();
    let told = findings.iter().map(|finding| {
        let line = finding["line"].as_u64().map_or(0, |line| line as usize);
        let line = text.lines().nth(line.wrapping_sub(1)).unwrap_or_default();
        let nodes: Vec<_> = finding["nodes"].as_array().unwrap().iter().collect();
        let nodes: Vec<_> = nodes.iter().map(|node| node.as_str().unwrap()).collect();
        let code = finding["code"].as_str().unwrap();
        format!("{code} {} | {}", nodes.join(","), line.trim())
    });
    told.collect()
}

/// What is put behind a line of the clean file, or in its place where it starts with `=`.
type Change = (&'static str, &'static str);

fn changed(base: fn() -> String, changes: &[Change]) -> String {
    let mut text = base();
    for (line, change) in changes {
        let whole = format!("\n{line}\n");
        assert_eq!(text.matches(&whole).count(), 1, "{line}");
        let new = match change.strip_prefix('=') {
            Some(new) => format!("\n{}\n", new.trim_start()),
            None => format!("{whole}{change}\n"),
        };
        text = text.replacen(&whole, &new, 1);
    }
    text
}

#[test]
fn nothing_on_clean_deployments() {
    for name in ["clean-cluster.toml", "cluster.toml"] {
        let run = Tool::new("lint").arg("--file").arg(deployment(name)).run();
        assert_eq!(run.status(), 0, "{run}");
        assert_eq!(run.out(), "", "{run}");
        run.says("8 nodes: nothing found");
    }
    let (run, object) = lint_text(&clean());
    assert_eq!(object["findings"], serde_json::json!([]), "{run}");
    assert_eq!(object["nodes"].as_array().unwrap().len(), 8, "{run}");
}

/// Takes tables out, each with the blank line behind it.
fn without(mut text: String, tables: &[&str]) -> String {
    text.push('\n');
    for table in tables {
        let begin = text.find(table).unwrap();
        let end = text[begin..].find("\n\n").unwrap() + begin + 2;
        text.replace_range(begin..end, "");
    }
    text
}

fn without_traffic_managers() -> String {
    let text = without(clean(), &["[nodes.tm-1]", "[nodes.tm-2]"]);
    text.replacen("policy_deployer = \"tm-1\"\n", "", 1)
}

/// One Key Manager that is asked over Thrift: the clean file without the load balancer before them.
fn over_thrift() -> String {
    let text = without(clean(), &["[load_balancers.km]", "[nodes.km-2]"]);
    text.replacen("\nbehind = \"km\"\n", "\n", 1)
}

#[test]
fn each_contradiction_of_a_file() {
    let cases: &[(&[Change], &[&str])] = &[
        (
            &[("[nodes.gw-2]", "key_manager.client = \"ThriftClient\"")],
            &[
                "client-types-differ gw-2 | key_manager.client = \"ThriftClient\"",
                "thrift-behind-load-balancer gw-2 | key_manager.client = \"ThriftClient\"",
            ],
        ),
        (
            &[("[nodes.km-2]", "jwt.enable = false")],
            &["jwt-on-some km-2 | jwt.enable = false"],
        ),
        (
            &[("[nodes.gw-2]", "admin.password = { env = \"OTHER\" }")],
            &["admin-credentials-differ gw-2 | admin.password = { env = \"OTHER\" }"],
        ),
        (
            &[("[nodes.gw-2]", "admin.username = \"root\"")],
            &["admin-credentials-differ gw-2 | admin.username = \"root\""],
        ),
        (
            &[("[nodes.gw-2]", "proxy.https_port = 443")],
            &["proxy-port-differs gw-2 | proxy.https_port = 443"],
        ),
        (
            &[("[nodes.gw-2]", "server.host_name = \"gw-2.am.wso2.com\"")],
            &["host-name-differs gw-2 | server.host_name = \"gw-2.am.wso2.com\""],
        ),
        (
            &[(
                "[nodes.pub]",
                "environments.\"Production and Sandbox\".endpoint = \"https://gw.am.wso2.com:8243\"",
            )],
            &[
                "gateway-endpoint-differs pub | environments.\"Production and Sandbox\".endpoint = \
                 \"https://gw.am.wso2.com:8243\"",
            ],
        ),
        (
            &[
                ("mgt_host_name = \"mgt.am.wso2.com\"", "= "),
                (
                    "servlet       = { http = 9763, https = 9443 }",
                    "= servlet       = { http = 9763, https = 443 }",
                ),
            ],
            &["one-name-for-traffic-and-servlet  | servlet       = { http = 9763, https = 443 }"],
        ),
        (
            &[(
                "host_name = \"km.am.wso2.com\"",
                "= host_name = \"gw.am.wso2.com\"",
            )],
            &["load-balancers-share-a-port  | servlet   = { https = 443 }"],
        ),
        (
            &[("host    = \"10.0.0.22\"", "= host    = \"10.0.0.21\"")],
            &["two-nodes-in-one-home km-2 | [nodes.km-2]"],
        ),
        (
            &[
                ("host    = \"10.0.0.32\"", "= host    = \"10.0.0.31\""),
                ("[nodes.store]", "server.host_name = \"store.am.wso2.com\""),
            ],
            &["two-nodes-in-one-home store | [nodes.store]"],
        ),
        (
            &[("[nodes.gw-2]", "clustering.members = [\"10.0.0.11:4000\"]")],
            &["cluster-of-one gw-2 | clustering.members = [\"10.0.0.11:4000\"]"],
        ),
        (
            &[(
                "[nodes.gw-2]",
                "clustering.members = [\"10.0.0.11:4000\", \"10.0.0.13:4000\"]",
            )],
            &[
                "member-is-no-node gw-2 | clustering.members = [\"10.0.0.11:4000\", \"10.0.0.13:4000\"]",
            ],
        ),
        (
            &[(
                "[nodes.gw-2]",
                "clustering.members = [\"10.0.0.11:4000\", \"10.0.0.12:4000\", \"10.0.0.11:4000\"]",
            )],
            &[
                "odd-value  | clustering.members = [\"10.0.0.11:4000\", \"10.0.0.12:4000\", \
                 \"10.0.0.11:4000\"]",
            ],
        ),
        (
            &[(
                "[nodes.gw-2]",
                "deployment_synchronizer.enable = true\nclustering.enable = false",
            )],
            &[
                "member-is-no-node gw-1 | [clusters.gateway]",
                "synchronizer-without-cluster gw-2 | deployment_synchronizer.enable = true",
            ],
        ),
        (
            &[("[nodes.tm-1]", "cluster = \"gateway\"")],
            &["cluster-of-unlike-profiles tm-1 | [clusters.gateway]"],
        ),
        (
            &[(
                "[nodes.gw-2]",
                "throttling.traffic_manager.auth_url_group = \"ssl://10.0.0.41:9711\"",
            )],
            &[
                "url-groups-unequal gw-2 | throttling.traffic_manager.auth_url_group = \
                 \"ssl://10.0.0.41:9711\"",
            ],
        ),
        (
            &[(
                "policy_deployer = \"tm-1\"",
                "[[patch]]\nfile = \"repository/conf/api-manager.xml\"\n\
                 select = \"//DataPublisher/ReceiverUrlGroup\"\nset = \"tcp://10.0.0.41:9611\"",
            )],
            &["url-group-not-read gw-1,gw-2,km-1,km-2,pub,store,tm-1,tm-2 | [[patch]]"],
        ),
        (
            &[(
                "[databases]",
                "WSO2_MB_STORE_DB = { url = \"jdbc:mysql://db/mb\", username = \"mb\", password = { file = \"mb.secret\" } }",
            )],
            &["message-store-shared tm-2 | WSO2_MB_STORE_DB"],
        ),
        (
            &[(
                "[nodes.store]",
                "databases.WSO2AM_DB.url = \"jdbc:mysql://db:3306/other\"",
            )],
            &["databases-differ store | databases.WSO2AM_DB.url = \"jdbc:mysql://db:3306/other\""],
        ),
        (
            &[(
                "[nodes.store]",
                "databases.WSO2UM_DB.url = \"jdbc:mysql://db:3306/other\"",
            )],
            &[
                "user-stores-differ store | databases.WSO2UM_DB.url = \"jdbc:mysql://db:3306/other\"",
            ],
        ),
        (
            &[(
                "[nodes.store]",
                "databases.WSO2REG_DB.url = \"jdbc:mysql://db:3306/other\"",
            )],
            &[
                "registries-differ store | databases.WSO2REG_DB.url = \"jdbc:mysql://db:3306/other\"",
            ],
        ),
        (
            &[(
                "[nodes.store]",
                "databases.WSO2AM_DB.url = \"jdbc:h2:repository/database/WSO2AM_DB\"",
            )],
            &[
                "shared-database-embedded store | databases.WSO2AM_DB.url = \
                 \"jdbc:h2:repository/database/WSO2AM_DB\"",
            ],
        ),
        (
            &[(
                "[clusters.gateway]",
                "= [clusters.other]\ndomain = \"x\"\n[clusters.gateway]",
            )],
            &["cluster-without-nodes  | [clusters.other]"],
        ),
        (
            &[(
                "host    = \"10.0.0.32\"\nhome    = \"/opt/wso2am\"",
                "=host    = \"10.0.0.31\"\nhome    = \"/opt/store\"",
            )],
            &["ports-collide store | host    = \"10.0.0.31\""],
        ),
        (
            &[(
                "host    = \"10.0.0.32\"\nhome    = \"/opt/wso2am\"",
                "=host    = \"10.0.0.31\"\nhome    = \"/opt/store\"\nport_offset = 1",
            )],
            &[],
        ),
        (
            &[(
                "WSO2UM_DB  = { url = \"jdbc:mysql://db:3306/um\", username = \"um\", password = { file = \"um.secret\" } }",
                "= ",
            )],
            &["database-not-given km-1,km-2,pub,store | [nodes.km-1]"],
        ),
        (
            &[(
                "[nodes.pub]",
                "jndi.topic_connection_factory = \"amqp://admin:a@b@clientid/carbon?brokerlist='tcp://10.0.0.41:5672'\"",
            )],
            &["jndi-credentials pub | jndi.topic_connection_factory"],
        ),
        (
            &[(
                "admin           = { username = \"admin\", password = { env = \"APIM_ADMIN\" } }",
                "= admin = { username = \"admin@example.com\", password = { env = \"APIM_ADMIN\" } }",
            )],
            &["jndi-credentials gw-1,gw-2,km-1,km-2,pub,store,tm-1,tm-2 | admin = {"],
        ),
    ];
    check(clean, cases);
}

#[test]
fn gateways_without_traffic_managers() {
    let told = "throttling.traffic_manager.receiver_url_group = \"tcp://tm:9611\"";
    check(
        without_traffic_managers,
        &[
            (&[], &["no-traffic-manager gw-1,gw-2 | [nodes.gw-1]"]),
            (
                &[("[nodes.gw-1]", told)],
                &["no-traffic-manager gw-2 | [nodes.gw-2]"],
            ),
        ],
    );
}

#[test]
fn each_contradiction_over_thrift() {
    check(
        over_thrift,
        &[
            (&[], &[]),
            (
                &[("[nodes.gw-2]", "key_manager.client = \"WSClient\"")],
                &["client-types-differ gw-2 | key_manager.client = \"WSClient\""],
            ),
            (
                &[("[nodes.km-1]", "key_manager.thrift.enable_server = false")],
                &["thrift-server-off gw-1,gw-2,store | [nodes.km-1]"],
            ),
            (
                &[(
                    "[nodes.km-1]",
                    "key_manager.thrift.server_host = \"localhost\"",
                )],
                &[
                    "thrift-server-on-loopback km-1 | key_manager.thrift.server_host = \"localhost\"",
                ],
            ),
            (
                &[(
                    "[nodes.gw-2]",
                    "key_manager.thrift.server_host = \"localhost\"",
                )],
                &[
                    "thrift-target-on-loopback gw-2 | key_manager.thrift.server_host = \"localhost\"",
                ],
            ),
            (
                &[(
                    "[nodes.gw-2]",
                    "key_manager.server_url = \"https://10.0.0.21/services/\"",
                )],
                &[
                    "thrift-url-without-port gw-2 | key_manager.server_url = \"https://10.0.0.21/services/\"",
                ],
            ),
            (
                &[("[nodes.km-1]", "key_manager.thrift.server_port = 10400")],
                &[],
            ),
            (
                &[("[nodes.gw-2]", "key_manager.thrift.client_port = 10400")],
                &["thrift-ports-differ gw-2 | key_manager.thrift.client_port = 10400"],
            ),
        ],
    );
}

fn check(base: fn() -> String, cases: &[(&[Change], &[&str])]) {
    let mut faults = Vec::new();
    for (changes, expect) in cases {
        let text = changed(base, changes);
        let (run, object) = lint_text(&text);
        let told = told(&object, &text);
        let as_expected = told.len() == expect.len()
            && told
                .iter()
                .zip(*expect)
                .all(|(told, expect)| told.starts_with(expect));
        if run.status() != i32::from(!expect.is_empty()) || !as_expected {
            faults.push(format!("{changes:?}\n  {told:#?}\n{run}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn a_file_for_one_node_and_refusals() {
    let home = Home::empty();
    let file = home.aside(
        "one.toml",
        "[key_manager]\nclient = \"ThriftClient\"\nserver_url = \"https://km/services/\"\n\
         [throttling.traffic_manager]\nreceiver_url_group = \"tcp://tm:9611\"\n",
    );
    let lint = || Tool::new("lint").arg("--file").arg(&file);
    let run = lint().args(["--profile", "gateway"]).run();
    assert_eq!(run.status(), 1, "{run}");
    run.says("thrift-url-without-port").says("one.toml:3:14");
    run.says("1 node: 1 finding (1 error, 0 warnings)");
    assert_eq!(lint().run().status(), 2);
    assert_eq!(Tool::new("lint").run().status(), 2);
    let both = lint().home(&home).run();
    assert_eq!(both.status(), 2, "{both}");
    let none = Tool::new("lint").home(&home).json().run();
    assert_eq!(none.status(), 3, "{none}");
    assert_eq!(none.object()["errors"][0]["code"], "no-home");
    assert_eq!(none.object()["exit_code"], 3);
}
