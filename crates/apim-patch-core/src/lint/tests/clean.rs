//! A clean cluster as a model: every value that the rules look at, each with a
//! line of its own.

use crate::catalogue::{self, Kind, Secret};
use crate::diagnostic::Spot;
use crate::lint::{
    Cluster, Content, Deployment, Environment, Given, LoadBalancer, Node, Placed, Ports,
};

/// The line of values that a case changes.
pub(super) const CHANGED: usize = 999;

pub(super) fn at(line: usize) -> Spot {
    Spot::without_text("clean.toml", line, 1)
}

fn placed<T>(value: T, line: usize) -> Option<Placed<T>> {
    Some(Placed {
        value,
        spot: Some(at(line)),
    })
}

/// Values that a case writes stand on line [`CHANGED`].
pub(super) fn given(key: &str, text: &str, line: usize) -> Given {
    let row = catalogue::find(key).map(|(row, _)| row);
    let is_secret = key.ends_with(".password") || row.is_some_and(|row| row.secret);
    let is_broker = key.starts_with("jndi.") || row.is_some_and(|row| row.kind == Kind::BrokerUrl);
    Given {
        content: match (is_secret, is_broker) {
            (_, true) => Content::Secret(Secret::in_urls(text)),
            (true, _) => Content::Secret(Secret::new(text)),
            _ => Content::Text(text.to_owned()),
        },
        spot: Some(at(line)),
        origin: String::new(),
    }
}

fn node(
    name: &str,
    profile: &'static str,
    host: &str,
    line: usize,
    values: &[(&str, &str)],
) -> Node {
    let common = [
        ("admin.username", "admin"),
        ("admin.password", "c4nary"),
        ("server.port_offset", "0"),
        (
            "jndi.topic_connection_factory",
            "amqp://admin:c4nary@clientid/carbon?brokerlist='tcp://10.0.0.41:5672'",
        ),
    ];
    let all = common.iter().chain(values);
    Node {
        name: name.to_owned(),
        profile: Some(profile),
        profile_from: "deployment file",
        host: placed(host.to_owned(), line),
        home: Some("/opt/wso2am".into()),
        version: Some("2.6.0".to_owned()),
        spot: Some(at(line)),
        values: all
            .enumerate()
            .map(|(index, (key, value))| ((*key).to_owned(), given(key, value, line + 1 + index)))
            .collect(),
        ..Node::default()
    }
}

const CALLS_KEY_MANAGER: [(&str, &str); 4] = [
    (
        "key_manager.server_url",
        "https://km.am.wso2.com:443/services/",
    ),
    ("key_manager.username", "${admin.username}"),
    ("key_manager.password", "${admin.password}"),
    ("key_manager.client", "WSClient"),
];
const GATEWAY: [(&str, &str); 10] = [
    ("key_manager.thrift.enable_server", "false"),
    ("jwt.enable", "true"),
    ("server.host_name", "gw.am.wso2.com"),
    ("server.mgt_host_name", "mgt.am.wso2.com"),
    ("proxy.http_port", "9763"),
    ("proxy.https_port", "9443"),
    ("clustering.enable", "true"),
    ("clustering.membership_scheme", "wka"),
    ("clustering.domain", "gateway.domain"),
    ("clustering.members", "10.0.0.11:4000, 10.0.0.12:4000"),
];
const REPORTS: [(&str, &str); 3] = [
    (
        "throttling.traffic_manager.receiver_url_group",
        "{tcp://10.0.0.41:9611},{tcp://10.0.0.42:9611}",
    ),
    (
        "throttling.traffic_manager.auth_url_group",
        "{ssl://10.0.0.41:9711},{ssl://10.0.0.42:9711}",
    ),
    ("throttling.traffic_manager.username", "${admin.username}"),
];
const SHARES: [(&str, &str); 4] = [
    ("databases.WSO2AM_DB.url", "jdbc:mysql://db/am"),
    ("databases.WSO2UM_DB.url", "jdbc:mysql://db/um"),
    ("databases.WSO2UM_DB.jndi_name", "jdbc/WSO2UM_DB"),
    ("user_store.data_source", "jdbc/WSO2UM_DB"),
];
const REGISTRY: [(&str, &str); 5] = [
    (
        "environments.\"Production and Sandbox\".endpoint",
        "http://gw.am.wso2.com:80,https://gw.am.wso2.com:443",
    ),
    (
        "registry.databases.govregistry.data_source",
        "jdbc/WSO2REG_DB",
    ),
    ("databases.WSO2REG_DB.url", "jdbc:mysql://db/reg"),
    (
        "registry.mounts.\"/_system/governance\".target_path",
        "/_system/governance",
    ),
    ("registry.mounts.\"/_system/governance\".instance_id", "gov"),
];

