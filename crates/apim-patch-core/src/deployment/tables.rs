//! The tables of a deployment file with `[nodes]`, as they were read.

use std::path::PathBuf;

use super::Role;
use crate::catalogue::quoted;
use crate::diagnostic::Spot;
use crate::spec::{Origin, Patch, Setting, Value};

/// A value with its place in the deployment file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub spot: Spot,
}

/// All nodes of a deployment and what connects them.
#[derive(Debug, Default)]
pub struct Deployment {
    /// `admin`: whom every node knows as its administrator.
    pub admin: Vec<Setting>,
    /// `policy_deployer`: the traffic manager, or the load balancer in front of
    /// several, that throttling policies go to.
    pub policy_deployer: Option<Placed<String>>,
    /// `[databases]`.
    pub databases: Vec<Database>,
    /// `[load_balancers]`.
    pub load_balancers: Vec<LoadBalancer>,
    /// `[environments]`.
    pub environments: Vec<Environment>,
    /// `[clusters]`.
    pub clusters: Vec<Cluster>,
    /// `[profiles]`.
    pub profiles: Vec<ProfileTable>,
    /// `[nodes]`.
    pub nodes: Vec<Node>,
    /// Patches of every node.
    pub patches: Vec<Patch>,
}

/// `[databases.NAME]`: a data source that several nodes share.
#[derive(Debug)]
pub struct Database {
    /// Its name in `master-datasources.xml`.
    pub name: String,
    /// Where its table starts.
    pub spot: Spot,
    /// The profiles whose nodes use it, where the file says so.
    pub profiles: Option<Vec<Role>>,
    /// URL, driver, credentials.
    pub settings: Vec<Setting>,
}

/// `[load_balancers.NAME]`.
#[derive(Debug)]
pub struct LoadBalancer {
    /// Its name in the file.
    pub name: String,
    /// Where its table starts.
    pub spot: Spot,
    /// The name that its callers use.
    pub host_name: Placed<Value>,
    /// The name of consoles and admin services, where that is another one.
    pub mgt_host_name: Option<Placed<Value>>,
    /// Its address.
    pub address: Option<Placed<Value>>,
    /// Ports of API calls (to 8280 and 8243).
    pub traffic: Ports,
    /// Ports of consoles and services (to 9763 and 9443).
    pub servlet: Ports,
    /// Ports of web sockets (to 9099 and 8099).
    pub websocket: Ports,
}

/// The two ports of one kind of traffic.
#[derive(Debug, Clone, Default)]
pub struct Ports {
    /// `http` or `ws`.
    pub plain: Option<Placed<u16>>,
    /// `https` or `wss`.
    pub secure: Option<Placed<u16>>,
}

/// `[environments.NAME]`: gateways, as publisher, store and key managers know
/// them.
#[derive(Debug)]
pub struct Environment {
    /// Its name in `api-manager.xml`.
    pub name: String,
    /// Where its table starts.
    pub spot: Spot,
    /// The load balancer in front of its gateways, or its only gateway.
    pub gateways: Option<Placed<String>>,
    /// Type, description and whatever does not follow from the gateways.
    pub settings: Vec<Setting>,
}

/// `[clusters.NAME]`: nodes that share their state through Hazelcast.
#[derive(Debug)]
pub struct Cluster {
    /// Its name in the file.
    pub name: String,
    /// Where its table starts.
    pub spot: Spot,
    /// The domain that the members name.
    pub domain: Option<Placed<Value>>,
    /// The port of a member that is alone on its host.
    pub port: Option<Placed<u16>>,
}

/// `[profiles.PROFILE]`: what all nodes of a profile have in common.
#[derive(Debug)]
pub struct ProfileTable {
    /// The profile.
    pub role: Role,
    /// Where its table starts.
    pub spot: Spot,
    /// The load balancer in front of the nodes.
    pub behind: Membership,
    /// The cluster that the nodes form.
    pub cluster: Membership,
    /// Settings of every node of the profile.
    pub settings: Vec<Setting>,
}

