/** What the page asks about the service. Every document is validated against the schema by a test. */
import type { Document } from "./gateway.ts";
import type { Named, Severity } from "./queries_alerting.ts";
import type { Source } from "./queries_intake.ts";

export interface Performance {
  readonly alerts: number;
  readonly suppressed: number;
  readonly perSlot: number;
  readonly perSlotMax: number;
  readonly manageableShare: number;
  readonly floodShare: number;
  readonly floods: number;
  readonly chattering: number;
  readonly stale: number;
  readonly severities: readonly { readonly severity: Severity; readonly count: number; readonly share: number }[];
  readonly worst: readonly {
    readonly kind: string;
    readonly count: number;
    readonly sensor: Named | null;
    readonly asset: Named | null;
    readonly source: string | null;
  }[];
}

export interface Process {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly startedAt: string;
  readonly seenAt: string;
  readonly state: string;
}

export interface Schedule {
  readonly name: string;
  readonly paused: boolean;
  readonly lastAt: string | null;
  readonly nextAt: string | null;
}

export interface SystemAnswer {
  readonly system: {
    readonly ok: boolean;
    readonly parts: readonly { readonly name: string; readonly ok: boolean; readonly finding: string }[];
    readonly processes: readonly Process[];
    readonly schedules: readonly Schedule[] | null;
    readonly unfinishedBatches: number | null;
    readonly oldestUnfinishedMs: number | null;
  };
  readonly sources: readonly Source[];
  readonly retention: {
    readonly temporalUrl: string | null;
    readonly policies: readonly {
      readonly noun: string;
      readonly keep: string | null;
      readonly why: string;
      readonly changedBy: string | null;
    }[];
  };
  readonly alarmPerformance: Performance;
  readonly plant: {
    readonly now: string;
    readonly alertHours: readonly { readonly hour: string; readonly opened: number; readonly worst: string }[];
  };
}

export const SYSTEM: Document<SystemAnswer, { from: string; to: string }> = `
query System($from: DateTime!, $to: DateTime!) {
  system {
    ok parts { name ok finding } unfinishedBatches oldestUnfinishedMs
    processes { key kind name startedAt seenAt state } schedules { name paused lastAt nextAt }
  }
  sources { key batches lastReceivedAt unfinished oldestUnfinishedAt failed }
  retention { temporalUrl policies { noun keep why changedBy } }
  alarmPerformance(from: $from, to: $to) {
    alerts suppressed perSlot perSlotMax manageableShare floodShare floods chattering stale
    severities { severity count share } worst { kind count sensor { key name } asset { key name } source }
  }
  plant { now alertHours(from: $from, to: $to) { hour opened worst } }
}`;
