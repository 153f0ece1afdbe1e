//! B061–B068 and B100–B106: what an earlier run, another run or the system does to a transaction.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Row, Scene, ensure, row, table};
use crate::harness::{API_MANAGER, CARBON, CATALINA, Home, STATE, Tool, deployment, program, root};

/// Brings a home to where a run was cut off right behind its commit point: the journal is there, and
/// not one file has been replaced.
fn cut_off(home: &Home) {
    home.gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
    let state = home.file(STATE);
    let transactions = fs::read_dir(state.join("transactions")).unwrap();
    let entry = transactions.map(Result::unwrap).next().unwrap().path();
    let manifest = fs::read(entry.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    for (index, file) in manifest["files"].as_array().unwrap().iter().enumerate() {
        let target = home.file(file["relative"].as_str().unwrap());
        let staged = target.with_file_name(file["staged"].as_str().unwrap());
        fs::rename(&target, staged).unwrap();
        fs::copy(entry.join(format!("backup-{index}")), &target).unwrap();
    }
    fs::rename(entry, state.join("journal")).unwrap();
}

fn refused_with_state(
    id: &'static str,
    exits: &'static [i32],
    names: &[&str],
    build: impl Fn(&mut Scene) + 'static,
) -> Row {
    row(id, exits, names, move |scene| {
        scene.had_state = true;
        build(scene);
    })
}

#[test]
fn what_an_interrupted_run_left() {
    table(vec![
        row(
            "B061",
            &[0],
            &["interrupted", "rolled forward 3 files"],
            |scene| cut_off(&scene.home),
        )
        .and(|scene, _| {
            let carbon = scene.home.text(CARBON);
            ensure(carbon.contains("<HostName>gw.example.com<"), "not repaired")?;
            let left = scene.home.file(".apim-patch/journal").exists();
            ensure(!left, "the journal is still there")
        }),
        refused_with_state(
            "B062",
            &[6],
            &["carbon.xml", "changed by somebody else", "recover"],
            |scene| {
                cut_off(&scene.home);
                scene
                    .home
                    .edit(CARBON, "<WebContextRoot>/<", "<WebContextRoot>/am<");
            },
        )
        .and(|_, run| {
            let all = run.all();
            let hexadecimal = |word: &&str| {
                let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
                word.len() == 64 && word.chars().all(|c| c.is_ascii_hexdigit())
            };
            let hashes = all.split_whitespace().filter(hexadecimal).count();
            ensure(hashes >= 2, "the digests are not told")
        }),
        refused_with_state("B062 damaged journal", &[6], &["journal"], |scene| {
            cut_off(&scene.home);
            scene.home.write(".apim-patch/journal/manifest.json", "{");
        }),
    ]);
}

#[test]
fn a_state_directory_that_is_not_ours() {
    table(vec![
        refused_with_state("B063 link", &[3], &[STATE, "link"], |scene| {
            let planted = scene.home.beside().join("planted");
            fs::create_dir(&planted).unwrap();
            symlink(planted, scene.home.file(STATE)).unwrap();
        })
        .and(|scene, _| {
            let planted = fs::read_dir(scene.home.beside().join("planted")).unwrap();
            ensure(planted.count() == 0, "the link was followed")
        }),
        refused_with_state("B063 owner", &[3], &[STATE, "12345"], |scene| {
            if !root() {
                scene.impossible = Some("only root can give a directory away");
                return;
            }
            let state = scene.home.file(STATE);
            fs::create_dir(&state).unwrap();
            chmod(&state, 0o700);
            chown(&state, Some(12345), None).unwrap();
        }),
        refused_with_state("B063 mode", &[3], &[STATE, "0755"], |scene| {
            let state = scene.home.file(STATE);
            fs::create_dir(&state).unwrap();
            chmod(&state, 0o755);
        }),
        refused_with_state("B067", &[5], &[STATE], |scene| {
            let state = scene.home.file(STATE);
            fs::create_dir_all(state.join("transactions/kept")).unwrap();
            chmod(&state, 0o700);
            scene.home.give_to_nobody();
            scene.unprivileged = true;
            chmod(&state, 0o500);
        })
        .and(|scene, _| {
            chmod(&scene.home.file(STATE), 0o700);
            Ok(())
        }),
    ]);
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn lock(scene: &mut Scene) {
    let home = fs::File::open(scene.home.path()).unwrap();
    home.lock().unwrap();
    scene.held = Some(home);
}

#[test]
fn a_home_that_another_run_holds() {
    table(vec![
        row("B064", &[75], &["locked", "--wait"], lock),
        row("B064 waited for", &[75], &["locked"], |scene| {
            lock(scene);
            scene.args(&["--wait", "1"]);
        }),
        row("B065", &[75], &["locked"], |scene| {
            lock(scene);
            let link = scene.home.beside().join("another-name");
            symlink(scene.home.path(), &link).unwrap();
            scene.place = Some(link);
        }),
    ]);
}

/// B066: whoever replaces a file while a run is at work keeps what they wrote, and the run says so. When
/// the edit comes is a matter of luck; that it comes too late to be noticed is no fault, and is tried
/// again.
#[test]
fn an_edit_between_plan_and_apply() {
    for _ in 0..200 {
        let home = Home::stock();
        let edited = home
            .text(CARBON)
            .replace("<WebContextRoot>/<", "<WebContextRoot>/am<");
        let beside = home.aside("edited", &edited);
        let before = home.files();
        let tool = home.command("apply", &deployment("gateway-ws.toml"));
        let run = tool.run_watched(|_| {
            let at_work = home.file(STATE).exists();
            if at_work {
                fs::rename(&beside, home.file(CARBON)).unwrap();
            }
            !at_work
        });
        if beside.exists() {
            continue;
        }
        assert!([0, 4].contains(&run.status()), "B066: {run}");
        assert!(
            home.text(CARBON).contains("<WebContextRoot>/am<"),
            "B066: {run}"
        );
        if run.status() == 4 {
            run.says("carbon.xml").says("run again");
            assert_eq!(home.text(CARBON), edited);
            let others = [CARBON, ""];
            before
                .without(&others)
                .same_content(&home.files().without(&others), &run);
            return;
        }
    }
    panic!("B066: no edit came in time");
}

#[test]
fn what_the_system_refuses() {
    table(vec![
        row("B068", &[5], &[CATALINA, "mounted"], |scene| {
            let file = scene.home.file(CATALINA);
            let mounted = Command::new("mount")
                .arg("--bind")
                .args([&file, &file])
                .output();
            if !mounted.is_ok_and(|output| output.status.success()) {
                scene.impossible = Some("nothing can be mounted here");
            }
        })
        .and(|scene, _| {
            let gone = Command::new("umount")
                .arg(scene.home.file(CATALINA))
                .status();
            ensure(gone.is_ok_and(|status| status.success()), "still mounted")
        }),
        row("B100", &[5], &["no space left", "bytes"], |scene| {
            let home = scene.home.path().to_owned();
            let kept = scene.home.beside().join("kept");
            let copy = |from: &Path, to: &Path| {
                let copied = Command::new("cp")
                    .arg("-a")
                    .arg(from.join("."))
                    .arg(to)
                    .status();
                assert!(copied.unwrap().success());
            };
            fs::create_dir(&kept).unwrap();
            copy(&home, &kept);
            let options = ["-t", "tmpfs", "-o", "size=128k", "tmpfs"];
            let mounted = Command::new("mount").args(options).arg(&home).output();
            if !mounted.is_ok_and(|output| output.status.success()) {
                scene.impossible = Some("nothing can be mounted here");
                return;
            }
            copy(&kept, &home);
            // What is left is enough to begin.
            let filler = home.join("filler");
            let _ = fs::write(&filler, vec![0; 128 << 10]);
            let size = fs::metadata(&filler).unwrap().len();
            fs::File::options()
                .write(true)
                .open(&filler)
                .unwrap()
                .set_len(size - (12 << 10))
                .unwrap();
            scene.has_begun = true;
        })
        .and(|scene, _| {
            let gone = Command::new("umount").arg(scene.home.path()).status();
            ensure(gone.is_ok_and(|status| status.success()), "still mounted")
        }),
        row("B101", &[5], &["input/output error"], |scene| {
            inject(scene, "fsync:error=EIO:when=1");
        }),
        // Whatever the disk does not take is not tried again and then called durable.
        refused_with_state("B101 for ever", &[5, 6], &["input/output error"], |scene| {
            inject(scene, "fsync:error=EIO");
        }),
        row("B102 SIGTERM", &[143], &["rolled back"], |scene| {
            inject(scene, "fsync:signal=TERM:when=1");
        }),
        row("B102 SIGINT, twice", &[130], &["rolled back"], |scene| {
            inject(scene, "fsync:signal=INT:when=1..2");
        }),
    ]);
}

fn inject(scene: &mut Scene, fault: &str) {
    if !program("strace") {
        scene.impossible = Some("no strace");
        return;
    }
    scene.has_begun = true;
    scene.wrapper = ["strace", "-f", "-qq", "-o", "/dev/null", "-e"]
        .map(str::to_owned)
        .to_vec();
    scene.wrapper.push(format!("inject={fault}"));
}

/// B103: the next run says what it repaired. `crashes.rs` and `tests/faults/run` do this everywhere.
#[test]
fn a_run_that_is_killed() {
    if !program("strace") {
        return;
    }
    let file = deployment("gateway-ws.toml");
    for call in ["renameat2", "rename", "unlink"] {
        let home = Home::stock();
        let inject = format!("inject={call}:signal=KILL:when=1");
        let tool = home.command("apply", &file);
        let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &inject];
        tool.under(strace).run().exits(137);
        let next = home.gateway("apply", &file);
        next.exits(0);
        if call == "renameat2" {
            next.says("was interrupted");
        }
        assert!(home.text(CARBON).contains("<HostName>gw.example.com<"));
        assert!(home.text(API_MANAGER).contains(">WSClient<"));
        let left = home.tree();
        let strays = left.regular().filter(|(path, ..)| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with(".apim-patch") || name == "running.json"
        });
        assert_eq!(strays.count(), 0, "B103 {call}");
        Tool::new("recover")
            .home(&home)
            .run()
            .exits(0)
            .says("nothing");
    }
}

#[test]
fn a_second_run() {
    table(vec![
        row("B106", &[0], &["nothing to do"], |scene| {
            let file = deployment("gateway-ws.toml");
            scene.home.gateway("apply", &file).exits(0);
            let kept = fs::metadata(scene.home.file(CARBON)).unwrap();
            scene.home.aside("times", format!("{:?}", times(&kept)));
        })
        .and(|scene, _| {
            let before = fs::read_to_string(scene.home.beside().join("times")).unwrap();
            let now = fs::metadata(scene.home.file(CARBON)).unwrap();
            ensure(
                format!("{:?}", times(&now)) == before,
                "inode or time changed",
            )
        }),
    ]);
}

fn times(metadata: &fs::Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ino(), metadata.mtime_nsec(), metadata.ctime_nsec())
}
