//! `apply --interactive`: what is chosen is done, what is left is left, and what is saved comes to the
//! same.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{
    API_MANAGER, CARBON, Home, IDENTITY, PASSWORD, PASSWORD_VARIABLE, PROFILES, Run, STATE, Tool,
    deployment,
};

const STOCK: [&str; 2] = ["stock-2.1", "stock-2.6"];

/// A secret that is typed, and no word of any other text.
const TYPED: &str = "typ3d&<canary";

/// A run on a home whose answers come from a file.
fn answered(tool: Tool, home: &Home, answers: &str) -> Run {
    let file = home.aside("answers", answers);
    tool.arg("--interactive")
        .stdin(File::open(file).unwrap())
        .run()
}

fn gateway(home: &Home, file: &Path) -> Tool {
    home.command("apply", file)
}

/// Everything at once, for whatever release.
fn everything(home: &Home) -> PathBuf {
    let text = fs::read_to_string(deployment("gateway-everything.toml")).unwrap();
    let mut text = text.replace("version = \"2.1.0\"", "");
    if !home.file(IDENTITY).exists() {
        text.truncate(text.find("[[patch]]").unwrap());
    }
    home.aside("everything.toml", text)
}

/// The number of changes that there are to choose from.
#[track_caller]
fn count(run: &Run) -> usize {
    let err = run.err();
    let Some((_, rest)) = err.split_once("(1/") else {
        return 0;
    };
    rest.split_once(')').unwrap().0.parse().unwrap()
}

/// The keys that are asked about, in their order.
fn asked(run: &Run) -> Vec<String> {
    let out = run.out();
    let lines: Vec<&str> = out.lines().collect();
    let heads = lines
        .windows(2)
        .filter(|pair| pair[1].starts_with("  in repository/"));
    heads
        .map(|pair| pair[0].split("  ").next().unwrap().to_owned())
        .collect()
}

/// The same file, applied to the home that it was chosen on as it was.
#[track_caller]
fn saved_comes_to_the_same(stock: &str, saved: &Path, profile: &str, expect: &Home, said: &Run) {
    let fresh = Home::fixture(stock);
    let mut tool = Tool::new("apply")
        .home(&fresh)
        .args(["--profile", profile, "--file"])
        .arg(saved)
        .env(PASSWORD_VARIABLE, PASSWORD);
    for line in said.err().lines() {
        if let Some((variable, _)) = line.split_once(" is to hold the secret of ") {
            tool = tool.env(variable, TYPED);
        }
    }
    let run = tool.run();
    run.exits(0);
    expect.files().same_content(&fresh.files(), &run);
}

#[test]
fn all_of_it_is_what_a_plain_apply_does() {
    for stock in STOCK {
        for profile in PROFILES {
            let tool = |home: &Home| {
                Tool::new("apply")
                    .home(home)
                    .args(["--profile", profile, "--partial"])
                    .args(["--set", "key_manager.client=WSClient"])
            };
            let plain = Home::fixture(stock);
            tool(&plain).run().exits(0);
            for answers in ["a\n".repeat(20), "y\n".repeat(200)] {
                let home = Home::fixture(stock);
                let saved = home.beside().join("saved.toml");
                let run = answered(tool(&home).arg("--save").arg(&saved), &home, &answers);
                run.exits(0);
                plain.files().same_content(&home.files(), &run);
                saved_comes_to_the_same(stock, &saved, profile, &home, &run);
            }
        }
        let plain = Home::fixture(stock);
        gateway(&plain, &everything(&plain)).run().exits(0);
        let home = Home::fixture(stock);
        let run = answered(gateway(&home, &everything(&home)), &home, &"a\n".repeat(20));
        run.exits(0);
        plain.files().same_content(&home.files(), &run);
    }
}

