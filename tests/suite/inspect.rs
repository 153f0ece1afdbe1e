//! `inspect`: which settings it shows, in which state they are, and homes side by side.

use serde_json::Value;

use crate::harness::{API_MANAGER, CARBON, Home, Run, Tool, program};

const OFFSET: &str = "<Offset>0</Offset>";

fn inspect(home: &Home, arguments: &[&str]) -> Run {
    Tool::new("inspect").home(home).args(arguments).run()
}

/// The keys that are shown, each once, in their order.
fn keys(run: &Run) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for line in run.out().lines() {
        let key = line.split("  ").next().unwrap().to_owned();
        if keys.last() != Some(&key) {
            keys.push(key);
        }
    }
    keys
}

#[test]
fn keys_tables_entries_and_patterns() {
    let home = Home::stock();
    let shown = |arguments: &[&str]| {
        let run = inspect(&home, arguments);
        run.exits(0);
        keys(&run)
    };
    let all = shown(&[]);
    let of = |word: &str| -> Vec<String> {
        let like = all.iter().filter(|key| key.contains(word));
        like.cloned().collect()
    };
    let url = "environments.\"Production and Sandbox\".server_url";
    for (arguments, expect) in [
        (&["server.host_name"][..], of("server.host_name")),
        (&["key_manager.thrift"], of("key_manager.thrift.")),
        (&["key_manager.*"], of("key_manager.")),
        (&["key_manager.thr*port"], {
            let ports = ["client_port", "server_port"];
            ports
                .map(|port| format!("key_manager.thrift.{port}"))
                .into()
        }),
        (&["environments.*.server_url"], vec![url.to_owned()]),
        (&["environments.Prod*url"], vec![url.to_owned()]),
        (
            &["environments.'Production and Sandbox'.server_url"],
            vec![url.to_owned()],
        ),
        (
            &["environments.eu.type"],
            vec!["environments.eu.type".to_owned()],
        ),
        (&["*.host_name", "proxy.http_port"], {
            let keys = ["server.host_name", "proxy.http_port"];
            keys.map(str::to_owned).into()
        }),
    ] {
        let got = shown(arguments);
        assert!(!got.is_empty(), "{arguments:?}");
        assert_eq!(got, expect, "{arguments:?}");
    }
    let run = inspect(&home, &["environmnts.*"]);
    run.exits(2).says("did you mean `environments.*`?");
}

#[test]
fn files() {
    let home = Home::stock();
    for like in ["carbon.xml", "*/carbon.xml", CARBON] {
        let run = inspect(&home, &["--file", like]);
        run.exits(0).says("server.port_offset");
        let out = run.out();
        assert!(out.lines().all(|line| line.contains(CARBON)), "{run}");
    }
    let run = inspect(&home, &["--file", "carbn.xml"]);
    run.exits(2).says("did you mean `carbon.xml`?");
    // `registry.xml` is the end of another name, not of a path.
    let run = inspect(&home, &["--file", "arbon.xml"]);
    run.exits(2);
}

/// Every state at once, and each alone.
#[test]
fn states() {
    let home = Home::stock();
    home.edit(CARBON, OFFSET, &format!("{OFFSET}\n<Offset>7</Offset>"));
    home.edit(
        API_MANAGER,
        "<EnableThriftServer>",
        "<EnableThriftServer xmlns:svns=\"http://org.wso2.securevault/configuration\" \
         svns:secretAlias=\"Alias\">",
    );
    let shown = |state: &str| {
        let asked = [
            "server.port_offset",
            "key_manager.thrift.enable_server",
            "server.host_name",
            "proxy.http_port",
            "key_manager.client",
        ];
        let run = inspect(&home, &[&asked[..], &["--state", state]].concat());
        run.exits(0);
        run
    };
    for (state, expect) in [
        ("active", &["key_manager.client", "server.port_offset"][..]),
        ("hidden", &["server.host_name"]),
        ("absent", &["proxy.http_port"]),
        ("shadowed", &["server.port_offset"]),
        ("vault", &["key_manager.thrift.enable_server"]),
        (
            "vault,hidden",
            &["key_manager.thrift.enable_server", "server.host_name"],
        ),
    ] {
        assert_eq!(keys(&shown(state)), expect, "{state}");
    }
    let run = shown("shadowed");
    let lines: Vec<String> = run.out().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2, "{run}");
    assert!(lines[0].contains(" 0 ") && lines[0].contains("active"));
    assert!(lines[1].contains(" 7 ") && lines[1].contains("shadowed"));
    let object = inspect(&home, &["server.port_offset", "--format", "json"]).object();
    let setting = &object["settings"][0];
    assert_eq!(setting["shadowed"][0]["value"], "7", "{object}");
    assert_eq!(
        setting["shadowed"][0]["line"],
        setting["line"].as_u64().unwrap() + 1
    );
    assert_eq!(setting["vault"], false);
    let run = inspect(&home, &["--state", "hiden"]);
    run.exits(2).says("hidden");
}

