//! Key managers, tokens and credentials.

use super::clean::{CHANGED, cluster, given, thrift};
use super::{changes, check, set, unset};
use crate::lint::Content;
use crate::spec::Reference;

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
