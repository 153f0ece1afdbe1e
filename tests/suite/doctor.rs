//! `doctor`: silent on a healthy home, and each fault made by hand is found and explained, on this
//! machine as it is.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;

use crate::harness::{
    API_MANAGER, CARBON, Home, PASSWORD, PASSWORD_VARIABLE, Run, Tool, deployment,
};

/// Ports that nobody here listens on.
const QUIET_OFFSET: &str = "21417";

/// A deployment of one gateway, whose names every machine knows.
const CLUSTER: &str = r#"
[load_balancers.keys]
host_name = "localhost"
servlet   = { https = 443 }

[profiles.key-manager]
behind = "keys"

[nodes.gw-1]
profile = "gateway"
host    = "192.0.2.11"

[nodes.gw-1.server]
host_name     = "localhost"
mgt_host_name = "localhost"
port_offset   = 21417

[nodes.km-1]
profile = "key-manager"
host    = "192.0.2.21"
"#;

/// A home that was made what it is to be, and the file that says so.
fn healthy() -> (Home, std::path::PathBuf) {
    let home = Home::fixture("stock-2.6");
    let file = home.aside("cluster.toml", CLUSTER);
    let apply = Tool::new("apply").home(&home);
    let run = apply
        .arg("--file")
        .arg(&file)
        .args(["--node", "gw-1"])
        .run();
    run.exits(0);
    (home, file)
}

fn doctor(home: &Home) -> Tool {
    // Not where some deployment file may lie.
    Tool::new("doctor").home(home).within(&home.beside())
}

fn codes(run: &Run) -> Vec<String> {
    let object = run.object();
    let findings = object["findings"].as_array().unwrap();
    let code = |finding: &Value| finding["code"].as_str().unwrap().to_owned();
    findings.iter().map(code).collect()
}

/// The only finding, in JSON; for people it says the same.
fn only(home: &Home, code: &str) -> Value {
    let run = doctor(home).json().run();
    run.exits(1);
    assert_eq!(codes(&run), [code], "{run}");
    let finding = run.object()["findings"][0].clone();
    for text in ["message", "why"] {
        assert!(!finding[text].as_str().unwrap().is_empty(), "{run}");
    }
    assert!(!finding["help"].as_array().unwrap().is_empty(), "{run}");
    let run = doctor(home).run();
    run.exits(1);
    assert!(run.out().contains(&format!("[{code}]")), "{run}");
    run.says("1 finding");
    finding
}

#[test]
fn silent_on_a_healthy_home() {
    let (home, file) = healthy();
    let before = home.tree();
    // Without options it is what the latest run remembers.
    let run = doctor(&home).run();
    run.exits(0);
    assert_eq!(run.out(), "", "{run}");
    run.says("node gw-1, profile gateway (asked for): nothing found");
    let run = doctor(&home).json().run();
    let object = run.object();
    assert_eq!(object["exit_code"], 0, "{run}");
    assert_eq!(object["version"], 1, "{run}");
    assert_eq!(object["node"], "gw-1", "{run}");
    assert_eq!(object["file"], file.to_str().unwrap(), "{run}");
    assert_eq!(object["findings"].as_array().unwrap().len(), 0, "{run}");
    before.untouched(&home.tree(), &run);
}

#[test]
fn drift_and_files_that_were_changed() {
    let (home, file) = healthy();
    home.edit(CARBON, "<HostName>localhost<", "<HostName>127.0.0.1<");
    let run = doctor(&home).json().run();
    run.exits(1);
    assert_eq!(codes(&run), ["not-as-asked", "changed-since"], "{run}");
    let run = doctor(&home).run();
    run.says("1 setting is not what profile gateway asks for");
    run.says(&format!("--file {} --node gw-1", file.display()));
    run.says("carbon.xml was changed at");
    // Somebody comments: nothing to apply, but no longer what the run wrote.
    let (home, _) = healthy();
    home.edit(API_MANAGER, "<APIManager>", "<APIManager><!-- mine -->");
    let finding = only(&home, "changed-since");
    let help = finding["help"][0].as_str().unwrap();
    assert!(help.contains("apim-patch history --home"), "{help}");
    // The command that it names exists.
    let words: Vec<_> = help
        .split_once("apim-patch ")
        .unwrap()
        .1
        .split(' ')
        .collect();
    Tool::bare().args(words).run().exits(0);
}