fn gateway(name: &str, host: &str, line: usize) -> Node {
    let own = [
        ("clustering.local_member_host", host),
        ("clustering.local_member_port", "4000"),
        ("deployment_synchronizer.enable", "true"),
    ];
    let values = [&CALLS_KEY_MANAGER[..], &GATEWAY, &REPORTS, &own].concat();
    Node {
        behind: Some("gw".to_owned()),
        cluster: Some("gateway".to_owned()),
        ..node(name, "gateway", host, line, &values)
    }
}

fn key_manager(name: &str, host: &str, line: usize) -> Node {
    let own = [
        ("key_manager.client", "WSClient"),
        ("key_manager.thrift.enable_server", "false"),
        ("key_manager.thrift.server_host", host),
        ("jwt.enable", "true"),
        ("server.host_name", "km.am.wso2.com"),
        ("proxy.https_port", "443"),
    ];
    Node {
        behind: Some("km".to_owned()),
        ..node(
            name,
            "key-manager",
            host,
            line,
            &[&own[..], &SHARES].concat(),
        )
    }
}

fn traffic_manager(name: &str, host: &str, store: &str, line: usize) -> Node {
    let own = [
        ("databases.WSO2_MB_STORE_DB.url", store),
        ("clustering.enable", "false"),
    ];
    node(name, "traffic-manager", host, line, &own)
}

/// Eight nodes of five profiles behind two load balancers.
pub(super) fn cluster() -> Deployment {
    let balancer = |name: &str, host: &str, line| LoadBalancer {
        name: name.to_owned(),
        host_name: placed(host.to_owned(), line),
        spot: Some(at(line)),
        ..LoadBalancer::default()
    };
    let ports = |plain, tls, line| Ports {
        plain: placed(plain, line),
        tls: placed(tls, line),
    };
    let shop = [&SHARES[..], &REGISTRY].concat();
    let store = [&shop[..], &CALLS_KEY_MANAGER].concat();
    Deployment {
        nodes: vec![
            gateway("gw-1", "10.0.0.11", 100),
            gateway("gw-2", "10.0.0.12", 200),
            key_manager("km-1", "10.0.0.21", 300),
            key_manager("km-2", "10.0.0.22", 400),
            node(
                "pub",
                "publisher",
                "10.0.0.31",
                500,
                &[&shop[..], &REPORTS].concat(),
            ),
            node("store", "store", "10.0.0.32", 600, &store),
            traffic_manager("tm-1", "10.0.0.41", "jdbc:mysql://db/mb1", 700),
            traffic_manager("tm-2", "10.0.0.42", "jdbc:mysql://db/mb2", 800),
        ],
        load_balancers: vec![
            LoadBalancer {
                mgt_host_name: placed("mgt.am.wso2.com".to_owned(), 2),
                traffic: ports(80, 443, 3),
                servlet: ports(9763, 9443, 4),
                websocket: Ports {
                    plain: placed(9099, 5),
                    tls: None,
                },
                ..balancer("gw", "gw.am.wso2.com", 1)
            },
            LoadBalancer {
                servlet: Ports {
                    plain: None,
                    tls: placed(443, 11),
                },
                ..balancer("km", "km.am.wso2.com", 10)
            },
        ],
        clusters: vec![Cluster {
            name: "gateway".to_owned(),
            spot: Some(at(20)),
        }],
        environments: vec![Environment {
            name: "Production and Sandbox".to_owned(),
            gateways: placed("gw".to_owned(), 31),
            spot: Some(at(30)),
        }],
        policy_deployer: placed("tm-1".to_owned(), 40),
        oddities: Vec::new(),
    }
}

/// The same with one key manager that is asked over Thrift.
pub(super) fn thrift() -> Deployment {
    let mut deployment = cluster();
    deployment.nodes.retain(|node| node.name != "km-2");
    deployment.load_balancers.retain(|one| one.name != "km");
    for node in &mut deployment.nodes {
        let line = node.spot.as_ref().map_or(0, |spot| spot.line) + 50;
        let mut set = |key: &str, value: &str, more: usize| {
            node.values
                .insert(key.to_owned(), given(key, value, line + more));
        };
        match node.profile {
            Some("gateway" | "store") => {
                set(
                    "key_manager.server_url",
                    "https://10.0.0.21:9443/services/",
                    0,
                );
                set("key_manager.client", "ThriftClient", 1);
                set("key_manager.thrift.server_host", "10.0.0.21", 2);
            }
            Some("key-manager") => {
                set("key_manager.client", "ThriftClient", 0);
                set("key_manager.thrift.enable_server", "true", 1);
                node.behind = None;
            }
            _ => {}
        }
    }
    deployment
}
