//! Saved plans: reviewed on one home, applied on another that is the same.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;

use crate::harness::{
    API_MANAGER, CARBON, CATALINA, Compare, Home, PASSWORD, PASSWORD_VARIABLE, Run, Tool,
    deployment,
};

/// A plan for the stock gateway, made on a copy, and the run that made it.
fn planned(home: &Home) -> (PathBuf, Run) {
    let out = home.beside().join("gateway.plan");
    let run = home
        .command("plan", &deployment("gateway-ws.toml"))
        .arg("--out")
        .arg(&out)
        .run();
    run.exits(0).says("apply --plan");
    (out, run)
}

fn apply(home: &Home, plan: &PathBuf) -> Tool {
    Tool::new("apply")
        .home(home)
        .arg("--plan")
        .arg(plan)
        .env(PASSWORD_VARIABLE, PASSWORD)
}

#[test]
fn made_on_a_copy_and_applied_on_its_twin() {
    let copy = Home::stock();
    let before = copy.tree();
    let (plan, run) = planned(&copy);
    before.untouched(&copy.tree(), &run);

    let twin = Home::stock();
    let direct = Home::stock();
    direct
        .gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
    let before = twin.tree();
    let dry = apply(&twin, &plan).arg("--dry-run").run();
    dry.exits(0);
    assert_eq!(dry.out(), run.out());
    before.untouched(&twin.tree(), &dry);
    let run = apply(&twin, &plan).json().run();
    run.exits(0);
    assert_eq!(run.object()["status"], "applied");
    let differences = direct.files().differences(&twin.files(), Compare::Content);
    assert!(differences.is_empty(), "{differences:?}");

    // A plan is for once.
    let before = twin.tree();
    let again = apply(&twin, &plan).run();
    again.exits(4).says("not what the plan of").says(CARBON);
    before.untouched(&twin.tree(), &again);
}

#[test]
fn one_byte_and_nothing_is_done() {
    let copy = Home::stock();
    let (plan, _) = planned(&copy);
    for file in [API_MANAGER, CARBON, CATALINA] {
        let home = Home::stock();
        let mut bytes = home.read(file);
        bytes.push(b'\n');
        home.write(file, bytes);
        let before = home.tree();
        let run = apply(&home, &plan).run();
        run.exits(4)
            .says(&format!("{file} (last written 20"))
            .says("make a new plan");
        for other in [API_MANAGER, CARBON, CATALINA] {
            assert_eq!(run.err().contains(other), other == file, "{run}");
        }
        before.untouched(&home.tree(), &run);
        let dry = apply(&home, &plan).arg("--dry-run").run();
        dry.exits(4);
    }
}

/// What was to be set is already so, or the other way round: the secret is not
/// the one that was reviewed.
#[test]
fn a_secret_that_changed_since_is_a_conflict() {
    let home = Home::stock();
    let file = deployment("gateway-ws.toml");
    home.gateway("apply", &file).exits(0);
    let (plan, _) = planned(&home);
    let before = home.tree();
    // Already so then; now the variable holds another.
    let other = apply(&home, &plan).env(PASSWORD_VARIABLE, "0ther").run();
    other
        .exits(4)
        .says("key_manager.password")
        .conceals("0ther");
    // Already so then; now the home holds another.
    let api_manager = home.text(API_MANAGER);
    let changed = api_manager.replace("c4nary&amp;&lt;pass", "0ther");
    assert_ne!(changed, api_manager);
    home.write(API_MANAGER, changed);
    let run = apply(&home, &plan).run();
    run.exits(4).says("key_manager.password").conceals("0ther");
    home.write(API_MANAGER, api_manager);
    assert!(
        before
            .differences(&home.tree(), Compare::Content)
            .is_empty()
    );
    // The variable is gone.
    let run = Tool::new("apply")
        .home(&home)
        .arg("--plan")
        .arg(&plan)
        .run();
    run.exits(2).says(PASSWORD_VARIABLE);
}

#[test]
fn no_secret_is_in_it_and_nobody_else_reads_it() {
    let home = Home::stock();
    home.edit(
        API_MANAGER,
        "<!-- and this password. -->\n        <Password>${admin.password}",
        "<!-- and this password. -->\n        <Password>0ldCanary",
    );
    let (plan, run) = planned(&home);
    run.conceals("0ldCanary").conceals(PASSWORD);
    let text = fs::read_to_string(&plan).unwrap();
    for secret in ["0ldCanary", PASSWORD, "c4nary"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.contains(PASSWORD_VARIABLE));
    let mode = plan.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // Another password in the home, of another length: the same plan, so that
    // nothing in it can have come of the password.
    let without_time = |text: &str| {
        let mut value: Value = serde_json::from_str(text).unwrap();
        value["made"].take();
        value["nodes"][0]["report"]["home"].take();
        value
    };
    let other = Home::stock();
    other.edit(
        API_MANAGER,
        "<!-- and this password. -->\n        <Password>${admin.password}",
        "<!-- and this password. -->\n        <Password>q",
    );
    let (plan, _) = planned(&other);
    let other = fs::read_to_string(plan).unwrap();
    assert_eq!(without_time(&text), without_time(&other));
}

#[test]
fn a_secret_that_is_written_out_is_refused() {
    let home = Home::stock();
    let out = home.beside().join("out.plan");
    let run = home
        .command("plan", &deployment("gateway-ws.toml"))
        .set("key_manager.password", "c4nary")
        .arg("--out")
        .arg(&out)
        .run();
    run.exits(2)
        .says("key_manager.password")
        .says("no plan was saved")
        .conceals("c4nary");
    assert!(!out.exists());
}