#[test]
fn a_name_that_does_not_resolve() {
    let (home, _) = healthy();
    // A label has 63 letters at most (RFC 1035): no server is asked for this one.
    let unknown = format!("{}.invalid", "k".repeat(64));
    home.edit(
        API_MANAGER,
        "<ServerURL>https://localhost:443/",
        &format!("<ServerURL>https://{unknown}:443/"),
    );
    let run = doctor(&home).json().run();
    run.exits(1);
    let expect = ["not-as-asked", "changed-since", "host-unknown"];
    assert_eq!(codes(&run), expect, "{run}");
    let finding = &run.object()["findings"][2];
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains(&format!("`{unknown}`")), "{message}");
    assert_eq!(finding["places"][0]["text"], "key_manager.server_url");
    let help = finding["help"][0].as_str().unwrap();
    // It is no load balancer's: `render hosts` would not write it.
    let wanted = format!("add a line to /etc/hosts, its address and `{unknown}`");
    assert!(help.starts_with(&wanted), "{help}");
}

#[test]
fn a_port_that_is_taken() {
    let (home, _) = healthy();
    // The port of plain HTTP, moved to one that this test has.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let offset = port - 9763;
    if offset > 65535 - 11111 {
        eprintln!("SKIPPED: port {port} is too high for an offset");
        return;
    }
    let offset_element = format!("<Offset>{offset}<");
    home.edit(CARBON, &format!("<Offset>{QUIET_OFFSET}<"), &offset_element);
    let run = doctor(&home).json().run();
    assert!(codes(&run).contains(&"port-taken".to_owned()), "{run}");
    let run = doctor(&home).run();
    run.says(&format!(
        "port {port} (HTTP) is taken: process {}",
        std::process::id()
    ));
    drop(listener);
    assert!(!codes(&doctor(&home).json().run()).contains(&"port-taken".to_owned()));
}

#[test]
fn a_server_that_was_not_restarted() {
    let (home, _) = healthy();
    // The first process was there before any run.
    home.write("wso2carbon.pid", "1\n");
    let finding = only(&home, "not-restarted");
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains("process 1"), "{message}");
    // Started after the run: a process of now, and a run that was long ago.
    home.write("wso2carbon.pid", format!("{}\n", std::process::id()));
    let history = home.file(".apim-patch/transactions");
    let id = fs::read_dir(&history).unwrap().next().unwrap().unwrap();
    let manifest = id.path().join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let mut object: Value = serde_json::from_str(&text).unwrap();
    object["started"] = "2001-01-01T00:00:00Z".into();
    fs::write(&manifest, object.to_string()).unwrap();
    doctor(&home).run().exits(0);
}

#[test]
fn values_in_the_secure_vault() {
    let home = Home::fixture("stock-2.6");
    let alias = "<Password xmlns:svns=\"http://org.wso2.securevault/configuration\" \
                 svns:secretAlias=\"Km.Password\">password</Password>";
    let text = home.text(API_MANAGER);
    let start = text.find("<APIKeyValidator>").unwrap();
    let at = start + text[start..].find("<Password>").unwrap();
    let end = at + text[at..].find("</Password>").unwrap() + "</Password>".len();
    home.write(
        API_MANAGER,
        format!("{}{alias}{}", &text[..at], &text[end..]),
    );
    let run = doctor(&home)
        .args(["--profile", "gateway", "--file"])
        .arg(deployment("gateway-ws.toml"))
        .env(PASSWORD_VARIABLE, PASSWORD)
        .run();
    run.exits(1);
    run.says("error[kept-in-vault]: key_manager.password is kept in the secure vault");
    run.says("error[vault-half-configured]");
    run.says("repository/conf/security/secret-conf.properties is missing");
    run.conceals(PASSWORD);
}

