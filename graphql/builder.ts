/** The schema builder with its plugins. */
import SchemaBuilder from "@pothos/core";
import ComplexityPlugin from "@pothos/plugin-complexity";
import ErrorsPlugin from "@pothos/plugin-errors";
import RelayPlugin from "@pothos/plugin-relay";
import ValidationPlugin from "@pothos/plugin-validation";
import { GraphQLError } from "graphql";
import type { Health } from "../src/operations/check_health.ts";
import type { AuditEntry } from "../src/domain/access/audit.ts";
import type { AccessScope } from "../src/domain/access/scope.ts";
import type { Principal } from "../src/operations/access/key_ring.ts";
import type { Scope } from "../src/operations/scope.ts";
import { LOOKUP_COST } from "./cost.ts";
import "./field_access.ts";
import { ConflictError, InvalidInputError, NotFoundError, UnavailableError } from "./errors.ts";
import type { Loaders } from "./loaders.ts";
import { OTHER, OTHER_ABOUT } from "./other_values.ts";

/** What resolvers are given besides their arguments. */
export interface RequestContext {
  /** On whose behalf. Reads take turns at its store, until admission has seen that the operation is a mutation. */
  scope: Scope;
  /** The same for mutations, whose store nobody has to wait for. */
  readonly writing: Scope;
  /** The same for mutations that do nothing but send batches. */
  readonly sending: Scope;
  /** Whom the request is from. */
  readonly principal: Principal;
  /** Makes what was just changed about keys count here; elsewhere it does within seconds. */
  readonly keysChanged: () => Promise<void>;
  /** Ends the subscription of this request. */
  readonly leave: () => void;
  /** Records what came of a mutation. */
  readonly audit: (access: AccessScope, entry: Pick<AuditEntry, "field" | "result">) => Promise<void>;
  /** Notes that the key lacks the scope for a mutation. */
  readonly refuse: (field: string) => void;
  readonly loaders: Loaders;
  /** Longest that a mutation may wait for a batch's outcome. */
  readonly waitMaxMs: number;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** Cursor of the last event that the client saw, from the `Last-Event-ID` header. */
  readonly lastEventId: string | undefined;
  /** Address that the request came from. */
  readonly client: string;
  /** How the service itself is. */
  readonly checkHealth: () => Promise<Health>;
  /** Where the subscription of this request stands in the event log: behind the event that it gave out last. */
  readonly position: { cursor: string | undefined };
}

/** Words for what the relay plugin brings along. A list of ids costs as many lookups as it has. */
const RELAY = {
  clientMutationId: "omit",
  cursorType: "String",
  idFieldOptions: { description: "Names this object for ever, over all types." },
  nodeTypeOptions: { description: "What has an id of its own." },
  nodeQueryOptions: {
    access: "read",
    description: "The object that has this id; null when there is none.",
    complexity: LOOKUP_COST,
    args: { id: { description: "Id of any object." } },
  },
  nodesQueryOptions: {
    access: "read",
    description: `The objects that have these ids, in their order; null for each that there is none for.`,
    complexity: ({ ids }: { ids: readonly unknown[] }) => ({ field: LOOKUP_COST + ids.length, multiplier: ids.length }),
    args: { ids: { description: "Ids of any objects." } },
  },
  pageInfoTypeOptions: { description: "How a page lies in its list." },
  hasNextPageFieldOptions: { description: "Whether older ones follow." },
  hasPreviousPageFieldOptions: { description: "Whether this is another page than the first." },
  startCursorFieldOptions: { description: "Cursor of the first row; null when the page is empty." },
  endCursorFieldOptions: { description: "Cursor of the last row, for `after`; null when the page is empty." },
  pageInfoFieldOptions: { description: "How the page lies in its list." },
  edgesFieldOptions: { description: "The rows, newest first.", complexity: { field: 1, multiplier: 1 } },
  nodeFieldOptions: { description: "The row itself." },
  cursorFieldOptions: { description: "The row's place in the list, for `after`." },
  defaultConnectionTypeOptions: { description: "A page of a list." },
  defaultEdgeTypeOptions: { description: "A row of a list, with its place." },
} as const;

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
    JSON: Lenient;
    NumberColumn: { Input: never; Output: ArrayLike<number> };
  };
}>({
  plugins: [ErrorsPlugin, RelayPlugin, ComplexityPlugin, ValidationPlugin],
  defaultFieldNullability: false,
  relay: RELAY,
  // What it costs is asked once, before an operation is carried out (cost.ts).
  complexity: { disabled: true },
  errors: {
    defaultTypes: [InvalidInputError, NotFoundError, ConflictError, UnavailableError],
    directResult: true,
    defaultUnionOptions: {
      name: ({ fieldName }) => `${fieldName[0].toUpperCase()}${fieldName.slice(1)}Result`,
      description: "What was asked for was done, or why it was not.",
    },
  },
  validation: {
    validationError: ({ issues }) => {
      const field = (issues[0].path ?? []).map((step) => String(typeof step === "object" ? step.key : step)).join(".");
      const message = issues.map((issue) => issue.message).join("; ");
      return new GraphQLError(`${field}: ${message}`, { extensions: { code: "INVALID_INPUT", field } });
    },
  },
});

builder.queryType({ description: "What can be looked at." });
builder.mutationType({
  description: "What can be sent, described and started. Each says as its result why it was not done.",
});
builder.subscriptionType({ description: "What can be followed, over WebSocket or server-sent events." });

type EnumValue<Value extends string> = { readonly value: Value; readonly description: string };

/**
 * Values of an enum by their names in the schema, which are in capitals there, from a table of what each one means; and
 * OTHER, for what a newer release has stored (other_values.ts).
 */
export function enumValues<Value extends string>(
  meanings: Readonly<Record<Value, string>>,
): Record<string, EnumValue<Value>> {
  const rows = (Object.entries(meanings) as [Value, string][]).map(([value, description]) => ({ value, description }));
  const other = { value: OTHER as Value, description: OTHER_ABOUT };
  return { ...Object.fromEntries(rows.map((row) => [row.value.toUpperCase(), row])), [OTHER]: other };
}
