/**
 * What is wrong with settings when all layers are taken together, each fault with its path: what no table of bounds can
 * say of a single field. And what is no fault but surely not meant.
 */
import { assetFaults, assetWarnings } from "./asset_faults.ts";
import { DETECTOR_NAMES, type DetectorChoice, fieldsOf, isDetector, makeDetector } from "./detectors/mod.ts";
import { noisyOr } from "./ensemble.ts";
import { episodeFaults, made } from "./fault_checks.ts";
import { type Fields, isField } from "./field.ts";
import type { SeverityRow } from "./severity.ts";
import { isTree, type SensorDocument, type Tree } from "./settings_document.ts";

export interface SettingsFault {
  /** For example `sensor.watches.flatline.episode.deadband`. */
  readonly path: string;
  /** What is wrong, in a sentence without its full stop. */
  readonly message: string;
}

/** Empty: a set can be made from the document. */
export function settingsFaults(document: Readonly<Tree>): SettingsFault[] {
  const sensor = document.sensor as unknown as SensorDocument;
  return [
    ...Object.entries(sensor.detectors).flatMap(([name, { parameters }]) =>
      parameterFaults(`sensor.detectors.${name}`, name, parameters)
    ),
    ...Object.entries(sensor.watches).flatMap(([kind, { detector, parameters, episode }]) => [
      ...parameterFaults(`sensor.watches.${kind}`, detector, parameters),
      ...episodeFaults(`sensor.watches.${kind}.episode`, episode),
    ]),
    ...Object.values(sensor.detectors).some(({ weight }) => weight > 0)
      ? []
      : [{ path: "sensor.detectors", message: "at least one detector needs a weight over 0" }],
    ...episodeFaults("sensor.episode", sensor.episode),
    ...severityFaults(sensor.severity),
    ...assetFaults(document),
  ];
}

function parameterFaults(path: string, name: string | undefined, parameters: Tree | undefined): SettingsFault[] {
  if (name === undefined || !isDetector(name)) {
    const said = name === undefined ? "no detector is named" : `there is no detector ${JSON.stringify(name)}`;
    return [{ path: `${path}.detector`, message: `${said}: take one of ${DETECTOR_NAMES.join(", ")}` }];
  }
  const faults = treeFaults(`${path}.parameters`, { name, fields: fieldsOf(name), tree: parameters ?? {} });
  return faults.length > 0 ? faults : made(path, () => makeDetector({ name, parameters } as unknown as DetectorChoice));
}

/** Fields that are not there, or out of their bounds. */
function treeFaults(
  path: string,
  { name, fields, tree }: { name: string; fields: Fields; tree: Readonly<Tree> },
): SettingsFault[] {
  return Object.entries(tree).flatMap(([parameter, value]): SettingsFault[] => {
    const here = `${path}.${parameter}`;
    const field = Object.hasOwn(fields, parameter) ? fields[parameter] : undefined;
    if (field === undefined) {
      const known = Object.keys(fields).join(", ");
      return [{ path: here, message: `${name} has no such parameter: it has ${known}` }];
    }
    if (!isField(field)) {
      if (isTree(value)) return treeFaults(here, { name, fields: field, tree: value });
      return [{ path: here, message: `has to be ${Object.keys(field).join(" and ")}, each a number` }];
    }
    if (field.kind === "switch") {
      return typeof value === "boolean" ? [] : [{ path: here, message: "is not true or false" }];
    }
    const { min, max, whole } = field;
    if (typeof value === "number" && value >= min && value <= max && (!whole || Number.isInteger(value))) return [];
    return [{ path: here, message: `has to be a ${whole ? "whole " : ""}number from ${min} to ${max}` }];
  });
}

function severityFaults(rows: readonly SeverityRow[]): SettingsFault[] {
  const last = rows.at(-1);
  if (last !== undefined && last.scoreMin === 0 && last.anomaliesMin === 0) return [];
  return [{
    path: "sensor.severity",
    message: "the last row has to hold for everything: scoreMin 0 and anomaliesMin 0",
  }];
}

/** What people will hardly have meant, each with its path. */
export function settingsWarnings(document: Readonly<Tree>): SettingsFault[] {
  return [...sensorWarnings(document), ...assetWarnings(document)];
}

function sensorWarnings({ sensor }: Readonly<Tree>): SettingsFault[] {
  const { detectors, episode, watches } = sensor as unknown as SensorDocument;
  const named = Object.entries(detectors);
  const weights = named.map(([, { weight }]) => weight);
  const most = noisyOr(weights.map(() => 1), weights);
  const warnings: SettingsFault[] = named.filter(([, { weight }]) => weight === 0).map(([name]) => (
    { path: `sensor.detectors.${name}.weight`, message: "the detector is off" }
  ));
  if (most < episode.threshold) {
    warnings.push({
      path: "sensor.detectors",
      message: `the weights reach a score of ${
        most.toPrecision(3)
      } at most, and the threshold is ${episode.threshold}: the ensemble can never alarm`,
    });
  } else if (weights.every((weight) => weight < episode.threshold)) {
    warnings.push({
      path: "sensor.detectors",
      message: `no weight reaches the threshold, ${episode.threshold}: several detectors have to agree for an alarm`,
    });
  }
  if (Object.keys(watches).length === 0) {
    warnings.push({ path: "sensor.watches", message: "nothing stands alone: nothing looks for a stuck sensor" });
  }
  return warnings;
}
