//! The way back: to the byte, as a step of its own, and never over somebody else's work.

use std::fs;
use std::path::PathBuf;

use crate::harness::{API_MANAGER, CARBON, Home, Run, STATE, Tool, deployment};

fn revert(home: &Home) -> Run {
    Tool::new("revert").home(home).run()
}

fn applied() -> Home {
    let home = Home::stock();
    home.gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
    home
}

#[test]
fn there_and_back_and_there_again() {
    let home = Home::stock();
    let stock = home.files();
    let file = deployment("gateway-ws.toml");
    home.gateway("apply", &file).exits(0);
    let gateway = home.files();
    let run = revert(&home);
    run.exits(0);
    stock.same_content(&home.files(), &run);
    home.gateway("check", &file).exits(1);
    let run = home.gateway("apply", &file);
    run.exits(0);
    gateway.same_content(&home.files(), &run);
}

/// A revert is a transaction too: reverting it brings back what it took.
#[test]
fn a_revert_can_be_reverted() {
    let home = applied();
    let gateway = home.files();
    let object = Tool::new("revert").home(&home).json().run().object();
    let id = object["transaction"].as_str().unwrap().to_owned();
    let run = Tool::new("revert").home(&home).arg(id).run();
    run.exits(0);
    gateway.same_content(&home.files(), &run);
}

#[test]
fn steps_are_reverted_by_name() {
    let home = Home::stock();
    let stock = home.files();
    let file = deployment("gateway-ws.toml");
    let first = home.command("apply", &file).json().run().object();
    let between = home.files();
    let tool = home
        .command("apply", &file)
        .set("key_manager.username", "other");
    let second = tool.json().run().object();
    for (step, wanted) in [(second, between), (first, stock)] {
        let id = step["transaction"].as_str().unwrap();
        let run = Tool::new("revert").home(&home).arg(id).run();
        run.exits(0);
        wanted.same_content(&home.files(), &run);
    }
}

#[test]
fn nothing_to_revert() {
    let home = Home::stock();
    let before = home.tree();
    let run = revert(&home);
    assert!([0, 2, 3].contains(&run.status()), "{run}");
    assert!(!run.all().trim().is_empty());
    before.untouched(&home.tree(), &run);
    let run = Tool::new("revert").home(&home).arg("no-such-id").run();
    assert!([2, 3].contains(&run.status()), "{run}");
    run.says("no-such-id");
    before.untouched(&home.tree(), &run);
}

/// B105: what was edited afterwards is not overwritten.
#[test]
fn an_edit_after_the_apply_is_in_the_way() {
    let home = applied();
    home.edit(CARBON, "<WebContextRoot>/<", "<WebContextRoot>/am<");
    let before = home.tree();
    let run = revert(&home);
    run.exits(4).says("carbon.xml");
    before.untouched(&home.tree(), &run);
}

/// B104: a backup that is not what was put away is never written back.
#[test]
fn a_spoilt_backup_is_refused() {
    let home = Home::stock();
    let stock = home.read(API_MANAGER);
    home.gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
    let backups: Vec<PathBuf> = home
        .tree()
        .regular()
        .filter(|(path, _, bytes)| path.starts_with(STATE) && *bytes == stock)
        .map(|(path, _, _)| home.path().join(path))
        .collect();
    assert!(!backups.is_empty(), "the file as it was is kept");
    for backup in backups {
        fs::write(&backup, [&stock[..stock.len() - 1], b" "].concat()).unwrap();
    }
    let before = home.tree();
    let run = revert(&home);
    run.exits(4);
    before.untouched(&home.tree(), &run);
}

#[test]
fn history_tells_what_was_done() {
    let home = Home::stock();
    let empty = Tool::new("history").home(&home).run();
    empty.exits(0);
    assert!(
        !home.file(STATE).exists(),
        "looking leaves nothing: {empty}"
    );
    let object = home
        .command("apply", &deployment("gateway-ws.toml"))
        .json()
        .run()
        .object();
    let id = object["transaction"].as_str().unwrap().to_owned();
    let before = home.tree();
    let run = Tool::new("history").home(&home).run();
    run.exits(0).says(&id).says("gateway");
    let json = Tool::new("history").home(&home).json().run();
    json.exits(0).says(&id);
    json.objects();
    before.untouched(&home.tree(), &json);
    revert(&home).exits(0);
    let run = Tool::new("history").home(&home).run();
    run.exits(0).says(&id).says("revert");
}

