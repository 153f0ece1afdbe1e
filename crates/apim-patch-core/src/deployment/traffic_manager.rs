//! Where nodes send their throttling events, and where they hear decisions.

use super::Role;
use super::address::{BROKER, RECEIVER, RECEIVER_LOGIN, Text, listed};
use super::derived::Derived;
use super::tables::{Cause, Node};
use super::view::Access;
use crate::catalogue::Literal;
use crate::diagnostic::{Class, Diagnostic, printable_name};
use crate::spec::{Requested, Value};

const POLICIES: &str = "throttling.policy_deployer.service_url";
const DECISIONS: &str = "throttling.jms.topic_connection_factory";
const TOPIC: &str = "jndi.topic_connection_factory";

/// Adds what the node at hand has to know of the traffic managers. Without any
/// in the file, homes keep what they have.
pub(super) fn derive(derived: &mut Derived<'_>) {
    let managers = derived.view.nodes_of(Role::TrafficManager);
    let Some(role) = derived.view.role else {
        return;
    };
    let Some(cause) = cause(&managers) else {
        return;
    };
    if role == Role::TrafficManager {
        return own(derived);
    }
    if !role.is_gateway() && role != Role::Publisher {
        return;
    }
    for (key, scheme, port) in [
        (
            "throttling.traffic_manager.receiver_url_group",
            "tcp",
            RECEIVER,
        ),
        (
            "throttling.traffic_manager.auth_url_group",
            "ssl",
            RECEIVER_LOGIN,
        ),
    ] {
        if derived.is_open(key)
            && let Some(addresses) = addresses(derived, &managers, port)
        {
            let group = Text::new(url_group(scheme, &addresses));
            derived.set(key, group, cause.clone());
        }
    }
    let key = match role {
        Role::Publisher => TOPIC,
        _ => DECISIONS,
    };
    if derived.is_open(key)
        && let Some(addresses) = addresses(derived, &managers, BROKER)
    {
        let credentials = match role {
            Role::Publisher => credentials(derived),
            _ => Text::new("${admin.username}:${admin.password}"),
        };
        let factory = Text::new("amqp://")
            .then_value(&credentials.into_value())
            .then("@clientID/carbon?")
            .then(brokers(&addresses));
        derived.set(key, factory, cause.clone());
        // What the stock value of the factory names in 2.0.0 and 2.1.0; it
        // holds one broker.
        if let ([address], true) = (&addresses[..], role.is_gateway()) {
            let url = Text::new(format!("tcp://{address}"));
            derived.set("throttling.jms.service_url", url, cause);
        }
    }
    policies(derived, role);
}

/// How a traffic manager's own publisher of decisions logs in to its own broker,
/// where that is not as in a stock home (2.1.0, api-manager.xml,
/// `JMSEventPublisherParameters`).
fn own(derived: &mut Derived<'_>) {
    let view = derived.view;
    let port = view.port(view.node, BROKER);
    if !derived.is_open(TOPIC) || view.deployment.admin.is_empty() && port == BROKER {
        return;
    }
    let cause = match view
        .deployment
        .admin
        .first()
        .and_then(|given| given.origin.spot())
    {
        Some(spot) => Cause {
            from: "admin".into(),
            spot: spot.clone(),
        },
        None => view.node.cause(),
    };
    let factory = Text::new("amqp://")
        .then_value(&credentials(derived).into_value())
        .then(format!(
            "@clientid/carbon?brokerlist='tcp://localhost:{port}'"
        ));
    derived.set(TOPIC, factory, cause);
}

/// `HOST:PORT` of every traffic manager.
fn addresses<'d>(
    derived: &mut Derived<'d>,
    managers: &[&'d Node],
    port: u16,
) -> Option<Vec<String>> {
    // Not stopping at the first: all that have no host are to be told.
    let addresses: Vec<_> = managers
        .iter()
        .map(|manager| derived.host_and_port(manager, port))
        .collect();
    addresses.into_iter().collect()
}

