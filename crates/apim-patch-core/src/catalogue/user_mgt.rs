//! `user-mgt.xml`: the administrator, and where users are kept.

use super::{Row, always, since, text};

const ROW: Row = Row::in_file("repository/conf/user-mgt.xml");

/// The settings of `user-mgt.xml`, as they follow each other in the file.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "admin.username",
        shapes: &[always(text(
            "/UserManager/Realm/Configuration/AdminUser/UserName",
            &[],
        ))],
        stock: &[since("2.0.0", "admin")],
        doc: "The administrator, whom the server creates at its first start. Elsewhere \
              ${admin.username} stands for it.",
        source: "AM 2.6.0, Maintaining Logins and Passwords",
        example: r#""admin""#,
        ..ROW
    },
    Row {
        key: "admin.password",
        shapes: &[always(text(
            "/UserManager/Realm/Configuration/AdminUser/Password",
            &["UserName"],
        ))],
        secret: true,
        stock: &[since("2.0.0", "admin")],
        doc: "The administrator's password at the first start, and the one with which nodes call \
              each other. Elsewhere ${admin.password} stands for it.",
        source: "AM 2.6.0, Maintaining Logins and Passwords",
        example: r#"{ env = "APIM_ADMIN_PASSWORD" }"#,
        ..ROW
    },
    Row {
        key: "user_store.data_source",
        shapes: &[always(text(
            "/UserManager/Realm/Configuration/Property[@name='dataSource']",
            &["Property", "EveryOneRoleName"],
        ))],
        stock: &[since("2.0.0", "jdbc/WSO2CarbonDB")],
        doc: "The JNDI name of the data source that users and permissions are kept in. Nodes that \
              share them name one database.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup",
        example: r#""jdbc/WSO2UM_DB""#,
        ..ROW
    },
];
