/** A sensor is one measuring channel on an asset, with a unit and a range. */
import type { AssetId } from "./asset.ts";

export type SensorId = number & { readonly noun: "sensor" };

export interface Sensor {
  readonly id: SensorId;
  readonly key: string;
  readonly name: string;
  readonly assetId: AssetId | undefined;
  /** What is measured, for example "temperature": it chooses the default settings of detection. */
  readonly quantity: string;
  /** UCUM code, for example "Cel"; undefined while nobody has said. */
  readonly unit: string | undefined;
  /** Values outside are physically impossible for this sensor, and go to quarantine. */
  readonly rangeMin: number | undefined;
  readonly rangeMax: number | undefined;
  readonly expectedIntervalMs: number | undefined;
  /**
   * How far behind the newest reading others may still come and be judged in their place; alerts come that much later.
   * Undefined: not at all.
   */
  readonly reorderWindowMs: number | undefined;
  /** False while the sensor is known from batches only. */
  readonly registered: boolean;
  /** When it was taken out of use (ms): it takes no readings since. */
  readonly retiredAt: number | undefined;
}

/** How far detection has come on one sensor. */
export interface SensorProgress {
  /** Data time (ms) up to which readings are folded in. */
  readonly watermark: number | undefined;
  /** Readings that came after the watermark had passed them: stored, but judged only when they are reprocessed. */
  readonly late: number;
  readonly lateFrom: number | undefined;
  readonly lateTo: number | undefined;
}
