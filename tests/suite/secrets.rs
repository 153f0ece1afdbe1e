//! A canary for every way a secret can come in, and a search of everything that comes out.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::harness::{API_MANAGER, Home, Run, STATE, Tool, deployment};

/// The new secret, and the one that stands in the home before.
const NEW: &str = "n3wCanary&<x";
const NEW_START: &str = "n3wCanary";
const OLD: &str = "0ldCanary";

fn home() -> Home {
    let home = Home::stock();
    home.edit(
        API_MANAGER,
        "<!-- and this password. -->\n        <Password>${admin.password}<",
        &format!("<!-- and this password. -->\n        <Password>{OLD}<"),
    );
    home
}

#[track_caller]
fn silent(run: &Run) {
    for canary in [NEW_START, OLD] {
        run.conceals(canary);
    }
}

/// Every file below the home but the patched ones: backups hold the old secret and are closed to others,
/// everything else holds none.
#[track_caller]
fn nothing_kept_open(home: &Home, stock: &[u8], applied: &[u8]) {
    let tree = home.tree();
    let contains = |bytes: &[u8], canary: &str| {
        bytes
            .windows(canary.len())
            .any(|window| window == canary.as_bytes())
    };
    for (path, mode, bytes) in tree.regular() {
        let name = path.display();
        if path.starts_with(STATE) {
            assert_eq!(mode & 0o077, 0, "{name} is open to others");
            let backup = bytes == stock || bytes == applied;
            let found = [OLD, NEW_START]
                .iter()
                .any(|canary| contains(bytes, canary));
            assert!(backup || !found, "{name} holds a secret");
        } else if path != std::path::Path::new(API_MANAGER) {
            assert!(!contains(bytes, NEW_START), "{name} holds the secret");
        }
    }
    for (path, mode) in tree.directories() {
        if path.starts_with(STATE) {
            assert_eq!(mode, 0o700, "{}", path.display());
        }
    }
}

/// A way to hand a secret over: deployment file, arguments, environment.
struct Way {
    name: &'static str,
    password: &'static str,
    args: &'static [&'static str],
}

const WAYS: [Way; 5] = [
    Way {
        name: "literal",
        password: "password = 'n3wCanary&<x'\n",
        args: &[],
    },
    Way {
        name: "variable",
        password: "password = { env = 'SECRET' }\n",
        args: &[],
    },
    Way {
        name: "file",
        password: "password = { file = 'secret' }\n",
        args: &[],
    },
    Way {
        name: "set",
        password: "",
        args: &["--set", "key_manager.password=n3wCanary&<x"],
    },
    Way {
        name: "set-env",
        password: "",
        args: &["--set-env", "key_manager.password=SECRET"],
    },
];

fn spec(home: &Home, way: &Way) -> std::path::PathBuf {
    let text = fs::read_to_string(deployment("gateway-ws.toml")).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("password"))
        .unwrap();
    let secret = home.aside("secret", NEW);
    fs::set_permissions(secret, fs::Permissions::from_mode(0o600)).unwrap();
    home.aside(
        "spec.toml",
        text.replace(&format!("{line}\n"), way.password),
    )
}

#[test]
fn no_command_tells() {
    for way in &WAYS {
        let home = home();
        let stock = home.read(API_MANAGER);
        let file = spec(&home, way);
        let run = |command: &str, args: &[&str]| {
            let tool = Tool::new(command).home(&home);
            let tool = tool.args(["--profile", "gateway", "--file"]).arg(&file);
            let run = tool.args(way.args).args(args).env("SECRET", NEW).run();
            assert!([0, 1].contains(&run.status()), "{}: {run}", way.name);
            silent(&run);
        };
        let looks = [
            ("apply", &["--dry-run"][..]),
            ("apply", &["--dry-run", "--format", "json"]),
            ("diff", &[]),
            ("diff", &["--format", "json"]),
            ("diff", &["--color", "always"]),
            ("check", &[]),
            ("check", &["-v"]),
            ("check", &["--format", "json"]),
        ];
        for (command, args) in looks {
            run(command, args);
        }
        run("apply", &["-v"]);
        let applied = home.read(API_MANAGER);
        let text = String::from_utf8(applied.clone()).unwrap();
        assert!(
            text.contains("<Password>n3wCanary&amp;&lt;x<"),
            "{}",
            way.name
        );
        nothing_kept_open(&home, &stock, &applied);
        run("apply", &["--format", "json"]);
        for (command, args) in looks {
            run(command, args);
        }
        for (command, args) in [
            ("inspect", &[][..]),
            ("inspect", &["key_manager.password"]),
            ("inspect", &["--format", "json"]),
            ("history", &[]),
            ("history", &["--format", "json"]),
            ("recover", &[]),
            ("revert", &[]),
            ("inspect", &[]),
            ("history", &[]),
        ] {
            let run = Tool::new(command).home(&home).args(args).run();
            run.exits(0);
            silent(&run);
        }
        assert_eq!(home.read(API_MANAGER), stock, "{}", way.name);
        nothing_kept_open(&home, &stock, &applied);
    }
}

/// Errors quote the place, and the place may be the secret's.
#[test]
fn no_error_tells() {
    let text = fs::read_to_string(deployment("gateway-ws.toml")).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("password"))
        .unwrap()
        .to_owned();
    let breaks = [
        // The line with the secret is not TOML.
        ("password = 'n3wCanary", 2),
        ("password = ['n3wCanary']", 2),
        ("password = { text = 'n3wCanary' }", 2),
        ("password = \"n3wCanary\\u0001\"", 2),
        ("password = 'n3wCanary'\nport = 'x'", 2),
        ("password = 'n3wCanary'\npassword = 'n3wCanary2'", 2),
    ];
    for (broken, status) in breaks {
        let home = home();
        let file = home.aside("broken.toml", text.replace(&line, broken));
        for format in ["human", "json"] {
            let run = home
                .command("apply", &file)
                .args(["--format", format])
                .run();
            run.exits(status);
            silent(&run);
        }
    }
    // In the home: the ill-formed place is the old password itself.
    for broken in ["0ldCanary&", "0ldCanary</Pass", "0ldCanary\u{1}"] {
        let home = Home::stock();
        home.edit(
            API_MANAGER,
            "<!-- and this password. -->\n        <Password>${admin.password}<",
            &format!("<!-- and this password. -->\n        <Password>{broken}<"),
        );
        for format in ["human", "json"] {
            let tool = home.command("apply", &deployment("gateway-ws.toml"));
            let run = tool.args(["--format", format]).run();
            run.exits(3);
            silent(&run);
        }
    }
}

/// What is asked for by name may be seen, by whoever asks.
#[test]
fn show_secrets_shows_them() {
    let home = home();
    let tool = home.command("diff", &deployment("gateway-ws.toml"));
    let run = tool.arg("--show-secrets").run();
    run.exits(0).says(OLD).says("c4nary&amp;&lt;pass");
}

/// Where a file is closed to others, so is everything that is made of it, while and after it is written.
#[test]
fn a_closed_file_stays_closed() {
    let home = home();
    let mode = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(home.file(API_MANAGER), mode(0o600)).unwrap();
    home.gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
    let after = fs::metadata(home.file(API_MANAGER))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(after & 0o7777, 0o600);
    for (path, mode, _) in home
        .tree()
        .regular()
        .filter(|(path, _, _)| path.starts_with(STATE))
    {
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
}
