# Gateway and worker of a server set-up: docker-compose.yml.

FROM node:22.12.0-bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
# The executable itself and not the script that npm puts on the path: a signal has to reach it.
RUN npm install --global deno@2.9.6 && deno --version && cp "$(npm root --global)/deno/deno" /usr/local/bin/deno-executable
WORKDIR /app
COPY deno.json deno.lock ./
# A part of the workspace: without it nothing installs.
COPY src/web/deno.json ./src/web/
RUN deno-executable install --frozen
# The SDK brings its native part for five platforms.
RUN cd node_modules/.deno/@temporalio+core-bridge@*/node_modules/@temporalio/core-bridge/releases && \
  find . -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} + && rm -r ../sdk-core
# Nothing is checked or debugged in the image. Whole packages have to stay: --cached-only asks for all that the lock names.
RUN find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
COPY src ./src
COPY workflows ./workflows
COPY activities ./activities
COPY graphql ./graphql
COPY migrations ./migrations

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* && \
  useradd --create-home millwright
COPY --from=build /usr/local/bin/deno-executable /usr/local/bin/deno
COPY --from=build --chown=millwright /app /app
WORKDIR /app
USER millwright
EXPOSE 4000
# All that it needs is in the image: no registry is asked at a start.
ENTRYPOINT ["deno", "run", "--cached-only", "-A", "src/main.ts"]
CMD ["gateway"]
