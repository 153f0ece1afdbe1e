//! What a run asks of the system, watched with strace: what it never opens, and that looking, and a
//! second run, change nothing. Skipped, with a word, where there is no strace.

use std::fs;
use std::path::Path;

use crate::harness::{API_MANAGER, Home, Run, Tool, deployment, program};

/// Calls that change something on a disk.
const CHANGING: &[&str] = &[
    "creat(",
    "rename",
    "link",
    "symlink",
    "mkdir",
    "rmdir",
    "mknod",
    "chmod",
    "chown",
    "fchmod",
    "fchown",
    "lchown",
    "utime",
    "futimes",
    "truncate",
    "ftruncate",
    "fallocate",
    "setxattr",
    "fsetxattr",
    "removexattr",
    "fremovexattr",
    "fsync",
    "fdatasync",
    "sync",
    "O_WRONLY",
    "O_RDWR",
    "O_CREAT",
    "O_TRUNC",
];

/// Runs it, and gives the calls it made.
fn traced(tool: Tool, home: &Home) -> (Run, Vec<String>) {
    let trace = home.beside().join("trace");
    let path = trace.display().to_string();
    let run = tool
        .under(["strace", "-f", "-y", "-s", "4096", "-o", &path])
        .run();
    let text = String::from_utf8_lossy(&fs::read(&trace).unwrap()).into_owned();
    // "12345 openat(…": without the process.
    let calls = text.lines().filter_map(|line| line.split_once(' '));
    (run, calls.map(|(_, call)| call.trim().to_owned()).collect())
}

/// Names of calls, or words in them, that change something.
fn changing(calls: &[String]) -> Vec<&String> {
    let changes = |call: &&String| {
        let name = call.split('(').next().unwrap_or_default();
        let by_name = CHANGING
            .iter()
            .any(|word| name.starts_with(word.trim_end_matches('(')));
        let opens = name.starts_with("open")
            && CHANGING
                .iter()
                .any(|word| word.starts_with("O_") && call.contains(word));
        (by_name || opens) && !call.contains("/dev/")
    };
    calls.iter().filter(changes).collect()
}

#[test]
fn a_second_run_and_every_look_change_nothing() {
    if !program("strace") {
        return;
    }
    let home = Home::stock();
    let file = deployment("gateway-thrift.toml");
    let (run, calls) = traced(home.command("apply", &file), &home);
    run.exits(0);
    assert!(changing(&calls).len() > 20, "nothing can be seen of {run}");
    let looks = [
        home.command("apply", &file),
        home.command("apply", &file).arg("--dry-run"),
        home.command("diff", &file),
        home.command("check", &file),
        Tool::new("inspect").home(&home),
        Tool::new("history").home(&home),
        Tool::new("recover").home(&home),
    ];
    for tool in looks {
        let (run, calls) = traced(tool, &home);
        run.exits(0);
        assert_eq!(changing(&calls), Vec::<&String>::new(), "{run}");
    }
}

/// An external document type is kept as it stands; neither it nor what it could define is looked for, and
/// nobody is called.
#[test]
fn nothing_that_a_document_names_is_opened() {
    if !program("strace") {
        return;
    }
    let home = Home::stock();
    let trap = home.aside("trap.dtd", "<!ENTITY e 'x'>");
    let text = home.text(API_MANAGER);
    for doctype in [
        format!("<!DOCTYPE APIManager SYSTEM 'file://{}'>\n", trap.display()),
        format!("<!DOCTYPE APIManager SYSTEM '{}'>\n", trap.display()),
        "<!DOCTYPE APIManager SYSTEM 'trap.dtd'>\n".to_owned(),
        "<!DOCTYPE APIManager PUBLIC 'trap' 'http://127.0.0.1:9/trap.dtd'>\n".to_owned(),
        format!(
            "<!DOCTYPE APIManager [<!ENTITY e SYSTEM 'file://{}'>]>\n",
            trap.display()
        ),
        format!(
            "<!DOCTYPE APIManager [<!ENTITY % e SYSTEM '{}'> %e;]>\n",
            trap.display()
        ),
        format!("<?xml-stylesheet href='{}'?>\n", trap.display()),
    ] {
        home.write(API_MANAGER, doctype.clone() + &text);
        for command in ["check", "diff"] {
            let tool = home.command(command, &deployment("gateway-ws.toml"));
            let (run, calls) = traced(tool, &home);
            assert!([0, 1, 3].contains(&run.status()), "{run}");
            let opens = |name: &str| {
                let opened = |call: &&String| call.starts_with("open") && call.contains(name);
                calls.iter().filter(opened).count()
            };
            assert!(
                opens("api-manager.xml") > 0,
                "{doctype}: nothing can be seen"
            );
            let name = Path::new(&trap).file_name().unwrap().to_str().unwrap();
            assert_eq!(opens(name), 0, "{doctype}");
            let called = |call: &&String| {
                ["connect(", "sendto("]
                    .iter()
                    .any(|name| call.starts_with(name))
            };
            // The addresses of this machine are asked of the kernel.
            let elsewhere = calls
                .iter()
                .filter(called)
                .filter(|call| !call.contains("NETLINK"));
            assert_eq!(
                elsewhere.collect::<Vec<_>>(),
                Vec::<&String>::new(),
                "{doctype}"
            );
        }
    }
}
