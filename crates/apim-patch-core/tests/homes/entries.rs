//! Entries of keyed tables, and elements that are a name and a value: how they
//! come into being, to the byte.

use crate::harness::{TestHome, ask, ask_alone, outcomes};

/// What `file` of a fixture home becomes. `expect` is what comes behind the
/// line that ends in `behind`.
#[track_caller]
fn check(home: &TestHome, file: &str, asked: &str, behind: &str, expect: &str) {
    let before = String::from_utf8(home.read(file)).unwrap();
    let selection = ask_alone(asked);
    let plan = home.plan(&selection).unwrap();
    home.write_plan(&plan);
    let after = String::from_utf8(home.read(file)).unwrap();
    let crlf = before.contains("\r\n");
    let expect = match crlf {
        true => expect.replace('\n', "\r\n"),
        false => expect.to_owned(),
    };
    let at = before.find(behind).unwrap() + behind.len();
    let added = after
        .strip_prefix(&before[..at])
        .and_then(|rest| rest.strip_suffix(&before[at..]));
    assert_eq!(added, Some(expect.as_str()), "{after}");
    assert!(home.plan(&selection).unwrap().is_empty());
}

#[test]
fn an_environment() {
    check(
        &TestHome::fixture("stock-2.6"),
        "repository/conf/api-manager.xml",
        "environments.'DMZ & more'.server_url = 'https://dmz:9443/services/'\n\
         environments.'DMZ & more'.type = 'production'\n\
         environments.'DMZ & more'.endpoint = 'https://dmz:8243'\n\
         environments.'DMZ & more'.websocket_endpoint = 'ws://dmz:9099'\n",
        "            </Environment>",
        "
            <Environment type=\"production\">
                <Name>DMZ &amp; more</Name>
                <ServerURL>https://dmz:9443/services/</ServerURL>
                <Username>${admin.username}</Username>
                <Password>${admin.password}</Password>
                <GatewayEndpoint>https://dmz:8243</GatewayEndpoint>
                <GatewayWSEndpoint>ws://dmz:9099</GatewayWSEndpoint>
            </Environment>",
    );
}

#[test]
fn a_data_source() {
    check(
        &TestHome::fixture("stock-2.1"),
        "repository/conf/datasources/master-datasources.xml",
        "databases.WSO2UM_DB.url = 'jdbc:mysql://db/um?a=1&b=2'\n\
         databases.WSO2UM_DB.username = 'um'\n\
         databases.WSO2UM_DB.password = { env = 'X' }\n\
         databases.WSO2UM_DB.driver = 'com.mysql.jdbc.Driver'\n\
         databases.WSO2UM_DB.description = 'Users'\n",
        "         </datasource>",
        "
         <datasource>
             <name>WSO2UM_DB</name>
             <description>Users</description>
             <jndiConfig>
                 <name>jdbc/WSO2UM_DB</name>
             </jndiConfig>
             <definition type=\"RDBMS\">
                 <configuration>
                     <url>jdbc:mysql://db/um?a=1&amp;b=2</url>
                     <username>um</username>
                     <password>a &lt;secret> &amp; more</password>
                     <driverClassName>com.mysql.jdbc.Driver</driverClassName>
                     <maxActive>50</maxActive>
                     <maxWait>60000</maxWait>
                     <testOnBorrow>true</testOnBorrow>
                     <validationQuery>SELECT 1</validationQuery>
                     <validationInterval>30000</validationInterval>
                 </configuration>
             </definition>
         </datasource>",
    );
}

