/** Ways to recipients. Secrets go in and never come out. */
import { CHANNEL_KINDS, shownAddress } from "../../src/domain/alerting/channel.ts";
import { saveChannel, type ShownChannel } from "../../src/operations/alerting/save_channel.ts";
import { builder, enumValues } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { asResult } from "../errors.ts";
import { keyArg } from "../keys.ts";

const ChannelKindEnum = builder.enumType("ChannelKind", {
  description: "How a channel reaches its recipient.",
  values: enumValues(CHANNEL_KINDS),
});

const ChannelRef = builder.objectRef<ShownChannel>("Channel").implement({
  description: "A way to one recipient.",
  fields: (t) => ({
    key: t.exposeString("key", { description: "Its name in routes." }),
    version: t.exposeInt("version", { description: "Rises by one with each change." }),
    kind: t.expose("kind", { type: ChannelKindEnum, description: "How it reaches its recipient." }),
    address: t.string({
      description: "Where it leads. Of a URL, scheme and host alone: the rest often is a secret.",
      resolve: shownAddress,
    }),
    hasSecret: t.exposeBoolean("hasSecret", { description: "Whether it has a secret, which is never shown." }),
    enabled: t.exposeBoolean("enabled", { description: "Whether it is in use." }),
    savedBy: t.exposeString("savedBy", { description: "Who saved this version." }),
    savedAt: t.expose("savedAt", { type: "DateTime", description: "When this version was saved." }),
  }),
});

const SaveChannelInput = builder.inputType("SaveChannelInput", {
  description: "A channel as it is to be.",
  fields: (t) => ({
    key: t.string({ required: true, description: "Its name in routes, 1 to 200 characters." }),
    kind: t.field({ type: ChannelKindEnum, required: true, description: "How it reaches its recipient." }),
    address: t.string({
      required: true,
      defaultValue: "",
      description: "A URL for WEBHOOK and ALERTMANAGER, a mailbox for EMAIL, nothing for CONSOLE.",
    }),
    secret: t.string({
      description:
        "16 to 500 characters. WEBHOOK: the key of the signature, text or `whsec_` and base64. ALERTMANAGER: a " +
        "bearer token. Left out: it stays, as long as kind and address do; null: none.",
    }),
    enabled: t.boolean({ required: true, defaultValue: true, description: "Whether it is in use." }),
    expectedVersion: t.int({
      description: "The version that is changed, 0 for a new channel; left out: whichever is there.",
    }),
  }),
});

const SaveChannelPayload = builder.objectRef<{ channel: ShownChannel }>("SaveChannelPayload").implement({
  description: "It is saved.",
  fields: (t) => ({ channel: t.expose("channel", { type: ChannelRef, description: "The channel as it is now." }) }),
});

builder.queryFields((t) => ({
  channels: t.field({
    type: [ChannelRef],
    access: "read",
    description: "All ways to recipients, by key.",
    complexity: { field: LOOKUP_COST, multiplier: 20 },
    resolve: (_root, _args, { scope }) => scope.store.channels.all(scope.tenant.id),
  }),
  channelVersions: t.field({
    type: [ChannelRef],
    access: "read",
    description: "What a channel was before, newest first, at most 100. Former versions have no secret any more.",
    args: { key: t.arg.string({ required: true, description: "Key of a channel." }) },
    complexity: { field: LOOKUP_COST, multiplier: 20 },
    resolve: (_root, { key }, { scope }) => scope.store.channels.versions(scope.tenant.id, keyArg("key", key)),
  }),
}));

builder.mutationField("saveChannel", (t) =>
  t.field({
    type: SaveChannelPayload,
    access: "configure",
    description: "Describes a way to a recipient, or changes it. It counts from the next attempt on.",
    errors: {},
    args: { input: t.arg({ type: SaveChannelInput, required: true, description: "The channel." }) },
    resolve: (_root, { input }, { scope }) =>
      asResult(async () => ({
        channel: await saveChannel(scope, {
          ...input,
          secret: input.secret,
          expectedVersion: input.expectedVersion ?? undefined,
        }),
      })),
  }));
