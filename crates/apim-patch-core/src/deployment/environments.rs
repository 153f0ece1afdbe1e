//! The gateways as key managers, publisher and store know them.

use super::Role;
use super::address::{TRAFFIC_HTTP, TRAFFIC_HTTPS, Text, WEB_SOCKET, in_url, listed};
use super::derived::Derived;
use super::tables::{Cause, Environment, LoadBalancer, Node, Ports};
use super::view::{Access, View};
use crate::catalogue::Literal;
use crate::diagnostic::printable_name;
use crate::spec::{Requested, Value};

/// Adds the environments, and where tokens are revoked.
pub(super) fn derive(derived: &mut Derived<'_>) {
    let role = derived.view.role;
    if !matches!(role, Some(Role::KeyManager | Role::Publisher | Role::Store)) {
        return;
    }
    let environments = &derived.view.deployment.environments;
    for environment in environments {
        for setting in &environment.settings {
            derived.copy(setting);
        }
        let target = environment
            .gateways
            .as_ref()
            .and_then(|name| target(derived.view, &name.value));
        if let Some(target) = target {
            follow(derived, environment, target);
        }
    }
    if role != Some(Role::Publisher)
        && derived.is_open("oauth.revoke_url")
        && let Some(environment) = first_for_people(environments)
        && let Some(target) = environment
            .gateways
            .as_ref()
            .and_then(|name| target(derived.view, &name.value))
        && let Some(base) = traffic_https(derived, target)
    {
        let url = base.then("/revoke");
        derived.set("oauth.revoke_url", url, environment.cause());
    }
}

/// What `gateways` names. Names are checked where they are read.
fn target<'d>(view: View<'d>, name: &str) -> Option<Access<'d>> {
    let balancer = view.deployment.load_balancer(name).map(Access::Balancer);
    balancer.or_else(|| view.deployment.node(name).map(Access::Node))
}

/// The environment whose gateways revoke tokens: the first that takes
/// production calls.
fn first_for_people(environments: &[Environment]) -> Option<&Environment> {
    let sandbox = |environment: &Environment| {
        let mut settings = environment.settings.iter();
        settings.any(|setting| {
            setting.row.key == "environments.*.type"
                && matches!(&setting.requested, Requested::Value(Value::Literal(Literal::Text(kind))) if kind == "sandbox")
        })
    };
    let mut reachable = environments.iter().filter(|one| one.gateways.is_some());
    let first = reachable.clone().next();
    reachable.find(|one| !sandbox(one)).or(first)
}

/// Adds what follows from an environment's gateways.
fn follow<'d>(derived: &mut Derived<'d>, environment: &'d Environment, target: Access<'d>) {
    let entry = Some(environment.name.as_str());
    // What the environment's own table says is there already.
    let given = |key: &str| environment.settings.iter().any(|one| one.row.key == key);
    let open = |derived: &Derived<'_>, key| {
        let told = derived.view.told(derived.view.node, key, entry);
        told.is_none() && !given(key)
    };
    if open(derived, "environments.*.server_url")
        && let Some((url, _)) = server_url(derived, environment, target)
    {
        derived.set_entry("environments.*.server_url", entry, url, environment.cause());
    }
    if open(derived, "environments.*.endpoint")
        && let Some(urls) = endpoint(derived, target)
    {
        derived.set_entry("environments.*.endpoint", entry, urls, environment.cause());
    }
    if open(derived, "environments.*.websocket_endpoint")
        && let Some(url) = websocket_endpoint(derived, target)
    {
        let key = "environments.*.websocket_endpoint";
        derived.set_entry(key, entry, url, environment.cause());
    }
}

/// Where APIs are deployed: split gateways have managers for that.
fn server_url<'d>(
    derived: &mut Derived<'d>,
    environment: &'d Environment,
    target: Access<'d>,
) -> Option<(Text, Cause)> {
    let view = derived.view;
    match (&managers(view, target)[..], target) {
        ([manager], _) => {
            // Behind the balancer of the workers it would not be reached alone.
            let own = view
                .behind(manager)
                .filter(|balancer| !is(target, balancer));
            match own {
                Some(balancer) => {
                    derived.services_at(balancer, balancer.console_name(), "/services/")
                }
                None => derived.services(Access::Node(manager), "/services/"),
            }
        }
        ([], Access::Balancer(balancer)) => {
            derived.services_at(balancer, balancer.console_name(), "/services/")
        }
        ([], Access::Node(node)) => derived.services(Access::Node(node), "/services/"),
        (several, _) => {
            let balancer = several.first().and_then(|first| view.behind(first));
            let together = balancer.filter(|balancer| {
                several.iter().all(|node| {
                    view.behind(node)
                        .is_some_and(|other| std::ptr::eq(other, *balancer))
                })
            });
            if let Some(balancer) = together {
                return derived.services_at(balancer, balancer.console_name(), "/services/");
            }
            let message = format!(
                "environment `{}` has the gateway managers {}, and nothing tells which of them \
                 deploys its APIs",
                printable_name(&environment.name),
                listed(several.iter().map(|node| node.name.as_str()))
            );
            derived.error("several-managers", message, |error| {
                error.at(environment.spot.clone(), "").help(
                    "write `server_url = \"https://HOST:9443/services/\"` in the environment, or \
                     put them behind a load balancer of their own",
                )
            });
            None
        }
    }
}

