//! Which home, which node, which value wins: what a command line and a deployment file select.

use std::fs;

use crate::harness::{
    API_MANAGER, CARBON, CATALINA, Home, IDENTITY, PASSWORD, PASSWORD_VARIABLE, Run, Tool,
    deployment,
};

fn two(home: &Home) -> Tool {
    let tool = Tool::new("apply").home(home).arg("--file");
    let tool = tool.arg(deployment("two-gateways.toml"));
    tool.env(PASSWORD_VARIABLE, PASSWORD)
}

#[track_caller]
fn has(home: &Home, name: &str, text: &str) {
    assert!(
        home.text(name).contains(text),
        "{text:?} in {}",
        home.text(name)
    );
}

#[test]
fn a_node_is_picked_by_name() {
    let home = Home::stock();
    two(&home).args(["--node", "gw-1"]).run().exits(0);
    has(&home, CARBON, "<MgtHostName>mgt.example.com</MgtHostName>");
    has(&home, CARBON, "<Offset>0</Offset>");
    has(&home, IDENTITY, "https://localhost:9443/samlsso");
}

#[test]
fn a_node_wins_over_its_profile() {
    let home = Home::stock();
    two(&home).args(["--node", "gw-2"]).run().exits(0);
    has(&home, CARBON, "<HostName>gw.example.com</HostName>");
    has(
        &home,
        CARBON,
        "<MgtHostName>mgt-2.example.com</MgtHostName>",
    );
    has(&home, CARBON, "<Offset>2</Offset>");
    // Its own patches come too.
    has(&home, IDENTITY, "https://mgt-2.example.com/samlsso");
}

#[test]
fn the_command_line_wins_over_the_node() {
    let home = Home::stock();
    let tool = two(&home).args(["--node", "gw-2"]);
    let tool = tool.set("server.mgt_host_name", "argv.example.com");
    tool.set("proxy.https_port", "8443").run().exits(0);
    has(&home, CARBON, "<MgtHostName>argv.example.com</MgtHostName>");
    // The profile fixes what nobody says, and nothing else.
    has(&home, CATALINA, "proxyPort=\"8443\"");
    has(&home, CATALINA, "proxyPort=\"80\"\n");
}

#[test]
fn the_file_wins_over_what_the_profile_fixes() {
    let home = Home::stock();
    let text = fs::read_to_string(deployment("gateway-ws.toml")).unwrap();
    let file = home.aside(
        "spec.toml",
        text + "[proxy]\nhttp_port = 8080\n[jms]\nevent_publisher = true\n",
    );
    home.gateway("apply", &file).exits(0);
    has(&home, CATALINA, "proxyPort=\"8080\"");
    has(
        &home,
        API_MANAGER,
        "        <JMSEventPublisherParameters>\n",
    );
}

#[test]
fn origins_are_told() {
    let home = Home::stock();
    let tool = two(&home).args(["--node", "gw-2"]);
    let object = tool.set("jwt.enable", "true").json().run().object();
    let settings = object["settings"].as_array().unwrap();
    let origin = |key: &str| {
        let row = settings.iter().find(|row| row["key"] == key);
        row.unwrap_or_else(|| panic!("no {key} in {object}"))["origin"].to_string()
    };
    assert!(origin("jwt.enable").contains("--set"), "{object}");
    // The node's table stands on line 23 of the file, the profile's on line 11.
    let node = origin("server.mgt_host_name");
    assert!(node.contains("two-gateways.toml:23:"), "{object}");
    let table = origin("server.host_name");
    assert!(table.contains("two-gateways.toml:11:"), "{object}");
    assert!(origin("proxy.http_port").contains("profile"), "{object}");
}

#[test]
fn nodes_that_can_not_be_picked() {
    let home = Home::stock();
    two(&home)
        .args(["--node", "gw-3"])
        .run()
        .exits(2)
        .says("gw-3")
        .says("gw-1");
    // 192.0.2.0/24 is nobody's address: without a name no node is this machine.
    two(&home)
        .run()
        .exits(2)
        .says("gw-1")
        .says("gw-2")
        .says("--node");
    let run = two(&home)
        .args(["--node", "gw-1", "--profile", "store"])
        .run();
    run.exits(2).says("store").says("gateway");
    let tool = home.command("apply", &deployment("gateway-ws.toml"));
    tool.args(["--node", "gw-1"]).run().exits(2).says("gw-1");
}

