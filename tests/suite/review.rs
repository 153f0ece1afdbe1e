//! What an operator looks at before saying yes, at a terminal.

use std::env;

use crate::harness::{
    API_MANAGER, CARBON, Compare, Home, PASSWORD, PASSWORD_VARIABLE, Run, Tool, deployment, program,
};
use crate::many::Homes;

/// Runs what comes behind it on a terminal of its own, 160 columns wide.
const TERMINAL: [&str; 3] = [
    "python3",
    "-c",
    "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(\
     ['sh', '-c', 'stty cols 160; exec \"$0\" \"$@\"'] + sys.argv[1:])))",
];

fn diff(home: &Home) -> Tool {
    home.command("diff", &deployment("gateway-ws.toml"))
}

/// The same on a terminal; `None` where there is no program that makes one.
fn on_a_terminal(tool: Tool) -> Option<Tool> {
    if !program("python3") {
        return None;
    }
    let path = env::var_os("PATH").unwrap_or_default();
    Some(tool.under(TERMINAL).env("PATH", path).env("TERM", "xterm"))
}

/// What is drawn below the headline, which names the home or the run.
fn body(run: &Run) -> String {
    let out = run.out();
    let (_, body) = out.split_once('\n').unwrap();
    body.to_owned()
}

#[test]
fn each_part_says_why() {
    let home = Home::stock();
    let run = diff(&home).arg("--why").run();
    run.exits(0);
    let out = run.out();
    let of_carbon = &out[out.find(&format!("{CARBON}  -2 +2\n")).unwrap()..];
    let place = |text: &str| {
        let found = of_carbon.find(text);
        found.unwrap_or_else(|| panic!("no {text} in {run}"))
    };
    let why = place("  server.host_name: required by profile gateway, given in ");
    assert!(
        place("\n@@ ") < why && why < place("\n-    <!--HostName>"),
        "{run}"
    );
    run.says("proxy.https_port: fixed by profile gateway: callers see the load balancer's");
    // Without it, a program gets what it always got.
    let plain = diff(&home).run();
    assert!(plain.out().starts_with("--- a/"), "{plain}");
    plain.conceals("required by");
}

#[test]
fn a_plan_a_dry_run_and_a_plan_that_was_saved_are_drawn_alike() {
    let home = Home::stock();
    let file = deployment("gateway-ws.toml");
    let plan = home.beside().join("gateway.plan");
    home.command("plan", &file)
        .arg("--out")
        .arg(&plan)
        .run()
        .exits(0);
    for view in ["--why", "--stat", "--side-by-side"] {
        let live = diff(&home).arg(view).run();
        live.exits(0);
        let saved = Tool::new("diff").arg("--plan").arg(&plan).arg(view).run();
        assert_eq!(body(&saved), body(&live), "{view}");
        let dry = home.command("apply", &file).args(["--dry-run", view]).run();
        assert_eq!(body(&dry), body(&live), "{view}");
    }
    // Nothing is drawn that nobody asked to see.
    home.command("apply", &file).arg("--why").run().exits(2);
    Tool::new("history")
        .home(&home)
        .arg("--stat")
        .run()
        .exits(2);

    home.gateway("apply", &file).exits(0);
    let list = Tool::new("history").home(&home).run().out();
    let id = list.split_whitespace().next().unwrap().to_owned();
    let past = Tool::new("history").home(&home).args([&id, "--stat"]).run();
    past.exits(0).says(&format!("run {id}"));
    past.says("insertions(+)");
}

