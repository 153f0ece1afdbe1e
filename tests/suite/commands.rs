//! The commands that look, explain and start: what each is for, once.

use crate::harness::{API_MANAGER, CARBON, Home, PASSWORD, Run, Tool, deployment};

#[test]
fn inspect_tells_value_state_and_place() {
    let home = Home::stock();
    let before = home.tree();
    let inspect = |keys: &[&str]| {
        let run = Tool::new("inspect").home(&home).args(keys).run();
        run.exits(0);
        run
    };
    inspect(&["key_manager.client"])
        .says("ThriftClient")
        .says("api-manager.xml:65");
    inspect(&["server.host_name"])
        .says("hidden")
        .says("carbon.xml:16");
    inspect(&["proxy.http_port"]).says("absent");
    inspect(&["key_manager.thrift.client_port"])
        .says("10397")
        .says("hidden");
    let all = inspect(&[]);
    for key in [
        "key_manager.server_url",
        "server.port_offset",
        "jms.event_publisher",
        "clustering.domain",
    ] {
        all.says(key);
    }
    before.untouched(&home.tree(), &all);
}

/// Of several elements in one comment, each has a line of its own.
#[test]
fn the_place_of_the_second_in_a_comment() {
    for comment in [
        "<!--HostName>a.example.net</HostName>\n    <MgtHostName>b.example.net</MgtHostName-->",
        "<!--<HostName>a.example.net</HostName>\n    <MgtHostName>b.example.net</MgtHostName>-->",
    ] {
        let home = Home::stock();
        home.edit(CARBON, "<!--HostName>www.wso2.org</HostName-->", comment);
        home.edit(
            CARBON,
            "    <!--MgtHostName>mgt.wso2.org</MgtHostName-->\n",
            "",
        );
        let places = |run: Run| {
            let object = run.object();
            let settings = object["settings"].as_array().unwrap().clone();
            ["server.host_name", "server.mgt_host_name"].map(|key| {
                let row = settings.iter().find(|row| row["key"] == key);
                let row = row.unwrap_or_else(|| panic!("no {key} in {run}"));
                row["line"].as_u64()
            })
        };
        let lines = [Some(16), Some(17)];
        assert_eq!(places(Tool::new("inspect").home(&home).json().run()), lines);
        let file = deployment("gateway-ws.toml");
        for command in ["check", "diff", "apply"] {
            let run = home.command(command, &file).json().run();
            assert_eq!(places(run), lines, "{command}");
        }
    }
}

#[test]
fn inspect_as_json() {
    let home = Home::stock();
    let run = Tool::new("inspect").home(&home).json().run();
    run.exits(0);
    let object = run.object();
    assert_eq!(object["version"], 1, "{run}");
    let text = object.to_string();
    for fact in ["key_manager.client", "ThriftClient", "2.1.0"] {
        assert!(text.contains(fact), "{fact} in {run}");
    }
}

#[test]
fn inspect_masks_secrets_and_shows_padding() {
    let home = Home::stock();
    home.edit(
        API_MANAGER,
        "<EnableThriftServer>true<",
        "<EnableThriftServer> true <",
    );
    home.edit(
        API_MANAGER,
        "<!-- and this password. -->\n        <Password>${admin.password}",
        "<!-- and this password. -->\n        <Password>0ldCanary",
    );
    let run = Tool::new("inspect").home(&home).run();
    run.exits(0).conceals("0ldCanary").says("******");
    let run = Tool::new("inspect")
        .home(&home)
        .arg("key_manager.thrift.enable_server")
        .run();
    assert!(
        run.out().contains(" true ") || run.out().contains("white space"),
        "{run}"
    );
    let run = Tool::new("inspect").home(&home).arg("--show-secrets").run();
    run.exits(0).says("0ldCanary");
}

#[test]
fn inspect_refuses_what_it_does_not_know() {
    let home = Home::stock();
    let run = Tool::new("inspect")
        .home(&home)
        .arg("key_manager.cliant")
        .run();
    run.exits(2).says("key_manager.client");
    let empty = Home::empty();
    Tool::new("inspect")
        .home(&empty)
        .run()
        .exits(3)
        .says("no WSO2 home here");
}

#[test]
fn explain_a_setting() {
    let run = Tool::new("explain").arg("key_manager.client").run();
    run.exits(0)
        .says("WSClient")
        .says("ThriftClient")
        .says("KeyValidatorClientType");
    run.says("api-manager.xml");
    let run = Tool::new("explain").arg("key_manager.cliant").run();
    run.exits(2).says("key_manager.client");
}

#[test]
fn explain_a_profile() {
    let run = Tool::new("explain").arg("gateway").run();
    run.exits(0);
    for key in [
        "key_manager.server_url",
        "server.mgt_host_name",
        "proxy.https_port",
        "jms.event_publisher",
    ] {
        run.says(key);
    }
}

