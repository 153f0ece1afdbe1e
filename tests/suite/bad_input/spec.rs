//! B001–B028: deployment files that can not be meant.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{Row, Scene, ensure, row, table};
use crate::harness::{API_MANAGER, CARBON, CATALINA, independent, texts};

const GATEWAY: &str = "[key_manager]\nserver_url = 'https://km.example.com:9443/services/'\nclient = 'WSClient'\n\
                       [server]\nhost_name = 'gw.example.com'\nmgt_host_name = 'gw.example.com'\n";

/// A `[[patch]]` on api-manager.xml.
fn patch(id: &'static str, exits: &'static [i32], names: &[&str], rest: &'static str) -> Row {
    row(id, exits, names, |scene| scene.patch(API_MANAGER, rest))
}

/// A config file that no setting is for: nothing but patches changes it.
const USERS: &str = "repository/conf/user-mgt.xml";

/// Patches on [`USERS`], which holds `body` in its one block.
fn users(
    id: &'static str,
    exits: &'static [i32],
    names: &[&str],
    body: &str,
    patches: &[&str],
) -> Row {
    let file = format!(
        "<UserManager>\n    <Configuration>\n{body}\n    </Configuration>\n</UserManager>\n"
    );
    let patch = |rest: &&str| format!("[[patch]]\nfile = '{USERS}'\n{rest}\n");
    let spec: String = patches.iter().map(patch).collect();
    row(id, exits, names, move |scene| {
        scene.home.write(USERS, &file);
        scene.spec(&spec);
        scene.args(&["--partial"]);
    })
}

fn is_as_it_was(scene: &Scene, body: &str) -> Result<(), String> {
    ensure(scene.home.text(USERS).contains(body), "was changed")
}

/// A deployment file as it stands.
fn file(id: &'static str, exits: &'static [i32], names: &[&str], text: &'static str) -> Row {
    row(id, exits, names, move |scene| scene.spec(text))
}

#[test]
fn files_that_are_none() {
    table(vec![
        row(
            "B001",
            &[2],
            &["nowhere/else.toml", "no such file"],
            |scene| {
                scene.file = Some("nowhere/else.toml".into());
            },
        )
        .and(|_, run| ensure(!run.all().contains("Usage:"), "the usage is shown")),
        row("B002 directory", &[2], &["not a regular file"], |scene| {
            scene.file = Some(scene.home.beside());
        }),
        row(
            "B002 FIFO",
            &[2],
            &["pipe.toml", "not a regular file"],
            |scene| {
                let pipe = scene.home.beside().join("pipe.toml");
                let made = Command::new("mkfifo").arg(&pipe).status();
                if !made.is_ok_and(|status| status.success()) {
                    scene.impossible = Some("no mkfifo");
                }
                scene.file = Some(pipe);
            },
        ),
        row(
            "B002 device",
            &[2],
            &["/dev/zero", "not a regular file"],
            |scene| {
                scene.file = Some("/dev/zero".into());
            },
        ),
        file("B003", &[2], &["nothing is asked for"], ""),
        file(
            "B004",
            &[2],
            &["nothing is asked for"],
            "# not yet\nversion = '2.1.0'\n",
        ),
        row("B004 partial", &[2], &["nothing is asked for"], |scene| {
            scene.spec("version = '2.1.0'\n");
            scene.args(&["--partial"]);
        }),
    ]);
}