#[test]
fn counts_are_those_of_the_diff() {
    let home = Home::stock();
    let report = diff(&home).json().run().object();
    let stat = diff(&home).arg("--stat").run();
    let files = report["files"].as_array().unwrap();
    for file in files {
        let count = |of: &str| file[of].as_u64().unwrap();
        let (added, removed) = (count("added_lines"), count("removed_lines"));
        let path = file["path"].as_str().unwrap();
        let out = stat.out();
        let row = out.lines().find(|row| row.contains(path)).unwrap();
        let (_, figures) = row.split_once('|').unwrap();
        let bar = "+".repeat(added as usize) + &"-".repeat(removed as usize);
        let figures: Vec<_> = figures.split_whitespace().collect();
        assert_eq!(figures, [(added + removed).to_string(), bar], "{stat}");
    }
    stat.says(&format!("{} files changed, ", files.len()));
}

#[test]
fn two_columns_where_there_is_room() {
    let home = Home::stock();
    let at = |columns: &str| {
        let tool = diff(&home).arg("--side-by-side").env("COLUMNS", columns);
        tool.run()
    };
    let wide = at("120");
    let out = wide.out();
    let mut rows = out.lines().filter(|line| line.contains('│'));
    assert!(rows.all(|row| row.chars().count() <= 120), "{wide}");
    let row = out
        .lines()
        .find(|line| line.contains("<!--HostName>"))
        .unwrap();
    assert!(
        row.contains("│") && row.contains("<HostName>gw.example.com<"),
        "{wide}"
    );
    let narrow = at("99");
    narrow
        .says("the diff is unified")
        .says("\n+    <HostName>gw.example.com<");
    assert!(!narrow.out().contains('│'), "{narrow}");
}

#[test]
fn a_secret_that_becomes_another_one_is_told_and_one_that_stays_is_not() {
    let home = Home::stock();
    let marked = |run: &Run| run.out().matches("(another value)").count();
    let run = diff(&home).arg("--why").run();
    run.says("+        <Password>******</Password> (another value)");
    run.conceals(PASSWORD);
    assert_eq!(marked(&run), 1, "{run}");
    home.gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
    let again = diff(&home)
        .set("key_manager.username", "other")
        .arg("--why");
    let again = again.run();
    again.exits(0).says("******");
    assert_eq!(marked(&again), 0, "{again}");
}

/// A control character can't stand in a value, but one that reorders what is read can.
#[test]
fn nothing_in_a_file_reorders_what_is_read() {
    let home = Home::stock();
    let host = "gw\u{202e}moc.elpmaxe\u{2066}\u{61c}.example.com";
    home.edit(
        API_MANAGER,
        "<!-- Signs in there with this name -->",
        &format!("<!-- {host} -->"),
    );
    for view in ["--why", "--side-by-side"] {
        let run = diff(&home).arg(view).run();
        run.exits(0).says(r"gw\u{202e}moc");
        for hidden in ["\u{202e}", "\u{2066}", "\u{61c}"] {
            assert!(!run.out().contains(hidden), "{run}");
        }
    }
}

#[test]
fn on_a_terminal_a_pager_shows_it() {
    let home = Home::stock();
    let shown = |pager: &str, args: &[&str]| {
        let tool = diff(&home).args(args).env("APIM_PATCH_PAGER", pager);
        on_a_terminal(tool).map(Tool::run)
    };
    let Some(paged) = shown("sed s/^/paged:/", &["--exit-code"]) else {
        return;
    };
    // Its exit status is that of the diff.
    paged.exits(1).says("paged:").says("nothing was written");
    assert!(paged.out().contains("\u{1b}["), "{paged}");
    assert!(
        !paged.out().lines().any(|line| line.starts_with("---")),
        "{paged}"
    );
    for (pager, args) in [
        ("", &[][..]),
        ("cat", &[]),
        ("sed s/^/paged:/", &["--no-pager"]),
        ("sed s/^/paged:/", &["--format", "json"]),
    ] {
        let run = shown(pager, args).unwrap();
        run.exits(0).says(CARBON).conceals("paged:");
    }
    // One that is not there is done without, also where only a shell knows.
    let missing = shown("no-such-pager -x", &[]).unwrap();
    missing
        .exits(0)
        .says("`no-such-pager -x` can't be started")
        .says(CARBON);
    shown("no-such-pager 'x'", &[])
        .unwrap()
        .exits(0)
        .says(CARBON);
    // One that is left early is no failure.
    shown("head -n 1", &[])
        .unwrap()
        .exits(0)
        .conceals("<HostName>");
    let less = shown("echo \"LESS=$LESS\"; cat > /dev/null", &[]).unwrap();
    less.exits(0).says("LESS=FRX");
    // Without a terminal there is no pager.
    let piped = diff(&home).env("APIM_PATCH_PAGER", "sed s/^/paged:/").run();
    piped.exits(0).conceals("paged:");
}

