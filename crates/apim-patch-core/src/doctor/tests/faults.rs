//! Each fault alone: found, and nothing else.

use std::fs;
use std::time::{Duration, SystemTime};

use super::machine::{API_MANAGER, CLUSTER, Machine, TRUST_STORE, codes};
use crate::diagnostic::Severity;
use crate::doctor::{Examination, Finding};

/// The one finding that there is.
#[track_caller]
fn only<'f>(found: &'f Examination, code: &str, message: &[&str]) -> &'f Finding {
    assert_eq!(codes(found), [code], "{found:#?}");
    let finding = &found.findings[0];
    for part in message {
        assert!(finding.message.contains(part), "{part}: {finding:#?}");
    }
    finding
}

#[track_caller]
fn helps(finding: &Finding, text: &str) {
    let help = finding.help.join("\n");
    assert!(help.contains(text), "{text}: {help}");
}

/// What a place of a finding is: its file's name, its line.
fn places(finding: &Finding) -> Vec<String> {
    let place = |spot: &crate::diagnostic::Spot| {
        let name = spot.path.rsplit('/').next().unwrap_or_default();
        format!("{name}:{}", spot.line)
    };
    finding.places.iter().map(|one| place(&one.spot)).collect()
}

#[test]
fn a_setting_that_is_not_what_is_asked_for() {
    let machine = Machine::healthy();
    let asked = CLUSTER.replace("operator", "somebody");
    let found = machine.look(Some(&asked));
    let finding = only(&found, "not-as-asked", &["1 setting is not", "gateway"]);
    assert_eq!(finding.places[0].text, "key_manager.username");
    helps(finding, "apim-patch check --home ");
    helps(finding, "--profile gateway --file cluster.toml --node gw-1");
    let found = Machine::stock().look(Some(CLUSTER));
    assert!(codes(&found).contains(&"not-as-asked"), "{found:#?}");
}

#[test]
fn a_file_that_was_changed_since() {
    let machine = Machine::healthy();
    // What no profile asks for.
    machine.edit(API_MANAGER, "<APIManager>", "<APIManager><!-- mine -->");
    let found = machine.look(Some(CLUSTER));
    let finding = only(&found, "changed-since", &["api-manager.xml was changed at"]);
    helps(finding, "apim-patch history --home ");
    // A file that was put back is older than the run.
    let old = SystemTime::now() - Duration::from_secs(100_000);
    let file = fs::File::options()
        .write(true)
        .open(machine.path(API_MANAGER));
    file.unwrap().set_modified(old).unwrap();
    let found = machine.look(Some(CLUSTER));
    only(&found, "changed-since", &["before the run"]);
    // A newer time alone is nothing.
    let machine = Machine::healthy();
    let file = fs::File::options()
        .write(true)
        .open(machine.path(API_MANAGER));
    let later = SystemTime::now() + Duration::from_secs(1000);
    file.unwrap().set_modified(later).unwrap();
    assert_eq!(codes(&machine.look(Some(CLUSTER))), Vec::<&str>::new());
}

const ALIAS: &str =
    " xmlns:svns=\"http://org.wso2.securevault/configuration\" svns:secretAlias=\"Km.Password\">";
const CONFIGURATION: &str = "home/repository/conf/security/secret-conf.properties";
const VALUES: &str = "home/repository/conf/security/cipher-text.properties";

