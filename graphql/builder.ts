/** The schema builder with its plugins, and the scalars. */
import SchemaBuilder from "@pothos/core";
import ErrorsPlugin from "@pothos/plugin-errors";
import RelayPlugin from "@pothos/plugin-relay";
import ValidationPlugin from "@pothos/plugin-validation";
import { GraphQLError, valueFromASTUntyped } from "graphql";
import { formatTimestamp, parseTimestamp } from "../src/domain/timestamp.ts";
import type { Scope } from "../src/operations/scope.ts";
import { ConflictError, InvalidInputError, NotFoundError, UnavailableError } from "./errors.ts";
import type { Loaders } from "./loaders.ts";
import { OTHER, OTHER_ABOUT } from "./other_values.ts";

/** What resolvers are given besides their arguments. */
export interface RequestContext {
  readonly scope: Scope;
  readonly loaders: Loaders;
  /** Longest that a mutation may wait for a batch's outcome. */
  readonly waitMaxMs: number;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** Cursor of the last event that the client saw, from the `Last-Event-ID` header. */
  readonly lastEventId: string | undefined;
}

type Lenient = { Input: unknown; Output: unknown };
type Column = { Input: readonly unknown[]; Output: never };

export const builder = new SchemaBuilder<{
  Context: RequestContext;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: number; Output: number };
    Duration: { Input: number; Output: number };
    ReadingTime: Lenient;
    ReadingValue: Lenient;
    ReadingStatus: Lenient;
    KeyColumn: Column;
    IndexColumn: Column;
    TimeColumn: Column;
    ValueColumn: Column;
    StatusColumn: Column;
    UnitColumn: Column;
  };
}>({
  plugins: [ErrorsPlugin, RelayPlugin, ValidationPlugin],
  defaultFieldNullability: false,
  relay: { clientMutationId: "omit", cursorType: "String" },
  errors: {
    defaultTypes: [InvalidInputError, NotFoundError, ConflictError, UnavailableError],
    directResult: true,
    defaultUnionOptions: { name: ({ fieldName }) => `${fieldName[0].toUpperCase()}${fieldName.slice(1)}Result` },
  },
  validation: {
    validationError: ({ issues }) => {
      const field = (issues[0].path ?? []).map((step) => String(typeof step === "object" ? step.key : step)).join(".");
      const message = issues.map((issue) => issue.message).join("; ");
      return new GraphQLError(`${field}: ${message}`, { extensions: { code: "INVALID_INPUT", field } });
    },
  },
});

builder.queryType();
builder.mutationType();
builder.subscriptionType();

builder.scalarType("DateTime", {
  description:
    "An instant as RFC 3339 text with a zone, for example 2026-01-31T12:00:00Z. Answers are in UTC with milliseconds.",
  serialize: formatTimestamp,
  parseValue: (value) =>
    typeof value === "string"
      ? parseTimestamp(value) ?? refuse(value, "an RFC 3339 time with a zone")
      : refuse(value, "text"),
});

const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

builder.scalarType("Duration", {
  description: "A length of time as ISO 8601 text in days and smaller units, for example PT5M or P1DT12H.",
  serialize: (ms) => `PT${ms / 1_000}S`,
  parseValue(value) {
    const [, days = 0, hours = 0, minutes = 0, seconds = 0] = DURATION.exec(String(value)) ?? [];
    const ms = (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
    return ms > 0 ? ms : refuse(value, "an ISO 8601 duration longer than nothing, for example PT5M");
  },
});

/** Takes whatever comes: what is not right is quarantined with its reason, and does not fail the request. */
function lenient(name: "ReadingTime" | "ReadingValue" | "ReadingStatus", description: string): void {
  builder.scalarType(name, {
    description: `${description} Anything else is accepted here too, and goes to quarantine.`,
    serialize: (value) => value,
    parseValue: (value) => value,
    parseLiteral: (node) => valueFromASTUntyped(node),
  });
}

lenient("ReadingTime", "RFC 3339 text with a zone, or milliseconds since 1970.");
lenient("ReadingValue", "A finite number, in the sensor's unit.");
lenient("ReadingStatus", "An OPC UA status code, 0 to 4294967295; 0 is good.");

/** A whole JSON array as one value: it is judged entry by entry later, and costs nothing to take in. */
function column(
  name: "KeyColumn" | "IndexColumn" | "TimeColumn" | "ValueColumn" | "StatusColumn" | "UnitColumn",
  description: string,
): void {
  builder.scalarType(name, {
    description: `A JSON array: ${description}`,
    serialize: () => refuse(name, "used as an answer"),
    parseValue: (value) => Array.isArray(value) ? value : refuse(value, "a JSON array"),
    parseLiteral: (node) =>
      node.kind === "ListValue" ? valueFromASTUntyped(node) as unknown[] : refuse(node.kind, "a list"),
  });
}

column("KeyColumn", "sensor keys.");
column("IndexColumn", "per reading, the place of its sensor in `sensors`, from 0.");
column("TimeColumn", "per reading, RFC 3339 text with a zone, or milliseconds since 1970.");
column("ValueColumn", "per reading, its value.");
column("StatusColumn", "per reading, its OPC UA status code.");
column("UnitColumn", "UCUM codes, or null.");

function refuse(value: unknown, wanted: string): never {
  const text = JSON.stringify(value) ?? String(value);
  throw new GraphQLError(`${text.slice(0, 80)} is not ${wanted}`, { extensions: { code: "INVALID_INPUT" } });
}

type EnumValue<Value extends string> = { readonly value: Value; readonly description: string };

/**
 * Values of an enum by their names in the schema, which are in capitals there, from a table of what each one means; and OTHER, for
 * what a newer release has stored (other_values.ts).
 */
export function enumValues<Value extends string>(
  meanings: Readonly<Record<Value, string>>,
): Record<string, EnumValue<Value>> {
  const rows = (Object.entries(meanings) as [Value, string][]).map(([value, description]) => ({ value, description }));
  const other = { value: OTHER as Value, description: OTHER_ABOUT };
  return { ...Object.fromEntries(rows.map((row) => [row.value.toUpperCase(), row])), [OTHER]: other };
}
