import { builder } from "./builder.ts";
import { ConflictError, InvalidInputError, NotFoundError, UnavailableError } from "./errors.ts";

export const ErrorInterface = builder.interfaceRef<Error>("Error").implement({
  description: "Why something was not done.",
  fields: (t) => ({ message: t.exposeString("message", { description: "What happened and what to do, for people." }) }),
});

const FIELD = "The argument that it is about.";

builder.objectType(InvalidInputError, {
  name: "InvalidInputError",
  description: "What was asked for makes no sense, whenever it is asked: it has to be changed.",
  interfaces: [ErrorInterface],
  fields: (t) => ({ field: t.exposeString("field", { description: FIELD }) }),
});

builder.objectType(NotFoundError, {
  name: "NotFoundError",
  description: "What was named is not there.",
  interfaces: [ErrorInterface],
  fields: (t) => ({ field: t.exposeString("field", { description: FIELD }) }),
});

builder.objectType(ConflictError, {
  name: "ConflictError",
  description: "It does not go together with what is there.",
  interfaces: [ErrorInterface],
  fields: (t) => ({ field: t.exposeString("field", { description: FIELD }) }),
});

builder.objectType(UnavailableError, {
  name: "UnavailableError",
  description: "Nothing was done and nothing is lost: send the same again, after `retryAfterMs`.",
  interfaces: [ErrorInterface],
  fields: (t) => ({
    retryAfterMs: t.exposeInt("retryAfterMs", { description: "How long to wait before the next try." }),
  }),
});
