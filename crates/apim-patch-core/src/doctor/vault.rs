//! The secure vault: values that it keeps, and whether it can give them out.

use std::path::Path;

use properties_inplace::Found;
use xml_inplace::{Document, Source, limits};

use super::examination::{Examination, Patient};
use super::finding::{Ailment, Finding};
use crate::bounded_read;
use crate::catalogue;
use crate::diagnostic::{Severity, Spot, printable_name};
use crate::lint::Place;
use crate::secure_vault::SECURE_VAULT;

pub(super) const AILMENTS: &[&Ailment] = &[&KEPT_IN_VAULT, &HALF_CONFIGURED];

static KEPT_IN_VAULT: Ailment = Ailment {
    code: "kept-in-vault",
    severity: Severity::Error,
    what: "The deployment file sets a value that the home keeps in the secure vault.",
    why: "where an element carries svns:secretAlias, the server takes the vault's value and ignores \
          the text: `apply` refuses to write what would have no effect",
    help: "change the value with the product's cipher tool and leave it out of the deployment file, \
           or take svns:secretAlias away",
};

static HALF_CONFIGURED: Ailment = Ailment {
    code: "vault-half-configured",
    severity: Severity::Error,
    what: "An element has an alias of the secure vault, and the vault is not configured, does not \
           know the alias, or has its value in plain text.",
    why: "the server gets no value for the alias, or the word that stands in its place, and logs in \
          with that",
    help: "run the product's cipher tool: bin/ciphertool.sh -Dconfigure encrypts \
           cipher-text.properties and writes secret-conf.properties",
};

/// Who gives values out (WSO2 Carbon 4.4, "Encrypting Passwords with Cipher Tool").
const CONFIGURATION: &str = "repository/conf/security/secret-conf.properties";
/// The values, by alias.
const VALUES: &str = "repository/conf/security/cipher-text.properties";
/// The property without which there is no vault.
const REPOSITORIES: &str = "secretRepositories";

const MAX_SIZE: u64 = 1024 * 1024;

/// An alias on an element.
struct Alias {
    name: String,
    spot: Spot,
}

pub(super) fn check(patient: &Patient<'_>, examination: &mut Examination) {
    for refused in &patient.vaulted {
        let mut finding = Finding::new(&KEPT_IN_VAULT, refused.message.clone());
        finding.places = refused
            .labels
            .iter()
            .map(|label| Place {
                spot: label.spot.clone(),
                text: label.text.clone(),
            })
            .collect();
        finding.help.clone_from(&refused.help);
        examination.findings.push(finding);
    }
    let aliases = aliases(patient);
    if aliases.is_empty() {
        return;
    }
    let cipher_tool = format!("{} -Dconfigure", patient.word("bin/ciphertool.sh"));
    let configuration = read(patient, CONFIGURATION);
    let is_configured = configuration
        .as_deref()
        .is_some_and(|content| value(content, REPOSITORIES).is_some());
    if !is_configured {
        let message = format!(
            "{} has {}, and {} {}",
            patient.home(),
            match aliases.len() {
                1 => "an alias of the secure vault".to_owned(),
                count => format!("{count} aliases of the secure vault"),
            },
            CONFIGURATION,
            match configuration {
                None => "is missing or can't be read".to_owned(),
                Some(_) => format!("has no {REPOSITORIES}"),
            }
        );
        let finding = Finding::new(&HALF_CONFIGURED, message)
            .help(format!("configure the vault: {cipher_tool}"))
            .help("or take svns:secretAlias away, and let `apim-patch apply` write the values");
        examination.findings.push(with_places(finding, &aliases));
        return;
    }
    let values = read(patient, VALUES).unwrap_or_default();
    let (mut unknown, mut plain) = (Vec::new(), Vec::new());
    for alias in aliases {
        match value(&values, &alias.name) {
            None => unknown.push(alias),
            // What is not encrypted yet stands in brackets.
            Some(value) if value.starts_with('[') && value.ends_with(']') => plain.push(alias),
            Some(_) => {}
        }
    }
    for (aliases, what) in [
        (unknown, "the secure vault has no value"),
        (
            plain,
            "the secure vault has only plain text, which it does not read,",
        ),
    ] {
        if aliases.is_empty() {
            continue;
        }
        let names: Vec<_> = aliases
            .iter()
            .map(|alias| format!("`{}`", printable_name(&alias.name)))
            .collect();
        let message = format!("{what} for {} ({VALUES})", names.join(", "));
        let finding = Finding::new(&HALF_CONFIGURED, message)
            .help(format!("give it one, and encrypt it: {cipher_tool}"));
        examination.findings.push(with_places(finding, &aliases));
    }
}

fn with_places(finding: Finding, aliases: &[Alias]) -> Finding {
    aliases.iter().fold(finding, |finding, alias| {
        finding.at(
            alias.spot.clone(),
            format!("alias {}", printable_name(&alias.name)),
        )
    })
}

/// The aliases of all files that the catalogue knows. A file that can't be read
/// was told as that before.
fn aliases(patient: &Patient<'_>) -> Vec<Alias> {
    let mut files: Vec<&str> = catalogue::rows().map(|row| row.file).collect();
    files.sort_unstable();
    files.dedup();
    let mut aliases = Vec::new();
    for file in files {
        let subject = patient.subject;
        let limit = limits::MAX_BYTES as u64;
        let Ok(snapshot) = subject.store.read(Path::new(file), subject.links, limit) else {
            continue;
        };
        let Ok(source) = Source::decode(snapshot.bytes()) else {
            continue;
        };
        if !source.text().contains(SECURE_VAULT) {
            continue;
        }
        let Ok(document) = Document::parse(&source) else {
            continue;
        };
        for element in document.root().descendants_or_self() {
            let Some(name) = element.attribute_in(SECURE_VAULT, "secretAlias") else {
                continue;
            };
            let position = source.position(element.span().start);
            aliases.push(Alias {
                name: name.to_owned(),
                spot: Spot::without_text(patient.file(file), position.line, position.column),
            });
        }
    }
    aliases
}

fn read(patient: &Patient<'_>, file: &str) -> Option<Vec<u8>> {
    bounded_read::read(&patient.subject.home.path().join(file), MAX_SIZE).ok()
}

/// The active value of a property that has one.
fn value(content: &[u8], name: &str) -> Option<String> {
    match properties_inplace::get(content, name) {
        Ok(Found::Active { value, .. }) if !value.trim().is_empty() => {
            Some(value.trim().to_owned())
        }
        _ => None,
    }
}
