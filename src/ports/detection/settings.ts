import type { TenantId } from "../../domain/access/tenant.ts";
import type {
  AppliedSettingsId,
  SettingsDraftId,
  SettingsLayer,
  SettingsScope,
} from "../../domain/detection/settings_layers.ts";
import type { SettingsPatch, Tree } from "../../domain/detection/settings_document.ts";
import type { AssetId } from "../../domain/plant/asset.ts";
import type { SensorId } from "../../domain/plant/sensor.ts";
import type { Page } from "../page.ts";

/** What a promotion said for one scope. */
export interface SettingsVersion extends SettingsLayer {
  readonly note: string;
  /** The version of the scope that it took the place of. */
  readonly base: number;
  readonly promotedBy: string;
  readonly promotedAt: number;
}

/** What somebody may promote. */
export interface SettingsDraft {
  readonly id: SettingsDraftId;
  readonly scope: SettingsScope;
  readonly patch: SettingsPatch;
  readonly note: string;
  /** The version of the scope that was live when it was saved. */
  readonly base: number;
  readonly savedBy: string;
  readonly savedAt: number;
  /** The version that it became; undefined while it is a draft. */
  readonly promotedAs: number | undefined;
}

/** What came of all layers together. */
export interface AppliedSettings {
  /** Of the set that was made from it. */
  readonly name: string;
  readonly version: number;
  readonly document: Tree;
}

/**
 * That a sensor went over to other settings; or, with `accepted`, that it stayed with its settings and learnt anew,
 * since a person took what it does as normal.
 */
export interface SettingsSwitch {
  readonly sensorId: SensorId;
  /** Data time (ms) of the last reading judged before; undefined: none was. */
  readonly behind: number | undefined;
  readonly settingsId: AppliedSettingsId;
  /** The most stored readings that detectors learnt from which started anew. */
  readonly storedMax: number;
  readonly accepted?: { readonly by: string; readonly reason: string };
}

/** The same of an asset: behind the data time up to which its rows were closed. */
export type AssetSwitch = Omit<SettingsSwitch, "sensorId"> & { readonly assetId: AssetId };

export interface SettingsStore {
  /** Until the transaction ends nobody else promotes for this tenant. */
  lock(tenantId: TenantId): Promise<void>;
  /** Number of the newest version of the tenant; undefined: nobody has promoted any. */
  newest(tenantId: TenantId): Promise<number | undefined>;
  /** The newest version of each scope. */
  live(tenantId: TenantId): Promise<SettingsVersion[]>;
  /** Versions, newest first: of one scope, or all. */
  page(tenantId: TenantId, page: Page & { readonly scope?: SettingsScope }): Promise<SettingsVersion[]>;
  byVersion(tenantId: TenantId, version: number): Promise<SettingsVersion | undefined>;
  promote(tenantId: TenantId, version: Omit<SettingsVersion, "promotedAt">): Promise<SettingsVersion>;
  /**
   * Saves a draft, in place of the one with `id` where it has one; undefined when there is none that could be changed.
   */
  saveDraft(
    tenantId: TenantId,
    draft: Omit<SettingsDraft, "id" | "savedAt" | "promotedAs"> & { readonly id?: SettingsDraftId },
  ): Promise<SettingsDraft | undefined>;
  draftsByIds(tenantId: TenantId, ids: readonly SettingsDraftId[]): Promise<SettingsDraft[]>;
  /** Drafts that have not been promoted, the last saved first. */
  drafts(tenantId: TenantId, page: Page): Promise<SettingsDraft[]>;
  countDrafts(tenantId: TenantId): Promise<number>;
  /** Notes what the draft became; false when it has become something before. */
  notePromoted(tenantId: TenantId, id: SettingsDraftId, version: number): Promise<boolean>;
  /** False when there is none that has not been promoted. */
  deleteDraft(tenantId: TenantId, id: SettingsDraftId): Promise<boolean>;
  /** The row of these settings, made when there is none. */
  applied(tenantId: TenantId, settings: AppliedSettings): Promise<AppliedSettingsId>;
  appliedByIds(
    tenantId: TenantId,
    ids: readonly AppliedSettingsId[],
  ): Promise<(AppliedSettings & { readonly id: AppliedSettingsId })[]>;
  noteSwitches(tenantId: TenantId, switches: readonly SettingsSwitch[]): Promise<void>;
  /** In the order in which they happened. */
  switchesOf(tenantId: TenantId, sensorId: SensorId): Promise<SettingsSwitch[]>;
  noteAssetSwitches(tenantId: TenantId, switches: readonly AssetSwitch[]): Promise<void>;
  /** In the order in which they happened. */
  assetSwitchesOf(tenantId: TenantId, assetId: AssetId): Promise<AssetSwitch[]>;
}
