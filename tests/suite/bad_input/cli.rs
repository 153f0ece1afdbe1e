//! B095–B108, as far as this release's commands reach: the command line, its streams, and errors as data.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{ensure, row, table};
use crate::harness::{
    API_MANAGER, CARBON, CATALINA, Home, PASSWORD, PASSWORD_VARIABLE, STATE, Tool, changed_lines,
    deployment,
};

/// The three files are all as they were, or all as an apply leaves them.
#[track_caller]
fn all_or_none(home: &Home, done: bool, what: &str) {
    let (stock, applied) = (Home::stock(), Home::stock());
    applied
        .gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
    let wanted = if done { &applied } else { &stock };
    for name in [API_MANAGER, CARBON, CATALINA] {
        let (missing, extra) = changed_lines(&wanted.read(name), &home.read(name));
        assert_eq!((missing, extra), (vec![], vec![]), "{name}, {what}");
    }
}

#[test]
fn command_lines_that_can_not_be_meant() {
    let line = |args: &[&str]| {
        let run = Tool::bare().args(args).run();
        run.exits(2).says("--help");
        assert_eq!(run.out(), "", "usage errors go to stderr: {run}");
        assert!(
            run.err().lines().count() <= 8,
            "short enough to be read: {run}"
        );
        run
    };
    line(&["--no-such-option"]).says("--no-such-option");
    line(&["no-such-command"]).says("no-such-command");
    line(&["aply"]).says("apply");
    line(&["apply", "--no-such-option"]).says("--no-such-option");
    line(&["apply", "--home"]).says("--home");
    line(&["check", "--format", "yaml"])
        .says("yaml")
        .says("json");
    Tool::bare().run().exits(2).says("apply");
    Tool::bare().arg("--help").run().exits(0);
    Tool::bare()
        .arg("--version")
        .run()
        .exits(0)
        .says(env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_run_needs_a_home_and_a_profile() {
    let home = Home::stock();
    Tool::new("apply").run().exits(2).says("--home");
    let run = Tool::new("apply")
        .home(&home)
        .arg("--file")
        .arg(deployment("gateway-ws.toml"))
        .run();
    run.exits(2).says("profile").says("gateway");
    let run = Tool::new("apply")
        .home(&home)
        .args(["--profile", "gatway"])
        .run();
    run.exits(2).says("gatway").says("gateway");
}

#[test]
fn secrets_in_argv() {
    table(vec![
        row(
            "B096",
            &[0],
            &["warning", "--set-env", "--set-file"],
            |scene| {
                scene.args(&["--set", "key_manager.password=0penSecret"]);
            },
        )
        .and(|_, run| ensure(!run.all().contains("0penSecret"), "the secret is echoed")),
        row("B096 refused", &[2], &["proxy.http_port"], |scene| {
            scene.args(&[
                "--set",
                "key_manager.password=0penSecret",
                "--set",
                "proxy.http_port=x",
            ]);
        })
        .and(|_, run| ensure(!run.all().contains("0penSecret"), "the secret is echoed")),
        row("B097", &[0], &["******"], |scene| {
            scene.home.edit(
                API_MANAGER,
                "<!-- and this password. -->\n        <Password>${admin.password}",
                "<!-- and this password. -->\n        <Password>0penSecret",
            );
            scene.args(&["--dry-run"]);
        })
        .and(|scene, run| {
            ensure(!run.all().contains("0penSecret"), "the old secret is shown")?;
            ensure(
                !scene.home.file(STATE).exists(),
                "a dry run leaves something",
            )
        }),
    ]);
}

#[test]
fn streams_that_take_nothing() {
    let file = deployment("gateway-ws.toml");
    let home = Home::stock();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let run = home.command("apply", &file).stdout(full).run();
    assert!([0, 5].contains(&run.status()), "B098: {run}");
    all_or_none(&home, run.status() == 0, "stdout full");

    // A reader that goes away at once, as `| head -1` does.
    let home = Home::stock();
    let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
    let pipe = reader.stdin.take().unwrap();
    reader.wait().unwrap();
    let run = home.command("apply", &file).stdout(pipe).run();
    assert!([0, 5].contains(&run.status()), "B098: {run}");
    all_or_none(&home, run.status() == 0, "stdout broken");

    let home = Home::stock();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let run = home.command("diff", &file).stdout(full).run();
    assert_eq!(
        run.status(),
        5,
        "a diff that nobody got is no success: {run}"
    );
}

/// B098, B099: with stdin and stdout closed, not merely empty.
#[test]
fn closed_streams() {
    let home = Home::stock();
    let line = "exec \"$0\" apply --home \"$1\" --profile gateway --file \"$2\" <&- >&-";
    let output = Command::new("sh")
        .args(["-c", line, env!("CARGO_BIN_EXE_apim-patch")])
        .arg(home.path())
        .arg(deployment("gateway-ws.toml"))
        .env(PASSWORD_VARIABLE, PASSWORD)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!([0, 5].contains(&code), "{code}: {complaint}");
    all_or_none(&home, code == 0, "streams closed");
}

#[test]
fn stdin_is_never_asked() {
    let home = Home::stock();
    // Without the password's variable there is something to ask for.
    let tool = Tool::new("apply")
        .home(&home)
        .args(["--profile", "gateway", "--file"]);
    let tool = tool.arg(deployment("gateway-ws.toml"));
    let run = tool.stdin(fs::File::open("/dev/zero").unwrap()).run();
    run.exits(2).says(PASSWORD_VARIABLE);
}

/// B107: one home through two paths is one home.
#[test]
fn a_home_named_twice() {
    let home = Home::stock();
    let link = home.beside().join("link");
    symlink(home.path(), &link).unwrap();
    let tool = home.command("apply", &deployment("gateway-ws.toml"));
    let run = tool.arg("--home").arg(&link).run();
    run.exits(0).says("link");
    all_or_none(&home, true, "named twice");
    let history = Tool::new("history").home(&home).json().run();
    history.exits(0);
    let back = Tool::new("revert").home(&home).run();
    back.exits(0);
    all_or_none(&home, false, "reverted once");
}

/// B108: on every error one object, with the class of the error, and the status that goes with it.
#[test]
fn errors_as_json() {
    type Break = fn(&Home) -> Vec<String>;
    let rows: [(&str, i32, Break); 5] = [
        ("ill-formed", 3, |home| {
            home.edit(CARBON, "</Ports>", "</Prots>");
            vec![]
        }),
        ("missing file", 3, |home| {
            home.remove(CATALINA);
            vec![]
        }),
        ("bad value", 2, |_| {
            vec!["--set".into(), "proxy.http_port=x".into()]
        }),
        ("unknown key", 2, |_| {
            vec!["--set".into(), "proxy.htp_port=80".into()]
        }),
        ("no such node", 2, |_| vec!["--node".into(), "gw-9".into()]),
    ];
    for (name, status, build) in rows {
        let home = Home::stock();
        let args = build(&home);
        let tool = home.command("apply", &deployment("gateway-ws.toml"));
        let run = tool.args(args).json().run();
        run.exits(status);
        let object = run.object();
        assert_eq!(object["version"], 1, "{name}: {run}");
        assert_eq!(object["status"], "failed", "{name}: {run}");
        assert_eq!(object["exit_code"], status, "{name}: {run}");
        assert_eq!(object["changed"], Value::Array(vec![]), "{name}: {run}");
        let errors = object["errors"].as_array().unwrap();
        assert!(!errors.is_empty(), "{name}: {run}");
        for error in errors {
            for key in ["class", "code", "message"] {
                assert!(error[key].is_string(), "{name} has no {key}: {run}");
            }
            for key in ["file", "line", "column", "help"] {
                assert!(error.get(key).is_some(), "{name} has no {key}: {run}");
            }
        }
        if name == "ill-formed" {
            let (file, line) = (&errors[0]["file"], &errors[0]["line"]);
            assert!(file.as_str().unwrap().ends_with(CARBON), "{run}");
            assert!(line.is_u64(), "{run}");
        }
    }
}

/// JSON is UTF-8, even when the home's name is not.
#[test]
fn names_that_are_not_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let home = Home::stock();
    let name = std::ffi::OsStr::from_bytes(b"h\xffme\n \"x\"");
    let moved = home.beside().join(name);
    fs::rename(home.path(), &moved).unwrap();
    let run = Tool::new("apply")
        .arg("--home")
        .arg(&moved)
        .args(["--profile", "gateway", "--file"])
        .arg(deployment("gateway-ws.toml"))
        .env(PASSWORD_VARIABLE, PASSWORD)
        .json()
        .run();
    run.exits(0);
    assert!(std::str::from_utf8(&run.stdout).is_ok(), "{run}");
    assert!(run.object()["home"].is_string(), "{run}");
    fs::rename(&moved, home.path()).unwrap();
    all_or_none(&home, true, "under another name");
}