/// Every key that the deployment file of everything uses can be explained.
#[test]
fn explain_knows_every_key() {
    let text = std::fs::read_to_string(deployment("gateway-everything.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let mut keys = Vec::new();
    for (name, value) in &table {
        if let Some(section) = value.as_table() {
            flatten(name, section, &mut keys);
        }
    }
    assert!(keys.len() > 15, "{keys:?}");
    for key in keys {
        Tool::new("explain").arg(&key).run().exits(0).says(&key);
    }
}

fn flatten(name: &str, section: &toml::Table, keys: &mut Vec<String>) {
    for (key, value) in section {
        let key = format!("{name}.{key}");
        match value.as_table() {
            Some(inner) if !inner.contains_key("env") => flatten(&key, inner, keys),
            _ => keys.push(key),
        }
    }
}

/// The starter file is a deployment file: filled in, it is one that can be applied.
#[test]
fn init_prints_a_file_that_can_be_read() {
    let run = Tool::new("init").run();
    run.exits(0).says("key_manager").says("gateway");
    let home = Home::stock();
    let file = home.aside("starter.toml", &run.stdout);
    let text = run.out();
    assert!(text.parse::<toml::Table>().is_ok(), "{run}");
    let tool = home
        .command("apply", &file)
        .args(["--dry-run", "--partial"]);
    let tool = tool
        .set(
            "key_manager.server_url",
            "https://km.example.com:9443/services/",
        )
        .set("server.host_name", "gw.example.com");
    let run = tool.env("APIM_KM_PASSWORD", PASSWORD).run();
    run.exits(0);
}

/// The main job, shown to somebody who has nothing: the diff, the apply, and that nothing is left to do.
#[test]
fn demo_shows_the_main_job() {
    let run = Tool::new("demo").run();
    run.exits(0).says("nothing to do").says("proxyPort=\"443\"");
    let out = run.all();
    assert!(
        out.contains("-        <KeyValidatorClientType>ThriftClient"),
        "{run}"
    );
    assert!(
        out.contains("+        <KeyValidatorClientType>WSClient"),
        "{run}"
    );
    assert!(out.contains("JMSEventPublisherParameters"), "{run}");
}

#[test]
fn demo_cleans_up() {
    let directory = tempfile::tempdir().unwrap();
    let run = Tool::new("demo").env("TMPDIR", directory.path()).run();
    run.exits(0);
    assert_eq!(
        std::fs::read_dir(directory.path()).unwrap().count(),
        0,
        "{run}"
    );
}

#[test]
fn check_has_a_line_for_each_difference() {
    let home = Home::stock();
    let run = home.gateway("check", &deployment("gateway-ws.toml"));
    run.exits(1);
    for key in [
        "key_manager.client",
        "server.host_name",
        "proxy.http_port",
        "jms.event_publisher",
    ] {
        let lines = run.out();
        assert_eq!(
            lines.lines().filter(|line| line.contains(key)).count(),
            1,
            "{key}: {run}"
        );
    }
    home.gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
    home.edit(
        CARBON,
        "<HostName>gw.example.com<",
        "<HostName>moved.example.com<",
    );
    let run = home.gateway("check", &deployment("gateway-ws.toml"));
    run.exits(1)
        .says("server.host_name")
        .says("moved.example.com")
        .says("carbon.xml:16");
    assert!(!run.out().contains("key_manager.client"), "{run}");
}

#[test]
fn the_report_of_an_apply() {
    let home = Home::stock();
    let file = deployment("gateway-ws.toml");
    let tool = home.command("apply", &file).json();
    let object = tool.run().object();
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    assert_eq!(text("home"), home.path().to_str().unwrap());
    assert_eq!(text("status"), "applied");
    assert_eq!(object["exit_code"], 0);
    assert_eq!(object["changed"].as_array().unwrap().len(), 3, "{object}");
    assert!(!text("transaction").is_empty(), "{object}");
    let settings = object["settings"].as_array().unwrap();
    let outcome = |key: &str| {
        let row = settings.iter().find(|row| row["key"] == key);
        row.unwrap_or_else(|| panic!("no {key} in {object}"))["outcome"].clone()
    };
    assert_eq!(outcome("key_manager.client"), "set");
    assert_eq!(outcome("server.host_name"), "restored");
    assert_eq!(outcome("proxy.https_port"), "inserted");
    assert_eq!(outcome("jms.event_publisher"), "commented-out");
    let again = home.command("apply", &file).json().run().object();
    assert_eq!(again["status"], "unchanged", "{again}");
    assert_eq!(again["changed"].as_array().unwrap().len(), 0, "{again}");
    assert!(again["transaction"].is_null(), "{again}");
    let looked = home.command("check", &file).json().run().object();
    assert_eq!(looked["status"], "unchanged", "{looked}");
    let fresh = Home::stock();
    let looked = fresh.command("check", &file).json().run().object();
    assert_eq!(looked["status"], "differences", "{looked}");
    assert_eq!(looked["exit_code"], 1, "{looked}");
    let planned = fresh
        .command("apply", &file)
        .arg("--dry-run")
        .json()
        .run()
        .object();
    assert_eq!(planned["status"], "planned", "{planned}");
}

#[test]
fn quiet_says_nothing_when_all_is_well() {
    let home = Home::stock();
    let file = deployment("gateway-ws.toml");
    let run = home.command("apply", &file).arg("-q").run();
    run.exits(0);
    assert_eq!(run.all(), "", "{run}");
}
