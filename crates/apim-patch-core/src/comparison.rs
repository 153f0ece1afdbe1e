//! The settings of several homes side by side.

use schemars::JsonSchema;
use serde::Serialize;

use crate::inspect::Inspected;

/// The version of [`Comparison`]'s shape; grows as
/// [`VERSION`](crate::report::VERSION) does.
pub const COMPARISON_VERSION: u32 = 1;

/// The settings of several homes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Comparison {
    /// The version of this shape.
    #[schemars(extend("const" = COMPARISON_VERSION))]
    pub version: u32,
    /// The homes as they were given.
    pub homes: Vec<String>,
    /// The settings, in the order of the catalogue.
    pub settings: Vec<Compared>,
}

/// One setting in each home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Compared {
    /// Its key.
    pub key: String,
    /// The file's path in the home.
    pub file: &'static str,
    /// Whether it is not the same in all homes: also where the difference is
    /// one of secrets, which are shown as `******`.
    pub differs: bool,
    /// What it is in each home, in their order.
    pub homes: Vec<Inspected>,
}

impl Comparison {
    /// Lays what was found in homes beside each other, each with the secrets in
    /// it; masks them afterwards where they are not to be shown. Only entries of
    /// keyed tables that some home has are in it.
    pub fn new(found: Vec<(String, Vec<Inspected>)>, show_secrets: bool) -> Self {
        let mut settings: Vec<Compared> = Vec::new();
        for (_, inspected) in &found {
            for one in inspected {
                if settings.iter().all(|known| known.key != one.key) {
                    settings.push(Compared {
                        key: one.key.clone(),
                        file: one.file,
                        differs: false,
                        homes: Vec::new(),
                    });
                    fill(settings.last_mut(), one, &found);
                }
            }
        }
        settings.sort_by_key(|compared| compared.homes.first().map(|one| one.row.index()));
        for compared in &mut settings {
            compared.differs = compared
                .homes
                .windows(2)
                .any(|two| !alike(&two[0], &two[1]));
            if !show_secrets {
                compared.homes.iter_mut().for_each(Inspected::mask);
            }
        }
        Self {
            version: COMPARISON_VERSION,
            homes: found.into_iter().map(|(home, _)| home).collect(),
            settings,
        }
    }

    /// Leaves what is the same in all homes.
    pub fn keep_differences(&mut self) {
        self.settings.retain(|compared| compared.differs);
    }
}

/// Takes a setting from every home; one that does not have it, lacks it.
fn fill(compared: Option<&mut Compared>, one: &Inspected, found: &[(String, Vec<Inspected>)]) {
    let Some(compared) = compared else { return };
    for (_, inspected) in found {
        let here = inspected.iter().find(|other| other.key == one.key);
        let absent = || Inspected::absent(one.row, one.name.as_deref());
        compared.homes.push(here.cloned().unwrap_or_else(absent));
    }
}

/// Whether both are the same, wherever they stand. What is hidden in a comment is in effect as
/// little as what is absent, but whoever compares wants to see it.
fn alike(one: &Inspected, other: &Inspected) -> bool {
    one.state == other.state && one.vault == other.vault && one.value == other.value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::inspect::State;

    fn inspected(key: &str, value: &str) -> Inspected {
        let (row, name) = catalogue::find(key).unwrap();
        Inspected {
            state: State::Active,
            value: Some(value.to_owned()),
            ..Inspected::absent(row, name.as_deref())
        }
    }

    #[test]
    fn secrets_differ_although_masked() {
        let home = |port: &str, password: &str, environment: &str| {
            let key = format!("environments.{environment}.type");
            vec![
                inspected(&key, "hybrid"),
                inspected("key_manager.password", password),
                inspected("proxy.http_port", port),
            ]
        };
        let found = vec![
            ("a".to_owned(), home("80", "n3wCanary", "x")),
            ("b".to_owned(), home("80", "0ldCanary", "y")),
        ];
        let mut all = Comparison::new(found.clone(), false);
        let told = |all: &Comparison| -> Vec<_> {
            let settings = all.settings.iter();
            settings.map(|one| (one.key.clone(), one.differs)).collect()
        };
        let mut expect = vec![
            ("environments.x.type".to_owned(), true),
            ("environments.y.type".to_owned(), true),
            ("key_manager.password".to_owned(), true),
            ("proxy.http_port".to_owned(), false),
        ];
        let mut sorted = told(&all);
        sorted.sort();
        assert_eq!(sorted, expect);
        all.keep_differences();
        expect.truncate(3);
        let mut sorted = told(&all);
        sorted.sort();
        assert_eq!(sorted, expect);
        assert!(!serde_json::to_string(&all).unwrap().contains("Canary"));
        let shown = Comparison::new(found, true);
        assert!(serde_json::to_string(&shown).unwrap().contains("0ldCanary"));
    }
}
