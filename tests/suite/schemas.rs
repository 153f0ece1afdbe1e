//! The schemas in `docs/schemas`, and whether they describe what is really printed and really read.
//! `APIM_WRITE_REFERENCE=1 cargo test -p apim-patch --test suite schemas` writes them anew.
//!
//! The published schemas of what is printed take fields that they do not know. Here they do not: each
//! object that has its fields listed may have no other, so that a field that is printed and not
//! described fails, as does one that is described and not printed.

use std::fs;
use std::path::PathBuf;

use apim_patch_core::schema::SCHEMAS;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::documents::{documents, examples};
use crate::harness::{CARBON, Home, PASSWORD, PASSWORD_VARIABLE, Run, Tool, deployment, workspace};

#[test]
fn the_published_schemas_are_what_is_printed() {
    let folder = workspace().join("docs/schemas");
    for published in SCHEMAS {
        let path = folder.join(format!("{}.json", published.name));
        let run = Tool::new("schema").arg(published.name).run();
        run.exits(0);
        if std::env::var_os("APIM_WRITE_REFERENCE").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, run.out()).unwrap();
        }
        let there = fs::read_to_string(&path).unwrap();
        assert!(
            there == run.out(),
            "{} is not what `schema` prints: write it with \
             APIM_WRITE_REFERENCE=1 cargo test -p apim-patch --test suite schemas",
            path.display()
        );
        let schema: Value = serde_json::from_str(&there).unwrap();
        jsonschema::meta::validate(&schema).unwrap();
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), SCHEMAS.len());
    let default = Tool::new("schema").run();
    assert_eq!(
        default.exits(0).out(),
        Tool::new("schema").arg("deployment-file").run().out()
    );
    Tool::new("schema")
        .arg("reports")
        .run()
        .exits(2)
        .says("saved-plan");
}

fn schema(name: &str) -> Value {
    let published = SCHEMAS.iter().find(|published| published.name == name);
    published.unwrap().schema()
}

fn compiled(schema: &Value) -> Validator {
    jsonschema::draft202012::new(schema).unwrap()
}

