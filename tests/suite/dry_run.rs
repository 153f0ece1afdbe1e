//! What only looks must only look, and must show what an apply would do: no more, no less.

use std::path::PathBuf;
use std::process::Command;

use crate::harness::{
    API_MANAGER, CARBON, CATALINA, Home, PASSWORD, Run, Tool, acceptance, changed_lines, corpus,
    deployment, program,
};

/// The password of the acceptance case, as text and as XML.
const ACCEPTANCE_PASSWORDS: [&str; 2] = ["s3cret&<x", "s3cret&amp;&lt;x"];

fn looking() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("apply", vec!["--dry-run"]),
        ("apply", vec!["--dry-run", "--format", "json"]),
        ("diff", vec![]),
        ("diff", vec!["--format", "human"]),
        ("diff", vec!["--format", "json"]),
        ("check", vec![]),
        ("check", vec!["--format", "json"]),
    ]
}

/// Lines of a unified diff that go or come, file by file in the order shown.
fn counted(diff: &str) -> Vec<(String, usize, usize)> {
    let mut files: Vec<(String, usize, usize)> = Vec::new();
    let mut in_hunk = false;
    for line in diff.lines() {
        if line.starts_with("--- ") {
            in_hunk = false;
        } else if let Some(name) = line.strip_prefix("+++ ") {
            let name = name.split('\t').next().unwrap();
            files.push((name.trim_start_matches("b/").to_owned(), 0, 0));
        } else if line.starts_with("@@") {
            in_hunk = true;
        } else if let (true, Some(file)) = (in_hunk, files.last_mut()) {
            file.1 += usize::from(line.starts_with('-'));
            file.2 += usize::from(line.starts_with('+'));
        }
    }
    files
}

fn acceptance_case() -> Option<(Home, PathBuf)> {
    let stock = corpus()?.join("stock/am-2.1.0");
    Some((Home::copy_of(&stock), acceptance()?.join("gateway-ws.toml")))
}

fn expected() -> Vec<(String, usize, usize)> {
    let file = |name: &str, gone, came| (name.to_owned(), gone, came);
    vec![
        file(API_MANAGER, 7, 7),
        file(CARBON, 2, 2),
        file(CATALINA, 0, 2),
    ]
}

#[test]
fn nothing_is_written() {
    for (command, args) in looking() {
        let home = Home::stock();
        let before = home.tree();
        let tool = home.command(command, &deployment("gateway-ws.toml"));
        let run = tool.args(args).run();
        run.exits(i32::from(command == "check"));
        before.untouched(&home.tree(), &run);
    }
}

#[test]
fn nothing_is_written_in_a_real_home() {
    for (command, args) in looking() {
        let Some((home, deployment)) = acceptance_case() else {
            return;
        };
        let before = home.tree();
        let run = home.command(command, &deployment).args(args).run();
        run.exits(i32::from(command == "check"));
        before.untouched(&home.tree(), &run);
        for password in ACCEPTANCE_PASSWORDS {
            run.conceals(password);
        }
    }
}

#[test]
fn the_changed_lines_are_those_of_the_targets() {
    let Some((home, deployment)) = acceptance_case() else {
        return;
    };
    for args in [vec!["diff"], vec!["apply", "--dry-run"]] {
        let tool = home.command(args[0], &deployment);
        let run = tool.args(&args[1..]).run();
        assert_eq!(counted(&run.out()), expected(), "{run}");
    }
}

#[test]
fn json_counts_the_same_lines() {
    let Some((home, deployment)) = acceptance_case() else {
        return;
    };
    let object = home.command("diff", &deployment).json().run().object();
    assert_eq!(object["version"], 1);
    assert_eq!(object["profile"], "gateway");
    let files = object["files"].as_array().unwrap();
    let rows: Vec<(String, usize, usize)> = files
        .iter()
        .map(|file| {
            let count = |key: &str| usize::try_from(file[key].as_u64().unwrap()).unwrap();
            let path = file["path"].as_str().unwrap().to_owned();
            (path, count("removed_lines"), count("added_lines"))
        })
        .collect();
    assert_eq!(rows, expected());
}

#[test]
fn the_difference_is_a_status_only_when_asked_for() {
    let home = Home::stock();
    let file = deployment("gateway-ws.toml");
    home.gateway("diff", &file).exits(0);
    home.command("diff", &file)
        .arg("--exit-code")
        .run()
        .exits(1);
    home.gateway("apply", &file).exits(0);
    let run = home.command("diff", &file).arg("--exit-code").run();
    run.exits(0);
    assert_eq!(run.out(), "", "no difference, no diff: {run}");
}

#[test]
fn without_a_terminal_the_diff_is_plain() {
    let home = Home::stock();
    let run = home.gateway("diff", &deployment("gateway-ws.toml"));
    run.conceals("\u{1b}");
    let tool = home.command("diff", &deployment("gateway-ws.toml"));
    let colourful = tool.args(["--color", "always"]).run();
    assert!(colourful.out().contains("\u{1b}["), "{colourful}");
}

