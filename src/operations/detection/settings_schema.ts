/**
 * The form of settings, made from the tables beside the detectors' parameters: what checks a document that a person has
 * written, and what forms are made from.
 */
import { z } from "zod";
import { ASSET_FIELDS } from "../../domain/detection/asset_fields.ts";
import { ASSET_DEFAULTS } from "../../domain/detection/asset_settings.ts";
import { DETECTOR_NAMES, fieldsOf } from "../../domain/detection/detectors/mod.ts";
import { EPISODE_FIELDS } from "../../domain/detection/episode.ts";
import { type Field, type Fields, isField } from "../../domain/detection/field.ts";
import { DEFAULT_SETTINGS, SETTINGS_FIELDS, WEIGHT_FIELD } from "../../domain/detection/settings.ts";
import {
  defaultDocument,
  isTree,
  type Leaf,
  type SettingsPatch,
  type Tree,
} from "../../domain/detection/settings_document.ts";
import type { SettingsFault } from "../../domain/detection/settings_faults.ts";
import type { SettingsScope } from "../../domain/detection/settings_layers.ts";
import { SEVERITIES } from "../../domain/detection/severity.ts";

/** Far more than anybody writes; a patch is read by every fold that its settings are not remembered for. */
const DOCUMENT_LENGTH_MAX = 65_536;
const WATCHES_MAX = 20;
const SEVERITY_ROWS_MAX = 50;
const KIND = /^(?!anomaly$|drift$)[a-z][a-z0-9_]{0,39}$/;

const DEFAULTS = defaultDocument();

/** `at` is where the fields stand in the default document, which says what they are when nobody says. */
function objectOf(fields: Fields, at: readonly string[]): z.ZodObject<Record<string, z.ZodType>, z.core.$strict> {
  const shape = Object.entries(fields).map(([name, entry]): [string, z.ZodType] => {
    const here = [...at, name];
    return [name, (isField(entry) ? leafOf(entry, here) : objectOf(entry, here)).optional()];
  });
  return z.strictObject(Object.fromEntries(shape));
}

function leafOf(field: Field, at: readonly string[]): z.ZodType {
  const usual = lookUp(at) ?? (field.kind === "number" ? field.usually : undefined);
  const meta = { description: field.effect, ...usual === undefined ? {} : { default: usual } };
  if (field.kind === "switch") return z.boolean().meta(meta);
  const { unit, min, max, whole, usually } = field;
  const value = (whole ? z.int() : z.number()).min(min).max(max);
  const described = { ...meta, ...unit === "" ? {} : { unit } };
  // What may be left out may be taken out.
  const optional = usually === undefined && (at.includes("parameters") || (at[0] === "asset" && usual === undefined));
  return (optional ? value.nullable() : value).meta(described);
}

function lookUp(at: readonly string[]): Leaf | Tree | undefined {
  return at.reduce<Leaf | Tree | undefined>((entry, name) => isTree(entry) ? entry[name] : undefined, DEFAULTS);
}

const EPISODE = (at: readonly string[]) => objectOf(EPISODE_FIELDS, at);

const detectors = Object.fromEntries(DETECTOR_NAMES.map((name) => {
  const at = ["sensor", "detectors", name];
  const detector = z.strictObject({
    weight: leafOf(WEIGHT_FIELD, [...at, "weight"]).optional(),
    parameters: objectOf(fieldsOf(name), [...at, "parameters"]).optional(),
  });
  return [name, detector.nullable().optional()];
}));

/** Watches of the code have a form of their own; others have that of any. */
const watches = Object.fromEntries(DEFAULT_SETTINGS.watches.map(({ kind, detector: { name } }) => {
  const at = ["sensor", "watches", kind];
  const watch = z.strictObject({
    detector: z.literal(name).optional(),
    parameters: objectOf(fieldsOf(name), [...at, "parameters"]).optional(),
    episode: EPISODE([...at, "episode"]).optional(),
  });
  return [kind, watch.nullable().optional()];
}));

/** A stretch of data time, as some parameters are. */
const SPAN = z.strictObject({ hours: z.number().optional(), least: z.number().optional() });