#[test]
fn a_value_that_the_vault_keeps() {
    let machine = Machine::stock();
    let asked = CLUSTER.replace("username = \"operator\"\npassword = \"c4nary\"\n", "");
    machine.apply(CLUSTER);
    machine.edit(
        API_MANAGER,
        "<Password>c4nary",
        &format!("<Password{ALIAS}password"),
    );
    machine.write(CONFIGURATION, "secretRepositories=file\n");
    machine.write(VALUES, "Km.Password=QUJDRA==\n");
    let found = machine.look(Some(CLUSTER));
    assert_eq!(
        codes(&found),
        ["changed-since", "kept-in-vault"],
        "{found:#?}"
    );
    assert!(
        found.findings[1].message.contains("key_manager.password"),
        "{found:#?}"
    );
    helps(&found.findings[1], "cipher tool");
    // Nobody sets it: the vault is in nobody's way.
    assert_eq!(codes(&machine.look(Some(&asked))), ["changed-since"]);

    for (configuration, values, message) in [
        (None, "Km.Password=QUJDRA==\n", "is missing"),
        (
            Some("#secretRepositories=file\n"),
            "",
            "has no secretRepositories",
        ),
        (
            Some("secretRepositories=file\n"),
            "Other=QUJDRA==\n",
            "no value for `Km.Password`",
        ),
        (
            Some("secretRepositories=file\n"),
            "Km.Password=[plain]\n",
            "only plain text",
        ),
    ] {
        match configuration {
            Some(content) => machine.write(CONFIGURATION, content),
            None => fs::remove_file(machine.path(CONFIGURATION)).unwrap(),
        }
        machine.write(VALUES, values);
        let found = machine.look(Some(&asked));
        assert_eq!(
            codes(&found),
            ["changed-since", "vault-half-configured"],
            "{found:#?}"
        );
        let finding = &found.findings[1];
        assert!(finding.message.contains(message), "{message}: {finding:#?}");
        helps(finding, "bin/ciphertool.sh -Dconfigure");
    }
}

#[test]
fn a_name_that_does_not_resolve() {
    let machine = Machine::healthy();
    machine.edit("hosts", "192.0.2.6 km.test", "# 192.0.2.6 km.test");
    let found = machine.look(Some(CLUSTER));
    let finding = only(&found, "host-unknown", &["`km.test`", "name not known"]);
    assert!(
        finding
            .places
            .iter()
            .any(|place| place.text == "key_manager.server_url")
    );
    helps(
        finding,
        "apim-patch render hosts --file cluster.toml --node gw-1 --into",
    );
    helps(finding, "192.0.2.6 km.test");
    // Its own.
    let machine = Machine::healthy();
    machine.edit("hosts", "gw.test", "other.test");
    let found = machine.look(Some(CLUSTER));
    let finding = only(&found, "host-unknown", &["`gw.test`"]);
    assert!(
        finding
            .places
            .iter()
            .any(|place| place.text == "server.host_name")
    );
}

#[test]
fn a_name_that_no_load_balancer_has() {
    let asked =
        format!("{CLUSTER}\"tm 1\" = {{ profile = \"traffic-manager\", host = \"tm.test\" }}\n");
    let machine = Machine::stock();
    machine.apply(&asked);
    let found = machine.look(Some(&asked));
    let finding = only(&found, "host-unknown", &["`tm.test`"]);
    // It would not write a line for that.
    let help = finding.help.join("\n");
    assert!(!help.contains("render hosts"), "{help}");
    helps(finding, "its address and `tm.test`");
}

#[test]
fn names_that_nobody_needs() {
    let store = "https://localhost:${mgt.transport.https.port}/store";
    let machine = Machine::healthy();
    // A gateway does not call the store, and what is off calls nobody.
    machine.edit(API_MANAGER, store, "https://store.test/store");
    machine.edit(
        API_MANAGER,
        "tcp://localhost:7612",
        "tcp://analytics.test:7612",
    );
    assert_eq!(codes(&machine.look(Some(CLUSTER))), ["changed-since"]);
    // Of a home of which nothing is known, everything that is on counts.
    let machine = Machine::stock();
    machine.edit(API_MANAGER, store, "https://store.test/store");
    machine.edit(
        API_MANAGER,
        "tcp://localhost:7612",
        "tcp://analytics.test:7612",
    );
    only(&machine.look(None), "host-unknown", &["`store.test`"]);
    machine.edit(
        API_MANAGER,
        "<Enabled>false</Enabled>\n        <StreamProcessorServerURL>",
        "<Enabled>true</Enabled>\n        <StreamProcessorServerURL>",
    );
    let found = machine.look(None);
    assert_eq!(
        codes(&found),
        ["host-unknown", "host-unknown"],
        "{found:#?}"
    );
}

#[test]
fn a_name_that_leads_elsewhere() {
    let machine = Machine::healthy();
    machine.edit("hosts", "192.0.2.6 km.test", "192.0.2.99 km.test");
    let found = machine.look(Some(CLUSTER));
    let finding = only(
        &found,
        "host-elsewhere",
        &["`km.test` resolves to 192.0.2.99", "192.0.2.6"],
    );
    assert_eq!(places(finding)[..2], ["hosts:3", "cluster.toml:10"]);
    assert_eq!(finding.severity, Severity::Warning);
}

