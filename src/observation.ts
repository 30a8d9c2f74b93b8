/**
 * All that is worth telling an operator, as one union, and the one place that writes it. A batch's id is its
 * correlation id: it is in every record about the batch, in its workflow's id, and in its events.
 */
import { match } from "ts-pattern";
import type { AuditEntry } from "./domain/access/audit.ts";
import { withoutKeys } from "./domain/access/key.ts";

export type Observation =
  | { readonly kind: "started"; readonly part: string; readonly detail: string }
  | { readonly kind: "stopped"; readonly part: string; readonly detail: string }
  | { readonly kind: "progress"; readonly part: string; readonly detail: string }
  | { readonly kind: "batch.accepted"; readonly batchId: number; readonly source: string; readonly readings: number }
  | { readonly kind: "batch.stage"; readonly batchId: number; readonly stage: string; readonly result: unknown }
  | { readonly kind: "batch.failed"; readonly batchId: number; readonly reason: string }
  | { readonly kind: "batch.not_started"; readonly batchId: number; readonly cause: unknown }
  | { readonly kind: "batch.foreign_run"; readonly batchId: number }
  | { readonly kind: "batch.not_told"; readonly batchId: number; readonly cause: unknown }
  | { readonly kind: "batch.given_up"; readonly batchId: number; readonly actor: string; readonly reason: string }
  | { readonly kind: "batches.retried"; readonly count: number; readonly actor: string }
  | {
    readonly kind: "quarantine.replayed";
    readonly readings: number;
    readonly batches: number;
    readonly actor: string;
  }
  | { readonly kind: "reprocessing.not_started"; readonly runId: number; readonly cause: unknown }
  | { readonly kind: "swept"; readonly batches: number; readonly reprocessings: number; readonly alerts: number }
  | { readonly kind: "sweep.failed"; readonly cause: unknown }
  | {
    readonly kind: "retention.changed";
    readonly tenant: string;
    readonly noun: string;
    /** Undefined: for ever. */
    readonly keepDays: number | undefined;
    readonly actor: string;
  }
  | {
    readonly kind: "alert_policy.changed";
    readonly tenant: string;
    readonly shelveMaxMs: number;
    readonly latching: readonly string[];
    readonly actor: string;
  }
  | {
    readonly kind: "alarm_budget.changed";
    readonly tenant: string;
    /** Undefined: all that no other budget holds for. */
    readonly asset: string | undefined;
    /** Undefined: there is none any more. */
    readonly alertsPerDay: number | undefined;
    readonly actor: string;
  }
  | { readonly kind: "retention.applied"; readonly tenant: string; readonly removed: Readonly<Record<string, number>> }
  | { readonly kind: "retention.failed"; readonly cause: unknown }
  | { readonly kind: "retention.asked"; readonly actor: string }
  | { readonly kind: "readings.late"; readonly batchId: number; readonly count: number }
  | { readonly kind: "installation.renewed"; readonly id: string; readonly reason: string }
  | { readonly kind: "tenant.configured"; readonly tenantId: number; readonly actor: string; readonly settings: object }
  | {
    readonly kind: "key.created";
    /** Its prefix; the text itself is never told. */
    readonly key: string;
    readonly tenant: string;
    readonly scopes: readonly string[];
    readonly actor: string;
  }
  | {
    readonly kind: "key.rotated";
    readonly key: string;
    readonly by: string;
    readonly tenant: string;
    readonly actor: string;
  }
  | { readonly kind: "key.revoked"; readonly key: string; readonly tenant: string; readonly actor: string }
  | { readonly kind: "wall.missing"; readonly reason: string }
  | { readonly kind: "keys.refused"; readonly count: number }
  | ({ readonly kind: "audit.not_written"; readonly tenantId: number; readonly cause: unknown } & AuditEntry)
  | { readonly kind: "sensors.registered"; readonly batchId: number; readonly count: number }
  | { readonly kind: "sensor.relearns"; readonly sensorId: number; readonly batchId: number; readonly reason: string }
  | { readonly kind: "asset.relearns"; readonly assetId: number; readonly reason: string }
  | { readonly kind: "assets.not_folded"; readonly tenantId: number; readonly cause: unknown }
  | { readonly kind: "asset.not_folded"; readonly assetId: number; readonly cause: unknown }
  | {
    readonly kind: "settings.changed";
    readonly tenant: string;
    readonly scope: string;
    readonly version: number;
    readonly actor: string;
  }
  | { readonly kind: "settings.unusable"; readonly tenant: string; readonly scope: string; readonly reason: string }
  | {
    readonly kind: "alert";
    readonly change: string;
    readonly alertId: number;
    readonly batchId: number;
    readonly severity: string;
  }
  | { readonly kind: "alert.not_followed"; readonly alertId: number; readonly cause: unknown }
  | {
    readonly kind: "notification";
    readonly notificationId: number;
    readonly tenantId: number;
    readonly channel: string;
    readonly state: string;
    readonly attempt: number;
    readonly detail: string;
  }
  | { readonly kind: "notification.not_settled"; readonly notificationId: number; readonly cause: unknown }
  | { readonly kind: "notification.told"; readonly notificationId: number; readonly text: string }
  | { readonly kind: "notifications.replayed"; readonly count: number; readonly actor: string }
  | {
    readonly kind: "notifying.configured";
    readonly tenant: string;
    readonly what: string;
    readonly version: number;
    readonly actor: string;
  }
  | { readonly kind: "request.failed"; readonly path: string; readonly cause: unknown }
  | { readonly kind: "request.broken_off"; readonly reason: string }
  | { readonly kind: "fault"; readonly part: string; readonly cause: unknown };

