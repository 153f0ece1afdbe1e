//! `ThrottlingConfigurations`: Traffic Managers, and what the node tells them.

use super::super::{Kind, Place, Row, Shape, WhenAbsent, always, marked, since, text};
use super::{OWN_SERVICES, ROW};

/// From 2.2.0 on, Traffic Managers are named in an element of their own; before
/// that, in the one of the data publisher, which later versions do not read for
/// it.
const fn traffic_manager(place: Place) -> Shape {
    marked("/APIManager/ThrottlingConfigurations/TrafficManager", place)
}

pub(super) const ROWS: &[Row] = &[
    Row {
        key: "throttling.enable",
        shapes: &[always(text(
            "/APIManager/ThrottlingConfigurations/EnableAdvanceThrottling",
            &[],
        ))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "true")],
        doc: "Whether a Traffic Manager decides on throttling. Without it, nothing else of \
              throttling is read.",
        source: "AM 2.1.0, Working with Throttling; carbon-apimgt, APIManagerConfiguration",
        example: "true",
        ..ROW
    },
    Row {
        key: "throttling.traffic_manager.type",
        shapes: &[
            traffic_manager(text(
                "/APIManager/ThrottlingConfigurations/TrafficManager/Type",
                &[],
            )),
            always(text(
                "/APIManager/ThrottlingConfigurations/DataPublisher/Type",
                &["Enabled"],
            )),
        ],
        stock: &[since("2.0.0", "Binary")],
        doc: "The protocol in which throttling events are sent: Binary or Thrift.",
        source: "AM 2.6.0, api-manager.xml; carbon-apimgt, APIManagerConfiguration",
        example: r#""Binary""#,
        ..ROW
    },
    Row {
        key: "throttling.traffic_manager.receiver_url_group",
        shapes: &[
            traffic_manager(text(
                "/APIManager/ThrottlingConfigurations/TrafficManager/ReceiverUrlGroup",
                &["Type"],
            )),
            always(text(
                "/APIManager/ThrottlingConfigurations/DataPublisher/ReceiverUrlGroup",
                &["Type", "Enabled"],
            )),
        ],
        stock: &[since(
            "2.0.0",
            "tcp://${carbon.local.ip}:${receiver.url.port}",
        )],
        doc: "Where throttling events are sent: the Traffic Manager's receiver, or each of several in \
              braces of its own, to all of which they go.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.6; carbon-apimgt, \
                 APIManagerConfiguration (from 2.2.0 on under TrafficManager)",
        example: r#""{tcp://tm-1.example.com:9611},{tcp://tm-2.example.com:9611}""#,
        ..ROW
    },
    Row {
        key: "throttling.traffic_manager.auth_url_group",
        shapes: &[
            traffic_manager(text(
                "/APIManager/ThrottlingConfigurations/TrafficManager/AuthUrlGroup",
                &["ReceiverUrlGroup", "Type"],
            )),
            always(text(
                "/APIManager/ThrottlingConfigurations/DataPublisher/AuthUrlGroup",
                &["ReceiverUrlGroup", "Type", "Enabled"],
            )),
        ],
        stock: &[since("2.0.0", "ssl://${carbon.local.ip}:${auth.url.port}")],
        doc: "Where the node authenticates for that, in as many groups and in the same order.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.6; carbon-apimgt, \
                 APIManagerConfiguration (from 2.2.0 on under TrafficManager)",
        example: r#""{ssl://tm-1.example.com:9711},{ssl://tm-2.example.com:9711}""#,
        ..ROW
    },
    Row {
        key: "throttling.traffic_manager.username",
        shapes: &[
            traffic_manager(text(
                "/APIManager/ThrottlingConfigurations/TrafficManager/Username",
                &["AuthUrlGroup", "ReceiverUrlGroup", "Type"],
            )),
            always(text(
                "/APIManager/ThrottlingConfigurations/DataPublisher/Username",
                &["AuthUrlGroup", "ReceiverUrlGroup", "Type", "Enabled"],
            )),
        ],
        stock: &[since("2.0.0", "${admin.username}")],
        doc: "The user as whom throttling events are sent.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.6",
        example: r#""admin""#,
        ..ROW
    },
    Row {
        key: "throttling.traffic_manager.password",
        shapes: &[
            traffic_manager(text(
                "/APIManager/ThrottlingConfigurations/TrafficManager/Password",
                &["Username", "AuthUrlGroup", "ReceiverUrlGroup"],
            )),
            always(text(
                "/APIManager/ThrottlingConfigurations/DataPublisher/Password",
                &["Username", "AuthUrlGroup", "ReceiverUrlGroup", "Enabled"],
            )),
        ],
        secret: true,
        stock: &[since("2.0.0", "${admin.password}")],
        doc: "The password of that user.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.6",
        example: r#"{ env = "APIM_ADMIN_PASSWORD" }"#,
        ..ROW
    },
    Row {
        key: "throttling.data_publisher.enable",
        shapes: &[always(text(
            "/APIManager/ThrottlingConfigurations/DataPublisher/Enabled",
            &[],
        ))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "true")],
        doc: "Whether this node sends throttling events, as gateways do.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, steps 6.3 and 6.4; \
                 AM 2.6.0, bin/profileSetup.sh",
        example: "false",
        ..ROW
    },
    Row {
        key: "throttling.policy_deployer.enable",
        shapes: &[always(text(
            "/APIManager/ThrottlingConfigurations/PolicyDeployer/Enabled",
            &[],
        ))],
        kind: Kind::Boolean,
        absent: WhenAbsent::NotApplicable,
        stock: &[since("2.2.0", "true")],
        doc: "Whether this node sends throttling policies to the Traffic Manager, as a Publisher \
              does. From 2.2.0 on; older versions have no such element.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.6",
        example: "false",
        ..ROW
    },
    Row {
        key: "throttling.policy_deployer.service_url",
        shapes: &[always(text(
            "/APIManager/ThrottlingConfigurations/PolicyDeployer/ServiceURL",
            &["Enabled"],
        ))],
        kind: Kind::Url,
        stock: &[since("2.0.0", OWN_SERVICES)],
        doc: "The admin services of the Traffic Manager that throttling policies are sent to.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, steps 6.3 and 6.6",
        example: r#""https://tm.example.com:9443/services/""#,
        ..ROW
    },
    Row {
        key: "throttling.policy_deployer.username",
        shapes: &[always(text(
            "/APIManager/ThrottlingConfigurations/PolicyDeployer/Username",
            &["ServiceURL", "Enabled"],
        ))],
        stock: &[since("2.0.0", "${admin.username}")],
        doc: "The user as whom those services are called.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
        example: r#""admin""#,
        ..ROW
    },
    Row {
        key: "throttling.policy_deployer.password",
        shapes: &[always(text(
            "/APIManager/ThrottlingConfigurations/PolicyDeployer/Password",
            &["Username", "ServiceURL", "Enabled"],
        ))],
        secret: true,
        stock: &[since("2.0.0", "${admin.password}")],
        doc: "The password of that user.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
        example: r#"{ env = "APIM_ADMIN_PASSWORD" }"#,
        ..ROW
    },
    Row {
        key: "throttling.block_condition.enable",
        shapes: &[always(text(
            "/APIManager/ThrottlingConfigurations/BlockCondition/Enabled",
            &[],
        ))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "true")],
        doc: "Whether this node asks for the conditions under which callers are blocked. Publisher \
              and Store do not block any.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, steps 6.3 and 6.4",
        example: "false",
        ..ROW
    },
];
