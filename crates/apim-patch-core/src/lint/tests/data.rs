//! Traffic managers, databases, homes and tables.

use super::clean::{CHANGED, at, cluster};
use super::{changes, check, set, unset};
use crate::lint::{Environment, Known, Placed};

#[test]
fn traffic_managers() {
    changes(
        cluster,
        &[
            (
                "gw-1 throttling.traffic_manager.auth_url_group = ssl://10.0.0.41:9711",
                &["url-groups-unequal:999 gw-1"],
            ),
            (
                "gw-1 throttling.traffic_manager.auth_url_group = {ssl://10.0.0.41:9711|ssl://10.0.0.42:9711}",
                &["url-groups-unequal:999 gw-1"],
            ),
            (
                "tm-2 databases.WSO2_MB_STORE_DB.url = jdbc:mysql://db/mb1",
                &["message-store-shared:999 tm-2"],
            ),
            // Each home has its own.
            (
                "tm-1 databases.WSO2_MB_STORE_DB.url = jdbc:h2:repository/database/WSO2MB_DB; tm-2 databases.WSO2_MB_STORE_DB.url = jdbc:h2:repository/database/WSO2MB_DB",
                &[],
            ),
        ],
    );
    let mut deployment = cluster();
    deployment.policy_deployer = Some(Placed {
        value: "gw-1".to_owned(),
        spot: Some(at(CHANGED)),
    });
    check(
        "deployer",
        &deployment,
        &["policy-deployer-is-no-traffic-manager:999 "],
    );

    let mut deployment = cluster();
    deployment.policy_deployer = None;
    deployment.nodes.retain(|node| !node.name.starts_with("tm"));
    check("told", &deployment, &[]);
    for key in ["receiver_url_group", "auth_url_group"] {
        unset(
            &mut deployment,
            "gw-1",
            &format!("throttling.traffic_manager.{key}"),
        );
    }
    check("untold", &deployment, &["no-traffic-manager:100 gw-1"]);
    deployment.nodes[0].known = Known::All;
    check("homes are not all", &deployment, &[]);
}

#[test]
fn databases() {
    changes(
        cluster,
        &[
            (
                "store databases.WSO2AM_DB.url = jdbc:h2:repository/database/WSO2AM_DB;DB_CLOSE_ON_EXIT=FALSE",
                &["shared-database-embedded:999 store"],
            ),
            (
                "km-1 databases.WSO2UM_DB.url = jdbc:h2:repository/database/UM",
                &["shared-database-embedded:999 km-1"],
            ),
            (
                "store databases.WSO2AM_DB.url = jdbc:mysql://db/am2",
                &["databases-differ:999 store"],
            ),
            (
                "store databases.WSO2UM_DB.url = jdbc:mysql://db/um2",
                &["user-stores-differ:999 store"],
            ),
            (
                "store databases.WSO2REG_DB.url = jdbc:mysql://db/reg2",
                &["registries-differ:999 store"],
            ),
            (
                "store registry.mounts.\"/_system/config\".target_path = /_system/config",
                &["registries-differ:999 store"],
            ),
        ],
    );
    let mut deployment = cluster();
    unset(&mut deployment, "store", "databases.WSO2AM_DB.url");
    check("not given", &deployment, &["database-not-given:600 store"]);
}

#[test]
fn homes_and_tables() {
    let mut deployment = cluster();
    deployment.nodes[5].host = deployment.nodes[4].host.clone();
    check(
        "one home",
        &deployment,
        &["two-nodes-in-one-home:600 store"],
    );

    let mut deployment = cluster();
    set(&mut deployment, "gw-1", "key_manager.client", "WSClient ");
    check(
        "padded",
        &deployment,
        &["client-types-differ:999 gw-1", "padded-value:999 gw-1"],
    );
    let mut deployment = cluster();
    set(
        &mut deployment,
        "gw-1",
        "server.mgt_host_name",
        " mgt.am.wso2.com ",
    );
    check(
        "padded",
        &deployment,
        &["host-name-differs:999 gw-1", "padded-value:999 gw-1"],
    );

    let mut deployment = cluster();
    let idle = |name: &str| name.to_owned();
    deployment.load_balancers[1].name = idle("idle");
    for node in &mut deployment.nodes {
        node.behind = node.behind.take().filter(|name| name == "gw");
        node.cluster = None;
    }
    deployment.environments.push(Environment {
        name: idle("dmz"),
        gateways: Some(Placed {
            value: idle("dmz"),
            spot: Some(at(CHANGED)),
        }),
        spot: None,
    });
    check(
        "idle tables",
        &deployment,
        &[
            "load-balancer-without-nodes:10 ",
            "cluster-without-nodes:20 ",
            "environment-without-gateways:999 ",
        ],
    );
}
