//! Which of several nodes a client gets, and what happens when one is down.

use crate::client::Reply;
use crate::lab::Call;
use crate::{answer, places, whole};

#[test]
fn sessions_stay_at_their_node() {
    let Some(lab) = whole() else { return };
    for (host, port, nodes) in [
        ("publisher.example.com", "servlet", 3),
        ("publisher.example.com", "tlsservlet", 3),
        ("store.example.com", "tlsservlet", 2),
        ("gw.example.com", "tlsservlet", 2),
    ] {
        let call = Call::to(host, port);
        assert_eq!(
            answer(&lab, &call).len(),
            nodes,
            "{host} {port}: without cookie any node"
        );
        for _ in 0..8 {
            let first = lab.call(&call);
            let cookie = first.cookie().unwrap().to_owned();
            let attributes = first.field("Set-Cookie").unwrap();
            assert!(attributes.contains("; Path=/; HttpOnly"), "{attributes}");
            assert_eq!(
                attributes.contains("; Secure"),
                port.starts_with("tls"),
                "{attributes}"
            );
            // From networks all over, as a telephone on a train.
            for from in [[5, 1], [5, 2], [77, 1], [250, 250]] {
                let call = call
                    .clone()
                    .from(from)
                    .field("Cookie", &format!("JSESSIONID=1; {cookie}; b=c"));
                let again = lab.call(&call);
                assert_eq!(again.from(), first.from(), "{cookie}");
                assert_eq!(again.cookie(), None, "it has one");
            }
        }
        // One that names no node is replaced.
        let name = lab
            .call(&call)
            .cookie()
            .unwrap()
            .split('=')
            .next()
            .unwrap()
            .to_owned();
        for value in ["gone", "", "default", "x_$request_id", "../../"] {
            let call = call.clone().field("Cookie", &format!("{name}={value}"));
            assert!(lab.call(&call).cookie().is_some(), "{value}");
        }
    }
}

#[test]
fn calls_of_apis_are_spread_and_get_no_cookie() {
    let Some(lab) = whole() else { return };
    let replies: Vec<Reply> = (0..20)
        .map(|_| lab.call(&Call::to("gw.example.com", "tlstraffic")))
        .collect();
    assert!(
        replies
            .iter()
            .all(|reply| reply.field("Set-Cookie").is_none())
    );
    let first = replies
        .iter()
        .filter(|reply| reply.from().0 == "gw-a")
        .count();
    assert!((5..=15).contains(&first), "{first} of 20");
}

#[test]
fn clients_of_a_node_that_is_down_get_another_one() {
    let Some(mut lab) = whole() else { return };
    let call = Call::to("publisher.example.com", "tlsservlet");
    let cookie = loop {
        let reply = lab.call(&call);
        if reply.from().0 == "pub-2" {
            break reply.cookie().unwrap().to_owned();
        }
    };
    lab.back_end("pub-2").stop();
    lab.back_end("gw-a").stop();
    let with_cookie = call.clone().field("Cookie", &cookie);
    // All at one, where a session can begin anew.
    assert_eq!(answer(&lab, &with_cookie), places(&[("pub-3", 9443)]));
    assert_eq!(
        answer(&lab, &call),
        places(&[("pub-1", 9443), ("pub-3", 9443)])
    );
    // Nothing was sent yet, so that a POST may go elsewhere, too.
    let post = with_cookie.clone().line("POST /").body(10);
    assert_eq!(lab.call(&post).from().0, "pub-3");
    assert_eq!(
        answer(&lab, &Call::to("gw.example.com", "traffic")),
        places(&[("gw-b", 8287)])
    );
    lab.back_end("pub-3").stop();
    assert_eq!(answer(&lab, &with_cookie), places(&[("pub-1", 9443)]));
}

#[test]
fn what_changes_something_is_not_sent_twice() {
    let Some(lab) = whole() else { return };
    let dropped = || {
        lab.back_ends
            .iter()
            .map(|(_, back_end)| back_end.dropped())
            .sum::<usize>()
    };
    let hosts = [
        ("gw.example.com", "traffic"),
        ("gw.example.com", "tlstraffic"),
        ("store.example.com", "tlsservlet"),
    ];
    for (host, port) in hosts {
        for line in ["POST /drop", "PATCH /drop"] {
            let before = dropped();
            let reply = lab.call(&Call::to(host, port).line(line).body(10));
            assert_eq!(
                (reply.status(), dropped() - before),
                (502, 1),
                "{line} {host} {port}"
            );
        }
    }
    let before = dropped();
    let reply = lab.call(&Call::to("gw.example.com", "traffic").line("GET /drop"));
    assert_eq!((reply.status(), dropped() - before), (502, 2));
}
