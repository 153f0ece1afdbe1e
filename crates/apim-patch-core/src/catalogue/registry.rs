//! `registry.xml`: what nodes share of the registry, and its index.

use super::{Entry, Hidden, Kind, Place, Row, always, attribute, of, since, text};

const ROW: Row = Row::in_file("repository/conf/registry.xml");

const SHARING: &str = "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup; Governance Registry \
                       5.4.0, Remote Instance and Mount Configuration Details";

/// The settings of `registry.xml`, as they follow each other in the file.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "traffic_manager.registry",
        shapes: &[always(Place::Replacement {
            by: "repository/conf/registry_TM.xml",
            unlike: "/wso2registry/jmx",
            stock: &[
                "341bbc00adbd202b1bb8abc3ae60c3eeb15d96efb23c980f4514b2308a530595",
                "4aa8273aa88d7fe61ad36fc3802f1d4e920efb46a55d21d1758a8f1c75141500",
                "3911409d18ac18dbc3325e95ffaec74ea8d016e6e8f48c2eadc4334f276854a7",
                "8996f674ef96b52ffafad551797fbd1e70a5080551e6f174b6540067fad6e3c0",
            ],
        })],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "false")],
        doc: "Whether registry.xml has the content of registry_TM.xml, as a Traffic Manager's has. \
              It is put there before anything else in it is set, and not taken back.",
        source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup, step 6.5",
        example: "true",
        ..ROW
    },
    Row {
        key: "registry.databases.*.data_source",
        shapes: &[always(text(
            "/wso2registry/dbConfig[@name='{}']/dataSource",
            &[],
        ))],
        entry: Some(DATABASE),
        stock: &[of("wso2registry", "2.0.0", "jdbc/WSO2CarbonDB")],
        doc: "The JNDI name of the data source that holds this part of the registry.",
        source: SHARING,
        example: r#""jdbc/WSO2REG_DB""#,
        ..ROW
    },
    Row {
        key: "registry.remote_instances.*.id",
        shapes: &[always(text(
            "/wso2registry/remoteInstance[@url='{}']/id",
            &[],
        ))],
        entry: Some(REMOTE_INSTANCE),
        doc: "The name by which mounts refer to this remote registry.",
        source: SHARING,
        example: r#""gov""#,
        ..ROW
    },
    Row {
        key: "registry.remote_instances.*.cache_id",
        shapes: &[always(text(
            "/wso2registry/remoteInstance[@url='{}']/cacheId",
            &["id"],
        ))],
        entry: Some(REMOTE_INSTANCE),
        doc: "What nodes that share its cache have in common: user@URL of its database.",
        source: SHARING,
        example: r#""apim@jdbc:mysql://db.example.com:3306/WSO2REG_DB""#,
        ..ROW
    },
    Row {
        key: "registry.remote_instances.*.db_config",
        shapes: &[always(text(
            "/wso2registry/remoteInstance[@url='{}']/dbConfig",
            &["cacheId", "id"],
        ))],
        entry: Some(REMOTE_INSTANCE),
        doc: "The database of registry.databases that it is kept in.",
        source: SHARING,
        example: r#""govregistry""#,
        ..ROW
    },
    Row {
        key: "registry.remote_instances.*.read_only",
        shapes: &[always(text(
            "/wso2registry/remoteInstance[@url='{}']/readOnly",
            &["dbConfig", "cacheId", "id"],
        ))],
        kind: Kind::Boolean,
        entry: Some(REMOTE_INSTANCE),
        doc: "Whether this node only reads it.",
        source: SHARING,
        example: "false",
        ..ROW
    },
    Row {
        key: "registry.remote_instances.*.enable_cache",
        shapes: &[always(text(
            "/wso2registry/remoteInstance[@url='{}']/enableCache",
            &["readOnly", "dbConfig", "id"],
        ))],
        kind: Kind::Boolean,
        entry: Some(REMOTE_INSTANCE),
        doc: "Whether this node caches it.",
        source: SHARING,
        example: "true",
        ..ROW
    },
    Row {
        key: "registry.remote_instances.*.registry_root",
        shapes: &[always(text(
            "/wso2registry/remoteInstance[@url='{}']/registryRoot",
            &["enableCache", "readOnly", "dbConfig", "id"],
        ))],
        entry: Some(REMOTE_INSTANCE),
        doc: "The path in it that is this node's root.",
        source: SHARING,
        example: r#""/""#,
        ..ROW
    },
    Row {
        key: "registry.mounts.*.overwrite",
        shapes: &[always(attribute(MOUNT.element, "overwrite", Some("path")))],
        kind: Kind::OneOf(&["true", "false", "virtual"]),
        entry: Some(MOUNT),
        doc: "What becomes of something that is in the way of the mount: it is deleted (true), \
              stays and is not mounted over (false), or is hidden (virtual).",
        source: SHARING,
        example: r#""true""#,
        ..ROW
    },
    Row {
        key: "registry.mounts.*.instance_id",
        shapes: &[always(text(
            "/wso2registry/mount[@path='{}']/instanceId",
            &[],
        ))],
        entry: Some(MOUNT),
        doc: "The id of the remote registry that is mounted.",
        source: SHARING,
        example: r#""gov""#,
        ..ROW
    },
    Row {
        key: "registry.mounts.*.target_path",
        shapes: &[always(text(
            "/wso2registry/mount[@path='{}']/targetPath",
            &["instanceId"],
        ))],
        entry: Some(MOUNT),
        doc: "The path in the remote registry that is mounted.",
        source: SHARING,
        example: r#""/_system/governance""#,
        ..ROW
    },
    Row {
        key: "indexing.enable",
        shapes: &[always(text(
            "/wso2registry/indexingConfiguration/startIndexing",
            &[],
        ))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "true")],
        doc: "Whether this node keeps an index of the registry, in which Publisher and Store \
              search.",
        source: "AM 2.6.0, bin/profileSetup.sh",
        example: "false",
        ..ROW
    },
];