#[test]
fn each_key_does_what_the_help_says() {
    let home = Home::stock();
    let file = deployment("demo.toml");
    let before = home.tree();

    let none = answered(gateway(&home, &file), &home, &"n\n".repeat(20));
    none.exits(0)
        .says("nothing was chosen; changes that are left: ")
        .says("nothing to do");
    before.untouched(&home.tree(), &none);
    let all = count(&none);
    let keys = asked(&none);
    assert_eq!(keys.len(), all, "{none}");
    assert!(all > 6, "{none}");
    none.says("given in")
        .says("fixed by profile gateway")
        .says("profile gateway requires it");

    for answers in ["", "q\n", "d\n".repeat(9).as_str(), "\n?\nx\nyes\nq\n"] {
        let run = answered(gateway(&home, &file), &home, answers);
        run.exits(0).says("nothing to do");
        before.untouched(&home.tree(), &run);
        if answers.contains('?') {
            run.says("y - apply this change")
                .says("e - type another value");
            assert_eq!(run.err().matches("(1/").count(), 5, "{run}");
        }
    }

    // What was chosen before `q`, or before the end of what is typed, is applied.
    for answers in ["n\ny\nq\n", "n\nY", "n\n y \r\n"] {
        let home = Home::stock();
        let run = answered(gateway(&home, &file), &home, answers);
        run.exits(0).says("1 file changed");
        let again = answered(gateway(&home, &file), &home, "");
        assert_eq!(count(&again), all - 1, "{again}");
        let rest = answered(gateway(&home, &file), &home, &"n\n".repeat(20));
        let mut expect = keys.clone();
        expect.remove(1);
        assert_eq!(asked(&rest), expect, "{rest}");
    }

    // `d` and `a` are for one file.
    let home = Home::stock();
    let run = answered(gateway(&home, &file), &home, "d\na\nq\n");
    run.exits(0);
    let stock = Home::stock().files();
    stock
        .without(&[CARBON])
        .same_content(&home.files().without(&[CARBON]), &run);
}

#[test]
fn another_value_is_typed() {
    let home = Home::stock();
    let spec = home.aside("f.toml", "[server]\nhost_name = 'gw.example.com'\n[proxy]\nhttp_port = 80\nhttps_port = { absent = true }\n");
    let tool = |home: &Home| gateway(home, &spec).arg("--partial");
    let answers = "n\n".repeat(2) + "e\n\ne\nno host\nother.example.com\ne\neighty\n70000\n8280\n";
    let keys = asked(&answered(tool(&home), &home, &"n\n".repeat(20)));
    let at = |key: &str| keys.iter().position(|other| other == key).unwrap();
    let (host, port) = (at("server.host_name"), at("proxy.http_port"));
    assert!(host < port, "{keys:?} {answers}");
    let answers = [
        "n\n".repeat(host),
        "e\n\ne\nno host\nother.example.com\n".to_owned(),
        "n\n".repeat(port - host - 1),
        "e\neighty\n70000\n8280\nq\n".to_owned(),
    ];
    let saved = home.beside().join("saved.toml");
    let run = answered(
        tool(&home).arg("--save").arg(&saved),
        &home,
        &answers.concat(),
    );
    run.exits(0)
        .says("`proxy.http_port` must be a whole number from 1 to 65535")
        .says("8280");
    assert!(
        home.text(CARBON)
            .contains("<HostName>other.example.com</HostName>"),
        "{run}"
    );
    assert!(!home.text(API_MANAGER).contains("other.example.com"));
    saved_comes_to_the_same("stock-2.1", &saved, "gateway", &home, &run);
    // In the report it is the user who asked.
    let home = Home::stock();
    let run = answered(tool(&home).arg("--dry-run"), &home, &answers.concat());
    run.exits(0)
        .says("nothing was written")
        .says("+    <HostName>other.example.com</HostName>");
    assert!(!home.file(STATE).exists());
}

