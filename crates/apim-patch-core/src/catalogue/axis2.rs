//! `axis2/axis2.xml`: transports and Hazelcast clustering.

use super::{
    Entry, Hidden, Kind, Place, Row, WhenAbsent, always, attribute, since, text, value_of,
};

const ROW: Row = Row::in_file("repository/conf/axis2/axis2.xml");

/// The settings of `axis2.xml`, as they follow each other in the file.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "transport.ws",
        shapes: &[always(Place::Presence {
            element: "/axisconfig/transportSender[@name='ws']",
        })],
        kind: Kind::Boolean,
        absent: WhenAbsent::NotApplicable,
        stock: &[since("2.1.0", "true")],
        doc: "Whether the node can call WebSocket back ends, as gateways do. With false the sender \
              is commented out. From 2.1.0 on.",
        source: "AM 2.6.0, bin/profileSetup.sh",
        example: "false",
        ..ROW
    },
    Row {
        key: "transport.wss",
        shapes: &[always(Place::Presence {
            element: "/axisconfig/transportSender[@name='wss']",
        })],
        kind: Kind::Boolean,
        absent: WhenAbsent::NotApplicable,
        stock: &[since("2.2.0", "true")],
        doc: "The same with TLS. From 2.2.0 on, and in updates of 2.1.0.",
        source: "AM 2.6.0, bin/profileSetup.sh",
        example: "false",
        ..ROW
    },
    Row {
        key: "transport.https.hostname_verifier",
        shapes: &[always(text(
            "/axisconfig/transportSender[@name='https']/parameter[@name='HostnameVerifier']",
            &["parameter"],
        ))],
        kind: Kind::OneOf(&["Strict", "AllowAll", "DefaultAndLocalhost"]),
        doc: "How the names in the certificates of back ends are checked. AllowAll, which the \
              official node images use, accepts any.",
        source: "AM 2.6.0, axis2.xml",
        example: r#""Strict""#,
        ..ROW
    },
    Row {
        key: "clustering.enable",
        shapes: &[always(attribute(
            "/axisconfig/clustering",
            "enable",
            Some("class"),
        ))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "false")],
        doc: "Whether this node joins a Hazelcast cluster.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: "true",
        ..ROW
    },
    Row {
        key: "clustering.membership_scheme",
        shapes: &[always(text(
            "/axisconfig/clustering/parameter[@name='membershipScheme']",
            &["parameter"],
        ))],
        kind: Kind::OneOf(&["wka", "multicast", "aws", "kubernetes"]),
        stock: &[since("2.0.0", "multicast")],
        doc: "How members find each other: wka starts from the members listed here, multicast asks \
              the network; aws and kubernetes need further parameters of their own.",
        source: "AM 2.6.0, Working with Hazelcast Clustering; carbon-kernel, HazelcastClusteringAgent",
        example: r#""wka""#,
        ..ROW
    },
    Row {
        key: "clustering.domain",
        shapes: &[always(text(
            "/axisconfig/clustering/parameter[@name='domain']",
            &["parameter"],
        ))],
        stock: &[since("2.0.0", "wso2.carbon.domain")],
        doc: "The name of the cluster. Nodes with the same name belong together.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: r#""wso2.am.domain""#,
        ..ROW
    },
    Row {
        key: "clustering.local_member_host",
        shapes: &[always(text(
            "/axisconfig/clustering/parameter[@name='localMemberHost']",
            &["parameter"],
        ))],
        kind: Kind::HostName,
        stock: &[since("2.0.0", "127.0.0.1")],
        doc: "The name or address by which the other members reach this node.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: r#""10.0.0.4""#,
        ..ROW
    },
    Row {
        key: "clustering.local_member_port",
        shapes: &[always(text(
            "/axisconfig/clustering/parameter[@name='localMemberPort']",
            &["parameter"],
        ))],
        kind: Kind::Port,
        stock: &[since("2.0.0", "4000")],
        doc: "The port by which the other members reach this node. The port offset does not move it.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: "4000",
        ..ROW
    },
    Row {
        key: "clustering.sub_domain",
        shapes: &[always(value_of(SUB_DOMAIN.element))],
        entry: Some(SUB_DOMAIN),
        stock: &[since("2.0.0", "worker")],
        doc: "The part of the cluster that this node belongs to: mgt for the one that manages, \
              worker for the others.",
        source: "AM 2.1.0, Clustering Gateway for Load Balancing; AM 2.6.0, axis2.xml",
        example: r#""mgt""#,
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
        stock: &[since("2.0.0", "127.0.0.1:4000")],
        doc: "The well-known members that a starting node asks first, as host:port; two at least are \
              advised. Without a port, clustering.local_member_port is taken.",
        source: "AM 2.6.0, Working with Hazelcast Clustering",
        example: r#"["10.0.0.4:4000", "10.0.0.5:4000"]"#,
        ..ROW
    },
    Row {
        key: "clustering.port_mapping.*",
        shapes: &[always(value_of(PORT_MAPPING.element))],
        kind: Kind::Port,
        entry: Some(PORT_MAPPING),
        doc: "The port of this node behind a port of the load balancer, on the node that manages.",
        source: "AM 2.1.0, Clustering Gateway for Load Balancing",
        example: "9443",
        ..ROW
    },
    Row {
        key: "traffic_manager.axis2",
        shapes: &[always(Place::Replacement {
            by: "repository/conf/axis2/axis2_TM.xml",
            // In every axis2.xml that API-M comes with, whatever its transports.
            unlike: "/axisconfig/parameter[@name='enableSwA']",
            stock: &[
                "4e0febb04442afcd206f80e1182e3c6c5149f4f6dd864730467ac89522c07310",
                "92a02f70cda77c96552186126f9983367611f00bb4cba0fd61a57503e6f3e367",
                "8168e67797eb49fcbea744673b4baf40b79e2b70e110ec743a9bd30cdc158573",
                "d42e73fc1209aa56c390ef1c5818b406bdcb86361effbf4f6ecf53743abb9a5a",
            ],
        })],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "false")],
        doc: "Whether axis2.xml has the content of axis2_TM.xml, as a Traffic Manager's has. It is \
              put there before anything else in it is set, and not taken back.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.5",
        example: "true",
        ..ROW
    },
];

const PROPERTIES: &str = "/axisconfig/clustering/parameter[@name='properties']";

/// A property has a name and a value, and is nothing without the latter.
const SUB_DOMAIN: &Entry = &Entry {
    element: "/axisconfig/clustering/parameter[@name='properties']/property[@name='subDomain']",
    fragment: "<property name=\"subDomain\" value=\"\"/>",
    hidden: Hidden::Restored,
    after: &["/axisconfig/clustering/parameter[@name='properties']/property"],
    parent: PROPERTIES,
    example: "",
};

const PORT_MAPPING: &Entry = &Entry {
    element: "/axisconfig/clustering/parameter[@name='properties']/property[@name='port.mapping.{}']",
    fragment: "<property name=\"port.mapping.{}\" value=\"\"/>",
    hidden: Hidden::Restored,
    after: &["/axisconfig/clustering/parameter[@name='properties']/property"],
    parent: PROPERTIES,
    example: "443",
};
