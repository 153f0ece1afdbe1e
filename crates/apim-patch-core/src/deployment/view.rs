//! A deployment as one of its nodes sees it.

use super::tables::{Cluster, Deployment, LoadBalancer, Node};
use super::{Role, address};
use crate::catalogue::Literal;
use crate::diagnostic::{Class, Diagnostic};
use crate::spec::{Requested, Setting, Value};

/// A deployment, the node at hand, and what was said of that node elsewhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'d> {
    pub(super) deployment: &'d Deployment,
    pub(super) node: &'d Node,
    /// The node's profile; the command line may have named it.
    pub(super) role: Option<Role>,
    /// `--set` and its like, which speak of the node at hand alone.
    pub(super) options: &'d [Setting],
}

impl<'d> View<'d> {
    pub(super) fn is_here(self, node: &Node) -> bool {
        std::ptr::eq(node, self.node)
    }

    pub(super) fn role_of(self, node: &Node) -> Option<Role> {
        match self.is_here(node) {
            true => self.role,
            false => node.role(),
        }
    }

    /// The nodes of a role, in the order of the file.
    pub(super) fn nodes_of(self, role: Role) -> Vec<&'d Node> {
        let nodes = self.deployment.nodes.iter();
        nodes
            .filter(|node| self.role_of(node) == Some(role))
            .collect()
    }

    pub(super) fn behind(self, node: &Node) -> Option<&'d LoadBalancer> {
        self.deployment.behind(node, self.role_of(node))
    }

    pub(super) fn cluster(self, node: &Node) -> Option<&'d Cluster> {
        self.deployment.cluster(node, self.role_of(node))
    }

    /// What somebody asks of a node for `key` (with the name of its entry):
    /// what is derived gives way to it.
    pub(super) fn told(
        self,
        node: &'d Node,
        key: &str,
        entry: Option<&str>,
    ) -> Option<&'d Setting> {
        let options = match self.is_here(node) {
            true => self.options,
            false => &[],
        };
        let table = self.deployment.profile_table(self.role_of(node));
        let of_profile = table.map_or(&[][..], |table| &table.settings);
        [options, &node.settings, of_profile]
            .into_iter()
            .flatten()
            .find(|setting| setting.row.key == key && setting.name.as_deref() == entry)
    }

    /// The value that a node is told, if it is one that can be known here.
    pub(super) fn told_literal(self, node: &'d Node, key: &str) -> Option<&'d Literal> {
        match &self.told(node, key, None)?.requested {
            Requested::Value(Value::Literal(literal)) => Some(literal),
            _ => None,
        }
    }

    /// The port of a node that is `default` where nothing is offset.
    pub(super) fn port(self, node: &'d Node, default: u16) -> u16 {
        match self.told_literal(node, "server.port_offset") {
            // Its row allows no offset that leads beyond the last port.
            Some(Literal::Number(offset)) => {
                default.saturating_add(u16::try_from(*offset).unwrap_or_default())
            }
            _ => default,
        }
    }

    /// Where callers find the nodes of a role: `None` where there is none.
    pub(super) fn access(self, role: Role) -> Result<Option<Access<'d>>, Diagnostic> {
        let nodes = self.nodes_of(role);
        let [first, others @ ..] = &nodes[..] else {
            return Ok(None);
        };
        let balancer = self.behind(first);
        let same = |node: &&Node| match (balancer, self.behind(node)) {
            (Some(one), Some(other)) => std::ptr::eq(one, other),
            _ => false,
        };
        match balancer {
            Some(balancer) if others.iter().all(same) => Ok(Some(Access::Balancer(balancer))),
            None if others.is_empty() => Ok(Some(Access::Node(first))),
            _ => Err(scattered(role, &nodes)),
        }
    }
}

/// Where something is reached.
#[derive(Debug, Clone, Copy)]
pub(super) enum Access<'d> {
    Balancer(&'d LoadBalancer),
    Node(&'d Node),
}

/// The error for several nodes of which nothing tells where callers find them.
fn scattered(role: Role, nodes: &[&Node]) -> Diagnostic {
    let message = format!(
        "{} {} do not stand behind one load balancer, so nothing tells where the other nodes find \
         them",
        role.plural(),
        address::listed(nodes.iter().map(|node| node.name.as_str()))
    );
    let diagnostic = Diagnostic::error("several-without-balancer", Class::Specification, message);
    nodes
        .iter()
        .fold(diagnostic, |diagnostic, node| {
            diagnostic.at(node.spot.clone(), "")
        })
        .help(format!(
            "describe the load balancer in front of them as `[load_balancers.NAME]`, and write \
             `behind = \"NAME\"` in `[profiles.{role}]`"
        ))
}
