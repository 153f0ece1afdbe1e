//! What a deployment file may hold.

use std::path::Path;

use super::*;

#[test]
fn keys_and_types() {
    for (text, expect) in [
        (
            "a = ",
            "toml-syntax:1:5 no valid TOML: string values must be quoted, expected literal string",
        ),
        ("xpaht = 1", "unknown-key:1:1 unknown key `xpaht`"),
        (
            "[key_manger]\nclient = 'x'",
            "unknown-key:1:2 unknown key `key_manger` | did you mean `key_manager`?",
        ),
        (
            "server.hostname = 'h'",
            "unknown-key:1:8 unknown key `server.hostname` | did you mean `host_name`?",
        ),
        (
            "'key_manager.client' = 'x'",
            "unknown-key:1:1 unknown key `key_manager.client` | did you mean `key_manager`?",
        ),
        (
            "proxy.http_port = 'eighty'",
            "wrong-value:1:19 `proxy.http_port` must be a whole number from 1 to 65535, not text | for instance 80",
        ),
        (
            "proxy.http_port = 0x10000",
            "wrong-value:1:19 `proxy.http_port` must be a whole number from 1 to 65535, not 65536 | for instance 80",
        ),
        (
            "proxy.http_port = 99999999999999999999",
            "wrong-value:1:19 `proxy.http_port` must be a whole number from 1 to 65535, not a number of that size | for instance 80",
        ),
        (
            "server.host_name = ['h']",
            "wrong-value:1:20 `server.host_name` must be a host name or address, not a list | for instance \"gw.example.com\"",
        ),
        (
            "clustering.members = ['a:1', 2]",
            "wrong-type:1:30 `clustering.members` must be a list of members such as [\"10.0.0.4:4000\"]",
        ),
        (
            "jwt = true",
            "wrong-type:1:7 `jwt` must be a table of settings, not a truth value | write `[jwt]` and the settings below it",
        ),
        (
            "jwt.enable.x = true",
            "wrong-type:1:12 `jwt.enable` must be a value or a reference, not such a table | as a table it is { env = \"NAME\" }, { file = \"PATH\" } or { absent = true }",
        ),
        (
            "jwt.enable = { env = 'E' }",
            "wrong-type:1:14 `jwt.enable` must be `true` or `false`, not a reference | only text can be kept in a variable or a file",
        ),
        (
            "jwt.enable = { absent = false }",
            "wrong-value:1:25 `jwt.enable`: `absent` must be true | leave the setting out where nothing is asked",
        ),
        (
            "server.host_name = { env = '' }",
            "wrong-value:1:28 `server.host_name`: `env` is empty",
        ),
        (
            "server.host_name = 'a\\b'\nproxy.http_port = 0",
            "wrong-value:1:20 `server.host_name` must be a host name or address: `\\` cannot stand in one | for instance \"gw.example.com\"\nwrong-value:2:19 `proxy.http_port` must be a whole number from 1 to 65535, not 0 | for instance 80",
        ),
        (
            "key_manager.username = \"a\\u0001\"",
            "wrong-value:1:24 `key_manager.username` holds U+0001 at index 1, which no XML file can hold | for instance \"admin\"",
        ),
        (
            "version = \"2.7.0\"",
            "unknown-version:1:11 unknown version `2.7.0` | known are 2.0.0, 2.1.0, 2.2.0, 2.5.0, 2.6.0; for other releases leave it out",
        ),
        (
            "profiles.gateway.jwt.enable = true",
            "table-without-nodes:1:1 `profiles` has no meaning in a file without `[nodes]` | a file for one node has its settings at the top",
        ),
        (
            "jwt.enable = true\n[nodes]",
            "settings-at-top:1:1 `jwt` stands at the top of a file with `[nodes]` | move it to `[profiles.PROFILE.jwt]` for every node of a profile, or to `[nodes.NAME.jwt]` for one node",
        ),
        (
            "[nodes.a]\nprofil = 'gateway'",
            "unknown-key:2:1 unknown key `profil` | did you mean `profile`?",
        ),
        (
            "nodes.a.profile = 'gatway'",
            "unknown-profile:1:19 unknown profile `gatway` | did you mean `gateway`?",
        ),
        (
            "nodes = 1",
            "wrong-type:1:9 `nodes` must be a table, not a whole number",
        ),
        (
            "[nodes]\n[profiles.publisher]\njwt.enable = 1",
            "wrong-value:3:14 `jwt.enable` must be `true` or `false`, not a whole number | for instance true",
        ),
    ] {
        check_refused(text, expect);
    }
}

