//! NGINX as the load balancers of a deployment.

mod affinity;
mod conflicts;
mod entry;
mod text;
mod words;

use super::{LoadBalancer, Node, Rendered, Surroundings};
use crate::deployment::address::listed;
use crate::diagnostic::{Class, Diagnostic, printable_name, unless_errors};
use entry::{Entry, Kind, entries};
use words::Words;

/// The virtual hosts of the load balancers.
#[derive(Debug)]
pub struct Nginx {
    /// A file for each load balancer that nodes stand behind.
    pub files: Vec<Rendered>,
    /// What no file was made of, and why.
    pub warnings: Vec<Diagnostic>,
}

/// A load balancer with all that its file says.
#[derive(Debug)]
struct Site<'s> {
    balancer: &'s LoadBalancer,
    /// Its name as a word of NGINX, which no other load balancer has.
    word: String,
    entries: Vec<Entry<'s>>,
}

/// Renders the load balancers as virtual hosts of NGINX 1.22 or later, each a
/// file to be included in `http { }`. `certificates` is the folder on NGINX's
/// machine that holds `NAME.pem` and `NAME.key` of each.
///
/// # Errors
///
/// Nodes without host, two purposes that one name and port can't tell apart,
/// and names that NGINX can't take; of class
/// [`Specification`](Class::Specification).
pub fn nginx(surroundings: &Surroundings, certificates: &str) -> Result<Nginx, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    diagnostics.extend(words::check_folder(certificates));
    let mut words = Words::default();
    let mut sites = Vec::new();
    for (place, balancer) in surroundings.load_balancers.iter().enumerate() {
        let nodes: Vec<&Node> = surroundings.behind(place).collect();
        let word = words.add(&balancer.name);
        if nodes.is_empty() {
            diagnostics.push(nothing_behind(balancer));
            continue;
        }
        diagnostics.extend(words::check_balancer(balancer));
        diagnostics.extend(nodes.iter().filter_map(|node| words::check_host(node)));
        diagnostics.extend(without_host(balancer, &nodes));
        let (entries, missing) = entries(balancer, &nodes);
        diagnostics.extend(missing);
        diagnostics.extend(conflicts::between_profiles(balancer, &entries));
        if entries.is_empty() {
            diagnostics.push(nothing_open(balancer));
            continue;
        }
        sites.push(Site {
            balancer,
            word,
            entries,
        });
    }
    diagnostics.extend(conflicts::between_entries(&sites));
    conflicts::add_service_names(&mut sites);
    let ((), warnings) = unless_errors((), diagnostics)?;
    let file = |site: &Site<'_>| Rendered {
        name: format!("apim-{}.conf", site.balancer.name),
        text: text::text(site, certificates),
    };
    Ok(Nginx {
        files: sites.iter().map(file).collect(),
        warnings,
    })
}

fn nothing_behind(balancer: &LoadBalancer) -> Diagnostic {
    let message = format!(
        "no node is behind load balancer `{}`: there is nothing to render of it",
        printable_name(&balancer.name)
    );
    Diagnostic::warning("nothing-behind", Class::Specification, message)
        .at(balancer.spot.clone(), "")
        .help("name it in `behind` of a node or a profile, or take it out")
}

fn nothing_open(balancer: &LoadBalancer) -> Diagnostic {
    let message = format!(
        "load balancer `{}` has no port that leads to the nodes behind it: there is nothing to \
         render of it",
        printable_name(&balancer.name)
    );
    Diagnostic::warning("no-ports", Class::Specification, message)
        .at(balancer.spot.clone(), "")
        .help("add its ports; for instance `servlet = { https = 443 }`")
}

fn without_host(balancer: &LoadBalancer, nodes: &[&Node]) -> Option<Diagnostic> {
    let nameless: Vec<_> = nodes.iter().filter(|node| node.host.is_none()).collect();
    let first = nameless.first()?;
    let names = listed(nameless.iter().map(|node| node.name.as_str()));
    let message = match nameless.len() {
        1 => format!("node {names} has no `host`"),
        _ => format!("nodes {names} have no `host`"),
    };
    let message = format!(
        "{message}, by which load balancer `{}` could reach it",
        printable_name(&balancer.name)
    );
    let mut error = Diagnostic::error("host-not-told", Class::Specification, message)
        .at(first.spot.clone(), "");
    for other in &nameless[1..] {
        error = error.beside(other.spot.clone(), "");
    }
    Some(error.help("add `host = \"NAME OR ADDRESS\"` to it"))
}

#[cfg(test)]
mod tests;
