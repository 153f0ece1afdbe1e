//! A healthy home, and each fault made in it by hand.

mod faults;
mod machine;
mod page;

use std::collections::HashSet;

use super::ailments;
use machine::{CLUSTER, Machine};

#[test]
fn ailments_are_sound() {
    let mut codes = HashSet::new();
    for ailment in ailments() {
        assert!(
            codes.insert(ailment.code),
            "{} is there twice",
            ailment.code
        );
        for (text, sentence) in [
            (ailment.what, true),
            (ailment.why, false),
            (ailment.help, false),
        ] {
            assert!(!text.is_empty(), "{}", ailment.code);
            assert!(!text.contains("  "), "{}: {text}", ailment.code);
            assert_eq!(text.ends_with('.'), sentence, "{}: {text}", ailment.code);
        }
    }
}

#[test]
fn nothing_in_a_healthy_home() {
    let machine = Machine::healthy();
    let found = machine.look(Some(CLUSTER));
    assert_eq!(machine::codes(&found), Vec::<&str>::new(), "{found:#?}");
    assert!(found.errors.is_empty(), "{:#?}", found.errors);
    assert!(found.notes.is_empty(), "{:#?}", found.notes);
    assert_eq!(found.profile, Some("gateway"));
}

#[test]
fn what_can_not_be_looked_at_is_noted() {
    let machine = Machine::stock();
    let found = machine.look(None);
    assert_eq!(machine::codes(&found), Vec::<&str>::new(), "{found:#?}");
    assert_eq!(found.notes.len(), 2, "{:#?}", found.notes);
    assert!(
        found.notes[0].contains("nothing usable says what"),
        "{found:#?}"
    );
    assert!(found.notes[1].contains("trust store"), "{found:#?}");

    // A system that shows nothing of itself.
    let machine = Machine::healthy();
    std::fs::remove_dir_all(machine.path("proc")).unwrap();
    let found = machine.look(Some(CLUSTER));
    assert_eq!(machine::codes(&found), Vec::<&str>::new(), "{found:#?}");
    let notes = found.notes.join("\n");
    assert!(notes.contains("does not show its mounts"), "{notes}");
    assert!(notes.contains("ports were not looked at"), "{notes}");
}
