/**
 * What another routing, a shelf or a maintenance window would have made of the alerts of a range: who would have been
 * told, beside who would be as things are. Nothing is sent or changed.
 */
import type { Alert, AlertId } from "../../domain/alerting/alert.ts";
import { RANGE_MAX_MS } from "../../domain/alerting/performance.ts";
import { type Hiding, previewAlerts, type PreviewedAlert } from "../../domain/alerting/preview.ts";
import type { Routing } from "../../domain/alerting/route.ts";
import { keyFault } from "../../domain/key.ts";
import type { OpenedPlace } from "../../ports/alerting/alert.ts";
import { invalid } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { covered, findSubject, type SubjectKey } from "./change_windows.ts";
import { readRouting, type RoutingInput } from "./save_routing.ts";

/** A shelf when it names a kind of alert, and a maintenance window when it names none. */
export interface HidingInput extends SubjectKey {
  readonly kind: string | undefined;
  /** In ms; left out: those of the range. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export interface AlertingPreviewInput {
  /** Data times in ms of the alerts' opening: from inclusive, to exclusive. */
  readonly from: number;
  readonly to: number;
  /** Undefined: the routing that holds. */
  readonly routing: RoutingInput | undefined;
  readonly hidings: readonly HidingInput[];
  /** Goes on behind the alert there. */
  readonly behind: OpenedPlace | undefined;
  readonly limit: number;
}

export interface AlertingPreview {
  readonly alerts: readonly PreviewedAlert[];
  /** The last one that was looked at, where there are more; undefined: these are all. */
  readonly cutBehind: Alert | undefined;
}

const HIDINGS_MAX = 20;
/** Of a long history, the newest. */
const TRANSITIONS_MAX = 200;
const NOBODY: Routing = { version: 0, timeZone: "UTC", routes: [] };

/** Throws invalid for a range, hidings or routes that cannot be, and not found for what they name. */
export async function previewAlerting(
  scope: Pick<Scope, "store" | "tenant">,
  { from, to, routing, hidings: wanted, behind, limit }: AlertingPreviewInput,
): Promise<AlertingPreview> {
  const { store, tenant } = scope;
  if (from >= to) throw invalid("from", "The range is empty: from has to be before to.");
  if (to - from > RANGE_MAX_MS) throw invalid("to", "The range is too long: 366 days at most.");
  if (wanted.length > HIDINGS_MAX) throw invalid("hiding", `${wanted.length} are too many: ${HIDINGS_MAX} at most.`);
  const hidings: Hiding[] = [];
  for (const one of wanted) hidings.push(await toHiding(scope, { ...one, from: one.from ?? from, to: one.to ?? to }));
  const before = await store.routing.version(tenant.id) ?? NOBODY;
  const after = routing === undefined ? before : { version: 0, ...await readRouting(scope, routing) };
  const found = await store.alerts.openedIn(tenant.id, { from, to, behind, limit: limit + 1 });
  const looked = found.slice(0, limit);
  const ids = looked.map(({ id }) => id);
  const transitions = await transitionsOf(scope, ids);
  const subjects = new Map((await store.subjects.of(tenant.id, ids)).map((subject) => [subject.alertId, subject]));
  const lived = looked.map((alert) => ({
    alert,
    assetPath: subjects.get(alert.id)?.assets.map(({ id }) => id) ?? [],
    transitions: transitions.get(alert.id)?.toReversed() ?? [],
  }));
  const alerts = previewAlerts(lived, { before, after, hidings, untilMs: to });
  return { alerts, cutBehind: alerts.length < found.length ? alerts.at(-1)?.alert : undefined };
}

async function transitionsOf({ store, tenant }: Pick<Scope, "store" | "tenant">, ids: readonly AlertId[]) {
  return await store.alertHistory.of(tenant.id, ids, { limit: TRANSITIONS_MAX });
}

async function toHiding(
  scope: Pick<Scope, "store" | "tenant">,
  { kind, from, to, ...key }: HidingInput & { readonly from: number; readonly to: number },
): Promise<Hiding> {
  if (from >= to) throw invalid("hiding", "What hides nothing at any time is empty: from has to be before to.");
  if (kind !== undefined && keyFault(kind) !== undefined) {
    throw invalid("hiding", `${JSON.stringify(kind.slice(0, 80))} is no kind of alert.`);
  }
  const subject = await findSubject(scope, key);
  // A shelf is of exactly what it was put on.
  const ids = kind === undefined ? await covered(scope, [subject]) : {
    sensorIds: subject.sensorId === undefined ? [] : [subject.sensorId],
    assetIds: subject.assetId === undefined ? [] : [subject.assetId],
  };
  return { sensorIds: new Set(ids.sensorIds), assetIds: new Set(ids.assetIds), kind, from, to };
}
