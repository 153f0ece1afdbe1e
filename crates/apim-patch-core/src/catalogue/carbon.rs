//! `carbon.xml`: host names and ports of the server.

use super::{Kind, Row, always, since, text};

const ROW: Row = Row::in_file("repository/conf/carbon.xml");

/// The settings of `carbon.xml`, as they follow each other in the file.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "server.host_name",
        shapes: &[always(text(
            "/Server/HostName",
            &["Version", "ServerKey", "Name"],
        ))],
        kind: Kind::HostName,
        doc: "The host name under which the services of this node are known: behind a load \
              balancer, the load balancer's.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.2",
        example: r#""gw.example.com""#,
        ..ROW
    },
    Row {
        key: "server.mgt_host_name",
        shapes: &[always(text(
            "/Server/MgtHostName",
            &["HostName", "Version", "ServerKey", "Name"],
        ))],
        kind: Kind::HostName,
        doc: "The host name of the management console, used in its redirects.",
        source: "AM 2.1.0, Distributed Deployment of the Gateway, step 3.2",
        example: r#""gw.example.com""#,
        ..ROW
    },
    Row {
        key: "server.port_offset",
        shapes: &[always(text("/Server/Ports/Offset", &[]))],
        kind: Kind::Offset,
        stock: &[since("2.0.0", "0")],
        doc: "Added to the server's default ports. -DportOffset on the command line overrides it.",
        source: "AM 2.1.0, Changing the Default Ports with Offset",
        example: "0",
        ..ROW
    },
    Row {
        key: "deployment_synchronizer.enable",
        shapes: &[always(text("/Server/DeploymentSynchronizer/Enabled", &[]))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "false")],
        doc: "Whether deployed artefacts are shared between nodes through a Subversion repository. \
              Needs clustering, by which a node tells the others to fetch.",
        source: "AM 2.1.0, Configuring SVN-based Deployment Synchronizer",
        example: "true",
        ..ROW
    },
    Row {
        key: "deployment_synchronizer.auto_commit",
        shapes: &[always(text(
            "/Server/DeploymentSynchronizer/AutoCommit",
            &["Enabled"],
        ))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "false")],
        doc: "Whether this node commits what is deployed on it. Only the one that manages does.",
        source: "AM 2.1.0, Configuring SVN-based Deployment Synchronizer",
        example: "true",
        ..ROW
    },
    Row {
        key: "deployment_synchronizer.auto_checkout",
        shapes: &[always(text(
            "/Server/DeploymentSynchronizer/AutoCheckout",
            &["AutoCommit", "Enabled"],
        ))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "true")],
        doc: "Whether this node fetches what others have committed.",
        source: "AM 2.1.0, Configuring SVN-based Deployment Synchronizer",
        example: "true",
        ..ROW
    },
    Row {
        key: "deployment_synchronizer.svn_url",
        shapes: &[always(text(
            "/Server/DeploymentSynchronizer/SvnUrl",
            &["RepositoryType", "AutoCheckout"],
        ))],
        stock: &[since("2.0.0", "http://svnrepo.example.com/repos/")],
        doc: "The repository.",
        source: "AM 2.1.0, Configuring SVN-based Deployment Synchronizer",
        example: r#""https://svn.example.com/apim/""#,
        ..ROW
    },
    Row {
        key: "deployment_synchronizer.svn_user",
        shapes: &[always(text(
            "/Server/DeploymentSynchronizer/SvnUser",
            &["SvnUrl"],
        ))],
        stock: &[since("2.0.0", "username")],
        doc: "The user of the repository.",
        source: "AM 2.1.0, Configuring SVN-based Deployment Synchronizer",
        example: r#""apim""#,
        ..ROW
    },
    Row {
        key: "deployment_synchronizer.svn_password",
        shapes: &[always(text(
            "/Server/DeploymentSynchronizer/SvnPassword",
            &["SvnUser", "SvnUrl"],
        ))],
        secret: true,
        stock: &[since("2.0.0", "password")],
        doc: "The password of that user.",
        source: "AM 2.1.0, Configuring SVN-based Deployment Synchronizer",
        example: r#"{ env = "APIM_SVN_PASSWORD" }"#,
        ..ROW
    },
    Row {
        key: "deployment_synchronizer.svn_url_append_tenant_id",
        shapes: &[always(text(
            "/Server/DeploymentSynchronizer/SvnUrlAppendTenantId",
            &["SvnPassword", "SvnUser", "SvnUrl"],
        ))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "true")],
        doc: "Whether each tenant has a repository of its own, whose URL ends in the tenant's number.",
        source: "AM 2.1.0, Configuring SVN-based Deployment Synchronizer",
        example: "true",
        ..ROW
    },
];
