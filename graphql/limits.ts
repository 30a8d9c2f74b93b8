/** Bounds on what one operation may ask for. */
import { type ASTVisitor, GraphQLError, Kind, type SelectionSetNode, type ValidationContext } from "graphql";
import type { Plugin } from "graphql-yoga";

/** Introspection by GraphiQL goes 13 deep. */
const DEPTH_MAX = 15;
const FIELDS_MAX = 500;
const ROOT_FIELDS_MAX = 20;

/** Refuses operations that are too deep or too wide before anything is executed. */
export function useLimits(): Plugin {
  return { onValidate: ({ addValidationRule }) => addValidationRule(boundedRule) };
}

export function boundedRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      const size = measure(context, { selections: node.selectionSet, depth: 1, inside: new Set() });
      const faults = [
        size.depth > DEPTH_MAX ? `is more than ${DEPTH_MAX} levels deep` : "",
        size.fields > FIELDS_MAX ? `asks for more than ${FIELDS_MAX} fields` : "",
        node.selectionSet.selections.length > ROOT_FIELDS_MAX
          ? `has more than ${ROOT_FIELDS_MAX} fields at its root`
          : "",
      ].filter(Boolean);
      if (faults.length > 0) {
        const message = `The operation ${faults.join(" and ")}.`;
        context.reportError(new GraphQLError(message, { nodes: node, extensions: { code: "OPERATION_TOO_LARGE" } }));
      }
    },
  };
}

interface Measuring {
  readonly selections: SelectionSetNode;
  readonly depth: number;
  /** Fragments on the way here: a circle is an error of another rule, and must not become one of ours. */
  readonly inside: ReadonlySet<string>;
}

function measure(
  context: ValidationContext,
  { selections, depth, inside }: Measuring,
): { depth: number; fields: number } {
  const size = { depth, fields: 0 };
  for (const selection of selections.selections) {
    if (size.fields > FIELDS_MAX || size.depth > DEPTH_MAX) break;
    const below = (next: Measuring) => {
      const part = measure(context, next);
      size.depth = Math.max(size.depth, part.depth);
      size.fields += part.fields;
    };
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = context.getFragment(selection.name.value);
      if (!fragment || inside.has(fragment.name.value)) continue;
      below({ selections: fragment.selectionSet, depth, inside: new Set([...inside, fragment.name.value]) });
    } else {
      if (selection.kind === Kind.FIELD) size.fields++;
      if (selection.selectionSet) {
        below({ selections: selection.selectionSet, depth: selection.kind === Kind.FIELD ? depth + 1 : depth, inside });
      }
    }
  }
  return size;
}
