//! One contradiction at a time: exactly that finding, with its place.

use super::check;
use super::clean::{CHANGED, at, cluster, given, thrift};
use crate::lint::{Content, Deployment, Environment, Known, Placed};
use crate::spec::Reference;

fn set(deployment: &mut Deployment, node: &str, key: &str, value: &str) {
    let node = deployment
        .nodes
        .iter_mut()
        .find(|one| one.name == node)
        .unwrap();
    node.values
        .insert(key.to_owned(), given(key, value, CHANGED));
}

fn unset(deployment: &mut Deployment, node: &str, key: &str) {
    let node = deployment
        .nodes
        .iter_mut()
        .find(|one| one.name == node)
        .unwrap();
    assert!(node.values.remove(key).is_some(), "{key}");
}

/// `NODE KEY = VALUE`, or several, separated by `;`; each expects what follows.
fn changes(base: fn() -> Deployment, cases: &[(&str, &[&str])]) {
    for (change, expect) in cases {
        let mut deployment = base();
        for one in change.split("; ") {
            let (place, value) = one.split_once(" = ").unwrap();
            let (node, key) = place.split_once(' ').unwrap();
            set(&mut deployment, node, key, value);
        }
        check(change, &deployment, expect);
    }
}

#[test]
fn key_managers_over_thrift() {
    changes(
        thrift,
        &[
            (
                "gw-1 key_manager.client = WSClient",
                &["client-types-differ:999 gw-1"],
            ),
            (
                "km-1 key_manager.client = WSClient",
                &["client-types-differ:999 km-1"],
            ),
            (
                "store key_manager.client = thriftclient",
                &["client-type-unknown:999 store"],
            ),
            (
                "km-1 key_manager.thrift.enable_server = false",
                &[
                    "thrift-server-off:151 gw-1",
                    "thrift-server-off:251 gw-2",
                    "thrift-server-off:651 store",
                ],
            ),
            (
                "km-1 key_manager.thrift.server_host = localhost",
                &["thrift-server-on-loopback:999 km-1"],
            ),
            (
                "gw-2 key_manager.thrift.server_host = 127.0.0.1",
                &["thrift-target-on-loopback:999 gw-2"],
            ),
            (
                "gw-2 key_manager.server_url = https://km.am.wso2.com/services/",
                &["thrift-url-without-port:999 gw-2"],
            ),
            (
                "gw-2 key_manager.thrift.client_port = 10398",
                &["thrift-ports-differ:999 gw-2"],
            ),
            // Without a port, each side adds its own offset.
            (
                "gw-2 server.port_offset = 1",
                &["thrift-ports-differ:999 gw-2"],
            ),
            (
                "km-1 server.port_offset = 1",
                &[
                    "thrift-ports-differ:103 gw-1",
                    "thrift-ports-differ:203 gw-2",
                    "thrift-ports-differ:603 store",
                ],
            ),
            // What is given takes no offset.
            (
                "gw-2 server.port_offset = 1; gw-2 key_manager.thrift.client_port = 10397",
                &[],
            ),
            (
                "km-1 server.port_offset = 1; km-1 key_manager.thrift.server_port = 10397",
                &[],
            ),
        ],
    );
}

#[test]
fn thrift_through_a_load_balancer() {
    let mut deployment = cluster();
    for node in ["gw-1", "gw-2", "km-1", "km-2"] {
        set(&mut deployment, node, "key_manager.client", "ThriftClient");
        set(
            &mut deployment,
            node,
            "key_manager.thrift.enable_server",
            "true",
        );
    }
    // All of them stand on one line, as in the table of a profile.
    check(
        "through a load balancer",
        &deployment,
        &["thrift-behind-load-balancer:999 gw-1,gw-2"],
    );
}

