//! Every value of every node of the fixture, with where it comes from.

use std::fmt::Write;
use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::spec::{DeploymentFile, Requested, resolve};

const FILE: &[u8] = include_bytes!("../../../../../fixtures/deployments/cluster.toml");
const TABLE: &str = "src/deployment/tests/cluster.txt";

#[test]
fn every_value_of_every_node() {
    let file = DeploymentFile::parse(Path::new("cluster.toml"), FILE).unwrap();
    let mut table = String::new();
    for node in file.nodes() {
        let selection = file.select_node(&node.name).unwrap();
        let _ = writeln!(table, "{} ({})", node.name, selection.profile.name);
        for setting in &selection.settings {
            let value = match &setting.requested {
                Requested::Value(value) => value.to_string(),
                Requested::Absent => "absent".into(),
            };
            let key = setting.key();
            let _ = writeln!(table, "  {key} = {value}\n      {}", setting.origin);
        }
        table.push('\n');
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE);
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let expect = std::fs::read_to_string(&path).unwrap();
    for (number, (got, expect)) in table.lines().zip(expect.lines()).enumerate() {
        assert_eq!(got, expect, "line {} of {TABLE}", number + 1);
    }
    assert_eq!(table.lines().count(), expect.lines().count(), "{TABLE}");
}

/// Nothing is missing that a profile requires, and what is put together is
/// accepted by its row.
#[test]
fn every_node_is_complete() {
    let text = String::from_utf8(FILE.to_vec()).unwrap();
    let text = text.replace("{ file = \"apim.secret\" }", "{ env = \"APIM\" }");
    let file = DeploymentFile::parse(Path::new("cluster.toml"), text.as_bytes()).unwrap();
    for node in file.nodes() {
        let selection = file.select_node(&node.name).unwrap();
        let resolved = resolve(selection, &|_| Some("s3cret".into()));
        let resolved = resolved.unwrap_or_else(|problems| panic!("{}: {problems:?}", node.name));
        assert_eq!(resolved.warnings, [] as [Diagnostic; 0], "{}", node.name);
        assert!(!format!("{resolved:?}").contains("s3cret"), "{}", node.name);
        if node.name == "maker" {
            let factory = resolved
                .settings
                .iter()
                .find(|setting| setting.row.key == "jndi.topic_connection_factory");
            let Requested::Value(value) = &factory.unwrap().requested else {
                panic!("{factory:?}")
            };
            let text = value.literal.to_text().unwrap();
            assert!(text.starts_with("amqp://operator:s3cret@clientID/carbon?failover="));
        }
    }
}
