//! From a deployment file to its surroundings.

use super::{Environment, LoadBalancer, Node, Surroundings};
use crate::catalogue::Literal;
use crate::deployment as file;
use crate::diagnostic::{Class, Diagnostic, printable_path, unless_errors};
use crate::spec::{DeploymentFile, Requested, Selection, Value, host_of};

impl Surroundings {
    /// The surroundings of the nodes of a deployment file. Of what is kept
    /// elsewhere, only names and addresses of load balancers are read.
    ///
    /// # Errors
    ///
    /// A file for one node, and everything that keeps settings or names from
    /// being told; of class [`Specification`](Class::Specification).
    pub fn of(
        file: &DeploymentFile,
        environment: Environment<'_>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let Some(deployment) = file.deployment() else {
            let message = "this file describes one node, and nothing that stands around it";
            let error = Diagnostic::error("no-deployment", Class::Specification, message);
            return Err(vec![error.help(
                "describe the nodes in `[nodes]`, and what is in front of them in `[load_balancers]`",
            )]);
        };
        let mut diagnostics = Vec::new();
        let mut load_balancers = Vec::new();
        for balancer in &deployment.load_balancers {
            match load_balancer(balancer, environment) {
                Ok(balancer) => load_balancers.push(balancer),
                Err(error) => diagnostics.push(error),
            }
        }
        let mut nodes = Vec::new();
        for own in &deployment.nodes {
            let told = match file.select_node(&own.name) {
                Ok(selection) => {
                    nodes.extend(node(deployment, own, &selection));
                    selection.warnings
                }
                Err(errors) => errors,
            };
            // What is wrong with the file is told for each of its nodes.
            for diagnostic in told {
                if !diagnostics.contains(&diagnostic) {
                    diagnostics.push(diagnostic);
                }
            }
        }
        let ((load_balancers, nodes), warnings) =
            unless_errors((load_balancers, nodes), diagnostics)?;
        Ok(Self {
            load_balancers,
            nodes,
            warnings,
        })
    }
}

fn load_balancer(
    balancer: &file::LoadBalancer,
    environment: Environment<'_>,
) -> Result<LoadBalancer, Diagnostic> {
    let text = |field: &str, placed: &file::Placed<Value>| {
        let key = format!("load_balancers.{}.{field}", balancer.name);
        host_of(&placed.value, &key, &placed.spot, environment)
    };
    let optional = |field, placed: &Option<_>| {
        let text = placed.as_ref().map(|placed| text(field, placed));
        text.transpose()
    };
    Ok(LoadBalancer {
        name: balancer.name.clone(),
        spot: balancer.spot.clone(),
        host_name: text("host_name", &balancer.host_name)?,
        mgt_host_name: optional("mgt_host_name", &balancer.mgt_host_name)?,
        address: optional("address", &balancer.address)?,
        traffic: balancer.traffic.clone(),
        servlet: balancer.servlet.clone(),
        websocket: balancer.websocket.clone(),
    })
}

/// `None` for a node without profile: what it does nothing tells.
fn node(deployment: &file::Deployment, own: &file::Node, selection: &Selection) -> Option<Node> {
    let role = own.role()?;
    let balancers = || deployment.load_balancers.iter().enumerate();
    let behind = deployment.behind(own, Some(role));
    let literal = |key| {
        let setting = selection.settings.iter().find(|one| one.row.key == key)?;
        match &setting.requested {
            Requested::Value(Value::Literal(literal)) => Some(literal),
            _ => None,
        }
    };
    let values = || {
        selection
            .settings
            .iter()
            .filter_map(|setting| match &setting.requested {
                Requested::Value(value) => Some(value),
                Requested::Absent => None,
            })
    };
    let calls = |balancer: &file::LoadBalancer| {
        let names = [Some(&balancer.host_name), balancer.mgt_host_name.as_ref()];
        let mut names = names.into_iter().flatten();
        names.any(|name| values().any(|value| mentions(value, &name.value)))
    };
    Some(Node {
        name: own.name.clone(),
        spot: own.spot.clone(),
        role,
        host: own.host.as_ref().map(|host| host.value.clone()),
        home: own.home.as_deref().map(printable_path),
        port_offset: match literal("server.port_offset") {
            Some(Literal::Number(offset)) => u16::try_from(*offset).ok(),
            _ => None,
        },
        behind: behind.and_then(|behind| {
            let (place, _) = balancers().find(|(_, balancer)| std::ptr::eq(*balancer, behind))?;
            Some(place)
        }),
        version: selection.version.as_ref().map(|asked| asked.version),
        is_clustered: literal("clustering.enable") == Some(&Literal::Boolean(true)),
        calls: balancers()
            .filter(|(_, balancer)| {
                calls(balancer) || behind.is_some_and(|behind| std::ptr::eq(*balancer, behind))
            })
            .map(|(place, _)| place)
            .collect(),
    })
}

/// Whether a value holds a host name, which may be kept elsewhere.
fn mentions(value: &Value, name: &Value) -> bool {
    match (value, name) {
        (Value::Template(parts), _) => parts.iter().any(|part| mentions(part, name)),
        (Value::Literal(Literal::Text(text)), Value::Literal(Literal::Text(name))) => {
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
            let mut words = text.split(|c| !is_name(c));
            words.any(|word| word.eq_ignore_ascii_case(name))
        }
        _ => value == name,
    }
}
