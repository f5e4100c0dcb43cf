# The image of every part of the mesh: meshctl, and beside it Envoy and what writes a pod's traffic rules.
# It has no shell, and runs as user 1337 unless a pod says otherwise. What it holds stands in image/files.txt.
# For both platforms: docker buildx build --platform linux/amd64,linux/arm64 -t HUB/meshctl:TAG --push .
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked

FROM envoyproxy/envoy:distroless-v1.40.0 AS envoy

FROM debian:bookworm-slim AS gather
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates iptables nftables
WORKDIR /src
COPY image image
COPY --from=build /src/target/release/meshctl /src/meshctl
COPY --from=envoy /usr/local/bin/envoy /src/envoy
RUN image/gather image/files.txt /out MESHCTL=/src/meshctl ENVOY=/src/envoy

FROM scratch
COPY --from=gather /out/ /
USER 1337:1337
ENTRYPOINT ["/usr/local/bin/meshctl"]
