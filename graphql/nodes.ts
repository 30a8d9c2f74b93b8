/** The nodes that refer to each other; each one's fields are in the file of its noun. */
import type { Alert } from "../src/domain/alerting/alert.ts";
import type { ServiceWindow } from "../src/domain/alerting/window.ts";
import type { Asset } from "../src/domain/plant/asset.ts";
import type { Batch } from "../src/domain/intake/batch.ts";
import type { Sensor } from "../src/domain/plant/sensor.ts";
import type { SettingsDraft } from "../src/ports/detection/settings.ts";
import { builder } from "./builder.ts";

export const AlertRef = builder.objectRef<Alert>("Alert");
export const AssetRef = builder.objectRef<Asset>("Asset");
export const BatchRef = builder.objectRef<Batch>("Batch");
export const SensorRef = builder.objectRef<Sensor>("Sensor");
export const ServiceWindowRef = builder.objectRef<ServiceWindow>("ServiceWindow");
export const SettingsDraftRef = builder.objectRef<SettingsDraft>("SettingsDraft");
