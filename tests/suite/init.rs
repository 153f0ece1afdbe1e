//! `init`: a file to start from.

use crate::harness::{Home, PASSWORD, PASSWORD_VARIABLE, PROFILES, Tool};

/// What is printed for a profile is enough for it, without any option.
#[test]
fn a_starter_of_every_profile_asks_for_all_that_is_required() {
    let home = Home::stock();
    for profile in PROFILES {
        let run = Tool::new("init").args(["--profile", profile]).run();
        run.exits(0);
        assert_eq!(run.err(), "", "{run}");
        let file = home.aside("starter.toml", &run.stdout);
        let of = |command: &str| {
            let tool = Tool::new(command).arg("--file").arg(&file);
            tool.args(["--profile", profile])
        };
        of("explain").run().exits(0).conceals("is missing");
        let run = of("lint").run();
        assert!([0, 1].contains(&run.status()), "{run}");
        let run = of("check").home(&home).env(PASSWORD_VARIABLE, PASSWORD);
        run.run().exits(1).conceals("error");
    }
}

#[test]
fn a_profile_that_does_not_exist() {
    let run = Tool::new("init").args(["--profile", "gatway"]).run();
    run.exits(2).says("did you mean `gateway`?");
    assert_eq!(run.out(), "", "{run}");
}
