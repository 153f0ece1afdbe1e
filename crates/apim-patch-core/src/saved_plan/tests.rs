//! What is saved comes back as it was.

use std::ffi::OsString;
use std::path::Path;

use super::selection::SavedSelection;
use crate::catalogue::{self, Kind};
use crate::spec::{
    Choice, DeploymentFile, Machine, Patch, Resolved, Selection, SetOption, resolve, select,
};

fn resolved(file: &str, options: &[SetOption]) -> Selection<Resolved> {
    let file = DeploymentFile::parse(Path::new("f.toml"), file.as_bytes()).unwrap();
    let choice = Choice {
        profile: Some("gateway"),
        node: None,
        options,
        partial: true,
        home: Path::new("/home"),
        machine: &Machine::default(),
    };
    resolve(select(Some(&file), &choice).unwrap(), &variable).unwrap()
}

fn variable(name: &str) -> Option<OsString> {
    match name {
        "E" => Some("c4nary".into()),
        "URL" => Some("amqp://u:c4nary@h".into()),
        _ => None,
    }
}

/// Through JSON and back.
fn round_trip(selection: &Selection<Resolved>) -> Selection<Resolved> {
    let saved = SavedSelection::of(selection, Path::new("/here")).unwrap();
    let json = serde_json::to_string(&saved).unwrap();
    assert!(!json.contains("c4nary"), "{json}");
    let saved: SavedSelection = serde_json::from_str(&json).unwrap();
    resolve(saved.restore().unwrap(), &variable).unwrap()
}

#[test]
fn every_setting_of_the_catalogue() {
    for row in catalogue::rows() {
        let key = row.example_key();
        let file = match row.kind {
            Kind::BrokerUrl => format!("{key} = {{ env = 'URL' }}\n"),
            _ if row.secret => format!("{key} = {{ env = 'E' }}\n"),
            _ => format!("{key} = {}\n", row.example),
        };
        let selection = resolved(&file, &[]);
        let back = round_trip(&selection);
        let facts = |selection: &Selection<Resolved>| {
            let settings = selection.settings.iter();
            settings
                .map(|s| (s.key(), s.requested.clone(), s.origin.to_string()))
                .collect::<Vec<_>>()
        };
        assert_eq!(facts(&back), facts(&selection), "{file}");
        assert_eq!(back.profile.name, selection.profile.name);
    }
}

#[test]
fn options_absence_and_every_patch() {
    let file = "\
        server.mgt_host_name = { absent = true }\n\
        [[patch]]\nfile = 'a.xml'\nselect = \"/A/B[@k='v']/@c\"\nset = 'x'\nafter = 'b'\nexpect = 'y'\n\
        [[patch]]\nfile = 'a.xml'\nselect = '/A/Password'\nset = { env = 'E' }\nsecret = true\n\
        [[patch]]\nfile = 'a.xml'\nselect = '//C'\ncomment_out = true\nall = true\noptional = true\n\
        [[patch]]\nfile = 'a.xml'\nselect = '/A/D[2]'\nuncomment = true\n\
        [[patch]]\nfile = 'a.xml'\nselect = '/A/E'\nremove = true\n\
        [[patch]]\nfile = 'a.xml'\nselect = '/A'\ninsert = '<F/>'\ninto = true\nunless = '/A/F'\n";
    let options = [
        SetOption::Literal("server.port_offset=3".into()),
        SetOption::Environment("key_manager.password=E".into()),
    ];
    let selection = resolved(file, &options);
    let back = round_trip(&selection);
    let facts = |selection: &Selection<Resolved>| {
        let settings = selection.settings.iter();
        let settings: Vec<_> = settings
            .map(|s| format!("{} {:?} {}", s.key(), s.requested, s.origin))
            .collect();
        let patches = selection.patches.iter();
        let patches: Vec<_> = patches
            .map(|p| {
                let Patch {
                    file,
                    select,
                    action,
                    expect,
                    all,
                    optional,
                    secret,
                    origin,
                } = p;
                format!("{file} {select} {action:?} {expect:?} {all} {optional} {secret} {origin}")
            })
            .collect();
        (settings, patches)
    };
    assert_eq!(facts(&back), facts(&selection));
}

#[test]
fn secrets_that_are_written_out_are_refused() {
    for (file, what) in [
        ("key_manager.password = 'c4nary'", "`key_manager.password`"),
        (
            "[[patch]]\nfile = 'a.xml'\nselect = '/A/B'\nset = 'c4nary'\nsecret = true",
            "patch[1]",
        ),
        (
            "[[patch]]\nfile = 'a.xml'\nselect = '/A/Password'\nset = 'c4nary'",
            "patch[1]",
        ),
        (
            "[[patch]]\nfile = 'a.xml'\nselect = '/A'\ninsert = '<Password>c4nary</Password>'\ninto = true",
            "patch[1]",
        ),
        (
            "[[patch]]\nfile = 'a.xml'\nselect = '/A/B'\nset = 'jdbc://u:c4nary@h/'",
            "patch[1]",
        ),
    ] {
        let selection = resolved(file, &[]);
        let errors = SavedSelection::of(&selection, Path::new("/")).unwrap_err();
        assert_eq!(errors.len(), 1, "{file}: {errors:?}");
        assert_eq!(errors[0].code, "secret-in-plan");
        assert!(errors[0].message.starts_with(what), "{}", errors[0].message);
        assert!(!format!("{errors:?}").contains("c4nary"), "{errors:?}");
    }
}

#[test]
fn what_was_edited_by_hand_is_checked() {
    let file = "server.host_name = 'h'\n[[patch]]\nfile = 'a.xml'\nselect = '/A'\nset = 'x'\n";
    let saved = SavedSelection::of(&resolved(file, &[]), Path::new("/")).unwrap();
    let json = serde_json::to_string(&saved).unwrap();
    for (from, to, why) in [
        ("a.xml", "../a.xml", "leaves the home"),
        ("a.xml", ".apim-patch/journal", "is reserved"),
        ("server.host_name", "server.host_nam", "no such key"),
        ("\"/A\"", "\"/A[\"", "patch[1]"),
        ("{\"text\":\"h\"}", "{\"text\":\" \"}", "is empty"),
        ("\"gateway\"", "\"gatewayy\"", "gatewayy"),
    ] {
        let edited = json.replacen(from, to, 1);
        assert_ne!(edited, json, "{from}");
        let saved: SavedSelection = serde_json::from_str(&edited).unwrap();
        let errors = saved.restore().unwrap_err();
        assert!(errors[0].message.contains(why), "{}", errors[0].message);
    }
}
