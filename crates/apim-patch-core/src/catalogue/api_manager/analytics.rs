//! `Analytics`: where usage data goes. Its elements are called after the server
//! that takes them: DAS before 2.6.0, the stream processor from then on.

use super::super::{Kind, Place, Row, Shape, always, marked, since, text};
use super::ROW;

/// The element that tells the shape of 2.6.0.
const STREAM_PROCESSOR: &str = "/APIManager/Analytics/StreamProcessorServerURL";

const fn stream_processor(place: Place) -> Shape {
    marked(STREAM_PROCESSOR, place)
}

pub(super) const ROWS: &[Row] = &[
    Row {
        key: "analytics.enable",
        shapes: &[always(text("/APIManager/Analytics/Enabled", &[]))],
        kind: Kind::Boolean,
        stock: &[since("2.0.0", "false")],
        doc: "Whether usage data is sent to the analytics server.",
        source: "AM 2.6.0, Configuring APIM Analytics",
        example: "true",
        ..ROW
    },
    Row {
        key: "analytics.server_url",
        shapes: &[
            stream_processor(text(STREAM_PROCESSOR, &["Enabled"])),
            always(text("/APIManager/Analytics/DASServerURL", &["Enabled"])),
        ],
        stock: &[since("2.0.0", "{tcp://localhost:7612}")],
        doc: "Where usage data is sent: tcp:// addresses separated by commas, of which one is \
              taken; in braces, groups of them, to all of which it goes.",
        source: "AM 2.6.0, Configuring APIM Analytics",
        example: r#""{tcp://analytics.example.com:7612}""#,
        ..ROW
    },
    Row {
        key: "analytics.auth_server_url",
        shapes: &[
            stream_processor(text(
                "/APIManager/Analytics/StreamProcessorAuthServerURL",
                &["StreamProcessorServerURL", "Enabled"],
            )),
            always(text(
                "/APIManager/Analytics/DASAuthServerURL",
                &["DASServerURL", "Enabled"],
            )),
        ],
        doc: "Where the node authenticates for that, in the same order. Without it, at the same \
              hosts with the ports a hundred higher.",
        source: "AM 2.6.0, Configuring APIM Analytics",
        example: r#""{ssl://analytics.example.com:7712}""#,
        ..ROW
    },
    Row {
        key: "analytics.username",
        shapes: &[
            stream_processor(text(
                "/APIManager/Analytics/StreamProcessorUsername",
                &["StreamProcessorAuthServerURL", "StreamProcessorServerURL"],
            )),
            always(text(
                "/APIManager/Analytics/DASUsername",
                &["DASAuthServerURL", "DASServerURL", "Enabled"],
            )),
        ],
        stock: &[since("2.0.0", "${admin.username}")],
        doc: "The user as whom usage data is sent.",
        source: "AM 2.6.0, Configuring APIM Analytics",
        example: r#""admin""#,
        ..ROW
    },
    Row {
        key: "analytics.password",
        shapes: &[
            stream_processor(text(
                "/APIManager/Analytics/StreamProcessorPassword",
                &["StreamProcessorUsername", "StreamProcessorServerURL"],
            )),
            always(text(
                "/APIManager/Analytics/DASPassword",
                &["DASUsername", "DASServerURL", "Enabled"],
            )),
        ],
        secret: true,
        stock: &[since("2.0.0", "${admin.password}")],
        doc: "The password of that user.",
        source: "AM 2.6.0, Configuring APIM Analytics",
        example: r#"{ env = "APIM_ANALYTICS_PASSWORD" }"#,
        ..ROW
    },
    Row {
        key: "analytics.rest_api_url",
        shapes: &[
            stream_processor(text(
                "/APIManager/Analytics/StreamProcessorRestApiURL",
                &["StatsProviderImpl", "StreamProcessorPassword"],
            )),
            always(text(
                "/APIManager/Analytics/DASRestApiURL",
                &["StatsProviderImpl", "DASPassword"],
            )),
        ],
        kind: Kind::Url,
        stock: &[
            since("2.0.0", "https://localhost:9444"),
            since("2.6.0", "https://localhost:7444"),
        ],
        doc: "Where Publisher and Store ask for statistics.",
        source: "AM 2.6.0, Configuring APIM Analytics",
        example: r#""https://analytics.example.com:7444""#,
        ..ROW
    },
    Row {
        key: "analytics.rest_api_username",
        shapes: &[
            stream_processor(text(
                "/APIManager/Analytics/StreamProcessorRestApiUsername",
                &["StreamProcessorRestApiURL", "StatsProviderImpl"],
            )),
            always(text(
                "/APIManager/Analytics/DASRestApiUsername",
                &["DASRestApiURL", "StatsProviderImpl"],
            )),
        ],
        stock: &[since("2.0.0", "${admin.username}")],
        doc: "The user as whom statistics are asked for.",
        source: "AM 2.6.0, Configuring APIM Analytics",
        example: r#""admin""#,
        ..ROW
    },
    Row {
        key: "analytics.rest_api_password",
        shapes: &[
            stream_processor(text(
                "/APIManager/Analytics/StreamProcessorRestApiPassword",
                &["StreamProcessorRestApiUsername", "StatsProviderImpl"],
            )),
            always(text(
                "/APIManager/Analytics/DASRestApiPassword",
                &["DASRestApiUsername", "StatsProviderImpl"],
            )),
        ],
        secret: true,
        stock: &[since("2.0.0", "${admin.password}")],
        doc: "The password of that user.",
        source: "AM 2.6.0, Configuring APIM Analytics",
        example: r#"{ env = "APIM_ANALYTICS_PASSWORD" }"#,
        ..ROW
    },
];
