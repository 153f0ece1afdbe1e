//! What a node of each profile needs, as data.

use crate::catalogue::{self, Literal, has_explicit_port, nearest};
use crate::diagnostic::{Class, Diagnostic, printable_name};
use crate::spec::{Requested, Resolved, Setting};

/// What a node of one profile needs.
#[derive(Debug)]
pub struct Profile {
    /// Its name.
    pub name: &'static str,
    /// What such a node does.
    pub doc: &'static str,
    /// Where its needs are documented.
    pub source: &'static str,
    /// Keys that somebody has to give.
    pub requires: &'static [&'static str],
    /// Settings that follow from the profile unless somebody says otherwise.
    pub fixes: &'static [Fix],
    /// What certain values demand of others.
    pub rules: &'static [Rule],
}

/// A setting that follows from a profile.
#[derive(Debug)]
pub struct Fix {
    /// The setting.
    pub key: &'static str,
    /// Its value.
    pub value: Literal,
    /// Why.
    pub reason: &'static str,
}

/// What one value of a setting demands of others.
#[derive(Debug)]
pub struct Rule {
    /// The setting.
    pub key: &'static str,
    /// The value that demands it.
    pub value: &'static str,
    /// Keys that somebody has to give then.
    pub requires: &'static [&'static str],
    /// Keys of URLs that have to name their port then.
    pub explicit_ports: &'static [&'static str],
    /// Why.
    pub reason: &'static str,
}

/// The profiles that can be asked for.
pub const PROFILES: &[Profile] = &[Profile {
    name: "gateway",
    doc: "Receives the API calls. Every node is manager and worker, and the nodes share their \
          file system.",
    source: "AM 2.1.0, Distributed Deployment of the Gateway; \
             AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.6",
    requires: &[
        "key_manager.server_url",
        "key_manager.client",
        "server.host_name",
        "server.mgt_host_name",
    ],
    fixes: &[
        Fix {
            key: "key_manager.thrift.enable_server",
            value: Literal::Boolean(false),
            reason: "a gateway asks the Key Manager and serves no key validation itself",
        },
        Fix {
            key: "proxy.http_port",
            value: Literal::Number(80),
            reason: "callers see the load balancer's HTTP port",
        },
        Fix {
            key: "proxy.https_port",
            value: Literal::Number(443),
            reason: "callers see the load balancer's HTTPS port",
        },
        Fix {
            key: "jms.event_publisher",
            value: Literal::Boolean(false),
            reason: "the Traffic Manager publishes throttling events, a gateway only listens",
        },
        Fix {
            key: "throttling.policy_deployer.enable",
            value: Literal::Boolean(false),
            reason: "the Publisher sends throttling policies to the Traffic Manager, a gateway does not",
        },
    ],
    rules: &[Rule {
        key: "key_manager.client",
        value: "ThriftClient",
        requires: &["key_manager.thrift.server_host"],
        explicit_ports: &["key_manager.server_url"],
        reason: "the Thrift client takes its target from them and knows no default port",
    }],
}];

/// Names of profiles, the product's own among them, that a deployment file may
/// give to other nodes although none of them can be asked for yet.
const OTHERS: &[&str] = &[
    "gateway-manager",
    "gateway-worker",
    "key-manager",
    "api-key-manager",
    "publisher",
    "api-publisher",
    "store",
    "api-store",
    "traffic-manager",
];

/// The profile of that name.
///
/// # Errors
///
/// There is none, or it is not supported yet; says which are.
///
/// ```
/// use apim_patch_core::profile;
///
/// assert_eq!(profile::find("gateway").unwrap().fixes.len(), 5);
/// assert!(profile::find("store").unwrap_err().message.contains("not supported yet"));
/// ```
pub fn find(name: &str) -> Result<&'static Profile, Diagnostic> {
    if let Some(profile) = PROFILES.iter().find(|profile| profile.name == name) {
        return Ok(profile);
    }
    known(name)?;
    Err(Diagnostic::error(
        "unsupported-profile",
        Class::Specification,
        format!("profile `{name}` is not supported yet"),
    )
    .help(supported()))
}

