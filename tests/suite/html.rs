//! The page of `--format html`, read as text; `tests/page.rs` opens it in a browser.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::harness::{API_MANAGER, CATALINA, Home, PASSWORD, Run, Tool, deployment};
use crate::many::Homes;

fn page(home: &Home, tool: Tool) -> (Run, PathBuf) {
    let out = home.beside().join("page.html");
    let run = tool.args(["--format", "html", "--out"]).arg(&out).run();
    (run, out)
}

fn of_gateway(home: &Home) -> String {
    let (run, out) = page(home, home.command("diff", &deployment("gateway-ws.toml")));
    run.exits(0).says("page.html: written");
    assert!(run.out().is_empty(), "{run}");
    fs::read_to_string(out).unwrap()
}

/// What stands between two marks, each of which is there once.
#[track_caller]
fn between<'t>(text: &'t str, begin: &str, end: &str) -> &'t str {
    assert_eq!(text.matches(begin).count(), 1, "{begin}");
    let (_, rest) = text.split_once(begin).unwrap();
    rest.split_once(end).unwrap().0
}

#[test]
fn one_home() {
    let home = Home::stock();
    let before = home.tree();
    let text = of_gateway(&home);
    before.untouched(&home.tree(), &"diff");
    for part in [
        "<title>Review of ",
        "would change",
        "key_manager.client",
        "<del>ThriftClient</del>",
        "<ins>WSClient</ins>",
        "<mark>WSClient</mark>",
        "required by profile gateway, given in ",
        "documented in AM 2.1.0, Distributed Deployment of the Gateway",
        "Secrets are masked.",
        "another value",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("c4nary"));
    // The same again, to the byte; into a pipe, too.
    assert_eq!(of_gateway(&home), text);
    let tool = home.command("diff", &deployment("gateway-ws.toml"));
    let piped = tool.args(["--format", "html"]).run();
    assert_eq!(piped.exits(0).out(), text);
}

#[test]
fn secrets_only_when_asked_for() {
    let home = Home::stock();
    let tool = home.command("diff", &deployment("gateway-ws.toml"));
    let (run, out) = page(&home, tool.arg("--show-secrets"));
    run.exits(0);
    let text = fs::read_to_string(&out).unwrap();
    assert_eq!(PASSWORD, "c4nary&<pass");
    assert!(text.contains("c4nary&#38;amp;&#38;lt;pass"), "in the file");
    assert!(text.contains("Secrets are shown"));
    let mode = fs::metadata(out).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// Nothing is fetched, and of scripts and styles only the page's own count.
#[test]
fn it_needs_nothing_but_itself() {
    let text = of_gateway(&Home::stock());
    let policy = between(
        &text,
        "http-equiv=\"Content-Security-Policy\" content=\"",
        "\"",
    );
    let policy = policy.replace("&#39;", "'");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
        let content = between(&text, &format!("<{tag}>"), &format!("</{tag}>"));
        let hash = sha256_base64(content.as_bytes());
        assert!(
            policy.contains(&format!("{directive} 'sha256-{hash}';")),
            "{policy}"
        );
    }
    for outside in [
        " src=",
        "url(",
        "@import",
        "<link",
        "<base",
        "<iframe",
        "http://",
        "https://www",
    ] {
        let text = text.replace("http://${carbon", "");
        assert!(!text.contains(outside), "{outside}");
    }
    for inline in [" style=", " onclick=", " onload=", "javascript:"] {
        assert!(!text.contains(inline), "{inline}");
    }
}

fn sha256_base64(bytes: &[u8]) -> String {
    use base64ct::{Base64, Encoding};
    use sha2::{Digest, Sha256};
    Base64::encode_string(&Sha256::digest(bytes))
}

#[test]
fn markup_in_a_home_is_text() {
    let home = Home::stock();
    let hostile = "</script><img src=x onerror=alert(1)>\u{202e}";
    home.edit(
        API_MANAGER,
        ">ThriftClient<",
        &format!("><![CDATA[{hostile}]]><"),
    );
    let text = of_gateway(&home);
    let escaped = "&#60;/script&#62;&#60;img src=x onerror=alert(1)&#62;\\u{202e}";
    assert!(text.contains(&format!("<del>{escaped}</del>")), "the value");
    assert_eq!(text.matches("src=x onerror=alert(1)").count(), 2);
    assert!(!text.contains("<img"), "an element");
    assert!(!text.contains('\u{202e}'), "text turned round");
    assert_eq!(text.matches("</script>").count(), 1);
}

