//! JMS, by which Traffic Managers tell gateways what they decided.

use super::super::{Kind, Place, Row, Stock, WhenAbsent, always, gone, since, text};
use super::ROW;

/// What 2.2.0 has dropped.
const fn until_2_2(value: &'static str) -> [Stock; 2] {
    [since("2.0.0", value), gone("2.2.0")]
}

pub(super) const ROWS: &[Row] = &[
    Row {
        key: "throttling.jms.enable",
        shapes: &[always(text(
            "/APIManager/ThrottlingConfigurations/JMSConnectionDetails/Enabled",
            &[],
        ))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "true")],
        doc: "Whether this node listens to what Traffic Managers decide, as gateways do.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, steps 6.3 and 6.4; \
                 AM 2.6.0, bin/profileSetup.sh",
        example: "false",
        ..ROW
    },
    Row {
        key: "throttling.jms.service_url",
        shapes: &[always(text(
            "/APIManager/ThrottlingConfigurations/JMSConnectionDetails/ServiceURL",
            &["Enabled"],
        ))],
        absent: WhenAbsent::NotApplicable,
        stock: &until_2_2("tcp://${carbon.local.ip}:${jms.port}"),
        doc: "The Traffic Manager's broker, which topic_connection_factory of a stock home refers to \
              as ${jms.url}. In 2.0.0 and 2.1.0 only; later versions have no such element.",
        source: "AM 2.1.0, api-manager.xml; carbon-apimgt, APIManagerConfiguration",
        example: r#""tcp://tm.example.com:5672""#,
        ..ROW
    },
    Row {
        key: "throttling.jms.username",
        shapes: &[always(text(
            "/APIManager/ThrottlingConfigurations/JMSConnectionDetails/Username",
            &["ServiceURL", "Enabled"],
        ))],
        absent: WhenAbsent::NotApplicable,
        stock: &until_2_2("${admin.username}"),
        doc: "The user of that broker, which topic_connection_factory refers to as \
              ${jms.username}. In 2.0.0 and 2.1.0 only.",
        source: "AM 2.1.0, api-manager.xml; carbon-apimgt, APIManagerConfiguration",
        example: r#""admin""#,
        ..ROW
    },
    Row {
        key: "throttling.jms.password",
        shapes: &[always(text(
            "/APIManager/ThrottlingConfigurations/JMSConnectionDetails/Password",
            &["Username", "ServiceURL", "Enabled"],
        ))],
        secret: true,
        absent: WhenAbsent::NotApplicable,
        stock: &until_2_2("${admin.password}"),
        doc: "The password of that user, which topic_connection_factory refers to as \
              ${jms.password}. In 2.0.0 and 2.1.0 only.",
        source: "AM 2.1.0, api-manager.xml; carbon-apimgt, APIManagerConfiguration",
        example: r#"{ env = "APIM_ADMIN_PASSWORD" }"#,
        ..ROW
    },
    Row {
        key: "throttling.jms.topic_connection_factory",
        shapes: &[always(text(
            "/APIManager/ThrottlingConfigurations/JMSConnectionDetails/JMSConnectionParameters/\
             connectionfactory.TopicConnectionFactory",
            &[
                "java.naming.factory.initial",
                "transport.jms.DestinationType",
                "transport.jms.ConnectionFactoryJNDIName",
            ],
        ))],
        kind: Kind::BrokerUrl,
        stock: &[
            since(
                "2.0.0",
                "amqp://${jms.username}:${jms.password}@clientid/carbon?brokerlist='${jms.url}'",
            ),
            since(
                "2.2.0",
                "amqp://${admin.username}:${admin.password}@clientid/carbon\
                 ?brokerlist='tcp://${carbon.local.ip}:${jms.port}'",
            ),
        ],
        doc: "The connection to the brokers of the Traffic Managers: of one, or of several with \
              failover. `%26` stands for the `&` between options.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.6",
        example: r#""amqp://admin:admin@clientID/carbon?brokerlist='tcp://tm.example.com:5672?retries='5'%26connectdelay='50''""#,
        ..ROW
    },
    Row {
        key: "jms.event_publisher",
        shapes: &[always(Place::Presence {
            element: "/APIManager/ThrottlingConfigurations/JMSEventPublisherParameters",
        })],
        kind: Kind::Boolean,
        absent: WhenAbsent::NotApplicable,
        stock: &until_2_2("true"),
        doc: "Whether this node publishes throttling events over JMS itself. With false the block \
              is commented out. In 2.0.0 and 2.1.0 only; later versions have no such block.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 4",
        example: "false",
        ..ROW
    },
];
