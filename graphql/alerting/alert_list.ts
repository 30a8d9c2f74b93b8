/** Alerts by what people ask for, and how many there are. */
import type { Alert, AlertId } from "../../src/domain/alerting/alert.ts";
import { SEVERITIES, type Severity } from "../../src/domain/detection/severity.ts";
import { cursorOfNow } from "../../src/operations/alerting/follow_alerts.ts";
import { type AlertList, type AlertQuery, listAlerts } from "../../src/operations/alerting/list_alerts.ts";
import type { AlertCount } from "../../src/ports/alerting/alert.ts";
import { invalid } from "../../src/operations/errors.ts";
import { builder } from "../builder.ts";
import { LOOKUP_COST } from "../cost.ts";
import { rowId } from "../ids.ts";
import { connectionBy, connectionOf, PAGE_ARGS, pageCost, type PlaceCodec } from "../page.ts";
import { AlertRef } from "../nodes.ts";
import { AlertStateEnum, SeverityEnum } from "./enums.ts";

export const AlertFilterInput = builder.inputType("AlertFilter", {
  description: "Which alerts: all that is said has to hold; what is left out asks nothing.",
  fields: (t) => ({
    sensor: t.string({ description: "Key of a sensor." }),
    asset: t.string({ description: "Key of an asset: it, all assets below it, and the sensors of all these." }),
    onAsset: t.string({ description: "Key of an asset: it and its own sensors, nothing below it." }),
    unplaced: t.boolean({
      description:
        "True: about no asset, but about a sensor that nobody has said the asset of, or about a source; false: all others.",
    }),
    source: t.string({ description: "Key of a source: alerts that its batches opened." }),
    severities: t.field({ type: [SeverityEnum], description: "One of these." }),
    states: t.field({ type: [AlertStateEnum], description: "One of these." }),
    kinds: t.stringList({ description: "One of these." }),
    hidden: t.boolean({ description: "True: shelved or suppressed; false: neither." }),
    roots: t.boolean({ description: "True: those that belong to no other alert; false: those that do." }),
    standing: t.boolean({ description: "True: the episode lasts; false: it has ended." }),
    from: t.field({ type: "DateTime", description: "Opened at this data time or later." }),
    to: t.field({ type: "DateTime", description: "Opened before this data time." }),
    text: t.string({
      description:
        "Stands in the reason, or in the key or name of the sensor or asset, in capitals or not; at most 200 characters.",
    }),
  }),
});

export function toQuery(
  sensor: string | null | undefined,
  filter: typeof AlertFilterInput.$inferInput | null | undefined,
): AlertQuery {
  return {
    sensorKey: filter?.sensor ?? sensor ?? undefined,
    assetKey: filter?.asset ?? undefined,
    onAssetKey: filter?.onAsset ?? undefined,
    unplaced: filter?.unplaced ?? undefined,
    sourceKey: filter?.source ?? undefined,
    severities: filter?.severities ?? undefined,
    states: filter?.states ?? undefined,
    kinds: filter?.kinds ?? undefined,
    roots: filter?.roots ?? undefined,
    hidden: filter?.hidden ?? undefined,
    standing: filter?.standing ?? undefined,
    from: filter?.from ?? undefined,
    to: filter?.to ?? undefined,
    text: filter?.text ?? undefined,
  };
}

const AlertOrderEnum = builder.enumType("AlertOrder", {
  description: "The order of a list of alerts.",
  values: {
    NEWEST: { value: "newest" as const, description: "The last that the service opened first." },
    SEVERITY: { value: "severity" as const, description: "The most urgent first, of those the last opened." },
  },
});

const BY_SEVERITY: PlaceCodec<Alert, Pick<Alert, "severity" | "id">> = {
  write: ({ severity, id }) => `severity:${severity}:${id}`,
  read(text) {
    const [, severity, id] = /^severity:([A-Z]+):(\d{1,15})$/.exec(text) ?? [];
    return SEVERITIES.includes(severity as Severity)
      ? { severity: severity as Severity, id: Number(id) as AlertId }
      : undefined;
  },
};

const SKIP_MAX = 1_000_000;

