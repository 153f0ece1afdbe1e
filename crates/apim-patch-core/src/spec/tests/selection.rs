//! What wins, and what is read.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;

#[test]
fn what_the_profile_fixes() {
    let selection = selected(Some(GATEWAY), &NOTHING).unwrap();
    assert_eq!(
        settings(&selection, show),
        [
            "key_manager.server_url = https://km.example.com:9443/services/ (conf/f.toml:3:14)",
            "key_manager.client = WSClient (conf/f.toml:4:10)",
            "key_manager.thrift.enable_server = false (profile gateway)",
            "throttling.policy_deployer.enable = false (profile gateway)",
            "jms.event_publisher = false (profile gateway)",
            "server.host_name = gw.example.com (conf/f.toml:6:13)",
            "server.mgt_host_name = gw.example.com (conf/f.toml:7:17)",
            "proxy.http_port = 80 (profile gateway)",
            "proxy.https_port = 443 (profile gateway)",
        ]
    );
}

#[test]
fn the_nearer_source_wins() {
    let text = r#"
        [profiles.gateway]
        proxy.http_port = 1
        proxy.https_port = 1
        server.port_offset = 1
        jwt.enable = true
        [profiles.store]
        clustering.enable = true
        [nodes.a]
        profile = "gateway"
        host = "10.0.0.11"
        proxy.https_port = 2
        server.port_offset = 2
        jwt.enable = { absent = true }
    "#;
    let options = [
        SetOption::Literal("server.port_offset=3".into()),
        SetOption::Environment("key_manager.password=PW".into()),
        SetOption::File("key_manager.username=user.txt".into()),
    ];
    let asked = Asked {
        profile: None,
        options: &options,
        ..NOTHING
    };
    let selection = selected(Some(text), &asked).unwrap();
    assert_eq!(selection.node.as_deref(), Some("a"));
    let mut got = settings(&selection, show);
    got.retain(|line| !line.ends_with("(profile gateway)"));
    assert_eq!(
        got,
        [
            "jwt.enable = absent (conf/f.toml:14:22)",
            "key_manager.username = file `user.txt` (--set-file)",
            "key_manager.password = environment variable `PW` (--set-env)",
            "server.port_offset = 3 (--set)",
            "proxy.http_port = 1 (conf/f.toml:3:27)",
            "proxy.https_port = 2 (conf/f.toml:12:28)",
        ]
    );
}

#[test]
fn node_and_profile() {
    const NODES: &str = r#"
        [profiles.gateway]
        jwt.enable = true
        [nodes]
        a = { profile = "gateway", host = "10.0.0.11", home = "/opt/a" }
        b = { profile = "gateway", host = "gw-1.EXAMPLE.com", home = "/opt/b" }
        c = { profile = "gateway", host = "10.0.0.12" }
        d = { profile = "api-store", host = "10.0.0.13" }
        e = { host = "10.0.0.14" }
    "#;
    for (profile, node, home, expect) in [
        (None, None, "/opt/a", Ok("a")),
        (None, None, "/opt/b", Ok("b")),
        (Some("gateway"), Some("c"), "/opt/a", Ok("c")),
        (Some("gateway"), Some("e"), "/opt/a", Ok("e")),
        (None, None, "/opt/c", Err("node-not-told")),
        (None, Some("x"), "/opt/a", Err("unknown-node")),
        (Some("store"), Some("a"), "/opt/a", Err("profiles-differ")),
        // The product's own name and ours are one.
        (None, Some("d"), "/opt/a", Ok("d")),
        (Some("store"), Some("d"), "/opt/a", Ok("d")),
        (Some("api-store"), Some("d"), "/opt/a", Ok("d")),
        (Some("x"), Some("d"), "/opt/a", Err("unknown-profile")),
        (None, Some("e"), "/opt/a", Err("no-profile")),
    ] {
        let asked = Asked {
            profile,
            node,
            home,
            ..NOTHING
        };
        let got = selected(Some(NODES), &asked);
        let got = match &got {
            Ok(selection) => Ok(selection.node.as_deref().unwrap()),
            Err(problems) => Err(problems[0].code),
        };
        assert_eq!(got, expect, "{profile:?} {node:?} {home}");
    }
    let both = "[nodes]\na.host = '10.0.0.11'\nb.host = '10.0.0.11'\nc.host = 'x'";
    let problems = selected(Some(both), &NOTHING).unwrap_err();
    assert_eq!(
        problems[0].message,
        "conf/f.toml has more than one node for this machine and /opt/wso2am"
    );
    assert_eq!(
        problems[0].help[1],
        "nodes: a (host 10.0.0.11); b (host 10.0.0.11)"
    );
    let asked = Asked {
        node: Some("a"),
        ..NOTHING
    };
    assert_eq!(
        selected(Some(GATEWAY), &asked).unwrap_err()[0].code,
        "no-nodes"
    );
    assert_eq!(selected(None, &asked).unwrap_err()[0].code, "no-nodes");
}

