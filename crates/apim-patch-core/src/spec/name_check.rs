//! Names in one table of a deployment that stand for another table.

use super::table_reader::TableReader;
use crate::catalogue::nearest;
use crate::deployment::{Deployment, Membership, Node, Placed, Role};
use crate::diagnostic::{Class, Diagnostic, printable_name};

impl TableReader<'_, '_> {
    /// Adds an error for every name that stands for nothing.
    pub(super) fn names(&mut self, deployment: &Deployment) {
        // What is wrong in a table leaves it out; its name is not to be blamed.
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            return;
        }
        let of_profiles = deployment.profiles.iter();
        let of_profiles = of_profiles.map(|table| (&table.behind, &table.cluster));
        let of_nodes = deployment.nodes.iter();
        let of_nodes = of_nodes.map(|node| (&node.behind, &node.cluster));
        let balancers: Vec<&str> = balancers(deployment).collect();
        let clusters: Vec<&str> = deployment
            .clusters
            .iter()
            .map(|cluster| cluster.name.as_str())
            .collect();
        for (behind, cluster) in of_profiles.chain(of_nodes) {
            if let Membership::In(name) = behind {
                self.known("load balancer", name, &balancers);
            }
            if let Membership::In(name) = cluster {
                self.known("cluster", name, &clusters);
            }
        }
        for environment in &deployment.environments {
            if let Some(name) = &environment.gateways {
                self.balancer_or_node("gateway", name, deployment, Role::is_gateway);
            }
        }
        if let Some(name) = &deployment.policy_deployer {
            let suits = |role| role == Role::TrafficManager;
            self.balancer_or_node("traffic manager", name, deployment, suits);
        }
    }

    fn known(&mut self, what: &str, name: &Placed<String>, known: &[&str]) {
        if !known.contains(&name.value.as_str()) {
            self.nameless(what, name, known);
        }
    }

    /// Checks the name of a load balancer or of a node that `suits`.
    fn balancer_or_node(
        &mut self,
        what: &str,
        name: &Placed<String>,
        deployment: &Deployment,
        suits: impl Fn(Role) -> bool,
    ) {
        let fits = |node: &&Node| node.role().is_some_and(&suits);
        let balancer = deployment.load_balancer(&name.value);
        match (balancer, deployment.node(&name.value)) {
            (Some(balancer), Some(node)) => {
                let message = format!(
                    "`{}` is a load balancer and a node",
                    printable_name(&name.value)
                );
                let error = Diagnostic::error("ambiguous-name", Class::Specification, message)
                    .at(name.spot.clone(), "")
                    .beside(balancer.spot.clone(), "the load balancer")
                    .beside(node.spot.clone(), "the node")
                    .help("give one of them another name");
                self.diagnostics.push(error);
            }
            (Some(_), None) => {}
            (None, Some(node)) if fits(&node) => {}
            (None, Some(node)) => {
                let message = format!("node `{}` is no {what}", printable_name(&node.name));
                let error = Diagnostic::error("wrong-node", Class::Specification, message)
                    .at(name.spot.clone(), "")
                    .beside(node.spot.clone(), "");
                self.diagnostics.push(error);
            }
            (None, None) => {
                let nodes = deployment.nodes.iter().filter(fits);
                let known: Vec<&str> = balancers(deployment)
                    .chain(nodes.map(|node| node.name.as_str()))
                    .collect();
                self.nameless(&format!("load balancer or {what}"), name, &known);
            }
        }
    }

    /// Adds the error for a name that stands for nothing.
    fn nameless(&mut self, what: &str, name: &Placed<String>, known: &[&str]) {
        let message = format!("the file has no {what} `{}`", printable_name(&name.value));
        let error = Diagnostic::error("unknown-name", Class::Specification, message)
            .at(name.spot.clone(), "");
        let names = || {
            let names: Vec<_> = known
                .iter()
                .map(|name| format!("`{}`", printable_name(name)))
                .collect();
            names.join(", ")
        };
        self.diagnostics
            .push(match nearest(&name.value, known.iter().copied()) {
                Some(meant) => error.help(format!("did you mean `{}`?", printable_name(meant))),
                None if known.is_empty() => error.help(format!("it has no {what} at all")),
                None => error.help(format!("there are {}", names())),
            });
    }
}

fn balancers(deployment: &Deployment) -> impl Iterator<Item = &str> {
    let balancers = deployment.load_balancers.iter();
    balancers.map(|balancer| balancer.name.as_str())
}
