//! What connects the nodes of a deployment, and what follows from it for each.
//!
//! Nobody types a URL twice: where the key managers are, which brokers there
//! are and by which name a node is called follows from the tables of a
//! deployment file. `derive` says it for one node, as settings that carry
//! the table they follow from; whatever somebody asks for by itself wins.
//!
//! Derived URLs name their port: the product's placeholders stand for the ports
//! of the node that reads them, which may have another offset.

pub(crate) mod address;
mod clusters;
mod databases;
mod derived;
mod environments;
mod key_manager;
mod load_balancers;
mod restart;
mod role;
mod store;
mod tables;
mod traffic_manager;
mod view;

pub(crate) use databases::{usual_names, usual_profiles};
pub use restart::{RestartStep, restart_order};
pub use role::Role;
pub use tables::{
    Cluster, Database, Deployment, Environment, LoadBalancer, Membership, Node, Placed, Ports,
    ProfileTable,
};

use crate::diagnostic::Diagnostic;
use crate::spec::Setting;
use derived::Derived;
use view::View;

/// What follows for one node from the tables of its deployment.
#[derive(Debug, Default)]
pub(crate) struct Follows {
    /// Settings that nobody asks for otherwise.
    pub(crate) settings: Vec<Setting>,
    /// Keys for which the tables speak even where no setting follows: what a
    /// profile fixes for a node of which nothing is known does not apply.
    pub(crate) decided: Vec<&'static str>,
    /// What keeps something from following.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// What follows for `node`. `role` is its profile, which the command line may
/// have named; `options` are the settings of the command line.
pub(crate) fn derive(
    deployment: &Deployment,
    node: &Node,
    role: Option<Role>,
    options: &[Setting],
) -> Follows {
    let view = View {
        deployment,
        node,
        role,
        options,
    };
    let mut derived = Derived::new(view);
    for setting in &deployment.admin {
        derived.copy(setting);
    }
    key_manager::derive(&mut derived);
    traffic_manager::derive(&mut derived);
    environments::derive(&mut derived);
    store::derive(&mut derived);
    load_balancers::derive(&mut derived);
    clusters::derive(&mut derived);
    databases::derive(&mut derived);
    derived.follows
}

#[cfg(test)]
mod tests;
