//! The `check` that asks what an `apply` has asked, as it would be typed.

use std::ffi::OsStr;

use apim_patch_core::diagnostic::{printable, printable_path};

use crate::args::{HomeArgument, Selected};

/// The command line for a shell; `None` where a value stands in it that may be
/// a secret.
pub(super) fn check_command(selected: &Selected) -> Option<String> {
    if !selected.set.is_empty() {
        return None;
    }
    let mut words = vec!["apim-patch".to_owned(), "check".to_owned()];
    let mut option = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.extend([name.to_owned(), value]);
        }
    };
    let path = |path: &std::path::PathBuf| word(path.as_os_str());
    for home in &selected.homes.homes {
        option("--home", Some(home_word(home)));
    }
    for folder in &selected.homes.all_homes {
        option("--all-homes", Some(path(folder)));
    }
    let name = |name: &String| word(name.as_ref());
    option("--profile", selected.profile.as_ref().map(name));
    option("--file", selected.file.as_ref().map(path));
    option("--node", selected.node.as_ref().map(name));
    for pair in &selected.set_env {
        option("--set-env", Some(name(pair)));
    }
    for pair in &selected.set_file {
        option("--set-file", Some(name(pair)));
    }
    for (is_given, flag) in [
        (selected.partial, "--partial"),
        (selected.prune_apps, "--prune-apps"),
        (
            selected.links.follow_outside_links,
            "--follow-outside-links",
        ),
    ] {
        if is_given {
            words.push(flag.to_owned());
        }
    }
    Some(words.join(" "))
}

fn home_word(home: &HomeArgument) -> String {
    let path = word(home.path.as_os_str());
    match &home.node {
        Some(node) => format!("{}={path}", word(node.as_ref())),
        None => path,
    }
}

/// A word as a shell reads it.
pub(super) fn word(text: &OsStr) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@%+".contains(c);
    let shown = printable_path(text.as_ref());
    match !shown.is_empty() && shown.chars().all(is_plain) {
        true => shown,
        false => format!("'{}'", printable(&shown).replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Arguments, Command};
    use clap::Parser;

    #[test]
    fn what_was_asked_is_asked_again() {
        for (typed, expect) in [
            (
                "--home gw-1=/srv/gw --file c.toml --set-env a=B --partial --wait 3 --keep 2",
                Some("--home gw-1=/srv/gw --file c.toml --set-env a=B --partial"),
            ),
            (
                "--all-homes /srv/it's --profile store --prune-apps",
                Some(r"--all-homes '/srv/it'\''s' --profile store --prune-apps"),
            ),
            ("--home /srv/gw --set users.admin.password=x", None),
        ] {
            let words = ["apim-patch", "apply"].into_iter().chain(typed.split(' '));
            let arguments = Arguments::parse_from(words);
            let Command::Apply(apply) = arguments.command else {
                panic!("{typed}");
            };
            let expect = expect.map(|rest| format!("apim-patch check {rest}"));
            assert_eq!(check_command(&apply.selected), expect);
        }
    }
}
