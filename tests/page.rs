//! The page of `--format html` in a real browser: what a person can do with it, and what it does not
//! let anybody do.

// What a test says (skipped, and why; figures) is its output, and a broken assumption of a test should
// end it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used
)]

#[path = "page/browser.rs"]
mod browser;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use browser::Browser;

/// The cards that are to be seen.
const CARDS: &str =
    "[...document.querySelectorAll('.card')].filter(card => card.checkVisibility())";

fn fixture(path: &str) -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = manifest.ancestors().nth(2).unwrap();
    root.join("fixtures").join(path)
}

/// What a stock home lacks to be of this profile, as `diff` reports it.
fn report(profile: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_apim-patch"))
        .args([
            "diff",
            "--format",
            "json",
            "--partial",
            "--profile",
            profile,
        ])
        .arg("--home")
        .arg(fixture("homes/stock-2.6"))
        .arg("--file")
        .arg(fixture("deployments/gateway-ws.toml"))
        .env("APIM_KM_PASSWORD", "c4nary")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn named(report: &Value, node: impl Into<String>) -> Value {
    let mut report = report.clone();
    report["node"] = node.into().into();
    report
}

/// So many gateways, of which 7 and 9 are odd.
fn gateways(count: usize) -> Vec<Value> {
    let gateway = report("gateway");
    let odd = gateway.to_string().replace("ThriftClient", "OddClient");
    let odd = serde_json::from_str(&odd).unwrap();
    let nodes = (1..=count).map(|number| match number {
        7 | 9 => named(&odd, format!("gw-{number}")),
        _ => named(&gateway, format!("gw-{number}")),
    });
    nodes.collect()
}

/// The page of some reports.
struct Page {
    folder: TempDir,
    path: PathBuf,
}

impl Page {
    fn of(reports: &[Value]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lines: String = reports.iter().map(|report| format!("{report}\n")).collect();
        let source = folder.path().join("reports.json");
        fs::write(&source, lines).unwrap();
        let path = folder.path().join("page.html");
        let output = Command::new(env!("CARGO_BIN_EXE_apim-patch"))
            .args(["report", "merge", "--format", "html", "--out"])
            .args([&path, &source])
            .output()
            .unwrap();
        assert!(path.is_file(), "{output:?}");
        Self { folder, path }
    }
}

/// A mixed deployment: two gateways, a key manager, one that is as it should be, one that failed.
fn mixed() -> Page {
    let gateway = report("gateway");
    let mut failed = named(&gateway, "tm-1");
    failed["profile"] = "traffic-manager".into();
    failed["status"] = "failed".into();
    for list in ["settings", "files"] {
        failed[list] = json!([]);
    }
    failed["errors"] = json!([{
        "code": "not-a-home", "class": "home", "message": "no repository/conf in there",
        "file": null, "line": null, "column": null, "help": ["name another directory"]
    }]);
    let mut quiet = named(&gateway, "gw-3");
    quiet["status"] = "unchanged".into();
    quiet["files"] = json!([]);
    for setting in quiet["settings"].as_array_mut().unwrap() {
        setting["outcome"] = "unchanged".into();
    }
    let mut first = named(&gateway, "gw-1");
    first["removed"] = json!(["repository/deployment/server/webapps/store.war"]);
    Page::of(&[
        first,
        named(&gateway, "gw-2"),
        named(&report("key-manager"), "km-1"),
        quiet,
        failed,
    ])
}

#[track_caller]
fn count(browser: &mut Browser) -> u64 {
    browser.eval(&format!("{CARDS}.length")).as_u64().unwrap()
}

/// Chooses in one of the selections, as a person does.
fn choose(browser: &mut Browser, id: &str, value: &str) {
    browser.eval(&format!(
        "{{ const select = document.querySelector('#{id}'); select.value = {value:?};
            select.dispatchEvent(new Event('change', {{ bubbles: true }})); }}"
    ));
}

