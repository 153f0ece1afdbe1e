//! What real files do to a naive patcher: every case of `fixtures/traps`, and those whose result is a
//! matter of meaning rather than of bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{
    API_MANAGER, AXIS2, CARBON, CATALINA, Home, STATE, Tool, changed_lines, deployment, fixture,
    independent, says, texts,
};

struct Trap {
    directory: PathBuf,
    base: String,
    deployment: PathBuf,
    args: Vec<String>,
    exit: i32,
    says: Vec<String>,
    outcomes: BTreeMap<String, String>,
}

fn traps() -> Vec<Trap> {
    let entries = fs::read_dir(fixture("traps")).unwrap();
    let mut directories: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    directories.sort();
    assert!(!directories.is_empty());
    directories.into_iter().map(trap).collect()
}

fn trap(directory: PathBuf) -> Trap {
    let text = fs::read_to_string(directory.join("case.toml")).unwrap();
    let case: toml::Table = text.parse().unwrap();
    let words = |key: &str| -> Vec<String> {
        let list = case.get(key).and_then(toml::Value::as_array);
        let list = list.into_iter().flatten();
        list.map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let outcomes = case.get("outcomes").and_then(toml::Value::as_table);
    Trap {
        base: case["base"].as_str().unwrap().to_owned(),
        deployment: deployment(case["deployment"].as_str().unwrap()),
        args: words("args"),
        exit: i32::try_from(case["exit"].as_integer().unwrap()).unwrap(),
        says: words("says"),
        outcomes: outcomes
            .into_iter()
            .flatten()
            .map(|(key, outcome)| (key.clone(), outcome.as_str().unwrap().to_owned()))
            .collect(),
        directory,
    }
}

fn home_of(trap: &Trap) -> Home {
    let home = Home::fixture(&trap.base);
    home.overlay(&trap.directory.join("before"));
    home
}

fn names_below(root: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(root).into_iter();
    let files = entries.map(|entry| entry.unwrap().into_path());
    let names = files.filter(|path| path.is_file());
    names
        .map(|path| {
            path.strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

/// Everything that is wrong with one trap, so that one run tells of all of them.
fn faults(trap: &Trap) -> Vec<String> {
    let home = home_of(trap);
    let before = home.files();
    let untouched = home.tree();
    let tool = home.command("apply", &trap.deployment);
    let run = tool.args(&trap.args).run();
    let mut faults = Vec::new();
    if run.status() != trap.exit {
        return vec![format!("exit status is not {}: {run}", trap.exit)];
    }
    for fact in &trap.says {
        if !says(&run.all(), fact) {
            faults.push(format!("{fact:?} is not said by {run}"));
        }
    }
    if trap.exit != 0 {
        let differences = untouched.differences(&home.tree(), crate::harness::Compare::Everything);
        faults.extend(differences);
        return faults;
    }
    let after = trap.directory.join("after");
    for name in names_below(&after) {
        let wanted = fs::read(after.join(&name)).unwrap();
        let (missing, extra) = changed_lines(&wanted, &home.read(&name));
        if !missing.is_empty() || !extra.is_empty() {
            faults.push(format!("{name}: wanted {missing:#?}, got {extra:#?}"));
        }
    }
    let applied = home.tree();
    let again = home.command("apply", &trap.deployment);
    let again = again.args(&trap.args).run();
    if again.status() != 0 || !says(&again.all(), "nothing to do") {
        faults.push(format!("the second time: {again}"));
    }
    faults.extend(applied.differences(&home.tree(), crate::harness::Compare::Everything));
    let back = Tool::new("revert").home(&home).run();
    if back.status() != 0 {
        faults.push(format!("the way back: {back}"));
    }
    faults.extend(before.differences(&home.files(), crate::harness::Compare::Content));
    faults.extend(outcome_faults(trap));
    faults
}

fn outcome_faults(trap: &Trap) -> Vec<String> {
    if trap.outcomes.is_empty() {
        return Vec::new();
    }
    let home = home_of(trap);
    let tool = home.command("apply", &trap.deployment).json();
    let run = tool.args(&trap.args).run();
    let object = run.object();
    let settings = object["settings"].as_array().unwrap();
    let mut faults = Vec::new();
    for (key, outcome) in &trap.outcomes {
        let row = settings.iter().find(|row| row["key"] == **key);
        let got = row.map(|row| row["outcome"].clone());
        if got.as_ref().and_then(|got| got.as_str()) != Some(outcome) {
            faults.push(format!("{key} is not {outcome} but {got:?}"));
        }
    }
    faults
}

#[test]
fn every_trap_of_the_fixtures() {
    let mut all = Vec::new();
    let traps = traps();
    for trap in &traps {
        let name = trap.directory.file_name().unwrap().to_string_lossy();
        all.extend(faults(trap).iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(all.is_empty(), "{}", all.join("\n\n"));
}

/// An element inside another hidden block is no candidate: the block stays hidden, and the setting gets
/// an element of its own.
#[test]
fn what_is_nested_in_a_hidden_block_stays_there() {
    let home = Home::stock();
    let block = "<!--ClusterSettings>\n        <HostName>inner.example.net</HostName>\n    </ClusterSettings-->";
    home.edit(CARBON, "<!--HostName>www.wso2.org</HostName-->", block);
    home.gateway("apply", &deployment("gateway-ws.toml"))
        .exits(0);
    assert!(home.text(CARBON).contains(block));
    let Some(elements) = independent(&home.file(CARBON)) else {
        return;
    };
    assert_eq!(texts(&elements, "/Server/HostName"), ["gw.example.com"]);
    let lines = home.text(CARBON);
    let line = lines
        .lines()
        .find(|l| l.contains("gw.example.com"))
        .unwrap();
    assert!(
        line.starts_with("    <") && !line.starts_with("     "),
        "{line:?}"
    );
}

/// One of three elements in a comment is wanted: the other two stay hidden.
#[test]
fn one_comes_out_of_a_comment_that_holds_three() {
    for (open, close) in [("<!--<", ">-->"), ("<!--", "-->")] {
        let home = Home::stock();
        let last_close = if close == "-->" { "</C-->" } else { "</C>-->" };
        let comment = format!(
            "{open}A>a</A>\n    <HostName>old.example.net</HostName>\n    <C>c{last_close}"
        );
        home.edit(CARBON, "<!--HostName>www.wso2.org</HostName-->", &comment);
        let run = home.gateway("apply", &deployment("gateway-ws.toml"));
        run.exits(0);
        let text = home.text(CARBON);
        for kept in [
            "A>a</A",
            "C>c</C",
            "\n    <HostName>gw.example.com</HostName>",
        ] {
            assert!(text.contains(kept), "{kept:?} in {text}");
        }
        let Some(elements) = independent(&home.file(CARBON)) else {
            return;
        };
        assert_eq!(texts(&elements, "/Server/HostName"), ["gw.example.com"]);
        for hidden in ["/Server/A", "/Server/C"] {
            assert!(texts(&elements, hidden).is_empty(), "{hidden} in {text}");
        }
        home.gateway("apply", &deployment("gateway-ws.toml"))
            .exits(0)
            .says("nothing to do");
    }
}

/// What would not be XML stays hidden, and the message says why.
#[test]
fn what_would_not_be_well_formed_is_not_uncommented() {
    let home = Home::stock();
    let file = home.aside(
        "limits.toml",
        format!(
            "[[patch]]\nfile = '{API_MANAGER}'\nselect = '/APIManager/ThrottlingConfigurations/DefaultLimits'\nuncomment = true\n"
        ),
    );
    let before = home.tree();
    let run = home.command("apply", &file).arg("--partial").run();
    run.exits(3).says("DefaultLimits").says("api-manager.xml:");
    before.untouched(&home.tree(), &run);
}

/// Values are what the two parsers read, whatever the escaping had to be.
#[test]
fn awkward_values_are_read_back_as_they_were_given() {
    let values = [
        "a&b<c>d\"e'f",
        "]]>",
        "&amp;",
        "--",
        "<!-- x -->",
        "${carbon.home}/x?a=1&b=2",
        "\u{e9}\u{20ac}\u{1f600}",
        "%26",
    ];
    for value in values {
        let home = Home::stock();
        let tool = home.command("apply", &deployment("gateway-ws.toml"));
        tool.set("key_manager.username", value).run().exits(0);
        let Some(elements) = independent(&home.file(API_MANAGER)) else {
            return;
        };
        let path = "/APIManager/APIKeyValidator/Username";
        assert_eq!(texts(&elements, path), [value]);
        let again = home.command("apply", &deployment("gateway-ws.toml"));
        let again = again.set("key_manager.username", value).run();
        again.exits(0).says("nothing to do");
    }
}

/// All of INTERFACE's one-node keys at once, read back by an independent parser.
#[test]
fn every_key_of_the_one_node_form() {
    let home = Home::stock();
    let file = deployment("gateway-everything.toml");
    home.gateway("apply", &file).exits(0);
    home.gateway("apply", &file).exits(0).says("nothing to do");
    let read = |name: &str| independent(&home.file(name));
    let (Some(api), Some(carbon), Some(catalina), Some(axis2), Some(identity)) = (
        read(API_MANAGER),
        read(CARBON),
        read(CATALINA),
        read(crate::harness::AXIS2),
        read(crate::harness::IDENTITY),
    ) else {
        return;
    };
    let validator =
        |name: &str| texts(&api, &format!("/APIManager/APIKeyValidator/{name}")).join("|");
    assert_eq!(
        validator("ServerURL"),
        "https://km.example.com:9443/services/"
    );
    assert_eq!(validator("Username"), "gateway");
    assert_eq!(validator("Password"), crate::harness::PASSWORD);
    assert_eq!(validator("KeyValidatorClientType"), "ThriftClient");
    assert_eq!(validator("EnableThriftServer"), "true");
    assert_eq!(validator("ThriftClientPort"), "10398");
    assert_eq!(validator("ThriftServerPort"), "10399");
    assert_eq!(validator("ThriftServerHost"), "km.example.com");
    assert_eq!(
        texts(&api, "/APIManager/JWTConfiguration/EnableJWTGeneration"),
        ["true"]
    );
    let publisher = "/APIManager/ThrottlingConfigurations/JMSEventPublisherParameters";
    assert_eq!(texts(&api, publisher).len(), 1);
    assert_eq!(texts(&carbon, "/Server/HostName"), ["gw.example.com"]);
    assert_eq!(texts(&carbon, "/Server/MgtHostName"), ["mgt.example.com"]);
    assert_eq!(texts(&carbon, "/Server/Ports/Offset"), ["2"]);
    let connectors: Vec<_> = catalina
        .iter()
        .filter(|element| element.path == "/Server/Service/Connector")
        .map(|element| element.attributes["proxyPort"].as_str())
        .collect();
    assert_eq!(connectors, ["8080", "8443"]);
    let clustering = axis2.iter().find(|e| e.path == "/axisconfig/clustering");
    assert_eq!(clustering.unwrap().attributes["enable"], "true");
    let parameter = |name: &str| {
        let mut parameters = axis2
            .iter()
            .filter(|e| e.path == "/axisconfig/clustering/parameter");
        let found = parameters.find(|e| e.attributes["name"] == name);
        found.unwrap().text.as_str()
    };
    assert_eq!(parameter("domain"), "gateways.example.com");
    assert_eq!(parameter("membershipScheme"), "wka");
    assert_eq!(parameter("localMemberHost"), "10.0.0.4");
    assert_eq!(parameter("localMemberPort"), "4100");
    let member = |name: &str| {
        texts(
            &axis2,
            &format!("/axisconfig/clustering/members/member/{name}"),
        )
        .join(" ")
    };
    assert_eq!(member("hostName"), "10.0.0.4 10.0.0.5 192.168.1.2-10");
    assert_eq!(member("port"), "4100 4100 4100");
    assert_eq!(
        texts(&identity, "/Server/SSOService/IdentityProviderURL"),
        ["https://gw.example.com/samlsso"]
    );
}

/// `{ absent = true }` asks for no such setting: the element is hidden, the attribute is gone.
#[test]
fn absent_hides_an_element_and_removes_an_attribute() {
    let home = Home::stock();
    home.edit(
        CATALINA,
        "                   port=\"9763\"\n",
        "                   port=\"9763\"\n                   proxyPort=\"8080\"\n",
    );
    let (catalina, stock) = (home.text(CATALINA), Home::stock());
    let file = home.aside(
        "absent.toml",
        "[key_manager.thrift]\nserver_host = { absent = true }\nclient_port = { absent = true }\n\
         [proxy]\nhttp_port = { absent = true }\nhttps_port = { absent = true }\n",
    );
    let run = home.command("apply", &file).arg("--partial").run();
    run.exits(0);
    assert!(catalina.contains("proxyPort=\"8080\"\n"));
    assert_eq!(home.text(CATALINA), stock.text(CATALINA), "{run}");
    let text = home.text(API_MANAGER);
    assert!(
        text.contains("<!--<ThriftServerHost>localhost</ThriftServerHost>-->"),
        "{text}"
    );
    assert!(
        text.contains("<!--ThriftClientPort>10397</ThriftClientPort-->"),
        "{text}"
    );
    home.command("apply", &file)
        .arg("--partial")
        .run()
        .exits(0)
        .says("nothing to do");
}

/// A comment in a field of the last member is no more the new one's than one beside its fields.
#[test]
fn a_new_member_has_no_comment_of_the_last() {
    let home = Home::stock();
    home.edit(
        AXIS2,
        "                <hostName>127.0.0.1</hostName>\n                <port>4000</port>\n",
        "                <!-- gw-2, rack 3 -->\n                <hostName><!-- gw-2 -->10.0.0.5</hostName>\n                <port>4000<!-- gw-2 --></port>\n",
    );
    home.gateway("apply", &deployment("cluster-of-three.toml"))
        .exits(0);
    let text = home.text(AXIS2);
    assert_eq!(text.matches("gw-2").count(), 3, "{text}");
    assert_eq!(text.matches("<member>").count(), 3, "{text}");
}

/// If one file can not be planned, none is written: the ill-formed one is the last of the four.
#[test]
fn one_ill_formed_file_stops_all() {
    for name in [API_MANAGER, CARBON, CATALINA, crate::harness::AXIS2] {
        let home = Home::stock();
        let text = home.text(name);
        let end = text.trim_end().rfind("</").unwrap();
        home.write(name, format!("{}</Wrong>\n", &text[..end]));
        let before = home.tree();
        let run = home.gateway("apply", &deployment("gateway-everything.toml"));
        let line = text[..end].lines().count() + 1;
        run.exits(3).says(&format!("{name}:{line}:"));
        before.untouched(&home.tree(), &run);
        assert!(!home.file(STATE).exists(), "{run}");
    }
}
