//! What a node of each profile needs, as data.

use std::fmt;

use crate::catalogue::{self, Literal, has_explicit_port, nearest};
use crate::diagnostic::{Class, Diagnostic, printable_name};
use crate::spec::{Requested, Resolved, Setting, Value};

mod table;

pub use table::PROFILES;

/// What a node of one profile needs.
#[derive(Debug)]
pub struct Profile {
    /// Its name.
    pub name: &'static str,
    /// The product's own names for it, where they are others.
    pub aliases: &'static [&'static str],
    /// The value of `-Dprofile` that such a node is started with; `None` where
    /// it runs all of the product.
    pub starts_as: Option<&'static str>,
    /// What such a node does.
    pub doc: &'static str,
    /// Where its needs are documented.
    pub source: &'static str,
    /// Keys that somebody has to give; one with a `*`, of one entry at least.
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
    /// Where it follows; `None` where always.
    pub when: Option<When>,
    /// Why.
    pub reason: &'static str,
}

/// On what a setting depends that follows from a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    /// Another setting.
    pub key: &'static str,
    /// The value that somebody has given it; `None` for any.
    pub value: Option<&'static str>,
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

/// The profile of that name, be it the product's own.
///
/// # Errors
///
/// There is none; says which are.
///
/// ```
/// use apim_patch_core::profile;
///
/// assert_eq!(profile::find("api-store").unwrap().name, "store");
/// assert_eq!(profile::find("shop").unwrap_err().message, "unknown profile `shop`");
/// ```
pub fn find(name: &str) -> Result<&'static Profile, Diagnostic> {
    let mut profiles = PROFILES.iter();
    if let Some(profile) = profiles.find(|profile| profile.names().any(|known| known == name)) {
        return Ok(profile);
    }
    let unknown = Diagnostic::error(
        "unknown-profile",
        Class::Specification,
        format!("unknown profile `{}`", printable_name(name)),
    );
    Err(
        match nearest(name, PROFILES.iter().flat_map(Profile::names)) {
            Some(meant) => unknown.help(format!("did you mean `{meant}`?")),
            None => unknown.help(supported()),
        },
    )
}

/// The profiles that can be asked for, in a sentence.
pub(crate) fn supported() -> String {
    let names: Vec<_> = PROFILES
        .iter()
        .map(|profile| format!("`{}`", profile.name))
        .collect();
    format!("supported: {}", names.join(", "))
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.key, self.value.unwrap_or("given"))
    }
}

impl Fix {
    /// Whether it follows from what is asked for otherwise.
    pub(crate) fn follows<'s>(&self, mut settings: impl Iterator<Item = &'s Setting>) -> bool {
        let Some(when) = self.when else {
            return true;
        };
        settings.any(|setting| {
            setting.row.key == when.key
                && match (&setting.requested, when.value) {
                    (Requested::Value(Value::Literal(Literal::Text(text))), Some(value)) => {
                        text == value
                    }
                    (Requested::Value(_), value) => value.is_none(),
                    (Requested::Absent, _) => false,
                }
        })
    }
}

impl Profile {
    /// Every name of it, its own first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// That it requires the setting `key`, and where, as a sentence.
    pub fn requirement(&self, key: &str) -> Option<String> {
        let always = format!("profile {} requires it", self.name);
        if self.requires.contains(&key) {
            return Some(always);
        }
        let mut rules = self.rules.iter();
        let rule = rules.find(|rule| rule.requires.contains(&key))?;
        Some(format!("{always} where {} is {}", rule.key, rule.value))
    }

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
            let mut line = format!("{} = {}", row.example_key(), row.example);
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
    use std::collections::HashSet;

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
            let conditions = profile.fixes.iter().filter_map(|fix| fix.when);
            let keys = keys
                .copied()
                .chain(conditions.map(|when| when.key))
                .chain(profile.fixes.iter().map(|fix| fix.key));
            for key in keys {
                assert!(catalogue::row(key).is_some(), "{}: {key}", profile.name);
            }
        }
    }

    #[test]
    fn what_profiles_fix_is_acceptable_and_certain() {
        for profile in PROFILES {
            let mut seen = HashSet::new();
            for fix in profile.fixes {
                let row = catalogue::row(fix.key).unwrap();
                let plain = fix.value.to_text().unwrap();
                let checked = row.check_plain(&plain).unwrap();
                assert_eq!(checked.literal, fix.value, "{}: {}", profile.name, fix.key);
                // Two values of one key at a time would be a contradiction.
                let condition = fix.when.map(|when| (when.key, when.value));
                assert!(
                    seen.insert((fix.key, condition)) && !seen.contains(&(fix.key, None))
                        || fix.when.is_none()
                            && seen.iter().filter(|at| at.0 == fix.key).count() == 1,
                    "{}: {}",
                    profile.name,
                    fix.key
                );
                assert!(!profile.requires.contains(&fix.key), "{}", fix.key);
            }
        }
    }

    #[test]
    fn names() {
        for (name, expect) in [
            ("gateway", Ok("gateway")),
            ("publisher", Ok("publisher")),
            ("api-publisher", Ok("publisher")),
            ("api-key-manager", Ok("key-manager")),
            ("api-store", Ok("store")),
            ("gatewy", Err("did you mean `gateway`?")),
            ("api-stor", Err("did you mean `api-store`?")),
            ("x", Err("supported: `gateway`, `gateway-manager`")),
        ] {
            match (find(name), expect) {
                (Ok(profile), Ok(expect)) => assert_eq!(profile.name, expect),
                (Err(error), Err(expect)) => {
                    assert!(error.help[0].starts_with(expect), "{error:?}");
                }
                (got, _) => panic!("{name}: {got:?}"),
            }
        }
        let mut names = HashSet::new();
        let all = PROFILES.iter().flat_map(Profile::names);
        assert!(all.into_iter().all(|name| names.insert(name)));
    }
}
