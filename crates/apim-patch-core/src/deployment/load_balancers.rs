//! The names and ports by which a node's callers know it.

use super::Role;
use super::address::Text;
use super::derived::{Derived, host_text};

const HOST_NAME: &str = "server.host_name";
const MGT_HOST_NAME: &str = "server.mgt_host_name";
const PROXY_PORTS: [&str; 2] = ["proxy.http_port", "proxy.https_port"];

/// Adds host names and proxy ports of the node at hand.
pub(super) fn derive(derived: &mut Derived<'_>) {
    let view = derived.view;
    let Some(balancer) = view.behind(view.node) else {
        return alone(derived);
    };
    derived.follows.decided.extend(PROXY_PORTS);
    let name = Text::default().then_value(&balancer.host_name.value);
    derived.set(HOST_NAME, name, balancer.cause());
    if has_console(view.role) {
        let name = Text::default().then_value(balancer.console_name());
        derived.set(MGT_HOST_NAME, name, balancer.cause());
    }
    let [http, https] = PROXY_PORTS;
    for (key, port) in [
        (http, &balancer.servlet.plain),
        (https, &balancer.servlet.secure),
    ] {
        if let Some(port) = port {
            derived.set(key, Text::new(port.value), balancer.cause());
        }
    }
}

/// A worker deploys nothing and has no console (rsync page of 2.1–2.6).
fn has_console(role: Option<Role>) -> bool {
    role != Some(Role::GatewayWorker)
}

/// A node that stands behind no load balancer is called by its own host. That
/// matters where people or applications call it; for the others neither the
/// manual nor any official node sets a name.
fn alone(derived: &mut Derived<'_>) {
    let view = derived.view;
    // Whoever gives one of these knows of a load balancer that the file does not
    // describe, and the host is not what the others are.
    let [http, https] = PROXY_PORTS;
    let keys = [HOST_NAME, MGT_HOST_NAME, http, https];
    if !keys.iter().all(|key| derived.is_open(key)) {
        return;
    }
    derived.follows.decided.extend(PROXY_PORTS);
    let called = view
        .role
        .is_some_and(|role| role.is_gateway() || matches!(role, Role::Publisher | Role::Store));
    let Some(host) = view.node.host.as_ref().filter(|_| called) else {
        return;
    };
    derived.set(HOST_NAME, host_text(&host.value), view.node.cause());
    if has_console(view.role) {
        derived.set(MGT_HOST_NAME, host_text(&host.value), view.node.cause());
    }
}
