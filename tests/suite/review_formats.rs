//! What changes, as a patch and as a comment in a merge request.

use std::process::Command;

use crate::harness::{
    API_MANAGER, CARBON, CATALINA, Home, PASSWORD, Tool, changed_lines, deployment, program,
};
use crate::many::Homes;

/// What GitHub takes.
const LONGEST: usize = 65_536;

fn diff(home: &Home, format: &str) -> Tool {
    let tool = home.command("diff", &deployment("gateway-ws.toml"));
    tool.args(["--format", format])
}

#[test]
fn a_patch_is_what_git_applies() {
    if !program("git") {
        return;
    }
    let (home, applied) = (Home::stock(), Home::stock());
    applied
        .gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
    let run = diff(&home, "patch").arg("--show-secrets").run();
    run.exits(0);
    let patch = home.aside("gateway.patch", &run.stdout);
    let git = Command::new("git")
        .arg("apply")
        .arg(&patch)
        .current_dir(home.path())
        // The home stands in no repository, whatever is above the temporary directory.
        .env("GIT_CEILING_DIRECTORIES", home.beside())
        .output()
        .unwrap();
    assert!(
        git.status.success(),
        "{}",
        String::from_utf8_lossy(&git.stderr)
    );
    for name in [API_MANAGER, CARBON, CATALINA] {
        let changed = changed_lines(&applied.read(name), &home.read(name));
        assert_eq!(changed, (vec![], vec![]), "{name}");
    }
}

#[test]
fn a_patch_that_would_not_apply_is_refused() {
    let home = Home::stock();
    let masked = diff(&home, "patch").run();
    masked
        .exits(2)
        .says(API_MANAGER)
        .says("--show-secrets")
        .conceals(CARBON);
    assert_eq!(masked.out(), "");
    let plan = home.beside().join("gateway.plan");
    let file = deployment("gateway-ws.toml");
    home.command("plan", &file)
        .arg("--out")
        .arg(&plan)
        .run()
        .exits(0);
    let saved = Tool::new("diff").arg("--plan").arg(&plan);
    saved
        .args(["--format", "patch"])
        .run()
        .exits(2)
        .says(API_MANAGER);
    // One without a secret anywhere near is one.
    home.gateway("apply", &file).exits(0);
    let near = diff(&home, "patch").set("proxy.https_port", "444").run();
    near.exits(0).says("+                   proxyPort=\"444\"");

    let text = home.text(CATALINA).replace("utf-8", "UTF-16");
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    home.write(CATALINA, bytes);
    let utf16 = diff(&home, "patch").set("proxy.https_port", "444").run();
    utf16.exits(2).says("UTF-16").says(CATALINA);

    let homes = Homes::numbered(2);
    let many = homes.command("diff").args(["--format", "patch"]).run();
    many.exits(2).says("a patch is for one home");
    let pruned = diff(&home, "patch").arg("--prune-apps").run();
    pruned.exits(2).says("a patch takes no applications away");
}

#[test]
fn a_command_without_a_format_says_which_it_has() {
    let home = Home::stock();
    for (command, format, has) in [
        ("inspect", "markdown", "`human`, `json`"),
        ("history", "patch", "`human`, `json`"),
        ("apply", "markdown", "`human`, `json`"),
        ("check", "patch", "`human`, `json`, `markdown`"),
    ] {
        let run = Tool::new(command)
            .home(&home)
            .args(["--format", format])
            .run();
        run.exits(2)
            .says(&format!("has no format `{format}`; it has {has}"));
    }
    let drawn = diff(&home, "markdown").arg("--why").run();
    drawn.exits(2).says("leave --format out");
}

#[test]
fn a_comment_has_a_table_and_the_diff() {
    let home = Home::stock();
    let run = diff(&home, "markdown").arg("--exit-code").run();
    run.exits(1).conceals(PASSWORD);
    run.says("(profile <code>gateway</code>): would change, ");
    run.says(
        "<tr><td><code>proxy.https_port</code></td><td>missing</td><td><code>443</code></td>\
         <td>fixed by profile gateway: callers see the load balancer's HTTPS port</td></tr>",
    );
    run.says("<td><code>******</code></td><td><code>******</code> (another value)</td>");
    run.says("<details><summary>Diff</summary>")
        .says("```diff\n--- a/");
    home.gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
    let again = diff(&home, "markdown").run();
    again.exits(0).says("nothing to do</h3>");
    assert!(!again.out().contains("<table>"), "{again}");
}

