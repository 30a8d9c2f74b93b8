/**
 * What a resolver throws is a promise that rejects, never an error that is thrown at once. For a list the executor
 * gathers promises; an error thrown while it does so leaves behind those of the rows before, and when such a one
 * rejects too, with nobody to hear of it, the process ends.
 */
import { type GraphQLSchema, isObjectType } from "graphql";

/** The same schema, none of whose resolvers throws. */
export function rejecting(schema: GraphQLSchema): GraphQLSchema {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  for (const type of types.filter(({ name }) => !name.startsWith("__"))) {
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (resolve === undefined) continue;
      field.resolve = (root, args, context, info) => {
        try {
          return resolve(root, args, context, info);
        } catch (error) {
          return Promise.reject(error);
        }
      };
    }
  }
  return schema;
}
