# syntax=docker/dockerfile:1

# The web app and the server; one after the other in one layer of tools.
FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo xtask web \
    && cargo build --locked --release --package parvis-api --bin parvis \
    && mkdir -p /out \
    && cp target/release/parvis /out/parvis \
    && cp -r target/web /out/app

# The server links libpq and SQLite itself: the image needs certificates, and curl for its health check.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/parvis --create-home parvis \
    && install --directory --owner parvis --group parvis --mode 0700 /var/lib/parvis/keys /var/lib/parvis/data /var/lib/parvis/documents
COPY --from=build /out/parvis /usr/local/bin/parvis
COPY --from=build /out/app /usr/share/parvis/app
COPY LICENSE /usr/share/parvis/LICENSE
USER parvis
WORKDIR /var/lib/parvis
ENV PARVIS_LISTEN=0.0.0.0:8080 \
    PARVIS_APP_DIR=/usr/share/parvis/app \
    PARVIS_DATABASE_URL=sqlite:///var/lib/parvis/data/parvis.db \
    PARVIS_SIGNING_KEYS=/var/lib/parvis/keys \
    PARVIS_DOCUMENTS=file:///var/lib/parvis/documents
VOLUME ["/var/lib/parvis/data", "/var/lib/parvis/keys", "/var/lib/parvis/documents"]
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/health/ready"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["parvis"]
CMD ["serve"]
