/** docs/clients/codegen.ts against the service: it generates, and what uses the generated types type-checks. */
import { GraphQLScalarType, isSpecifiedScalarType } from "graphql";
import assert from "node:assert/strict";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { scalars } from "../../docs/clients/codegen.ts";
import { schema } from "../../graphql/schema.ts";
import { withApp } from "../fixtures/app.ts";
import { FOLDER, missing, must, withFolder } from "./example.ts";

/** What the packages below stand on is taken as it was then, so that nothing published since can break this. */
const AS_OF = "2026-11-17";
const INSTALL_MAX_MS = 240_000;
const RUN_MAX_MS = 120_000;
const PACKAGES = {
  "@graphql-codegen/cli": "7.4.3",
  "@graphql-codegen/client-preset": "6.2.0",
  "graphql": "16.15.0",
  "typescript": "7.0.2",
};

/** Right in each line but those that say what is wrong with them. */
const USE = `import { graphql } from "./gql";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";

declare function ask<Answer, Variables>(operation: TypedDocumentNode<Answer, Variables>, variables: Variables): Answer;

const List = graphql(\`query List($from: DateTime!, $to: DateTime!) {
  alerts(first: 5) { eventCursor edges { node { openedAt severity } } }
  readings(sensor: "s", from: $from, to: $to, resolution: "PT5M") { points { time value } }
}\`);
const Send = graphql(\`mutation Send($input: IngestColumnsInput!) { ingestColumns(input: $input) { __typename
  ... on IngestBatchPayload { batch { id } } ... on Error { message } ... on UnavailableError { retryAfterMs } } }\`);

const { alerts } = ask(List, { from: "2026-01-01T00:00:00Z", to: new Date().toISOString() });
export const opened: Date[] = alerts.edges.map(({ node }) => new Date(node.openedAt));
// @ts-expect-error a time is text
ask(List, { from: 5, to: "2026-01-01T00:00:00Z" });

const columns = { sensors: ["s"], sensor: [0], time: [1769860860000], value: [61.2] };
const { ingestColumns } = ask(Send, { input: { source: "s", idempotencyKey: "k", ...columns } });
export const wait: number = ingestColumns.__typename === "UnavailableError" ? ingestColumns.retryAfterMs : 0;
// @ts-expect-error a column is a list
ask(Send, { input: { source: "s", idempotencyKey: "k", ...columns, value: 61.2 } });
`;

Deno.test("the mapping for codegen has every scalar of the schema, and no other", () => {
  const own = Object.values(schema.getTypeMap()).filter((type) =>
    type instanceof GraphQLScalarType && !isSpecifiedScalarType(type)
  );
  assert.deepEqual(Object.keys(scalars).sort(), own.map(({ name }) => name).sort());
});

const why = await missing(["npm", "--version"], ["node", "--version"]);

Deno.test({
  name: `codegen generates types that hold${why === undefined ? "" : ` (not run: ${why})`}`,
  ignore: why !== undefined,
  fn: () =>
    withApp(({ url }) =>
      withFolder(async (folder) => {
        await copyFile(join(FOLDER, "codegen.ts"), join(folder, "codegen.ts"));
        await mkdir(join(folder, "src"));
        await writeFile(join(folder, "src", "use.ts"), USE);
        await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies: PACKAGES }));
        const npm = [
          `--before=${AS_OF}`,
          "--prefix",
          folder,
          "--no-audit",
          "--no-fund",
          "--ignore-scripts",
          "--loglevel=error",
        ];
        await must({ limitMs: INSTALL_MAX_MS, cwd: folder }, "npm", "install", ...npm);
        const bin = (name: string) => join(folder, "node_modules", ".bin", name);
        const env = { MILLWRIGHT: url };
        await must({ limitMs: RUN_MAX_MS, cwd: folder, env }, bin("graphql-codegen"), "--config", "codegen.ts");
        const strict = [
          "--strict",
          "--noEmit",
          "--skipLibCheck",
          "--module",
          "esnext",
          "--moduleResolution",
          "bundler",
        ];
        await must({ limitMs: RUN_MAX_MS, cwd: folder }, bin("tsc"), ...strict, "src/use.ts");
      })
    ),
});
