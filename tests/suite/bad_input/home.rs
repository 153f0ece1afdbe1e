//! B046–B060: homes that are none, or another product's, or not ours to write.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use super::{Row, Scene, ensure, row, table};
use crate::harness::{API_MANAGER, AXIS2, CARBON, CATALINA, Home, root};

const VERSION: &str = "bin/version.txt";

fn place(
    id: &'static str,
    names: &[&str],
    build: impl Fn(&Scene) -> std::path::PathBuf + 'static,
) -> Row {
    row(id, &[3], names, move |scene| {
        scene.place = Some(build(scene))
    })
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn places_that_are_no_home() {
    table(vec![
        place("B046 missing", &["nowhere", "no such file"], |scene| {
            scene.home.beside().join("nowhere")
        }),
        place(
            "B046 file",
            &["a-file", "not the folder of a home"],
            |scene| scene.home.aside("a-file", ""),
        ),
        row(
            "B046 closed",
            &[3],
            &["home", "permission denied"],
            |scene| {
                scene.home.give_to_nobody();
                scene.unprivileged = true;
                chmod(scene.home.path(), 0o000);
            },
        )
        .and(|scene, _| {
            // The temporary directory is removed by its owner, who must be let in again.
            chmod(scene.home.path(), 0o755);
            Ok(())
        }),
        place("B047", &["no WSO2 home here", CARBON], |scene| {
            let empty = scene.home.beside().join("empty");
            fs::create_dir(&empty).unwrap();
            empty
        }),
        place("B048", &["home"], |scene| {
            let parent = scene.home.beside().join("opt");
            fs::create_dir(&parent).unwrap();
            fs::rename(scene.home.path(), parent.join("wso2am-2.1.0")).unwrap();
            // What else is there must not be in the way.
            fs::create_dir(parent.join("empty")).unwrap();
            fs::create_dir_all(scene.home.path()).unwrap();
            parent
        })
        .and(|_, run| {
            ensure(
                run.all().contains("wso2am-2.1.0"),
                "the home below is not named",
            )
        }),
        place("B049", &["did you mean"], |scene| {
            scene.home.file("repository/conf")
        })
        .and(|scene, run| {
            let path = scene.home.path().display().to_string();
            ensure(
                run.all().contains("../..") || run.all().contains(&path),
                "the home is not named",
            )
        }),
    ]);
}

#[test]
fn homes_of_other_products_and_releases() {
    let other = |id, names: &[&str], fixture: &'static str| {
        row(id, &[3], names, move |scene| {
            scene.home = Home::fixture(fixture)
        })
    };
    table(vec![
        other(
            "B050",
            &["Identity Server", "5.3.0", "version.txt"],
            "identity-server-5.3",
        ),
        other("B051", &["deployment.toml", "3.0"], "am-3.0"),
        row("B051 without marks", &[3], &["deployment.toml"], |scene| {
            scene
                .home
                .write("repository/conf/deployment.toml", "[server]\n");
            scene.home.remove(VERSION);
        }),
        row(
            "B050 EI",
            &[3],
            &["Enterprise Integrator", "6.1.1"],
            |scene| {
                scene
                    .home
                    .write(VERSION, "WSO2 Enterprise Integrator v6.1.1\n");
                scene
                    .home
                    .edit(CARBON, "WSO2 API Manager", "WSO2 Enterprise Integrator");
                scene.home.edit(CARBON, "<ServerKey>AM<", "<ServerKey>EI<");
                scene
                    .home
                    .edit(CARBON, "<Version>2.1.0<", "<Version>6.1.1<");
            },
        ),
        row("B052", &[0], &["warning", "2.3.0", "2.6.0"], |scene| {
            scene.home.write(VERSION, "WSO2 API Manager v2.3.0\n");
            scene
                .home
                .edit(CARBON, "<Version>2.1.0<", "<Version>2.3.0<");
        }),
        row(
            "B053 disagree",
            &[0],
            &["warning", "2.1.0", "2.6.0", "version.txt", "carbon.xml"],
            |scene| {
                scene
                    .home
                    .edit(CARBON, "<Version>2.1.0<", "<Version>2.6.0<");
            },
        ),
        row("B053 none", &[0], &["warning", "version"], |scene| {
            scene.home.remove(VERSION);
            scene
                .home
                .edit(CARBON, "    <Version>2.1.0</Version>\n", "");
        }),
        row("B054", &[3], &["2.6.0", "2.1.0"], |scene| {
            scene.spec("version = '2.6.0'\n[key_manager]\nserver_url = 'https://km:9443/'\nclient = 'WSClient'\n[server]\nhost_name = 'a'\nmgt_host_name = 'b'\n");
        }),
    ]);
}

#[test]
fn files_that_are_missing() {
    table(vec![
        row("B055", &[3], &[CATALINA], |scene| {
            scene.home.remove(CATALINA);
        }),
        row("B055 two", &[3], &[CATALINA, API_MANAGER], |scene| {
            scene.home.remove(CATALINA).remove(API_MANAGER);
        }),
        row(
            "B055 for a patch",
            &[3],
            &[
                "repository/conf/user-mgt.xml",
                "spec.toml:3:",
                "asked for here",
            ],
            |scene| {
                scene.spec("\n\n[[patch]]\nfile = 'repository/conf/user-mgt.xml'\nselect = '/UserManager/Realm'\nset = 'x'\n");
                scene.args(&["--partial"]);
            },
        ),
        // A file that no setting asks for may be missing.
        row("B055 not asked for", &[0], &[], |scene| {
            scene.home.remove(AXIS2);
        }),
        row(
            "missing element",
            &[3],
            &["api-manager.xml", "APIKeyValidator"],
            |scene| {
                let text = scene.home.text(API_MANAGER);
                scene
                    .home
                    .write(API_MANAGER, text.replace("APIKeyValidator>", "Validator>"));
            },
        ),
        row(
            "missing connector",
            &[3],
            &["catalina-server.xml", "Connector"],
            |scene| {
                scene
                    .home
                    .edit(CATALINA, "scheme=\"https\"", "scheme=\"spdy\"");
                // What the profile fixes may not apply; what somebody asks for must be there.
                scene.args(&["--set", "proxy.https_port=443"]);
            },
        ),
    ]);
}