#[test]
fn files_that_can_not_be_read() {
    table(vec![
        file(
            "B005",
            &[2],
            &["spec.toml:7:", "host_name = gw", "^"],
            "[key_manager]\nclient = 'WSClient'\n\n\n\n[server]\nhost_name = gw.example.com\n",
        ),
        file(
            "B006",
            &[2],
            &["spec.toml:2:", "htp_port", "did you mean", "http_port"],
            "[proxy]\nhtp_port = 80\n",
        ),
        file(
            "B006 table",
            &[2],
            &["spec.toml:1:", "key_manger", "key_manager"],
            "[key_manger]\nclient = 'WSClient'\n",
        ),
        file(
            "B006 patch",
            &[2],
            &["spec.toml:3:", "selct", "did you mean", "select"],
            "[[patch]]\nfile = 'repository/conf/carbon.xml'\nselct = '/Server/Name'\nset = 'x'\n",
        ),
        file(
            "B007 text",
            &[2],
            &["spec.toml:2:13", "eighty"],
            "[proxy]\nhttp_port = 'eighty'\n",
        ),
        file(
            "B007 list",
            &[2],
            &["spec.toml:2:13", "host_name"],
            "[server]\nhost_name = ['gw.example.com']\n",
        ),
        file(
            "B007 number",
            &[2],
            &["spec.toml:2:", "host_name"],
            "[server]\nhost_name = 80\n",
        ),
        file(
            "B007 range",
            &[2],
            &["spec.toml:2:", "70000"],
            "[proxy]\nhttp_port = 70000\n",
        ),
        file(
            "B007 choice",
            &[2],
            &["spec.toml:2:", "WsClient", "WSClient", "ThriftClient"],
            "[key_manager]\nclient = 'WsClient'\n",
        ),
        file(
            "B011",
            &[2],
            &["spec.toml:1:", "2.7.0", "2.6.0"],
            "version = '2.7.0'\n",
        ),
        row(
            "B012",
            &[2],
            &["spec.toml", "offset 23", "UTF-8"],
            |scene| {
                scene.spec(b"[server]\nhost_name = 'M\xfcnchen'\n");
            },
        )
        .and(|_, run| {
            ensure(
                !run.all().contains('\u{fffd}'),
                "a replacement character is shown",
            )
        }),
        row("B013", &[0], &[], |scene| {
            let text = format!("\u{feff}{GATEWAY}").replace('\n', "\r\n");
            scene.spec(text);
        })
        .and(|scene, _| {
            let plain = super::Scene::new();
            let spec = plain.home.aside("plain.toml", GATEWAY);
            plain.home.gateway("apply", &spec).exits(0);
            let same = [API_MANAGER, CARBON, CATALINA]
                .iter()
                .all(|name| plain.home.read(name) == scene.home.read(name));
            ensure(same, "another result than without BOM and CR")
        }),
        row(
            "B014 huge",
            &[2],
            &["spec-huge.toml", "larger than"],
            |scene| {
                let path = scene.home.beside().join("spec-huge.toml");
                let file = fs::File::create(&path).unwrap();
                file.set_len(200 << 20).unwrap();
                scene.file = Some(path);
            },
        ),
        row("B014 deep", &[2], &["spec.toml"], |scene| {
            let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
            scene.spec(format!("a = {open}{close}\n"));
        }),
        row("B014 long key", &[2], &["spec.toml"], |scene| {
            scene.spec(format!("{} = 1\n", "k".repeat(10 << 20)));
        }),
        row("B028", &[2], &["--file"], |scene| {
            let other = scene
                .home
                .aside("other.toml", GATEWAY.replace("gw.", "other."));
            scene.spec(GATEWAY);
            scene.args(&["--file", other.to_str().unwrap()]);
        }),
    ]);
}

#[test]
fn contradictions() {
    let host = "file = 'repository/conf/carbon.xml'\nselect = '/Server/HostName'\n";
    table(vec![
        row(
            "B008",
            &[2],
            &["spec.toml", "@1-4", "@7-10"],
            move |scene| {
                scene.spec(format!(
                "[[patch]]\n{host}set = 'a.example.com'\n\n\n[[patch]]\n{host}set = 'b.example.com'\n"
            ));
                scene.args(&["--partial"]);
            },
        ),
        row(
            "B008 row and patch",
            &[2],
            &["spec.toml", "@5", "@7-10"],
            move |scene| {
                scene.spec(format!(
                    "{GATEWAY}[[patch]]\n{host}set = 'other.example.com'\n"
                ));
            },
        ),
        row(
            "B009",
            &[0],
            &["warning", "spec.toml", "@5", "@7-10"],
            move |scene| {
                scene.spec(format!(
                    "{GATEWAY}[[patch]]\n{host}set = 'gw.example.com'\n"
                ));
            },
        ),
        patch(
            "B010",
            &[2],
            &["overlapping changes", "spec.toml", "@1-4", "@6-9"],
            "select = '/APIManager/APIKeyValidator/Username'\nset = 'x'\n\n[[patch]]\nfile = 'repository/conf/api-manager.xml'\nselect = '/APIManager/APIKeyValidator'\nremove = true",
        ),
        patch(
            "B010 hidden parent",
            &[2],
            &["overlapping changes", "spec.toml", "@1-4", "@6-9"],
            "select = '/APIManager/APIKeyValidator/Username'\nset = 'x'\n\n[[patch]]\nfile = 'repository/conf/api-manager.xml'\nselect = '/APIManager/APIKeyValidator'\ncomment_out = true",
        ),
        row(
            "B010 row in a hidden parent",
            &[2],
            &["overlapping changes", "jwt.enable", "spec.toml"],
            |scene| {
                scene.patch(
                    API_MANAGER,
                    "select = '/APIManager/JWTConfiguration'\ncomment_out = true",
                );
                scene.args(&["--set", "jwt.enable=true"]);
            },
        ),
        // The profile hides the block that the patch would change.
        patch(
            "B010 what the profile hides",
            &[2],
            &["overlapping changes", "jms.event_publisher", "spec.toml"],
            "select = '/APIManager/ThrottlingConfigurations/JMSEventPublisherParameters/transport.jms.Destination'\nset = 'x'",
        ),
    ]);
}