const DATABASE: &Entry = &Entry {
    element: "/wso2registry/dbConfig[@name='{}']",
    fragment: "<dbConfig name=\"{}\">\n\
               \x20   <dataSource></dataSource>\n\
               </dbConfig>",
    hidden: Hidden::Restored,
    after: &["/wso2registry/dbConfig"],
    parent: "/wso2registry",
    example: "govregistry",
};

/// Stock homes hide samples under the usual URL, with children that belong to
/// other kinds of instances.
const REMOTE_INSTANCE: &Entry = &Entry {
    element: "/wso2registry/remoteInstance[@url='{}']",
    fragment: "<remoteInstance url=\"{}\">\n\
               \x20   <readOnly>false</readOnly>\n\
               \x20   <enableCache>true</enableCache>\n\
               \x20   <registryRoot>/</registryRoot>\n\
               </remoteInstance>",
    hidden: Hidden::Sample,
    after: &["/wso2registry/remoteInstance", "/wso2registry/dbConfig"],
    parent: "/wso2registry",
    example: "https://localhost:9443/registry",
};

/// Stock homes hide a sample for `/_system/config` whose every value is a
/// placeholder: restored, it would mount what nobody asked for. A mount is of
/// the same path on the other side, unless somebody says otherwise.
const MOUNT: &Entry = &Entry {
    element: "/wso2registry/mount[@path='{}']",
    fragment: "<mount path=\"{}\" overwrite=\"true\">\n\
               \x20   <targetPath>{}</targetPath>\n\
               </mount>",
    hidden: Hidden::Sample,
    after: &[
        "/wso2registry/mount",
        "/wso2registry/remoteInstance",
        "/wso2registry/dbConfig",
    ],
    parent: "/wso2registry",
    example: "/_system/governance",
};