#[test]
fn a_node_is_picked_by_its_address() {
    let home = Home::stock();
    let text = fs::read_to_string(deployment("two-gateways.toml")).unwrap();
    let file = home.aside("spec.toml", text.replace("192.0.2.12", "127.0.0.1"));
    let tool = Tool::new("apply").home(&home).arg("--file").arg(file);
    tool.env(PASSWORD_VARIABLE, PASSWORD).run().exits(0);
    has(
        &home,
        CARBON,
        "<MgtHostName>mgt-2.example.com</MgtHostName>",
    );
}

#[test]
fn settings_at_the_top_beside_nodes_are_shown_their_place() {
    let home = Home::stock();
    let text = fs::read_to_string(deployment("two-gateways.toml")).unwrap();
    let file = home.aside("spec.toml", text + "[server]\nhost_name = 'x'\n");
    let tool = Tool::new("apply")
        .home(&home)
        .args(["--node", "gw-1", "--file"])
        .arg(file);
    let run = tool.env(PASSWORD_VARIABLE, PASSWORD).run();
    run.exits(2).says("profiles").says("nodes");
}

#[test]
fn values_from_the_command_line() {
    let home = Home::stock();
    let secret = home.aside("km.secret", "from-file");
    fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let tool = Tool::new("apply")
        .home(&home)
        .args(["--profile", "gateway"]);
    let run = tool
        .set(
            "key_manager.server_url",
            "https://km.example.com:9443/services/",
        )
        .set("key_manager.client", "WSClient")
        .set("server.host_name", "gw.example.com")
        .set("key_manager.username", "a=b")
        .args(["--set-env", "server.mgt_host_name=MGT"])
        .args([
            "--set-file",
            &format!("key_manager.password={}", secret.display()),
        ])
        .set("clustering.members", "10.0.0.4:4000,10.0.0.5:4001")
        .env("MGT", "mgt.example.com")
        .run();
    run.exits(0);
    has(&home, API_MANAGER, "<Password>from-file</Password>");
    has(&home, API_MANAGER, "<Username>a=b</Username>");
    has(&home, CARBON, "<HostName>gw.example.com</HostName>");
    has(&home, CARBON, "<MgtHostName>mgt.example.com</MgtHostName>");
    let axis2 = home.text(crate::harness::AXIS2);
    assert_eq!(axis2.matches("<member>").count(), 2, "{axis2}");
    assert!(axis2.contains("<port>4001</port>") && !axis2.contains("<hostName>127.0.0.1<"));
}

#[test]
fn unknown_keys_are_answered_with_near_ones() {
    let home = Home::stock();
    let run = |key: &str| -> Run {
        let tool = home.command("apply", &deployment("gateway-ws.toml"));
        tool.set(key, "80").run()
    };
    run("proxy.htp_port")
        .exits(2)
        .says("proxy.htp_port")
        .says("proxy.http_port");
    run("key_manger.client").exits(2).says("key_manager.client");
    run("no.such.thing.at.all")
        .exits(2)
        .says("no.such.thing.at.all");
}

/// What a profile requires and nobody gave: named, all of it, with the way to give it.
#[test]
fn required_settings_are_asked_for_at_once() {
    let home = Home::stock();
    let before = home.tree();
    let tool = Tool::new("apply")
        .home(&home)
        .args(["--profile", "gateway"]);
    let run = tool.set("jwt.enable", "true").run();
    run.exits(2).says("--set").says("--partial");
    for key in [
        "key_manager.server_url",
        "key_manager.client",
        "server.host_name",
        "server.mgt_host_name",
    ] {
        run.says(key);
    }
    before.untouched(&home.tree(), &run);
    let tool = Tool::new("apply")
        .home(&home)
        .args(["--profile", "gateway", "--partial"]);
    tool.set("jwt.enable", "true").run().exits(0);
    has(
        &home,
        API_MANAGER,
        "<EnableJWTGeneration>true</EnableJWTGeneration>",
    );
    has(&home, CATALINA, "proxyPort=\"443\"");
    has(&home, CARBON, "<!--HostName>www.wso2.org</HostName-->");
}

