/** How old readings give way to minutes and hours. */
import type { TenantId } from "../../domain/access/tenant.ts";
import type { ReadingHorizon } from "../../domain/history/retention.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";

export interface HorizonStore {
  of(tenantId: TenantId): Promise<ReadingHorizon>;
  /** The time before which nothing is accepted: it stays so until the transaction ends. To be called inside one. */
  hold(tenantId: TenantId): Promise<number>;
  /**
   * Closes all times before `beforeMs`, once nobody is storing readings. To be called inside a transaction. Throws
   * `StoreUnavailable` when that takes too long.
   */
  close(tenantId: TenantId, beforeMs: number): Promise<void>;
  /**
   * From now on minutes and hours, or hours alone, stand for what is before these times. A horizon never moves back.
   */
  advance(tenantId: TenantId, to: { rolledUpBefore: number; hoursOnlyBefore: number }): Promise<void>;
}

/** What there are so many of that they are kept in parts by time. */
export type TimedNoun = "reading" | "minute";

/** A part of the table: data times from inclusive, to exclusive. */
export interface Chunk {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** What up to `limit` sensors of a tenant have in a stretch of time, behind the sensor with the id `after`. */
export interface SensorSlice {
  readonly from: number;
  readonly to: number;
  readonly after: SensorId | 0;
  readonly limit: number;
}

export interface SliceEnd {
  readonly rows: number;
  /** The last sensor that was looked at; undefined: there are no more. */
  readonly after: SensorId | undefined;
}

export interface ThinningStore {
  /** Parts that begin before `beforeMs`, oldest first. */
  chunks(noun: TimedNoun, beforeMs: number): Promise<Chunk[]>;
  /**
   * Writes the hours, and the minutes if wanted, of the readings in a stretch of whole hours. Whoever repeats it writes
   * the same again; nobody sees them before the horizon has moved. `rows` are readings.
   */
  rollUp(tenantId: TenantId, slice: SensorSlice & { readonly minutes: boolean }): Promise<SliceEnd>;
  /** Removes rows that count no more. */
  remove(tenantId: TenantId, noun: TimedNoun, slice: SensorSlice): Promise<SliceEnd>;
  /**
   * Drops a part in which no tenant has anything that counts; false when one has. To be called inside a transaction.
   */
  drop(noun: TimedNoun, chunk: Chunk): Promise<boolean>;
  /** What a tenant has in a part, from `from` to `to` exclusive. */
  measure(
    tenantId: TenantId,
    noun: TimedNoun,
    part: { chunk: Chunk; from: number; to: number },
  ): Promise<{ rows: number; bytes: number; oldestMs: number | undefined }>;
}