/// The stock samples, one of which has the very URL and path, stay comments;
/// lines end as they do there.
#[test]
fn a_shared_registry() {
    check(
        &TestHome::fixture("stock-2.6"),
        "repository/conf/registry.xml",
        "registry.databases.govregistry.data_source = 'jdbc/WSO2REG_DB'\n\
         [registry.remote_instances.'https://localhost:9443/registry']\n\
         id = 'gov'\n\
         cache_id = 'reg@jdbc:mysql://db/reg'\n\
         db_config = 'govregistry'\n\
         [registry.mounts.'/_system/config']\n\
         instance_id = 'gov'\n\
         overwrite = true\n\
         [registry.mounts.'/_system/governance']\n\
         instance_id = 'gov'\n\
         overwrite = 'virtual'\n",
        "    </dbConfig>",
        "
    <dbConfig name=\"govregistry\">
        <dataSource>jdbc/WSO2REG_DB</dataSource>
    </dbConfig>
    <remoteInstance url=\"https://localhost:9443/registry\">
        <id>gov</id>
        <cacheId>reg@jdbc:mysql://db/reg</cacheId>
        <dbConfig>govregistry</dbConfig>
        <readOnly>false</readOnly>
        <enableCache>true</enableCache>
        <registryRoot>/</registryRoot>
    </remoteInstance>
    <mount path=\"/_system/config\" overwrite=\"true\">
        <instanceId>gov</instanceId>
        <targetPath>/_system/config</targetPath>
    </mount>
    <mount path=\"/_system/governance\" overwrite=\"virtual\">
        <instanceId>gov</instanceId>
        <targetPath>/_system/governance</targetPath>
    </mount>",
    );
}

#[test]
fn what_is_a_name_and_a_value_is_hidden_whole() {
    const FILE: &str = "repository/conf/axis2/axis2.xml";
    let home = TestHome::fixture("stock-2.1");
    check(
        &home,
        FILE,
        "clustering.port_mapping.443 = 9443\nclustering.port_mapping.80 = 9763\n",
        "<property name=\"subDomain\" value=\"worker\"/>",
        "
            <property name=\"port.mapping.443\" value=\"9443\"/>
            <property name=\"port.mapping.80\" value=\"9763\"/>",
    );
    let absent = ask(
        "gateway",
        "clustering.port_mapping.80 = { absent = true }\nclustering.sub_domain = { absent = true }",
    );
    let plan = home.plan(&absent.unwrap()).unwrap();
    assert_eq!(outcomes(&plan)["clustering.sub_domain"], "commented-out");
    home.write_plan(&plan);
    let text = String::from_utf8(home.read(FILE)).unwrap();
    assert!(text.contains("<!--<property name=\"port.mapping.80\" value=\"9763\"/>-->"));
    assert_eq!(home.value("clustering.sub_domain"), None);
    assert_eq!(
        home.value("clustering.port_mapping.443").as_deref(),
        Some("9443")
    );

    let again = ask("gateway", "clustering.sub_domain = 'mgt'").unwrap();
    let plan = home.plan(&again).unwrap();
    let outcomes = outcomes(&plan);
    assert_eq!(outcomes["clustering.sub_domain"], "restored");
    home.write_plan(&plan);
    let text = String::from_utf8(home.read(FILE)).unwrap();
    assert_eq!(text.matches("name=\"subDomain\"").count(), 1);
    assert_eq!(home.value("clustering.sub_domain").as_deref(), Some("mgt"));
}

/// A data source that somebody has commented out comes back with what it holds.
#[test]
fn what_was_an_entry_is_restored_where_it_stands() {
    const FILE: &str = "repository/conf/datasources/master-datasources.xml";
    let home = TestHome::fixture("stock-2.1");
    let text = String::from_utf8(home.read(FILE)).unwrap();
    let hidden = text.replace("         <datasource>", "         <!--datasource>");
    let hidden = hidden.replace("         </datasource>", "         </datasource-->");
    home.write(FILE, &hidden);
    let selection = ask("gateway", "databases.WSO2AM_DB.url = 'jdbc:x'").unwrap();
    let plan = home.plan(&selection).unwrap();
    assert_eq!(outcomes(&plan)["databases.WSO2AM_DB"], "restored");
    home.write_plan(&plan);
    let expect = text.replace("jdbc:h2:repository/database/WSO2AM_DB", "jdbc:x");
    assert_eq!(String::from_utf8(home.read(FILE)).unwrap(), expect);
}
