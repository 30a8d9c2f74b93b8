/**
 * Which scope a field needs: every root field says it beside its type (`access`), and any other field may say it too
 * that leads out of what its root field is about. It is asked of the whole operation before any of it is carried out,
 * so nothing is done by half. A root field that says nothing is for nobody.
 */
import type { FieldNullability, InputFieldMap, SchemaTypes, TypeParam } from "@pothos/core";
import {
  type FragmentDefinitionNode,
  getNamedType,
  getOperationAST,
  GraphQLError,
  type GraphQLField,
  isIntrospectionType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { type AccessScope, allows } from "../src/domain/access/scope.ts";
import type { Principal } from "../src/operations/access/key_ring.ts";
import type { CostedArgs } from "./cost.ts";

declare global {
  // The plugins of Pothos add their options to its types in this way.
  export namespace PothosSchemaTypes {
    export interface QueryFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      /** The scope that a key needs to ask this. */
      access: AccessScope;
    }
    export interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      /** The scope that a key needs to do this. */
      access: AccessScope;
    }
    export interface SubscriptionFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveShape,
      ResolveReturnShape,
    > {
      /** The scope that a key needs to follow this. */
      access: AccessScope;
    }
    export interface ObjectFieldOptions<
      Types extends SchemaTypes,
      ParentShape,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      /** The scope that a key needs to go on here, besides that of the root field. */
      access?: AccessScope;
    }
  }
}

/** The scope that `field` says it needs; undefined when it says none. */
export function accessOf(field: GraphQLField<unknown, unknown>): AccessScope | undefined {
  return (field.extensions.pothosOptions as { access?: AccessScope } | undefined)?.access;
}

/** Per field that the operation names, by `Type.field`, the scope that it needs; null: nobody may. */
type Needs = ReadonlyMap<string, AccessScope | null>;

/** Documents are kept over requests, and so is what they need. */
const known = new WeakMap<OperationDefinitionNode, Needs>();

/** Why an operation is refused, and the mutations in it, none of which is carried out. */
export interface AccessFault {
  readonly error: GraphQLError;
  readonly mutations: readonly string[];
}

/** Why `principal` may not carry out the operation; undefined when it may. */
export function accessFault(args: CostedArgs, { scopes, key }: Principal): AccessFault | undefined {
  const operation = getOperationAST(args.document, args.operationName);
  if (operation == null) return undefined;
  const needs = [...needsOf(operation, args)];
  const missing = needs.filter(([, access]) => access === null || !allows(scopes, access));
  if (missing.length === 0) return undefined;
  const [field, access] = missing[0];
  const holder = key === undefined ? "you have" : `the key ${key.prefix} has`;
  const message = access === null
    ? `${field} is for nobody: it does not say which scope it needs.`
    : `${field} needs the scope ${access}, and ${holder} ${scopes.join(", ")}.`;
  const error = new GraphQLError(message, { extensions: { code: "FORBIDDEN", http: { status: 403 } } });
  const root = `${args.schema.getMutationType()?.name}.`;
  return { error, mutations: needs.flatMap(([name]) => name.startsWith(root) ? [name.slice(root.length)] : []) };
}

/** Whether the operation sends batches and does nothing else. */
export function onlySends(args: CostedArgs): boolean {
  const operation = getOperationAST(args.document, args.operationName);
  if (operation == null) return false;
  const needs = [...needsOf(operation, args).values()];
  return needs.length > 0 && needs.every((access) => access === "ingest");
}

function needsOf(operation: OperationDefinitionNode, args: CostedArgs): Needs {
  const needs = known.get(operation) ?? readNeeds(operation, args);
  known.set(operation, needs);
  return needs;
}

function readNeeds(operation: OperationDefinitionNode, { schema, document }: CostedArgs): Needs {
  const needs = new Map<string, AccessScope | null>();
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  const fragments = new Map(
    document.definitions.filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const waiting: (OperationDefinitionNode | FragmentDefinitionNode)[] = [operation];
  const typeInfo = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(typeInfo, {
    Field() {
      const [parent, field] = [typeInfo.getParentType(), typeInfo.getFieldDef()];
      if (parent == null || field == null || field.name.startsWith("__")) return;
      if (isIntrospectionType(getNamedType(parent))) return;
      const access = accessOf(field);
      if (access !== undefined || roots.has(parent as never)) needs.set(`${parent.name}.${field.name}`, access ?? null);
    },
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      fragments.delete(name.value);
      if (fragment !== undefined) waiting.push(fragment);
    },
  });
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) visit(part, visitor);
  return needs;
}