/// Container image builds want no history in their layers.
#[test]
fn no_history_leaves_none() {
    let home = Home::stock();
    let tool = home.command("apply", &deployment("gateway-ws.toml"));
    tool.arg("--no-history").run().exits(0);
    assert!(!home.file(STATE).exists());
    assert!(home.text(CARBON).contains("<HostName>gw.example.com<"));
    let before = home.tree();
    let run = revert(&home);
    assert_ne!(run.status(), 101, "{run}");
    before.untouched(&home.tree(), &run);
}

#[test]
fn recover_without_a_crash_does_nothing() {
    for home in [Home::stock(), applied()] {
        let before = home.tree();
        let run = Tool::new("recover").home(&home).run();
        run.exits(0);
        before.untouched(&home.tree(), &run);
    }
}

/// The history remembers who asked for what: the deployment file by its digest.
#[test]
fn the_deployment_file_is_remembered_by_its_digest() {
    let home = Home::stock();
    let file = deployment("gateway-ws.toml");
    home.gateway("apply", &file).exits(0);
    let history = Tool::new("history").home(&home).json().run().object();
    let remember = &history["transactions"][0]["details"]["remember"];
    let path = remember["deployment file"].as_str().unwrap();
    assert!(path.ends_with("gateway-ws.toml"), "{history}");
    assert_eq!(remember["profile"], "gateway");
    let digest = remember["deployment file digest"].as_str().unwrap();
    let output = std::process::Command::new("sha256sum").arg(&file).output();
    if let Ok(output) = output {
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(told.starts_with(digest), "{digest} is not {told}");
    }
    assert_eq!(digest.len(), 64);
}

/// Space is bounded: older runs go when a newer one has succeeded, and only then.
#[test]
fn the_history_is_kept_short() {
    let home = Home::stock();
    let file = deployment("gateway-ws.toml");
    let apply = |name: &str, args: &[&str]| {
        let tool = home.command("apply", &file);
        let tool = tool.set("key_manager.username", name).args(args);
        tool.json().run()
    };
    let ids = || -> Vec<String> {
        let history = Tool::new("history").home(&home).json().run().object();
        let transactions = history["transactions"].as_array().unwrap().iter();
        let id = |entry: &serde_json::Value| entry["id"].as_str().unwrap().to_owned();
        transactions.map(id).collect()
    };
    let mut made: Vec<String> = Vec::new();
    for name in ["a", "b", "c"] {
        let run = apply(name, &[]);
        made.insert(0, run.object()["transaction"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids(), made);
    // Nothing to do is nothing to make room for.
    let run = apply("c", &["--keep", "1"]);
    run.exits(0);
    assert_eq!(ids(), made);
    let run = apply("d", &["--keep", "2"]);
    run.exits(0);
    let kept = ids();
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[1], made[0]);
    let pruned = run.object()["pruned"].clone();
    assert_eq!(pruned, serde_json::json!([made[2], made[1]]), "{run}");
    let run = Tool::new("revert").home(&home).args(["--keep", "1"]).run();
    run.exits(0);
    assert_eq!(ids().len(), 1);
    // What is left can still be taken back.
    revert(&home).exits(0);
    for args in [&["--keep", "0"][..], &["--keep", "1", "--no-history"]] {
        apply("e", args).exits(2).says("--keep");
    }
    let run = Tool::new("history")
        .home(&home)
        .args(["--prune", "0"])
        .run();
    run.exits(0).says("deleted");
    assert_eq!(ids(), Vec::<String>::new());
}

/// What is in the way is shown: what the run changed, and what came since.
#[test]
fn the_history_shows_what_came_since() {
    let home = applied();
    home.edit(CARBON, "<WebContextRoot>/<", "<WebContextRoot>/am<");
    let run = revert(&home);
    run.exits(4).says("carbon.xml").says("apim-patch history");
    let history = Tool::new("history").home(&home).json().run().object();
    let id = history["transactions"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let run = Tool::new("history").home(&home).arg(&id).run();
    run.exits(0).says("carbon.xml has changed since");
    run.says("<WebContextRoot>/am<")
        .says("<HostName>gw.example.com<");
    home.remove(CARBON);
    let run = Tool::new("history").home(&home).arg(&id).run();
    run.exits(0).says("carbon.xml is gone");
}