#[test]
fn tokens_and_credentials() {
    changes(
        cluster,
        &[
            ("gw-2 jwt.enable = false", &["jwt-on-some:999 gw-2"]),
            ("km-2 jwt.enable = false", &["jwt-on-some:999 km-2"]),
            (
                "gw-1 jwt.enable = false; gw-2 jwt.enable = false; km-1 jwt.enable = false; km-2 jwt.enable = false",
                &[],
            ),
            (
                "tm-1 admin.password = other",
                &["admin-credentials-differ:999 tm-1"],
            ),
            (
                "tm-1 admin.username = root",
                &["admin-credentials-differ:999 tm-1"],
            ),
            (
                "gw-2 key_manager.username = admin; gw-2 key_manager.password = other",
                &["login-differs:999 gw-2"],
            ),
            // Another user may well have another password.
            (
                "gw-2 key_manager.username = gateway; gw-2 key_manager.password = other",
                &[],
            ),
            (
                "pub jndi.topic_connection_factory = amqp://admin:a@b@clientid/carbon?brokerlist='tcp://10.0.0.41:5672'",
                &["jndi-credentials:999 pub"],
            ),
            (
                "pub jndi.topic_connection_factory = amqp://admin:a%40b@clientid/carbon",
                &["jndi-credentials:999 pub"],
            ),
        ],
    );
    let mut deployment = cluster();
    for node in &mut deployment.nodes {
        let password = given("admin.password", "se@cret", CHANGED);
        node.values.insert("admin.password".to_owned(), password);
    }
    check(
        "admin",
        &deployment,
        &["jndi-credentials:999 gw-1,gw-2,km-1,km-2,pub,store,tm-1,tm-2"],
    );
}

#[test]
fn what_is_not_said_is_doubtful() {
    let mut deployment = cluster();
    unset(&mut deployment, "km-2", "jwt.enable");
    check("JWT", &deployment, &["jwt-on-some:400 km-2"]);
    let mut deployment = cluster();
    let from = |name: &str| Content::Reference(Reference::Environment(name.to_owned()));
    for node in &mut deployment.nodes {
        let name = if node.name == "km-1" { "KM" } else { "ADMIN" };
        let password = node.values.get_mut("admin.password").unwrap();
        password.content = from(name);
    }
    check(
        "references",
        &deployment,
        &["admin-credentials-differ:302 km-1"],
    );
    let severity = crate::lint::lint(&deployment)[0].severity;
    assert_eq!(severity, crate::diagnostic::Severity::Warning);
}

#[test]
fn load_balancers() {
    changes(
        cluster,
        &[
            (
                "gw-1 proxy.https_port = 443",
                &["proxy-port-differs:999 gw-1"],
            ),
            (
                "km-1 proxy.https_port = 9443",
                &["proxy-port-differs:999 km-1"],
            ),
            (
                "gw-1 server.host_name = gw2.am.wso2.com",
                &["host-name-differs:999 gw-1"],
            ),
            (
                "gw-1 server.mgt_host_name = gw.am.wso2.com",
                &["host-name-differs:999 gw-1"],
            ),
            (
                "pub environments.\"Production and Sandbox\".endpoint = https://gw.am.wso2.com:8243",
                &["gateway-endpoint-differs:999 pub"],
            ),
            (
                "pub environments.\"Production and Sandbox\".endpoint = https://gateway.am.wso2.com:443",
                &["gateway-endpoint-differs:999 pub"],
            ),
            // 443 needs not be said.
            (
                "pub environments.\"Production and Sandbox\".endpoint = https://gw.am.wso2.com",
                &[],
            ),
        ],
    );
    let mut deployment = cluster();
    let balancer = &mut deployment.load_balancers[0];
    balancer.mgt_host_name = balancer.host_name.clone();
    balancer.servlet.tls = Some(Placed {
        value: 443,
        spot: Some(at(CHANGED)),
    });
    for node in ["gw-1", "gw-2"] {
        set(
            &mut deployment,
            node,
            "server.mgt_host_name",
            "gw.am.wso2.com",
        );
        set(&mut deployment, node, "proxy.https_port", "443");
    }
    check(
        "one name",
        &deployment,
        &["one-name-for-traffic-and-servlet:999 "],
    );

    let mut deployment = cluster();
    let host = deployment.load_balancers[0].host_name.clone();
    deployment.load_balancers[1].host_name = host;
    for node in ["km-1", "km-2"] {
        set(&mut deployment, node, "server.host_name", "gw.am.wso2.com");
    }
    check(
        "two of one name",
        &deployment,
        &["load-balancers-share-a-port:11 "],
    );

    // Without a load balancer in the file, names and ports still have to agree.
    let mut deployment = cluster();
    deployment.load_balancers.clear();
    deployment.environments.clear();
    for node in &mut deployment.nodes {
        node.behind = None;
    }
    check("none at hand", &deployment, &[]);
    let name = deployment.nodes[0].values["server.host_name"].clone();
    let console = deployment.nodes[0]
        .values
        .get_mut("server.mgt_host_name")
        .unwrap();
    *console = name;
    set(&mut deployment, "gw-1", "proxy.https_port", "443");
    check(
        "the manual's names",
        &deployment,
        &[
            "gateways-show-different-ports:214 gw-2",
            "one-name-for-traffic-and-servlet:999 gw-1",
        ],
    );
    let mut deployment = cluster();
    deployment.load_balancers.clear();
    deployment.environments.clear();
    let key = "environments.\"Production and Sandbox\".endpoint";
    set(&mut deployment, "pub", key, "https://apis.am.wso2.com");
    check(
        "no gateway",
        &deployment,
        &["gateway-endpoint-differs:999 pub"],
    );
}