#[test]
fn what_is_no_text() {
    let refused = |content: &[u8]| DeploymentFile::parse(Path::new("f"), content).unwrap_err();
    let problems = refused(b"a = 1\nb = 'gr\xfcn'");
    assert_eq!(problems[0].code, "not-utf-8");
    assert!(problems[0].message.contains("offset 13"), "{problems:?}");
    assert_eq!(problems[0].labels[0].spot.to_string(), "f:2:8");
    assert_eq!(refused(&vec![b' '; 2 << 20])[0].code, "too-large");
    assert_eq!(refused("[".repeat(100_000).as_bytes())[0].code, "too-deep");
    assert_eq!(
        refused(format!("a = {}", "{b=".repeat(100_000)).as_bytes())[0].code,
        "too-deep"
    );
    assert_eq!(
        refused(format!("{}b = 1", "a.".repeat(200_000)).as_bytes())[0].code,
        "too-deep"
    );
    let long = refused(format!("{} = 1", "a".repeat(1_000_000)).as_bytes());
    assert!(long[0].message.len() < 200);
    assert!(long[0].labels[0].spot.source_line.as_ref().unwrap().len() < 1000);

    let folder = tempfile::tempdir().unwrap();
    let codes = |path: &Path| DeploymentFile::read(path).unwrap_err()[0].code;
    assert_eq!(codes(folder.path()), "not-a-regular-file");
    assert_eq!(codes(Path::new("/dev/null")), "not-a-regular-file");
    let missing = DeploymentFile::read(&folder.path().join("x")).unwrap_err();
    assert!(
        missing[0]
            .message
            .ends_with("x`: no such file or directory"),
        "{missing:?}"
    );
}

#[test]
fn byte_order_mark_and_line_ends() {
    let text = format!("\u{FEFF}{}", GATEWAY.replace('\n', "\r\n"));
    let selection = selected(Some(&text), &NOTHING).unwrap();
    assert_eq!(selection.settings.len(), 9);
    let problems = parse("\u{FEFF}a = 1\r\nb = 1\r\n").unwrap_err();
    assert_eq!(problems[0].labels[0].spot.column, 1);
    assert_eq!(
        problems[1].labels[0].spot.source_line.as_deref(),
        Some("b = ******")
    );
}

#[test]
fn duplicates_show_both_places() {
    for (text, first) in [
        (
            "[jwt]\nenable = true\nenable = false",
            Some("conf/f.toml:2:1"),
        ),
        ("[jwt]\n[server]\n[jwt]", Some("conf/f.toml:1:2")),
        (
            "server.host_name = 'a'\nserver.host_name = 'b'",
            Some("conf/f.toml:1:8"),
        ),
        (
            "nodes.a.host = 'x'\nnodes.b.host = 'x'\nnodes.b.host = 'y'",
            Some("conf/f.toml:2:9"),
        ),
        (
            "[nodes.a]\nhost = 'x'\n[nodes.b]\nhost = 'x'\nhost = 'y'",
            Some("conf/f.toml:4:1"),
        ),
        ("jwt = { enable = true, enable = false }", None),
    ] {
        let problems = parse(text).unwrap_err();
        assert_eq!(problems[0].message, "no valid TOML: duplicate key");
        let place = problems[0]
            .labels
            .get(1)
            .map(|label| label.spot.to_string());
        assert_eq!(place.as_deref(), first, "{text}");
    }
}

#[test]
fn secrets_do_not_show() {
    for text in [
        "key_manager.password = 'canary'",
        "key_manager = { password = 'canary', usernam = 'x' }",
        "key_manager = { pasword = 'canary' }",
        "key_manager.password = ['canary']",
        "key_manager.password = \"canary\\u0001\"",
        "key_manager.password = 'canary",
        "key_manager.password = { value = 'canary' }",
        "[[patch]]\nfile = 'f.xml'\nselect = '/a'\nset = 'canary'\nsecret = true",
        "[[patch]]\nfile = 'f.xml'\nselect = '/a'\nset = 'canary' x\nsecret = true",
        "[[patch]]\nset = { env = 'E', x = 'canary' }",
        "[[patch]]\nfile = 'f.xml'\nselect = '/a'\ninsert = '<canary/>'\ninto = true\nsecret = true",
        "password = '''\ncanary\n",
    ] {
        let diagnostics = match parse(text) {
            Ok(file) => {
                assert!(!format!("{file:?}").contains("canary"), "{text}");
                file.warnings
            }
            Err(problems) => problems,
        };
        assert!(!diagnostics.is_empty());
        assert!(
            !format!("{diagnostics:?}").contains("canary"),
            "{diagnostics:?}"
        );
    }
    check_warned(
        "key_manager.password = 'p'",
        "plain-secret:1:24 `key_manager.password` is a secret, and whoever can read this file can \
         read it | keep it elsewhere: { env = \"NAME\" } or { file = \"PATH\" }",
    );
}
