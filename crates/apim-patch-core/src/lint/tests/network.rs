//! Load balancers, ports and clusters.

use super::clean::{CHANGED, at, cluster};
use super::{changes, check, set, unset};
use crate::lint::{Deployment, Placed};

#[test]
fn load_balancers() {
    changes(
        cluster,
        &[
            (
                "gw-1 proxy.https_port = 443",
                &["proxy-port-differs:999 gw-1"],
            ),
            (
                "km-1 proxy.https_port = 9443",
                &["proxy-port-differs:999 km-1"],
            ),
            (
                "gw-1 server.host_name = gw2.am.wso2.com",
                &["host-name-differs:999 gw-1"],
            ),
            (
                "gw-1 server.mgt_host_name = gw.am.wso2.com",
                &["host-name-differs:999 gw-1"],
            ),
            (
                "pub environments.\"Production and Sandbox\".endpoint = https://gw.am.wso2.com:8243",
                &["gateway-endpoint-differs:999 pub"],
            ),
            (
                "pub environments.\"Production and Sandbox\".endpoint = https://gateway.am.wso2.com:443",
                &["gateway-endpoint-differs:999 pub"],
            ),
            // 443 needs not be said.
            (
                "pub environments.\"Production and Sandbox\".endpoint = https://gw.am.wso2.com",
                &[],
            ),
        ],
    );
    let mut deployment = cluster();
    let balancer = &mut deployment.load_balancers[0];
    balancer.mgt_host_name = balancer.host_name.clone();
    balancer.servlet.tls = Some(Placed {
        value: 443,
        spot: Some(at(CHANGED)),
    });
    for node in ["gw-1", "gw-2"] {
        set(
            &mut deployment,
            node,
            "server.mgt_host_name",
            "gw.am.wso2.com",
        );
        set(&mut deployment, node, "proxy.https_port", "443");
    }
    check(
        "one name",
        &deployment,
        &["one-name-for-traffic-and-servlet:999 "],
    );

    let mut deployment = cluster();
    let host = deployment.load_balancers[0].host_name.clone();
    deployment.load_balancers[1].host_name = host;
    for node in ["km-1", "km-2"] {
        set(&mut deployment, node, "server.host_name", "gw.am.wso2.com");
    }
    check(
        "two of one name",
        &deployment,
        &["load-balancers-share-a-port:11 "],
    );

    // Without a load balancer in the file, names and ports still have to agree.
    let mut deployment = cluster();
    deployment.load_balancers.clear();
    deployment.environments.clear();
    for node in &mut deployment.nodes {
        node.behind = None;
    }
    check("none at hand", &deployment, &[]);
    let name = deployment.nodes[0].values["server.host_name"].clone();
    let console = deployment.nodes[0]
        .values
        .get_mut("server.mgt_host_name")
        .unwrap();
    *console = name;
    set(&mut deployment, "gw-1", "proxy.https_port", "443");
    check(
        "the manual's names",
        &deployment,
        &[
            "gateways-show-different-ports:214 gw-2",
            "one-name-for-traffic-and-servlet:999 gw-1",
        ],
    );
    let mut deployment = cluster();
    deployment.load_balancers.clear();
    deployment.environments.clear();
    let key = "environments.\"Production and Sandbox\".endpoint";
    set(&mut deployment, "pub", key, "https://apis.am.wso2.com");
    check(
        "no gateway",
        &deployment,
        &["gateway-endpoint-differs:999 pub"],
    );
}

#[test]
fn ports() {
    fn on_one_host() -> Deployment {
        let mut deployment = cluster();
        deployment.nodes[1].host = deployment.nodes[0].host.clone();
        deployment.nodes[1].home = Some("/opt/wso2am-2".into());
        let members = "10.0.0.11:4000,10.0.0.11:4001";
        for node in ["gw-1", "gw-2"] {
            set(&mut deployment, node, "clustering.members", members);
        }
        set(
            &mut deployment,
            "gw-2",
            "clustering.local_member_host",
            "10.0.0.11",
        );
        deployment
    }
    changes(
        on_one_host,
        &[
            (
                "gw-2 server.port_offset = 1; gw-2 clustering.local_member_port = 4001",
                &[],
            ),
            (
                "gw-2 clustering.local_member_port = 4001",
                &["ports-collide:203 gw-2"],
            ),
            // The offset moves no Hazelcast port.
            (
                "gw-2 server.port_offset = 1; gw-2 clustering.members = 10.0.0.11:4000,10.0.0.12:4000; gw-1 clustering.members = 10.0.0.11:4000,10.0.0.12:4000; gw-2 clustering.local_member_host = 10.0.0.12",
                &["ports-collide:223 gw-2"],
            ),
        ],
    );
    let mut deployment = cluster();
    deployment.nodes[1].script_offset = Some(Placed {
        value: 1,
        spot: Some(at(7)),
    });
    check("script", &deployment, &["offset-in-start-script:203 gw-2"]);
    let mut deployment = cluster();
    deployment.nodes[1].script_offset = Some(Placed {
        value: 0,
        spot: Some(at(7)),
    });
    check("same in the script", &deployment, &[]);
}

#[test]
fn hazelcast() {
    changes(
        cluster,
        &[
            (
                "gw-2 clustering.members = 10.0.0.11:4000",
                &["cluster-of-one:999 gw-2"],
            ),
            ("gw-2 clustering.members = 10.0.0.11-12:4000", &[]),
            (
                "gw-2 clustering.members = 10.0.0.11:4000,10.0.0.13:4000",
                &["member-is-no-node:999 gw-2"],
            ),
            (
                "gw-2 clustering.members = 10.0.0.11:4000,10.0.0.12:4100",
                &["member-is-no-node:999 gw-2"],
            ),
            // A node, but of no cluster.
            (
                "gw-2 clustering.members = 10.0.0.11:4000,10.0.0.12:4000,10.0.0.41:4000",
                &["member-is-no-node:999 gw-2"],
            ),
            (
                "gw-2 clustering.members = 10.0.0.11:4000,10.0.0.12:4000,10.0.0.11",
                &["member-twice:999 gw-2"],
            ),
            (
                "gw-2 clustering.local_member_host = 127.0.0.1",
                &["member-on-loopback:999 gw-2"],
            ),
            (
                "gw-2 clustering.members = localhost:4000,10.0.0.11:4000",
                &["member-on-loopback:999 gw-2"],
            ),
            (
                "tm-1 clustering.enable = true; tm-1 clustering.domain = gateway.domain; tm-1 clustering.membership_scheme = multicast",
                &["cluster-of-unlike-profiles:999 tm-1"],
            ),
            (
                "pub clustering.enable = true; pub clustering.domain = shop; store clustering.enable = true; store clustering.domain = shop",
                &[],
            ),
            (
                "gw-2 clustering.enable = false; gw-1 clustering.members = 10.0.0.11:4000,10.0.0.12:4000",
                &[
                    "member-is-no-node:999 gw-1",
                    "synchronizer-without-cluster:224 gw-2",
                ],
            ),
        ],
    );
    let mut deployment = cluster();
    deployment.nodes.retain(|node| node.name != "gw-2");
    unset(&mut deployment, "gw-1", "clustering.enable");
    check(
        "unsaid",
        &deployment,
        &["synchronizer-without-cluster:124 gw-1"],
    );
}