#[test]
fn filters_and_search() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let page = mixed();
    browser.open(&page.path);
    browser.picture("mixed");
    assert_eq!(browser.complaints(), [""; 0]);
    let all = count(&mut browser);
    assert!(all > 3);

    choose(&mut browser, "node", "2");
    let of_key_manager = count(&mut browser);
    assert!((1..all).contains(&of_key_manager));
    let shown = format!("{CARDS}.every(card => card.dataset.nodes.split(' ').includes('2'))");
    assert_eq!(browser.eval(&shown), true);
    assert_eq!(
        browser.eval("document.querySelector('#shown').textContent"),
        format!("{of_key_manager} of {all} places")
    );
    // The failure is another node's.
    let failure = "document.querySelector('.failure').checkVisibility()";
    assert_eq!(browser.eval(failure), false);
    // The same from its profile, and by its name in the table.
    browser.eval("document.querySelector('#clear').click()");
    assert_eq!(browser.eval(failure), true);
    assert_eq!(count(&mut browser), all);
    choose(&mut browser, "profile", "key-manager");
    assert_eq!(count(&mut browser), of_key_manager);
    assert_eq!(
        browser.eval("document.querySelectorAll('tr[data-node]:not([hidden])').length"),
        1
    );
    browser.press("Escape");
    browser.eval("document.querySelector('#n2 a').click()");
    assert_eq!(count(&mut browser), of_key_manager);

    browser.press("Escape");
    choose(&mut browser, "file", "1");
    let one = format!("new Set({CARDS}.map(card => card.closest('.file').id)).size");
    assert_eq!(browser.eval(&one), 1);
    browser.press("Escape");
    choose(&mut browser, "outcome", "removed");
    assert_eq!(count(&mut browser), 1);
    let text = browser.eval(&format!("{CARDS}[0].textContent"));
    assert!(text.as_str().unwrap().contains("store.war"), "{text}");

    // A search that finds some, then nothing.
    browser.press("Escape");
    browser.press("/");
    browser.type_text("HOST_name");
    let found = count(&mut browser);
    assert!((1..all).contains(&found));
    assert_eq!(browser.eval("CSS.highlights.get('found').size > 0"), true);
    browser.type_text(" nowhere");
    assert_eq!(count(&mut browser), 0);
    let nothing = "document.querySelector('.nothing').checkVisibility()";
    assert_eq!(browser.eval(nothing), true);
    // Once out of the field, once to take the filters off.
    browser.press("Escape");
    assert_eq!(count(&mut browser), 0);
    browser.press("Escape");
    assert_eq!(count(&mut browser), all);
    assert_eq!(browser.eval(nothing), false);
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn every_key() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let page = mixed();
    browser.open(&page.path);
    let at = format!("{CARDS}.indexOf(document.activeElement)");
    let last = count(&mut browser) - 1;
    for (key, expect) in [("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)] {
        browser.press(key);
        assert_eq!(browser.eval(&at), expect, "{key}");
        // What has the focus is seen, below the bar, with a line around it.
        let top = browser.eval("document.activeElement.getBoundingClientRect().top");
        let top = top.as_f64().unwrap();
        assert!((0.0..900.0).contains(&top), "{top}");
        let outline = "getComputedStyle(document.activeElement).outlineStyle";
        assert_eq!(browser.eval(outline), "solid");
    }
    for _ in 0..=last {
        browser.press("j");
    }
    assert_eq!(browser.eval(&at), last);

    let file = "document.activeElement.closest('.file')?.id";
    browser.eval("document.activeElement.blur()");
    for (key, expect) in [("n", "f0"), ("n", "f1"), ("p", "f0")] {
        browser.press(key);
        assert_eq!(browser.eval(file), expect, "{key}");
    }
    // From there on, and out of a folded file.
    browser.press("j");
    assert_eq!(browser.eval(&at), 0);
    browser.eval("document.activeElement.blur(); document.querySelector('#f0').open = false");
    let hidden = "document.querySelector('#f0 .card').checkVisibility()";
    assert_eq!(browser.eval(hidden), false);
    browser.press("j");
    assert_eq!(browser.eval(hidden), true);

    // Many that differ are one stop.
    browser.eval("document.activeElement.blur()");
    let odd: Vec<_> = (1..=9)
        .map(|number| {
            let odd = report("gateway").to_string();
            let odd = odd.replace("ThriftClient", &format!("Odd{number}"));
            named(&serde_json::from_str(&odd).unwrap(), format!("gw-{number}"))
        })
        .collect();
    let many = Page::of(&odd);
    browser.open(&many.path);
    let folded = "document.querySelector('.more').open";
    let text = "document.activeElement.textContent";
    browser.press("j");
    browser.press("j");
    assert_eq!(browser.eval(text), "8 more that differ");
    assert_eq!(browser.eval(folded), false);
    browser.eval("document.activeElement.click()");
    browser.press("j");
    let inside = "document.activeElement.closest('.more') !== null";
    assert_eq!(browser.eval(inside), true);
    browser.press("p");
    assert_eq!(browser.complaints(), [""; 0]);

    browser.open(&page.path);
    let split = "document.documentElement.classList.contains('split')";
    for expect in [true, false, true] {
        browser.press("u");
        assert_eq!(browser.eval(split), expect);
        browser.eval("document.querySelector('#f1').scrollIntoView()");
        browser.picture(if expect { "split" } else { "unified" });
    }
    // Old and new stand side by side, and in the same row.
    assert_eq!(
        browser.eval(
            "[...document.querySelectorAll('.run')].every(run => {
                const top = of => of?.getBoundingClientRect().top;
                const [old, now] = [run.querySelector('del'), run.querySelector('ins')];
                return !old || !now || top(old) === top(now);
            })"
        ),
        true
    );

    let help = "document.querySelector('#help').open";
    browser.press("?");
    assert_eq!(browser.eval(help), true);
    browser.picture("help");
    browser.press("j");
    browser.press("?");
    assert_eq!(browser.eval(help), false);

    // In the search, keys are letters.
    browser.press("/");
    browser.press("j");
    assert_eq!(browser.eval("document.querySelector('#query').value"), "j");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn light_and_dark_phone_and_paper() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let page = Page::of(&gateways(40));
    let lightness = "(() => { const [r, g, b] = getComputedStyle(document.body).backgroundColor
        .match(/[\\d.]+/g).map(Number); return r + g + b > 384 ? 'light' : 'dark'; })()";
    for (system, other) in [("light", "dark"), ("dark", "light")] {
        browser.media("screen", system);
        browser.open(&page.path);
        assert_eq!(browser.eval(lightness), system);
        browser.picture(system);
        browser.press("t");
        assert_eq!(browser.eval(lightness), other);
        browser.press("t");
        assert_eq!(browser.eval(lightness), system);
    }

    browser.media("screen", "light");
    let width = "document.documentElement.scrollWidth";
    for (wide, view) in [(390, ""), (390, "u"), (768, ""), (1280, "u")] {
        browser.size(wide, 844);
        browser.open(&page.path);
        browser.press(view);
        assert_eq!(browser.eval(width), wide, "{view}");
        browser.picture(&format!("wide-{wide}{view}"));
        browser.eval("document.querySelector('.part').scrollIntoView()");
        browser.picture(&format!("wide-{wide}{view}-diff"));
    }

    // On paper nothing is folded or cut, and there is nothing to press.
    browser.size(1280, 900);
    browser.eval("document.querySelectorAll('.file').forEach(file => (file.open = false))");
    browser.press("t");
    browser.media("print", "dark");
    browser.settle();
    let seen = "[...document.querySelectorAll('.card')].every(card => card.checkVisibility({
        contentVisibilityAuto: true }) && card.getBoundingClientRect().height > 20)";
    assert_eq!(browser.eval(seen), true);
    let scheme = "getComputedStyle(document.documentElement).colorScheme";
    assert_eq!(browser.eval(scheme), "light");
    assert_eq!(
        browser.eval("document.querySelector('#tools').checkVisibility()"),
        false
    );
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn without_scripts_everything_is_there() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let page = mixed();
    browser.scripts(false);
    browser.open(&page.path);
    browser.picture("without-scripts");
    assert!(count(&mut browser) > 3);
    assert_eq!(
        browser.eval("document.querySelector('#tools').checkVisibility()"),
        false
    );
    assert_eq!(
        browser.eval("document.querySelector('.nothing').checkVisibility()"),
        false
    );
    browser.eval("document.querySelector('#f0 > summary').click()");
    assert_eq!(browser.eval("document.querySelector('#f0').open"), false);
}

