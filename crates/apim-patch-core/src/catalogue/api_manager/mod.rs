//! `api-manager.xml`, block by block.

mod analytics;
mod environments;
mod jms;
mod key_manager;
mod portals;
mod throttling;
mod users;

use super::Row;

const ROW: Row = Row::in_file("repository/conf/api-manager.xml");

/// The admin services of the node itself, to which every block points in a
/// stock home.
const OWN_SERVICES: &str =
    "https://localhost:${mgt.transport.https.port}${carbon.context}services/";

/// The settings of `api-manager.xml`, block by block as they follow each other
/// in the file.
pub(super) const BLOCKS: [&[Row]; 7] = [
    users::ROWS,
    environments::ROWS,
    analytics::ROWS,
    key_manager::ROWS,
    portals::ROWS,
    throttling::ROWS,
    jms::ROWS,
];
