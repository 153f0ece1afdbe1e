//! `AuthManager` and `JWTConfiguration`: who users are, and what back ends are
//! told about them.

use super::super::{Kind, Row, always, since, text};
use super::{OWN_SERVICES, ROW};

pub(super) const ROWS: &[Row] = &[
    Row {
        key: "auth_manager.server_url",
        shapes: &[always(text("/APIManager/AuthManager/ServerURL", &[]))],
        kind: Kind::Url,
        stock: &[since("2.0.0", OWN_SERVICES)],
        doc: "Where Publisher and Store have their users authenticated: the admin services of the \
              Key Manager, or of the load balancer in front of several.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, steps 6.3 and 6.4",
        example: r#""https://km.example.com:9443/services/""#,
        ..ROW
    },
    Row {
        key: "auth_manager.username",
        shapes: &[always(text(
            "/APIManager/AuthManager/Username",
            &["ServerURL"],
        ))],
        stock: &[since("2.0.0", "${admin.username}")],
        doc: "The user as whom Publisher and Store call that service.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, steps 6.3 and 6.4",
        example: r#""admin""#,
        ..ROW
    },
    Row {
        key: "auth_manager.password",
        shapes: &[always(text(
            "/APIManager/AuthManager/Password",
            &["Username", "ServerURL"],
        ))],
        secret: true,
        stock: &[since("2.0.0", "${admin.password}")],
        doc: "The password of that user.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, steps 6.3 and 6.4",
        example: r#"{ env = "APIM_ADMIN_PASSWORD" }"#,
        ..ROW
    },
    Row {
        key: "jwt.enable",
        shapes: &[always(text(
            "/APIManager/JWTConfiguration/EnableJWTGeneration",
            &[],
        ))],
        kind: Kind::Boolean,
        doc: "Whether requests to the back end carry a JWT about the caller. To be the same on all \
              gateways and Key Managers.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.1",
        example: "true",
        ..ROW
    },
    Row {
        key: "jwt.header",
        shapes: &[always(text(
            "/APIManager/JWTConfiguration/JWTHeader",
            &["EnableJWTGeneration"],
        ))],
        stock: &[since("2.0.0", "X-JWT-Assertion")],
        doc: "The HTTP header in which the JWT goes to the back end.",
        source: "AM 2.1.0, Passing End User Attributes to the Backend Using JWT",
        example: r#""X-JWT-Assertion""#,
        ..ROW
    },
    Row {
        key: "jwt.claims_retriever",
        shapes: &[always(text(
            "/APIManager/JWTConfiguration/ClaimsRetrieverImplClass",
            &["JWTHeader", "EnableJWTGeneration"],
        ))],
        doc: "The class that looks up the user's claims for the JWT. Without one it carries none \
              of them.",
        source: "AM 2.1.0, Passing End User Attributes to the Backend Using JWT",
        example: r#""org.wso2.carbon.apimgt.impl.token.DefaultClaimsRetriever""#,
        ..ROW
    },
    Row {
        key: "jwt.consumer_dialect_uri",
        shapes: &[always(text(
            "/APIManager/JWTConfiguration/ConsumerDialectURI",
            &["ClaimsRetrieverImplClass", "JWTHeader"],
        ))],
        doc: "The claim dialect whose claims go into the JWT, and under which its own keys stand.",
        source: "AM 2.1.0, Passing End User Attributes to the Backend Using JWT",
        example: r#""http://wso2.org/claims""#,
        ..ROW
    },
    Row {
        key: "jwt.signature_algorithm",
        shapes: &[always(text(
            "/APIManager/JWTConfiguration/SignatureAlgorithm",
            &[
                "ConsumerDialectURI",
                "ClaimsRetrieverImplClass",
                "JWTHeader",
            ],
        ))],
        kind: Kind::OneOf(&["SHA256withRSA", "NONE"]),
        doc: "How the JWT is signed; NONE leaves it unsigned.",
        source: "AM 2.1.0, Passing End User Attributes to the Backend Using JWT",
        example: r#""SHA256withRSA""#,
        ..ROW
    },
];
