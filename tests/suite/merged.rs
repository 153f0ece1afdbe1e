//! The reports of many nodes as one page.

use serde_json::Value;

use crate::harness::{CATALINA, Home, Run, Tool, deployment};
use crate::many::Homes;

/// One report per node as `check` prints it, of which two are odd.
fn reports() -> (Home, Vec<Value>) {
    let home = Home::stock();
    let file = deployment("gateway-ws.toml");
    home.gateway("apply", &file).exits(0);
    let good = home.command("check", &file).json().run().object();
    let odd = home
        .text(CATALINA)
        .replace("proxyPort=\"443\"", "proxyPort=\"8443\"");
    home.write(CATALINA, odd);
    let odd = home.command("check", &file).json().run();
    let odd = odd.exits(1).object();
    let node = |number: usize| {
        let mut report = match number {
            7 | 9 => odd.clone(),
            _ => good.clone(),
        };
        report["node"] = format!("gw-{number}").into();
        report
    };
    let reports = (1..=40).map(node).collect();
    (home, reports)
}

fn lines(reports: &[Value]) -> String {
    reports.iter().map(|report| format!("{report}\n")).collect()
}

fn merge(files: &[&std::path::Path]) -> Run {
    Tool::new("report").arg("merge").args(files).run()
}

#[test]
fn forty_nodes_with_two_odd_ones() {
    let (home, reports) = reports();
    let one = home.aside("one.json", lines(&reports[..25]));
    let other = home.aside("other.json", lines(&reports[25..]));
    let run = merge(&[&one, &other]);
    run.exits(1)
        .says("40 nodes: 38 unchanged, 2 differences")
        .says("proxy.https_port")
        .says("as asked for on 38 of 40 nodes")
        .says("gw-7, gw-9: differs: 8443 \u{2192} 443")
        .conceals("key_manager");

    let tool = Tool::new("report").args(["merge", "-"]).json();
    let everything = home.aside("all.json", lines(&reports));
    let page = tool.stdin(std::fs::File::open(everything).unwrap()).run();
    let object = page.exits(1).object();
    assert_eq!(object["version"], 1);
    assert_eq!(object["nodes"], 40);
    let differences = object["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 1, "{page}");
    let variant = &differences[0]["variants"][0];
    assert_eq!(variant["nodes"], serde_json::json!(["gw-7", "gw-9"]));
    assert_eq!(differences[0]["as_asked"], 38);

    // The other way round: most nodes differ alike.
    let mut turned = reports[..12].to_vec();
    for report in &mut turned {
        let name = report["node"].clone();
        *report = reports[6].clone();
        report["node"] = name;
    }
    turned[3]["settings"][0]["key"] = "only.here".into();
    let file = home.aside("turned.json", lines(&turned));
    merge(&[&file]).exits(1).says("on all 12 nodes: differs");
}

/// From the homes to the page.
#[test]
fn forty_homes_with_two_odd_ones() {
    let homes = Homes::numbered(40);
    homes
        .command("apply")
        .run()
        .exits(0)
        .says("40 homes: 40 changed");
    for odd in ["home-07", "home-09"] {
        let file = format!("{odd}/{CATALINA}");
        let text = homes
            .place
            .text(&file)
            .replace("proxyPort=\"443\"", "proxyPort=\"8443\"");
        homes.place.write(&file, text);
    }
    let check = homes.command("check").json().run();
    let file = homes.place.aside("all.json", check.exits(1).out());
    let (seven, nine) = (homes.at("home-07"), homes.at("home-09"));
    merge(&[&file])
        .exits(1)
        .says("40 nodes: 38 unchanged, 2 differences")
        .says("as asked for on 38 of 40 nodes")
        .says(&format!(
            "{}, {}: differs: 8443 \u{2192} 443",
            seven.display(),
            nine.display()
        ));
}

#[test]
fn all_as_asked_for() {
    let (home, reports) = reports();
    let file = home.aside("good.json", lines(&reports[..5]));
    merge(&[&file]).exits(0).says("5 nodes: 5 unchanged");
}

/// The same file by another path has no other nodes in it.
#[test]
fn a_file_that_is_named_twice_is_read_once() {
    let (home, reports) = reports();
    let file = home.aside("a.json", lines(&reports[..2]));
    let same = home.path().join("../a.json");
    let run = merge(&[&file, &same, &file]);
    run.exits(0)
        .says("2 nodes: 2 unchanged")
        .says("named twice");
}

#[test]
fn a_node_that_failed_is_listed() {
    let (home, mut reports) = reports();
    reports.truncate(3);
    let empty = Home::empty();
    let failed = empty
        .command("check", &deployment("gateway-ws.toml"))
        .json()
        .run();
    let mut failed = failed.exits(3).object();
    failed["node"] = "gw-x\u{1b}[31m".into();
    reports.push(failed);
    let file = home.aside("reports.json", lines(&reports));
    let run = merge(&[&file]);
    run.exits(1)
        .says("1 failed")
        .says("no WSO2 home here")
        .says("gw-x");
    run.conceals("\u{1b}[31m");
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_merged() {
    let (home, reports) = reports();
    let good = home.aside("good.json", lines(&reports[..2]));
    let mut of_later = reports[2].clone();
    of_later["version"] = 2.into();
    let later = home.aside("later.json", of_later.to_string());
    let torn = home.aside("torn.json", &lines(&reports[3..4])[..50]);
    let inspected = Tool::new("inspect").home(&home).json().run();
    let inspected = home.aside("inspected.json", inspected.out());
    for (bad, why) in [
        (
            later,
            "a report of version 2, and this release reads version 1",
        ),
        (torn, "no valid JSON"),
        (inspected, "no report of apply, diff or check"),
        (home.beside().join("nowhere.json"), "No such file"),
        (home.beside(), "directory"),
        (home.aside("empty.json", ""), "holds no report"),
    ] {
        let run = merge(&[&good, &bad]);
        run.exits(2).says(why).says("2 nodes: 2 unchanged");
    }
}
