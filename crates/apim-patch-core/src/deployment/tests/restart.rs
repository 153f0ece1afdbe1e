//! The order in which nodes are restarted.

use std::fmt::Write;

use super::file;
use crate::deployment::restart_order;

fn check(text: &str, expect: &[&str]) {
    let file = file(text);
    let steps = restart_order(file.deployment().unwrap());
    let steps: Vec<_> = steps
        .iter()
        .map(|step| format!("{}: {}", step.profile, step.nodes.join(" ")))
        .collect();
    assert_eq!(steps, expect, "{text}");
}

#[test]
fn by_profile() {
    check(
        "[nodes]\nw = { profile = 'gateway-worker' }\nm = { profile = 'gateway-manager' }\n\
         s = { profile = 'store' }\np = { profile = 'publisher' }\nt = { profile = 'traffic-manager' }\n\
         k = { profile = 'key-manager' }\nx = { host = 'x' }",
        &[
            "key-manager: k",
            "traffic-manager: t",
            "publisher: p",
            "store: s",
            "gateway-manager: m",
            "gateway-worker: w",
        ],
    );
}

#[test]
fn never_all_behind_one_balancer() {
    let mut text =
        "[load_balancers]\na = { host_name = 'a' }\nb = { host_name = 'b' }\n[nodes]\n".to_owned();
    for index in 0..9 {
        let _ = writeln!(text, "a{index} = {{ profile = 'gateway', behind = 'a' }}");
    }
    text.push_str(
        "b0 = { profile = 'gateway', behind = 'b' }\nb1 = { profile = 'gateway', behind = 'b' }\n",
    );
    check(
        &text,
        &[
            "gateway: a0 a1 a2 b0",
            "gateway: a3 a4 a5 b1",
            "gateway: a6 a7 a8",
        ],
    );
}

#[test]
fn at_most_four_waves_and_never_all() {
    for count in 2..60 {
        let mut text = "[load_balancers]\na = { host_name = 'a' }\n[profiles.gateway]\nbehind = 'a'\n[nodes]\n".to_owned();
        for index in 0..count {
            let _ = writeln!(text, "n{index} = {{ profile = 'gateway' }}");
        }
        let file = file(&text);
        let steps = restart_order(file.deployment().unwrap());
        assert!(steps.len() <= 4, "{count}");
        assert!(steps.iter().all(|step| step.nodes.len() < count), "{count}");
        let all: usize = steps.iter().map(|step| step.nodes.len()).sum();
        assert_eq!(all, count);
    }
}