#[test]
fn a_folder_that_is_not_shared() {
    let machine = Machine::healthy();
    machine.write("proc/self/mountinfo", "1 0 8:1 / / rw - xfs /dev/sda1 rw\n");
    let found = machine.look(Some(CLUSTER));
    let finding = only(&found, "folder-not-shared", &["xfs", "2 gateways"]);
    helps(
        finding,
        "repository/deployment/server nfs4 rw,hard,_netdev 0 0",
    );
    helps(finding, "gateway-worker");
    assert_eq!(finding.severity, Severity::Error);
    // A single gateway needs nobody.
    let alone = CLUSTER.replace("gw-2 = {", "# gw-2 = {");
    assert_eq!(codes(&machine.look(Some(&alone))), Vec::<&str>::new());
    // A file for one node does not say how many there are.
    let one = "[key_manager]\nserver_url = \"https://km.test:443/services/\"\n\
               client = \"WSClient\"\n[server]\nhost_name = \"gw.test\"\nmgt_host_name = \"gw.test\"\n";
    let found = machine.look(Some(one));
    let finding = only(
        &found,
        "folder-not-shared",
        &["if there is another gateway"],
    );
    assert_eq!(finding.severity, Severity::Warning);
    // What lies beneath an overlay can't be told.
    machine.write(
        "proc/self/mountinfo",
        "1 0 8:1 / / rw - overlay overlay rw\n",
    );
    let found = machine.look(Some(CLUSTER));
    assert_eq!(codes(&found), Vec::<&str>::new());
    assert!(found.notes[0].contains("can't be told"), "{found:#?}");
}

#[test]
fn an_authority_that_is_not_trusted() {
    let machine = Machine::healthy();
    let store = crate::doctor::key_store::tests::store_of(&[b"other"]);
    machine.write(TRUST_STORE, store);
    let found = machine.look(Some(CLUSTER));
    let finding = only(
        &found,
        "ca-not-trusted",
        &["client-truststore.jks", "ca.pem", "`keys`"],
    );
    // As `sha256sum ca.pem` begins, which is what `render trust` names it by.
    helps(
        finding,
        "keytool -importcert -noprompt -alias apim-patch-f32c2cdd93ac1432 -file ",
    );
    helps(finding, "restart the server");
    // Without its certificate nobody can tell.
    let found = machine.look_with(Some(CLUSTER), &[]);
    assert_eq!(codes(&found), Vec::<&str>::new());
    assert!(found.notes[0].contains("holds 1 certificate"), "{found:#?}");
    for damaged in [&b"\xFE\xED\xFE\xED\0\0\0\x02\0\0\0\x09"[..], b"text"] {
        machine.write(TRUST_STORE, damaged);
        let found = machine.look(Some(CLUSTER));
        only(&found, "trust-store-unreadable", &["can't be read"]);
    }
    machine.write(TRUST_STORE, b"\x30\x82\x0A\x00encrypted");
    let found = machine.look(Some(CLUSTER));
    assert_eq!(codes(&found), Vec::<&str>::new());
    assert!(found.notes[0].contains("PKCS #12"), "{found:#?}");
    fs::remove_file(machine.path(TRUST_STORE)).unwrap();
    only(
        &machine.look(Some(CLUSTER)),
        "trust-store-unreadable",
        &["no such file"],
    );
    // Config files alone have no trust store.
    fs::remove_dir_all(machine.path("home/repository/resources")).unwrap();
    let found = machine.look(Some(CLUSTER));
    assert_eq!(codes(&found), Vec::<&str>::new());
    assert!(
        found.notes[0].contains("no repository/resources"),
        "{found:#?}"
    );
}

/// A process that was started this long after the machine.
fn process(machine: &Machine, number: u32, ticks: u64) {
    let stat = format!("{number} (a) b) S 1 1 1 0 -1 4 0 0 0 0 1 1 0 0 20 0 9 0 {ticks} 99 1\n");
    machine.write(&format!("proc/{number}/stat"), stat);
    machine.write(&format!("proc/{number}/comm"), "java\n");
}