#[test]
fn a_terminal_is_used_as_wide_as_it_is() {
    let home = Home::stock();
    let tool = diff(&home).args(["--side-by-side", "--no-pager", "--color", "never"]);
    let Some(run) = on_a_terminal(tool).map(Tool::run) else {
        return;
    };
    let out = run.out();
    let widest = out
        .lines()
        .map(|line| line.trim_end().chars().count())
        .max();
    assert!(widest > Some(130) && widest <= Some(160), "{run}");
}

/// The lines of the shell that a run has told to type, each with what it is for.
fn told(run: &Run, what: &str) -> String {
    let err = run.err();
    let mut lines = err.lines().map(str::trim_start);
    let found = lines.find_map(|line| line.strip_prefix(what));
    let command = found.unwrap_or_else(|| panic!("no {what} in {run}"));
    command.trim().to_owned()
}

#[test]
fn what_apply_tells_to_type_next_does_what_it_says() {
    let home = Home::stock();
    let before = home.files();
    let run = home.gateway("apply", &deployment("gateway-ws.toml"));
    run.exits(0).says("no server runs on it");
    let typed = |command: String| {
        let words = command.split(' ').skip(1).map(str::to_owned);
        let tool = Tool::bare().args(words.collect::<Vec<_>>());
        tool.env(PASSWORD_VARIABLE, PASSWORD).run()
    };
    typed(told(&run, "check:")).exits(0);
    typed(told(&run, "take back:")).exits(0);
    assert_eq!(before.differences(&home.files(), Compare::Content), [""; 0]);
    typed(told(&run, "check:")).exits(1);
    // A value that was typed may be a secret, and is not typed again.
    let typed = home.command("apply", &deployment("gateway-ws.toml"));
    let typed = typed.set("proxy.https_port", "444").run();
    typed.exits(0).says("take back:").conceals("check:");
}

#[test]
fn many_homes_are_told_in_the_order_of_restart() {
    let homes = Homes::numbered(3);
    let file = homes.place.aside(
        "nodes.toml",
        "[nodes.gw]\nprofile = \"gateway\"\n[nodes.km]\nprofile = \"key-manager\"\nhost = \"km.example.com\"\n\
         [nodes.shop]\nprofile = \"store\"\n",
    );
    let pid = std::process::id().to_string();
    homes.place.write("home-01/wso2carbon.pid", &pid);
    let mut tool = Tool::new("apply").arg("--file").arg(&file).arg("--partial");
    for (node, name) in [("gw", "home-00"), ("km", "home-01"), ("shop", "home-02")] {
        tool = tool
            .arg("--home")
            .arg(format!("{node}={}", homes.at(name).display()));
    }
    let run = tool.run();
    run.exits(0).says("check: apim-patch check --home gw=");
    let err = run.err();
    let rows = err.lines().skip_while(|line| !line.contains("step  node"));
    let rows: Vec<Vec<&str>> = rows.map(|row| row.split_whitespace().collect()).collect();
    let steps: Vec<_> = rows[1..4].iter().map(|row| &row[..2]).collect();
    assert_eq!(steps, [["1", "km"], ["2", "shop"], ["3", "gw"]], "{run}");
    assert_eq!(rows[1][3..5], ["process", pid.as_str()], "{run}");
}
