# Gateway and worker of a server set-up: docker-compose.yml.
FROM node:22.12.0-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* && npm install --global deno@2.9.6
WORKDIR /app
COPY deno.json deno.lock ./
RUN deno install --frozen
COPY src ./src
COPY workflows ./workflows
COPY activities ./activities
COPY graphql ./graphql
COPY migrations ./migrations
RUN chown -R node /app
USER node
EXPOSE 4000
ENTRYPOINT ["deno", "run", "-A", "src/main.ts"]
CMD ["gateway"]
