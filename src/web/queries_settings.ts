/** What the page asks about settings of detection. Every document is validated against the schema by a test. */
import type { Document } from "./gateway.ts";
import type { Named } from "./queries_alerting.ts";

export interface Scope {
  readonly quantity: string | null;
  readonly asset: Named | null;
  readonly sensor: Named | null;
}

/** At most one of these; none: the whole tenant. */
export interface ScopeInput {
  readonly quantity?: string;
  readonly asset?: string;
  readonly sensor?: string;
}

export interface Field {
  readonly path: string;
  readonly value: unknown;
  readonly unit: string;
  readonly effect: string;
  readonly version: number | null;
  readonly scope: Scope | null;
}

export interface Remark {
  readonly path: string;
  readonly message: string;
}

export interface Change {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly unit: string;
  readonly effect: string;
  readonly relearns: boolean;
}

export interface Draft {
  readonly id: string;
  readonly base: number;
  readonly note: string;
  readonly savedAt: string;
  readonly savedBy: string;
  readonly scope: Scope;
  readonly changes: readonly Change[];
  readonly warnings: readonly Remark[];
}

export interface Version {
  readonly version: number;
  readonly note: string;
  readonly promotedAt: string;
  readonly promotedBy: string;
  readonly document: unknown;
  readonly scope: Scope;
}

/** A part of a JSON Schema that says what a field may be. */
export interface FieldSchema {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly additionalProperties?: boolean | FieldSchema;
}

export interface SettingsAnswer {
  readonly settingsSchema: FieldSchema;
  readonly settings: {
    readonly name: string;
    readonly version: number;
    readonly warnings: readonly Remark[];
    readonly fields: readonly Field[];
  };
  readonly settingsVersions: readonly Version[];
  readonly settingsDrafts: { readonly edges: readonly { readonly node: Draft }[] };
}

const SCOPE = `scope { quantity asset { key name } sensor { key name } }`;
const DRAFT = `fragment DraftRow on SettingsDraft {
  id base note savedAt savedBy ${SCOPE} changes { path before after unit effect relearns } warnings { path message }
}`;

export const SETTINGS: Document<SettingsAnswer, { scope?: ScopeInput }> = `
query Settings($scope: SettingsScopeInput) {
  settingsSchema
  settings(scope: $scope) { name version warnings { path message } fields { path value unit effect version ${SCOPE} } }
  settingsVersions(scope: $scope, first: 10) { version note promotedAt promotedBy document ${SCOPE} }
  settingsDrafts(first: 5) { edges { node { ...DraftRow } } }
}
${DRAFT}`;

export interface CheckAnswer {
  readonly checkSettings: {
    readonly faults: readonly Remark[];
    readonly warnings: readonly Remark[];
    readonly changes: readonly Change[];
  };
}

export const CHECK: Document<CheckAnswer, { document: unknown; scope?: ScopeInput }> = `
query Check($document: JSON!, $scope: SettingsScopeInput) {
  checkSettings(document: $document, scope: $scope) {
    faults { path message } warnings { path message } changes { path before after unit effect relearns }
  }
}`;

/** What a mutation of settings answers: done, or the error. */
export interface Done {
  readonly result: { readonly __typename: string; readonly message?: string };
}

export const SAVE: Document<Done, { input: { document: unknown; scope?: ScopeInput; note?: string } }> = `
mutation Save($input: SaveSettingsInput!) {
  result: saveSettings(input: $input) { __typename ... on Error { message } }
}`;

export const PROMOTE: Document<Done, { input: { id: string; expectedVersion: number } }> = `
mutation Promote($input: PromoteSettingsInput!) {
  result: promoteSettings(input: $input) { __typename ... on Error { message } }
}`;

export const DELETE_DRAFT: Document<Done, { id: string }> = `
mutation DeleteDraft($id: ID!) {
  result: deleteSettingsDraft(id: $id) { __typename ... on Error { message } }
}`;

export const ROLL_BACK: Document<
  Done,
  { input: { scope?: ScopeInput; toVersion: number; expectedVersion: number; note?: string } }
> = `
mutation RollBack($input: RollBackSettingsInput!) {
  result: rollBackSettings(input: $input) { __typename ... on Error { message } }
}`;
