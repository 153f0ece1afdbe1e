//! Stock homes of real releases become gateways, to the byte: both cases, every home that has an ideal.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Home, acceptance, changed_lines, corpus};

struct Case {
    deployment: PathBuf,
    stock: PathBuf,
    /// Name in the home and the bytes it must come to.
    ideal: Vec<(String, Vec<u8>)>,
}

/// The cases as they lie beside the corpus, so that a new ideal is tested by being there.
fn cases() -> Vec<Case> {
    let (Some(corpus), Some(acceptance)) = (corpus(), acceptance()) else {
        return Vec::new();
    };
    let mut cases = Vec::new();
    for case in sorted(&acceptance.join("ideal")) {
        let name = case.file_name().unwrap().to_str().unwrap();
        for ideal in sorted(&case) {
            cases.push(Case {
                deployment: acceptance.join(format!("{name}.toml")),
                stock: corpus.join("stock").join(ideal.file_name().unwrap()),
                ideal: files(&ideal),
            });
        }
    }
    assert!(cases.len() >= 8, "two cases, four homes each");
    cases
}

fn sorted(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn files(root: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = walkdir::WalkDir::new(root).sort_by_file_name();
    let files = entries.into_iter().map(|entry| entry.unwrap().into_path());
    let named = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap();
        (name.to_owned(), fs::read(&path).unwrap())
    };
    files.filter(|path| path.is_file()).map(named).collect()
}

fn each(test: impl Fn(&Case, &Home)) {
    for case in cases() {
        test(&case, &Home::copy_of(&case.stock));
    }
}

#[track_caller]
fn equals_ideal(case: &Case, home: &Home) {
    for (name, ideal) in &case.ideal {
        let (gone, came) = changed_lines(ideal, &home.read(name));
        assert!(
            gone.is_empty() && came.is_empty(),
            "{} of {}: wanted {gone:#?}, got {came:#?}",
            name,
            case.stock.display()
        );
    }
}

#[test]
fn apply_comes_to_the_ideal_and_touches_nothing_else() {
    each(|case, home| {
        let before = home.files();
        let run = home.gateway("apply", &case.deployment);
        run.exits(0);
        equals_ideal(case, home);
        let changed: Vec<&str> = case.ideal.iter().map(|(name, _)| name.as_str()).collect();
        let others = before.without(&changed);
        others.untouched(&home.files().without(&changed), &run);
        // The files that changed are the same files otherwise.
        let (was, is) = (before.without(&[]), home.files());
        for difference in was.differences(&is, crate::harness::Compare::Content) {
            assert!(difference.ends_with("other bytes"), "{difference}: {run}");
        }
    });
}

#[test]
fn the_second_apply_finds_nothing_to_do() {
    each(|case, home| {
        home.gateway("apply", &case.deployment).exits(0);
        let before = home.tree();
        let run = home.gateway("apply", &case.deployment);
        run.exits(0).says("nothing to do");
        before.untouched(&home.tree(), &run);
    });
}

#[test]
fn check_tells_before_from_after() {
    each(|case, home| {
        home.gateway("check", &case.deployment).exits(1);
        home.gateway("apply", &case.deployment).exits(0);
        let before = home.tree();
        let run = home.gateway("check", &case.deployment);
        run.exits(0);
        before.untouched(&home.tree(), &run);
    });
}

#[test]
fn revert_gives_back_the_stock_bytes() {
    each(|case, home| {
        let before = home.files();
        home.gateway("apply", &case.deployment).exits(0);
        let run = crate::harness::Tool::new("revert").home(home).run();
        run.exits(0);
        before.same_content(&home.files(), &run);
    });
}

/// The same four questions of our own stock home, so that they are asked where there is no corpus.
#[test]
fn a_home_of_the_fixtures_goes_there_and_back() {
    for (stock, gone_and_came) in [("stock-2.1", [7, 7]), ("stock-2.6", [6, 6])] {
        let home = Home::fixture(stock);
        let deployment = crate::harness::deployment("gateway-ws.toml");
        let before = home.files();
        home.gateway("check", &deployment).exits(1);
        home.gateway("apply", &deployment).exits(0);
        let after = home.tree();
        let lines = |name| {
            let (gone, came) = changed_lines(before.content(name), after.content(name));
            [gone.len(), came.len()]
        };
        assert_eq!(lines(crate::harness::API_MANAGER), gone_and_came, "{stock}");
        assert_eq!(lines(crate::harness::CARBON), [2, 2], "{stock}");
        assert_eq!(lines(crate::harness::CATALINA), [0, 2], "{stock}");
        let again = home.gateway("apply", &deployment);
        again.exits(0).says("nothing to do");
        after.untouched(&home.tree(), &again);
        home.gateway("check", &deployment).exits(0);
        let back = crate::harness::Tool::new("revert").home(&home).run();
        back.exits(0);
        before.same_content(&home.files(), &back);
    }
}
