/** The scalars. What is used for readings takes whatever comes: it is judged later, reading by reading. */
import { GraphQLError, valueFromASTUntyped } from "graphql";
import { formatTimestamp, parseTimestamp } from "../src/domain/timestamp.ts";
import { builder } from "./builder.ts";

const RFC_3339 = "https://www.rfc-editor.org/rfc/rfc3339";
const JSON_TEXT = "https://www.rfc-editor.org/rfc/rfc8259";
const STATUS_CODE = "https://reference.opcfoundation.org/Core/Part4/v105/docs/7.39";

const EARLIEST_MS = Date.parse("0001-01-01T00:00:00Z");
const LATEST_MS = Date.parse("9999-12-31T23:59:59.999Z");

builder.scalarType("DateTime", {
  description: "An instant as RFC 3339 text with a zone, for example 2026-01-31T12:00:00Z, in the years 1 to 9999. " +
    "Answers are in UTC with milliseconds.",
  specifiedByURL: RFC_3339,
  serialize: formatTimestamp,
  parseValue(value) {
    const ms = typeof value === "string" ? parseTimestamp(value) : undefined;
    if (ms === undefined) return refuse(value, "an RFC 3339 time with a zone, for example 2026-01-31T12:00:00Z");
    return ms >= EARLIEST_MS && ms <= LATEST_MS ? ms : refuse(value, "in the years 1 to 9999");
  },
});

const DURATION = /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const DAY_MS = 86_400_000;
const DURATION_DAYS_MAX = 36_525;

builder.scalarType("Duration", {
  description: "A length of time as ISO 8601 text in days and smaller units, for example PT5M or P1DT12H: whole " +
    `milliseconds, from PT0.001S to P${DURATION_DAYS_MAX}D.`,
  specifiedByURL: RFC_3339,
  serialize: (ms) => `PT${ms / 1_000}S`,
  parseValue(value) {
    const match = typeof value === "string" ? DURATION.exec(value) : null;
    if (match === null) return refuse(value, "an ISO 8601 duration in days and smaller units, for example PT5M");
    const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
    const ms = ((days * 24 + hours) * 60 + minutes) * 60_000 + Math.round(seconds * 1e9) / 1e6;
    return Number.isInteger(ms) && ms >= 1 && ms <= DURATION_DAYS_MAX * DAY_MS
      ? ms
      : refuse(value, `whole milliseconds, from PT0.001S to P${DURATION_DAYS_MAX}D`);
  },
});

/** Takes whatever comes: what is not right is quarantined with its reason, and does not fail the request. */
function lenient(
  name: "ReadingTime" | "ReadingValue" | "ReadingStatus",
  { description, specifiedByURL }: { description: string; specifiedByURL: string },
): void {
  builder.scalarType(name, {
    description: `${description} Anything else is accepted here too, and goes to quarantine.`,
    specifiedByURL,
    serialize: (value) => value,
    parseValue: (value) => value,
    parseLiteral: (node) => valueFromASTUntyped(node),
  });
}

lenient("ReadingTime", {
  description: "RFC 3339 text with a zone, or milliseconds since 1970.",
  specifiedByURL: RFC_3339,
});
lenient("ReadingValue", { description: "A finite number, in the sensor's unit.", specifiedByURL: JSON_TEXT });
lenient("ReadingStatus", {
  description: "An OPC UA status code, 0 to 4294967295; 0 is good.",
  specifiedByURL: STATUS_CODE,
});

builder.scalarType("JSON", {
  description: "A JSON value: what it may be is said where it stands.",
  specifiedByURL: JSON_TEXT,
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node) => valueFromASTUntyped(node),
});

/** A whole JSON array as one value: it is judged entry by entry later, and costs nothing to take in. */
function column(
  name: "KeyColumn" | "IndexColumn" | "TimeColumn" | "ValueColumn" | "StatusColumn" | "UnitColumn",
  description: string,
): void {
  builder.scalarType(name, {
    description: `A JSON array: ${description}`,
    specifiedByURL: JSON_TEXT,
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

builder.scalarType("NumberColumn", {
  description: "A JSON array of numbers, for answers; null where there is none.",
  specifiedByURL: JSON_TEXT,
  serialize: (values) => Array.from(values, (value) => Number.isFinite(value) ? value : null),
  parseValue: (value) => refuse(value, "to be given: the scalar is for answers"),
});

function refuse(value: unknown, wanted: string): never {
  const text = JSON.stringify(value) ?? String(value);
  throw new GraphQLError(`${text.slice(0, 80)} is not ${wanted}`, { extensions: { code: "INVALID_INPUT" } });
}
