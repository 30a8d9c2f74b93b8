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
  readonly temporalUrl: string | null;
  readonly stages: readonly { readonly stage: string; readonly finishedAt: string }[];
}

const BATCH_ROW = `fragment BatchRow on Batch {
  id number source state receivedAt finishedAt readings stored quarantined late duplicates corrected alertsOpened faults
  temporalUrl stages { stage finishedAt }
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
  readonly quarantine: readonly {
    readonly index: number;
    readonly reason: string;
    readonly detail: string;
    readonly raw: string;
    readonly replayedBy: { readonly number: number } | null;
  }[];
  readonly attempts:
    | readonly { readonly stage: string; readonly attempts: number; readonly underWay: boolean }[]
    | null;
  readonly replayedFrom: readonly { readonly number: number }[];
  readonly alerts: readonly AlertRow[];
}

export const BATCH: Document<{ batchByNumber: BatchDetail | null }, { number: number }> = `
query Batch($number: Float!) {
  batchByNumber(number: $number) {
    ...BatchRow idempotencyKey failure attempts { stage attempts underWay }
    quarantine(first: 100) { index reason detail raw replayedBy { number } } replayedFrom { number }
    alerts(first: 50) { ...Row }
  }
}
${BATCH_ROW}
${ALERT_ROW}`;

export const GIVE_UP: Document<
  { readonly giveUpBatch: { readonly __typename: string; readonly message?: string } },
  { input: { batch: string; reason: string } }
> = `
mutation GiveUp($input: GiveUpBatchInput!) {
  giveUpBatch(input: $input) { __typename ... on Error { message } }
}`;

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
  readonly replayedBy: { readonly number: number } | null;
}

export interface QuarantineAnswer {
  readonly quarantineCounts: readonly { readonly reason: string; readonly count: number; readonly about: string }[];
  readonly quarantine: readonly QuarantineRow[];
}

export const QUARANTINE: Document<
  QuarantineAnswer,
  { reason?: string; sensor?: string; replayed?: boolean; after?: string }
> = `
query Quarantine($reason: QuarantineReason, $sensor: String, $replayed: Boolean, $after: String) {
  quarantineCounts(sensor: $sensor) { reason count about }
  quarantine(reason: $reason, sensor: $sensor, replayed: $replayed, after: $after, first: 100) {
    cursor index reason detail raw batch { number source receivedAt } replayedBy { number }
  }
}`;

export interface ReplayInput {
  readonly reason?: string;
  readonly batch?: string;
  readonly sensor?: string;
  readonly receivedBefore?: string;
  readonly correction: boolean;
}

export interface ReplayAnswer {
  readonly replayQuarantine: {
    readonly __typename: string;
    readonly message?: string;
    readonly replayed?: number;
    readonly remaining?: number;
    readonly conflicts?: number;
    readonly batches?: readonly {
      readonly number: number;
      readonly state: string;
      readonly stored: number;
      readonly late: number;
      readonly corrected: number;
      readonly duplicates: number;
      readonly quarantined: number;
    }[];
  };
}

export const REPLAY: Document<ReplayAnswer, { input: ReplayInput }> = `
mutation Replay($input: ReplayQuarantineInput!) {
  replayQuarantine(input: $input, wait: true) {
    __typename
    ... on ReplayQuarantinePayload {
      replayed remaining conflicts batches { number state stored late corrected duplicates quarantined }
    }
    ... on Error { message }
  }
}`;