#[test]
fn options() {
    for (options, expect) in [
        (
            &["jwt.enable"][..],
            "set-argument --set takes KEY=VALUE, and its argument has no `=`",
        ),
        (
            &["jwt.enabled=true"],
            "unknown-key --set: unknown key `jwt.enabled` | did you mean `jwt.enable`?",
        ),
        (
            &["jwt.enable=yes"],
            "wrong-value --set: `jwt.enable` must be `true` or `false`, not `yes`",
        ),
        (
            &["proxy.http_port=1", "proxy.http_port=2"],
            "set-twice `proxy.http_port` is given twice, by --set (1) and by --set (2), with different values | keep one of them",
        ),
        (
            &["clustering.members=a"],
            "member-without-port `clustering.members` lists a without a port | write a:4000, or set `clustering.local_member_port`",
        ),
    ] {
        let options: Vec<_> = options
            .iter()
            .map(|text| SetOption::Literal((*text).into()))
            .collect();
        let asked = Asked {
            options: &options,
            ..NOTHING
        };
        assert_eq!(lines(&selected(Some(GATEWAY), &asked).unwrap_err()), expect);
    }
    let options = [SetOption::Literal("key_manager.password=canary".into())];
    let asked = Asked {
        options: &options,
        ..NOTHING
    };
    let selection = selected(None, &asked).unwrap();
    assert!(!format!("{selection:?}").contains("canary"));
    assert!(selection.warnings[0].help[0].contains("--set-env or --set-file"));
}

#[test]
fn nothing_asked() {
    for text in ["", "# nothing\n", "version = '2.1.0'", "[key_manager]"] {
        assert_eq!(
            selected(Some(text), &NOTHING).unwrap_err()[0].code,
            "nothing-asked",
            "{text}"
        );
    }
    let options = [SetOption::Literal("jwt.enable=true".into())];
    let asked = Asked {
        options: &options,
        ..NOTHING
    };
    assert!(selected(Some(""), &asked).is_ok());
}

#[test]
fn ports_of_members() {
    let text =
        "clustering.members = ['a', 'b:1', 'a:4000', '::1']\nclustering.local_member_port = 4000";
    let selection = selected(Some(text), &NOTHING).unwrap();
    let members = settings(&selection, show).pop();
    assert_eq!(
        members.as_deref(),
        Some("clustering.members = a:4000, b:1, [::1]:4000 (conf/f.toml:1:22)")
    );
}

#[test]
fn references() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("km.secret");
    fs::write(&secret, "s3cret\r\n").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o640)).unwrap();
    let text = format!(
        "{GATEWAY}[[patch]]\nfile = 'a.xml'\nselect = '/a'\nset = {{ env = 'USER_NAME' }}\n"
    )
    .replace(
        "client =",
        "password = { file = 'km.secret' }\nusername = { env = 'USER_NAME' }\nclient =",
    );
    let file = DeploymentFile::parse(&folder.path().join("f.toml"), text.as_bytes()).unwrap();
    let choose = || {
        let choice = Choice {
            profile: Some("gateway"),
            node: None,
            options: &[],
            partial: false,
            home: Path::new("/"),
            machine: &Machine::default(),
        };
        select(Some(&file), &choice).unwrap()
    };
    let resolved = resolve(choose(), &|name| {
        (name == "USER_NAME").then(|| "admin".into())
    })
    .unwrap();
    let literal = |key: &str| {
        let setting = resolved
            .settings
            .iter()
            .find(|setting| setting.row.key == key)
            .unwrap();
        match &setting.requested {
            Requested::Value(value) => value.literal.to_text().unwrap().to_string(),
            Requested::Absent => panic!("{key}"),
        }
    };
    assert_eq!(literal("key_manager.username"), "admin");
    assert_eq!(literal("key_manager.password"), "s3cret");
    assert!(!format!("{resolved:?}").contains("s3cret"));
    assert_eq!(resolved.warnings.len(), 1);
    assert!(
        resolved.warnings[0].message.contains("mode 0640"),
        "{:?}",
        resolved.warnings
    );

    fs::write(&secret, "s3c\u{1}ret").unwrap();
    let problems = resolve(choose(), &|_| Some(OsString::from(""))).unwrap_err();
    let codes: Vec<_> = problems
        .iter()
        .filter(|problem| problem.is_error())
        .map(|p| p.code)
        .collect();
    assert_eq!(codes, ["wrong-value", "wrong-value"]);
    assert!(!format!("{problems:?}").contains("s3c"), "{problems:?}");

    fs::remove_file(&secret).unwrap();
    let problems = resolve(choose(), &|_| None).unwrap_err();
    let messages: Vec<_> = problems
        .iter()
        .map(|problem| problem.message.clone())
        .collect();
    assert_eq!(
        messages[0],
        "`key_manager.username`: environment variable `USER_NAME` is not set"
    );
    assert!(messages[1].ends_with("km.secret`: no such file or directory"));
    assert_eq!(
        messages[2],
        "`set`: environment variable `USER_NAME` is not set"
    );
}

#[test]
fn what_the_profile_requires() {
    let resolved = |text: &str, partial| {
        let asked = Asked { partial, ..NOTHING };
        resolve(selected(Some(text), &asked).unwrap(), &|_| None)
    };
    let problems = resolved("jwt.enable = true", false).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(
        problems[0].message,
        "profile `gateway` requires `key_manager.server_url`, `key_manager.client`, \
         `server.host_name`, `server.mgt_host_name`, which nobody gave"
    );
    assert_eq!(problems[0].help[1], "key_manager.client = \"WSClient\"");
    assert!(resolved("jwt.enable = true", true).is_ok());

    let thrift = GATEWAY
        .replace("WSClient", "ThriftClient")
        .replace(":9443", "");
    let codes = |problems: Vec<Diagnostic>| problems.iter().map(|p| p.code).collect::<Vec<_>>();
    assert_eq!(
        codes(resolved(&thrift, false).unwrap_err()),
        ["missing-settings", "port-required"]
    );
    assert_eq!(
        codes(resolved(&thrift, true).unwrap_err()),
        ["port-required"]
    );
    let complete = GATEWAY.replace("WSClient", "ThriftClient")
        + "[key_manager.thrift]\nserver_host = 'km.example.com'";
    assert!(resolved(&complete, false).is_ok());
}