#[test]
fn secrets_are_masked_and_never_saved() {
    for stock in STOCK {
        let home = Home::fixture(stock);
        let file = everything(&home);
        let spec = home.aside(
            "secret.toml",
            fs::read_to_string(&file).unwrap()
                + "\n[[patch]]\nfile = 'repository/conf/carbon.xml'\nselect = '/Server/WebContextRoot'\n\
                   set = 'n3wcanary'\nsecret = true\n",
        );
        home.edit(CARBON, "<WebContextRoot>/<", "<WebContextRoot>0ldcanary<");
        let saved = home.beside().join("saved.toml");
        let keys = asked(&answered(gateway(&home, &spec), &home, &"n\n".repeat(200)));
        let answers: String = keys
            .iter()
            .map(|key| match key.ends_with("password") {
                true => format!("e\n{TYPED}\n"),
                false => "y\n".to_owned(),
            })
            .collect();
        assert!(answers.contains(TYPED), "{keys:?}");
        let run = answered(
            gateway(&home, &spec).arg("--save").arg(&saved),
            &home,
            &answers,
        );
        run.exits(0)
            .says("is to hold the secret of key_manager.password");
        let text = fs::read_to_string(&saved).unwrap();
        for secret in [
            PASSWORD,
            "c4nary&amp;&lt;pass",
            TYPED,
            "typ3d&amp;&lt;canary",
            "n3wcanary",
            "0ldcanary",
        ] {
            run.conceals(secret);
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        run.says("__SET is to hold the secret of patch[");
        assert!(home.text(API_MANAGER).contains("typ3d&amp;&lt;canary"));
    }
}

/// What is left out of a hunk's plan is masked in it all the same.
#[test]
fn a_secret_beside_a_change_is_masked() {
    let home = Home::stock();
    home.edit(CARBON, "<WebContextRoot>/<", "<WebContextRoot>0ldcanary<");
    let spec = home.aside(
        "f.toml",
        "[[patch]]\nfile = 'repository/conf/carbon.xml'\nselect = '/Server/ServerKey'\nset = 'x'\n\
         [[patch]]\nfile = 'repository/conf/carbon.xml'\nselect = '/Server/WebContextRoot'\n\
         set = 'n3wcanary'\nsecret = true\n",
    );
    for answers in ["n\n".repeat(20), "y\n".repeat(20)] {
        let home = Home::copy_of(home.path());
        let run = answered(gateway(&home, &spec).arg("--partial"), &home, &answers);
        run.exits(0).says("patch[2]");
        run.conceals("0ldcanary").conceals("n3wcanary");
    }
}

#[test]
fn references_stay_references() {
    let home = Home::stock();
    let secret = home.aside("km.secret", PASSWORD);
    fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let spec = home.aside(
        "f.toml",
        "[key_manager]\npassword = { file = 'km.secret' }\nusername = { env = 'KM_USER' }\n",
    );
    let saved = home.beside().join("saved.toml");
    let tool = |home: &Home| gateway(home, &spec).arg("--partial").env("KM_USER", "km");
    let tool = tool(&home).arg("--save").arg(&saved);
    answered(tool, &home, &"y\n".repeat(40))
        .exits(0)
        .conceals(PASSWORD);
    let text = fs::read_to_string(&saved).unwrap();
    assert!(
        text.contains(&format!("password = {{ file = \"{}\" }}", secret.display())),
        "{text}"
    );
    assert!(text.contains("username = { env = \"KM_USER\" }"), "{text}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&saved.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

/// A fixed stream of bits, so that a failure can be repeated.
fn bits(mut seed: u64) -> impl FnMut() -> bool {
    move || {
        seed = seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        seed >> 63 == 1
    }
}

#[test]
fn any_choice_is_done_saved_and_not_asked_about_again() {
    let mut asked_for = 0;
    for (seed, stock) in (0..2).flat_map(|seed| STOCK.map(|stock| (seed, stock))) {
        for profile in ["gateway", "traffic-manager", "publisher"] {
            let tool = |home: &Home| {
                let tool = Tool::new("apply")
                    .home(home)
                    .args(["--profile", profile])
                    .env(PASSWORD_VARIABLE, PASSWORD);
                match profile {
                    "gateway" => tool.arg("--file").arg(everything(home)),
                    _ => tool
                        .args(["--partial", "--set", "key_manager.client=WSClient"])
                        .args([
                            "--set",
                            "environments.dmz.server_url=https://dmz:9443/services/",
                            "--set",
                            "clustering.domain=mine",
                        ]),
                }
            };
            let keys = asked(&answered(
                tool(&Home::fixture(stock)),
                &Home::fixture(stock),
                &"n\n".repeat(200),
            ));
            let mut bit = bits(seed);
            let answers: Vec<bool> = keys.iter().map(|_| bit()).collect();
            let lines: String = answers
                .iter()
                .map(|yes| if *yes { "y\n" } else { "n\n" })
                .collect();
            let home = Home::fixture(stock);
            let saved = home.beside().join("saved.toml");
            let run = answered(tool(&home).arg("--save").arg(&saved), &home, &lines);
            run.exits(0);
            if answers.contains(&true) {
                saved_comes_to_the_same(stock, &saved, profile, &home, &run);
            }
            // The others are asked about again, and done in the end.
            let left = keys.iter().zip(&answers).filter(|(_, yes)| !**yes);
            let left: Vec<_> = left.map(|(key, _)| key.clone()).collect();
            let again = answered(tool(&home), &home, &"n\n".repeat(200));
            let still = asked(&again);
            if profile != "traffic-manager" {
                assert_eq!(still, left, "{stock} {profile} {seed}: {again}");
            }
            tool(&home).run().exits(0);
            let check = answered(tool(&home), &home, "");
            check.exits(0).says("nothing to do");
            asked_for += keys.len();
        }
    }
    eprintln!("{asked_for} changes asked about");
}

#[test]
fn what_can_not_be_asked_about_is_refused() {
    let home = Home::stock();
    let other = Home::stock();
    let spec = deployment("demo.toml");
    let before = home.tree();
    let refused = |tool: Tool, why: &str| {
        let run = answered(tool, &home, &"y\n".repeat(40));
        run.exits(2).says(why);
        before.untouched(&home.tree(), &run);
    };
    refused(gateway(&home, &spec).home(&other), "for one home");
    refused(gateway(&home, &spec).json(), "asks a person");
    refused(
        gateway(&home, &spec).arg("--all-homes").arg(home.beside()),
        "cannot be used with",
    );
    refused(
        gateway(&home, &spec).arg("--prune-apps"),
        "cannot be used with",
    );
    refused(
        gateway(&home, &spec).arg("--save").arg(&spec),
        "is there already",
    );
    let plan = Tool::new("apply").home(&home).arg("--plan").arg(&spec);
    refused(plan, "cannot be used with");
    let run = gateway(&home, &spec).arg("--save").arg("x.toml").run();
    run.exits(2).says("--interactive");
}

/// A run whose answers are typed when the first change is shown, after `meanwhile`.
fn typed(home: &Home, spec: &Path, meanwhile: impl Fn(&std::process::Child), answers: &str) -> Run {
    let shown = home.aside("shown", "");
    let (stdin, mut keyboard) = std::io::pipe().unwrap();
    let mut is_shown = false;
    let mut tool = gateway(home, spec).arg("-i").stdin(stdin);
    tool = tool.stdout(File::create(&shown).unwrap());
    tool.run_watched(|child| {
        is_shown = is_shown || fs::metadata(&shown).unwrap().len() > 0;
        if is_shown {
            meanwhile(child);
            // A run that has ended reads no more.
            let _ = keyboard.write_all(answers.as_bytes());
        }
        !is_shown
    })
}

#[test]
fn a_signal_while_it_waits_leaves_all_as_it_was() {
    for signal in [Signal::INT, Signal::TERM] {
        let home = Home::stock();
        let before = home.tree();
        let stop = |child: &std::process::Child| {
            kill_process(Pid::from_child(child), signal).unwrap();
        };
        let run = typed(&home, &deployment("demo.toml"), stop, "");
        run.exits(128 + signal.as_raw());
        run.says("nothing was written");
        before.untouched(&home.tree(), &run);
    }
}

#[test]
fn a_file_that_changes_while_it_waits_is_a_conflict() {
    let home = Home::stock();
    let text = home.text(CARBON);
    let change = |_: &std::process::Child| {
        home.write(CARBON, text.clone() + "<!-- meanwhile -->");
    };
    let api_manager = home.read(API_MANAGER);
    let run = typed(&home, &deployment("demo.toml"), change, &"a\n".repeat(9));
    run.exits(4);
    assert_eq!(home.text(CARBON), text + "<!-- meanwhile -->");
    assert_eq!(home.read(API_MANAGER), api_manager);
}

/// A patch that needs another change says so, and where that was left nothing is written.
#[test]
fn what_needs_another_change() {
    let home = Home::stock();
    let spec = home.aside(
        "f.toml",
        "[[patch]]\nfile = 'repository/conf/carbon.xml'\nselect = '/Server'\ninsert = '<Own><A>1</A></Own>'\n\
         into = true\nunless = '/Server/Own'\n\
         [[patch]]\nfile = 'repository/conf/carbon.xml'\nselect = '/Server/Own/A'\nset = '2'\n",
    );
    let tool = |home: &Home| gateway(home, &spec).arg("--partial");
    tool(&Home::stock()).run().exits(0);
    let keys = asked(&answered(tool(&home), &home, &"n\n".repeat(20)));
    let before = home.tree();
    let answers: String = keys
        .iter()
        .map(|key| if key == "patch[2]" { "y\n" } else { "n\n" })
        .collect();
    let run = answered(tool(&home), &home, &answers);
    run.exits(3)
        .says("not without another change")
        .says("was left");
    before.untouched(&home.tree(), &run);
}
