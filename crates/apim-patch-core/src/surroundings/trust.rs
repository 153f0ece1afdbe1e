//! The commands by which nodes trust the authority of the load balancers.

use super::start::below_home;
use super::{Node, Rendered, Surroundings};
use crate::diagnostic::printable;
use crate::shell::quoted;

/// Where a node keeps the certificates that it trusts as a client (`carbon.xml`,
/// Security/TrustStore).
const STORE: &str = "repository/resources/security/client-truststore.jks";

/// The environment variable that the password of the trust store is read from: on a
/// command line everybody could see it.
const PASSWORD: &str = "APIM_TRUSTSTORE_PASSWORD";

/// Commands for a shell that put the certificate `authority` into the trust store of
/// each node that calls a load balancer by TLS, of `only` this one where it is given.
///
/// The alias follows from the certificate: the same one is not put in twice, and the
/// one that follows it stands beside it until that is taken out.
pub fn trust(surroundings: &Surroundings, only: Option<&Node>, authority: &str) -> Rendered {
    let nodes = surroundings.nodes.iter();
    let mut commands = String::new();
    for node in nodes.filter(|node| only.is_none_or(|only| std::ptr::eq(only, *node))) {
        let names: Vec<_> = (node.calls.iter())
            .filter_map(|place| surroundings.load_balancers.get(*place))
            .filter(|balancer| balancer.has_tls())
            .map(|balancer| printable(&balancer.host_name))
            .collect();
        if names.is_empty() {
            continue;
        }
        let host = match &node.host {
            Some(host) => format!(", on {}", printable(host)),
            None => String::new(),
        };
        commands.push_str(&format!(
            "\n# {} ({}){host}: {}\ntrust {}\n",
            printable(&node.name),
            node.role,
            names.join(", "),
            below_home(node, STORE)
        ));
    }
    let text = match commands.is_empty() {
        true => "# Nothing to do: no load balancer with a TLS port is called.\n".to_owned(),
        false => format!("{}{commands}", head(authority)),
    };
    Rendered {
        name: "trust.sh".to_owned(),
        text,
    }
}

fn head(authority: &str) -> String {
    let authority = quoted(authority);
    format!(
        r#"# Each node trusts the load balancers that it calls. Run its part where the node is, by the
# user that owns its files, with the password of its trust store in {PASSWORD};
# then restart it.
export {PASSWORD}="${{{PASSWORD}:?is to be the password of the trust store}}"
ca={authority}
alias="apim-patch-$(sha256sum < "$ca" | cut -c 1-16)"
trust() {{
    if [ ! -f "$1" ] || [ ! -f "$ca" ]; then
        echo "not there: $1 or $ca" >&2
        return 1
    fi
    keytool -list -alias "$alias" -keystore "$1" -storepass:env {PASSWORD} > /dev/null 2>&1 ||
        keytool -importcert -noprompt -trustcacerts -alias "$alias" -file "$ca" \
            -keystore "$1" -storepass:env {PASSWORD}
}}
"#
    )
}
