//! `APIKeyValidator`: how keys are validated.

use super::super::{Kind, Row, always, since, text};
use super::{OWN_SERVICES, ROW};

pub(super) const ROWS: &[Row] = &[
    Row {
        key: "key_manager.server_url",
        shapes: &[always(text("/APIManager/APIKeyValidator/ServerURL", &[]))],
        kind: Kind::Url,
        stock: &[since("2.0.0", OWN_SERVICES)],
        doc: "Where the Key Manager's services are: of the one Key Manager, or of the load balancer \
              in front of several. Its host and port also reach the token and revoke APIs.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: r#""https://km.example.com:9443/services/""#,
        ..ROW
    },
    Row {
        key: "key_manager.username",
        shapes: &[always(text(
            "/APIManager/APIKeyValidator/Username",
            &["ServerURL"],
        ))],
        stock: &[since("2.0.0", "${admin.username}")],
        doc: "The user as whom the node calls the Key Manager's services.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: r#""admin""#,
        ..ROW
    },
    Row {
        key: "key_manager.password",
        shapes: &[always(text(
            "/APIManager/APIKeyValidator/Password",
            &["Username", "ServerURL"],
        ))],
        secret: true,
        stock: &[since("2.0.0", "${admin.password}")],
        doc: "The password of that user.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: r#"{ env = "APIM_KM_PASSWORD" }"#,
        ..ROW
    },
    Row {
        key: "key_manager.client",
        shapes: &[always(text(
            "/APIManager/APIKeyValidator/KeyValidatorClientType",
            &["Password", "Username", "ServerURL"],
        ))],
        kind: Kind::OneOf(&["WSClient", "ThriftClient"]),
        stock: &[since("2.0.0", "ThriftClient")],
        doc: "How the node talks to the Key Manager: WSClient where a load balancer stands in \
              between, which cannot carry Thrift; ThriftClient straight to one Key Manager.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: r#""WSClient""#,
        ..ROW
    },
    Row {
        key: "key_manager.thrift.client_port",
        shapes: &[always(text(
            "/APIManager/APIKeyValidator/ThriftClientPort",
            &["ThriftClientConnectionTimeOut", "KeyValidatorClientType"],
        ))],
        kind: Kind::Port,
        doc: "The Key Manager's Thrift port as this node sees it, taken as it is. Without it the \
              server uses 10397 and adds this node's own port offset.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1; carbon-apimgt, ThriftUtils",
        example: "10397",
        ..ROW
    },
    Row {
        key: "key_manager.thrift.enable_server",
        shapes: &[always(text(
            "/APIManager/APIKeyValidator/EnableThriftServer",
            &[
                "ThriftClientPort",
                "ThriftClientConnectionTimeOut",
                "KeyValidatorClientType",
            ],
        ))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "true")],
        doc: "Whether this node itself serves key validation over Thrift. Only a Key Manager does.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: "false",
        ..ROW
    },
    Row {
        key: "key_manager.thrift.server_host",
        shapes: &[always(text(
            "/APIManager/APIKeyValidator/ThriftServerHost",
            &["EnableThriftServer", "KeyValidatorClientType"],
        ))],
        kind: Kind::HostName,
        stock: &[since("2.0.0", "localhost")],
        doc: "On a node that calls a Key Manager, the Key Manager's host; on a Key Manager, the \
              address its Thrift server listens on, so that localhost is reached by nobody else.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1; carbon-apimgt, ThriftUtils",
        example: r#""km.example.com""#,
        ..ROW
    },
    Row {
        key: "key_manager.thrift.server_port",
        shapes: &[always(text(
            "/APIManager/APIKeyValidator/ThriftServerPort",
            &["ThriftServerHost", "EnableThriftServer"],
        ))],
        kind: Kind::Port,
        doc: "The port of this node's own Thrift server, taken as it is. Without it the server uses \
              10397 and adds the port offset.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1; carbon-apimgt, ThriftUtils",
        example: "10397",
        ..ROW
    },
];
