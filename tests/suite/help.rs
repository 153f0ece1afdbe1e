//! What the tool says to somebody who does not know how to go on.

use std::process::Command;

use crate::harness::{Home, Tool, deployment, program};

/// A command line with one word typed wrong, and the word that was meant.
#[test]
fn did_you_mean() {
    let home = Home::stock();
    let at = home.path().to_str().unwrap();
    let cluster = deployment("cluster.toml");
    let cluster = cluster.to_str().unwrap();
    let check = ["check", "--home", at, "--profile", "gateway", "--partial"];
    let set = |argument| [&check[..], &["--set", argument]].concat();
    let node = format!("edg-b={at}");
    for (line, meant) in [
        (vec!["aply"], "apply"),
        (vec!["report", "merg"], "merge"),
        (vec!["check", "--hom", at], "--home"),
        (vec!["completions", "bsh"], "bash"),
        ([&check[..], &["--format", "jso"]].concat(), "json"),
        ([&check[..], &["--color", "nver"]].concat(), "never"),
        (vec!["explain", "gatway"], "`gateway`"),
        (vec!["explain", "api-stor"], "`api-store`"),
        (vec!["explain", "key_manger"], "`key_manager`"),
        (vec!["explain", "proxy.https_prt"], "`proxy.https_port`"),
        (vec!["explain", "https_prt"], "`proxy.https_port`"),
        (
            vec!["explain", "environments.eu.server_ur"],
            "`environments.eu.server_url`",
        ),
        (vec!["explain", "--file", cluster, "proxi"], "`proxy`"),
        (
            vec!["explain", "--file", cluster, "--node", "edg-a"],
            "`edge-a`",
        ),
        (vec!["inspect", "--home", at, "proxi"], "`proxy`"),
        (
            vec!["check", "--home", at, "--profile", "gatway"],
            "`gateway`",
        ),
        (
            vec!["capture", "--home", at, "--profile", "gatway"],
            "`gateway`",
        ),
        (
            vec!["check", "--home", at, "--file", cluster, "--node", "edg-a"],
            "`edge-a`",
        ),
        (
            vec!["check", "--home", &node, "--file", cluster],
            "`edge-b`",
        ),
        (set("proxy.httpport=80"), "`proxy.http_port`"),
        (set("environments.eu.typ=hybrid"), "`environments.eu.type`"),
        (set("key_manager.client=WSclient"), "`WSClient`"),
        (set("jwt.enable=ture"), "`true`"),
    ] {
        let run = Tool::bare().args(&line).run();
        run.exits(2);
        let asks = run.err();
        let asks = asks
            .lines()
            .find(|line| line.contains("did you mean") || line.contains("similar"));
        let asks = asks.unwrap_or_else(|| panic!("no suggestion by {run}"));
        assert!(asks.contains(meant), "{meant} is not suggested by {run}");
    }
}

/// The same in a deployment file: a line of it with one word typed wrong.
#[test]
fn did_you_mean_in_a_deployment_file() {
    let home = Home::empty();
    let sound = "\
admin.username = 'a'
[load_balancers.front]
host_name = 'api.example.com'
servlet = { https = 443 }
[clusters.gateways]
domain = 'd'
[environments.eu]
gateways = 'front'
[databases.WSO2AM_DB]
url = 'jdbc:mysql://db/am'
[profiles.gateway]
behind = 'front'
[nodes.gw]
profile = 'gateway'
host = 'gw.example.com'
cluster = 'gateways'
key_manager.client = 'WSClient'
server.host_name = { absent = true }
[nodes.traffic]
profile = 'traffic-manager'
host = 'tm.example.com'
[[patch]]
file = 'repository/conf/carbon.xml'
select = '/Server/A'
set = 'a'
";
    let explain = |text: &str| {
        let file = home.aside("f.toml", text);
        let tool = Tool::new("explain").arg("--file").arg(file);
        tool.args(["--node", "gw"]).run()
    };
    explain(sound).exits(0);
    for (right, wrong, meant) in [
        ("admin.", "admn.", "admin"),
        ("load_balancers", "load_balancer", "load_balancers"),
        ("host_name = 'api", "hostname = 'api", "host_name"),
        ("https =", "htps =", "https"),
        ("domain", "doman", "domain"),
        ("= 'front'\n[databases", "= 'fornt'\n[databases", "front"),
        ("gateways = 'front'", "gatways = 'front'", "gateways"),
        ("WSO2AM_DB", "WSO2AMDB", "WSO2AM_DB"),
        ("[profiles.gateway]", "[profiles.gatway]", "gateway"),
        ("behind = 'front'", "behind = 'fornt'", "front"),
        ("behind", "behnd", "behind"),
        ("profile = 'gateway'", "profile = 'gatway'", "gateway"),
        ("profile = 'gateway'", "profil = 'gateway'", "profile"),
        ("cluster = 'gateways'", "cluster = 'gatway'", "gateways"),
        ("'WSClient'", "'WSclient'", "WSClient"),
        ("key_manager.client", "key_manger.client", "key_manager"),
        ("key_manager.client", "key_manager.cliant", "client"),
        ("{ absent =", "{ absnt =", "absent"),
        ("[nodes.traffic]", "[nodse.traffic]", "nodes"),
        ("[[patch]]", "[[ptch]]", "patch"),
        ("select", "selct", "select"),
        (
            "admin.username = 'a'",
            "policy_deployer = 'trafic'",
            "traffic",
        ),
        (
            "admin.username = 'a'",
            "policy_deplyer = 'traffic'",
            "policy_deployer",
        ),
    ] {
        assert!(sound.contains(right), "{right}");
        let run = explain(&sound.replacen(right, wrong, 1));
        run.exits(2);
        let asks = format!("did you mean `{meant}`?");
        assert!(run.err().contains(&asks), "{asks} is not asked by {run}");
    }
}