fn is(access: Access<'_>, balancer: &LoadBalancer) -> bool {
    matches!(access, Access::Balancer(this) if std::ptr::eq(this, balancer))
}

/// The managers of split gateways that an environment's target belongs to.
fn managers<'d>(view: View<'d>, target: Access<'d>) -> Vec<&'d Node> {
    let all = view.nodes_of(Role::GatewayManager);
    let behind = |node: &Node, balancer: &LoadBalancer| {
        view.behind(node)
            .is_some_and(|other| std::ptr::eq(other, balancer))
    };
    match target {
        Access::Node(node) => match view.role_of(node) {
            Some(Role::GatewayWorker) => all,
            _ => Vec::new(),
        },
        Access::Balancer(balancer) => {
            let together: Vec<_> = all
                .iter()
                .copied()
                .filter(|node| behind(node, balancer))
                .collect();
            let of_role = |role| {
                let nodes = view.nodes_of(role);
                nodes.into_iter().any(|node| behind(node, balancer))
            };
            match together.is_empty() && of_role(Role::GatewayWorker) && !of_role(Role::Gateway) {
                true => all,
                false => together,
            }
        }
    }
}

/// `http://…,https://…` of API calls.
fn endpoint<'d>(derived: &mut Derived<'d>, target: Access<'d>) -> Option<Text> {
    match target {
        Access::Node(node) => {
            let plain = derived.host_and_port(node, TRAFFIC_HTTP)?;
            let secure = derived.host_and_port(node, TRAFFIC_HTTPS)?;
            Some(Text::new(format!("http://{plain},https://{secure}")))
        }
        Access::Balancer(balancer) => {
            let Ports { plain, secure } = &balancer.traffic;
            let at = |text: Text, scheme: &str, port: u16| {
                text.then(scheme)
                    .then("://")
                    .then_host(&balancer.host_name.value)
                    .then(format_args!(":{port}"))
            };
            match (plain, secure) {
                (Some(plain), Some(secure)) => {
                    let first = at(Text::default(), "http", plain.value).then(',');
                    Some(at(first, "https", secure.value))
                }
                (Some(plain), None) => Some(at(Text::default(), "http", plain.value)),
                (None, Some(secure)) => Some(at(Text::default(), "https", secure.value)),
                (None, None) => {
                    derived.port_missing(balancer, "traffic = { http = 80, https = 443 }");
                    None
                }
            }
        }
    }
}

/// The base URL of API calls over HTTPS.
fn traffic_https<'d>(derived: &mut Derived<'d>, target: Access<'d>) -> Option<Text> {
    match target {
        Access::Node(node) => {
            let address = derived.host_and_port(node, TRAFFIC_HTTPS)?;
            Some(Text::new(format!("https://{address}")))
        }
        Access::Balancer(balancer) => {
            // Without such a port the home keeps what it has: tokens must not
            // be revoked in the clear.
            let port = balancer.traffic.secure.as_ref()?;
            Some(
                Text::new("https://")
                    .then_host(&balancer.host_name.value)
                    .then(format_args!(":{}", port.value)),
            )
        }
    }
}

/// The URL of web socket APIs; the product takes one, and offers `ws`.
fn websocket_endpoint<'d>(derived: &mut Derived<'d>, target: Access<'d>) -> Option<Text> {
    match target {
        Access::Node(node) => {
            let host = derived.host(node)?;
            let port = derived.view.port(node, WEB_SOCKET);
            Some(Text::new(format!("ws://{}:{port}", in_url(host))))
        }
        Access::Balancer(balancer) => {
            let Ports { plain, secure } = &balancer.websocket;
            let plain = plain.as_ref().map(|port| ("ws", port.value));
            let secure = secure.as_ref().map(|port| ("wss", port.value));
            let (scheme, port) = plain.or(secure)?;
            let url = Text::new(scheme).then("://");
            Some(
                url.then_host(&balancer.host_name.value)
                    .then(format_args!(":{port}")),
            )
        }
    }
}
