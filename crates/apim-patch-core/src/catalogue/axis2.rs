//! `axis2/axis2.xml`: Hazelcast clustering.

use super::{Kind, Place, Row, always};

const ROW: Row = Row::in_file("repository/conf/axis2/axis2.xml");

/// The settings of `axis2.xml`, as they follow each other in the file.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "clustering.enable",
        shapes: &[always(Place::Attribute {
            element: "/axisconfig/clustering",
            name: "enable",
            after: Some("class"),
        })],
        kind: Kind::Boolean,
        doc: "Whether this node joins a Hazelcast cluster.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: "true",
        ..ROW
    },
    Row {
        key: "clustering.membership_scheme",
        shapes: &[always(Place::Text {
            element: "/axisconfig/clustering/parameter[@name='membershipScheme']",
            after: &["parameter"],
        })],
        kind: Kind::OneOf(&["wka", "multicast", "aws", "kubernetes"]),
        doc: "How members find each other: wka starts from the members listed here, multicast asks \
              the network; aws and kubernetes need further parameters of their own.",
        source: "AM 2.6.0, Working with Hazelcast Clustering; carbon-kernel, HazelcastClusteringAgent",
        example: r#""wka""#,
        ..ROW
    },
    Row {
        key: "clustering.domain",
        shapes: &[always(Place::Text {
            element: "/axisconfig/clustering/parameter[@name='domain']",
            after: &["parameter"],
        })],
        kind: Kind::Text,
        doc: "The name of the cluster. Nodes with the same name belong together.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: r#""wso2.am.domain""#,
        ..ROW
    },
    Row {
        key: "clustering.local_member_host",
        shapes: &[always(Place::Text {
            element: "/axisconfig/clustering/parameter[@name='localMemberHost']",
            after: &["parameter"],
        })],
        kind: Kind::HostName,
        doc: "The name or address by which the other members reach this node.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: r#""10.0.0.4""#,
        ..ROW
    },
    Row {
        key: "clustering.local_member_port",
        shapes: &[always(Place::Text {
            element: "/axisconfig/clustering/parameter[@name='localMemberPort']",
            after: &["parameter"],
        })],
        kind: Kind::Port,
        doc: "The port by which the other members reach this node. The port offset does not move it.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: "4000",
        ..ROW
    },
    Row {
        key: "clustering.members",
        shapes: &[always(Place::Members {
            parent: "/axisconfig/clustering/members",
            item: "member",
            host: "hostName",
            port: "port",
            default_port: "clustering.local_member_port",
        })],
        kind: Kind::Members,
        doc: "The well-known members that a starting node asks first, as host:port; two at least are \
              advised. Without a port, clustering.local_member_port is taken.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: r#"["10.0.0.4:4000", "10.0.0.5:4000"]"#,
        ..ROW
    },
];
