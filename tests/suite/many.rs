//! Many homes in one run: in order, in parallel, and no home for another's sake.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{
    CARBON, Home, PASSWORD, PASSWORD_VARIABLE, Run, STATE, Tool, Tree, deployment, fixture,
    program, root,
};

/// A folder with copies of the stock home, `names` below it.
pub(crate) struct Homes {
    /// Its `path()` is the folder.
    pub(crate) place: Home,
}

impl Homes {
    fn new(names: &[&str]) -> Self {
        let place = Home::empty();
        let homes = Self { place };
        for name in names {
            homes.add(name);
        }
        homes
    }

    pub(crate) fn numbered(count: usize) -> Self {
        let homes = Self::new(&[]);
        (0..count).for_each(|number| homes.add(&format!("home-{number:02}")));
        homes
    }

    fn add(&self, name: &str) {
        let source = fixture("homes/stock-2.1");
        for entry in walkdir::WalkDir::new(&source) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let below = entry.path().strip_prefix(&source).unwrap();
                let bytes = fs::read(entry.path()).unwrap();
                self.place
                    .write(&format!("{name}/{}", below.display()), bytes);
            }
        }
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub(crate) fn command(&self, command: &str) -> Tool {
        Tool::new(command)
            .arg("--all-homes")
            .arg(self.place.path())
            .args(["--profile", "gateway", "--file"])
            .arg(deployment("gateway-ws.toml"))
            .env(PASSWORD_VARIABLE, PASSWORD)
    }

    fn state(&self, name: &str) -> Tree {
        Tree::of(&self.at(name))
    }
}

fn names(run: &Run) -> Vec<String> {
    let name = |object: Value| {
        let home = object["home"].as_str().unwrap().to_owned();
        Path::new(&home)
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    run.objects().into_iter().map(name).collect()
}

#[test]
fn in_the_order_of_the_homes_whatever_the_number_of_jobs() {
    let homes = Homes::numbered(12);
    let expect: Vec<String> = (0..12).map(|number| format!("home-{number:02}")).collect();
    let mut outputs = Vec::new();
    for jobs in ["1", "2", "7", "64"] {
        let run = homes.command("check").json().args(["--jobs", jobs]).run();
        run.exits(1);
        assert_eq!(names(&run), expect, "{run}");
        let human = homes.command("check").args(["--jobs", jobs]).run();
        human.exits(1).says("12 homes: 12 differ");
        outputs.push((run.out(), human.out(), human.err()));
    }
    assert!(outputs.windows(2).all(|pair| pair[0] == pair[1]));
}

/// What is said of one home stands together, on both streams.
#[test]
fn outputs_do_not_mingle() {
    let homes = Homes::numbered(9);
    let one = homes.at("home-00");
    let single = Home::copy_of(&one);
    let alone = single.gateway("diff", &deployment("gateway-ws.toml"));
    let run = homes.command("diff").args(["--jobs", "5"]).run();
    run.exits(0).says("9 homes: 9 would change");
    assert_eq!(run.out(), alone.out().repeat(9));
}

#[test]
fn one_broken_home_stops_no_other() {
    let homes = Homes::numbered(6);
    let broken = format!("home-02/{CARBON}");
    homes.place.write(&broken, "<Server><oops></Server>");
    let before = homes.state("home-02");

    let run = homes.command("apply").json().args(["--jobs", "3"]).run();
    run.exits(3);
    let codes: Vec<_> = run
        .objects()
        .iter()
        .map(|object| object["exit_code"].as_u64().unwrap())
        .collect();
    assert_eq!(codes, [0, 0, 3, 0, 0, 0], "{run}");
    before.untouched(&homes.state("home-02"), &run);
    assert!(homes.at("home-05").join(STATE).is_dir());

    let again = homes.command("apply").run();
    again.exits(3).says("6 homes: 5 unchanged, 1 failed");
    again.says(&format!("failed: {}", homes.at("home-02").display()));
    let dry = homes.command("apply").arg("--dry-run").run();
    dry.exits(3).says("1 failed");
    // Differences are lighter than a failure.
    fs::remove_dir_all(homes.at("home-02")).unwrap();
    homes.add("home-07");
    let run = homes.command("check").run();
    run.exits(1).says("6 homes: 5 unchanged, 1 differ");
    run.says(&format!("differ: {}", homes.at("home-07").display()));
}

#[test]
fn found_below_a_folder() {
    let homes = Homes::new(&["b", "a/deep/er", "b/repository/backup/old"]);
    symlink(homes.at("b"), homes.at("link")).unwrap();
    fs::create_dir(homes.at("nothing")).unwrap();
    // The same home once more, by its name.
    let run = homes
        .command("check")
        .json()
        .arg("--home")
        .arg(homes.at("link"))
        .run();
    run.exits(1);
    assert_eq!(names(&run), ["link", "er"], "{run}");

    let empty = Homes::new(&[]);
    let run = empty.command("check").run();
    run.exits(3).says("no home below").says("--home");
    let run = Tool::new("check")
        .args(["--all-homes", "/nowhere/at/all"])
        .run();
    run.exits(3).says("/nowhere/at/all");
}

/// Where somebody may not look, a home may be.
#[test]
fn a_folder_that_cannot_be_entered_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let homes = Homes::new(&["a", "z"]);
    let locked = homes.at("m");
    fs::create_dir(&locked).unwrap();
    homes.place.give_to_nobody();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let run = homes
        .command("check")
        .json()
        .unprivileged(&homes.place)
        .run();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    run.exits(3).says("permission denied");
    assert_eq!(names(&run), ["a", "m", "z"], "{run} (root: {})", root());
}