/// One node.
#[derive(Debug)]
pub struct Node {
    /// Its name in the file.
    pub name: String,
    /// Where its table starts.
    pub spot: Spot,
    /// Its profile.
    pub profile: Option<Placed<Role>>,
    /// The name or address by which other nodes reach it.
    pub host: Option<Placed<String>>,
    /// Its home on that host.
    pub home: Option<PathBuf>,
    /// The load balancer in front of it, if not the one of its profile.
    pub behind: Membership,
    /// Its cluster, if not the one of its profile.
    pub cluster: Membership,
    /// Its own settings.
    pub settings: Vec<Setting>,
    /// Its own patches.
    pub patches: Vec<Patch>,
}

/// Which group a node belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Membership {
    /// Nothing is said here.
    #[default]
    Unsaid,
    /// `false`: to none, whatever its profile says.
    Outside,
    /// To the group of this name.
    In(Placed<String>),
}

/// The table from which a derived value follows.
#[derive(Debug, Clone)]
pub(super) struct Cause {
    pub(super) from: String,
    pub(super) spot: Spot,
}

impl Cause {
    fn new(table: &str, name: &str, spot: &Spot) -> Self {
        Self {
            from: format!("{table}.{}", quoted(name)),
            spot: spot.clone(),
        }
    }

    pub(super) fn origin(self) -> Origin {
        Origin::Derived {
            from: self.from,
            spot: self.spot,
        }
    }
}

impl Database {
    pub(super) fn cause(&self) -> Cause {
        Cause::new("databases", &self.name, &self.spot)
    }

    /// What is given for the setting `key` of it.
    pub(super) fn setting(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.row.key == key)
    }
}

impl LoadBalancer {
    pub(super) fn cause(&self) -> Cause {
        Cause::new("load_balancers", &self.name, &self.spot)
    }

    /// The name of consoles and admin services.
    pub fn console_name(&self) -> &Value {
        let name = self.mgt_host_name.as_ref().unwrap_or(&self.host_name);
        &name.value
    }
}

impl Environment {
    pub(super) fn cause(&self) -> Cause {
        Cause::new("environments", &self.name, &self.spot)
    }
}

impl Cluster {
    pub(super) fn cause(&self) -> Cause {
        Cause::new("clusters", &self.name, &self.spot)
    }
}

impl Node {
    pub(super) fn cause(&self) -> Cause {
        Cause::new("nodes", &self.name, &self.spot)
    }

    /// Its profile, if the file names it.
    pub fn role(&self) -> Option<Role> {
        self.profile.as_ref().map(|profile| profile.value)
    }
}

impl Membership {
    fn or<'m>(&'m self, other: Option<&'m Self>) -> Option<&'m Placed<String>> {
        match (self, other) {
            (Self::In(name), _) => Some(name),
            (Self::Unsaid, Some(Self::In(name))) => Some(name),
            _ => None,
        }
    }
}

impl Deployment {
    /// The node of that name.
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.name == name)
    }

    /// The load balancer of that name.
    pub fn load_balancer(&self, name: &str) -> Option<&LoadBalancer> {
        let mut all = self.load_balancers.iter();
        all.find(|balancer| balancer.name == name)
    }

    /// What the file says of all nodes of a profile.
    pub fn profile_table(&self, role: Option<Role>) -> Option<&ProfileTable> {
        self.profiles.iter().find(|table| Some(table.role) == role)
    }

    /// The load balancer in front of a node. `role` is its profile, which the
    /// command line may have named.
    pub fn behind(&self, node: &Node, role: Option<Role>) -> Option<&LoadBalancer> {
        let of_profile = self.profile_table(role).map(|table| &table.behind);
        let name = node.behind.or(of_profile)?;
        self.load_balancer(&name.value)
    }

    /// The cluster of a node.
    pub fn cluster(&self, node: &Node, role: Option<Role>) -> Option<&Cluster> {
        let of_profile = self.profile_table(role).map(|table| &table.cluster);
        let name = node.cluster.or(of_profile)?;
        self.clusters
            .iter()
            .find(|cluster| cluster.name == name.value)
    }
}