#[test]
fn shown_again_without_the_home() {
    let home = Home::stock();
    let diff = home.gateway("diff", &deployment("gateway-ws.toml"));
    let (plan, run) = planned(&home);
    assert_eq!(run.out(), diff.out());
    let kept = plan.clone();
    fs::remove_dir_all(home.path()).unwrap();
    let shown = Tool::new("diff").arg("--plan").arg(&kept).run();
    shown.exits(0).says("planned, not written");
    assert_eq!(shown.out(), diff.out());
    let shown = Tool::new("diff")
        .arg("--plan")
        .arg(&kept)
        .arg("--exit-code")
        .json()
        .run();
    let object = shown.exits(1).object();
    assert_eq!(object["status"], "planned");
    assert_eq!(object["files"].as_array().unwrap().len(), 3, "{shown}");
    Tool::new("diff")
        .run()
        .exits(2)
        .says("--plan")
        .says("--home");
    let both = Tool::new("diff")
        .arg("--plan")
        .arg(&kept)
        .args(["--home", "/x"])
        .run();
    both.exits(2).says("cannot be used with");
    let both = Tool::new("apply")
        .args(["--home", "/x", "--set", "a=b", "--plan"])
        .arg(&kept)
        .run();
    both.exits(2).says("cannot be used with");
}

#[test]
fn what_is_no_plan() {
    let home = Home::stock();
    let (plan, _) = planned(&home);
    let text = fs::read_to_string(&plan).unwrap();
    let before = home.tree();
    for (content, why) in [
        (
            text.replacen("\"version\": 1", "\"version\": 2", 1),
            "it is of version 2, and this release reads version 1",
        ),
        (text[..text.len() / 2].to_owned(), "this is no plan"),
        ("{}".to_owned(), "this is no plan"),
        (
            text.replace(
                "\"key\": \"proxy.http_port\"",
                "\"key\": \"proxy.htp_port\"",
            ),
            "no such key",
        ),
    ] {
        assert_ne!(content, text);
        fs::write(&plan, content).unwrap();
        let run = apply(&home, &plan).run();
        run.exits(2).says(why);
        before.untouched(&home.tree(), &run);
    }
    fs::remove_file(&plan).unwrap();
    apply(&home, &plan).run().exits(2).says("no such file");
}

const NODES: &str = "\
    [profiles.gateway]\n\
    key_manager = { server_url = 'https://km:9443/services/', client = 'WSClient' }\n\
    [nodes]\n\
    gw-1 = { profile = 'gateway', host = '127.0.0.1', server = { host_name = 'one.example', mgt_host_name = 'm' } }\n\
    gw-2 = { profile = 'gateway', host = '192.0.2.9', server = { host_name = 'two.example', mgt_host_name = 'm' } }\n";

#[test]
fn each_node_takes_its_own() {
    let (one, two) = (Home::stock(), Home::stock());
    let file = one.aside("cluster.toml", NODES);
    let out = one.beside().join("cluster.plan");
    let plan = |homes: &[(&str, &Home)]| {
        let named = |(node, home): &(&str, &Home)| format!("{node}={}", home.path().display());
        let homes = homes
            .iter()
            .flat_map(|home| ["--home".to_owned(), named(home)]);
        let tool = Tool::new("plan").args(homes).arg("--file").arg(&file);
        tool.arg("--out").arg(&out).run()
    };
    plan(&[("gw-1", &one), ("gw-2", &two)])
        .exits(0)
        .says("2 homes: 2 would change");
    let shown = Tool::new("diff").arg("--plan").arg(&out).json().run();
    assert_eq!(shown.objects().len(), 2);
    let shown = Tool::new("diff")
        .arg("--plan")
        .arg(&out)
        .args(["--node", "gw-2"])
        .run();
    shown.exits(0).says("two.example").conceals("one.example");

    let apply = |home: &Home, node: Option<&str>| {
        let tool = Tool::new("apply").home(home).arg("--plan").arg(&out);
        tool.args(node.iter().flat_map(|node| ["--node", node]))
            .run()
    };
    apply(&two, Some("gw-3")).exits(2).says("gw-");
    // This machine is 127.0.0.1.
    apply(&one, None).exits(0);
    assert!(one.text(CARBON).contains("<HostName>one.example<"));
    apply(&two, Some("gw-2")).exits(0);
    assert!(two.text(CARBON).contains("<HostName>two.example<"));

    // One that fails leaves no plan of the rest.
    fs::remove_file(&out).unwrap();
    let broken = Home::empty();
    plan(&[("gw-1", &Home::stock()), ("gw-2", &broken)])
        .exits(3)
        .says("no plan was saved");
    assert!(!out.exists());
    // Homes without nodes can't be told apart.
    let run = Tool::new("plan")
        .home(&Home::stock())
        .home(&Home::stock())
        .args(["--profile", "gateway", "--file"])
        .arg(deployment("gateway-ws.toml"))
        .env(PASSWORD_VARIABLE, PASSWORD)
        .arg("--out")
        .arg(&out)
        .run();
    run.exits(2).says("NODE=DIR");
    assert!(!out.exists());
}

#[test]
fn a_plan_goes_nowhere_but_into_a_file() {
    let home = Home::stock();
    for (out, why) in [
        ("/dev/null", "no file"),
        ("/nowhere/at/all.plan", "No such file"),
        ("/tmp", "no file"),
    ] {
        let tool = home.command("plan", &deployment("gateway-ws.toml"));
        tool.args(["--out", out]).run().exits(5).says(why);
    }
}
