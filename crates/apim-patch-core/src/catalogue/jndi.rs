//! `jndi.properties`: the brokers that throttling policies and events go through.

use super::{Kind, Place, Row, always, since};

const ROW: Row = Row::in_file("repository/conf/jndi.properties");

/// The settings of `jndi.properties`, as they follow each other in the file.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "jndi.topic_connection_factory",
        shapes: &[always(Place::Property {
            name: "connectionfactory.TopicConnectionFactory",
            after: &[],
        })],
        kind: Kind::BrokerUrl,
        stock: &[since(
            "2.0.0",
            "amqp://admin:admin@clientid/carbon?brokerlist='tcp://localhost:5672'",
        )],
        doc: "The connection to the broker of the Traffic Manager for topics. `@` and `%` cannot \
              stand in its user and password.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3; AM 2.6.0, \
                 Maintaining Logins and Passwords",
        example: r#""amqp://admin:admin@clientid/carbon?brokerlist='tcp://tm.example.com:5672'""#,
        ..ROW
    },
    Row {
        key: "jndi.queue_connection_factory",
        shapes: &[always(Place::Property {
            name: "connectionfactory.QueueConnectionFactory",
            after: &["connectionfactory.TopicConnectionFactory"],
        })],
        kind: Kind::BrokerUrl,
        stock: &[since(
            "2.0.0",
            "amqp://admin:admin@clientID/test?brokerlist='tcp://localhost:5672'",
        )],
        doc: "The same for queues.",
        source: "AM 2.6.0, jndi.properties",
        example: r#""amqp://admin:admin@clientID/test?brokerlist='tcp://tm.example.com:5672'""#,
        ..ROW
    },
];