#[test]
fn selectors() {
    table(vec![
        patch(
            "B015",
            &[2],
            &["spec.toml:3:", "^"],
            "select = '/APIManager/b['\nset = 'x'",
        ),
        patch(
            "B015 blank",
            &[2],
            &["spec.toml:3:"],
            "select = ''\nset = 'x'",
        ),
        patch(
            "B015 relative",
            &[2],
            &["spec.toml:3:"],
            "select = 'APIManager'\nset = 'x'",
        ),
        patch(
            "B015 function",
            &[2],
            &["spec.toml:3:"],
            "select = '/APIManager/text()'\nset = 'x'",
        ),
        patch(
            "B016",
            &[3],
            &[API_MANAGER, "/APIManager/DataSourceName", "Foo", "@3"],
            "select = '/APIManager/DataSourceName/Foo'\nset = 'x'",
        ),
        patch(
            "B017",
            &[3],
            &["api-manager.xml", "@8", "@35", "@55", "@93", "all = true"],
            "select = '//ServerURL'\nset = 'x'",
        ),
        patch(
            "B018",
            &[2],
            &["cannot remove the root element"],
            "select = '/APIManager'\nremove = true",
        ),
        patch(
            "B018 slash",
            &[2],
            &["spec.toml:3:"],
            "select = '/'\nremove = true",
        ),
        row("B019", &[2], &["spec.toml:3:", "prefix", "c"], |scene| {
            scene.patch(CARBON, "select = '/c:Server/c:Name'\nset = 'x'");
        }),
        row("B020", &[0, 2], &[], |scene| {
            let deep = "//APIManager[@a='b']".repeat(30);
            scene.patch(
                API_MANAGER,
                &format!("select = \"{deep}\"\nset = 'x'\noptional = true"),
            );
        }),
        row("B021 set", &[0], &[], |scene| {
            scene.patch(
                CARBON,
                "select = '/Server/HostName'\nset = 'gw.example.com'",
            );
        })
        .and(|scene, _| {
            let text = scene.home.text(CARBON);
            ensure(
                text.contains("\n    <HostName>gw.example.com</HostName>\n"),
                "not restored in place",
            )
        }),
        patch(
            "B021 comment out",
            &[0],
            &[],
            "select = '/APIManager/APIKeyValidator/ThriftClientPort'\ncomment_out = true",
        )
        .and(|scene, _| {
            let text = scene.home.text(API_MANAGER);
            ensure(
                text.contains("<!--ThriftClientPort>10397</ThriftClientPort-->"),
                "not already so",
            )
        }),
        patch(
            "B022 digit",
            &[2],
            &["1x"],
            "select = '/APIManager/@1x'\nset = 'x'",
        ),
        patch(
            "B022 blank",
            &[2],
            &["spec.toml:3:"],
            "select = '/APIManager/@a b'\nset = 'x'",
        ),
        patch(
            "B022 xmlns",
            &[2],
            &["xmlns"],
            "select = '/APIManager/@xmlns'\nset = 'x'",
        ),
        patch(
            "B022 xmlns:x",
            &[2],
            &["xmlns"],
            "select = '/APIManager/@xmlns:x'\nset = 'x'",
        ),
    ]);
}