#[test]
fn a_server_that_was_not_restarted() {
    let machine = Machine::healthy();
    machine.write("home/wso2carbon.pid", "4711\n");
    process(&machine, 4711, 500);
    let found = machine.look(Some(CLUSTER));
    let finding = only(
        &found,
        "not-restarted",
        &["process 4711", "java", "2001-09-09 01:46:45Z"],
    );
    // A gateway runs all of the product.
    let restart = &finding.help[0];
    assert!(restart.ends_with("bin/wso2server.sh restart"), "{restart}");
    helps(
        finding,
        "apim-patch render start --file cluster.toml --node gw-1",
    );
    helps(finding, "apim-patch explain --file cluster.toml");
    // Started since: in the year 2100.
    process(&machine, 4711, 310_000_000_000);
    assert_eq!(codes(&machine.look(Some(CLUSTER))), Vec::<&str>::new());
    // No such process.
    fs::remove_dir_all(machine.path("proc/4711")).unwrap();
    assert_eq!(codes(&machine.look(Some(CLUSTER))), Vec::<&str>::new());
    // A process of which nothing is shown.
    fs::create_dir(machine.path("proc/4711")).unwrap();
    let found = machine.look(Some(CLUSTER));
    assert_eq!(codes(&found), Vec::<&str>::new());
    assert!(found.notes[0].contains("can't be told"), "{found:#?}");
}

#[test]
fn a_server_is_restarted_as_what_it_is() {
    let keys = CLUSTER
        .replace(
            "gw-2 = { profile = \"gateway\"",
            "gw-2 = { profile = \"key-manager\"",
        )
        .replace("gw-1", "gw-3")
        .replace("gw-2", "gw-1");
    let machine = Machine::stock();
    machine.apply(&keys);
    machine.write("home/wso2carbon.pid", "4711\n");
    process(&machine, 4711, 500);
    let found = machine.look(Some(&keys));
    let finding = only(&found, "not-restarted", &["process 4711"]);
    helps(finding, "restart -Dprofile=api-key-manager");
}

/// Somebody listens on a port of any address.
fn listen(machine: &Machine, port: u16) {
    let line = format!(
        "   0: 00000000:{port:04X} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 815 1\n"
    );
    machine.write("proc/net/tcp", line);
}

#[test]
fn a_port_that_somebody_else_has() {
    let machine = Machine::healthy();
    listen(&machine, 8243);
    let found = machine.look(Some(CLUSTER));
    let finding = only(
        &found,
        "port-taken",
        &["8243", "API calls", "only root can see"],
    );
    helps(finding, "ss -ltnp");
    process(&machine, 99, 1);
    fs::create_dir(machine.path("proc/99/fd")).unwrap();
    std::os::unix::fs::symlink("socket:[815]", machine.path("proc/99/fd/7")).unwrap();
    let found = machine.look(Some(CLUSTER));
    let finding = only(
        &found,
        "port-taken",
        &["process 99", "`java`", "0.0.0.0:8243"],
    );
    helps(finding, "end process 99");
    // Another home's server, and its own, whose number was lost.
    machine.write("proc/99/cmdline", "java\0-Dcarbon.home=/opt/other\0");
    helps(
        only(&machine.look(Some(CLUSTER)), "port-taken", &[]),
        "/opt/other",
    );
    let own = format!("java\0-Dcarbon.home={}\0", machine.path("home").display());
    machine.write("proc/99/cmdline", own);
    assert_eq!(codes(&machine.look(Some(CLUSTER))), Vec::<&str>::new());
    fs::remove_file(machine.path("proc/99/cmdline")).unwrap();
    // A server that runs has its ports.
    machine.write("home/wso2carbon.pid", "12\n");
    process(&machine, 12, 310_000_000_000);
    assert_eq!(codes(&machine.look(Some(CLUSTER))), Vec::<&str>::new());
    fs::remove_file(machine.path("home/wso2carbon.pid")).unwrap();
    // Of another profile, and with another offset, these are nobody's.
    listen(&machine, 9611);
    assert_eq!(codes(&machine.look(Some(CLUSTER))), Vec::<&str>::new());
    machine.edit(
        "home/repository/conf/carbon.xml",
        "<Offset>0<",
        "<Offset>3<",
    );
    listen(&machine, 9446);
    let found = machine.look(Some(CLUSTER));
    assert_eq!(codes(&found), ["changed-since", "port-taken"], "{found:#?}");
}
