//! `render certs` and `render trust`: what is made, and above all what is kept.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::harness::{Home, Run, Tool};

const NODES: &str = r#"
[nodes]
gw = { profile = "gateway", host = "192.0.2.11", behind = "front" }
km = { profile = "key-manager", host = "192.0.2.12", behind = "keys" }
"#;

const FRONT: &str = r#"
version = "2.6.0"
[load_balancers.front]
host_name     = "API.example.com"
mgt_host_name = "console.example.com"
servlet       = { https = 443 }
"#;

const KEYS: &str = r#"
[load_balancers.keys]
host_name     = "192.0.2.6"
mgt_host_name = "192.0.2.6"
servlet       = { https = 443 }
"#;

/// A place with a deployment file and, later, certificates.
struct Place(Home);

impl Place {
    fn new() -> Self {
        Self::with(&format!("{FRONT}{KEYS}{NODES}"))
    }

    fn with(deployment: &str) -> Self {
        let home = Home::empty();
        home.write("cluster.toml", deployment);
        Self(home)
    }

    fn render(&self, subject: &str) -> Tool {
        let file = self.0.file("cluster.toml");
        Tool::new("render").args([subject, "--file"]).arg(file)
    }

    /// With the keys that are quicker to make.
    fn certs(&self, more: &[&str]) -> Run {
        let tool = self.render("certs").args(["--key", "ecdsa", "--out"]);
        tool.arg(self.folder()).args(more).run()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.file("certs").join(name)
    }

    fn folder(&self) -> PathBuf {
        self.0.file("certs")
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    /// Every file with its content, inode and time.
    fn state(&self) -> BTreeMap<String, (Vec<u8>, u64, i64, i64)> {
        let entries = fs::read_dir(self.folder()).unwrap();
        let one = |entry: fs::DirEntry| {
            let is = entry.metadata().unwrap();
            let content = fs::read(entry.path()).unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, (content, is.ino(), is.mtime(), is.mtime_nsec()))
        };
        entries.map(|entry| one(entry.unwrap())).collect()
    }

    fn names(&self) -> Vec<String> {
        self.state().into_keys().collect()
    }
}

fn openssl(words: &[&str], file: &Path) -> Output {
    Command::new("openssl")
        .args(words)
        .arg(file)
        .output()
        .unwrap()
}

fn has_openssl() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok();
    if !there {
        eprintln!("SKIPPED: needs `openssl`, which is not here");
    }
    there
}

