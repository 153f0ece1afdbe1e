//! Completion, in the shells themselves.

use crate::harness::{Home, Run, Tool, deployment, program};

const BINARY: &str = env!("CARGO_BIN_EXE_apim-patch");

/// A line up to the cursor, and what is offered there: all of it, in any order.
const CASES: &[(&str, &[&str])] = &[
    ("apim-patch che", &["check"]),
    ("apim-patch report me", &["merge"]),
    ("apim-patch check --dry", &[]),
    ("apim-patch apply --dry", &["--dry-run"]),
    (
        "apim-patch check --set proxy.",
        &["proxy.http_port=", "proxy.https_port="],
    ),
    (
        "apim-patch check --set key_manager.client=",
        &[
            "key_manager.client=WSClient",
            "key_manager.client=ThriftClient",
        ],
    ),
    ("apim-patch check --set jwt.enable=t", &["jwt.enable=true"]),
    ("apim-patch check --set env", &["environments."]),
    (
        "apim-patch check --set environments.eu.ty",
        &["environments.eu.type="],
    ),
    (
        "apim-patch check --set-env key_manager.password=APIM_TEST",
        &["key_manager.password=APIM_TEST_SECRET"],
    ),
    (
        "apim-patch check --set-file key_manager.password=clus",
        &["key_manager.password=cluster.toml"],
    ),
    (
        "apim-patch check --profile gateway-",
        &["gateway-manager", "gateway-worker"],
    ),
    ("apim-patch init --profile api-st", &["api-store"]),
    ("apim-patch inspect server.host", &["server.host_name"]),
    (
        "apim-patch inspect prox",
        &["proxy", "proxy.http_port", "proxy.https_port"],
    ),
    ("apim-patch inspect --state sha", &["shadowed"]),
    ("apim-patch explain traffic-", &["traffic-manager"]),
    (
        "apim-patch explain --file cluster.toml --node sh",
        &["shop"],
    ),
    (
        "apim-patch check --file cluster.toml --node edge",
        &["edge-a", "edge-b"],
    ),
    (
        "apim-patch check --file=cluster.toml --node keys",
        &["keys-a", "keys-b"],
    ),
    (
        "apim-patch check --file cluster.toml --home edge",
        &["edge-a=", "edge-b="],
    ),
    (
        "apim-patch check --file cluster.toml --home edge-a=fol",
        &["edge-a=folder/"],
    ),
    ("apim-patch check --file none.toml --node e", &[]),
];

/// A directory with a deployment file and a folder.
fn place() -> Home {
    let home = Home::empty();
    home.write(
        "cluster.toml",
        std::fs::read(deployment("cluster.toml")).unwrap(),
    );
    home.write("folder/file", "");
    home
}

fn shell(name: &str, home: &Home, script: &str) -> Run {
    let flags: &[&str] = match name {
        "bash" => &["--norc", "-c"],
        "zsh" => &["-f", "-c"],
        _ => &["--no-config", "-c"],
    };
    let run = Tool::new(flags[0])
        .args(&flags[1..])
        .arg(script)
        .program(name)
        .within(home.path())
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home.beside())
        .env("APIM_TEST_SECRET", "x")
        .run();
    run.exits(0);
    assert_eq!(run.err(), "", "{run}");
    run
}

#[track_caller]
fn offers(run: &Run, line: &str, expect: &[&str]) {
    let out = run.out();
    let mut offered: Vec<&str> = out.lines().filter(|line| !line.is_empty()).collect();
    let mut expect = expect.to_vec();
    offered.sort_unstable();
    expect.sort_unstable();
    assert_eq!(offered, expect, "for {line:?} by {run}");
}

/// The words of a line as bash parts them, quoted.
fn bash_words(line: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in line.split(' ') {
        words.extend(word.split_inclusive('=').flat_map(|part| {
            let (before, equals) = match part.strip_suffix('=') {
                Some(before) => (before, Some("=")),
                None => (part, None),
            };
            let before = (!before.is_empty()).then_some(before);
            before
                .into_iter()
                .chain(equals)
                .map(|part| format!("'{part}'"))
        }));
        if word.is_empty() {
            words.push("''".to_owned());
        }
    }
    words.join(" ")
}

#[test]
fn bash() {
    if !program("bash") {
        return;
    }
    let home = place();
    for (line, expect) in CASES {
        let words = bash_words(line);
        let run = shell(
            "bash",
            &home,
            &format!(
                "source <('{BINARY}' completions bash)
                 complete -p apim-patch >/dev/null || exit
                 COMP_LINE='{line}' COMP_POINT=${{#COMP_LINE}} COMP_WORDS=({words})
                 COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
                 _apim_patch apim-patch \"${{COMP_WORDS[COMP_CWORD]}}\"
                 printf '%s\\n' \"${{COMPREPLY[@]}}\""
            ),
        );
        // Bash has what stands in front of the last `=` by itself.
        let word = line.rsplit(' ').next().unwrap();
        let before = word.rfind('=').map_or(0, |at| at + 1);
        let rest: Vec<&str> = expect.iter().map(|offer| &offer[before..]).collect();
        offers(&run, line, &rest);
    }
}

/// Without a terminal zsh completes nothing, so what the script hands to it is looked at.
#[test]
fn zsh() {
    if !program("zsh") {
        return;
    }
    let home = place();
    for (line, expect) in CASES {
        let run = shell(
            "zsh",
            &home,
            &format!(
                "compdef() {{ registered=$2 }}
                 _describe() {{ print -rl -- ${{(P)3}} }}
                 source <('{BINARY}' completions zsh)
                 [[ $registered == apim-patch ]] || exit 1
                 words=(${{(s: :):-'{line}'}}) CURRENT=$#words
                 _apim_patch | sed 's/:.*//'"
            ),
        );
        offers(&run, line, expect);
    }
}

#[test]
fn fish() {
    if !program("fish") {
        return;
    }
    let home = place();
    for (line, expect) in CASES {
        let run = shell(
            "fish",
            &home,
            &format!(
                "'{BINARY}' completions fish | source
                 complete -C '{line}' | string replace -r '\\t.*' ''
                 true"
            ),
        );
        offers(&run, line, expect);
    }
}

/// By its place in the file system or by its name: as it was called.
#[test]
fn a_script_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = Tool::new("completions").arg(shell).run();
        run.exits(0).says(BINARY).says("APIM_PATCH_COMPLETE");
        assert_eq!(run.err(), "", "{run}");
    }
    Tool::new("completions").arg("tcsh-like").run().exits(2);
}

/// The file that is taken where the line names none.
#[test]
fn nodes_of_the_usual_deployment_file() {
    let home = place();
    let node = |tool: Tool| {
        let tool = tool.env("APIM_PATCH_COMPLETE", "fish").within(home.path());
        let run = tool.args(["check", "--node", "sho"]).run();
        run.exits(0);
        run.out()
    };
    let line = || Tool::new("--").arg("apim-patch");
    assert_eq!(node(line()), "");
    assert_eq!(
        node(line().env("APIM_PATCH_FILE", "cluster.toml")),
        "shop\n"
    );
    std::fs::copy(home.file("cluster.toml"), home.file("apim-patch.toml")).unwrap();
    assert_eq!(node(line()), "shop\n");
}
