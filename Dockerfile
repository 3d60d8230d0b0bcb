# The gateway and the workbench, and nothing else: no shell, no package manager. Time
# zones are in the binary; certificates come from the image it is built in.
# Pinned to 1.26.8 by digest; .ci/digests looks for a newer one.
FROM golang:1.26-bookworm@sha256:a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# What .dockerignore holds back is part of the version: without it the version would be
# told as changed.
RUN git ls-files -z --deleted | xargs -0r git restore -- && make build && mkdir /state
# A flow book in the folder book goes into the image, if it has no mistakes.
RUN mkdir -p book && if [ -n "$(ls book)" ]; then bin/signpost check -flows book; fi

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /src/bin/gateway /src/bin/signpost /
COPY --from=build /src/LICENSE /src/NOTICE /
# Where a volume for the last good flow book is mounted: it takes its owner from here.
COPY --from=build /src/book /book
COPY --from=build --chown=65532:65532 /state /state
USER 65532:65532
EXPOSE 8080 9091
ENV ADMIN_ADDR=0.0.0.0:9091
ENTRYPOINT ["/gateway"]
