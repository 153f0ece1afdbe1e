//! Collects what follows for one node.

use super::Follows;
use super::address::{SERVLET_HTTPS, Text, in_url};
use super::tables::{Cause, LoadBalancer, Node};
use super::view::{Access, View};
use crate::catalogue::{self, Literal};
use crate::diagnostic::{Class, Diagnostic, printable_name};
use crate::spec::{Requested, Setting, Value};

/// What follows for one node from the tables of its deployment.
#[derive(Debug)]
pub(super) struct Derived<'d> {
    pub(super) view: View<'d>,
    pub(super) follows: Follows,
}

impl<'d> Derived<'d> {
    pub(super) fn new(view: View<'d>) -> Self {
        Self {
            view,
            follows: Follows::default(),
        }
    }

    /// Whether nobody asks for `key` on the node at hand. What is told is
    /// neither derived nor is anything missing for it.
    pub(super) fn is_open(&self, key: &str) -> bool {
        self.view.told(self.view.node, key, None).is_none()
    }

    pub(super) fn set(&mut self, key: &str, text: Text, cause: Cause) {
        self.set_entry(key, None, text, cause);
    }

    pub(super) fn set_flag(&mut self, key: &str, value: bool, cause: Cause) {
        self.set(key, Text::new(value), cause);
    }

    /// Adds a setting, unless somebody asks for another value of it.
    pub(super) fn set_entry(&mut self, key: &str, entry: Option<&str>, text: Text, cause: Cause) {
        let Some(row) = catalogue::row(key) else {
            return;
        };
        if self.view.told(self.view.node, key, entry).is_some() {
            return;
        }
        let value = match text.plain().map(|plain| row.check_plain(plain)) {
            None => text.into_value(),
            Some(Ok(checked)) => Value::Literal(checked.literal),
            Some(Err(reason)) => {
                let message = format!(
                    "`{}`, which follows from `{}`, {reason}",
                    row.full_key(entry),
                    cause.from
                );
                return self.error("wrong-value", message, |error| error.at(cause.spot, ""));
            }
        };
        self.follows.settings.push(Setting {
            row,
            name: entry.map(str::to_owned),
            requested: Requested::Value(value),
            origin: cause.origin(),
        });
    }

    /// Adds a setting that stands in a table for all nodes, unless somebody
    /// asks for another value of it.
    pub(super) fn copy(&mut self, setting: &Setting) {
        let entry = setting.name.as_deref();
        let told = self.view.told(self.view.node, setting.row.key, entry);
        if told.is_none() {
            self.follows.settings.push(setting.clone());
        }
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        message: String,
        place: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        self.refuse(place(Diagnostic::error(
            code,
            Class::Specification,
            message,
        )));
    }

    /// Adds an error, unless it is known already.
    pub(super) fn refuse(&mut self, error: Diagnostic) {
        if !self.follows.diagnostics.contains(&error) {
            self.follows.diagnostics.push(error);
        }
    }

    /// The name or address of a node that others have to reach.
    pub(super) fn host(&mut self, node: &'d Node) -> Option<&'d str> {
        if let Some(host) = &node.host {
            return Some(&host.value);
        }
        let message = format!(
            "node `{}` has no `host`, by which node `{}` could reach it",
            printable_name(&node.name),
            printable_name(&self.view.node.name)
        );
        self.error("host-not-told", message, |error| {
            error
                .at(node.spot.clone(), "")
                .help("add `host = \"NAME OR ADDRESS\"` to it")
        });
        None
    }

    /// `HOST:PORT` of a node, offset included.
    pub(super) fn host_and_port(&mut self, node: &'d Node, default: u16) -> Option<String> {
        let host = self.host(node)?;
        Some(format!(
            "{}:{}",
            in_url(host),
            self.view.port(node, default)
        ))
    }

    /// The URL of `path` at the servlet transport, with its port.
    pub(super) fn services(&mut self, access: Access<'d>, path: &str) -> Option<(Text, Cause)> {
        match access {
            Access::Node(node) => {
                let address = self.host_and_port(node, SERVLET_HTTPS)?;
                Some((Text::new(format!("https://{address}{path}")), node.cause()))
            }
            Access::Balancer(balancer) => {
                let name = &balancer.host_name.value;
                self.services_at(balancer, name, path)
            }
        }
    }

    /// The same of a load balancer, by one of its names.
    pub(super) fn services_at(
        &mut self,
        balancer: &'d LoadBalancer,
        name: &Value,
        path: &str,
    ) -> Option<(Text, Cause)> {
        let Some(port) = &balancer.servlet.secure else {
            self.port_missing(balancer, "servlet = { https = 9443 }");
            return None;
        };
        let url = Text::new("https://").then_host(name);
        Some((
            url.then(format_args!(":{}{path}", port.value)),
            balancer.cause(),
        ))
    }

    /// Adds the error for a port through which other nodes have to go.
    pub(super) fn port_missing(&mut self, balancer: &LoadBalancer, example: &str) {
        let message = format!(
            "load balancer `{}` does not say by which port node `{}` reaches what stands behind it",
            printable_name(&balancer.name),
            printable_name(&self.view.node.name)
        );
        self.error("port-not-told", message, |error| {
            error
                .at(balancer.spot.clone(), "")
                .help(format!("add its port; for instance `{example}`"))
        });
    }
}

/// A host, as text that may be kept elsewhere.
pub(super) fn host_text(host: &str) -> Text {
    Text::default().then_value(&Value::Literal(Literal::Text(host.to_owned())))
}
