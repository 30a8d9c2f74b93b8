/**
 * Settings as a document: what a person writes, a form shows and a file holds. It has a part for sensors and one for
 * assets; detectors stand by their names and watches by their kinds, so that a document may say only what it changes in
 * a wider one: a patch. In a patch `null` takes a detector, a watch or an optional parameter out.
 */
import { ASSET_FIELDS } from "./asset_fields.ts";
import { ASSET_STREAM_DEFAULTS, type AssetStreamSettings } from "./asset_stream_state.ts";
import { type DetectorChoice, type DetectorName, fieldsOf, isDetector } from "./detectors/mod.ts";
import { EPISODE_FIELDS } from "./episode.ts";
import { type Field, type Fields, isField, usualOf } from "./field.ts";
import { DEFAULT_SETTINGS, type DetectionSettings, SETTINGS_FIELDS, WATCH_EPISODE, WEIGHT_FIELD } from "./settings.ts";

/** A number, a switch, a name, a table, or null. */
export type Leaf = number | boolean | string | null | readonly unknown[];

export interface Tree {
  [name: string]: Leaf | Tree;
}

/** A document, or a patch of one, whose form has been checked. */
export type SettingsPatch = Readonly<Tree>;

export function isTree(entry: unknown): entry is Tree {
  return typeof entry === "object" && entry !== null && !Array.isArray(entry);
}

/** Each leaf by its path, for example `sensor.episode.threshold`, in the order of the document. */
export function leavesOf(tree: Readonly<Tree>, path = ""): [string, Leaf][] {
  return Object.entries(tree).flatMap(([name, entry]): [string, Leaf][] => {
    const here = path === "" ? name : `${path}.${name}`;
    return isTree(entry) ? leavesOf(entry, here) : [[here, entry]];
  });
}

/** The settings of the code as a document: what every patch is laid over. */
export function defaultDocument(): Tree {
  const { version: _version, detectors, watches, ...rest } = DEFAULT_SETTINGS;
  const document = {
    sensor: {
      detectors: Object.fromEntries(detectors.map(({ name, ...choice }) => [name, choice])),
      ...rest,
      watches: Object.fromEntries(watches.map(({ kind, detector, episode }) => [
        kind,
        { detector: detector.name, parameters: detector.parameters, episode },
      ])),
    },
    asset: ASSET_STREAM_DEFAULTS,
  };
  // A structured clone would keep shared what detectors share, and a change of one would be a change of all.
  return JSON.parse(JSON.stringify(document));
}

/** Gives detectors and watches that a patch brought in what it did not say of them. */
export function complete({ sensor }: Tree): void {
  if (!isTree(sensor) || !isTree(sensor.detectors) || !isTree(sensor.watches)) return;
  for (const [name, detector] of Object.entries(sensor.detectors)) {
    if (!isTree(detector) || !isDetector(name)) continue;
    detector.weight ??= 0;
    detector.parameters = withUsual(name, detector.parameters);
  }
  for (const watch of Object.values(sensor.watches)) {
    if (!isTree(watch)) continue;
    const name = watch.detector;
    if (typeof name === "string" && isDetector(name)) watch.parameters = withUsual(name, watch.parameters);
    watch.episode = over(structuredClone(WATCH_EPISODE) as unknown as Tree, watch.episode);
  }
}

function withUsual(name: DetectorName, parameters: Leaf | Tree | undefined): Tree {
  return over(usualOf(fieldsOf(name)) as Tree, parameters);
}

/** `tree` laid over `usual`. */
function over(usual: Tree, tree: Leaf | Tree | undefined): Tree {
  const all = { ...usual };
  if (!isTree(tree)) return all;
  for (const [name, entry] of Object.entries(tree)) {
    const inner = usual[name];
    all[name] = isTree(inner) && isTree(entry) ? over(inner, entry) : entry;
  }
  return all;
}

/** The part for sensors of a complete document without faults. Detectors without a weight are left out. */
export function sensorSettings({ sensor }: Readonly<Tree>, version: string): DetectionSettings {
  const { detectors, watches, ...rest } = sensor as unknown as SensorDocument;
  return {
    ...rest,
    version,
    detectors: Object.entries(detectors).filter(([, { weight }]) => weight > 0).map(([name, choice]) => (
      { name, ...choice } as unknown as DetectionSettings["detectors"][number]
    )),
    watches: Object.entries(watches).map(([kind, { detector, parameters, episode }]) => (
      { kind, detector: { name: detector, parameters } as unknown as DetectorChoice, episode }
    )),
  };
}

/** The part for assets of a complete document. */
export function assetSettings({ asset }: Readonly<Tree>): AssetStreamSettings {
  return asset as unknown as AssetStreamSettings;
}

/** The part for sensors as it is once it is complete. */
export type SensorDocument = Omit<DetectionSettings, "version" | "detectors" | "watches"> & {
  readonly detectors: Readonly<Record<string, { readonly weight: number; readonly parameters: Tree }>>;
  readonly watches: Readonly<
    Record<
      string,
      Pick<DetectionSettings["watches"][number], "episode"> & { readonly detector: string; readonly parameters: Tree }
    >
  >;
};

/** What the number or switch at `path` of a complete document is; undefined for names and tables. */
export function fieldAt(path: string, document: Readonly<Tree>): Field | undefined {
  const [part, group, name, inner, ...rest] = path.split(".");
  if (part === "asset") return within(ASSET_FIELDS, [group]);
  if (group === "detectors") {
    if (inner === "weight") return WEIGHT_FIELD;
    return isDetector(name) ? within(fieldsOf(name), rest) : undefined;
  }
  if (group === "watches") {
    if (inner === "episode") return within(EPISODE_FIELDS, rest);
    const detector = (document.sensor as unknown as SensorDocument | undefined)?.watches?.[name]?.detector ?? "";
    return isDetector(detector) ? within(fieldsOf(detector), rest) : undefined;
  }
  return within(SETTINGS_FIELDS, [group, name, inner].filter((step) => step !== undefined));
}

function within(fields: Fields, [name, ...rest]: readonly (string | undefined)[]): Field | undefined {
  const entry = name !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (entry === undefined) return undefined;
  if (isField(entry)) return rest.length === 0 ? entry : undefined;
  return within(entry, rest);
}