/// The schema in which an object has no fields but those that are listed.
fn strict(name: &str) -> Validator {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(object) => {
                object.values_mut().for_each(close);
                if object.get("properties").is_some_and(Value::is_object) {
                    object.entry("additionalProperties").or_insert(json!(false));
                }
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    let mut schema = schema(name);
    close(&mut schema);
    compiled(&schema)
}

fn problems(validator: &Validator, instance: &Value) -> Vec<String> {
    let errors = validator.iter_errors(instance);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// What was printed is described by the schema of that name.
#[track_caller]
fn described(name: &str, run: &Run, status: i32) {
    run.exits(status);
    let objects = run.objects();
    assert!(!objects.is_empty(), "prints nothing: {run}");
    let validator = strict(name);
    for object in &objects {
        let problems = problems(&validator, object);
        assert!(problems.is_empty(), "{name}: {problems:#?}\n{run}");
    }
}

fn of(command: &str, home: &Home) -> Tool {
    home.command(command, &deployment("gateway-ws.toml")).json()
}

fn at(command: &str, home: &Home) -> Tool {
    Tool::new(command).home(home).json()
}

#[test]
fn the_report_is_that_of_every_command_on_homes() {
    let home = Home::stock();
    described("report", &of("check", &home).run(), 1);
    described("report", &of("diff", &home).run(), 0);
    described("report", &of("apply", &home).arg("--dry-run").run(), 0);
    let plan = home.beside().join("gateway.plan");
    described(
        "report",
        &of("plan", &home).arg("--out").arg(&plan).run(),
        0,
    );
    let saved: Value = serde_json::from_slice(&fs::read(&plan).unwrap()).unwrap();
    assert_eq!(problems(&strict("saved-plan"), &saved), [""; 0]);
    let shown = Tool::new("diff").arg("--plan").arg(&plan).json().run();
    described("report", &shown, 0);
    let apply = |home: &Home| {
        let tool = at("apply", home).arg("--plan").arg(&plan);
        tool.env(PASSWORD_VARIABLE, PASSWORD).run()
    };
    described("report", &apply(&home), 0);
    described("report", &of("check", &home).run(), 0);
    described("report", &of("apply", &home).run(), 0);
    described("report", &apply(&home), 4);

    described("inspection", &at("inspect", &home).run(), 0);
    let other = Home::stock();
    described("comparison", &at("inspect", &home).home(&other).run(), 0);
    described("history", &at("history", &home).run(), 0);
    let runs = at("history", &home).run().object();
    let id = runs["transactions"][0]["id"].as_str().unwrap().to_owned();
    described("history-run", &at("history", &home).arg(&id).run(), 0);
    described("report", &at("revert", &home).run(), 0);
    described("report", &at("recover", &home).run(), 0);
    described(
        "history",
        &at("history", &home).args(["--prune", "0"]).run(),
        0,
    );
}

/// What the tests above rest on.
#[test]
fn a_field_too_many_or_too_few_or_another_version_is_refused() {
    let report = of("check", &Home::stock()).run().object();
    let refused = |name: &str, edit: &dyn Fn(&mut Value)| {
        let mut edited = report.clone();
        edit(&mut edited);
        assert_ne!(edited, report);
        problems(&strict(name), &edited).len()
    };
    assert_eq!(problems(&strict("report"), &report), [""; 0]);
    assert_eq!(refused("report", &|report| report["new"] = json!(1)), 1);
    assert_eq!(
        refused("report", &|report| report["settings"][0]["new_field"] =
            json!(1)),
        1
    );
    assert_eq!(refused("report", &|report| report["version"] = json!(2)), 1);
    assert_eq!(
        refused("report", &|report| report["status"] = json!("odd")),
        1
    );
    let without = |report: &mut Value| drop(report.as_object_mut().unwrap().remove("changed"));
    assert_eq!(refused("report", &without), 1);
    // Whoever reads what a later release prints is not to stumble over a new field.
    let mut later = report.clone();
    later["new"] = json!(1);
    assert!(compiled(&schema("report")).is_valid(&later));
}

#[test]
fn taking_applications_away_is_described_too() {
    let home = Home::stock();
    home.write("repository/deployment/server/webapps/store.war", "x");
    home.write(
        "repository/deployment/server/jaggeryapps/store/site.json",
        "{}",
    );
    let run = at("apply", &home)
        .args(["--profile", "gateway-worker", "--partial", "--prune-apps"])
        .run();
    described("report", &run, 0);
    assert_ne!(run.object()["removed"], json!([]), "{run}");
    described("history", &at("history", &home).run(), 0);
    described("report", &at("revert", &home).run(), 0);
    let run = at("history", &home).run();
    described("history", &run, 0);
    assert!(
        run.object()["transactions"][0]["restored"].is_array(),
        "{run}"
    );
}

#[test]
fn failures_are_reports() {
    let home = Home::stock();
    described(
        "report",
        &of("check", &home).set("server.port_offset", "x").run(),
        2,
    );
    let nowhere = at("check", &home).arg("--home").arg(home.file("nowhere"));
    described("report", &nowhere.args(["--profile", "gateway"]).run(), 3);
    described("report", &at("inspect", &home).arg("no.such").run(), 2);
    described("report", &at("revert", &home).run(), 0);
    let broken = Home::stock();
    broken.write(CARBON, "<Server");
    described("report", &of("apply", &broken).run(), 3);

    of("apply", &home).run().exits(0);
    let lock = fs::File::open(home.path()).unwrap();
    lock.lock().unwrap();
    described("report", &at("revert", &home).run(), 75);
}

#[test]
fn explanations_and_findings_and_merged_reports() {
    let explain = |args: &[&str]| Tool::new("explain").args(args).json().run();
    described("explanation", &explain(&["proxy"]), 0);
    described("explanation", &explain(&["store"]), 0);
    let file = deployment("cluster.toml");
    let of_file = |args: &[&str]| {
        let tool = Tool::new("explain").args(args).arg("--file").arg(&file);
        tool.env(PASSWORD_VARIABLE, PASSWORD).json().run()
    };
    described("deployment-explanation", &of_file(&[]), 0);
    described("node-explanation", &of_file(&["proxy.https_port"]), 0);
    let text = fs::read_to_string(&file).unwrap();
    let nodes: toml::Table = text.parse().unwrap();
    for node in nodes["nodes"].as_table().unwrap().keys() {
        described("node-explanation", &of_file(&["--node", node]), 0);
    }

    let home = Home::stock();
    let doctor = at("doctor", &home).args(["--profile", "gateway"]).run();
    described("doctor-report", &doctor, 1);
    described(
        "lint-report",
        &at("lint", &home).arg("--home").arg(home.path()).run(),
        0,
    );
    let twins = [Home::stock(), Home::stock()];
    for twin in &twins {
        of("apply", twin).run().exits(0);
    }
    let both = at("lint", &twins[0]).home(&twins[1]).run();
    described("lint-report", &both, both.status());
    let wrong = home.aside("wrong.toml", WITH_FINDINGS);
    let lint = |file: &PathBuf| Tool::new("lint").arg("--file").arg(file).json().run();
    described("lint-report", &lint(&wrong), 1);
    described("lint-report", &lint(&home.file("nowhere")), 2);

    let reports = [of("check", &home).run(), at("check", &home).run()];
    reports[1].exits(2);
    let files = reports
        .iter()
        .enumerate()
        .map(|(number, run)| home.aside(&format!("{number}.json"), &run.stdout));
    let merge = Tool::bare()
        .args(["report", "merge"])
        .args(files)
        .json()
        .run();
    described("merged-report", &merge, 1);
    assert_eq!(merge.object()["failures"][0]["exit_code"], 2, "{merge}");
}

/// Two nodes on one host with the same ports.
const WITH_FINDINGS: &str = "[nodes.a]\nprofile = 'gateway'\nhost = '10.0.0.1'\n\
                             [nodes.b]\nprofile = 'gateway'\nhost = '10.0.0.1'\n";

/// A deployment file as JSON.
fn as_json(text: &str) -> Value {
    serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
}

#[test]
fn every_deployment_file_fits_its_schema() {
    let validator = compiled(&schema("deployment-file"));
    let mut files: Vec<(String, String)> = Vec::new();
    for entry in fs::read_dir(deployment("")).unwrap() {
        let path = entry.unwrap().path();
        files.push((
            path.display().to_string(),
            fs::read_to_string(&path).unwrap(),
        ));
    }
    for page in documents() {
        for example in examples(&fs::read_to_string(&page).unwrap()) {
            files.push((page.display().to_string(), example));
        }
    }
    let starter = Tool::bare().arg("init").run().out();
    // What `init` has commented out are settings as well.
    let all = starter.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
        _ => format!("{line}\n"),
    });
    files.push(("init, all of it".into(), all.collect()));
    files.push(("init".into(), starter));
    assert!(files.len() > 12);
    for (name, text) in files {
        let problems = problems(&validator, &as_json(&text));
        assert!(problems.is_empty(), "{name}: {problems:#?}\n{text}");
    }
}

