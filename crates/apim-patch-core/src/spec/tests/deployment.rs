//! What a deployment's tables may hold.

use super::*;

/// Nodes that other tables can name.
const NODES: &str = "[nodes]\ngw = { profile = 'gateway', host = 'gw' }\n\
                     tm = { profile = 'traffic-manager', host = 'tm' }\n";

#[test]
fn keys_and_types() {
    for (table, expect) in [
        (
            "[load_balancers.a]\nhostname = 'h'",
            "unknown-key:2:1 unknown key `load_balancers.a.hostname` | did you mean `host_name`?",
        ),
        (
            "[load_balancers.a]\nservlet.https = 443",
            "host-name-not-told:1:17 load balancer `a` has no `host_name` | add the name by which it is \
             called: host_name = \"gw.example.com\"",
        ),
        (
            "[load_balancers.a]\nhost_name = 'http://h'",
            "wrong-value:2:13 `load_balancers.a.host_name` must be a host name or address alone, not a URL | \
             for instance \"gw.example.com\"",
        ),
        (
            "[load_balancers.a]\nhost_name = { absent = true }",
            "wrong-value:2:13 `load_balancers.a.host_name` cannot be absent | leave it out where nothing is asked",
        ),
        (
            "[load_balancers.a]\nhost_name = 'h'\nservlet = { https = 443, htp = 80 }",
            "unknown-key:3:26 unknown key `load_balancers.a.servlet.htp` | did you mean `http`?",
        ),
        (
            "[load_balancers.a]\nhost_name = 'h'\nwebsocket = { https = 443 }",
            "unknown-key:3:15 unknown key `load_balancers.a.websocket.https`",
        ),
        (
            "[load_balancers.a]\nhost_name = 'h'\ntraffic.http = 0",
            "wrong-value:3:16 `load_balancers.a.traffic.http` must be a whole number from 1 to 65535, not 0 | \
             for instance 443",
        ),
        (
            "[load_balancers.a]\nhost_name = 'h'\ntraffic = 80",
            "wrong-type:3:11 `load_balancers.a.traffic` must be a table, not a whole number",
        ),
        (
            "load_balancers = ['a']",
            "wrong-type:1:18 `load_balancers` must be a table, not a list",
        ),
        (
            "[clusters.a]\ndomian = 'd'",
            "unknown-key:2:1 unknown key `clusters.a.domian` | did you mean `domain`?",
        ),
        (
            "[clusters.a]\nport = { env = 'PORT' }",
            "wrong-type:2:8 `clusters.a.port` must be a whole number from 1 to 65535, not a reference | only \
             text can be kept in a variable or a file",
        ),
        (
            "[environments.a]\ngateway = 'gw'",
            "unknown-key:2:1 unknown key `environments.a.gateway` | did you mean `gateways`?",
        ),
        (
            "[environments.a]\ntype = 'hybrid'",
            "gateways-not-told:1:15 nothing tells the gateways of environment `a` | add `gateways = \"NAME\"` \
             with the name of their load balancer or of the only gateway; of gateways that are not in this \
             file give `server_url` and `endpoint`",
        ),
        (
            "[environments.a]\ngateways = { env = 'GW' }",
            "wrong-type:2:12 `gateways` must be written out, not referred to | it tells nodes apart before \
             any variable or file is read",
        ),
        (
            "[databases.OTHER_DB]\nurl = 'jdbc:h2:x'",
            "users-not-told:1:12 nothing tells which nodes use the database `OTHER_DB` | name their profiles; \
             for instance `profiles = [\"publisher\", \"store\"]`",
        ),
        (
            "[databases.WSO2AM_DB]\nprofiles = ['shop']",
            "unknown-profile:2:13 unknown profile `shop` | SUPPORTED",
        ),
        (
            "[databases.WSO2AM_DB]\nprofiles = 'store'",
            "wrong-type:2:12 `profiles` must be a list, not text | for instance [\"publisher\", \"store\"]",
        ),
        (
            "[databases.WSO2AM_DB]\nuser = 'u'",
            "unknown-key:2:1 unknown key `databases.WSO2AM_DB.user` | did you mean `username`?",
        ),
        (
            "admin.user = 'u'",
            "unknown-key:1:7 unknown key `admin.user` | did you mean `username`?",
        ),
        (
            "policy_deployr = 'tm'",
            "unknown-key:1:1 unknown key `policy_deployr` | did you mean `policy_deployer`?",
        ),
        (
            "policy_deployer = true",
            "wrong-type:1:19 `policy_deployer` must be text, not a truth value",
        ),
        (
            "[profiles.gateway]\nbehnd = 'a'",
            "unknown-key:2:1 unknown key `behnd` | did you mean `behind`?",
        ),
        (
            "[profiles.gateway]\nbehind = true",
            "wrong-value:2:10 `behind` must be a name or `false`, not `true`",
        ),
        (
            "[profiles.store]\n[profiles.api-store]",
            "profile-twice:2:11 `api-store` is the profile `store`, which has a table already",
        ),
        (
            "[nodes.a]\nhost = { env = 'HOST' }",
            "wrong-type:2:8 `host` must be written out, not referred to | it tells nodes apart before any \
             variable or file is read",
        ),
        (
            "[nodes.a]\nport_offset = 'x'",
            "wrong-value:2:15 `port_offset` must be a whole number from 0 to 54424, not text | for instance 0",
        ),
        (
            "[nodes.a]\nport_offset = 1\nserver.port_offset = 2",
            "setting-twice:3:22 `port_offset` and `server.port_offset` are the same setting | keep one of them",
        ),
        (
            "[nodes.\" a\"]\nprofile = 'store'",
            "wrong-name:1:8 the name ` a` in `nodes` is empty or padded",
        ),
    ] {
        let text = match table.starts_with("[nodes") {
            true => table.to_owned(),
            false => format!("{table}\n{NODES}"),
        };
        let supported = crate::profile::supported();
        check_refused(&text, &expect.replace("SUPPORTED", &supported));
    }
}

