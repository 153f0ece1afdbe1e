//! What stands around the nodes of a deployment: names, load balancers,
//! certificates and start commands, as they follow from its file.
//!
//! Everything here is text; nothing is written but by [`HostsFile`] and
//! [`keep_certificates`].

mod certificates;
mod hosts;
mod hosts_file;
mod nginx;
mod read;
mod start;
mod trust;

use std::ffi::OsString;

use crate::deployment::{Ports, Role};
use crate::diagnostic::{Diagnostic, Spot, printable_name};
use crate::spec::unknown_node;

pub use certificates::{CertificateOptions, KeptCertificates, KeyKind, keep_certificates};
pub(crate) use hosts::mapping;
pub use hosts::{Hosts, hosts};
pub use hosts_file::{HostsFile, Kept};
pub use nginx::{Nginx, nginx};
pub(crate) use start::profile_options;
pub use start::start;
pub use trust::trust;

/// Answers with the value of an environment variable.
pub type Environment<'e> = &'e dyn Fn(&str) -> Option<OsString>;

/// The nodes of a deployment and the load balancers in front of them, with
/// every name in plain text.
#[derive(Debug)]
pub struct Surroundings {
    /// The load balancers, in the order of the file.
    pub load_balancers: Vec<LoadBalancer>,
    /// The nodes, in the order of the file.
    pub nodes: Vec<Node>,
    /// What is odd about the file.
    pub warnings: Vec<Diagnostic>,
}

/// A load balancer.
#[derive(Debug)]
pub struct LoadBalancer {
    /// Its name in the file.
    pub name: String,
    /// Where its table starts.
    pub spot: Spot,
    /// The name that its callers use.
    pub host_name: String,
    /// The name of consoles and admin services, where that is another one.
    pub mgt_host_name: Option<String>,
    /// Its address, or a name of it that is known everywhere.
    pub address: Option<String>,
    /// Ports of API calls.
    pub traffic: Ports,
    /// Ports of consoles and services.
    pub servlet: Ports,
    /// Ports of web sockets.
    pub websocket: Ports,
}

/// A node.
#[derive(Debug)]
pub struct Node {
    /// Its name in the file.
    pub name: String,
    /// Where its table starts.
    pub spot: Spot,
    /// Its profile.
    pub role: Role,
    /// The name or address by which other nodes reach it.
    pub host: Option<String>,
    /// Its home, if the file says where that is.
    pub home: Option<String>,
    /// The port offset that the file gives it.
    pub port_offset: Option<u16>,
    /// The place in [`Surroundings::load_balancers`] of the one in front of it.
    pub behind: Option<usize>,
    /// The release that the file is written for.
    pub version: Option<&'static str>,
    /// Whether it takes part in a Hazelcast cluster.
    pub is_clustered: bool,
    /// The places of the load balancers that its settings name, its own among
    /// them.
    pub calls: Vec<usize>,
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its name.
    pub name: String,
    /// Its content.
    pub text: String,
}

impl LoadBalancer {
    /// Its names, each once.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let console = self.mgt_host_name.as_deref();
        let console = console.filter(|name| !name.eq_ignore_ascii_case(&self.host_name));
        std::iter::once(self.host_name.as_str()).chain(console)
    }

    /// Whether it answers to TLS anywhere.
    pub fn has_tls(&self) -> bool {
        let kinds = [&self.traffic, &self.servlet, &self.websocket];
        kinds.iter().any(|ports| ports.secure.is_some())
    }

    /// The name of consoles and admin services.
    pub fn console_name(&self) -> &str {
        self.mgt_host_name.as_deref().unwrap_or(&self.host_name)
    }
}

impl Node {
    /// The port that is `default` where nothing is offset.
    pub fn port(&self, default: u16) -> u16 {
        default.saturating_add(self.port_offset.unwrap_or_default())
    }
}

impl Surroundings {
    /// The node of that name.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn node(&self, name: &str) -> Result<&Node, Diagnostic> {
        let names = || self.nodes.iter().map(|node| node.name.as_str());
        let mut nodes = self.nodes.iter();
        nodes.find(|node| node.name == name).ok_or_else(|| {
            let message = format!("there is no node `{}` in the file", printable_name(name));
            let all: Vec<_> = names().map(printable_name).collect();
            unknown_node(
                message,
                name,
                names(),
                format!("its nodes: {}", all.join(", ")),
            )
        })
    }

    /// The nodes behind a load balancer.
    pub fn behind(&self, balancer: usize) -> impl Iterator<Item = &Node> {
        let nodes = self.nodes.iter();
        nodes.filter(move |node| node.behind == Some(balancer))
    }
}
