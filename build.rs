//! Generates the ADS service around our raw codec: responses are written from pre-encoded pieces, so that the generated
//! message types serve requests only.

use tonic_build::manual::{Builder, Method, Service};

fn main() {
    let method = |name: &str, route: &str, input: &str| {
        Method::builder()
            .name(name)
            .route_name(route)
            .input_type(format!("meshctl_proto::envoy::service::discovery::v3::{input}"))
            .output_type("crate::adapters::grpc::Frame")
            .client_streaming()
            .server_streaming()
            .codec_path("crate::adapters::grpc::RawCodec")
            .build()
    };
    let service = Service::builder()
        .name("AggregatedDiscoveryService")
        .package("envoy.service.discovery.v3")
        .method(method("stream_aggregated_resources", "StreamAggregatedResources", "DiscoveryRequest"))
        .method(method("delta_aggregated_resources", "DeltaAggregatedResources", "DeltaDiscoveryRequest"))
        .build();
    Builder::new().build_client(false).build_transport(false).compile(&[service]);
    println!("cargo:rerun-if-changed=build.rs");
}
