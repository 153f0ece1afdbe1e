//! The reference chapter of the book, which is written from the catalogue and the profiles:
//! `APIM_WRITE_REFERENCE=1 cargo test -p apim-patch --test suite reference` writes it anew.

use std::fmt::Write;
use std::fs;

use apim_patch_core::catalogue::{self, Place, Row};
use apim_patch_core::profile::{PROFILES, Profile};

use crate::harness::workspace;

#[test]
fn the_reference_is_what_the_catalogue_says() {
    let path = workspace().join("docs/reference.md");
    let wanted = reference();
    if std::env::var_os("APIM_WRITE_REFERENCE").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap();
    assert!(
        there == wanted,
        "docs/reference.md is not what the catalogue says: write it with \
         APIM_WRITE_REFERENCE=1 cargo test -p apim-patch --test suite reference"
    );
}

fn reference() -> String {
    let mut out = String::from(
        "# Reference: settings and profiles\n\n\
         Written from the catalogue; `apim-patch explain KEY` says the same. In a key, `*` stands for\n\
         the name of an entry, in a path `NAME`.\n",
    );
    let mut file = "";
    for row in catalogue::rows() {
        if row.file != file {
            file = row.file;
            let _ = write!(out, "\n## `{file}`\n");
        }
        setting(&mut out, row);
    }
    out.push_str("\n## Profiles\n");
    for profile in PROFILES {
        of_profile(&mut out, profile);
    }
    out
}

fn setting(out: &mut String, row: &Row) {
    let _ = write!(out, "\n### `{}`\n\n{}\n\n", row.key, row.doc);
    let secret = if row.secret {
        "; masked wherever it is shown"
    } else {
        ""
    };
    let _ = writeln!(out, "* value: {}{secret}", row.kind.expected());
    let _ = writeln!(out, "* example: `{} = {}`", row.example_key(), row.example);
    for shape in row.shapes {
        let place = match shape.place {
            Place::Attribute { element, name, .. } => format!("{element}/@{name}"),
            place => place.element().to_owned(),
        };
        let place = place.replace("{}", "NAME");
        let _ = match shape.mark {
            Some(mark) => writeln!(out, "* where there is `{mark}`: `{place}`"),
            None => writeln!(out, "* stands at: `{place}`"),
        };
    }
    for stock in row.stock {
        let entry = match stock.name {
            "" => String::new(),
            name => format!(", {name}"),
        };
        let value = match stock.value {
            Some(value) => format!("`{value}`"),
            None => "none".to_owned(),
        };
        let _ = writeln!(
            out,
            "* in stock homes since {}{entry}: {value}",
            stock.since
        );
    }
    let _ = writeln!(out, "* source: {}", row.source);
}

fn of_profile(out: &mut String, profile: &Profile) {
    let _ = write!(out, "\n### `{}`\n\n{}\n\n", profile.name, profile.doc);
    for key in profile.requires {
        let _ = writeln!(out, "* requires `{key}`");
    }
    for rule in profile.rules {
        for key in rule.requires {
            let _ = writeln!(
                out,
                "* requires `{key}` where `{}` is `{}`: {}",
                rule.key, rule.value, rule.reason
            );
        }
        for key in rule.explicit_ports {
            let _ = writeln!(
                out,
                "* requires a port in `{key}` where `{}` is `{}`: {}",
                rule.key, rule.value, rule.reason
            );
        }
    }
    for fix in profile.fixes {
        let _ = writeln!(out, "* `{} = {}`: {}", fix.key, fix.value, fix.reason);
    }
    let _ = writeln!(out, "* source: {}", profile.source);
}
