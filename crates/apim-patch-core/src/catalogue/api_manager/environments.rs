//! `APIGateway`: the gateways that APIs are published to.

use super::super::{Entry, Hidden, Kind, Place, Row, Stock, always, attribute, marked, of, text};
use super::{OWN_SERVICES, ROW};

/// The selector of an environment's child.
macro_rules! child {
    ($name:literal) => {
        concat!(
            "/APIManager/APIGateway/Environments/Environment[Name='{}']/",
            $name
        )
    };
}

/// The environment that stock homes have.
const STOCK: &str = "Production and Sandbox";

const fn stock(value: &'static str) -> Stock {
    of(STOCK, "2.0.0", value)
}

pub(super) const ROWS: &[Row] = &[
    Row {
        key: "environments.*.enable",
        shapes: &[always(Place::Presence { element: ELEMENT })],
        kind: Kind::Boolean,
        entry: Some(ENVIRONMENT),
        stock: &[stock("true")],
        doc: "Whether APIs are published to it. With false the environment is commented out.",
        source: "AM 2.1.0, api-manager.xml; carbon-apimgt, APIManagerConfiguration",
        example: "true",
        ..ROW
    },
    Row {
        key: "environments.*.type",
        shapes: &[always(attribute(ELEMENT, "type", None))],
        entry: Some(ENVIRONMENT),
        stock: &[stock("hybrid")],
        doc: "What its gateways serve: `hybrid` for both, `production` or `sandbox` keys.",
        source: "AM 2.1.0, api-manager.xml; carbon-apimgt, APIManagerConfiguration",
        example: r#""hybrid""#,
        ..ROW
    },
    Row {
        key: "environments.*.api_console",
        shapes: &[always(attribute(ELEMENT, "api-console", Some("type")))],
        kind: Kind::Boolean,
        entry: Some(ENVIRONMENT),
        stock: &[stock("true")],
        doc: "Whether the API console of the Store offers it. Without it, it does.",
        source: "AM 2.1.0, api-manager.xml; carbon-apimgt, APIManagerConfiguration",
        example: "true",
        ..ROW
    },
    Row {
        key: "environments.*.description",
        shapes: &[always(text(child!("Description"), &["Name"]))],
        entry: Some(ENVIRONMENT),
        stock: &[stock(
            "This is a hybrid gateway that handles both production and sandbox token traffic.",
        )],
        doc: "What the Publisher says about it.",
        source: "AM 2.1.0, api-manager.xml",
        example: r#""The gateways of the data centre""#,
        ..ROW
    },
    Row {
        key: "environments.*.server_url",
        shapes: &[always(text(child!("ServerURL"), &["Description", "Name"]))],
        kind: Kind::Url,
        entry: Some(ENVIRONMENT),
        stock: &[stock(OWN_SERVICES)],
        doc: "Where the admin services of this environment's gateways are: of the load balancer in \
              front of them, or of the one that manages them.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
        example: r#""https://gw.example.com:9443/services/""#,
        ..ROW
    },
    Row {
        key: "environments.*.username",
        shapes: &[always(text(
            child!("Username"),
            &["ServerURL", "Description", "Name"],
        ))],
        entry: Some(ENVIRONMENT),
        stock: &[stock("${admin.username}")],
        doc: "The user as whom those services are called.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
        example: r#""admin""#,
        ..ROW
    },
    Row {
        key: "environments.*.password",
        shapes: &[always(text(
            child!("Password"),
            &["Username", "ServerURL", "Description", "Name"],
        ))],
        secret: true,
        entry: Some(ENVIRONMENT),
        stock: &[stock("${admin.password}")],
        doc: "The password of that user.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
        example: r#"{ env = "APIM_ADMIN_PASSWORD" }"#,
        ..ROW
    },
    Row {
        key: "environments.*.endpoint",
        shapes: &[always(text(
            child!("GatewayEndpoint"),
            &["Password", "Username", "ServerURL", "Description", "Name"],
        ))],
        entry: Some(ENVIRONMENT),
        stock: &[stock(
            "http://${carbon.local.ip}:${http.nio.port},https://${carbon.local.ip}:${https.nio.port}",
        )],
        doc: "The URLs under which callers reach the APIs of this environment, separated by commas.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
        example: r#""http://gw.example.com:80,https://gw.example.com:443""#,
        ..ROW
    },
    Row {
        key: "environments.*.websocket_endpoint",
        shapes: &[
            marked(
                "/APIManager/APIGateway/Environments/Environment/GatewayWSEndpoint",
                WEBSOCKET,
            ),
            // Whoever has deleted it from a 2.5.0 may want it back.
            marked(
                "/APIManager/OAuthConfigurations/EnableTokenHashMode",
                WEBSOCKET,
            ),
        ],
        entry: Some(ENVIRONMENT),
        stock: &[of(STOCK, "2.5.0", "ws://${carbon.local.ip}:9099")],
        doc: "The URL under which callers reach the WebSocket APIs of this environment. From 2.5.0 \
              on; older versions have no such element.",
        source: "AM 2.6.0, api-manager.xml",
        example: r#""ws://gw.example.com:9099""#,
        ..ROW
    },
];

const WEBSOCKET: Place = text(
    child!("GatewayWSEndpoint"),
    &["GatewayEndpoint", "Password", "Username", "ServerURL"],
);

/// An environment comes with what the server can't do without.
const ENVIRONMENT: &Entry = &Entry {
    element: ELEMENT,
    fragment: "<Environment type=\"hybrid\">\n\
               \x20   <Name>{}</Name>\n\
               \x20   <Username>${admin.username}</Username>\n\
               \x20   <Password>${admin.password}</Password>\n\
               </Environment>",
    hidden: Hidden::Restored,
    after: &["/APIManager/APIGateway/Environments/Environment"],
    parent: "/APIManager/APIGateway/Environments",
    example: STOCK,
};

const ELEMENT: &str = "/APIManager/APIGateway/Environments/Environment[Name='{}']";