/// A trust store made by the product's own tool.
#[test]
fn an_authority_in_the_trust_store() {
    let keytool = |home: &Home, words: &[&str]| {
        let mut command = Command::new("keytool");
        command.current_dir(home.beside()).args(words);
        command.args(["-storepass", "wso2carbon"]).output()
    };
    let (home, _) = healthy();
    let name = "CN=authority";
    let make = [
        "-genkeypair",
        "-alias",
        "ca",
        "-keyalg",
        "RSA",
        "-dname",
        name,
    ];
    let own = ["-keystore", "own.p12", "-storetype", "PKCS12"];
    if keytool(&home, &[&make[..], &own].concat()).is_err() {
        eprintln!("SKIPPED: needs `keytool`, which is not here");
        return;
    }
    let run = |words: &[&str]| {
        let output = keytool(&home, words).unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    run(&[
        "-exportcert",
        "-rfc",
        "-alias",
        "ca",
        "-file",
        "ca.pem",
        "-keystore",
        "own.p12",
    ]);
    fs::create_dir_all(home.file("repository/resources/security")).unwrap();
    let store = "repository/resources/security/client-truststore.jks";
    let store_name = home.file(store);
    let store_name = store_name.to_str().unwrap();
    // A store with another certificate.
    run(&[
        "-genkeypair",
        "-alias",
        "other",
        "-keyalg",
        "RSA",
        "-dname",
        "CN=other",
        "-keypass",
        "wso2carbon",
        "-storetype",
        "JKS",
        "-keystore",
        store_name,
    ]);
    let look = || doctor(&home).args(["--ca", "ca.pem"]).run();
    let missing = look();
    missing.exits(1);
    missing.says("error[ca-not-trusted]");
    missing.says("load balancer `keys` by `key_manager.server_url`");
    doctor(&home).run().exits(0).says("holds 1 certificate");
    run(&[
        "-importcert",
        "-noprompt",
        "-alias",
        "lb",
        "-file",
        "ca.pem",
        "-keystore",
        store_name,
    ]);
    look().exits(0);
    home.write(store, "no store");
    look().exits(1).says("error[trust-store-unreadable]");
    doctor(&home)
        .args(["--ca", "own.p12"])
        .run()
        .exits(2)
        .says("ca-unreadable");
}

#[test]
fn what_keeps_it_from_looking() {
    let home = Home::empty();
    doctor(&home).run().exits(3).says("no-home");
    assert_eq!(doctor(&home).json().run().object()["exit_code"], 3);

    // Nothing tells the profile: the rest is looked at.
    let home = Home::fixture("stock-2.6");
    home.edit(CARBON, "<Offset>0<", &format!("<Offset>{QUIET_OFFSET}<"));
    let run = doctor(&home).run();
    run.exits(0);
    run.says("note: whether the home is what its profile asks for was not looked at");
    run.says("profile unknown: nothing found");

    // A file in the way that says too little is noted; one that was named is an error.
    let file = home.aside(
        "apim-patch.toml",
        fs::read(deployment("gateway-ws.toml")).unwrap(),
    );
    doctor(&home).run().exits(0).says("note: no profile");
    doctor(&home)
        .arg("--file")
        .arg(&file)
        .run()
        .exits(2)
        .says("no-profile");
    doctor(&home)
        .args(["--profile", "shop"])
        .run()
        .exits(2)
        .says("unknown-profile");

    // What can't be resolved or read keeps nobody from looking at the rest.
    home.write("wso2carbon.pid", "1\n");
    let run = doctor(&home).args(["--profile", "gateway"]).run();
    run.exits(2);
    run.says(PASSWORD_VARIABLE);
    run.says("if there is another gateway");
    home.write(API_MANAGER, "<APIManager>");
    let run = doctor(&home)
        .args(["--profile", "gateway"])
        .env(PASSWORD_VARIABLE, PASSWORD)
        .run();
    run.exits(3);
    run.says("api-manager.xml");
}

#[test]
fn commands_can_be_pasted_whatever_paths_are_called() {
    let (home, file) = healthy();
    let blank = home.aside("it's mine.toml", fs::read_to_string(&file).unwrap());
    let carbon = home.text(CARBON);
    home.write(CARBON, carbon.replace("<Offset>21417<", "<Offset>21418<"));
    let run = doctor(&home)
        .arg("--file")
        .arg(&blank)
        .args(["--node", "gw-1"])
        .run();
    run.exits(1).says(r"it'\''s mine.toml' --node gw-1");
}