const anyWatch = z.strictObject({
  detector: z.enum(DETECTOR_NAMES as [string, ...string[]]).meta({ description: "Which detector watches." }).optional(),
  parameters: z.record(z.string().max(40), z.union([z.number(), SPAN]).nullable()).meta({
    description: "Parameters of that detector.",
  })
    .optional(),
  episode: EPISODE([]).optional(),
});

const severity = z.array(z.strictObject({
  scoreMin: z.number().min(0).max(1),
  anomaliesMin: z.int().min(0).max(1_000_000),
  severity: z.enum(SEVERITIES),
})).min(1).max(SEVERITY_ROWS_MAX).meta({
  description: "The first row that holds gives the severity for criticality B; A is one step above, C one below.",
  default: DEFAULT_SETTINGS.severity,
});

const sensor = objectOf(SETTINGS_FIELDS, ["sensor"]).extend({
  detectors: z.strictObject(detectors).meta({ description: "The ensemble, by names of detectors; null takes one out." })
    .optional(),
  watches: z.object(watches).catchall(anyWatch.nullable()).meta({
    description: "Detectors that stand alone, by the kinds of their alerts; null takes one out.",
  }).optional(),
  severity: severity.optional(),
});

const FITS_MAX = 10;

const asset = objectOf(ASSET_FIELDS, ["asset"]).extend({
  fitsAt: z.array(z.int().min(1).max(100_000)).min(1).max(FITS_MAX).meta({
    description: "Rows of the baseline at which the asset's models are fitted, again with more at each further one.",
    unit: "rows",
    default: ASSET_DEFAULTS.fitsAt,
  }).optional(),
});

const SCHEMA = z.strictObject({
  sensor: sensor.meta({ description: "How sensors are judged." }).optional(),
  asset: asset.meta({ description: "How assets are judged." }).optional(),
}).meta({ title: "Settings of detection", description: "What is left out is as the wider settings say." });

/** JSON Schema (2020-12) of a document; units stand beside the descriptions. */
export function settingsJsonSchema(): Tree {
  return z.toJSONSchema(SCHEMA) as unknown as Tree;
}

/** The patch that `value` is, or all that is wrong with its form. */
export function parsePatch(
  value: unknown,
  scope: SettingsScope,
): { patch: SettingsPatch; faults?: undefined } | { faults: SettingsFault[] } {
  const { success, data, error } = SCHEMA.safeParse(value);
  // What has the right form is not deep.
  const length = success ? JSON.stringify(data).length : 0;
  if (length > DOCUMENT_LENGTH_MAX) {
    return {
      faults: [{ path: "", message: `${length} characters are too long: ${DOCUMENT_LENGTH_MAX} are the most` }],
    };
  }
  const faults = success ? [] : error.issues.flatMap(faultsOf);
  const kinds = success ? Object.keys((data.sensor?.watches ?? {}) as object) : [];
  for (const kind of kinds.filter((kind) => !KIND.test(kind))) {
    const message = "a kind is a word of small letters, digits and _, and not one that has a meaning already";
    faults.push({ path: `sensor.watches.${kind}`, message });
  }
  if (kinds.length > WATCHES_MAX) faults.push({ path: "sensor.watches", message: `${WATCHES_MAX} are the most` });
  if (success && data.asset !== undefined && (scope.quantity !== undefined || scope.sensorId !== undefined)) {
    faults.push({ path: "asset", message: "how assets are judged is said for the tenant or an asset" });
  }
  return faults.length > 0 ? { faults } : { patch: data as SettingsPatch };
}

function faultsOf(issue: z.core.$ZodIssue): SettingsFault[] {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => key.slice(0, 60)).map((key) => ({
      path: path === "" ? key : `${path}.${key}`,
      message: "there is no such field",
    }));
  }
  return [{ path, message: issue.message }];
}

const FAULTS_TOLD = 20;
const FAULT_LENGTH_MAX = 300;

/** The faults in a row, each with its path; of very many the first. */
export function faultText(faults: readonly SettingsFault[]): string {
  const told = faults.slice(0, FAULTS_TOLD).map(({ path, message }) =>
    (path === "" ? message : `${path}: ${message}`).slice(0, FAULT_LENGTH_MAX)
  );
  return [...told, ...faults.length > FAULTS_TOLD ? [`and ${faults.length - FAULTS_TOLD} more`] : []].join("; ");
}
