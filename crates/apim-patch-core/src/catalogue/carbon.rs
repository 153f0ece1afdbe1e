//! `carbon.xml`: host names and ports of the server.

use super::{Kind, Place, Row, always};

const ROW: Row = Row::in_file("repository/conf/carbon.xml");

/// The settings of `carbon.xml`, as they follow each other in the file.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "server.host_name",
        shapes: &[always(Place::Text {
            element: "/Server/HostName",
            after: &["Version", "ServerKey", "Name"],
        })],
        kind: Kind::HostName,
        doc: "The host name under which the services of this node are known: behind a load \
              balancer, the load balancer's.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.2",
        example: r#""gw.example.com""#,
        ..ROW
    },
    Row {
        key: "server.mgt_host_name",
        shapes: &[always(Place::Text {
            element: "/Server/MgtHostName",
            after: &["HostName", "Version", "ServerKey", "Name"],
        })],
        kind: Kind::HostName,
        doc: "The host name of the management console, used in its redirects.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.2",
        example: r#""gw.example.com""#,
        ..ROW
    },
    Row {
        key: "server.port_offset",
        shapes: &[always(Place::Text {
            element: "/Server/Ports/Offset",
            after: &[],
        })],
        kind: Kind::Offset,
        doc: "Added to the server's default ports. -DportOffset on the command line overrides it.",
        source: "AM 2.1.0, Changing the Default Ports with Offset",
        example: "0",
        ..ROW
    },
];
