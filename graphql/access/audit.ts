import type { AuditRecord } from "../../src/domain/access/audit.ts";
import { builder } from "../builder.ts";
import { connectionOf, PAGE_ARGS, pageCost } from "../page.ts";

const AuditRecordRef = builder.objectRef<AuditRecord>("AuditRecord").implement({
  description: "A change that somebody asked for. It holds no arguments, and so no secrets.",
  fields: (t) => ({
    at: t.expose("atMs", { type: "DateTime", description: "When it was answered, by the store's clock." }),
    actor: t.exposeString("actor", { description: "Who asked: the name of the key." }),
    keyPrefix: t.exposeString("key", {
      nullable: true,
      description: "Prefix of the key; null while nobody needed one.",
    }),
    field: t.exposeString("field", { description: "Name of the mutation." }),
    client: t.exposeString("client", { description: "Address that it came from." }),
    result: t.exposeString("result", {
      description:
        "`done`, the type of the error that was answered, `failed` for a fault of the service, or `refused`: " +
        "the key lacks the scope, and nothing was done.",
    }),
    times: t.int({
      description:
        "How often since the record before: refusals of one key and mutation are counted for a minute. 1 for all else.",
      resolve: ({ times }) => times ?? 1,
    }),
  }),
});

const AuditConnection = builder.connectionObject({
  type: AuditRecordRef,
  name: "AuditConnection",
  description: "A page of the audit.",
});

builder.queryField("audit", (t) =>
  t.field({
    type: AuditConnection,
    access: "admin",
    description:
      "What was changed or refused, when, by whom, the newest first. Batches are left out: they are in the event log, as audit.ingest.",
    args: PAGE_ARGS,
    complexity: pageCost,
    resolve: (_root, args, { scope }) =>
      connectionOf(args, async (page) => {
        const records = await scope.store.events.audits(scope.tenant.id, page);
        return records.map((record) => ({ ...record, id: record.seq }));
      }),
  }));