#[test]
fn a_home_named_as_two_nodes_is_refused() {
    let home = Home::stock();
    let named = |node: &str| format!("{node}={}", home.path().display());
    let run = Tool::new("check")
        .args(["--home", &named("gw-1"), "--home", &named("gw-2"), "--file"])
        .arg(deployment("two-gateways.toml"))
        .env(PASSWORD_VARIABLE, PASSWORD)
        .run();
    run.exits(2).says("named as two different nodes");
}

#[test]
fn each_home_as_its_node() {
    let homes = Homes::new(&["one", "two"]);
    let file = homes.place.aside(
        "nodes.toml",
        "[profiles.gateway]\n\
         key_manager = { server_url = 'https://km:9443/services/', client = 'WSClient' }\n\
         [nodes]\n\
         gw-1 = { profile = 'gateway', host = 'h', server = { host_name = 'one.example', mgt_host_name = 'm' } }\n\
         gw-2 = { profile = 'gateway', host = 'h', server = { host_name = 'two.example', mgt_host_name = 'm' } }\n",
    );
    let named = |node: &str, name: &str| format!("{node}={}", homes.at(name).display());
    let tool = || {
        Tool::new("apply")
            .args([
                "--home",
                &named("gw-1", "one"),
                "--home",
                &named("gw-2", "two"),
                "--file",
            ])
            .arg(&file)
    };
    let run = tool().args(["--node", "gw-1"]).run();
    run.exits(2).says("named as node `gw-2`");
    let run = tool().json().run();
    run.exits(0);
    for (name, host) in [("one", "one.example"), ("two", "two.example")] {
        let carbon = fs::read_to_string(homes.at(name).join(CARBON)).unwrap();
        assert!(
            carbon.contains(&format!("<HostName>{host}<")),
            "{name}: {run}"
        );
    }
}

/// On a terminal a bar shows how far the run is; nowhere else, and not where
/// somebody wants to hear less or a program listens.
#[test]
fn a_bar_on_a_terminal_only() {
    if !program("script") {
        return;
    }
    let homes = Homes::numbered(3);
    let shown = |more: &str| {
        let line = format!(
            "{} check --all-homes {} --profile gateway --file {} {more}",
            env!("CARGO_BIN_EXE_apim-patch"),
            homes.place.path().display(),
            deployment("gateway-ws.toml").display()
        );
        let run = std::process::Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .env(PASSWORD_VARIABLE, PASSWORD)
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(1), "{line}");
        String::from_utf8_lossy(&run.stdout).into_owned()
    };
    let with = shown("");
    assert!(with.contains("of 3 homes"), "{with}");
    assert!(with.contains("3 homes: 3 differ"), "{with}");
    for more in ["-q", "--format json", "2>/dev/null"] {
        let without = shown(more);
        assert!(!without.contains("of 3 homes"), "{more}: {without}");
    }
}

/// No more homes are begun; the one that waits gives up.
#[test]
fn a_signal_ends_the_run_before_the_next_home() {
    let homes = Homes::numbered(4);
    let held = fs::File::open(homes.at("home-00")).unwrap();
    held.lock().unwrap();
    let mut signalled = false;
    let tool = homes
        .command("apply")
        .json()
        .args(["--jobs", "1", "--wait", "60"]);
    let run = tool.run_watched(|child| {
        // Until it catches signals, SIGINT would end it without a report.
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let mask = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        // SIGINT is signal 2.
        if mask.is_some_and(|mask| mask & 0b10 != 0) {
            let pid = child.id().to_string();
            let sent = std::process::Command::new("kill")
                .args(["-INT", &pid])
                .status();
            signalled = sent.is_ok_and(|status| status.success());
            return false;
        }
        true
    });
    assert!(signalled);
    run.exits(130);
    let objects = run.objects();
    assert_eq!(objects.len(), 4, "{run}");
    for object in &objects {
        assert_eq!(object["exit_code"], 130, "{run}");
    }
    assert!(!homes.at("home-03").join(STATE).exists());
}