/** Throws invalid. */
function skipOf({ skip, after }: { skip?: number | null; after?: string | null }): number {
  if (skip == null || skip === 0) return 0;
  if (skip < 0 || skip > SKIP_MAX) throw invalid("skip", `skip has to be 0 to ${SKIP_MAX.toLocaleString("en")}.`);
  if (after != null) throw invalid("skip", "A page begins behind a cursor or behind a number of rows, not both.");
  return skip;
}

interface FollowedPage {
  readonly eventCursor: string;
  readonly count: AlertList["count"];
}

const AlertConnection = builder.connectionObject({
  type: AlertRef,
  name: "AlertConnection",
  fields: (t) => ({
    eventCursor: t.string({
      description:
        "To follow the list without a gap: hand it to the subscription `alerts` as `after`. All that changes " +
        "behind this page's state comes then; a change that fell together with the reading may come although the page shows it.",
      resolve: (page) => (page as unknown as FollowedPage).eventCursor,
    }),
    totalCount: t.float({
      description: "How many there are in all, on whatever page.",
      resolve: (page) => (page as unknown as FollowedPage).count(),
    }),
  }),
});

const AlertCountRef = builder.objectRef<AlertCount>("AlertCount").implement({
  description: "How many alerts there are of a severity in a state.",
  fields: (t) => ({
    severity: t.expose("severity", { type: SeverityEnum, description: "The severity." }),
    state: t.expose("state", { type: AlertStateEnum, description: "The state." }),
    count: t.exposeFloat("count", { description: "How many; what there is none of is left out." }),
  }),
});

builder.queryFields((t) => ({
  alert: t.field({
    access: "read",
    type: AlertRef,
    nullable: true,
    description: "The alert that has this id; null when there is none.",
    args: { id: t.arg.globalID({ required: true, for: AlertRef, description: "Id of an alert." }) },
    complexity: LOOKUP_COST,
    resolve: async (_root, { id }, { scope }) =>
      (await scope.store.alerts.byIds(scope.tenant.id, [rowId<AlertId>(String(id.id))])).at(0),
  }),
  alerts: t.field({
    access: "read",
    type: AlertConnection,
    description: "All alerts, the last opened or the most urgent first.",
    args: {
      ...PAGE_ARGS,
      sensor: t.arg.string({ description: "Key of a sensor: only its alerts." }),
      filter: t.arg({ type: AlertFilterInput, description: "Only those that it describes." }),
      orderBy: t.arg({
        type: AlertOrderEnum,
        defaultValue: "newest",
        description: "In which order; a cursor belongs to one.",
      }),
      skip: t.arg.int({
        description:
          `Rows to pass over before the page begins, for who jumps in a long list: up to ${
            SKIP_MAX.toLocaleString("en")
          }. ` +
          "Who reads on goes by `after`, which is quicker and misses nothing.",
      }),
    },
    complexity: pageCost,
    async resolve(_root, { sensor, filter, orderBy, ...args }, { scope }) {
      const skip = skipOf(args);
      const list = await listAlerts(scope, toQuery(sensor, filter));
      // Before the page: what changes in between is then behind the cursor, and not lost.
      const eventCursor = await cursorOfNow(scope);
      const page = orderBy === "severity"
        ? await connectionBy(args, { place: BY_SEVERITY, load: (page) => list.bySeverity({ ...page, skip }) })
        : await connectionOf(args, (page) => list.page({ ...page, skip }));
      return { ...page, eventCursor, count: list.count };
    },
  }),
  alertCounts: t.field({
    access: "read",
    type: [AlertCountRef],
    description: "How many alerts there are of each severity and state, under the same filter as the list.",
    args: { filter: t.arg({ type: AlertFilterInput, description: "Only those that it describes." }) },
    complexity: { field: LOOKUP_COST, multiplier: 20 },
    resolve: async (_root, { filter }, { scope }) =>
      await (await listAlerts(scope, toQuery(undefined, filter))).counts(),
  }),
  eventCursor: t.string({
    access: "read",
    description: "The cursor of now: a subscription that begins there (`after`) gets all that happens from now on.",
    complexity: LOOKUP_COST,
    resolve: (_root, _args, { scope }) => cursorOfNow(scope),
  }),
}));