/// Whether there is a profile of that name, supported or not.
pub(crate) fn known(name: &str) -> Result<(), Diagnostic> {
    let names = || {
        PROFILES
            .iter()
            .map(|profile| profile.name)
            .chain(OTHERS.iter().copied())
    };
    if names().any(|known| known == name) {
        return Ok(());
    }
    let unknown = Diagnostic::error(
        "unknown-profile",
        Class::Specification,
        format!("unknown profile `{}`", printable_name(name)),
    );
    Err(match nearest(name, names()) {
        Some(meant) => unknown.help(format!("did you mean `{meant}`?")),
        None => unknown.help(supported()),
    })
}

/// The profiles that can be asked for, in a sentence.
pub(crate) fn supported() -> String {
    let names: Vec<_> = PROFILES
        .iter()
        .map(|profile| format!("`{}`", profile.name))
        .collect();
    format!("supported: {}", names.join(", "))
}

impl Profile {
    /// Checks the settings of a node against what the profile requires;
    /// `partial` accepts that some were not given.
    pub(crate) fn check(&self, settings: &[Setting<Resolved>], partial: bool) -> Vec<Diagnostic> {
        let given = |key: &str| settings.iter().find(|setting| setting.row.key == key);
        let literal = |key: &str| match &given(key)?.requested {
            Requested::Value(value) => Some(&value.literal),
            Requested::Absent => None,
        };
        let mut missing: Vec<(&str, Option<&Rule>)> = Vec::new();
        let mut diagnostics = Vec::new();
        missing.extend(self.requires.iter().map(|key| (*key, None)));
        for rule in self.rules {
            let Some(Literal::Text(value)) = literal(rule.key) else {
                continue;
            };
            if value != rule.value {
                continue;
            }
            missing.extend(rule.requires.iter().map(|key| (*key, Some(rule))));
            for key in rule.explicit_ports {
                if let Some(Literal::Text(url)) = literal(key)
                    && !has_explicit_port(url)
                    && let Some(setting) = given(key)
                {
                    let diagnostic = Diagnostic::error(
                        "port-required",
                        Class::Specification,
                        format!(
                            "`{key}` must name its port where `{}` is `{}`",
                            rule.key, rule.value
                        ),
                    )
                    .help(format!(
                        "{}; for instance {}",
                        rule.reason, setting.row.example
                    ));
                    diagnostics.push(setting.origin.attach(diagnostic, "no port"));
                }
            }
        }
        missing.retain(|(key, _)| given(key).is_none());
        if !missing.is_empty() && !partial {
            diagnostics.insert(0, self.missing(&missing));
        }
        diagnostics
    }

    fn missing(&self, missing: &[(&str, Option<&Rule>)]) -> Diagnostic {
        let names: Vec<_> = missing.iter().map(|(key, _)| format!("`{key}`")).collect();
        let mut diagnostic = Diagnostic::error(
            "missing-settings",
            Class::Specification,
            format!(
                "profile `{}` requires {}, which nobody gave",
                self.name,
                names.join(", ")
            ),
        );
        for (key, rule) in missing {
            let Some(row) = catalogue::row(key) else {
                continue;
            };
            let mut line = format!("{key} = {}", row.example);
            if let Some(rule) = rule {
                line.push_str(&format!(" (where {} is {})", rule.key, rule.value));
            }
            diagnostic = diagnostic.help(line);
        }
        diagnostic
            .help("give them in the deployment file or with `--set KEY=VALUE`")
            .help("or apply the rest alone with `--partial`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_speak_of_rows() {
        for profile in PROFILES {
            let keys = profile
                .requires
                .iter()
                .chain(profile.rules.iter().flat_map(|rule| {
                    rule.requires
                        .iter()
                        .chain(rule.explicit_ports)
                        .chain([&rule.key])
                }));
            for key in keys.chain(profile.fixes.iter().map(|fix| &fix.key)) {
                assert!(catalogue::row(key).is_some(), "{}: {key}", profile.name);
            }
        }
    }

    #[test]
    fn names() {
        for (name, expect) in [
            ("gateway", None),
            ("gatewy", Some("did you mean `gateway`?")),
            ("publisher", Some("supported: `gateway`")),
            ("api-store", Some("supported: `gateway`")),
            ("x", Some("supported: `gateway`")),
        ] {
            let help = find(name).err().map(|error| error.help[0].clone());
            assert_eq!(help.as_deref(), expect, "{name}");
        }
    }
}
