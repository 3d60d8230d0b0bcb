# The gateway and the workbench, and nothing else: no shell, no package manager. Time
# zones are in the binary; certificates come from the image it is built in. The desk has the
# git program, too.
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

# The git program, and the libraries that it needs.
FROM build AS git
RUN mkdir -p /git/usr/lib/git-core /git/tmp \
 && for f in /usr/bin/git $(ldd /usr/bin/git | grep -o '/[^ ]*'); do install -D "$f" "/git$f"; done \
 && ln -s ../../bin/git /git/usr/lib/git-core/git && install -d -o 65532 -g 65532 -m 700 /git/desk

# The desk: docker build --target desk. See docs/desk-server.md.
FROM scratch AS desk
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=git /git /
COPY --from=build /src/bin/signpost /src/LICENSE /src/NOTICE /
USER 65532:65532
EXPOSE 8098
ENV PATH=/usr/bin GOMEMLIMIT=1000MiB
ENTRYPOINT ["/signpost", "desk", "-dir", "/desk", "-addr", "0.0.0.0:8098"]

# The desk at Fly, where a volume belongs to root. It is alone on its machine.
FROM desk AS desk-fly
USER 0:0

FROM scratch AS gateway
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /src/bin/gateway /src/bin/signpost /
COPY --from=build /src/LICENSE /src/NOTICE /
# Where a volume for the last good flow book is mounted: it takes its owner from here.
COPY --from=build /src/book /book
COPY --from=build --chown=65532:65532 /state /state
# Where the book of a desk is mounted, if there is a desk.
COPY --from=build --chown=65532:65532 /state /follow
USER 65532:65532
EXPOSE 8080 9091
# Go keeps below GOMEMLIMIT. Without it, reading a new flow book takes more memory than the
# gateway is given, and the kernel ends it.
ENV ADMIN_ADDR=0.0.0.0:9091 GOMEMLIMIT=180MiB
ENTRYPOINT ["/gateway"]

# At Fly, where a machine runs one program and a volume belongs to root: the follower of a
# desk starts the gateway, as nobody.
FROM gateway AS gateway-fly
USER 0:0
ENTRYPOINT ["/signpost", "follow", "-to", "/follow/book", "-state", "/follow", "-run", "/gateway", "-as", "65532"]

# What is built when no target is named.
FROM gateway
