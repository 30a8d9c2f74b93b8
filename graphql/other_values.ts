/**
 * What a newer release of the service has stored in an enum's place, and this one does not know, is answered as OTHER,
 * so that two releases can run side by side on one store. Nobody can give it.
 */
import { GraphQLEnumType, GraphQLError, type GraphQLSchema } from "graphql";

export const OTHER = "OTHER";
export const OTHER_ABOUT =
  "Something that this release of the service does not know: a newer one has stored it. For answers only.";

/**
 * Lets the enums of a schema that have OTHER answer it for values that they do not know, and refuse it where it is
 * given.
 */
export function acceptOtherValues(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type instanceof GraphQLEnumType && type.getValue(OTHER) !== undefined) acceptOtherValuesOf(type);
  }
  return schema;
}

function acceptOtherValuesOf(type: GraphQLEnumType): void {
  const known = new Set<unknown>(type.getValues().map(({ value }) => value));
  const serialize = type.serialize.bind(type);
  const parseValue = type.parseValue.bind(type);
  const parseLiteral = type.parseLiteral.bind(type);
  type.serialize = (value) => typeof value === "string" && !known.has(value) ? OTHER : serialize(value);
  type.parseValue = (value) => value === OTHER ? refuseOther(type) : parseValue(value);
  type.parseLiteral = (node, variables) =>
    node.kind === "EnumValue" && node.value === OTHER ? refuseOther(type) : parseLiteral(node, variables);
}

function refuseOther({ name }: GraphQLEnumType): never {
  const message = `${OTHER} is for answers only: give one of the other values of ${name}`;
  throw new GraphQLError(message, { extensions: { code: "INVALID_INPUT" } });
}