#[test]
fn ports() {
    fn on_one_host() -> Deployment {
        let mut deployment = cluster();
        deployment.nodes[1].host = deployment.nodes[0].host.clone();
        deployment.nodes[1].home = Some("/opt/wso2am-2".into());
        let members = "10.0.0.11:4000,10.0.0.11:4001";
        for node in ["gw-1", "gw-2"] {
            set(&mut deployment, node, "clustering.members", members);
        }
        set(
            &mut deployment,
            "gw-2",
            "clustering.local_member_host",
            "10.0.0.11",
        );
        deployment
    }
    changes(
        on_one_host,
        &[
            (
                "gw-2 server.port_offset = 1; gw-2 clustering.local_member_port = 4001",
                &[],
            ),
            (
                "gw-2 clustering.local_member_port = 4001",
                &["ports-collide:203 gw-2"],
            ),
            // The offset moves no Hazelcast port.
            (
                "gw-2 server.port_offset = 1; gw-2 clustering.members = 10.0.0.11:4000,10.0.0.12:4000; gw-1 clustering.members = 10.0.0.11:4000,10.0.0.12:4000; gw-2 clustering.local_member_host = 10.0.0.12",
                &["ports-collide:223 gw-2"],
            ),
        ],
    );
    let mut deployment = cluster();
    deployment.nodes[1].script_offset = Some(Placed {
        value: 1,
        spot: Some(at(7)),
    });
    check("script", &deployment, &["offset-in-start-script:203 gw-2"]);
    let mut deployment = cluster();
    deployment.nodes[1].script_offset = Some(Placed {
        value: 0,
        spot: Some(at(7)),
    });
    check("same in the script", &deployment, &[]);
}

#[test]
fn hazelcast() {
    changes(
        cluster,
        &[
            (
                "gw-2 clustering.members = 10.0.0.11:4000",
                &["cluster-of-one:999 gw-2"],
            ),
            ("gw-2 clustering.members = 10.0.0.11-12:4000", &[]),
            (
                "gw-2 clustering.members = 10.0.0.11:4000,10.0.0.13:4000",
                &["member-is-no-node:999 gw-2"],
            ),
            (
                "gw-2 clustering.members = 10.0.0.11:4000,10.0.0.12:4100",
                &["member-is-no-node:999 gw-2"],
            ),
            // A node, but of no cluster.
            (
                "gw-2 clustering.members = 10.0.0.11:4000,10.0.0.12:4000,10.0.0.41:4000",
                &["member-is-no-node:999 gw-2"],
            ),
            (
                "gw-2 clustering.members = 10.0.0.11:4000,10.0.0.12:4000,10.0.0.11",
                &["member-twice:999 gw-2"],
            ),
            (
                "gw-2 clustering.local_member_host = 127.0.0.1",
                &["member-on-loopback:999 gw-2"],
            ),
            (
                "gw-2 clustering.members = localhost:4000,10.0.0.11:4000",
                &["member-on-loopback:999 gw-2"],
            ),
            (
                "tm-1 clustering.enable = true; tm-1 clustering.domain = gateway.domain; tm-1 clustering.membership_scheme = multicast",
                &["cluster-of-unlike-profiles:999 tm-1"],
            ),
            (
                "pub clustering.enable = true; pub clustering.domain = shop; store clustering.enable = true; store clustering.domain = shop",
                &[],
            ),
            (
                "gw-2 clustering.enable = false; gw-1 clustering.members = 10.0.0.11:4000,10.0.0.12:4000",
                &[
                    "member-is-no-node:999 gw-1",
                    "synchronizer-without-cluster:224 gw-2",
                ],
            ),
        ],
    );
    let mut deployment = cluster();
    deployment.nodes.retain(|node| node.name != "gw-2");
    unset(&mut deployment, "gw-1", "clustering.enable");
    check(
        "unsaid",
        &deployment,
        &["synchronizer-without-cluster:124 gw-1"],
    );
}

