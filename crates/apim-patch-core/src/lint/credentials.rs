//! Users and passwords with which the nodes talk to each other.

use super::finding::{Found, Rule, most_common};
use super::model::{Content, Deployment, Node};
use crate::catalogue::Secret;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "admin-credentials-differ",
        severity: Severity::Error,
        what: "The nodes do not have the same admin user and password.",
        why: "the nodes share one user store and log in to each other as the admin; a node with \
              another user or password is refused by the rest",
        help: "give all nodes the same admin user and password; in a deployment file, once, as `admin`",
        source: "AM 2.6.0, Maintaining Logins and Passwords",
        check: admin_differs,
    },
    Rule {
        code: "login-differs",
        severity: Severity::Error,
        what: "A node logs in to another with a password that is not the one that user has there.",
        why: "the other node refuses the call",
        help: "give the same password on both sides, or leave the admin's as it is: \
               ${admin.username} and ${admin.password}",
        source: "AM 2.6.0, Maintaining Logins and Passwords",
        check: login_differs,
    },
    Rule {
        code: "jndi-credentials",
        severity: Severity::Error,
        what: "A user or password that goes into jndi.properties holds `@` or `%`.",
        why: "jndi.properties has them inside an AMQP URL, which ends the password at `@` and \
              reads `%` as the start of an escape: the connection to the broker fails",
        help: "choose a user and a password without `@` and `%`",
        source: "AM 2.6.0, Maintaining Logins and Passwords",
        check: jndi_credentials,
    },
];

/// Where a node logs in, and as what profile the other side is known.
const LOGINS: &[(&str, &str)] = &[
    ("key_manager", "key-manager"),
    ("auth_manager", "key-manager"),
    ("throttling.traffic_manager", "traffic-manager"),
    ("throttling.policy_deployer", "traffic-manager"),
    ("throttling.jms", "traffic-manager"),
    ("store", "store"),
];

fn admin_differs(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for (key, what) in [("admin.username", "user"), ("admin.password", "password")] {
        let nodes = deployment.nodes.iter();
        let given: Vec<(&Node, &Content)> = nodes
            .filter_map(|node| Some((node, &node.given(key)?.content)))
            .collect();
        let equal = |one: &&Content, two: &&Content| one.equals(two) == Some(true);
        let Some((usual_node, usual)) = most_common(&given, equal) else {
            continue;
        };
        for (node, own) in &given {
            let found = match own.equals(usual) {
                Some(true) => continue,
                Some(false) => Found::new(format!("another admin {what} than {}", usual_node.name)),
                None => Found::new(format!(
                    "the admin {what} comes from elsewhere than that of {}, so that they may differ",
                    usual_node.name
                ))
                .doubtful(),
            };
            all.push(found.at(node, key).place_of(usual_node, key));
        }
    }
    all
}

fn login_differs(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for (table, profile) in LOGINS {
        let key = format!("{table}.password");
        for node in &deployment.nodes {
            let user = filled_in(node, &format!("{table}.username"));
            let password = filled_in(node, &key);
            let (Some(user), Some(password)) = (user, password) else {
                continue;
            };
            let refuses = |other: &&Node| {
                let admin = |key: &str| filled_in(other, key);
                let same_user =
                    admin("admin.username").is_some_and(|own| own.equals(&user) == Some(true));
                let other_password =
                    admin("admin.password").is_some_and(|own| own.equals(&password) == Some(false));
                other.name != node.name && same_user && other_password
            };
            if let Some(other) = deployment.with_profile(&[profile]).find(refuses) {
                let message = format!(
                    "`{key}` is not the password that the same user has on {}",
                    other.name
                );
                let found = Found::new(message).at(node, &key);
                all.push(found.place_of(other, "admin.password"));
            }
        }
    }
    all
}

/// A value with the admin's user or password where it stands for them.
fn filled_in(node: &Node, key: &str) -> Option<Content> {
    let content = &node.given(key)?.content;
    let admin = |key: &str| node.given(key).map(|given| given.content.clone());
    match node.exposed(key) {
        Some("${admin.username}") => admin("admin.username"),
        Some("${admin.password}") => admin("admin.password"),
        Some(text) if text.contains("${") => None,
        Some(text) => Some(Content::Secret(Secret::new(text))),
        None => Some(content.clone()),
    }
}

fn jndi_credentials(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for node in &deployment.nodes {
        for (key, what) in [("admin.username", "user"), ("admin.password", "password")] {
            if node
                .exposed(key)
                .is_some_and(|text| text.contains(['@', '%']))
            {
                let message =
                    format!("the admin {what} holds `@` or `%`, and goes into jndi.properties");
                all.push(Found::new(message).at(node, key));
            }
        }
        for key in [
            "jndi.topic_connection_factory",
            "jndi.queue_connection_factory",
        ] {
            let Some(content) = node.given(key).map(|given| &given.content) else {
                continue;
            };
            if holds_sign(content) {
                let message = format!("user or password in `{key}` holds `@` or `%`");
                all.push(Found::new(message).at(node, key));
            }
        }
    }
    all
}

/// Whether user or password of a broker URL hold `@` or `%`; of a value put
/// together, what stands in its place of them.
fn holds_sign(content: &Content) -> bool {
    match content {
        Content::Text(url) => in_user_info(url),
        Content::Secret(secret) => in_user_info(secret.expose()),
        Content::Parts(parts) => {
            // Those between `amqp://` and the first text with an `@`.
            let text = |part: &Content| match part {
                Content::Text(text) => Some(text.clone()),
                Content::Secret(secret) => Some(secret.expose().to_owned()),
                _ => None,
            };
            let begin = parts
                .iter()
                .position(|part| text(part).is_some_and(|text| text.contains("://")));
            let Some(begin) = begin else { return false };
            let inside = parts[begin + 1..]
                .iter()
                .take_while(|part| !text(part).is_some_and(|text| text.starts_with('@')));
            inside
                .filter_map(text)
                .any(|text| text.contains(['@', '%']))
        }
        Content::Reference(_) | Content::Absent => false,
    }
}

fn in_user_info(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else {
        return false;
    };
    // The user ends at the last `@` before the path: whatever the broker
    // makes of it, that is what was meant.
    let end = rest.find(['/', '?', '\'']).unwrap_or(rest.len());
    rest[..end]
        .rsplit_once('@')
        .is_some_and(|(user_info, _)| user_info.contains(['@', '%']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_in_broker_urls() {
        for (url, expect) in [
            (
                "amqp://admin:admin@clientid/carbon?brokerlist='tcp://tm:5672'",
                false,
            ),
            (
                "amqp://admin:a@b@clientid/carbon?brokerlist='tcp://tm:5672'",
                true,
            ),
            ("amqp://admin:a%40b@clientid/carbon", true),
            ("amqp://a@b:x@clientid/carbon", true),
            ("amqp://clientid/carbon?x='a@b%'", false),
            ("no url", false),
        ] {
            assert_eq!(in_user_info(url), expect, "{url}");
        }
        let text = |text: &str| Content::Text(text.to_owned());
        let parts = |password: &str| {
            Content::Parts(vec![
                text("amqp://"),
                text("admin"),
                text(":"),
                Content::Secret(Secret::new(password)),
                text("@clientid/carbon?retries='5'%26x"),
            ])
        };
        assert!(!holds_sign(&parts("secret")));
        assert!(holds_sign(&parts("se%cret")));
        assert!(holds_sign(&parts("se@cret")));
    }
}
