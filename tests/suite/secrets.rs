//! A canary for every way a secret can come in, and a search of everything that comes out.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::harness::{API_MANAGER, CATALINA, Home, Run, STATE, Tool, deployment};

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

const WAYS: [Way; 6] = [
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
        name: "set-file",
        password: "",
        // Relative to the working directory, which the home is beside of.
        args: &["--set-file", "key_manager.password=secret"],
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
            let tool = tool.args(way.args).args(args).within(&home.beside());
            let run = tool.env("SECRET", NEW).run();
            assert!([0, 1].contains(&run.status()), "{}: {run}", way.name);
            silent(&run);
        };
        let looks = [
            ("apply", &["--dry-run"][..]),
            ("apply", &["--dry-run", "--format", "json"]),
            ("diff", &[]),
            ("diff", &["--format", "json"]),
            ("diff", &["--color", "always"]),
            ("diff", &["--why"]),
            ("diff", &["--side-by-side"]),
            ("diff", &["--format", "markdown"]),
            ("check", &["--format", "markdown"]),
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

/// Every command that `--help` names, those that are still to come too, however it is called: right or
/// wrong. And every file that any of them leaves anywhere.
#[test]
fn no_command_tells_however_it_is_called() {
    let help = Tool::bare().arg("--help").run().out();
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.trim().is_empty());
    let commands: Vec<&str> = listed
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    for known in [
        "apply", "diff", "history", "revert", "recover", "explain", "init", "demo",
    ] {
        assert!(commands.contains(&known), "{known} is not in {help}");
    }
    for way in [&WAYS[0], &WAYS[1]] {
        let home = home();
        let stock = home.read(API_MANAGER);
        let file = spec(&home, way);
        let applied = {
            let tool = home.command("apply", &file).args(way.args);
            let run = tool.env("SECRET", NEW).json().run();
            run.exits(0);
            silent(&run);
            run.object()["transaction"].as_str().unwrap().to_owned()
        };
        let path = home.path().display().to_string();
        let file = file.display().to_string();
        let selection = ["--home", &path, "--profile", "gateway", "--file", &file];
        let shapes: [Vec<&str>; 7] = [
            selection.to_vec(),
            [&selection[..], &["--dry-run"]].concat(),
            vec!["--home", &path],
            vec!["--home", &path, &applied],
            vec!["--home", &path, "key_manager.password"],
            vec!["key_manager.password"],
            vec![],
        ];
        let temporary = home.beside().join("temporary");
        fs::create_dir(&temporary).unwrap();
        for command in &commands {
            for shape in &shapes {
                for more in [&["-v"][..], &["--format", "json"]] {
                    let tool = Tool::new(command).args(shape).args(more);
                    let tool = tool.within(&home.beside()).env("SECRET", NEW);
                    let run = tool.env("TMPDIR", &temporary).run();
                    assert!(![101, 134].contains(&run.status()), "{run}");
                    silent(&run);
                }
            }
        }
        for (path, mode, bytes) in crate::harness::Tree::of(&home.beside()).regular() {
            let name = path.display().to_string();
            let ours = name.starts_with("spec.toml") || name.starts_with("secret");
            let text = String::from_utf8_lossy(bytes);
            let told = [OLD, NEW_START].iter().any(|canary| text.contains(canary));
            if !told || ours || name == format!("home/{API_MANAGER}") {
                continue;
            }
            assert!(name.contains("/backup-"), "{} {name}: {text}", way.name);
            assert_eq!(mode & 0o777, 0o600, "{name}");
            assert!(
                bytes == stock || text.contains("n3wCanary&amp;&lt;x<"),
                "{name}"
            );
        }
    }
}