/// What stands where a file should.
fn instead(id: &'static str, names: &[&str], put: impl Fn(&mut Scene, &Path) + 'static) -> Row {
    row(id, &[3], names, move |scene| {
        let path = scene.home.file(CATALINA);
        fs::remove_file(&path).unwrap();
        put(scene, &path);
    })
}

#[test]
fn files_that_are_no_files() {
    table(vec![
        instead("B056 dangling", &[CATALINA, "nowhere.xml"], |_, path| {
            symlink("nowhere.xml", path).unwrap()
        }),
        instead("B056 loop", &[CATALINA], |_, path| {
            symlink("catalina-server.xml", path).unwrap()
        }),
        instead("B056 directory", &[CATALINA, "directory"], |_, path| {
            fs::create_dir(path).unwrap()
        }),
        instead("B056 FIFO", &[CATALINA], |scene, path| {
            let made = Command::new("mkfifo").arg(path).status();
            if !made.is_ok_and(|status| status.success()) {
                scene.impossible = Some("no mkfifo");
            }
        }),
        instead("B056 socket", &[CATALINA], |_, path| {
            drop(UnixListener::bind(path).unwrap())
        }),
        instead("B056 device", &[CATALINA], |scene, path| {
            let made = Command::new("mknod")
                .arg(path)
                .args(["c", "1", "5"])
                .output();
            if !made.is_ok_and(|output| output.status.success()) {
                scene.impossible = Some("no device can be made here");
            }
        }),
        row("B056 carbon.xml", &[3], &[CARBON], |scene| {
            scene.home.remove(CARBON);
            fs::create_dir(scene.home.file(CARBON)).unwrap();
        }),
    ]);
}

#[test]
fn homes_that_can_not_be_written() {
    let closed = |scene: &mut Scene| {
        scene.home.give_to_nobody();
        scene.unprivileged = true;
        chmod(&scene.home.file("repository/conf/tomcat"), 0o555);
    };
    table(vec![
        row("B057 directory", &[5], &["repository/conf/tomcat"], closed).and(|scene, _| {
            chmod(&scene.home.file("repository/conf/tomcat"), 0o755);
            Ok(())
        }),
        // Replacing it would be possible, its directory being open; but whoever closed it meant something.
        row("B057 file", &[5], &[CATALINA], |scene| {
            scene.home.give_to_nobody();
            scene.unprivileged = true;
            chmod(&scene.home.file(CATALINA), 0o444);
        }),
        row("B057 home", &[5], &["home"], |scene| {
            scene.home.give_to_nobody();
            scene.unprivileged = true;
            chmod(scene.home.path(), 0o555);
        })
        .and(|scene, _| {
            chmod(scene.home.path(), 0o755);
            Ok(())
        }),
        row(
            "unreadable file",
            &[3, 5],
            &[CARBON, "permission denied"],
            |scene| {
                scene.home.give_to_nobody();
                scene.unprivileged = true;
                chmod(&scene.home.file(CARBON), 0o000);
            },
        )
        .and(|scene, _| {
            chmod(&scene.home.file(CARBON), 0o644);
            Ok(())
        }),
        row("B060", &[5], &["catalina-server.xml", "owner"], |scene| {
            if !root() {
                scene.impossible = Some("only root can own a file of this home");
                return;
            }
            scene.home.give_to_nobody();
            scene.unprivileged = true;
            std::os::unix::fs::chown(scene.home.file(CATALINA), Some(0), Some(0)).unwrap();
        }),
    ]);
}

#[test]
fn modes_and_owners_are_kept() {
    let home = Home::stock();
    chmod(&home.file(CARBON), 0o640);
    chmod(&home.file(CATALINA), 0o606);
    if root() {
        std::os::unix::fs::chown(home.file(CARBON), Some(12345), Some(54321)).unwrap();
    }
    let owner = |name: &str| {
        let metadata = fs::metadata(home.file(name)).unwrap();
        (metadata.uid(), metadata.gid(), metadata.mode() & 0o7777)
    };
    let before = [CARBON, CATALINA].map(owner);
    let run = home.gateway("apply", &crate::harness::deployment("gateway-ws.toml"));
    run.exits(0);
    assert_eq!([CARBON, CATALINA].map(owner), before, "B059: {run}");
    assert!(
        home.text(CARBON)
            .contains("<HostName>gw.example.com</HostName>")
    );
}

#[test]
fn a_running_server_is_pointed_out() {
    let run = |pid: &str| {
        let home = Home::stock();
        home.write("wso2carbon.pid", pid);
        home.gateway("apply", &crate::harness::deployment("gateway-ws.toml"))
    };
    let live = run(&std::process::id().to_string());
    live.exits(0).says("restart needed");
    live.says(&format!("process {}", std::process::id()));
    // The greatest pid that Linux hands out is below this one.
    let stale = run("4194305");
    stale.exits(0);
    assert!(!stale.err().contains("restart"), "B058: {stale}");
}