/// Files that the tool takes, and files that it refuses: the schema says the same.
#[test]
fn schema_and_tool_are_of_one_mind() {
    let validator = compiled(&schema("deployment-file"));
    let nodes = "[nodes.n]\nprofile = 'gateway'\n";
    let patch = "[[patch]]\nfile = 'a.xml'\nselect = '/A/B'\n";
    let home = Home::stock();
    for (text, taken) in [
        ("server.host_name = 'gw'".to_owned(), true),
        ("server.hostname = 'gw'".into(), false),
        ("server.host_name = 1".into(), false),
        ("server.host_name = ''".into(), false),
        ("server.host_name = { env = 'H' }".into(), true),
        ("server.host_name = { file = 'h' }".into(), true),
        ("server.host_name = { file = 'h', env = 'H' }".into(), false),
        ("server.host_name = { absent = true }".into(), true),
        ("server.host_name = { absent = false }".into(), false),
        ("server.port_offset = 3".into(), true),
        ("server.port_offset = '3'".into(), false),
        ("server.port_offset = 60000".into(), false),
        ("server.port_offset = { env = 'O' }".into(), false),
        ("key_manager.client = 'WSClient'".into(), true),
        ("key_manager.client = 'wsclient'".into(), false),
        ("key_manager.server_url = 'https://km/'".into(), true),
        ("key_manager.server_url = 'km'".into(), false),
        ("jwt.enable = true".into(), true),
        ("jwt.enable = 'true'".into(), false),
        ("\"server.host_name\" = 'gw'".into(), false),
        ("server = 'gw'".into(), false),
        ("clustering.members = ['10.0.0.4:4000']".into(), true),
        ("clustering.members = []".into(), false),
        ("clustering.members = [4000]".into(), false),
        ("version = '2.6.0'\nserver.port_offset = 1".into(), true),
        ("version = '2.7.0'".into(), false),
        ("version = 2.6".into(), false),
        ("environments.'a b'.server_url = 'https://gw/'".into(), true),
        ("environments.' a'.server_url = 'https://gw/'".into(), false),
        ("environments.a.gateways = 'gw'".into(), false),
        ("policy_deployer = 'tm'".into(), false),
        ("profiles.gateway.proxy.https_port = 443".into(), false),
        (nodes.into(), true),
        (
            format!("{nodes}host = '10.0.0.1'\nport_offset = 1\nproxy.https_port = 443"),
            true,
        ),
        (format!("{nodes}hosts = '10.0.0.1'"), false),
        (format!("{nodes}host = {{ env = 'H' }}"), false),
        (format!("{nodes}behind = true"), false),
        (format!("{nodes}behind = false\ncluster = false"), true),
        ("[nodes.n]\nprofile = 'gatway'".into(), false),
        (format!("server.host_name = 'gw'\n{nodes}"), false),
        (
            format!("{nodes}[profiles.gateway]\nproxy.https_port = 443"),
            true,
        ),
        (
            format!("{nodes}[profiles.gatway]\nproxy.https_port = 443"),
            false,
        ),
        (format!("{nodes}[profiles.gateway]\nhost = 'x'"), false),
        (
            format!("{nodes}[load_balancers.l]\nhost_name = 'gw'\ntraffic.https = 443"),
            true,
        ),
        (
            format!("{nodes}[load_balancers.l]\naddress = '10.0.0.1'"),
            false,
        ),
        (
            format!("{nodes}[load_balancers.l]\nhost_name = 'gw'\ntraffic.ws = 443"),
            false,
        ),
        (
            format!("{nodes}[load_balancers.l]\nhost_name = 'gw'\ntraffic.http = 0"),
            false,
        ),
        (
            format!("{nodes}[clusters.c]\ndomain = 'd'\nport = 4000"),
            true,
        ),
        (format!("{nodes}[clusters.c]\nmembers = ['a']"), false),
        (format!("{nodes}[environments.e]\ngateways = 'n'"), true),
        (format!("{nodes}[environments.e]\ntype = 'hybrid'"), false),
        (
            format!("{nodes}[databases.X]\nprofiles = ['store']\nurl = 'jdbc:x'"),
            true,
        ),
        (
            format!("{nodes}[databases.X]\nprofiles = 'store'\nurl = 'jdbc:x'"),
            false,
        ),
        (
            format!("{patch}set = 'x'\nexpect = 'y'\nall = true\noptional = true"),
            true,
        ),
        (format!("{patch}set = {{ env = 'S' }}\nsecret = true"), true),
        (format!("{patch}set = 1"), false),
        (
            format!("{patch}insert = '<C/>'\ninto = true\nunless = '/A/B/C'"),
            true,
        ),
        (
            format!("{patch}insert = '<B/>'\ninto = true\nall = true"),
            false,
        ),
        (format!("{patch}comment_out = true"), true),
        (format!("{patch}comment_out = true\nremove = true"), false),
        (format!("{patch}remove = false"), false),
        (patch.into(), false),
        ("[[patch]]\nselect = '/A'\nset = 'x'".into(), false),
        (format!("{patch}sets = 'x'"), false),
    ] {
        let problems = problems(&validator, &as_json(&text));
        assert_eq!(problems.is_empty(), taken, "{text}\n{problems:#?}");
        let file = home.aside("f.toml", &text);
        let tool = Tool::new("explain")
            .args(["--profile", "gateway"])
            .arg("--file")
            .arg(file);
        let tool = match text.contains("[nodes") {
            true => Tool::new("explain")
                .arg("--file")
                .arg(home.beside().join("f.toml")),
            false => tool,
        };
        let run = tool.run();
        assert_eq!(run.status() == 0, taken, "{text}\n{run}");
    }
}
