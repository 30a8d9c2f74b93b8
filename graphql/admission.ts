/** What is asked of every operation before it is carried out, over HTTP and WebSocket alike. */
import {
  type DocumentNode,
  type ExecutionArgs,
  getOperationAST,
  GraphQLError,
  specifiedRules,
  validate,
  type ValidationRule,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import type { RequestContext } from "./builder.ts";
import { type CostedArgs, costFault } from "./cost.ts";
import { accessFault, onlySends } from "./field_access.ts";
import { parseBounded } from "./limits.ts";
import type { Subscribe } from "./subscription_limit.ts";

export interface Admission {
  /** Rules for documents besides graphql's own. */
  readonly rules: readonly ValidationRule[];
  readonly limited: (subscribe: Subscribe) => Subscribe;
}

/** The admission of operations over HTTP; yoga validates them. */
export function useAdmission({ rules, limited }: Admission): Plugin<RequestContext> {
  return {
    onParse: ({ setParseFn }) => setParseFn(parseBounded),
    onValidate: ({ addValidationRule }) => rules.forEach((rule) => addValidationRule(rule)),
    onExecute({ args, setResultAndStopExecution }) {
      const fault = faultOf(args as ExecutionArgs, args.contextValue);
      if (fault !== undefined) return setResultAndStopExecution({ errors: [fault] });
      grantStore(args.contextValue, args as ExecutionArgs);
    },
    onSubscribe({ args, subscribeFn, setSubscribeFn, setResultAndStopExecution }) {
      const fault = faultOf(args as ExecutionArgs, args.contextValue);
      if (fault !== undefined) return setResultAndStopExecution({ errors: [fault] });
      setSubscribeFn(limited(subscribeFn));
    },
  };
}

/** Whom an operation is from, and where it is noted that they may not. */
type Admitted = Pick<RequestContext, "principal" | "refuse">;

/** Why an operation is not carried out: who asks may not, or it asks for too much. */
function faultOf(args: CostedArgs, { principal, refuse }: Admitted): GraphQLError | undefined {
  const fault = accessFault(args, principal);
  if (fault === undefined) return costFault(args);
  for (const field of fault.mutations) refuse(field);
  return fault.error;
}

export interface Asked {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Record<string, unknown> | null;
}

/** The same for an operation over WebSocket: what it comes to, or why it is refused. */
export function readOperation(
  schema: ExecutionArgs["schema"],
  { query, operationName, variables }: Asked,
  { rules, ...admitted }: Pick<Admission, "rules"> & Admitted,
): CostedArgs | readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parseBounded(query);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
  const faults = validate(schema, document, [...specifiedRules, ...rules]);
  if (faults.length > 0) return faults;
  const args = { schema, document, operationName, variableValues: variables };
  const fault = faultOf(args, admitted);
  return fault === undefined ? args : [fault];
}

/** Gives a mutation the store that it need not wait for. */
export function grantStore(context: RequestContext, args: CostedArgs): void {
  if (getOperationAST(args.document, args.operationName)?.operation !== "mutation") return;
  context.scope = onlySends(args) ? context.sending : context.writing;
}
