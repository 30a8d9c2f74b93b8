/** Alerts by what people ask for: sensor, asset with all below it, source, severity, state, kind, time, text. */
import type { Alert, AlertState } from "../../domain/alerting/alert.ts";
import type { Severity } from "../../domain/detection/severity.ts";
import { keyFault } from "../../domain/key.ts";
import { textFault } from "../../domain/text.ts";
import type { AlertCount, AlertFilter, SeverityPage } from "../../ports/alerting/alert.ts";
import type { Page } from "../../ports/page.ts";
import { invalid, notFound } from "../errors.ts";
import { findSensor } from "../plant/find_sensor.ts";
import { findAsset } from "../plant/register_asset.ts";
import type { Scope } from "../scope.ts";

export interface AlertQuery {
  readonly sensorKey?: string;
  /** With all assets below it. */
  readonly assetKey?: string;
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
  page(page: Page): Promise<Alert[]>;
  bySeverity(page: SeverityPage): Promise<Alert[]>;
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
    count: () => store.alerts.count(tenant.id, filter),
    counts: () => store.alerts.counts(tenant.id, filter),
  };
}

/** Throws invalid, and not found for a sensor, an asset or a source that is not there. */
export async function toFilter(
  scope: Pick<Scope, "store" | "tenant">,
  { sensorKey, assetKey, sourceKey, text, ...rest }: AlertQuery,
): Promise<AlertFilter> {
  const { store, tenant } = scope;
  const fault = text === undefined ? undefined : textFault(text, TEXT_LENGTH_MAX);
  if (fault !== undefined) throw invalid("text", `The text ${fault}.`);
  const noKind = rest.kinds?.find((kind) => keyFault(kind) !== undefined);
  if (noKind !== undefined) throw invalid("kinds", `${JSON.stringify(noKind.slice(0, 80))} is no kind of alert.`);
  if (rest.from !== undefined && rest.to !== undefined && rest.from >= rest.to) {
    throw invalid("from", "The range is empty: from has to be before to.");
  }
  const ofSensor = sensorKey === undefined ? undefined : [await findSensor(scope, { key: sensorKey, field: "sensor" })];
  const asset = assetKey === undefined ? undefined : await findAsset(scope, { key: assetKey, field: "asset" });
  const ofAsset = asset && await store.sensors.ofAsset(tenant.id, asset.id);
  const assetIds = asset && ofSensor === undefined ? await store.assets.below(tenant.id, asset.id) : [];
  const sourceId = sourceKey === undefined ? undefined : await store.sources.byKey(tenant.id, sourceKey);
  if (sourceKey !== undefined && sourceId === undefined) {
    throw notFound("source", `There is no source with the key ${JSON.stringify(sourceKey)}.`);
  }
  const ids = new Set((ofAsset ?? ofSensor ?? []).map(({ id }) => id));
  const both = ofSensor?.filter(({ id }) => ids.has(id)) ?? ofAsset;
  const subjects = both && { sensorIds: both.map(({ id }) => id), assetIds };
  return { ...rest, sourceId, text, subjects };
}