#[test]
fn thrift_needs_a_port_and_a_host() {
    let home = Home::stock();
    let run = |url: &str, host: &str| {
        let tool = home.command("apply", &deployment("gateway-ws.toml"));
        let tool = tool
            .set("key_manager.client", "ThriftClient")
            .set("key_manager.server_url", url);
        let tool = if host.is_empty() {
            tool
        } else {
            tool.set("key_manager.thrift.server_host", host)
        };
        tool.arg("--dry-run").run()
    };
    run("https://km.example.com/services/", "km.example.com")
        .exits(2)
        .says("key_manager.server_url")
        .says("port");
    run("https://km.example.com:9443/services/", "")
        .exits(2)
        .says("key_manager.thrift.server_host");
    run("https://km.example.com:9443/services/", "km.example.com").exits(0);
}

#[test]
fn several_homes() {
    let (first, second) = (Home::stock(), Home::fixture("stock-2.6"));
    let tool = first.command("apply", &deployment("gateway-ws.toml"));
    let run = tool.home(&second).json().run();
    run.exits(0);
    let objects = run.objects();
    assert_eq!(objects.len(), 2, "{run}");
    for home in [&first, &second] {
        has(home, CARBON, "<HostName>gw.example.com</HostName>");
        let path = home.path().to_str().unwrap();
        assert!(objects.iter().any(|object| object["home"] == path), "{run}");
    }
}

/// One failing home does not stop the others; the status is the gravest.
#[test]
fn the_gravest_status_of_several_homes() {
    let (good, bad, missing) = (Home::stock(), Home::stock(), Home::empty());
    bad.edit(CARBON, "</Ports>", "</Prots>");
    let before = bad.tree();
    let tool = good.command("apply", &deployment("gateway-ws.toml"));
    let run = tool.home(&bad).home(&missing).json().run();
    run.exits(3);
    has(&good, CARBON, "<HostName>gw.example.com</HostName>");
    before.untouched(&bad.tree(), &run);
    let objects = run.objects();
    assert_eq!(objects.len(), 3, "{run}");
    let codes: Vec<_> = objects
        .iter()
        .map(|object| object["exit_code"].as_i64().unwrap())
        .collect();
    assert_eq!(codes.iter().filter(|code| **code == 3).count(), 2, "{run}");
    // A difference is less than a failure, in whatever order the homes are named.
    let tool = bad.command("check", &deployment("gateway-ws.toml"));
    tool.home(&good).run().exits(3);
    let fresh = Home::stock();
    let tool = good.command("check", &deployment("gateway-ws.toml"));
    tool.home(&fresh).run().exits(1);
}

#[test]
fn the_deployment_file_is_looked_up() {
    let spec = fs::read_to_string(deployment("gateway-ws.toml")).unwrap();
    let named = |host: &str| {
        spec.replace(
            "host_name     = \"gw.",
            &format!("host_name     = \"{host}."),
        )
    };
    let apply = |home: &Home| {
        let tool = Tool::new("apply").home(home).args(["--profile", "gateway"]);
        tool.env(PASSWORD_VARIABLE, PASSWORD)
    };
    let home = Home::stock();
    let (directory, other) = (
        home.beside().join("cwd"),
        home.aside("other.toml", named("variable")),
    );
    fs::create_dir(&directory).unwrap();

    home.write("apim-patch.toml", named("home"));
    apply(&home).run().exits(0);
    has(&home, CARBON, "<HostName>home.example.com<");
    fs::write(directory.join("apim-patch.toml"), named("here")).unwrap();
    apply(&home).within(&directory).run().exits(0);
    has(&home, CARBON, "<HostName>here.example.com<");
    apply(&home)
        .within(&directory)
        .env("APIM_PATCH_FILE", &other)
        .run()
        .exits(0);
    has(&home, CARBON, "<HostName>variable.example.com<");
    let tool = apply(&home)
        .within(&directory)
        .env("APIM_PATCH_FILE", &other);
    tool.arg("--file")
        .arg(deployment("gateway-ws.toml"))
        .run()
        .exits(0);
    has(&home, CARBON, "<HostName>gw.example.com<");
}

