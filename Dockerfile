# Two stages: build the static binary, then put it into an image that holds
# nothing else. Data lies in one volume.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=development
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /claimtrail ./cmd/claimtrail \
 && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /claimtrail /claimtrail
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
EXPOSE 8080
ENV CLAIMTRAIL_DATA=/data CLAIMTRAIL_ADDR=0.0.0.0:8080
ENTRYPOINT ["/claimtrail"]
CMD ["serve"]
