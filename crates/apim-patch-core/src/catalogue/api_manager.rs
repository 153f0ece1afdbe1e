//! `api-manager.xml`: Key Manager, JWT, throttling.

use super::{Entry, Kind, Place, Row, Stock, WhenAbsent, always, marked};

const ROW: Row = Row::in_file("repository/conf/api-manager.xml");

/// The settings of `api-manager.xml`, as they follow each other in the file
/// within each block.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "key_manager.server_url",
        shapes: &[always(Place::Text {
            element: "/APIManager/APIKeyValidator/ServerURL",
            after: &[],
        })],
        kind: Kind::Url,
        doc: "Where the Key Manager's services are: of the one Key Manager, or of the load balancer \
              in front of several. Its host and port also reach the token and revoke APIs.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: r#""https://km.example.com:9443/services/""#,
        ..ROW
    },
    Row {
        key: "key_manager.username",
        shapes: &[always(Place::Text {
            element: "/APIManager/APIKeyValidator/Username",
            after: &["ServerURL"],
        })],
        kind: Kind::Text,
        doc: "The user as whom the node calls the Key Manager's services.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: r#""admin""#,
        ..ROW
    },
    Row {
        key: "key_manager.password",
        shapes: &[always(Place::Text {
            element: "/APIManager/APIKeyValidator/Password",
            after: &["Username", "ServerURL"],
        })],
        kind: Kind::Text,
        secret: true,
        doc: "The password of that user.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: r#"{ env = "APIM_KM_PASSWORD" }"#,
        ..ROW
    },
    Row {
        key: "key_manager.client",
        shapes: &[always(Place::Text {
            element: "/APIManager/APIKeyValidator/KeyValidatorClientType",
            after: &["Password", "Username", "ServerURL"],
        })],
        kind: Kind::OneOf(&["WSClient", "ThriftClient"]),
        doc: "How the node talks to the Key Manager: WSClient where a load balancer stands in \
              between, which cannot carry Thrift; ThriftClient straight to one Key Manager.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: r#""WSClient""#,
        ..ROW
    },
    Row {
        key: "key_manager.thrift.client_port",
        shapes: &[always(Place::Text {
            element: "/APIManager/APIKeyValidator/ThriftClientPort",
            after: &["ThriftClientConnectionTimeOut", "KeyValidatorClientType"],
        })],
        kind: Kind::Port,
        doc: "The Key Manager's Thrift port as this node sees it, taken as it is. Without it the \
              server uses 10397 and adds this node's own port offset.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1; carbon-apimgt, ThriftUtils",
        example: "10397",
        ..ROW
    },
    Row {
        key: "key_manager.thrift.enable_server",
        shapes: &[always(Place::Text {
            element: "/APIManager/APIKeyValidator/EnableThriftServer",
            after: &[
                "ThriftClientPort",
                "ThriftClientConnectionTimeOut",
                "KeyValidatorClientType",
            ],
        })],
        kind: Kind::Boolean,
        doc: "Whether this node itself serves key validation over Thrift. Only a Key Manager does.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: "false",
        ..ROW
    },
    Row {
        key: "key_manager.thrift.server_host",
        shapes: &[always(Place::Text {
            element: "/APIManager/APIKeyValidator/ThriftServerHost",
            after: &["EnableThriftServer", "KeyValidatorClientType"],
        })],
        kind: Kind::HostName,
        doc: "On a node that calls a Key Manager, the Key Manager's host; on a Key Manager, the \
              address its Thrift server listens on, so that localhost is reached by nobody else.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1; carbon-apimgt, ThriftUtils",
        example: r#""km.example.com""#,
        ..ROW
    },
    Row {
        key: "key_manager.thrift.server_port",
        shapes: &[always(Place::Text {
            element: "/APIManager/APIKeyValidator/ThriftServerPort",
            after: &["ThriftServerHost", "EnableThriftServer"],
        })],
        kind: Kind::Port,
        doc: "The port of this node's own Thrift server, taken as it is. Without it the server uses \
              10397 and adds the port offset.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1; carbon-apimgt, ThriftUtils",
        example: "10397",
        ..ROW
    },
    Row {
        key: "jwt.enable",
        shapes: &[always(Place::Text {
            element: "/APIManager/JWTConfiguration/EnableJWTGeneration",
            after: &[],
        })],
        kind: Kind::Boolean,
        doc: "Whether requests to the back end carry a JWT about the caller. To be the same on all \
              gateways and Key Managers.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: "true",
        ..ROW
    },
    Row {
        key: "throttling.policy_deployer.enable",
        shapes: &[always(Place::Text {
            element: "/APIManager/ThrottlingConfigurations/PolicyDeployer/Enabled",
            after: &[],
        })],
        kind: Kind::Boolean,
        absent: WhenAbsent::NotApplicable,
        doc: "Whether this node sends throttling policies to the Traffic Manager, as a Publisher \
              does. From 2.2.0 on; older versions have no such element.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.6",
        example: "false",
        ..ROW
    },
    Row {
        key: "jms.event_publisher",
        shapes: &[always(Place::Presence {
            element: "/APIManager/ThrottlingConfigurations/JMSEventPublisherParameters",
        })],
        kind: Kind::Boolean,
        absent: WhenAbsent::NotApplicable,
        doc: "Whether this node publishes throttling events over JMS itself. With false the block \
              is commented out. In 2.0.0 and 2.1.0 only; later versions have no such block.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 4",
        example: "false",
        ..ROW
    },
    Row {
        key: "environments.*.server_url",
        shapes: &[always(Place::Text {
            element: "/APIManager/APIGateway/Environments/Environment[Name='{}']/ServerURL",
            after: &["Description", "Name"],
        })],
        kind: Kind::Url,
        entry: Some(ENVIRONMENT),
        doc: "Where the admin services of this environment's gateways are: of the load balancer in \
              front of them, or of the one that manages them.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
        example: r#""https://gw.example.com:9443/services/""#,
        ..ROW
    },
    Row {
        key: "environments.*.endpoint",
        shapes: &[always(Place::Text {
            element: "/APIManager/APIGateway/Environments/Environment[Name='{}']/GatewayEndpoint",
            after: &["Password", "Username", "ServerURL", "Description", "Name"],
        })],
        kind: Kind::Text,
        entry: Some(ENVIRONMENT),
        doc: "The URLs under which callers reach the APIs of this environment, separated by commas.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
        example: r#""http://gw.example.com:80,https://gw.example.com:443""#,
        ..ROW
    },
    Row {
        key: "throttling.traffic_manager.receiver_url_group",
        shapes: &[
            marked(
                TRAFFIC_MANAGER,
                Place::Text {
                    element: "/APIManager/ThrottlingConfigurations/TrafficManager/ReceiverUrlGroup",
                    after: &["Type"],
                },
            ),
            always(Place::Text {
                element: "/APIManager/ThrottlingConfigurations/DataPublisher/ReceiverUrlGroup",
                after: &["Type", "Enabled"],
            }),
        ],
        kind: Kind::Text,
        stock: &[Stock {
            name: "",
            since: "2.0.0",
            value: Some("tcp://${carbon.local.ip}:${receiver.url.port}"),
        }],
        doc: "Where throttling events are sent: the Traffic Manager's receiver, or each of several in \
              braces of its own, to all of which they go.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.6; carbon-apimgt, \
                 APIManagerConfiguration (from 2.2.0 on under TrafficManager)",
        example: r#""{tcp://tm-1.example.com:9611},{tcp://tm-2.example.com:9611}""#,
        ..ROW
    },
];

/// An environment comes with what the server can't do without.
const ENVIRONMENT: &Entry = &Entry {
    element: "/APIManager/APIGateway/Environments/Environment[Name='{}']",
    fragment: "<Environment type=\"hybrid\" api-console=\"true\">\n\
               \x20   <Name>{}</Name>\n\
               \x20   <Username>${admin.username}</Username>\n\
               \x20   <Password>${admin.password}</Password>\n\
               </Environment>",
    after: &["/APIManager/APIGateway/Environments/Environment"],
    parent: "/APIManager/APIGateway/Environments",
    example: "Production and Sandbox",
};

/// From 2.2.0 on, Traffic Managers are named in an element of their own.
const TRAFFIC_MANAGER: &str = "/APIManager/ThrottlingConfigurations/TrafficManager";
