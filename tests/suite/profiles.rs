//! Every profile, from the command line.

use crate::harness::{AXIS2, Home, PROFILES, Tool, fixture};

fn run(command: &str, home: &Home, profile: &str) -> Tool {
    Tool::new(command)
        .home(home)
        .args(["--profile", profile, "--partial"])
        .args(["--set", "key_manager.client=WSClient"])
}

#[test]
fn each_is_done_once_and_taken_back() {
    for stock in ["stock-2.1", "stock-2.6"] {
        for profile in PROFILES {
            let home = Home::fixture(stock);
            let before = home.files();
            run("apply", &home, profile).run().exits(0).says(profile);
            let after = home.files();
            let again = run("apply", &home, profile).run();
            after.untouched(&home.files(), &again);
            run("check", &home, profile).run().exits(0);
            let revert = Tool::new("revert").home(&home).run();
            revert.exits(0);
            before.same_content(&home.files(), &revert);
        }
    }
}

#[test]
fn the_products_own_names() {
    for (alias, profile) in [
        ("api-key-manager", "profile key-manager"),
        ("api-publisher", "profile publisher"),
        ("api-store", "profile store"),
    ] {
        let home = Home::stock();
        run("diff", &home, alias).run().exits(0);
        run("apply", &home, alias).run().exits(0).says(profile);
        Tool::new("explain").arg(alias).run().exits(0).says(profile);
    }
    // In a deployment file, under either name.
    let home = Home::stock();
    let file = home.aside(
        "f.toml",
        "[profiles.api-store.key_manager]\nclient = 'WSClient'\n\
         server_url = 'https://km:9443/services/'\n[nodes]\nshop.profile = 'store'\n",
    );
    let tool = Tool::new("apply")
        .home(&home)
        .args(["--node", "shop", "--file"]);
    tool.arg(&file).run().exits(0).says("profile store");
    let text = home.text("repository/conf/api-manager.xml");
    assert!(text.contains("<KeyValidatorClientType>WSClient<"), "{text}");
}

#[test]
fn each_explains_itself() {
    for profile in PROFILES {
        let run = Tool::new("explain").arg(profile).run();
        run.exits(0).says(profile).says("requires").says("fixes");
        assert!(!run.out().contains('*'), "{run}");
    }
    let run = Tool::new("explain").arg("key-manager").run();
    run.says("where key_manager.client is ThriftClient");
    let run = Tool::new("explain").arg("publisher").run();
    run.says("environments.NAME.server_url")
        .says("store.url is given");
}

/// What a profile requires is named with an example that can be copied.
#[test]
fn a_requirement_of_any_entry() {
    let home = Home::stock();
    let tool = Tool::new("apply")
        .home(&home)
        .args(["--profile", "publisher"]);
    let run = tool.run();
    run.exits(2)
        .says("environments.\"Production and Sandbox\".server_url = ");
    let tool = Tool::new("apply")
        .home(&home)
        .args(["--profile", "publisher"]);
    tool.args([
        "--set",
        "environments.dmz.server_url=https://dmz:9443/services/",
    ])
    .run()
    .exits(0);
}

#[test]
fn an_identity_server_is_a_key_manager_and_nothing_else() {
    for profile in PROFILES {
        let home = Home::fixture("identity-server-5.3");
        let before = home.files();
        let run = run("apply", &home, profile).run();
        if profile == "key-manager" {
            run.exits(0).says("Identity Server 5.3.0");
            let text = home.text("repository/conf/api-manager.xml");
            assert!(text.contains("<KeyValidatorClientType>WSClient<"), "{text}");
        } else {
            run.exits(3).says("Identity Server").says("key-manager");
            before.untouched(&home.files(), &run);
        }
    }
    // The release that it keeps keys for is that of the deployment file.
    for (version, exit) in [("2.1.0", 0), ("2.6.0", 3)] {
        let home = Home::fixture("identity-server-5.3");
        let file = home.aside(
            "f.toml",
            format!("version = '{version}'\nkey_manager.client = 'WSClient'\n"),
        );
        let tool = Tool::new("apply")
            .home(&home)
            .args(["--profile", "key-manager"]);
        tool.arg("--file").arg(&file).run().exits(exit);
    }
    // Without what makes it one, it is another product.
    let home = Home::fixture("identity-server-5.3");
    home.remove("repository/conf/api-manager.xml");
    run("apply", &home, "key-manager").run().exits(3);
    let home = Home::fixture("identity-server-5.3");
    Tool::new("inspect").home(&home).run().exits(0);
}

#[test]
fn a_traffic_manager_gets_its_files_back() {
    let home = Home::stock();
    home.edit(AXIS2, ">wso2.carbon.domain<", ">mine<");
    let before = home.files();
    let apply = run("apply", &home, "traffic-manager").run();
    apply
        .exits(0)
        .says("clustering.domain = mine")
        .says("axis2_TM.xml");
    let content = std::fs::read(fixture(
        "homes/stock-2.1/repository/conf/axis2/axis2_TM.xml",
    ));
    assert_eq!(home.read(AXIS2), content.unwrap());
    let revert = Tool::new("revert").home(&home).run();
    revert.exits(0);
    before.same_content(&home.files(), &revert);
}

#[test]
fn what_a_home_keeps_of_its_former_profile_is_told() {
    let home = Home::fixture("stock-2.6");
    run("apply", &home, "key-manager")
        .run()
        .exits(0)
        .conceals("before");
    let now = run("apply", &home, "gateway").run();
    now.exits(0).says("was a key-manager before");
    now.says("`throttling.jms.enable` is false (true in a stock home)");
    // What the new profile fixes as well is nobody's leftover.
    now.conceals("`throttling.policy_deployer.enable`");
    let asked = run("apply", &home, "gateway")
        .set("throttling.jms.enable", "true")
        .run();
    asked.exits(0).conceals("`throttling.jms.enable` is");
    // A home that went back is as if it had never been anything else.
    let home = Home::fixture("stock-2.6");
    run("apply", &home, "key-manager").run().exits(0);
    Tool::new("revert").home(&home).run().exits(0);
    run("check", &home, "gateway").run().conceals("before");
}
