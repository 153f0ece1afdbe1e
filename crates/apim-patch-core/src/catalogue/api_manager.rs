//! `api-manager.xml`: Key Manager, JWT, throttling.

use super::{Kind, Place, Row, WhenAbsent};

const FILE: &str = "repository/conf/api-manager.xml";

/// The settings of `api-manager.xml`, as they follow each other in the file
/// within each block.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "key_manager.server_url",
        file: FILE,
        place: Place::Text {
            element: "/APIManager/APIKeyValidator/ServerURL",
            after: &[],
        },
        kind: Kind::Url,
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "Where the Key Manager's services are: of the one Key Manager, or of the load balancer \
              in front of several. Its host and port also reach the token and revoke APIs.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: r#""https://km.example.com:9443/services/""#,
    },
    Row {
        key: "key_manager.username",
        file: FILE,
        place: Place::Text {
            element: "/APIManager/APIKeyValidator/Username",
            after: &["ServerURL"],
        },
        kind: Kind::Text,
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "The user as whom the node calls the Key Manager's services.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: r#""admin""#,
    },
    Row {
        key: "key_manager.password",
        file: FILE,
        place: Place::Text {
            element: "/APIManager/APIKeyValidator/Password",
            after: &["Username", "ServerURL"],
        },
        kind: Kind::Text,
        secret: true,
        absent: WhenAbsent::Insert,
        doc: "The password of that user.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: r#"{ env = "APIM_KM_PASSWORD" }"#,
    },
    Row {
        key: "key_manager.client",
        file: FILE,
        place: Place::Text {
            element: "/APIManager/APIKeyValidator/KeyValidatorClientType",
            after: &["Password", "Username", "ServerURL"],
        },
        kind: Kind::OneOf(&["WSClient", "ThriftClient"]),
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "How the node talks to the Key Manager: WSClient where a load balancer stands in \
              between, which cannot carry Thrift; ThriftClient straight to one Key Manager.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: r#""WSClient""#,
    },
    Row {
        key: "key_manager.thrift.client_port",
        file: FILE,
        place: Place::Text {
            element: "/APIManager/APIKeyValidator/ThriftClientPort",
            after: &["ThriftClientConnectionTimeOut", "KeyValidatorClientType"],
        },
        kind: Kind::Port,
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "The Key Manager's Thrift port as this node sees it, taken as it is. Without it the \
              server uses 10397 and adds this node's own port offset.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1; carbon-apimgt, ThriftUtils",
        example: "10397",
    },
    Row {
        key: "key_manager.thrift.enable_server",
        file: FILE,
        place: Place::Text {
            element: "/APIManager/APIKeyValidator/EnableThriftServer",
            after: &[
                "ThriftClientPort",
                "ThriftClientConnectionTimeOut",
                "KeyValidatorClientType",
            ],
        },
        kind: Kind::Boolean,
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "Whether this node itself serves key validation over Thrift. Only a Key Manager does.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: "false",
    },
    Row {
        key: "key_manager.thrift.server_host",
        file: FILE,
        place: Place::Text {
            element: "/APIManager/APIKeyValidator/ThriftServerHost",
            after: &["EnableThriftServer", "KeyValidatorClientType"],
        },
        kind: Kind::HostName,
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "On a node that calls a Key Manager, the Key Manager's host; on a Key Manager, the \
              address its Thrift server listens on, so that localhost is reached by nobody else.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1; carbon-apimgt, ThriftUtils",
        example: r#""km.example.com""#,
    },
    Row {
        key: "key_manager.thrift.server_port",
        file: FILE,
        place: Place::Text {
            element: "/APIManager/APIKeyValidator/ThriftServerPort",
            after: &["ThriftServerHost", "EnableThriftServer"],
        },
        kind: Kind::Port,
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "The port of this node's own Thrift server, taken as it is. Without it the server uses \
              10397 and adds the port offset.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1; carbon-apimgt, ThriftUtils",
        example: "10397",
    },
    Row {
        key: "jwt.enable",
        file: FILE,
        place: Place::Text {
            element: "/APIManager/JWTConfiguration/EnableJWTGeneration",
            after: &[],
        },
        kind: Kind::Boolean,
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "Whether requests to the back end carry a JWT about the caller. To be the same on all \
              gateways and Key Managers.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: "true",
    },
    Row {
        key: "throttling.policy_deployer.enable",
        file: FILE,
        place: Place::Text {
            element: "/APIManager/ThrottlingConfigurations/PolicyDeployer/Enabled",
            after: &[],
        },
        kind: Kind::Boolean,
        secret: false,
        absent: WhenAbsent::NotApplicable,
        doc: "Whether this node sends throttling policies to the Traffic Manager, as a Publisher \
              does. From 2.2.0 on; older versions have no such element.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.6",
        example: "false",
    },
    Row {
        key: "jms.event_publisher",
        file: FILE,
        place: Place::Presence {
            element: "/APIManager/ThrottlingConfigurations/JMSEventPublisherParameters",
        },
        kind: Kind::Boolean,
        secret: false,
        absent: WhenAbsent::NotApplicable,
        doc: "Whether this node publishes throttling events over JMS itself. With false the block \
              is commented out. In 2.0.0 and 2.1.0 only; later versions have no such block.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 4",
        example: "false",
    },
];
