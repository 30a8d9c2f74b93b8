/**
 * Types for your operations, by graphql-codegen, with what each scalar of the service is in TypeScript.
 *   npm install graphql && npm install --save-dev typescript @graphql-codegen/cli@7 @graphql-codegen/client-preset@6
 *   MILLWRIGHT=http://127.0.0.1:4000 npx graphql-codegen --config codegen.ts
 */
import process from "node:process";

export const scalars = {
  // RFC 3339 text with a zone; `new Date(text)` reads it, `date.toISOString()` writes it.
  DateTime: "string",
  // ISO 8601 text such as PT5M.
  Duration: "string",
  // Of a reading that is sent: RFC 3339 text or milliseconds since 1970; a number; an OPC UA status code.
  ReadingTime: "string | number",
  ReadingValue: "number",
  ReadingStatus: "number",
  // Columns of `ingestColumns`.
  KeyColumn: "readonly string[]",
  IndexColumn: "readonly number[]",
  TimeColumn: "readonly (string | number)[]",
  ValueColumn: "readonly number[]",
  StatusColumn: "readonly number[]",
  UnitColumn: "readonly (string | null)[]",
  // Columns of `trends` and `scores`.
  NumberColumn: "readonly (number | null)[]",
  // Settings of detection, as `settingsSchema` describes them.
  JSON: "unknown",
};

export default {
  schema: `${process.env.MILLWRIGHT ?? "http://127.0.0.1:4000"}/graphql`,
  documents: "src/**/*.ts",
  generates: {
    // strictScalars: a scalar that is missing above is a fault, and does not become `any`.
    "./src/gql/": { preset: "client", config: { scalars, strictScalars: true, useTypeImports: true } },
  },
};