/// A comment without what a forge leaves alone: code, and what stands in fences.
fn obeyed(comment: &str) -> String {
    let mut fence = None;
    let mut out = String::new();
    for line in comment.lines() {
        match fence {
            None if line.starts_with("```") => {
                fence = Some(line.chars().take_while(|c| *c == '`').count());
            }
            None => out.push_str(&format!("{line}\n")),
            Some(length) => {
                if line == "`".repeat(length) {
                    fence = None;
                }
            }
        }
    }
    assert_eq!(fence, None, "{comment}");
    let mut rest = String::new();
    for part in out.split("<code>") {
        rest.push_str(
            part.split_once("</code>")
                .map_or(part, |(_, behind)| behind),
        );
    }
    rest
}

#[test]
fn what_others_wrote_is_shown_and_not_obeyed() {
    let home = Home::stock();
    let evil =
        "````````\n@everyone #1 https://evil.example.com |x| </code></details><img src=x> \u{202e}";
    let escaped = evil.replace('<', "&lt;").replace('>', "&gt;");
    home.edit(
        API_MANAGER,
        "<Username>${admin.username}</Username>\n        <!-- and",
        &format!("<Username>{escaped}</Username>\n        <!-- and"),
    );
    let file = home.aside(
        "@everyone #1 <b>`.toml",
        std::fs::read(deployment("gateway-ws.toml")).unwrap(),
    );
    let run = home
        .command("diff", &file)
        .args(["--format", "markdown"])
        .run();
    run.exits(0).says("@everyone").says(r"\u{202e}");
    let comment = run.out();
    let obeyed = obeyed(&comment);
    for hostile in ["@", "#1", "evil", "<img", "|x|", "`", "\u{202e}"] {
        assert!(!obeyed.contains(hostile), "{hostile} in {obeyed}");
    }
    // A table ends at an empty line.
    let (_, table) = comment.split_once("<table>").unwrap();
    let (table, _) = table.split_once("</table>").unwrap();
    assert!(!table.contains("\n\n"), "{table}");
}

#[test]
fn what_is_too_long_is_left_out_and_the_comment_says_so() {
    let home = Home::stock();
    home.edit(
        CARBON,
        "<!--HostName>www.wso2.org",
        &format!("<!--HostName>{}", "x".repeat(70_000)),
    );
    let run = diff(&home, "markdown").run();
    run.exits(0)
        .says(&format!("<code>{CARBON}</code> is left out"));
    run.says(&format!("+++ b/{API_MANAGER}"));
    assert!(run.out().len() <= LONGEST, "{}", run.out().len());

    let homes = Homes::numbered(3);
    for number in 0..3 {
        let name = format!("home-{number:02}/{CARBON}");
        let at = homes.place.text(&name);
        homes.place.write(
            &name,
            at.replace("www.wso2.org", &format!("{number}{}", "y".repeat(30_000))),
        );
    }
    let many = homes.command("check").args(["--format", "markdown"]).run();
    many.exits(1).says("Not all is here");
    assert!(many.out().len() <= LONGEST, "{}", many.out().len());
    assert_eq!(many.out().matches("<h3>").count(), 3, "{many}");
}

#[test]
fn what_is_alike_is_said_once() {
    let homes = Homes::numbered(5);
    let odd = format!("home-03/{CATALINA}");
    let text = homes.place.text(&odd);
    homes.place.write(
        &odd,
        text.replace("<Connector ", "<Connector proxyPort=\"1\" "),
    );
    std::fs::remove_file(homes.at("home-04").join(CARBON)).unwrap();
    let run = homes.command("check").args(["--format", "markdown"]).run();
    run.exits(3);
    let out = run.out();
    let heads: Vec<_> = out
        .lines()
        .filter(|line| line.starts_with("<h3>"))
        .collect();
    assert_eq!(heads.len(), 3, "{run}");
    assert!(heads[0].contains("home-00</code>, <code>"), "{run}");
    assert!(heads[1].contains("home-03"), "{run}");
    assert!(
        heads[2].contains("home-04") && heads[2].contains("failed"),
        "{run}"
    );
    run.says("<li>Error: <code>");
    homes.place.write(&odd, text);
    let run = homes.command("check").args(["--format", "markdown"]).run();
    run.says("<h3>4 of 5 nodes (profile <code>gateway</code>): differs");

    let json = homes.command("check").json().run();
    let file = homes.place.aside("all.json", &json.stdout);
    let tool = Tool::new("report").arg("merge").arg(&file);
    let merged = tool.args(["--format", "markdown"]).run();
    merged.says("<h3>5 nodes: 4 differences, 1 failed</h3>");
    merged
        .says("<td>is missing</td>")
        .says("<td>4 of 4 nodes</td>");
}