#[test]
fn fragments() {
    let into = "select = '/APIManager'\ninto = true\n";
    let insert = |id, names: &[&str], fragment: &'static str| {
        row(id, &[2], names, move |scene| {
            scene.patch(API_MANAGER, &format!("{into}insert = '''{fragment}'''"));
        })
    };
    table(vec![
        insert("B023 angle", &["spec.toml:5:"], "<<x>/>"),
        insert("B023 colons", &["spec.toml:5:"], "<a:b:c/>"),
        insert("B023 empty", &["spec.toml:5:"], "< />"),
        insert("B023 digit", &["spec.toml:5:"], "<1x/>"),
        insert("B024", &["spec.toml:5:"], "<a><b></a>"),
        insert("B024 two lines", &["spec.toml:6:"], "<a>\n  <b></a>"),
        insert("B024 nothing", &["spec.toml:5:"], ""),
        insert(
            "B025 doctype",
            &["not allowed in a fragment"],
            "<!DOCTYPE a><a/>",
        ),
        insert(
            "B025 entity",
            &["not allowed in a fragment"],
            "<a>&host;</a>",
        ),
        insert(
            "B025 declaration",
            &["not allowed in a fragment"],
            "<?xml version=\"1.0\"?><a/>",
        ),
        insert("B038 dashes", &["--"], "<a><!-- a -- b --></a>"),
        insert("B038 end", &["-"], "<a><!-- a ---></a>"),
    ]);
}

#[test]
fn patches_that_ask_for_too_much_or_too_little() {
    table(vec![
        patch(
            "none",
            &[2],
            &["spec.toml:", "set", "comment_out", "remove"],
            "select = '/APIManager/DataSourceName'",
        ),
        patch(
            "two",
            &[2],
            &["set", "remove"],
            "select = '/APIManager/DataSourceName'\nset = 'x'\nremove = true",
        ),
        patch(
            "no anchor",
            &[2],
            &["into"],
            "select = '/APIManager'\ninsert = '<a/>'",
        ),
        row("no file", &[2], &["file"], |scene| {
            scene.spec("[[patch]]\nselect = '/APIManager/DataSourceName'\nset = 'x'\n");
        }),
        row("no select", &[2], &["select"], |scene| {
            scene.spec(format!("[[patch]]\nfile = '{API_MANAGER}'\nset = 'x'\n"));
        }),
        patch(
            "not expected",
            &[4],
            &["api-manager.xml", "@3", "DataSourceName"],
            "select = '/APIManager/DataSourceName'\nset = 'x'\nexpect = 'jdbc/OTHER'",
        ),
    ]);
}

/// The target, or the parent that it would stand in, is nowhere in the file: as likely as not the selector
/// is wrong, and success would say that something is hidden or gone which never was there.
#[test]
fn patches_that_find_nothing() {
    let realm = "        <Realm name=\"a\">x</Realm>";
    let nothing = |id, exits, names: &[&str], patch| users(id, exits, names, realm, patch);
    table(vec![
        nothing(
            "comment out",
            &[3],
            &[USERS, "//Relm", "spec.toml:1:", "asked for here"],
            &["select = '//Relm'\ncomment_out = true"],
        ),
        nothing(
            "comment out below what is there",
            &[3],
            &[USERS, "user-mgt.xml:2", "/UserManager/Configuration/Relm"],
            &["select = '/UserManager/Configuration/Relm'\ncomment_out = true"],
        ),
        nothing(
            "comment out, optional",
            &[0],
            &[],
            &["select = '//Relm'\ncomment_out = true\noptional = true"],
        )
        .and(|scene, _| is_as_it_was(scene, realm)),
        nothing(
            "remove what is gone",
            &[0],
            &[],
            &["select = '/UserManager/Configuration/Gone'\nremove = true"],
        )
        .and(|scene, _| is_as_it_was(scene, realm)),
        nothing(
            "remove an attribute that is gone",
            &[0],
            &[],
            &["select = '/UserManager/Configuration/Realm/@gone'\nremove = true"],
        )
        .and(|scene, _| is_as_it_was(scene, realm)),
        // What a whole comment holds is another realm, so nothing is wrong with that comment.
        users(
            "uncomment what no comment holds",
            &[3],
            &[USERS, "//Realm[@name='b']", "is not in"],
            "        <!--<Realm name=\"a\">x</Realm>-->",
            &["select = \"//Realm[@name='b']\"\nuncomment = true"],
        )
        .and(|_, run| ensure(!run.all().contains("well-formed"), "blames a good comment")),
        users(
            "set what no comment holds",
            &[3],
            &[USERS, "//Realm[@name='b']", "is not in"],
            "        <!--Realm name=\"a\">x</Realm-->",
            &["select = \"//Realm[@name='b']\"\nset = 'y'"],
        )
        .and(|_, run| ensure(!run.all().contains("well-formed"), "blames a good comment")),
    ]);
}