/// The tables of all traffic managers, at the place of the first.
fn cause(managers: &[&Node]) -> Option<Cause> {
    let causes = managers.iter().map(|manager| manager.cause());
    causes.reduce(|all, next| Cause {
        from: format!("{}, {}", all.from, next.from),
        ..all
    })
}

/// One URL, or all in braces: the event then goes to each (D260, step 6.6).
fn url_group(scheme: &str, addresses: &[String]) -> String {
    match addresses {
        [only] => format!("{scheme}://{only}"),
        several => several
            .iter()
            .map(|address| format!("{{{scheme}://{address}}}"))
            .collect::<Vec<_>>()
            .join(","),
    }
}

/// The broker list of a connection factory, escaped as the product needs it:
/// `%26` is literal text, for the `&` between options would end the outer one.
fn brokers(addresses: &[String]) -> String {
    let list = addresses
        .iter()
        .map(|address| format!("tcp://{address}?retries='5'%26connectdelay='50'"))
        .collect::<Vec<_>>()
        .join(";");
    match addresses {
        [_] => format!("brokerlist='{list}'"),
        _ => format!("failover='roundrobin'%26cyclecount='2'%26brokerlist='{list}'"),
    }
}

/// User and password for `jndi.properties`, which knows no placeholders.
fn credentials(derived: &mut Derived<'_>) -> Text {
    let admin = &derived.view.deployment.admin;
    let given = |key: &str| {
        let setting = admin.iter().find(|setting| setting.row.key == key)?;
        match &setting.requested {
            Requested::Value(value) => Some(value),
            Requested::Absent => None,
        }
    };
    match (given("admin.username"), given("admin.password")) {
        (None, None) => {
            let stock = Literal::Text("admin:admin".into());
            derived.follows.diagnostics.push(
                Diagnostic::warning(
                    "stock-credentials",
                    Class::Specification,
                    format!("`{TOPIC}` gets the user and password that the product comes with"),
                )
                .at(derived.view.node.spot.clone(), "")
                .help(
                    "add `admin = { username = \"…\", password = { env = \"NAME\" } }` to the file",
                ),
            );
            Text::default().then_value(&Value::Literal(stock))
        }
        (username, password) => {
            let stock = Value::Literal(Literal::Text("admin".into()));
            Text::default()
                .then_value(username.unwrap_or(&stock))
                .then(':')
                .then_value(password.unwrap_or(&stock))
        }
    }
}

/// Where the publisher sends throttling policies: to one traffic manager, or to
/// the load balancer in front of several.
fn policies(derived: &mut Derived<'_>, role: Role) {
    if !derived.is_open(POLICIES) {
        return;
    }
    let deployment = derived.view.deployment;
    let access = match &deployment.policy_deployer {
        Some(name) => match (
            deployment.node(&name.value),
            deployment.load_balancer(&name.value),
        ) {
            (Some(node), _) => Access::Node(node),
            (_, Some(balancer)) => Access::Balancer(balancer),
            // Names are checked where they are read.
            (None, None) => return,
        },
        None => match derived.view.access(Role::TrafficManager) {
            Ok(Some(access)) => access,
            Ok(None) => return,
            // Only the publisher sends any.
            Err(_) if role != Role::Publisher => return,
            Err(_) => return refuse_several(derived),
        },
    };
    if let Some((url, cause)) = derived.services(access, "/services/") {
        let cause = match &deployment.policy_deployer {
            Some(name) => Cause {
                from: "policy_deployer".into(),
                spot: name.spot.clone(),
            },
            None => cause,
        };
        derived.set(POLICIES, url, cause);
    }
}

fn refuse_several(derived: &mut Derived<'_>) {
    let managers = derived.view.nodes_of(Role::TrafficManager);
    let message = format!(
        "nothing tells which of the traffic managers {} throttling policies go to",
        listed(managers.iter().map(|node| node.name.as_str()))
    );
    derived.error("policy-deployer-not-told", message, |error| {
        let example = managers.first().map_or("", |node| node.name.as_str());
        managers
            .iter()
            .fold(error, |error, node| error.at(node.spot.clone(), ""))
            .help(format!(
                "name one at the top of the file: policy_deployer = \"{}\"",
                printable_name(example)
            ))
    });
}