/// What openssl reads in a certificate.
fn described(file: &Path) -> String {
    let output = openssl(&["x509", "-noout", "-text", "-in"], file);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn verifies(authority: &Path, file: &Path) -> bool {
    let authority = authority.to_str().unwrap();
    let words = [
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-CAfile",
        authority,
    ];
    openssl(&words, file).status.success()
}

#[test]
fn a_second_run_changes_nothing() {
    let place = Place::new();
    let run = place.certs(&[]);
    run.exits(0).says("ca.key: made").says("front.pem: made");
    let expected = [
        "ca.key",
        "ca.pem",
        "front.key",
        "front.pem",
        "keys.key",
        "keys.pem",
    ];
    assert_eq!(place.names(), expected);
    let before = place.state();
    for more in [&[][..], &["--key", "rsa"], &["--days", "90"]] {
        let tool = place.render("certs").arg("--out").arg(place.folder());
        tool.args(more).run().exits(0).says("certs: nothing to do");
        assert_eq!(place.state(), before, "{more:?}");
    }
    for key in ["ca.key", "front.key", "keys.key"] {
        run.conceals(place.text(key).lines().nth(1).unwrap());
    }
}

#[test]
fn another_program_reads_the_names_and_trusts_the_authority() {
    if !has_openssl() {
        return;
    }
    let place = Place::new();
    let tool = place.render("certs").arg("--out").arg(place.folder());
    tool.run().exits(0);
    for name in ["front.pem", "keys.pem"] {
        assert!(verifies(&place.file("ca.pem"), &place.file(name)), "{name}");
        assert_eq!(place.text(name).matches("BEGIN").count(), 1, "{name}");
    }
    let front = described(&place.file("front.pem"));
    for part in [
        "DNS:api.example.com, DNS:console.example.com\n",
        "Subject: CN = api.example.com",
        "Public-Key: (3072 bit)",
        "Digital Signature, Key Encipherment\n",
        "TLS Web Server Authentication\n",
        "CA:FALSE",
        "X509v3 Subject Key Identifier",
        "X509v3 Authority Key Identifier",
    ] {
        assert!(front.contains(part), "{part}: {front}");
    }
    let keys = described(&place.file("keys.pem"));
    assert!(keys.contains("    IP Address:192.0.2.6\n"), "{keys}");
    let authority = described(&place.file("ca.pem"));
    assert!(authority.contains("CA:TRUE, pathlen:0"), "{authority}");
    assert!(
        authority.contains("Certificate Sign, CRL Sign"),
        "{authority}"
    );
    for stem in ["front", "keys"] {
        let key = openssl(
            &["pkey", "-pubout", "-in"],
            &place.file(&format!("{stem}.key")),
        );
        let certificate = openssl(
            &["x509", "-noout", "-pubkey", "-in"],
            &place.file(&format!("{stem}.pem")),
        );
        assert_eq!(key.stdout, certificate.stdout, "{stem}");
    }
    // 825 days, not 826; and it is valid at once.
    let ends = |seconds: &str| {
        let words = ["x509", "-noout", "-checkend", seconds, "-in"];
        openssl(&words, &place.file("front.pem")).status.success()
    };
    assert!(ends(&(825 * 86_400 - 3_600).to_string()));
    assert!(!ends(&(825 * 86_400 + 3_600).to_string()));
}

#[test]
fn two_certificates_have_two_serial_numbers() {
    if !has_openssl() {
        return;
    }
    let place = Place::new();
    let serial = || {
        openssl(
            &["x509", "-noout", "-serial", "-in"],
            &place.file("front.pem"),
        )
        .stdout
    };
    place.certs(&[]).exits(0);
    let before = serial();
    fs::remove_file(place.file("front.pem")).unwrap();
    place.certs(&[]).exits(0);
    assert_ne!(serial(), before);
}

#[test]
fn self_signed_certificates_have_no_authority() {
    let place = Place::new();
    place.certs(&["--self-signed"]).exits(0);
    assert_eq!(
        place.names(),
        ["front.key", "front.pem", "keys.key", "keys.pem"]
    );
    let before = place.state();
    let again = place.certs(&["--self-signed"]);
    again.exits(0).says("nothing to do");
    // One that asks for an authority keeps them, and says so.
    let other = place.certs(&[]);
    other.exits(0).says("is not issued by").says("and is kept");
    assert_eq!(place.state(), before);
    if has_openssl() {
        let front = place.file("front.pem");
        let words = ["verify", "-CAfile", front.to_str().unwrap()];
        assert!(openssl(&words, &front).status.success());
        let front = described(&front);
        assert!(front.contains("id-ecPublicKey"), "{front}");
        assert!(front.contains("DNS:console.example.com"), "{front}");
    }
}

#[test]
fn keys_are_for_their_owner_whatever_the_mask() {
    for mask in ["000", "022", "077"] {
        let place = Place::new();
        let line = format!(
            "umask {mask}; exec \"$0\" render certs --key ecdsa --file \"$1\" --out \"$2\""
        );
        let run = Command::new("sh")
            .args(["-c", &line, env!("CARGO_BIN_EXE_apim-patch")])
            .arg(place.0.file("cluster.toml"))
            .arg(place.folder())
            .output();
        assert!(run.unwrap().status.success());
        let mode = |name: &str| fs::metadata(place.file(name)).unwrap().mode() & 0o777;
        for key in ["ca.key", "front.key", "keys.key"] {
            assert_eq!(mode(key), 0o600, "umask {mask}: {key}");
        }
        let folder = fs::metadata(place.folder()).unwrap().mode() & 0o777;
        assert_eq!(folder, 0o700, "umask {mask}");
        assert_eq!(mode("front.pem") & 0o022, 0, "umask {mask}");
    }
}

#[test]
fn a_key_that_others_can_read_is_warned_of() {
    let place = Place::new();
    place.certs(&[]).exits(0);
    let open = fs::Permissions::from_mode(0o644);
    fs::set_permissions(place.file("front.key"), open).unwrap();
    let run = place.certs(&[]);
    run.exits(0).says("everybody can read").says("front.key");
}

#[test]
fn a_new_load_balancer_gets_what_it_lacks() {
    let place = Place::with(&format!(
        "{FRONT}[nodes]\ngw = {{ profile = \"gateway\", host = \"192.0.2.11\", behind = \"front\" }}\n"
    ));
    place.certs(&[]).exits(0);
    let before = place.state();
    place
        .0
        .write("cluster.toml", format!("{FRONT}{KEYS}{NODES}"));
    place.certs(&[]).exits(0).says("keys.pem: made");
    let mut after = place.state();
    assert!(after.remove("keys.key").is_some() && after.remove("keys.pem").is_some());
    assert_eq!(after, before);
    if has_openssl() {
        assert!(verifies(&place.file("ca.pem"), &place.file("keys.pem")));
    }
}

/// Each file alone can get lost; the others stay what they are.
#[test]
fn a_certificate_that_is_lost_is_issued_for_its_key() {
    let place = Place::new();
    place.certs(&[]).exits(0);
    for lost in ["front.pem", "ca.pem"] {
        let before = place.state();
        fs::remove_file(place.file(lost)).unwrap();
        place.certs(&[]).exits(0).says(&format!("{lost}: made"));
        let after = place.state();
        for (name, state) in &before {
            assert_eq!(after.get(name) == Some(state), name != lost, "{name}");
        }
        if has_openssl() {
            // What the old certificate of the authority has issued, too.
            assert!(
                verifies(&place.file("ca.pem"), &place.file("front.pem")),
                "{lost}"
            );
            assert!(
                verifies(&place.file("ca.pem"), &place.file("keys.pem")),
                "{lost}"
            );
        }
    }
}

#[test]
fn names_that_have_changed_are_certified_with_the_same_key() {
    let place = Place::new();
    place.certs(&[]).exits(0);
    let before = place.state();
    place
        .0
        .edit("cluster.toml", "console.example.com", "admin.example.com");
    let run = place.certs(&[]);
    run.exits(0)
        .says("front.pem: issued anew, for the same key");
    let after = place.state();
    for (name, state) in &before {
        assert_eq!(
            after.get(name) == Some(state),
            name != "front.pem",
            "{name}"
        );
    }
    if has_openssl() {
        let front = described(&place.file("front.pem"));
        assert!(
            front.contains("DNS:api.example.com, DNS:admin.example.com\n"),
            "{front}"
        );
    }
    // Case is no change.
    place
        .0
        .edit("cluster.toml", "admin.example.com", "Admin.Example.COM");
    place.certs(&[]).exits(0).says("nothing to do");
    assert_eq!(place.state(), after);
}

/// Less than thirty days from the start are not soon.
#[test]
fn short_certificates_are_not_issued_anew_by_every_run() {
    let place = Place::new();
    place.certs(&["--days", "20"]).exits(0);
    let before = place.state();
    place
        .certs(&["--days", "20"])
        .exits(0)
        .says("nothing to do");
    assert_eq!(place.state(), before);
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let (place, other) = (Place::new(), Place::new());
    place.certs(&[]).exits(0);
    other.certs(&[]).exits(0);
    for (name, word) in [
        ("ca.pem", "ca.key"),
        ("ca.key", "ca.pem"),
        ("front.pem", "front.key"),
    ] {
        let own = fs::read(place.file(name)).unwrap();
        fs::copy(other.file(name), place.file(name)).unwrap();
        fs::remove_file(place.file("keys.pem")).unwrap();
        let before = place.state();
        let run = place.certs(&[]);
        run.exits(2)
            .says("is not the certificate of the key")
            .says(word);
        assert_eq!(place.state(), before, "{name}");
        fs::write(place.file(name), own).unwrap();
        place.certs(&[]).exits(0).says("keys.pem: made");
    }
}

#[test]
fn a_certificate_without_its_key_is_kept() {
    let place = Place::new();
    place.certs(&[]).exits(0);
    fs::remove_file(place.file("front.key")).unwrap();
    let before = place.state();
    place
        .certs(&[])
        .exits(2)
        .says("is there without")
        .says("front.key");
    assert_eq!(place.state(), before);
}

/// The authority's key may be kept elsewhere until something is to be issued.
#[test]
fn an_authority_without_its_key() {
    let place = Place::new();
    place.certs(&[]).exits(0);
    fs::remove_file(place.file("ca.key")).unwrap();
    place.certs(&[]).exits(0).says("nothing to do");
    fs::remove_file(place.file("front.pem")).unwrap();
    let before = place.state();
    place
        .certs(&[])
        .exits(2)
        .says("ca.pem")
        .says("put the key back");
    assert_eq!(place.state(), before);
}

#[test]
fn another_issuers_certificate_is_kept() {
    let (place, other) = (Place::new(), Place::new());
    place.certs(&[]).exits(0);
    other.certs(&[]).exits(0);
    for name in ["front.key", "front.pem"] {
        fs::copy(other.file(name), place.file(name)).unwrap();
    }
    let before = place.state();
    place
        .certs(&[])
        .exits(0)
        .says("is not issued by")
        .says("nothing to do");
    place
        .0
        .edit("cluster.toml", "console.example.com", "admin.example.com");
    place
        .certs(&[])
        .exits(0)
        .says("although it is for")
        .says("admin.example.com");
    assert_eq!(place.state(), before);
}

/// A company's issuing authority is no root: what leads to the root comes with the certificate.
#[test]
fn what_leads_to_the_root_stands_behind_the_certificate() {
    if !has_openssl() {
        return;
    }
    let place = Place::new();
    fs::create_dir(place.folder()).unwrap();
    let script = "set -e; cd \"$0\"
        printf 'basicConstraints=critical,CA:TRUE\\nkeyUsage=critical,keyCertSign\\nsubjectKeyIdentifier=hash\\nauthorityKeyIdentifier=keyid' > extensions
        openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 900 -subj /CN=root
        openssl req -newkey rsa:2048 -nodes -keyout certs/ca.key -out ca.csr -subj /CN=issuing
        openssl x509 -req -in ca.csr -CA root.pem -CAkey root.key -set_serial 5 -days 800 -extfile extensions -out issuing.pem
        cat issuing.pem root.pem > certs/ca.pem";
    let made = Command::new("sh")
        .args(["-c", script])
        .arg(place.0.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    place.certs(&[]).exits(0);
    let front = place.text("front.pem");
    assert_eq!(front.matches("BEGIN CERTIFICATE").count(), 2);
    let root = place.0.file("root.pem");
    let words = ["verify", "-CAfile", root.to_str().unwrap(), "-untrusted"];
    let chain = place.file("front.pem");
    let words = [&words[..], &[chain.to_str().unwrap()]].concat();
    let verified = openssl(&words, &chain);
    assert!(verified.status.success(), "{verified:?}");
    place.certs(&[]).exits(0).says("nothing to do");
    // A certificate does not outlive its issuer.
    let words = ["x509", "-noout", "-checkend", "69400000", "-in"];
    assert!(!openssl(&words, &chain).status.success());
}

#[test]
fn links_are_neither_followed_nor_replaced() {
    for name in ["ca.key", "ca.pem", "front.key", "front.pem"] {
        let place = Place::new();
        fs::create_dir(place.folder()).unwrap();
        let elsewhere = place.0.aside("elsewhere", "");
        fs::remove_file(&elsewhere).unwrap();
        symlink(&elsewhere, place.file(name)).unwrap();
        place.certs(&[]).exits(2).says(name).says("no regular file");
        assert!(!elsewhere.exists(), "{name}");
        let names: Vec<_> = fs::read_dir(place.folder()).unwrap().collect();
        assert_eq!(names.len(), 1, "{name}");
    }
}

#[test]
fn files_that_hold_something_else_are_refused() {
    for (name, content) in [
        ("front.key", "no key"),
        (
            "front.key",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        ),
        ("front.pem", "no certificate"),
        (
            "ca.pem",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ),
        ("ca.key", "\u{0}"),
    ] {
        let place = Place::new();
        fs::create_dir(place.folder()).unwrap();
        fs::write(place.file(name), content).unwrap();
        place.certs(&[]).exits(2).says(name);
        assert_eq!(place.text(name), content);
        assert_eq!(place.names(), [name]);
    }
}

/// A name of a load balancer is no way out of the folder.
#[test]
fn names_that_are_none_of_files_are_refused() {
    for name in [
        "../out",
        "a/b",
        "..",
        ".hidden",
        "ca",
        "CA",
        r"nul\u0000",
        r"tab\t",
    ] {
        let front = FRONT.replace(".front]", &format!(".\"{name}\"]"));
        let nodes = NODES.replace("front", name);
        let place = Place::with(&format!("{front}{KEYS}{nodes}"));
        let run = place.certs(&[]);
        run.exits(2);
        assert!(!place.folder().exists(), "{name}");
        assert_eq!(fs::read_dir(place.0.beside()).unwrap().count(), 1, "{name}");
    }
}

#[test]
fn without_a_folder_there_are_no_keys() {
    let place = Place::new();
    let run = place.render("certs").run();
    run.exits(2).says("--out").conceals("PRIVATE KEY");
    for days in ["0", "3651", "x"] {
        place.certs(&["--days", days]).exits(2).says("--days");
    }
}

#[test]
fn load_balancers_without_tls_need_no_certificate() {
    let front = FRONT.replace("{ https = 443 }", "{ http = 80 }");
    let place = Place::with(&format!("{front}{KEYS}{NODES}"));
    place.certs(&[]).exits(0);
    assert_eq!(place.names(), ["ca.key", "ca.pem", "keys.key", "keys.pem"]);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let place = Place::new();
    fs::write(place.folder(), "").unwrap();
    place.certs(&[]).exits(5).says("certs");
}

/// With the real keytool, on a trust store of its own format.
#[test]
fn nodes_trust_the_authority_once() {
    let there = Command::new("keytool").arg("-help").output().is_ok();
    if !there {
        eprintln!("SKIPPED: needs `keytool`, which is not here");
        return;
    }
    let place = Place::new();
    let home = place.0.file("it's a home");
    let home = home.to_str().unwrap();
    place.0.edit(
        "cluster.toml",
        "behind = \"front\" }",
        &format!("behind = \"front\", home = \"{home}\" }}"),
    );
    place.certs(&[]).exits(0);
    let keytool = |words: &[&str]| Command::new("keytool").args(words).output().unwrap();
    let folder = Path::new(home).join("repository/resources/security");
    fs::create_dir_all(&folder).unwrap();
    let store = folder.join("client-truststore.jks");
    let store_name = store.to_str().unwrap();
    let password = ["-storepass", "wso2carbon", "-keystore", store_name];
    let other = place.file("front.pem");
    let import = [
        "-importcert",
        "-noprompt",
        "-storetype",
        "JKS",
        "-alias",
        "other",
        "-file",
        other.to_str().unwrap(),
    ];
    assert!(keytool(&[&import[..], &password].concat()).status.success());

    let out = place.0.file("out");
    let script = place
        .render("trust")
        .args(["--node", "gw", "--ca"])
        .arg(place.file("ca.pem"));
    script.arg("--out").arg(&out).run().exits(0);
    let run = |password: Option<&str>| {
        let mut sh = Command::new("sh");
        sh.arg(out.join("trust.sh"))
            .env_remove("APIM_TRUSTSTORE_PASSWORD");
        if let Some(password) = password {
            sh.env("APIM_TRUSTSTORE_PASSWORD", password);
        }
        sh.output().unwrap()
    };
    let without = run(None);
    let said = String::from_utf8_lossy(&without.stderr).into_owned();
    assert!(
        said.contains("is to be the password of the trust store"),
        "{said}"
    );
    assert!(!said.contains("[OPTION]"), "{said}");
    let run = |password| run(password).status.success();
    let before = fs::read(&store).unwrap();
    assert!(!run(None) && !run(Some("wrong-password")));
    assert_eq!(fs::read(&store).unwrap(), before);
    assert!(run(Some("wso2carbon")));
    let trusted = fs::read(&store).unwrap();
    assert_ne!(trusted, before);
    let listed = || {
        let words = [&["-list", "-rfc"][..], &password].concat();
        let listed = String::from_utf8(keytool(&words).stdout).unwrap();
        listed.replace('\r', "")
    };
    assert!(listed().contains(place.text("ca.pem").lines().nth(3).unwrap()));
    assert!(run(Some("wso2carbon")));
    assert_eq!(fs::read(&store).unwrap(), trusted);
    // Another authority is trusted beside the first.
    for name in ["ca.key", "ca.pem"] {
        fs::remove_file(place.file(name)).unwrap();
    }
    fs::remove_file(place.file("keys.pem")).unwrap();
    place.certs(&[]).exits(0);
    assert!(run(Some("wso2carbon")));
    assert_eq!(listed().matches("BEGIN CERTIFICATE").count(), 3);
    // A store that is not there is not made.
    fs::remove_file(&store).unwrap();
    assert!(!run(Some("wso2carbon")));
    assert!(!store.exists());
}

#[test]
fn only_nodes_that_call_by_tls_have_to_trust() {
    let front = FRONT.replace("{ https = 443 }", "{ http = 80 }");
    let more = "tm = { profile = \"traffic-manager\", host = \"192.0.2.13\" }\n";
    let place = Place::with(&format!("{front}{KEYS}{NODES}{more}"));
    let run = place.render("trust").run();
    run.exits(0)
        .says(
            "# gw (gateway), on 192.0.2.11: 192.0.2.6
",
        )
        .says("ca=ca.pem");
    run.says("trust \"$CARBON_HOME\"/repository/resources/security/client-truststore.jks");
    let out = run.out();
    assert!(out.contains("# km ") && !out.contains("# tm "), "{out}");
    assert!(!out.contains("wso2carbon"), "{out}");
    let none = place.render("trust").args(["--node", "tm"]).run();
    none.exits(0).says("# Nothing to do");
    assert!(!none.out().contains("trust \""), "{}", none.out());
    place
        .render("trust")
        .args(["--node", "tn"])
        .run()
        .exits(2)
        .says("its nodes: gw, km, tm");
}