export type Observe = (observation: Observation) => void;
export type Level = "debug" | "info" | "warn" | "error";

export const LEVELS: readonly Level[] = ["debug", "info", "warn", "error"];

/** How urgent an observation is. */
export function levelOf(observation: Observation): Level {
  return match(observation)
    .returnType<Level>()
    .with({ kind: "batch.accepted" }, { kind: "batch.stage" }, { kind: "progress" }, () => "debug")
    .with(
      { kind: "started" },
      { kind: "stopped" },
      { kind: "batch.given_up" },
      { kind: "batches.retried" },
      { kind: "quarantine.replayed" },
      { kind: "swept" },
      { kind: "tenant.configured" },
      { kind: "request.broken_off" },
      { kind: "retention.changed" },
      { kind: "alert_policy.changed" },
      { kind: "alarm_budget.changed" },
      { kind: "retention.applied" },
      { kind: "retention.asked" },
      { kind: "key.created" },
      { kind: "key.rotated" },
      { kind: "key.revoked" },
      { kind: "sensors.registered" },
      { kind: "settings.changed" },
      { kind: "alert" },
      { kind: "notification.told" },
      { kind: "notifications.replayed" },
      { kind: "notifying.configured" },
      () => "info",
    )
    .with(
      { kind: "batch.not_started" },
      { kind: "batch.not_told" },
      { kind: "reprocessing.not_started" },
      { kind: "sweep.failed" },
      { kind: "retention.failed" },
      { kind: "readings.late" },
      { kind: "keys.refused" },
      { kind: "wall.missing" },
      { kind: "installation.renewed" },
      { kind: "sensor.relearns" },
      { kind: "alert.not_followed" },
      { kind: "notification", state: "dead" },
      { kind: "notification.not_settled" },
      { kind: "settings.unusable" },
      { kind: "asset.relearns" },
      { kind: "assets.not_folded" },
      () => "warn",
    )
    .with(
      { kind: "batch.failed" },
      { kind: "batch.foreign_run" },
      { kind: "request.failed" },
      { kind: "asset.not_folded" },
      { kind: "audit.not_written" },
      { kind: "fault" },
      () => "error",
    )
    .with({ kind: "notification" }, () => "debug")
    .exhaustive();
}

export interface LogOptions {
  readonly format: "json" | "text";
  readonly level: Level;
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
}

/** An `Observe` that writes one line per observation of at least `level`. */
export function createLog(options: LogOptions): Observe {
  const least = LEVELS.indexOf(options.level);
  return (observation) => {
    const level = levelOf(observation);
    if (LEVELS.indexOf(level) < least) return;
    const at = new Date(options.nowMs()).toISOString();
    const { kind, ...facts } = observation;
    const record = { at, level, kind, ...correlation(observation), ...facts };
    const line = options.format === "json" ? JSON.stringify(record, replaceErrors) : readable(record);
    // None is told here; one that somebody sent in the place of something else is in what is told about that.
    options.write(withoutKeys(line));
  };
}

function correlation(observation: Observation): { correlationId?: string } {
  return "batchId" in observation ? { correlationId: String(observation.batchId) } : {};
}

function replaceErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? describe(value) : value;
}

function describe(error: Error): { name: string; message: string; stack?: string; cause?: unknown } {
  return { name: error.name, message: error.message, stack: error.stack, cause: error.cause };
}

function readable(
  { at, level, kind, ...facts }: { at: string; level: Level; kind: string } & Record<string, unknown>,
): string {
  delete facts.correlationId;
  const words = Object.entries(facts).map(([name, value]) => {
    if (value instanceof Error) return `${name}: ${value.name}: ${value.message}`;
    return typeof value === "string" && (name === "detail" || name === "part")
      ? value
      : `${name}=${JSON.stringify(value)}`;
  });
  return `${at} ${level.padEnd(5)} ${kind} ${words.join(" ")}`;
}
