//! Contradictions between the nodes of a deployment.
//!
//! Each node may be what its profile asks for and the deployment still not
//! work, because two nodes say different things. [`lint()`] looks at all of
//! them together. It does not care where a [`Deployment`] comes from: a
//! deployment file ([`Deployment::of_file`]) or homes ([`Deployment::of_homes`]).
//!
//! Every finding that there can be is a [`Rule`] of [`rules`]; what people read
//! and the page `lint.md` of the book are read off them. A rule that lacks a
//! value it would have to know stays silent.

pub(crate) mod address;
mod client_types;
mod credentials;
mod databases;
mod endpoints;
mod file_source;
mod finding;
mod hazelcast;
mod home_source;
mod homes;
mod jwt;
mod load_balancers;
mod model;
mod ports;
mod release;
mod report;
mod shared_names;
mod start_script;
mod thrift;
mod traffic_managers;
mod values;

pub use finding::{Finding, Place, Rule};
pub use model::{
    Cluster, Content, Deployment, Environment, Given, Known, LoadBalancer, Node, Placed, Ports,
    Unread,
};
pub(crate) use ports::ports as ports_of;
pub use report::{FindingReport, LintReport, NodeReport, PlaceReport};

/// The rules, grouped by what they are about.
const GROUPS: &[&[Rule]] = &[
    client_types::RULES,
    thrift::RULES,
    jwt::RULES,
    credentials::RULES,
    load_balancers::RULES,
    endpoints::RULES,
    shared_names::RULES,
    ports::RULES,
    hazelcast::RULES,
    traffic_managers::RULES,
    databases::RULES,
    homes::RULES,
    values::RULES,
];

/// Every rule there is, in the order in which findings are shown.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|rules| rules.iter())
}

/// What contradicts itself in a deployment, in the order of the rules.
///
/// ```
/// use apim_patch_core::lint::{Deployment, lint};
///
/// assert!(lint(&Deployment::default()).is_empty());
/// ```
pub fn lint(deployment: &Deployment) -> Vec<Finding> {
    rules()
        .flat_map(|rule| finding::gather(rule, (rule.check)(deployment)))
        .collect()
}

#[cfg(test)]
mod tests;