/// An element can be gone only from where it could stand.
#[test]
fn patches_that_remove_from_nowhere() {
    let realm = "        <Realm name=\"a\">x</Realm>";
    let nothing = |id, exits, names: &[&str], patch| users(id, exits, names, realm, &[patch]);
    table(vec![
        nothing(
            "remove without a parent",
            &[3],
            &[USERS, "/UserManager/Config/Realm", "spec.toml:1:"],
            "select = '/UserManager/Config/Realm'\nremove = true",
        ),
        nothing(
            "remove an attribute of nothing",
            &[3],
            &[
                USERS,
                "/UserManager/Configuration/Relm/@name",
                "spec.toml:1:",
            ],
            "select = '/UserManager/Configuration/Relm/@name'\nremove = true",
        ),
        nothing(
            "remove without a parent, optional",
            &[0],
            &[],
            "select = '/UserManager/Config/Realm'\nremove = true\noptional = true",
        )
        .and(|scene, _| is_as_it_was(scene, realm)),
    ]);
}

/// What one patch asks for can only be seen to be impossible when another one is made. Such a file must
/// not be passed over as if nothing were asked of it.
#[test]
fn patches_that_fail_on_what_others_make() {
    let bring = "select = '//Configuration/X'\nuncomment = true";
    let block = "        <!--<X><Y>1</Y><Y>2</Y></X>\n        <Y>3</Y>-->";
    let realm = "        <!--<X><Y>1</Y></X>-->";
    let cases: [(&str, &[i32], &str, &[&str]); 5] = [
        (
            "several",
            &[3],
            block,
            &[bring, "select = '//Y'\nset = '9'"],
        ),
        (
            "elements",
            &[3],
            realm,
            &[bring, "select = '//Configuration/X'\nset = '9'"],
        ),
        (
            "below what is restored",
            &[3],
            realm,
            &[bring, "select = '//X/Z'\nset = '9'"],
        ),
        (
            "expected",
            &[4],
            realm,
            &[bring, "select = '//X/Y'\nset = '9'\nexpect = '2'"],
        ),
        (
            "inserted",
            &[3],
            "        <Z/>",
            &[
                "select = '//Configuration'\ninto = true\ninsert = '<X><Y>1</Y></X>'",
                "select = '//X'\nset = '9'",
            ],
        ),
    ];
    let mut rows = Vec::new();
    for (id, exits, body, patches) in cases {
        for command in ["apply", "check", "diff"] {
            let row = users(id, exits, &["user-mgt.xml", "patch[2]"], body, patches);
            let build = row.build;
            rows.push(Row {
                build: Box::new(move |scene| {
                    build(scene);
                    scene.command = command;
                }),
                ..row
            });
        }
    }
    table(rows);
}

#[test]
fn secrets_by_reference() {
    let password = "/APIManager/APIKeyValidator/Password";
    let spec = |reference: &str| {
        let given = format!("[key_manager]\npassword = {reference}\n");
        GATEWAY.replace("[key_manager]\n", &given)
    };
    let (missing, open, unset, newline) = (
        spec("{ file = 'missing.secret' }"),
        spec("{ file = 'open.secret' }"),
        spec("{ env = 'APIM_NOT_SET' }"),
        spec("{ file = 'newline.secret' }"),
    );
    table(vec![
        row(
            "B027 missing",
            &[2],
            &["missing.secret", "spec.toml:2:"],
            move |scene| scene.spec(&missing),
        ),
        row(
            "B027 readable by all",
            &[0, 2],
            &["open.secret"],
            move |scene| {
                let secret = scene.home.aside("open.secret", "c4nary-in-file");
                fs::set_permissions(secret, fs::Permissions::from_mode(0o644)).unwrap();
                scene.spec(&open);
            },
        )
        .and(|_, run| {
            ensure(
                run.err().contains("open.secret"),
                "neither a warning nor a refusal",
            )
        }),
        row(
            "B027 no variable",
            &[2],
            &["APIM_NOT_SET", "spec.toml:2:"],
            move |scene| scene.spec(&unset),
        ),
        row("B027 final newline", &[0], &[], move |scene| {
            let secret = scene.home.aside("newline.secret", "from-file\n");
            fs::set_permissions(secret, fs::Permissions::from_mode(0o600)).unwrap();
            scene.spec(&newline);
        })
        .and(
            move |scene, _| match independent(&scene.home.file(API_MANAGER)) {
                Some(read) => ensure(
                    texts(&read, password) == ["from-file"],
                    "the newline is part of the value",
                ),
                None => Ok(()),
            },
        ),
    ]);
}
