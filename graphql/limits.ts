/**
 * Bounds on the text of an operation, so that neither reading nor checking it takes long. What it may cost is in
 * cost.ts.
 */
import {
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  isIntrospectionType,
  Lexer,
  parse,
  Source,
  TokenKind,
  type ValidationContext,
} from "graphql";

/** Values travel as variables; an operation that a person wrote has some hundred. */
const TOKENS_MAX = 5_000;
/** Braces inside braces: GraphiQL's introspection goes some 30 deep. The parser calls itself at each. */
const NESTING_MAX = 100;
const TEXT_LENGTH_MAX = 256 * 1024;

const OPENING: readonly string[] = [TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L];
const CLOSING: readonly string[] = [TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R];

/** The document that `text` stands for. Throws a `GraphQLError` for one that is none, or is too large. */
export function parseBounded(text: string | Source): DocumentNode {
  const source = typeof text === "string" ? new Source(text) : text;
  if (source.body.length > TEXT_LENGTH_MAX) throw tooLarge(`is longer than ${TEXT_LENGTH_MAX} characters`);
  const lexer = new Lexer(source);
  let nesting = 0;
  for (let tokens = 0; lexer.advance().kind !== TokenKind.EOF; tokens++) {
    if (OPENING.includes(lexer.token.kind)) nesting++;
    else if (CLOSING.includes(lexer.token.kind)) nesting--;
    if (tokens >= TOKENS_MAX) throw tooLarge(`has more than ${TOKENS_MAX} words and signs`);
    if (nesting > NESTING_MAX) throw tooLarge(`is nested more than ${NESTING_MAX} deep`);
  }
  return parse(source);
}

function tooLarge(how: string): GraphQLError {
  return new GraphQLError(`The operation ${how}: send values as variables, and ask for less at once.`, {
    extensions: { code: "OPERATION_TOO_LARGE" },
  });
}

/**
 * Validation rule: each part of the schema's description may be asked for once. Under several names it would be
 * multiplied at each level, and no cost is counted there.
 */
export function plainIntrospectionRule(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      const parent = context.getParentType();
      const introspects = node.name.value === "__schema" || (parent != null && isIntrospectionType(parent));
      if (introspects && node.alias !== undefined) {
        const message = `${node.name.value} describes the schema and is asked for under its own name only.`;
        context.reportError(new GraphQLError(message, { nodes: node, extensions: { code: "OPERATION_TOO_LARGE" } }));
      }
    },
  };
}