/// From the homes to the page, one of which can't be read and two of which are odd.
#[test]
fn forty_homes_with_two_odd_ones() {
    let homes = Homes::numbered(40);
    for odd in ["home-07", "home-09"] {
        let file = format!("{odd}/{API_MANAGER}");
        homes.place.edit(&file, ">ThriftClient<", ">Other<");
    }
    let broken = format!("home-39/{CATALINA}");
    homes.place.write(&broken, "<Server>");
    let tool = homes.command("diff").arg("--exit-code");
    let (run, out) = page(&homes.place, tool);
    run.exits(3).says("40 homes: 39 would change, 1 failed");
    let text = fs::read_to_string(out).unwrap();
    assert!(text.contains("Review of 40 nodes"));
    assert!(text.contains("<b>39</b> would change"));
    let (_, failures) = text.split_once("Could not be looked at").unwrap();
    let (failures, _) = failures.split_once("</section>").unwrap();
    assert!(failures.contains("home-39"), "{failures}");
    assert!(failures.contains("catalina-server.xml:1"), "{failures}");
    let places = text.matches("<article class=\"card").count();
    assert!(places < 20, "{places} places");
    let label = "on 37 of 39 nodes concerned; ";
    assert_eq!(text.matches(label).count(), 1, "{label}");
    assert!(text.contains("home-09</a> differ:"), "the odd ones");
}

#[test]
fn a_saved_plan() {
    let home = Home::stock();
    let plan = home.beside().join("gateway.plan");
    let tool = home.command("plan", &deployment("gateway-ws.toml"));
    tool.arg("--out").arg(&plan).run().exits(0);
    let tool = Tool::new("diff")
        .arg("--plan")
        .arg(&plan)
        .arg("--exit-code");
    let (run, out) = page(&home, tool);
    run.exits(1);
    assert!(
        fs::read_to_string(out)
            .unwrap()
            .contains("<mark>WSClient</mark>")
    );
}

#[test]
fn merged_reports() {
    let home = Home::stock();
    let file = deployment("gateway-ws.toml");
    let check = home.command("check", &file).json().run();
    let one = home.aside("one.json", check.exits(1).out());
    let two = home.aside("two.json", check.out());
    let bad = home.aside("bad.json", "{}");
    let merge = |files: &[&Path]| Tool::new("report").arg("merge").args(files);
    let (run, out) = page(&home, merge(&[&one, &two]));
    run.exits(1);
    let text = fs::read_to_string(&out).unwrap();
    assert!(text.contains("on all 2 nodes"), "grouped");
    let (run, _) = page(&home, merge(&[&one, &bad]));
    run.exits(2).says("this is no report");
    assert!(
        fs::read_to_string(&out).unwrap().contains("Review of /"),
        "of the other"
    );
}

#[test]
fn nothing_to_do() {
    let home = Home::stock();
    let file = deployment("gateway-ws.toml");
    home.gateway("apply", &file).exits(0);
    let (run, out) = page(&home, home.command("diff", &file));
    run.exits(0).says("nothing to do");
    let text = fs::read_to_string(out).unwrap();
    assert!(text.contains("Nothing to do: the node is as asked for."));
    assert!(!text.contains("<article"));
}

#[test]
fn what_is_refused() {
    let home = Home::stock();
    let file = deployment("gateway-ws.toml");
    let tool = home.command("check", &file).args(["--format", "html"]);
    tool.run().exits(2).says("human");
    let out = home.beside().join("page.html");
    let tool = home.command("diff", &file).arg("--out").arg(&out);
    tool.run().exits(2).says("--format html");
    assert!(!out.exists());
    // What is there and no file stays; a folder that is not there is not made.
    for out in ["/dev/full", "/nowhere/page.html"] {
        let tool = home
            .command("diff", &file)
            .args(["--format", "html", "--out", out]);
        tool.run().exits(5).says("can't be written");
    }
}
