//! Where callers are told that the APIs are.

use super::address::{addresses, expanded, has_placeholder};
use super::finding::{Found, Rule};
use super::model::{Deployment, Environment, LoadBalancer, Node};
use crate::catalogue::quoted;
use crate::diagnostic::Severity;

pub(super) const RULES: &[Rule] = &[Rule {
    code: "gateway-endpoint-differs",
    severity: Severity::Error,
    what: "An environment's GatewayEndpoint is not where its load balancer, or any gateway, serves API calls.",
    why: "the store shows callers this address, and nobody answers there",
    help: "leave `environments.NAME.endpoint` out, so that it follows from the load \
               balancer's `host_name` and `traffic`, or correct those",
    source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.3",
    check: endpoints,
}];

fn endpoints(deployment: &Deployment) -> Vec<Found> {
    let mut all = Vec::new();
    for node in &deployment.nodes {
        for entry in node.entries("environments", "endpoint") {
            let key = format!("environments.{entry}.endpoint");
            let Some(text) = node.text(&key) else {
                continue;
            };
            let named = deployment
                .environments
                .iter()
                .find(|environment| quoted(&environment.name) == entry);
            let problem = match named.and_then(|named| balancer_of(deployment, named)) {
                Some(balancer) => differs_from(&expanded(node, text), balancer),
                None => serves_nobody(deployment, node, &expanded(node, text)),
            };
            if let Some(problem) = problem {
                let found = Found::new(format!("`{key}` {problem}")).at(node, &key);
                let spot = named.and_then(|named| named.spot.as_ref());
                all.push(found.spot(spot, ""));
            }
        }
    }
    all
}

fn balancer_of<'d>(
    deployment: &'d Deployment,
    environment: &Environment,
) -> Option<&'d LoadBalancer> {
    deployment.load_balancer(&environment.gateways.as_ref()?.value)
}

/// What about an endpoint is not the load balancer's.
fn differs_from(text: &str, balancer: &LoadBalancer) -> Option<String> {
    addresses(text).iter().find_map(|address| {
        if has_placeholder(&address.host) {
            return None;
        }
        if let Some(host) = &balancer.host_name
            && !host.value.eq_ignore_ascii_case(&address.host)
        {
            return Some(format!(
                "goes to `{}`, and load balancer `{}` is `{}`",
                address.host, balancer.name, host.value
            ));
        }
        let ports = match address.scheme.as_str() {
            "http" => balancer.traffic.plain.as_ref(),
            "https" => balancer.traffic.tls.as_ref(),
            _ => None,
        }?;
        let own = address.port_number()?;
        (own != ports.value).then(|| {
            format!(
                "goes to port {own}, and load balancer `{}` takes API calls on {}",
                balancer.name, ports.value
            )
        })
    })
}

/// Without a load balancer at hand, an endpoint must at least bear a name of
/// some gateway. Doubtful only where all gateways say their names.
fn serves_nobody(deployment: &Deployment, node: &Node, text: &str) -> Option<String> {
    // A node that serves API calls itself has its own endpoint.
    node.profile.filter(|_| !node.is_gateway())?;
    let mut names: Vec<&str> = Vec::new();
    for gateway in deployment.gateways() {
        let host = gateway.host.as_ref().map(|host| host.value.as_str());
        names.push(gateway.text("server.host_name")?);
        names.extend(host);
    }
    if names.is_empty() {
        return None;
    }
    let stray = addresses(text).into_iter().find(|address| {
        !has_placeholder(&address.host)
            && !names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&address.host))
    })?;
    Some(format!(
        "goes to `{}`, which is no gateway's host name",
        stray.host
    ))
}
