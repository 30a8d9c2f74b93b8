/** Every mutation leaves a record, whichever it is: who asked, from where, and what came of it. */
import { defaultFieldResolver, type GraphQLSchema } from "graphql";
import type { RequestContext } from "./builder.ts";
import { accessOf } from "./field_access.ts";

/** The same schema, whose mutations are recorded before they are answered. */
export function audited(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve ?? defaultFieldResolver;
    const access = accessOf(field) ?? "admin";
    field.resolve = async (root, args, context: RequestContext, info) => {
      let result = "failed";
      try {
        const answer = await resolve(root, args, context, info);
        result = answer instanceof Error || answer?.constructor?.prototype instanceof Error
          ? answer.constructor.name
          : "done";
        return answer;
      } finally {
        await context.audit(access, { field: field.name, result });
      }
    };
  }
  return schema;
}
