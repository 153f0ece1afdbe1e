//! `axis2/axis2.xml`: Hazelcast clustering.

use super::{Kind, Place, Row, WhenAbsent};

const FILE: &str = "repository/conf/axis2/axis2.xml";

/// The settings of `axis2.xml`, as they follow each other in the file.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "clustering.enable",
        file: FILE,
        place: Place::Attribute {
            element: "/axisconfig/clustering",
            name: "enable",
            after: Some("class"),
        },
        kind: Kind::Boolean,
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "Whether this node joins a Hazelcast cluster.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: "true",
    },
    Row {
        key: "clustering.membership_scheme",
        file: FILE,
        place: Place::Text {
            element: "/axisconfig/clustering/parameter[@name='membershipScheme']",
            after: &["parameter"],
        },
        kind: Kind::OneOf(&["wka", "multicast", "aws", "kubernetes"]),
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "How members find each other: wka starts from the members listed here, multicast asks \
              the network; aws and kubernetes need further parameters of their own.",
        source: "AM 2.6.0, Working with Hazelcast Clustering; carbon-kernel, HazelcastClusteringAgent",
        example: r#""wka""#,
    },
    Row {
        key: "clustering.domain",
        file: FILE,
        place: Place::Text {
            element: "/axisconfig/clustering/parameter[@name='domain']",
            after: &["parameter"],
        },
        kind: Kind::Text,
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "The name of the cluster. Nodes with the same name belong together.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: r#""wso2.am.domain""#,
    },
    Row {
        key: "clustering.local_member_host",
        file: FILE,
        place: Place::Text {
            element: "/axisconfig/clustering/parameter[@name='localMemberHost']",
            after: &["parameter"],
        },
        kind: Kind::HostName,
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "The name or address by which the other members reach this node.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: r#""10.0.0.4""#,
    },
    Row {
        key: "clustering.local_member_port",
        file: FILE,
        place: Place::Text {
            element: "/axisconfig/clustering/parameter[@name='localMemberPort']",
            after: &["parameter"],
        },
        kind: Kind::Port,
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "The port by which the other members reach this node. The port offset does not move it.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: "4000",
    },
    Row {
        key: "clustering.members",
        file: FILE,
        place: Place::Members {
            parent: "/axisconfig/clustering/members",
            item: "member",
            host: "hostName",
            port: "port",
            default_port: "clustering.local_member_port",
        },
        kind: Kind::Members,
        secret: false,
        absent: WhenAbsent::Insert,
        doc: "The well-known members that a starting node asks first, as host:port; two at least are \
              advised. Without a port, clustering.local_member_port is taken.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: r#"["10.0.0.4:4000", "10.0.0.5:4000"]"#,
    },
];