/// Markup in every text that comes from elsewhere stays text.
#[test]
fn hostile_texts_are_inert() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(2)>",
        "'></del></div></details></style></script><svg onload=alert(3)>",
        "<!-- <iframe src=javascript:alert(4)>",
        "{{ 7 * 7 }} &lt;b&gt; %3Cb%3E javascript:alert(5)",
        "gnp.\u{202e}tpircs\u{2066} \u{200b}\u{0}\u{1b}[2J",
        &"x".repeat(5000),
    ]
    .join(" \r ");
    let path = format!("repository/conf/{}.xml", hostile.replace('\r', ""));
    let lines = format!(
        "--- a/{path}\n+++ b/{path}\n@@ -1,2 +1,2 @@\n <a>{hostile}</a>\n-<b>{hostile}</b>\n+{hostile}<i><img src=y onerror=alert(6)></i>\n"
    );
    let setting = json!({
        "key": hostile, "outcome": "set", "file": path, "line": 2, "column": 1, "path": hostile,
        "old": hostile, "new": format!("new {hostile}"), "reason": null, "origin": hostile
    });
    let problem = json!({
        "code": hostile, "class": "home", "message": hostile, "file": hostile, "line": 1, "column": 1,
        "help": [hostile]
    });
    let mut report = report("gateway");
    report["settings"] = json!([setting]);
    report["files"] =
        json!([{ "path": path, "removed_lines": 1, "added_lines": 1, "diff": lines }]);
    report["removed"] = json!([hostile]);
    report["warnings"] = json!([problem]);
    report["profile"] = hostile.as_str().into();
    report["product_version"] = hostile.as_str().into();
    report["home"] = hostile.as_str().into();
    let mut failed = named(&report, "failed");
    failed["status"] = "failed".into();
    failed["errors"] = json!([problem]);
    let page = Page::of(&[named(&report, hostile.as_str()), failed]);

    browser.open(&page.path);
    browser.picture("hostile");
    for key in ["j", "u", "n", "t", "/"] {
        browser.press(key);
    }
    browser.type_text("<img");
    assert!(count(&mut browser) > 0);
    assert_eq!(browser.complaints(), [""; 0]);
    for selector in [
        "img",
        "svg",
        "iframe",
        "b b",
        "[onload]",
        "[onerror]",
        "script:not(:last-child)",
    ] {
        let found = format!("document.querySelectorAll({selector:?}).length");
        assert_eq!(browser.eval(&found), 0, "{selector}");
    }
    let told = browser.eval("document.querySelector('#f0 .lines').textContent");
    let told = told.as_str().unwrap();
    assert!(told.contains("<script>alert(1)</script>"), "{told}");
    assert!(
        told.contains("\\u{202e}tpircs\\u{2066} \\u{200b}\\u{0}\\u{1b}[2J"),
        "{told}"
    );
    assert!(told.contains(" \\r "), "{told}");
    let raw = fs::read_to_string(&page.path).unwrap();
    assert!(!raw.contains(['\u{202e}', '\u{2066}', '\u{1b}', '\r', '\0']));
    browser.size(390, 844);
    browser.press("Escape");
    browser.press("Escape");
    assert_eq!(browser.eval("document.documentElement.scrollWidth"), 390);
    browser.picture("hostile-phone");

    // What got in all the same would not run, load or be sent.
    browser.eval(
        "{ const script = document.createElement('script'); script.textContent = 'window.hacked = 1';
           document.body.append(script);
           const image = new Image(); image.src = 'file:///etc/hostname'; document.body.append(image);
           document.body.setAttribute('style', 'color: red'); }",
    );
    assert_eq!(browser.eval("window.hacked"), Value::Null);
    assert_ne!(
        browser.eval("getComputedStyle(document.body).color"),
        "rgb(255, 0, 0)"
    );
    let complaints = browser.complaints().join("\n");
    for policy in ["script-src", "img-src", "style-src"] {
        assert!(complaints.contains(policy), "{policy}: {complaints}");
    }
}