/// Of properties, the server reads the last.
#[test]
fn a_property_that_stands_there_twice() {
    let home = Home::stock();
    let jndi = "repository/conf/jndi.properties";
    let line = |user: &str| {
        let url = format!("amqp://{user}:0ldCanary@clientid/carbon?brokerlist='tcp://mb:5672'");
        format!("\nconnectionfactory.TopicConnectionFactory = {url}\n")
    };
    let text = home.text(jndi) + &line("first") + &line("second");
    home.write(jndi, text);
    let run = inspect(&home, &["--file", "jndi.properties", "--state", "shadowed"]);
    run.exits(0).conceals("0ldCanary");
    let out = run.out();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 3, "{run}");
    assert!(lines[0].contains("second") && lines[0].contains("active"));
    assert!(lines[2].contains("first") && lines[2].contains("shadowed"));
}

/// A terminal's lines are as long as it is wide, a pipe's as long as their values.
#[test]
fn values_are_cut_on_a_terminal_only() {
    if !program("script") {
        return;
    }
    let home = Home::stock();
    let url = "https://localhost:${mgt.transport.https.port}${carbon.context}";
    inspect(&home, &["key_manager"]).exits(0).says(url);
    let run = Tool::new("-qec")
        .arg(format!(
            "stty cols 80; {} inspect --home {} key_manager",
            env!("CARGO_BIN_EXE_apim-patch"),
            home.path().display()
        ))
        .arg("/dev/null")
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("TERM", "dumb")
        .program("script")
        .run();
    run.exits(0).conceals(url).says("…");
    for line in run.out().lines() {
        assert!(line.trim_end().chars().count() <= 80, "{line:?} of {run}");
    }
}

#[test]
fn homes_side_by_side() {
    let home = Home::empty();
    let stock = crate::harness::fixture("homes").join("stock-2.1");
    for name in ["a", "b", "c"] {
        home.overlay_at(name, &stock);
    }
    let tool = |names: &[&str]| {
        let homes = names.iter().map(|name| home.file(name));
        homes.fold(Tool::new("inspect"), |tool, path| {
            tool.arg("--home").arg(path)
        })
    };
    let differences = |names: &[&str]| tool(names).arg("--differences");
    let run = differences(&["a", "b"]).arg("--exit-code").run();
    run.exits(0);
    assert_eq!(run.out(), "", "{run}");

    home.edit(&format!("b/{CARBON}"), OFFSET, "<Offset>3</Offset>");
    home.edit(
        &format!("b/{API_MANAGER}"),
        "<!-- and this password. -->\n        <Password>${admin.password}",
        "<!-- and this password. -->\n        <Password>0ldCanary",
    );
    // Whose place alone is another one is the same.
    home.edit(&format!("c/{CARBON}"), OFFSET, &format!("\n\n{OFFSET}"));
    differences(&["a", "c"]).run().exits(0).conceals("server");
    let run = differences(&["a", "b"]).run();
    run.exits(0).conceals("0ldCanary");
    let line = |word: &str| {
        let out = run.out();
        let line = out.lines().find(|line| line.contains(word));
        line.unwrap_or_else(|| panic!("no {word} in {run}"))
            .to_owned()
    };
    assert_eq!(run.out().lines().count(), 3, "{run}");
    let offset = line("server.port_offset");
    let cells: Vec<&str> = offset.split_whitespace().skip(1).collect();
    assert_eq!(cells, ["0", "3"], "{run}");
    assert_eq!(line("password").matches("****** (differs)").count(), 2);
    differences(&["a", "b"]).arg("--exit-code").run().exits(1);
    let run = differences(&["a", "b"]).arg("--show-secrets").run();
    run.says("0ldCanary");

    let object = differences(&["a", "b", "c"]).json().run().object();
    assert_eq!(object["version"], 1);
    assert_eq!(
        object["homes"].as_array().map(Vec::len),
        Some(3),
        "{object}"
    );
    let settings = object["settings"].as_array().unwrap();
    let offset = settings
        .iter()
        .find(|one| one["key"] == "server.port_offset");
    let offset = &offset.unwrap()["homes"];
    let values = [0, 1, 2].map(|index: usize| offset[index]["value"].clone());
    assert_eq!(values, ["0", "3", "0"].map(Value::from));
    assert!(settings.iter().all(|one| one["differs"] == true));
    assert!(!object.to_string().contains("0ldCanary"), "{object}");

    // Without --differences all of them, and the filters hold as well.
    let run = tool(&["a", "b"])
        .args(["server", "--state", "active"])
        .run();
    run.exits(0)
        .says("server.port_offset")
        .conceals("host_name");
    let run = differences(&["a"]).run();
    run.exits(2).says("one home is given");
}