/// A home may be named in any way that leads there.
#[test]
fn ways_to_name_a_home() {
    for way in ["home/", "./home", "home/../home", "link"] {
        let home = Home::stock();
        std::os::unix::fs::symlink("home", home.beside().join("link")).unwrap();
        let tool = Tool::new("apply").arg("--home").arg(way);
        let tool = tool
            .args(["--profile", "gateway", "--file"])
            .arg(deployment("gateway-ws.toml"));
        let run = tool
            .within(&home.beside())
            .env(PASSWORD_VARIABLE, PASSWORD)
            .run();
        run.exits(0);
        has(&home, CARBON, "<HostName>gw.example.com<");
        assert!(
            home.beside()
                .join("link")
                .symlink_metadata()
                .unwrap()
                .is_symlink(),
            "{way}"
        );
    }
}

/// Settings that this version has not are no failure.
#[test]
fn not_applicable_is_told() {
    let (old, new) = (Home::stock(), Home::fixture("stock-2.6"));
    for (home, key) in [
        (&old, "throttling.policy_deployer.enable"),
        (&new, "jms.event_publisher"),
    ] {
        let tool = home.command("apply", &deployment("gateway-ws.toml"));
        let object = tool.json().run().object();
        let settings = object["settings"].as_array().unwrap();
        let row = settings.iter().find(|row| row["key"] == key);
        // A row that the profile drops where there is no such element may also be left out.
        let outcome = row.map(|row| row["outcome"].clone());
        assert!(
            outcome
                .as_ref()
                .is_none_or(|outcome| outcome == "not-applicable"),
            "{key} is {outcome:?}"
        );
    }
}

/// What a profile fixes by itself is for homes that have it; nobody asked for it in this one.
#[test]
fn what_the_profile_fixes_need_not_be_there() {
    let hidden = "    <!--APIKeyValidator>\n        <EnableThriftServer>true</EnableThriftServer>\n    </APIKeyValidator-->\n";
    for block in ["", hidden] {
        let home = Home::stock();
        let text =
            format!("<APIManager>\n    <GatewayType>Synapse</GatewayType>\n{block}</APIManager>\n");
        home.write(API_MANAGER, &text);
        let apply = |partial: &[&str]| {
            let tool = Tool::new("apply")
                .home(&home)
                .args(["--profile", "gateway"]);
            tool.args(partial).json().run()
        };
        let run = apply(&["--partial"]);
        run.exits(0);
        let object = run.object();
        for key in [
            "key_manager.thrift.enable_server",
            "jms.event_publisher",
            "throttling.policy_deployer.enable",
        ] {
            let settings = object["settings"].as_array().unwrap();
            let row = settings.iter().find(|row| row["key"] == key);
            let row = row.unwrap_or_else(|| panic!("no {key} in {run}"));
            assert_eq!(row["outcome"], "not-applicable", "{key}: {run}");
        }
        assert_eq!(home.text(API_MANAGER), text, "{run}");
        has(&home, CATALINA, "proxyPort=\"443\"");
        // Asked for by somebody, it has to be there.
        let key = "key_manager.thrift.enable_server=false";
        let run = apply(&["--partial", "--set", key]);
        run.exits(3).says("target-missing");
    }
}

/// A node that asks for nothing is still one of its profile.
#[test]
fn a_node_with_nothing_but_its_profile() {
    let home = Home::stock();
    let file = home.aside(
        "bare.toml",
        "[nodes.gw-1]\nprofile = 'gateway'\nhost = '192.0.2.11'\n",
    );
    let tool = |command: &str| {
        let tool = Tool::new(command).home(&home).arg("--file").arg(&file);
        tool.args(["--node", "gw-1", "--partial"])
    };
    tool("diff").run().exits(0);
    tool("apply").run().exits(0);
    has(&home, CATALINA, "proxyPort=\"443\"");
    has(&home, API_MANAGER, "<EnableThriftServer>false<");
    tool("check").run().exits(0);
}