/// What it takes to open is said and not asserted: it is another on every machine.
#[test]
fn many_nodes() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    for nodes in [1, 40, 200] {
        let page = Page::of(&gateways(nodes));
        browser.open(&page.path);
        assert_eq!(browser.complaints(), [""; 0]);
        let load = browser.eval(
            "(() => { const [entry] = performance.getEntriesByType('navigation');
                return Math.round(entry.loadEventEnd); })()",
        );
        let filtered = browser.eval(
            "(() => { const begun = performance.now(); const query = document.querySelector('#query');
                query.value = 'key_manager.client'; query.dispatchEvent(new Event('input'));
                document.body.getBoundingClientRect(); return Math.round(performance.now() - begun); })()",
        );
        let size = fs::metadata(&page.path).unwrap().len() / 1024;
        println!("{nodes} nodes: {size} KiB, loaded in {load} ms, searched in {filtered} ms");
        if nodes == 1 {
            continue;
        }
        let folder = page.folder.path().display();
        assert_eq!(count(&mut browser), 2, "{folder}");
        let odd = browser.eval(&format!(
            "{CARDS}.map(card => card.querySelector('.whose').textContent)"
        ));
        assert_eq!(
            odd,
            json!([
                format!("on {} of {nodes} nodes; gw-7 and gw-9 differ:", nodes - 2),
                "on gw-7 and gw-9"
            ])
        );
        browser.eval("document.activeElement.blur()");
        browser.press("Escape");
        // Stored once: as many places as one node has, and the odd one.
        let places = browser
            .eval("document.querySelectorAll('.card').length")
            .as_u64()
            .unwrap();
        assert!(places < 20, "{places}");
        assert_eq!(
            browser.eval("document.querySelectorAll('tr[data-node]').length"),
            nodes
        );
        browser.press("j");
        browser.press("n");
        assert_eq!(browser.complaints(), [""; 0]);
        browser.picture(&format!("nodes-{nodes}"));
    }
}
