//! `datasources/master-datasources.xml`: the databases.

use super::{Entry, Hidden, Kind, Place, Row, Stock, always, of, text};

const ROW: Row = Row {
    entry: Some(DATA_SOURCE),
    source: "AM 2.6.0, Deploying WSO2 API-M in a Distributed Setup; Apache Tomcat, The \
             Tomcat JDBC Connection Pool",
    ..Row::in_file("repository/conf/datasources/master-datasources.xml")
};

/// The selector of something in a data source.
macro_rules! inside {
    ($path:literal) => {
        concat!(
            "/datasources-configuration/datasources/datasource[name='{}']/",
            $path
        )
    };
}

/// What the stock data sources have: CARBON, AM, STATS and MB, in the order of
/// the file.
const fn stock(values: [&'static str; 4]) -> [Stock; 4] {
    let [carbon, am, stats, broker] = values;
    [
        of("WSO2_CARBON_DB", "2.0.0", carbon),
        of("WSO2AM_DB", "2.0.0", am),
        of("WSO2AM_STATS_DB", "2.0.0", stats),
        of("WSO2_MB_STORE_DB", "2.0.0", broker),
    ]
}

/// What they have in common.
const fn each(value: &'static str) -> [Stock; 4] {
    stock([value; 4])
}

/// The settings of a data source, as they follow each other in the file.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "databases.*.enable",
        shapes: &[always(Place::Presence {
            element: "/datasources-configuration/datasources/datasource[name='{}']",
        })],
        kind: Kind::Boolean,
        stock: &each("true"),
        doc: "Whether there is this data source. With false it is commented out.",
        example: "true",
        ..ROW
    },
    Row {
        key: "databases.*.description",
        shapes: &[always(text(inside!("description"), &["name"]))],
        stock: &stock([
            "The datasource used for registry and user manager",
            "The datasource used for API Manager database",
            "The datasource used for getting statistics to API Manager",
            "The datasource used for message broker database",
        ]),
        doc: "What it is for.",
        example: r#""Users and permissions""#,
        ..ROW
    },
    Row {
        key: "databases.*.jndi_name",
        shapes: &[always(text(inside!("jndiConfig/name"), &[]))],
        stock: &stock([
            "jdbc/WSO2CarbonDB",
            "jdbc/WSO2AM_DB",
            "jdbc/WSO2AM_STATS_DB",
            "WSO2MBStoreDB",
        ]),
        doc: "The name by which other config files refer to it.",
        example: r#""jdbc/WSO2UM_DB""#,
        ..ROW
    },
    Row {
        key: "databases.*.url",
        shapes: &[always(text(inside!("definition/configuration/url"), &[]))],
        stock: &stock([
            "jdbc:h2:repository/database/WSO2CARBON_DB;DB_CLOSE_ON_EXIT=FALSE",
            "jdbc:h2:repository/database/WSO2AM_DB;DB_CLOSE_ON_EXIT=FALSE",
            "jdbc:h2:../tmpStatDB/WSO2AM_STATS_DB;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=60000;AUTO_SERVER=TRUE",
            "jdbc:h2:repository/database/WSO2MB_DB;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=60000",
        ]),
        doc: "Where the database is.",
        example: r#""jdbc:mysql://db.example.com:3306/WSO2UM_DB""#,
        ..ROW
    },
    Row {
        key: "databases.*.username",
        shapes: &[always(text(
            inside!("definition/configuration/username"),
            &["url"],
        ))],
        stock: &each("wso2carbon"),
        doc: "The user of the database.",
        example: r#""apim""#,
        ..ROW
    },
    Row {
        key: "databases.*.password",
        shapes: &[always(text(
            inside!("definition/configuration/password"),
            &["username", "url"],
        ))],
        secret: true,
        stock: &each("wso2carbon"),
        doc: "The password of that user.",
        example: r#"{ env = "APIM_DB_PASSWORD" }"#,
        ..ROW
    },
    Row {
        key: "databases.*.driver",
        shapes: &[always(text(
            inside!("definition/configuration/driverClassName"),
            &["defaultAutoCommit", "password", "username", "url"],
        ))],
        stock: &each("org.h2.Driver"),
        doc: "The class of its JDBC driver, which has to lie in repository/components/lib.",
        example: r#""com.mysql.jdbc.Driver""#,
        ..ROW
    },
    Row {
        key: "databases.*.default_auto_commit",
        shapes: &[always(text(
            inside!("definition/configuration/defaultAutoCommit"),
            &[
                "validationInterval",
                "driverClassName",
                "password",
                "username",
                "url",
            ],
        ))],
        kind: Kind::Boolean,
        stock: &[
            of("WSO2_CARBON_DB", "2.6.0", "true"),
            of("WSO2AM_DB", "2.0.0", "false"),
            of("WSO2AM_DB", "2.6.0", "true"),
            of("WSO2AM_STATS_DB", "2.0.0", "false"),
            of("WSO2AM_STATS_DB", "2.6.0", "true"),
            of("WSO2_MB_STORE_DB", "2.0.0", "false"),
        ],
        doc: "Whether each statement is a transaction of its own unless the server says otherwise.",
        example: "false",
        ..ROW
    },
    Row {
        key: "databases.*.max_active",
        shapes: &[always(text(
            inside!("definition/configuration/maxActive"),
            &["driverClassName", "password", "username", "url"],
        ))],
        kind: Kind::Number,
        stock: &each("50"),
        doc: "How many connections it keeps at most.",
        example: "50",
        ..ROW
    },
    Row {
        key: "databases.*.max_wait",
        shapes: &[always(text(
            inside!("definition/configuration/maxWait"),
            &["maxActive", "driverClassName", "url"],
        ))],
        kind: Kind::Number,
        stock: &each("60000"),
        doc: "How many milliseconds to wait for one; -1 waits for ever.",
        example: "60000",
        ..ROW
    },
    Row {
        key: "databases.*.test_on_borrow",
        shapes: &[always(text(
            inside!("definition/configuration/testOnBorrow"),
            &["maxWait", "maxActive", "driverClassName", "url"],
        ))],
        kind: Kind::Boolean,
        stock: &each("true"),
        doc: "Whether a connection is tried before it is used.",
        example: "true",
        ..ROW
    },
    Row {
        key: "databases.*.validation_query",
        shapes: &[always(text(
            inside!("definition/configuration/validationQuery"),
            &["testOnBorrow", "maxWait", "driverClassName", "url"],
        ))],
        stock: &each("SELECT 1"),
        doc: "The statement with which it is tried.",
        example: r#""SELECT 1""#,
        ..ROW
    },
    Row {
        key: "databases.*.validation_interval",
        shapes: &[always(text(
            inside!("definition/configuration/validationInterval"),
            &["validationQuery", "testOnBorrow", "driverClassName", "url"],
        ))],
        kind: Kind::Number,
        stock: &each("30000"),
        doc: "How many milliseconds a connection that was tried counts as good.",
        example: "30000",
        ..ROW
    },
];

/// A data source comes as stock ones are, but for where it is and how to get in.
const DATA_SOURCE: &Entry = &Entry {
    element: "/datasources-configuration/datasources/datasource[name='{}']",
    fragment: "<datasource>\n\
               \x20   <name>{}</name>\n\
               \x20   <jndiConfig>\n\
               \x20       <name>jdbc/{}</name>\n\
               \x20   </jndiConfig>\n\
               \x20   <definition type=\"RDBMS\">\n\
               \x20       <configuration>\n\
               \x20           <maxActive>50</maxActive>\n\
               \x20           <maxWait>60000</maxWait>\n\
               \x20           <testOnBorrow>true</testOnBorrow>\n\
               \x20           <validationQuery>SELECT 1</validationQuery>\n\
               \x20           <validationInterval>30000</validationInterval>\n\
               \x20       </configuration>\n\
               \x20   </definition>\n\
               </datasource>",
    hidden: Hidden::Restored,
    after: &["/datasources-configuration/datasources/datasource"],
    parent: "/datasources-configuration/datasources",
    example: "WSO2UM_DB",
};