/// What only a home can tell to be wrong.
#[test]
fn did_you_mean_of_what_is_in_a_home() {
    let home = Home::stock();
    let file = home.aside(
        "p.toml",
        "[[patch]]\nfile = 'repository/conf/carbn.xml'\nselect = '/Server/A'\nset = 'a'\n",
    );
    home.gateway("check", &file)
        .exits(2)
        .conceals("did you mean");
    let run = home.command("check", &file).arg("--partial").run();
    run.exits(3)
        .says("did you mean `repository/conf/carbon.xml`?");
    home.gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
    let listed = Tool::new("history").home(&home).run().out();
    let id = listed.split_whitespace().next().unwrap();
    let (most, last) = id.split_at(id.len() - 1);
    let wrong = format!("{most}{}", if last == "0" { "1" } else { "0" });
    for command in ["revert", "history"] {
        let run = Tool::new(command).home(&home).arg(&wrong).run();
        run.exits(2).says(&format!("did you mean {id}?"));
    }
}

/// The lines and columns of a small terminal.
const SCREEN: (usize, usize) = (24, 80);

/// The commands, and the commands in them, as `--help` lists them.
fn commands(of: &[String]) -> Vec<Vec<String>> {
    let run = Tool::bare().args(of).arg("--help").run();
    run.exits(0);
    let out = run.out();
    let list = out.split("Commands:\n").nth(1).unwrap_or_default();
    let list = list.split("\n\n").next().unwrap_or_default();
    let mut found = Vec::new();
    for line in list.lines() {
        // What is indented further is the rest of a description.
        let name = line
            .strip_prefix("  ")
            .filter(|rest| !rest.starts_with(' '));
        let Some(name) = name.and_then(|rest| rest.split_whitespace().next()) else {
            continue;
        };
        if name != "help" {
            let path = [of, &[name.to_owned()]].concat();
            found.push(path.clone());
            found.extend(commands(&path));
        }
    }
    found
}

#[test]
fn short_help_fits_a_screen_and_long_help_has_examples() {
    let commands = commands(&[]);
    assert!(commands.len() > 14, "{commands:?}");
    assert!(commands.iter().any(|path| path.len() == 2), "{commands:?}");
    let (lines, columns) = SCREEN;
    for path in commands {
        let help = |option| {
            let tool = Tool::bare().args(&path).arg(option);
            let run = tool.env("COLUMNS", columns.to_string()).run();
            run.exits(0);
            run
        };
        let short = help("-h");
        let out = short.out();
        let longest = out.lines().map(|line| line.chars().count()).max();
        assert!(out.lines().count() <= lines, "too many lines: {short}");
        assert!(longest <= Some(columns), "{longest:?} columns: {short}");
        help("--help").says("Examples:").says("apim-patch");
    }
}

/// One page per command, each of which a formatter takes without a word.
#[test]
fn manual_pages() {
    let home = Home::empty();
    let folder = home.file("man/man1");
    let run = Tool::new("man").arg("--out").arg(&folder).run();
    run.exits(0);
    let mut expect: Vec<String> = commands(&[])
        .iter()
        .map(|path| format!("apim-patch-{}.1", path.join("-")))
        .collect();
    expect.push("apim-patch.1".to_owned());
    expect.sort();
    let entries = std::fs::read_dir(&folder).unwrap();
    let mut found: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, expect);
    assert_eq!(run.out().lines().count(), found.len(), "{run}");
    let main = std::fs::read(folder.join("apim-patch.1")).unwrap();
    assert_eq!(Tool::new("man").run().exits(0).stdout, main);
    for name in &found {
        let page = std::fs::read_to_string(folder.join(name)).unwrap();
        let sections = ["NAME", "SYNOPSIS", "DESCRIPTION"];
        for section in sections {
            assert!(page.contains(&format!(".SH {section}")), "{name}\n{page}");
        }
        // Each option is described, those that only long help shows as well.
        assert!(page.contains("already so, too"), "{name}\n{page}");
        let is_main = name == "apim-patch.1";
        assert_eq!(page.contains(".SH EXAMPLES"), !is_main, "{name}");
    }
    let in_the_way = home.aside("file", "");
    let run = Tool::new("man").arg("--out").arg(in_the_way).run();
    run.exits(5).says("can't be written");
    if !program("groff") {
        return;
    }
    for name in &found {
        let groff = Command::new("groff")
            .args(["-man", "-ww", "-Tutf8", "-z"])
            .arg(folder.join(name))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&groff.stderr);
        assert!(groff.status.success() && said.is_empty(), "{name}: {said}");
    }
}
