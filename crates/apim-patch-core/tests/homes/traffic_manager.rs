//! Traffic Managers: files that become other files.

use apim_patch_core::plan::Plan;

use crate::harness::{TestHome, ask, corpus, outcomes, stock_homes};

const AXIS2: &str = "repository/conf/axis2/axis2.xml";
const AXIS2_TM: &str = "repository/conf/axis2/axis2_TM.xml";
const REGISTRY: &str = "repository/conf/registry.xml";
const REGISTRY_TM: &str = "repository/conf/registry_TM.xml";

/// Traffic Managers of a cluster.
const CLUSTERED: &str = "clustering.enable = true\nclustering.domain = 'tm.domain'\n";

fn after(plan: &Plan, file: &str) -> Vec<u8> {
    let planned = plan.files.iter().find(|planned| planned.path() == file);
    planned.unwrap().after.clone().unwrap()
}

#[track_caller]
fn replaced(content: &[u8], pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut text = String::from_utf8(content.to_vec()).unwrap();
    for (from, to) in pairs {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text = text.replace(from, to);
    }
    text.into_bytes()
}

#[test]
fn files_become_the_others_and_then_what_is_asked_for() {
    let home = TestHome::fixture("stock-2.1");
    let selection = ask("traffic-manager", CLUSTERED).unwrap();
    let plan = home.plan(&selection).unwrap();
    // The fixtures are as no release comes with them.
    let codes: Vec<_> = plan.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, ["edits-lost"; 2]);
    let axis2 = replaced(
        &home.read(AXIS2_TM),
        &[
            ("enable=\"false\"", "enable=\"true\""),
            (">wso2.carbon.domain<", ">tm.domain<"),
        ],
    );
    assert!(axis2.windows(2).any(|pair| pair == b"\r\n"));
    assert_eq!(after(&plan, AXIS2), axis2);
    let registry = replaced(
        &home.read(REGISTRY_TM),
        &[("<startIndexing>true<", "<startIndexing>false<")],
    );
    assert_eq!(after(&plan, REGISTRY), registry);
    let outcomes = outcomes(&plan);
    assert_eq!(outcomes["traffic_manager.axis2"], "set");
    assert_eq!(outcomes["transport.ws"], "not-applicable");
    assert_eq!(outcomes["jms.event_publisher"], "unchanged");
    // Places in the other file are none in this one.
    let mut places = plan.settings().filter(|(file, _)| file.path() == AXIS2);
    assert!(places.all(|(_, setting)| setting.position.is_none()));
    home.write_plan(&plan);
    assert!(home.plan(&selection).unwrap().is_empty());
}

#[test]
fn what_an_operator_has_set_is_told_before_it_goes() {
    let home = TestHome::fixture("stock-2.1");
    let of_gateway = ask(
        "gateway",
        "clustering.membership_scheme = 'wka'\n\
         clustering.members = ['10.0.0.4:4000']\n\
         clustering.domain = 'gw.domain'\n\
         transport.https.hostname_verifier = 'AllowAll'\n",
    );
    home.write_plan(&home.plan(&of_gateway.unwrap()).unwrap());
    let selection = ask("traffic-manager", CLUSTERED).unwrap();
    let warnings = home.plan(&selection).unwrap().warnings;
    let [lost, registry] = warnings.as_slice() else {
        panic!("{warnings:#?}");
    };
    assert_eq!(registry.code, "edits-lost");
    assert_eq!(
        lost.message,
        "repository/conf/axis2/axis2.xml becomes repository/conf/axis2/axis2_TM.xml, which has \
         none of what was set in it: transport.https.hostname_verifier = AllowAll, \
         clustering.membership_scheme = wka, clustering.members = 10.0.0.4:4000"
    );
}

#[test]
fn files_that_cannot_take_the_place_of_others() {
    let refused = |change: &dyn Fn(&TestHome), asked: &str| {
        let home = TestHome::fixture("stock-2.1");
        change(&home);
        let selection = ask("traffic-manager", asked).unwrap();
        let errors = home.plan(&selection).unwrap_err();
        let [error] = errors.as_slice() else {
            panic!("{errors:#?}");
        };
        (error.code, error.message.clone())
    };
    let (code, message) = refused(&|home| home.write(REGISTRY_TM, "<wso2registry>"), CLUSTERED);
    assert_eq!(code, "no-replacement");
    assert!(message.contains(REGISTRY_TM), "{message}");
    let itself = |home: &TestHome| home.write(AXIS2_TM, home.read(AXIS2));
    let (code, message) = refused(&itself, CLUSTERED);
    assert_eq!(code, "no-replacement");
    assert!(message.contains("it is what it should take the place of"));
    let gone = |home: &TestHome| std::fs::remove_file(home.path().join(AXIS2_TM)).unwrap();
    let (_, message) = refused(&gone, CLUSTERED);
    assert!(message.contains(AXIS2_TM), "{message}");

    let home = TestHome::fixture("stock-2.1");
    let selection = ask("traffic-manager", CLUSTERED).unwrap();
    home.write_plan(&home.plan(&selection).unwrap());
    let back = ask("traffic-manager", "traffic_manager.axis2 = false").unwrap();
    let errors = home.plan(&back).unwrap_err();
    assert_eq!(errors[0].code, "not-reversible");
    // Of a file that never was replaced, nothing is asked.
    let home = TestHome::fixture("stock-2.1");
    let kept = ask("traffic-manager", "traffic_manager.axis2 = false").unwrap();
    let plan = home.plan(&kept).unwrap();
    assert_eq!(outcomes(&plan)["traffic_manager.axis2"], "unchanged");
    assert_eq!(outcomes(&plan)["transport.ws"], "commented-out");
}

