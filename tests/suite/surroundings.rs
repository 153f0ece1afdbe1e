//! Where a run takes place: locks, links, other runs, odd working directories and masks.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;
use std::thread;

use crate::harness::{
    API_MANAGER, CARBON, CATALINA, Home, PASSWORD, PASSWORD_VARIABLE, STATE, Tool, changed_lines,
    deployment,
};

#[test]
fn a_locked_home_is_left_alone() {
    let home = Home::stock();
    let lock = fs::File::open(home.path()).unwrap();
    lock.lock().unwrap();
    let before = home.tree();
    let run = home.gateway("apply", &deployment("gateway-ws.toml"));
    run.exits(75).says("locked").says("--wait");
    before.untouched(&home.tree(), &run);
    assert!(!home.file(STATE).exists());
    // Looking needs no lock.
    home.gateway("check", &deployment("gateway-ws.toml"))
        .exits(1);
    home.gateway("diff", &deployment("gateway-ws.toml"))
        .exits(0);
    lock.unlock().unwrap();
    home.gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
}

#[test]
fn a_lock_can_be_waited_for() {
    let home = Home::stock();
    let lock = fs::File::open(home.path()).unwrap();
    lock.lock().unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let tool = home.command("apply", &deployment("gateway-ws.toml"));
            tool.args(["--wait", "200"]).run()
        });
        // Long enough for the other run to meet the lock; if it has not, the test is weaker, not wrong.
        thread::sleep(std::time::Duration::from_millis(300));
        drop(lock);
        waiting.join().unwrap().exits(0);
    });
    assert!(home.text(CARBON).contains("<HostName>gw.example.com<"));
}

/// Whoever comes first wins, and nobody's file is mixed with another's.
#[test]
fn runs_at_the_same_time() {
    let home = Home::stock();
    let host = |number: usize| format!("gw-{number}.example.com");
    let statuses: Vec<i32> = thread::scope(|scope| {
        let runs: Vec<_> = (0..6)
            .map(|number| {
                let tool = home.command("apply", &deployment("gateway-ws.toml"));
                let tool = tool.set("server.host_name", &host(number));
                let tool = tool.set("key_manager.username", &host(number));
                scope.spawn(|| tool.run().status())
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    // 4: the file that was planned on was replaced by another run in between.
    assert!(
        statuses.iter().all(|status| [0, 4, 75].contains(status)),
        "{statuses:?}"
    );
    assert!(statuses.contains(&0), "{statuses:?}");
    let (carbon, api) = (home.text(CARBON), home.text(API_MANAGER));
    let winner = (0..6).find(|number| carbon.contains(&format!("<HostName>{}<", host(*number))));
    let winner = host(winner.unwrap());
    assert!(
        api.contains(&format!("<Username>{winner}<")),
        "{winner}: {api}"
    );
    Tool::new("recover").home(&home).run().exits(0);
}

/// Replacing a name of several would leave the others with the old content.
#[test]
fn hard_links_are_not_broken_silently() {
    let home = Home::stock();
    fs::hard_link(home.file(CARBON), home.file("repository/carbon-too.xml")).unwrap();
    let before = home.tree();
    let run = home.gateway("apply", &deployment("gateway-ws.toml"));
    run.exits(3).says(CARBON).says("hard link");
    before.untouched(&home.tree(), &run);
}

#[test]
fn a_conf_directory_on_a_shared_volume() {
    let home = Home::stock();
    let shared = home.beside().join("shared");
    fs::rename(home.file("repository/conf"), &shared).unwrap();
    symlink(&shared, home.file("repository/conf")).unwrap();
    let (before, files) = (home.tree(), crate::harness::Tree::of(&shared));
    let file = deployment("gateway-ws.toml");
    let run = home.gateway("apply", &file);
    run.exits(3).says("shared").says("--follow-outside-links");
    before.untouched(&home.tree(), &run);
    files.untouched(&crate::harness::Tree::of(&shared), &run);

    let follow = |command: &str| {
        home.command(command, &file)
            .arg("--follow-outside-links")
            .run()
    };
    follow("apply").exits(0);
    follow("check").exits(0);
    assert!(
        home.file("repository/conf")
            .symlink_metadata()
            .unwrap()
            .is_symlink()
    );
    let (gone, came) = changed_lines(
        files.content("carbon.xml"),
        &fs::read(shared.join("carbon.xml")).unwrap(),
    );
    assert_eq!((gone.len(), came.len()), (2, 2));
    let back = Tool::new("revert")
        .home(&home)
        .arg("--follow-outside-links")
        .run();
    back.exits(0);
    files.same_content(&crate::harness::Tree::of(&shared), &back);
}

/// A home that is itself a link is the home behind it.
#[test]
fn a_home_behind_a_link() {
    let home = Home::stock();
    let link = home.beside().join("current");
    symlink("home", &link).unwrap();
    let run = Tool::new("apply")
        .arg("--home")
        .arg(&link)
        .args(["--profile", "gateway", "--file"])
        .arg(deployment("gateway-ws.toml"))
        .env(PASSWORD_VARIABLE, PASSWORD)
        .run();
    run.exits(0);
    assert!(link.symlink_metadata().unwrap().is_symlink());
    Tool::new("revert").home(&home).run().exits(0);
}

/// Through a shell, for what only a shell sets up: a mask, a directory that is gone, no file descriptors.
fn through_shell(home: &Home, before: &str) -> (i32, String) {
    let line = format!("{before}; exec \"$0\" apply --home \"$1\" --profile gateway --file \"$2\"");
    let output = Command::new("sh")
        .args(["-c", &line, env!("CARGO_BIN_EXE_apim-patch")])
        .arg(home.path())
        .arg(deployment("gateway-ws.toml"))
        .env_remove("APIM_PATCH_FILE")
        .env(PASSWORD_VARIABLE, PASSWORD)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), words)
}

#[test]
fn the_mask_of_the_process_does_not_matter() {
    for mask in ["000", "077", "777"] {
        let home = Home::stock();
        let mode = |name: &str| fs::metadata(home.file(name)).unwrap().permissions().mode();
        let before = [API_MANAGER, CARBON, CATALINA].map(mode);
        let (status, words) = through_shell(&home, &format!("umask {mask}"));
        assert_eq!(status, 0, "umask {mask}: {words}");
        assert_eq!(
            [API_MANAGER, CARBON, CATALINA].map(mode),
            before,
            "umask {mask}"
        );
        for (path, mode) in home
            .tree()
            .directories()
            .filter(|(path, _)| path.starts_with(STATE))
        {
            assert_eq!(mode, 0o700, "umask {mask}: {}", path.display());
        }
        for (path, mode, _) in home
            .tree()
            .regular()
            .filter(|(path, ..)| path.starts_with(STATE))
        {
            assert_eq!(mode, 0o600, "umask {mask}: {}", path.display());
        }
        Tool::new("revert").home(&home).run().exits(0);
        assert_eq!(
            [API_MANAGER, CARBON, CATALINA].map(mode),
            before,
            "umask {mask}"
        );
    }
}

#[test]
fn a_working_directory_that_is_gone() {
    let home = Home::stock();
    let gone = home.beside().join("gone");
    fs::create_dir(&gone).unwrap();
    let step = format!("cd '{0}' && rmdir '{0}'", gone.display());
    let (status, words) = through_shell(&home, &step);
    assert_eq!(status, 0, "{words}");
    assert!(home.text(CARBON).contains("<HostName>gw.example.com<"));
}
