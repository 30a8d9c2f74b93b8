/** Alerts by what people ask for: sensor, asset with all below it, source, severity, state, kind, time, text. */
import type { Alert, AlertState } from "../../domain/alerting/alert.ts";
import type { Severity } from "../../domain/detection/severity.ts";
import { keyFault } from "../../domain/key.ts";
import { textFault } from "../../domain/text.ts";
import type { AlertCount, AlertFilter, AlertGroup, SeverityPage, Skipping } from "../../ports/alerting/alert.ts";
import type { Page } from "../../ports/page.ts";
import { invalid, notFound } from "../errors.ts";
import { findSensor } from "../plant/find_sensor.ts";
import { findAsset } from "../plant/register_asset.ts";
import type { Scope } from "../scope.ts";

export interface AlertQuery {
  readonly sensorKey?: string;
  /** With all assets below it. */
  readonly assetKey?: string;
  /** Only it, and its own sensors. */
  readonly onAssetKey?: string;
  /** About no asset. */
  readonly unplaced?: boolean;
  readonly sourceKey?: string;
  readonly severities?: readonly Severity[];
  readonly states?: readonly AlertState[];
  readonly kinds?: readonly string[];
  readonly standing?: boolean;
  /** Shelved or suppressed. */
  readonly hidden?: boolean;
  /** Belongs to no other alert. */
  readonly roots?: boolean;
  /** Data times of the opening in ms: from inclusive, to exclusive. */
  readonly from?: number;
  readonly to?: number;
  readonly text?: string;
}

export interface AlertList {
  page(page: Page & Skipping): Promise<Alert[]>;
  bySeverity(page: SeverityPage & Skipping): Promise<Alert[]>;
  /** By asset. */
  groups(limit: number): Promise<AlertGroup[]>;
  count(): Promise<number>;
  counts(): Promise<AlertCount[]>;
}

const TEXT_LENGTH_MAX = 200;

/** Throws invalid, and not found for a sensor, an asset or a source that is not there. */
export async function listAlerts(scope: Pick<Scope, "store" | "tenant">, query: AlertQuery): Promise<AlertList> {
  const { store, tenant } = scope;
  const filter = await toFilter(scope, query);
  return {
    page: (page) => store.alerts.page(tenant.id, { ...page, ...filter }),
    bySeverity: (page) => store.alerts.bySeverity(tenant.id, { ...page, ...filter }),
    groups: (limit) => store.alerts.groups(tenant.id, { ...filter, limit }),
    count: () => store.alerts.count(tenant.id, filter),
    counts: () => store.alerts.counts(tenant.id, filter),
  };
}

/** Throws invalid, and not found for a sensor, an asset or a source that is not there. */
export async function toFilter(
  scope: Pick<Scope, "store" | "tenant">,
  { sensorKey, assetKey, onAssetKey, sourceKey, text, ...rest }: AlertQuery,
): Promise<AlertFilter> {
  const { store, tenant } = scope;
  const fault = text === undefined ? undefined : textFault(text, TEXT_LENGTH_MAX);
  if (fault !== undefined) throw invalid("text", `The text ${fault}.`);
  const noKind = rest.kinds?.find((kind) => keyFault(kind) !== undefined);
  if (noKind !== undefined) throw invalid("kinds", `${JSON.stringify(noKind.slice(0, 80))} is no kind of alert.`);
  if (rest.from !== undefined && rest.to !== undefined && rest.from >= rest.to) {
    throw invalid("from", "The range is empty: from has to be before to.");
  }
  const subjects = await subjectsOf(scope, { sensorKey, assetKey, onAssetKey });
  const sourceId = sourceKey === undefined ? undefined : await store.sources.byKey(tenant.id, sourceKey);
  if (sourceKey !== undefined && sourceId === undefined) {
    throw notFound("source", `There is no source with the key ${JSON.stringify(sourceKey)}.`);
  }
  return { ...rest, sourceId, text, subjects };
}

type Subjects = NonNullable<AlertFilter["subjects"]>;

/** What is of all that is named; undefined when nothing is. */
async function subjectsOf(
  scope: Pick<Scope, "store" | "tenant">,
  { sensorKey, assetKey, onAssetKey }: Pick<AlertQuery, "sensorKey" | "assetKey" | "onAssetKey">,
): Promise<Subjects | undefined> {
  const { store, tenant } = scope;
  const named: Subjects[] = [];
  if (sensorKey !== undefined) {
    const { id } = await findSensor(scope, { key: sensorKey, field: "sensor" });
    named.push({ sensorIds: [id], assetIds: [] });
  }
  if (assetKey !== undefined) {
    const { id } = await findAsset(scope, { key: assetKey, field: "asset" });
    const sensors = await store.sensors.ofAsset(tenant.id, id);
    named.push({ sensorIds: sensors.map(({ id }) => id), assetIds: await store.assets.below(tenant.id, id) });
  }
  if (onAssetKey !== undefined) {
    const { id } = await findAsset(scope, { key: onAssetKey, field: "onAsset" });
    const own = (await store.sensors.ofAsset(tenant.id, id)).filter(({ assetId }) => assetId === id);
    named.push({ sensorIds: own.map(({ id }) => id), assetIds: [id] });
  }
  return named.length === 0 ? undefined : named.reduce((all, one) => ({
    sensorIds: all.sensorIds.filter((id) => one.sensorIds.includes(id)),
    assetIds: all.assetIds.filter((id) => one.assetIds.includes(id)),
  }));
}
