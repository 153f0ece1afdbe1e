//! What time does to certificates.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::*;
use crate::deployment::{Placed, Ports};
use crate::diagnostic::Spot;
use crate::surroundings::LoadBalancer;

const NONE: Ports = Ports {
    plain: None,
    secure: None,
};

fn surroundings(host_name: &str) -> Surroundings {
    let secure = Ports {
        secure: Some(Placed {
            value: 443,
            spot: Spot::without_text("cluster.toml", 1, 1),
        }),
        ..NONE
    };
    Surroundings {
        load_balancers: vec![LoadBalancer {
            name: "front".to_owned(),
            spot: Spot::without_text("cluster.toml", 1, 1),
            host_name: host_name.to_owned(),
            mgt_host_name: None,
            address: None,
            traffic: NONE,
            servlet: secure,
            websocket: NONE,
        }],
        nodes: Vec::new(),
        warnings: Vec::new(),
    }
}

/// The names of the files that are written on that day, and the codes of warnings.
fn keep(folder: &Path, day: u64, self_signed: bool) -> (Vec<String>, Vec<&'static str>) {
    let options = CertificateOptions {
        self_signed,
        key: KeyKind::Ecdsa,
        days: 825,
        now: SystemTime::UNIX_EPOCH + Duration::from_secs((20_000 + day) * DAY),
    };
    let kept = keep_certificates(folder, &surroundings("gw.example.com"), &options).unwrap();
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let written = kept.written.iter().map(|(path, _)| name(path)).collect();
    (written, kept.warnings.iter().map(|one| one.code).collect())
}

#[test]
fn a_certificate_is_issued_anew_thirty_days_before_it_ends() {
    for self_signed in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let nothing = (Vec::new(), Vec::new());
        keep(folder.path(), 0, self_signed);
        assert_eq!(keep(folder.path(), 825 - 31, self_signed), nothing);
        let (written, warnings) = keep(folder.path(), 825 - 30, self_signed);
        assert_eq!((written, warnings.len()), (vec!["front.pem".to_owned()], 0));
        assert_eq!(keep(folder.path(), 825 - 30, self_signed), nothing);
        assert_eq!(keep(folder.path(), 2000, self_signed).0, ["front.pem"]);
    }
}

#[test]
fn an_authority_that_ends_is_told_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    keep(folder.path(), 0, false);
    let (written, warnings) = keep(folder.path(), 3652 - 20, false);
    assert_eq!(written, ["front.pem"]);
    assert_eq!(warnings, ["ends-soon"]);
    // What it issues ends with it, and is not issued again and again.
    assert_eq!(keep(folder.path(), 3652 - 20, false), (vec![], warnings));
    let options = CertificateOptions {
        self_signed: false,
        key: KeyKind::Ecdsa,
        days: 825,
        now: SystemTime::UNIX_EPOCH + Duration::from_secs(23_700 * DAY),
    };
    let ended = keep_certificates(folder.path(), &surroundings("gw.example.com"), &options);
    let errors = ended.unwrap_err();
    assert!(errors[0].message.contains("has ended on"), "{errors:?}");
}

#[test]
fn a_long_name_is_an_alternative_name_alone() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("{}.example.com", "a".repeat(60));
    let options = CertificateOptions {
        self_signed: true,
        key: KeyKind::Ecdsa,
        days: 1,
        now: SystemTime::UNIX_EPOCH + Duration::from_secs(20_000 * DAY),
    };
    let keep = || keep_certificates(folder.path(), &surroundings(&name), &options).unwrap();
    assert_eq!(keep().written.len(), 2);
    assert_eq!(keep().written.len(), 0);
}

#[test]
fn a_clock_that_is_beyond_the_calendar() {
    let folder = tempfile::tempdir().unwrap();
    let options = CertificateOptions {
        self_signed: false,
        key: KeyKind::Ecdsa,
        days: 825,
        now: SystemTime::UNIX_EPOCH + Duration::from_secs(300_000_000_000),
    };
    let kept = keep_certificates(folder.path(), &surroundings("gw"), &options);
    assert!(kept.is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_name_that_the_product_fills_in_is_certified_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let options = CertificateOptions {
        self_signed: false,
        key: KeyKind::Ecdsa,
        days: 825,
        now: SystemTime::now(),
    };
    let kept = keep_certificates(folder.path(), &surroundings("${carbon.host}"), &options);
    let errors = kept.unwrap_err();
    assert!(errors[0].message.contains("${carbon.host}"), "{errors:#?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
