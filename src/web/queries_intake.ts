/** What the page asks about batches, quarantine and the service. Every document is validated by a test. */
import type { Document } from "./gateway.ts";
import { ALERT_ROW, type AlertRow } from "./queries_alerting.ts";

export interface Source {
  readonly key: string;
  readonly batches: number;
  readonly lastReceivedAt: string | null;
  readonly unfinished: number;
  readonly oldestUnfinishedAt: string | null;
  readonly failed: number;
}

export interface BatchRow {
  readonly id: string;
  readonly number: number;
  readonly source: string;
  readonly state: string;
  readonly receivedAt: string;
  readonly finishedAt: string | null;
  readonly readings: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly late: number;
  readonly duplicates: number;
  readonly corrected: number;
  readonly alertsOpened: number;
  readonly faults: number;
  readonly stages: readonly { readonly stage: string; readonly finishedAt: string }[];
}

const BATCH_ROW = `fragment BatchRow on Batch {
  id number source state receivedAt finishedAt readings stored quarantined late duplicates corrected alertsOpened faults
  stages { stage finishedAt }
}`;

export interface BatchesAnswer {
  readonly sources: readonly Source[];
  readonly batches: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly edges: readonly { readonly node: BatchRow }[];
  };
}

export const BATCHES: Document<BatchesAnswer, { source?: string; state?: string; after?: string }> = `
query Batches($source: String, $state: BatchState, $after: String) {
  sources { key batches lastReceivedAt unfinished oldestUnfinishedAt failed }
  batches(first: 100, source: $source, state: $state, after: $after) {
    pageInfo { hasNextPage endCursor } edges { node { ...BatchRow } }
  }
}
${BATCH_ROW}`;

export interface BatchDetail extends BatchRow {
  readonly idempotencyKey: string;
  readonly failure: string | null;
  readonly temporalUrl: string | null;
  readonly quarantine: readonly {
    readonly index: number;
    readonly reason: string;
    readonly detail: string;
    readonly raw: string;
  }[];
  readonly alerts: readonly AlertRow[];
}

export const BATCH: Document<{ batchByNumber: BatchDetail | null }, { number: number }> = `
query Batch($number: Float!) {
  batchByNumber(number: $number) {
    ...BatchRow idempotencyKey failure temporalUrl
    quarantine(first: 100) { index reason detail raw }
    alerts(first: 50) { ...Row }
  }
}
${BATCH_ROW}
${ALERT_ROW}`;

export interface RetryAnswer {
  readonly retryBatches: {
    readonly __typename: string;
    readonly message?: string;
    readonly batches?: readonly { readonly number: number }[];
  };
}

export const RETRY: Document<RetryAnswer, { input: { batch?: string; source?: string } }> = `
mutation Retry($input: RetryBatchesInput!) {
  retryBatches(input: $input) {
    __typename
    ... on RetryBatchesPayload { batches { number } }
    ... on Error { message }
  }
}`;

export interface QuarantineRow {
  readonly cursor: string;
  readonly index: number;
  readonly reason: string;
  readonly detail: string;
  readonly raw: string;
  readonly batch: { readonly number: number; readonly source: string; readonly receivedAt: string };
}

export interface QuarantineAnswer {
  readonly quarantineCounts: readonly { readonly reason: string; readonly count: number; readonly about: string }[];
  readonly quarantine: readonly QuarantineRow[];
}

export const QUARANTINE: Document<QuarantineAnswer, { reason?: string; after?: string }> = `
query Quarantine($reason: QuarantineReason, $after: String) {
  quarantineCounts { reason count about }
  quarantine(reason: $reason, after: $after, first: 100) {
    cursor index reason detail raw batch { number source receivedAt }
  }
}`;

export interface SystemAnswer {
  readonly system: {
    readonly ok: boolean;
    readonly parts: readonly { readonly name: string; readonly ok: boolean; readonly finding: string }[];
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
  readonly plant: {
    readonly now: string;
    readonly alertHours: readonly { readonly hour: string; readonly opened: number; readonly worst: string }[];
  };
}

export const SYSTEM: Document<SystemAnswer, { from: string; to: string }> = `
query System($from: DateTime!, $to: DateTime!) {
  system { ok parts { name ok finding } unfinishedBatches oldestUnfinishedMs }
  sources { key batches lastReceivedAt unfinished oldestUnfinishedAt failed }
  retention { temporalUrl policies { noun keep why changedBy } }
  plant { now alertHours(from: $from, to: $to) { hour opened worst } }
}`;
