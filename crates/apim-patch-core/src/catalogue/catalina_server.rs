//! `tomcat/catalina-server.xml`: the ports that a load balancer shows.

use super::{Kind, Row, always, attribute};

const ROW: Row = Row::in_file("repository/conf/tomcat/catalina-server.xml");

/// The settings of `catalina-server.xml`. Connectors are told apart by their
/// scheme, as the kernel does; their ports are often changed.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "proxy.http_port",
        shapes: &[always(attribute(
            "/Server/Service/Connector[not(@scheme) or @scheme='http']",
            "proxyPort",
            Some("port"),
        ))],
        kind: Kind::Port,
        doc: "The load balancer's port for HTTP, which the server puts into the addresses it gives out.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.3",
        example: "80",
        ..ROW
    },
    Row {
        key: "proxy.https_port",
        shapes: &[always(attribute(
            "/Server/Service/Connector[@scheme='https']",
            "proxyPort",
            Some("port"),
        ))],
        kind: Kind::Port,
        doc: "The load balancer's port for HTTPS, which the server puts into the addresses it gives out.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.3",
        example: "443",
        ..ROW
    },
];
