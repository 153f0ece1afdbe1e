//! `[[patch]]`: what the catalogue does not know, with the same guarantees. Each action once, twice, and
//! back.

use crate::harness::{API_MANAGER, CARBON, CATALINA, Home, Run, Tool, changed_lines};

/// Applies one patch to a stock home, then again, then reverts; gives the file between the two.
#[track_caller]
fn patched(file: &str, patch: &str) -> (Home, Run) {
    patched_home(Home::stock(), file, patch)
}

#[track_caller]
fn patched_home(home: Home, file: &str, patch: &str) -> (Home, Run) {
    let spec = home.aside(
        "patch.toml",
        format!("[[patch]]\nfile = '{file}'\n{patch}\n"),
    );
    let before = home.files();
    // Only the patch is wanted here; what the profile fixes besides is applied before.
    let apply = |home: &Home| home.command("apply", &spec).arg("--partial").run();
    let run = apply(&home);
    run.exits(0);
    let after = home.tree();
    let again = apply(&home);
    again.exits(0).says("nothing to do");
    after.untouched(&home.tree(), &again);
    let back = Tool::new("revert").home(&home).run();
    back.exits(0);
    before.same_content(&home.files(), &back);
    apply(&home).exits(0);
    (home, run)
}

/// The lines of a file that went and came; `--partial` brings what the profile fixes, in other files and
/// lines, which are left out here.
#[track_caller]
fn lines(home: &Home, file: &str) -> (Vec<String>, Vec<String>) {
    let fixed = Home::stock();
    let spec = fixed.aside("fixed.toml", "[proxy]\nhttp_port = 80\n");
    fixed
        .command("apply", &spec)
        .arg("--partial")
        .run()
        .exits(0);
    changed_lines(&fixed.read(file), &home.read(file))
}