/// Where others can't look: a process that holds secrets is closed to debuggers and leaves no core.
#[test]
fn memory_is_closed_to_others() {
    if !crate::harness::root() {
        eprintln!("SKIPPED: only root can start a run as somebody else");
        return;
    }
    let home = home();
    home.give_to_nobody();
    let lock = fs::File::open(home.path()).unwrap();
    lock.lock().unwrap();
    let tool = home.command("apply", &deployment("gateway-ws.toml"));
    let tool = tool.args(["--wait", "20"]).unprivileged(&home);
    let mut owner = 0;
    let mut lock = Some(lock);
    let run = tool.run_watched(|child| {
        // What the kernel does not let be dumped, it gives to root.
        let memory = fs::metadata(format!("/proc/{}/mem", child.id()));
        let program = fs::read_link(format!("/proc/{}/exe", child.id()));
        let started = program.is_ok_and(|path| path.ends_with("apim-patch"));
        owner = memory.map_or(owner, |memory| std::os::unix::fs::MetadataExt::uid(&memory));
        let closed = started && owner == 0;
        if closed {
            lock = None;
        }
        !closed
    });
    run.exits(0);
    assert!(lock.is_none(), "memory stays the user's own: {run}");
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

/// A config file that no setting is for: what is secret in it, only a patch can say.
const USERS: &str = "repository/conf/user-mgt.xml";

/// A home whose [`USERS`] holds `body`, and a deployment file with one secret patch on it.
fn users(body: &str, patch: &str) -> (Home, PathBuf) {
    let home = Home::stock();
    home.write(USERS, format!("<UserManager>\n{body}\n</UserManager>\n"));
    let text = format!("[[patch]]\nfile = '{USERS}'\nsecret = true\n{patch}\n");
    let file = home.aside("patch.toml", text);
    (home, file)
}

/// Every way in which a run shows what it would do, does and has done, and takes back.
#[track_caller]
fn told_nowhere(home: &Home, file: &Path) {
    let run = |command: &str, args: &[&str]| {
        let tool = home.command(command, file).arg("--partial");
        let run = tool.args(args).env("SECRET", NEW).run();
        assert!([0, 1].contains(&run.status()), "{run}");
        silent(&run);
        run
    };
    let looks = || {
        run("diff", &["--why"]);
        run("diff", &["--format", "markdown"]);
        run("apply", &["--dry-run"]);
        run("diff", &["--format", "json"]);
        run("check", &["-v"]);
        run("check", &["--format", "json"]);
        run("diff", &[])
    };
    let before = home.files();
    looks().says("******");
    let transaction = |run: &Run| run.object()["transaction"].as_str().unwrap().to_owned();
    let applied = transaction(&run("apply", &["--format", "json"]));
    looks();
    run("apply", &["-v"]).says("nothing to do");
    // Taken back, and that taken back: each run has the same secrets on its other side.
    let mut ids = vec![applied.clone()];
    for _ in 0..2 {
        let run = Tool::new("revert").home(home).json().run();
        run.exits(0);
        silent(&run);
        ids.push(transaction(&run));
    }
    for id in &ids {
        for args in [&[][..], &["-v"], &["--format", "json"]] {
            let run = Tool::new("history").home(home).arg(id).args(args).run();
            run.exits(0).says("******");
            silent(&run);
        }
    }
    let shown = Tool::new("history").home(home).arg(&applied);
    let shown = shown.arg("--show-secrets").run();
    assert!(
        shown.out().contains(NEW_START),
        "the masks hid nothing: {shown}"
    );
    let back = Tool::new("revert").home(home).arg(&ids[2]).run();
    back.exits(0);
    silent(&back);
    before.same_content(&home.files(), &back);
}

#[test]
fn a_secret_patch_is_told_nowhere() {
    let key = "    <ApiKey>0ldCanary</ApiKey>";
    let realm = "    <Realm key=\"0ldCanary\">x</Realm>";
    let fragment = "insert = '<Store key=\"n3wCanary\"><Key>n3wCanary-2</Key><!-- n3wCanary -->n3wCanary</Store>'";
    let insert = |place: &str| format!("select = '{place} = true\n{fragment}");
    for (body, patch) in [
        (
            key,
            "select = '//ApiKey'\nset = { env = 'SECRET' }".to_owned(),
        ),
        (
            realm,
            "select = '//Realm/@key'\nset = { env = 'SECRET' }".to_owned(),
        ),
        (
            "    <!--<ApiKey>0ldCanary</ApiKey>-->",
            "select = '//ApiKey'\nset = { env = 'SECRET' }".to_owned(),
        ),
        (key, insert("//ApiKey'\nafter")),
        (key, insert("//ApiKey'\nbefore")),
        (realm, insert("/UserManager'\ninto")),
    ] {
        // An anchor is no secret, whatever stands in it.
        let body = if patch.contains("insert") {
            body.replace(OLD, "plain")
        } else {
            body.to_owned()
        };
        let (home, file) = users(&body, &patch);
        told_nowhere(&home, &file);
    }
}

/// Runs of the past remember where secrets stand, in files of any name.
#[test]
fn a_secret_patch_in_a_file_with_a_blank_in_its_name() {
    let home = Home::stock();
    let name = "repository/conf/user  mgt 2.xml";
    home.write(
        name,
        "<UserManager>\n    <ApiKey>0ldCanary</ApiKey>\n</UserManager>\n",
    );
    let text = format!(
        "[[patch]]\nfile = '{name}'\nselect = \"//ApiKey[not(@a='b c')]\"\nset = {{ env = 'SECRET' }}\nsecret = true\n"
    );
    told_nowhere(&home, &home.aside("patch.toml", text));
}

/// A patch that is not marked as secret, on the password of the Key Manager.
#[track_caller]
fn on_the_password(select: &str) {
    let home = home();
    let patch = format!(
        "[[patch]]\nfile = '{API_MANAGER}'\nselect = \"{select}\"\nset = {{ env = 'SECRET' }}\n"
    );
    told_nowhere(&home, &home.aside("patch.toml", patch));
}

/// What is secret as a setting is secret in a patch, whether the patch says so or not.
#[test]
fn a_patch_on_the_element_of_a_secret_setting() {
    on_the_password("/APIManager/APIKeyValidator/Password");
    on_the_password("//APIKeyValidator/Password[1]");
    on_the_password("/APIManager/*[KeyValidatorClientType='ThriftClient']/Password");
}

/// The name of the element counts, not that of the selector.
#[test]
fn a_patch_on_the_element_of_a_secret_setting_by_its_number() {
    on_the_password("/APIManager/APIKeyValidator/*[3]");
}

/// What stands in the way of a secret patch is shown with its place, and the place is the secret's.
#[test]
fn no_error_of_a_secret_patch_tells() {
    let set = "set = 'n3wCanary'";
    let expect = "set = 'n3wCanary'\nexpect = 'n3wCanary-2'";
    let text = "    <ApiKey key=\"x\">0ldCanary</ApiKey>";
    let attribute = "    <ApiKey key=\"0ldCanary\">x</ApiKey>";
    let hide = |element: &str| format!("    <!--{}-->", element.trim_start());
    let (hidden_text, hidden_attribute) = (hide(text), hide(attribute));
    let (two_texts, two_attributes) = (
        format!("{text}\n{text}"),
        format!("{attribute}\n{attribute}"),
    );
    let elements = "    <ApiKey>\n        0ldCanary\n        <b>0ldCanary</b>\n    </ApiKey>";
    let (element, key) = ("//ApiKey", "//ApiKey/@key");
    let rows = [
        ("expected text", text, element, expect, 4),
        ("expected attribute", attribute, key, expect, 4),
        ("expected hidden text", &hidden_text, element, expect, 4),
        ("hidden attribute", &hidden_attribute, key, set, 3),
        ("several", &two_texts, element, set, 3),
        ("several attributes", &two_attributes, key, set, 3),
        (
            "several to hide",
            &two_texts,
            element,
            "comment_out = true",
            3,
        ),
        ("several to remove", &two_texts, element, "remove = true", 3),
        ("elements in it", elements, element, set, 3),
        ("not XML", "    <ApiKey>0ldCanary</Apikey>", element, set, 3),
    ];
    refused_silently(&rows);
}

/// An excerpt may hold the secret although the target is not found: it is near, or in a comment that can
/// not be taken whole.
#[test]
fn no_error_of_a_secret_patch_that_finds_nothing_tells() {
    let set = "set = 'n3wCanary'";
    let element = "//ApiKey";
    let text = "    <ApiKey>0ldCanary</ApiKey>";
    let misspelt = "    <Store><ApiKey>0ldCanary</ApiKey></Store>";
    let prose = "    <!-- was: <ApiKey>0ldCanary</ApiKey> -->";
    let ill_formed = "    <!--<ApiKey>0ldCanary<b></ApiKey>-->";
    refused_silently(&[
        ("nothing below it", text, "//ApiKey/b", set, 3),
        ("a misspelt name", misspelt, "//Store/Apikey", set, 3),
        ("prose", prose, element, set, 3),
        ("prose to uncomment", prose, element, "uncomment = true", 3),
        ("not XML in a comment", ill_formed, element, set, 3),
        (
            "not XML to uncomment",
            ill_formed,
            element,
            "uncomment = true",
            3,
        ),
    ]);
}

/// A name, what [`USERS`] holds, the selector, the rest of the patch, and the status.
type Refused<'t> = (&'t str, &'t str, &'t str, &'t str, i32);

#[track_caller]
fn refused_silently(rows: &[Refused<'_>]) {
    let mut faults = Vec::new();
    for (id, body, select, rest, status) in rows {
        let (home, file) = users(body, &format!("select = '{select}'\n{rest}"));
        let before = home.tree();
        for format in ["human", "json"] {
            let tool = home.command("apply", &file).arg("--partial");
            let run = tool.args(["--format", format]).run();
            let all = run.all();
            let told = [NEW_START, OLD].iter().any(|canary| all.contains(canary));
            if run.status() != *status || told || !all.contains("user-mgt.xml") {
                faults.push(format!("{id}: {run}"));
            }
            before.untouched(&home.tree(), &run);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// The element as it would be holds the new value, which is not shown either.
#[test]
fn a_secret_in_the_vault_is_not_told() {
    let vault = "xmlns:svns=\"http://org.wso2.securevault/configuration\" svns:secretAlias";
    let element = format!("    <ApiKey {vault}=\"a\">0ldCanary</ApiKey>");
    let attribute = format!("    <ApiKey key=\"0ldCanary\" {vault}=\"a.key\">x</ApiKey>");
    for (body, select) in [(element, "//ApiKey"), (attribute, "//ApiKey/@key")] {
        let (home, file) = users(&body, &format!("select = '{select}'\nset = 'n3wCanary'"));
        let before = home.tree();
        for format in ["human", "json"] {
            let tool = home.command("apply", &file).arg("--partial");
            let run = tool.args(["--format", format]).run();
            run.exits(3).says("secure").says("user-mgt.xml");
            silent(&run);
            before.untouched(&home.tree(), &run);
        }
    }
}

/// An alias is for what its last word names: the other attributes of that element are nobody's secret.
#[test]
fn the_vault_keeps_the_attribute_that_its_alias_names() {
    let home = Home::stock();
    home.edit(
        CATALINA,
        "                   keystorePass=\"wso2carbon\"\n",
        "                   keystorePass=\"password\"\n                   xmlns:svns=\"http://org.wso2.securevault/configuration\"\n                   svns:secretAlias=\"Catalina.Server.Service.Connector.keystorePass\"\n",
    );
    let patch = |attribute: &str| {
        let text = format!(
            "[[patch]]\nfile = '{CATALINA}'\nselect = \"//Connector[@scheme='https']/@{attribute}\"\nset = '300'\n"
        );
        let file = home.aside("patch.toml", text);
        home.command("apply", &file).arg("--partial").run()
    };
    let before = home.tree();
    let run = patch("keystorePass");
    run.exits(3).says("vault").says("catalina-server.xml");
    before.untouched(&home.tree(), &run);
    patch("maxThreads").exits(0);
    let text = home.text(CATALINA);
    assert!(text.contains("proxyPort=\"443\"\n"), "{text}");
    assert!(text.contains("maxThreads=\"300\"\n"), "{text}");
}