#[test]
fn names() {
    const FRONT: &str = "[load_balancers.front]\nhost_name = 'h'\n";
    for (table, expect) in [
        (
            "[profiles.gateway]\nbehind = 'frnt'",
            "unknown-name:4:10 the file has no load balancer `frnt` | did you mean `front`?",
        ),
        (
            "[nodes.x]\nbehind = 'other'",
            "unknown-name:4:10 the file has no load balancer `other` | there are `front`",
        ),
        (
            "[nodes.x]\ncluster = 'c'",
            "unknown-name:4:11 the file has no cluster `c` | it has no cluster at all",
        ),
        (
            "[environments.e]\ngateways = 'gv'",
            "unknown-name:4:12 the file has no load balancer or gateway `gv` | there are `front`, `gw`",
        ),
        (
            "[environments.e]\ngateways = 'tm'",
            "wrong-node:4:12 node `tm` is no gateway",
        ),
        (
            "[nodes.front]\nprofile = 'gateway'\n[environments.e]\ngateways = 'front'",
            "ambiguous-name:6:12 `front` is a load balancer and a node | give one of them another name",
        ),
    ] {
        let nodes = NODES.replace("[nodes]\n", "").replace(" = { ", " = {");
        let nodes: String = nodes
            .lines()
            .map(|line| format!("nodes.{line}\n"))
            .collect();
        // Dotted keys stand before the first table.
        let text = format!("{FRONT}{table}\n");
        let expect = shifted(expect, nodes.lines().count());
        check_refused(&format!("{nodes}{text}"), &expect);
    }
    let deployer = |name: &str| format!("policy_deployer = '{name}'\n{FRONT}{NODES}");
    assert!(parse(&deployer("tm")).is_ok());
    assert!(parse(&deployer("front")).is_ok());
    check_refused(
        &deployer("gw"),
        "wrong-node:1:19 node `gw` is no traffic manager",
    );
    check_refused(
        &deployer("tm1"),
        "unknown-name:1:19 the file has no load balancer or traffic manager `tm1` | did you mean `tm`?",
    );
}

/// `expect` with its line moved down.
fn shifted(expect: &str, lines: usize) -> String {
    let (code, rest) = expect.split_once(':').unwrap();
    let (line, rest) = rest.split_once(':').unwrap();
    let line: usize = line.parse().unwrap();
    format!("{code}:{}:{rest}", line + lines)
}

#[test]
fn tables_of_nodes_alone() {
    for table in ["load_balancers", "clusters", "policy_deployer", "profiles"] {
        check_refused(
            &format!("{table} = 'x'"),
            &format!(
                "table-without-nodes:1:1 `{table}` has no meaning in a file without `[nodes]` | a file for one \
                 node has its settings at the top"
            ),
        );
    }
    // These are settings there.
    let text = format!(
        "{GATEWAY}[admin]\nusername = 'boss'\n[databases.WSO2AM_DB]\nurl = 'jdbc:h2:x'\n\
         [environments.e]\nserver_url = 'https://h:1/'\n"
    );
    let selection = selected(Some(&text), &NOTHING).unwrap();
    let given = settings(&selection, show);
    for key in [
        "admin.username = boss",
        "databases.WSO2AM_DB.url",
        "environments.e.server_url",
    ] {
        assert!(given.iter().any(|line| line.starts_with(key)), "{given:?}");
    }
    check_refused(
        "[environments.e]\ngateways = 'gw'",
        "table-without-nodes:2:1 `gateways` has a meaning only at the top of a file with `[nodes]` | \
         give the settings that would follow from it",
    );
}

#[test]
fn secrets_of_deployments_do_not_show() {
    for table in [
        "admin = { username = 'u', password = 'canary' }",
        "admin = { username = 'u', pasword = 'canary' }",
        "admin = 'canary'",
        "[databases.WSO2AM_DB]\npassword = 'canary'",
        "[databases.WSO2AM_DB]\nurl = 'jdbc:x'\npasswd = 'canary'",
        "[databases]\nWSO2AM_DB = 'canary'",
        "[environments.e]\npassword = 'canary'",
        "[load_balancers.a]\npassword = 'canary'",
        "[load_balancers.a]\ntraffic = { x = 'canary' }",
        "[clusters]\na = 'canary'",
        "[profiles.gateway]\nbehind = { x = 'canary' }",
    ] {
        let text = format!("{table}\n{NODES}");
        let diagnostics = match parse(&text) {
            Ok(file) => {
                assert!(!format!("{file:?}").contains("canary"), "{text}");
                file.warnings
            }
            Err(problems) => problems,
        };
        assert!(!diagnostics.is_empty(), "{text}");
        assert!(
            !format!("{diagnostics:?}").contains("canary"),
            "{diagnostics:?}"
        );
    }
    check_warned(
        &format!("admin.password = 'p'\n{NODES}"),
        "plain-secret:1:18 `admin.password` is a secret, and whoever can read this file can read it | keep \
         it elsewhere: { env = \"NAME\" } or { file = \"PATH\" }",
    );
}