#[track_caller]
fn changes(file: &str, patch: &str, gone: &[&str], came: &[&str]) {
    let (home, run) = patched(file, patch);
    assert_eq!(lines(&home, file), (owned(gone), owned(came)), "{run}");
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn set_an_element() {
    changes(
        API_MANAGER,
        "select = '/APIManager/GatewayType'\nset = 'None & other'",
        &["    <GatewayType>Synapse</GatewayType>"],
        &["    <GatewayType>None &amp; other</GatewayType>"],
    );
}

#[test]
fn set_an_element_found_by_a_child() {
    changes(
        API_MANAGER,
        "select = \"//Environment[Name='Production and Sandbox']/Description\"\nset = 'Both.'",
        &["                <Description>Takes calls with either kind of key.</Description>"],
        &["                <Description>Both.</Description>"],
    );
}

#[test]
fn set_an_attribute_that_is_there() {
    changes(
        CATALINA,
        "select = \"//Connector[@scheme='https']/@maxThreads\"\nset = '500'",
        &["                   maxThreads=\"250\""],
        &["                   maxThreads=\"500\""],
    );
}

#[test]
fn set_an_attribute_that_is_new() {
    changes(
        CATALINA,
        "select = \"//Connector[@scheme='https']/@ciphers\"\nset = 'ECDHE'\nafter = 'sslProtocol'",
        &[],
        &["                   ciphers=\"ECDHE\""],
    );
    let (home, _) = patched(
        CATALINA,
        "select = '//Engine/@jvmRoute'\nset = 'a'\nafter = 'name'",
    );
    let wanted = "<Engine name=\"Catalina\" jvmRoute=\"a\" defaultHost=\"localhost\">";
    assert!(home.text(CATALINA).contains(wanted));
}

#[test]
fn set_restores_what_is_hidden() {
    changes(
        API_MANAGER,
        "select = '/APIManager/JWTConfiguration/ConsumerDialectURI'\nset = 'urn:x'",
        &["        <!--ConsumerDialectURI>http://wso2.org/claims</ConsumerDialectURI-->"],
        &["        <ConsumerDialectURI>urn:x</ConsumerDialectURI>"],
    );
}

#[test]
fn comment_out() {
    changes(
        API_MANAGER,
        "select = '/APIManager/JWTConfiguration/JWTHeader'\ncomment_out = true",
        &["        <JWTHeader>X-JWT-Assertion</JWTHeader>"],
        &["        <!--<JWTHeader>X-JWT-Assertion</JWTHeader>-->"],
    );
}

#[test]
fn comment_out_a_block_with_comments_and_bring_it_back() {
    let (home, _) = patched(
        API_MANAGER,
        "select = '/APIManager/JWTConfiguration'\ncomment_out = true",
    );
    let hidden = home.text(API_MANAGER);
    assert!(hidden.contains("    <!--<JWTConfiguration>"), "{hidden}");
    assert!(hidden.contains("</JWTConfiguration>-->\n"), "{hidden}");
    let spec = home.aside(
        "back.toml",
        format!("[[patch]]\nfile = '{API_MANAGER}'\nselect = '/APIManager/JWTConfiguration'\nuncomment = true\n"),
    );
    let run = home.command("apply", &spec).arg("--partial").run();
    run.exits(0);
    assert_eq!(lines(&home, API_MANAGER), (vec![], vec![]), "{run}");
}

#[test]
fn uncomment() {
    changes(
        CARBON,
        "select = '/Server/EnableEmailUserName'\nuncomment = true",
        &["    <!--EnableEmailUserName>true</EnableEmailUserName-->\t"],
        &["    <EnableEmailUserName>true</EnableEmailUserName>\t"],
    );
}

#[test]
fn uncomment_a_block() {
    let (home, _) = patched(
        API_MANAGER,
        "select = '/APIManager/APIKeyValidator/ConnectionPool'\nuncomment = true",
    );
    let text = home.text(API_MANAGER);
    assert!(text.contains("        <ConnectionPool>\n            <MaxIdle>100</MaxIdle>\n"));
    assert!(text.contains("        </ConnectionPool>\n"));
}

/// What one patch brings back another one can change, in one run and in either order.
#[test]
fn uncomment_a_block_and_set_what_is_in_it() {
    let pool = "/APIManager/APIKeyValidator/ConnectionPool";
    let bring = format!("select = '{pool}'\nuncomment = true");
    let change = format!("select = '{pool}/MaxIdle'\nset = '7'");
    for (first, second) in [(&bring, &change), (&change, &bring)] {
        let both = format!("{first}\n[[patch]]\nfile = '{API_MANAGER}'\n{second}");
        let (home, run) = patched(API_MANAGER, &both);
        let wanted = "\n        <ConnectionPool>\n            <MaxIdle>7</MaxIdle>\n            <InitIdleCapacity>50</InitIdleCapacity>\n        </ConnectionPool>\n";
        assert!(home.text(API_MANAGER).contains(wanted), "{run}");
    }
}

#[test]
fn remove_an_element_with_its_line() {
    changes(
        CARBON,
        "select = '/Server/Security/KeyStore/KeyAlias'\nremove = true",
        &["            <KeyAlias>wso2carbon</KeyAlias>"],
        &[],
    );
}

#[test]
fn remove_an_attribute() {
    changes(
        CATALINA,
        "select = \"//Connector[@scheme='https']/@sslProtocol\"\nremove = true",
        &["                   sslProtocol=\"TLS\""],
        &[],
    );
}

#[test]
fn insert_behind_before_and_into() {
    let fragment = "<Added a=\"1\"><x/></Added>";
    let line = ["    <Added a=\"1\"><x/></Added>"];
    for position in ["after", "before"] {
        let patch = format!(
            "select = '/Server/WorkDirectory'\ninsert = '{fragment}'\n{position} = true\nunless = '/Server/Added'"
        );
        let (home, run) = patched(CARBON, &patch);
        let (gone, came) = lines(&home, CARBON);
        assert_eq!((gone, came), (vec![], owned(&line)), "{run}");
        let text = home.text(CARBON);
        let (added, anchor) = (
            text.find("<Added").unwrap(),
            text.find("<WorkDirectory").unwrap(),
        );
        assert_eq!(added > anchor, position == "after", "{text}");
    }
    let patch = format!(
        "select = '/Server/Ports'\ninsert = '{fragment}'\ninto = true\nunless = '/Server/Ports/Added'"
    );
    let (home, run) = patched(CARBON, &patch);
    let deeper = format!("    {}", line[0]);
    assert_eq!(lines(&home, CARBON), (vec![], owned(&[&deeper])), "{run}");
}

/// Without `unless`, an element like the fragment is what must not be there twice.
#[test]
fn insert_is_idempotent_without_a_guard() {
    let (home, run) = patched(
        CARBON,
        "select = '/Server/Ports'\ninsert = '<Added/>'\ninto = true",
    );
    assert_eq!(home.text(CARBON).matches("<Added/>").count(), 1, "{run}");
}

/// A fragment of several lines is written in the file's own line ends.
#[test]
fn insert_in_the_line_ends_of_the_file() {
    let patch = "select = '/wso2registry/readOnly'\ninsert = '''<dbConfig name=\"x\">\n    <dataSource>y</dataSource>\n</dbConfig>'''\nafter = true\nunless = \"/wso2registry/dbConfig[@name='x']\"";
    let name = "repository/conf/registry.xml";
    let (home, run) = patched(name, patch);
    let text = home.text(name);
    assert_eq!(
        text.matches('\n').count(),
        text.matches("\r\n").count(),
        "{run}\n{text:?}"
    );
    let (gone, came) = lines(&home, name);
    assert_eq!((gone.len(), came.len()), (0, 3), "{came:?}");
}

#[test]
fn expect_guards_the_old_value() {
    changes(
        API_MANAGER,
        "select = '/APIManager/GatewayType'\nset = 'None'\nexpect = 'Synapse'",
        &["    <GatewayType>Synapse</GatewayType>"],
        &["    <GatewayType>None</GatewayType>"],
    );
}

#[test]
fn all_matches() {
    let (home, run) = patched(
        API_MANAGER,
        "select = '//Username'\nset = 'ops'\nall = true",
    );
    let (gone, came) = lines(&home, API_MANAGER);
    // Five active ones; the one in the hidden APIKeyManager stays.
    let active = Home::stock()
        .text(API_MANAGER)
        .matches("<Username>${admin")
        .count();
    assert_eq!((gone.len(), came.len()), (active, active), "{run}");
    assert!(
        home.text(API_MANAGER)
            .contains("<Username>reader</Username>")
    );
}

#[test]
fn optional_without_a_match() {
    let (home, run) = patched(
        API_MANAGER,
        "select = '/APIManager/NoSuchThing'\nset = 'x'\noptional = true",
    );
    assert_eq!(lines(&home, API_MANAGER), (vec![], vec![]), "{run}");
}

#[test]
fn several_patches_on_one_file() {
    let home = Home::stock();
    let spec = home.aside(
        "several.toml",
        "[[patch]]\nfile = 'repository/conf/carbon.xml'\nselect = '/Server/WebContextRoot'\nset = '/am'\n\
         [[patch]]\nfile = 'repository/conf/carbon.xml'\nselect = '/Server/WorkDirectory'\ncomment_out = true\n\
         [[patch]]\nfile = 'repository/conf/carbon.xml'\nselect = '/Server/Ports/JMX'\nremove = true\n",
    );
    home.command("apply", &spec).arg("--partial").run().exits(0);
    let (gone, came) = lines(&home, CARBON);
    assert_eq!((gone.len(), came.len()), (6, 2), "{gone:?} {came:?}");
    let again = home.command("apply", &spec).arg("--partial").run();
    again.exits(0).says("nothing to do");
}

#[test]
fn a_secret_patch_is_masked() {
    let home = Home::stock();
    let spec = home.aside(
        "secret.toml",
        "[[patch]]\nfile = 'repository/conf/carbon.xml'\nselect = '/Server/Security/KeyStore/Password'\nset = { env = 'STORE' }\nsecret = true\n",
    );
    let tool = home.command("diff", &spec).arg("--partial");
    let run = tool.env("STORE", "n3wCanary").run();
    run.exits(0).conceals("n3wCanary").says("******");
    run.conceals("<Password>wso2carbon<");
    let tool = home.command("apply", &spec).arg("--partial");
    let run = tool.env("STORE", "n3wCanary").run();
    run.exits(0).conceals("n3wCanary");
    assert!(home.text(CARBON).contains("<Password>n3wCanary</Password>"));
}