#[test]
fn stock_files_become_the_others_and_then_what_is_asked_for() {
    for (version, home) in stock_homes() {
        let selection = ask("traffic-manager", CLUSTERED).unwrap();
        let plan = home.plan(&selection).unwrap();
        assert_eq!(plan.warnings, [], "{version}");
        assert_eq!(
            after(&plan, AXIS2),
            replaced(
                &home.read(AXIS2_TM),
                &[
                    (
                        "HazelcastClusteringAgent\"\r\n                enable=\"false\"",
                        "HazelcastClusteringAgent\"\r\n                enable=\"true\""
                    ),
                    (">wso2.carbon.domain<", ">tm.domain<"),
                ]
            ),
            "{version}"
        );
        assert_eq!(
            after(&plan, REGISTRY),
            replaced(
                &home.read(REGISTRY_TM),
                &[("<startIndexing>true<", "<startIndexing>false<")]
            ),
            "{version}"
        );
        assert_eq!(outcomes(&plan)["traffic_manager.axis2"], "set");
        home.write_plan(&plan);
        let again = home.plan(&selection).unwrap();
        assert!(again.is_empty(), "{version}");
        assert_eq!(outcomes(&again)["traffic_manager.axis2"], "unchanged");
        assert_eq!(
            home.value("traffic_manager.registry").as_deref(),
            Some("true")
        );

        // Changed by hand afterwards, the files stay what they are.
        let edited = replaced(
            &home.read(REGISTRY),
            &[("<batchSize>30<", "<batchSize>31<")],
        );
        home.write(REGISTRY, edited);
        assert!(home.plan(&selection).unwrap().is_empty(), "{version}");
    }
}

#[test]
fn official_traffic_managers_have_the_other_files_already() {
    let Some(corpus) = corpus() else { return };
    for (node, stock) in [
        ("docker-2.1.x-pattern-3-traffic-manager", "am-2.1.0"),
        ("k8s-2.6.x-advanced-pattern-3-apim-tm-1", "am-2.6.0"),
    ] {
        let home = TestHome::new();
        home.lay_over(&corpus.join("stock").join(stock));
        home.lay_over(&corpus.join("nodes").join(node));
        let selection = ask("traffic-manager", CLUSTERED).unwrap();
        let plan = home.plan(&selection).unwrap();
        let outcomes = outcomes(&plan);
        assert_eq!(outcomes["traffic_manager.axis2"], "unchanged", "{node}");
        assert_eq!(outcomes["traffic_manager.registry"], "unchanged", "{node}");
    }
}

#[test]
fn a_node_that_was_something_else_is_told_what_it_loses() {
    let Some(corpus) = corpus() else { return };
    let home = TestHome::new();
    home.lay_over(&corpus.join("stock/am-2.6.0"));
    let node = "nodes/k8s-2.6.x-advanced-pattern-3-apim-publisher";
    home.lay_over(&corpus.join(node));
    let selection = ask("traffic-manager", CLUSTERED).unwrap();
    let warnings = home.plan(&selection).unwrap().warnings;
    let registry = warnings
        .iter()
        .find(|warning| warning.code == "settings-lost" && warning.message.starts_with(REGISTRY))
        .unwrap();
    for lost in [
        "registry.databases.govregistry.data_source = jdbc/WSO2REG_DB",
        "registry.remote_instances.\"https://localhost:9443/registry\".id = gov",
        "registry.mounts.\"/_system/config\".overwrite = true",
    ] {
        assert!(registry.message.contains(lost), "{lost}: {registry:?}");
    }
    // What is asked for is not lost.
    let kept =
        format!("{CLUSTERED}registry.databases.govregistry.data_source = 'jdbc/WSO2REG_DB'\n");
    let selection = ask("traffic-manager", &kept).unwrap();
    let plan = home.plan(&selection).unwrap();
    assert!(
        plan.warnings
            .iter()
            .all(|warning| !warning.message.contains("govregistry.data_source"))
    );
    home.write_plan(&plan);
    assert_eq!(
        home.value("registry.databases.govregistry.data_source")
            .as_deref(),
        Some("jdbc/WSO2REG_DB")
    );
}