#[test]
fn secrets_are_masked_on_changed_lines_and_in_context() {
    // keystorePass stands in no hunk; the Key Manager's old password does.
    let home = Home::stock();
    home.edit(
        API_MANAGER,
        "<!-- and this password. -->\n        <Password>${admin.password}<",
        "<!-- and this password. -->\n        <Password>0ldCanary<",
    );
    let file = deployment("gateway-ws.toml");
    let run = home.gateway("diff", &file);
    run.conceals("0ldCanary").conceals("c4nary").says("******");
    // Without a new password the old one is a line of context at most, and still a secret.
    let tool = Tool::new("diff").home(&home).args(["--profile", "gateway"]);
    let context = tool
        .set(
            "key_manager.server_url",
            "https://km.example.com:9443/services/",
        )
        .set("key_manager.client", "WSClient")
        .set("key_manager.username", "gateway")
        .set("server.host_name", "gw.example.com")
        .set("server.mgt_host_name", "gw.example.com")
        .run();
    context.exits(0).conceals("0ldCanary").says("******");
}

/// The shown diff, applied by the program that everybody has, comes to what an apply comes to.
fn patch_applies(home: &Home, run: &Run, applied: &Home) {
    run.exits(0);
    let file = home.aside("shown.diff", &run.stdout);
    let output = Command::new("patch")
        .args(["-p1", "--batch", "--directory"])
        .arg(home.path())
        .arg("--input")
        .arg(&file)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{run}",
        String::from_utf8_lossy(&output.stdout)
    );
    for name in [API_MANAGER, CARBON, CATALINA] {
        let (missing, extra) = changed_lines(&applied.read(name), &home.read(name));
        assert_eq!((missing, extra), (vec![], vec![]), "{name} after patch");
    }
}

#[test]
fn the_human_diff_is_one_that_patch_applies() {
    if !program("patch") {
        return;
    }
    let file = deployment("gateway-ws.toml");
    for crlf in [false, true] {
        let (home, applied) = (Home::stock(), Home::stock());
        if crlf {
            for home in [&home, &applied] {
                for name in [API_MANAGER, CARBON, CATALINA] {
                    home.write(name, home.text(name).replace('\n', "\r\n"));
                }
            }
        }
        applied.gateway("apply", &file).exits(0);
        let run = home.command("diff", &file).arg("--show-secrets").run();
        run.says(&PASSWORD.replace('&', "&amp;").replace('<', "&lt;"));
        patch_applies(&home, &run, &applied);
    }
}

#[test]
fn patch_applies_without_a_final_newline() {
    if !program("patch") {
        return;
    }
    let file = deployment("gateway-ws.toml");
    let (home, applied) = (Home::stock(), Home::stock());
    for home in [&home, &applied] {
        // The last line changes too: only then does the diff have to say that its newline is missing.
        home.edit(
            CARBON,
            "    <!--\n    The same for the management console\n    -->\n    <!--MgtHostName>mgt.wso2.org</MgtHostName-->\n",
            "",
        );
        home.edit(
            CARBON,
            "\n</Server>\n",
            "\n<!--MgtHostName>mgt.wso2.org</MgtHostName--></Server>",
        );
    }
    applied.gateway("apply", &file).exits(0);
    let run = home.command("diff", &file).arg("--show-secrets").run();
    patch_applies(&home, &run, &applied);
    assert!(!home.text(CARBON).ends_with('\n'));
}

/// The mark at the start of a file is part of its first line.
#[test]
fn patch_applies_to_the_first_lines_behind_a_byte_order_mark() {
    if !program("patch") {
        return;
    }
    let patches = [
        // The first line, and one that has it in its context.
        "select = '/APIManager/@since'\nset = '2016'",
        "select = '/APIManager/DataSourceName'\nset = 'jdbc/OTHER'",
    ];
    for patch in patches {
        let (home, applied) = (Home::stock(), Home::stock());
        let text = format!("[[patch]]\nfile = '{API_MANAGER}'\n{patch}\n");
        let file = home.aside("first.toml", text);
        for home in [&home, &applied] {
            home.write(API_MANAGER, format!("\u{feff}{}", home.text(API_MANAGER)));
        }
        let run = applied.command("apply", &file).arg("--partial").run();
        run.exits(0);
        let tool = home.command("diff", &file).arg("--partial");
        let run = tool.arg("--show-secrets").run();
        run.says("@@ -1,");
        patch_applies(&home, &run, &applied);
        assert!(home.text(API_MANAGER).starts_with('\u{feff}'), "{run}");
    }
}

/// For programs, the diff stands file by file in the object, and is the one that people see.
#[test]
fn json_holds_the_diff() {
    let home = Home::stock();
    home.edit(
        API_MANAGER,
        "<!-- and this password. -->\n        <Password>${admin.password}<",
        "<!-- and this password. -->\n        <Password>0ldCanary<",
    );
    let file = deployment("gateway-ws.toml");
    let shown = home.command("diff", &file).run();
    for args in [&["diff"][..], &["apply", "--dry-run"]] {
        let run = home.command(args[0], &file).args(&args[1..]).json().run();
        run.exits(0).conceals("0ldCanary").conceals("c4nary");
        let object = run.object();
        let files = object["files"].as_array().unwrap();
        let diffs: String = files.iter().map(|f| f["diff"].as_str().unwrap()).collect();
        assert_eq!(diffs, shown.out(), "{args:?}");
        assert!(
            diffs.contains("+        <Password>******</Password>"),
            "{diffs}"
        );
    }
}
