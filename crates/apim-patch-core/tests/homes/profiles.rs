//! Every profile on every stock home.

use std::fs;

use apim_patch_core::catalogue;
use apim_patch_core::inspect::State;
use apim_patch_core::plan::Outcome;
use apim_patch_core::profile::PROFILES;

use crate::harness::{TestHome, ask, corpus, outcomes, stock_homes};

/// One setting, because a file has to ask for something; none that a profile
/// fixes.
const SOMETHING: &str = "key_manager.client = 'WSClient'";

#[test]
fn stock_homes_become_what_the_profile_fixes() {
    for (version, home) in stock_homes() {
        for profile in PROFILES {
            let selection = ask(profile.name, SOMETHING).unwrap();
            let plan = home.plan(&selection).unwrap();
            let before = home.write_plan(&plan);
            let again = home.plan(&selection).unwrap();
            assert!(again.is_empty(), "{} on {version}", profile.name);
            for fix in profile.fixes {
                let outcome = outcomes(&plan).get(fix.key).copied();
                let follows = fix.when.is_none_or(|when| when.value == Some("WSClient"));
                if !follows || outcome == Some(Outcome::NotApplicable.as_str()) {
                    continue;
                }
                let row = catalogue::find(fix.key).unwrap().0;
                let [found] = &home.inspect(row)[..] else {
                    panic!("{}", fix.key);
                };
                // What is hidden counts as false.
                let value = match found.state {
                    State::Active => found.value.clone().unwrap(),
                    _ => "false".to_owned(),
                };
                let context = format!("{} of {} on {version}", fix.key, profile.name);
                assert_eq!(value, fix.value.to_string(), "{context}");
            }
            for (path, content) in before {
                fs::write(path, content).unwrap();
            }
        }
    }
}

/// What the product's own optimiser has edited in 2.6.0 is part of each
/// profile: where its home has another value than the stock home, ours has the
/// same one. A Traffic Manager's files are other ones, which it does not swap.
#[test]
fn the_optimisers_edits_are_part_of_the_profiles() {
    let Some(corpus) = corpus() else { return };
    for (theirs, profile, expect) in [
        ("api-key-manager", "key-manager", 5),
        ("api-publisher", "publisher", 4),
        ("api-store", "store", 5),
        ("gateway-worker", "gateway-worker", 2),
        ("traffic-manager", "traffic-manager", 3),
    ] {
        let stock = TestHome::new();
        stock.lay_over(&corpus.join("stock/am-2.6.0"));
        let optimised = TestHome::new();
        optimised.lay_over(&corpus.join("stock/am-2.6.0"));
        optimised.lay_over(&corpus.join(format!("profiles/am-2.6.0-{theirs}")));
        let ours = TestHome::new();
        ours.lay_over(&corpus.join("stock/am-2.6.0"));
        let selection = ask(profile, SOMETHING).unwrap();
        ours.write_plan(&ours.plan(&selection).unwrap());

        let mut edits = 0;
        let rows: Vec<_> = catalogue::rows()
            .filter(|row| row.file.ends_with(".xml"))
            .collect();
        let states = |home: &TestHome| {
            home.inspect_all(&rows)
                .into_iter()
                .map(|found| (found.key, found.state == State::Active, found.value))
                .collect::<Vec<_>>()
        };
        let (before, after, result) = (states(&stock), states(&optimised), states(&ours));
        assert_eq!(before.len(), after.len(), "{profile}");
        for (before, after) in before.iter().zip(&after).filter(|(a, b)| a != b) {
            edits += 1;
            let result = result.iter().find(|result| result.0 == after.0).unwrap();
            // An element that the _TM file has not is as good as a hidden one.
            match after.1 {
                true => assert_eq!(result, after, "{profile}, {before:?} before"),
                false => assert!(!result.1, "{profile}: {result:?}"),
            }
        }
        assert_eq!(edits, expect, "{profile}");
    }
}

/// Whoever patches a home that the optimiser has been at finds most done.
#[test]
fn optimised_homes_become_the_same() {
    let Some(corpus) = corpus() else { return };
    for (theirs, profile) in [
        ("api-key-manager", "key-manager"),
        ("api-publisher", "publisher"),
        ("api-store", "store"),
        ("gateway-worker", "gateway-worker"),
        ("traffic-manager", "traffic-manager"),
    ] {
        let home = TestHome::new();
        home.lay_over(&corpus.join("stock/am-2.6.0"));
        home.lay_over(&corpus.join(format!("profiles/am-2.6.0-{theirs}")));
        let selection = ask(profile, SOMETHING).unwrap();
        let plan = home.plan(&selection).unwrap();
        let outcomes = outcomes(&plan);
        for key in ["transport.ws", "throttling.data_publisher.enable"] {
            let outcome = outcomes.get(key).copied().unwrap_or("unchanged");
            assert!(
                matches!(outcome, "unchanged" | "not-applicable"),
                "{key} of {profile}: {outcome}"
            );
        }
        home.write_plan(&plan);
        assert!(home.plan(&selection).unwrap().is_empty(), "{profile}");
    }
}
