//! Who validates keys, and how gateways and store talk to it.

use super::Role;
use super::address::{THRIFT, Text};
use super::derived::{Derived, host_text};
use super::tables::Node;
use super::view::{Access, View};
use crate::catalogue::Literal;

const CLIENT: &str = "key_manager.client";
const SERVER_URL: &str = "key_manager.server_url";
const LOGIN_URL: &str = "auth_manager.server_url";

/// Adds what the node at hand has to know of the key managers.
pub(super) fn derive(derived: &mut Derived<'_>) {
    let Some(role) = derived.view.role else {
        return;
    };
    let keys: &[&str] = match role {
        Role::KeyManager => &[CLIENT],
        Role::Store => &[SERVER_URL, LOGIN_URL],
        Role::Publisher => &[LOGIN_URL],
        role if role.is_gateway() => &[SERVER_URL],
        _ => return,
    };
    let access = match derived.view.access(Role::KeyManager) {
        Ok(Some(access)) => access,
        Ok(None) => return,
        Err(error) => {
            if keys.iter().any(|key| derived.is_open(key)) {
                derived.refuse(error);
            }
            return;
        }
    };
    if role == Role::KeyManager {
        own(derived, access);
        return;
    }
    for key in keys {
        if derived.is_open(key)
            && let Some((url, cause)) = derived.services(access, "/services/")
        {
            derived.set(key, url, cause);
        }
    }
    if keys.contains(&SERVER_URL) {
        client(derived, access);
    }
}

/// How a node that validates keys calls the key manager.
fn client<'d>(derived: &mut Derived<'d>, access: Access<'d>) {
    let manager = match access {
        // A load balancer cannot carry Thrift.
        Access::Balancer(balancer) => {
            return derived.set(CLIENT, Text::new("WSClient"), balancer.cause());
        }
        Access::Node(manager) => manager,
    };
    let view = derived.view;
    let client = client_of(view, view.node, manager);
    derived.set(CLIENT, Text::new(client), manager.cause());
    if client != "ThriftClient" {
        return;
    }
    if derived.is_open("key_manager.thrift.server_host")
        && let Some(host) = derived.host(manager)
    {
        derived.set(
            "key_manager.thrift.server_host",
            host_text(host),
            manager.cause(),
        );
    }
    // Without it the client would add its own offset to 10397.
    let port = Text::new(thrift_port(view, manager));
    derived.set("key_manager.thrift.client_port", port, manager.cause());
}

/// What a key manager knows of itself.
fn own<'d>(derived: &mut Derived<'d>, access: Access<'d>) {
    let manager = match access {
        Access::Balancer(balancer) => {
            derived.set(CLIENT, Text::new("WSClient"), balancer.cause());
            derived.set_flag("key_manager.thrift.enable_server", false, balancer.cause());
            return;
        }
        Access::Node(manager) => manager,
    };
    let view = derived.view;
    let client = client_of(view, manager, manager);
    let serves = match callers(view).as_slice() {
        [] => client == "ThriftClient",
        callers => callers
            .iter()
            .any(|node| client_of(view, node, manager) == "ThriftClient"),
    };
    derived.set(CLIENT, Text::new(client), manager.cause());
    derived.set_flag("key_manager.thrift.enable_server", serves, manager.cause());
    // Stock has localhost, which nobody else reaches.
    if serves
        && derived.is_open("key_manager.thrift.server_host")
        && let Some(host) = derived.host(manager)
    {
        derived.set(
            "key_manager.thrift.server_host",
            host_text(host),
            manager.cause(),
        );
    }
}

fn callers(view: View<'_>) -> Vec<&Node> {
    let nodes = view.deployment.nodes.iter();
    nodes
        .filter(|node| {
            view.role_of(node)
                .is_some_and(|role| role.is_gateway() || role == Role::Store)
        })
        .collect()
}

/// The client that a node uses towards the only key manager: as it is told, as
/// the key manager is told, or Thrift.
fn client_of<'d>(view: View<'d>, node: &'d Node, manager: &'d Node) -> &'d str {
    [node, manager]
        .into_iter()
        .find_map(|node| match view.told_literal(node, CLIENT) {
            Some(Literal::Text(client)) => Some(client.as_str()),
            _ => None,
        })
        .unwrap_or("ThriftClient")
}

/// The port of the key manager's Thrift server: as told, which takes no
/// offset, or 10397 and its offset.
fn thrift_port<'d>(view: View<'d>, manager: &'d Node) -> u16 {
    match view.told_literal(manager, "key_manager.thrift.server_port") {
        Some(Literal::Number(port)) => u16::try_from(*port).unwrap_or(THRIFT),
        _ => view.port(manager, THRIFT),
    }
}
