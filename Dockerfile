# The base image is pinned by its tag, which names one release of Go. For a build that can't change
# under that name, add the digest your registry shows: golang:1.26.8@sha256:…
FROM golang:1.26.8 AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS=-mod=readonly
COPY go.mod go.sum ./
RUN go mod download
COPY cmd ./cmd
COPY db ./db
COPY internal ./internal
COPY static ./static
COPY views ./views
COPY web ./web
ARG VERSION
RUN go build -trimpath -ldflags="-s -w -X main.version=${VERSION}" -o /image/dagpass ./cmd/dagpass
RUN mkdir -p /volume/var/lib/dagpass

# Nothing but the program: no shell, no libraries, no package manager.
FROM scratch
COPY --from=build /image/ /
COPY --from=build --chown=65532:65532 /volume/ /
USER 65532:65532
# The data lies one level below the volume, so that Dagpass makes the directory itself with mode 0700
# whatever the mode of the mounted volume is.
ENV DAGPASS_DATA=/var/lib/dagpass/data
ENV DAGPASS_LISTEN=0.0.0.0:8888
VOLUME ["/var/lib/dagpass"]
EXPOSE 8888
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["/dagpass", "healthcheck"]
ENTRYPOINT ["/dagpass"]
CMD ["serve"]
