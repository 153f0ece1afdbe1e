//! `OAuthConfigurations`, `APIStore`, `APIPublisher`: the addresses that people
//! and clients are shown.

use super::super::{Kind, Row, always, since, text};
use super::{OWN_SERVICES, ROW};

pub(super) const ROWS: &[Row] = &[
    Row {
        key: "oauth.revoke_url",
        shapes: &[always(text(
            "/APIManager/OAuthConfigurations/RevokeAPIURL",
            &["TokenEndPointName", "ApplicationTokenScope"],
        ))],
        kind: Kind::Url,
        stock: &[since("2.0.0", "https://localhost:${https.nio.port}/revoke")],
        doc: "The revoke API of the gateways, which Store and Key Manager call so that gateways \
              forget a token that was revoked.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.4",
        example: r#""https://gw.example.com:8243/revoke""#,
        ..ROW
    },
    Row {
        key: "store.display_url",
        shapes: &[always(text(
            "/APIManager/APIStore/DisplayURL",
            &["CompareCaseInsensitively", "GroupingExtractor"],
        ))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "false")],
        doc: "Whether the Publisher links to the Store, under store.url.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
        example: "true",
        ..ROW
    },
    Row {
        key: "store.url",
        shapes: &[always(text(
            "/APIManager/APIStore/URL",
            &["DisplayURL", "CompareCaseInsensitively"],
        ))],
        kind: Kind::Url,
        stock: &[since(
            "2.0.0",
            "https://localhost:${mgt.transport.https.port}/store",
        )],
        doc: "The address of the Store, as people see it.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
        example: r#""https://store.example.com:9443/store""#,
        ..ROW
    },
    Row {
        key: "store.server_url",
        shapes: &[always(text(
            "/APIManager/APIStore/ServerURL",
            &["URL", "DisplayURL"],
        ))],
        kind: Kind::Url,
        stock: &[since("2.0.0", OWN_SERVICES)],
        doc: "Where the admin services of the Store are.",
        source: "AM 2.6.0, api-manager.xml",
        example: r#""https://store.example.com:9443/services/""#,
        ..ROW
    },
    Row {
        key: "store.username",
        shapes: &[always(text(
            "/APIManager/APIStore/Username",
            &["ServerURL", "URL"],
        ))],
        stock: &[since("2.0.0", "${admin.username}")],
        doc: "The user as whom those services are called.",
        source: "AM 2.6.0, api-manager.xml",
        example: r#""admin""#,
        ..ROW
    },
    Row {
        key: "store.password",
        shapes: &[always(text(
            "/APIManager/APIStore/Password",
            &["Username", "ServerURL", "URL"],
        ))],
        secret: true,
        stock: &[since("2.0.0", "${admin.password}")],
        doc: "The password of that user.",
        source: "AM 2.6.0, api-manager.xml",
        example: r#"{ env = "APIM_ADMIN_PASSWORD" }"#,
        ..ROW
    },
    Row {
        key: "publisher.display_url",
        shapes: &[always(text("/APIManager/APIPublisher/DisplayURL", &[]))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "false")],
        doc: "Whether the Store links to the Publisher, under publisher.url.",
        source: "AM 2.6.0, api-manager.xml",
        example: "true",
        ..ROW
    },
    Row {
        key: "publisher.url",
        shapes: &[always(text(
            "/APIManager/APIPublisher/URL",
            &["DisplayURL"],
        ))],
        kind: Kind::Url,
        stock: &[since(
            "2.0.0",
            "https://localhost:${mgt.transport.https.port}/publisher",
        )],
        doc: "The address of the Publisher, as people see it.",
        source: "AM 2.6.0, api-manager.xml",
        example: r#""https://publisher.example.com:9443/publisher""#,
        ..ROW
    },
];
