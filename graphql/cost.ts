/**
 * What an operation may cost, counted in values that its answer may hold: a list costs what one of its rows costs, as
 * often as the operation asks for (`first`) or as there usually are. A page of a thousand rows with twenty-five values
 * each is fine; a page of a hundred in each row of another is not. The most keeps the process, which answers others
 * too, busy for some 40 ms. The same holds over HTTP and WebSocket.
 */
import { complexityFromQuery } from "@pothos/plugin-complexity";
import { type ExecutionArgs, getOperationAST, GraphQLError, Kind } from "graphql";

export const COST_MAX = 30_000;
/** Of what asks the store by a statement of its own. */
export const LOOKUP_COST = 1_000;
const FIELDS_MAX = 500;
const DEPTH_MAX = 15;

export type CostedArgs = Pick<ExecutionArgs, "schema" | "document" | "operationName" | "variableValues">;

/**
 * Why the operation is refused; undefined when it is not. Operations that cannot be carried out anyway are left to the
 * executor.
 */
export function costFault(args: CostedArgs): GraphQLError | undefined {
  const operation = getOperationAST(args.document, args.operationName);
  if (operation == null) return undefined;
  const fragments = args.document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const { complexity, breadth, depth } = complexityFromQuery(
    { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
    { schema: args.schema, variables: args.variableValues ?? {} },
  );
  const faults = [
    depth > DEPTH_MAX ? `is more than ${DEPTH_MAX} levels deep` : "",
    breadth > FIELDS_MAX ? `asks for more than ${FIELDS_MAX} fields` : "",
    complexity > COST_MAX
      ? `may answer ${complexity} values, and ${COST_MAX} are the most: ask for shorter lists (first) or for less of each row`
      : "",
  ].filter(Boolean);
  if (faults.length === 0) return undefined;
  return new GraphQLError(`The operation ${faults.join(", and ")}.`, {
    extensions: { code: "OPERATION_TOO_LARGE", http: { status: 400 } },
  });
}