#[test]
fn traffic_managers() {
    changes(
        cluster,
        &[
            (
                "gw-1 throttling.traffic_manager.auth_url_group = ssl://10.0.0.41:9711",
                &["url-groups-unequal:999 gw-1"],
            ),
            (
                "gw-1 throttling.traffic_manager.auth_url_group = {ssl://10.0.0.41:9711|ssl://10.0.0.42:9711}",
                &["url-groups-unequal:999 gw-1"],
            ),
            (
                "tm-2 databases.WSO2_MB_STORE_DB.url = jdbc:mysql://db/mb1",
                &["message-store-shared:999 tm-2"],
            ),
            // Each home has its own.
            (
                "tm-1 databases.WSO2_MB_STORE_DB.url = jdbc:h2:repository/database/WSO2MB_DB; tm-2 databases.WSO2_MB_STORE_DB.url = jdbc:h2:repository/database/WSO2MB_DB",
                &[],
            ),
        ],
    );
    let mut deployment = cluster();
    deployment.policy_deployer = Some(Placed {
        value: "gw-1".to_owned(),
        spot: Some(at(CHANGED)),
    });
    check(
        "deployer",
        &deployment,
        &["policy-deployer-is-no-traffic-manager:999 "],
    );

    let mut deployment = cluster();
    deployment.policy_deployer = None;
    deployment.nodes.retain(|node| !node.name.starts_with("tm"));
    check("told", &deployment, &[]);
    for key in ["receiver_url_group", "auth_url_group"] {
        unset(
            &mut deployment,
            "gw-1",
            &format!("throttling.traffic_manager.{key}"),
        );
    }
    check("untold", &deployment, &["no-traffic-manager:100 gw-1"]);
    deployment.nodes[0].known = Known::All;
    check("homes are not all", &deployment, &[]);
}

#[test]
fn databases() {
    changes(
        cluster,
        &[
            (
                "store databases.WSO2AM_DB.url = jdbc:h2:repository/database/WSO2AM_DB;DB_CLOSE_ON_EXIT=FALSE",
                &["shared-database-embedded:999 store"],
            ),
            (
                "km-1 databases.WSO2UM_DB.url = jdbc:h2:repository/database/UM",
                &["shared-database-embedded:999 km-1"],
            ),
            (
                "store databases.WSO2AM_DB.url = jdbc:mysql://db/am2",
                &["databases-differ:999 store"],
            ),
            (
                "store databases.WSO2UM_DB.url = jdbc:mysql://db/um2",
                &["user-stores-differ:999 store"],
            ),
            (
                "store databases.WSO2REG_DB.url = jdbc:mysql://db/reg2",
                &["registries-differ:999 store"],
            ),
            (
                "store registry.mounts.\"/_system/config\".target_path = /_system/config",
                &["registries-differ:999 store"],
            ),
        ],
    );
    let mut deployment = cluster();
    unset(&mut deployment, "store", "databases.WSO2AM_DB.url");
    check("not given", &deployment, &["database-not-given:600 store"]);
}

#[test]
fn homes_and_tables() {
    let mut deployment = cluster();
    deployment.nodes[5].host = deployment.nodes[4].host.clone();
    check(
        "one home",
        &deployment,
        &["two-nodes-in-one-home:600 store"],
    );

    let mut deployment = cluster();
    set(&mut deployment, "gw-1", "key_manager.client", "WSClient ");
    check(
        "padded",
        &deployment,
        &["client-types-differ:999 gw-1", "padded-value:999 gw-1"],
    );
    let mut deployment = cluster();
    set(
        &mut deployment,
        "gw-1",
        "server.mgt_host_name",
        " mgt.am.wso2.com ",
    );
    check(
        "padded",
        &deployment,
        &["host-name-differs:999 gw-1", "padded-value:999 gw-1"],
    );

    let mut deployment = cluster();
    let idle = |name: &str| name.to_owned();
    deployment.load_balancers[1].name = idle("idle");
    for node in &mut deployment.nodes {
        node.behind = node.behind.take().filter(|name| name == "gw");
        node.cluster = None;
    }
    deployment.environments.push(Environment {
        name: idle("dmz"),
        gateways: Some(Placed {
            value: idle("dmz"),
            spot: Some(at(CHANGED)),
        }),
        spot: None,
    });
    check(
        "idle tables",
        &deployment,
        &[
            "load-balancer-without-nodes:10 ",
            "cluster-without-nodes:20 ",
            "environment-without-gateways:999 ",
        ],
    );
}
