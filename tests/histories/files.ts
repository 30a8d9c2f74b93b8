/**
 * The recorded histories: a file each, named by its case and the day on which it was recorded,
 * `ingest_batch_told.2026-11-24.json`. A second one of the same case and day has a number behind its day. None is ever
 * changed: workflows that began under the version that made it may still be running.
 */
import { type History, historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("./", import.meta.url));
const NAME = /^([a-z_]+)\.\d{4}-\d{2}-\d{2}(\.\d+)?\.json$/;

/** One event in the JSON form of Temporal's own tools. */
export interface RecordedEvent {
  readonly eventType: string;
  readonly [attributes: string]: unknown;
}

export interface Recorded {
  readonly file: string;
  /** Which path through a workflow it shows. */
  readonly name: string;
  readonly events: readonly RecordedEvent[];
}

/** All of them, by their file names. Throws for a file whose name says neither case nor day. */
export async function readHistories(folder = FOLDER): Promise<Recorded[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".json")).sort();
  return await Promise.all(files.map(async (file) => {
    const name = NAME.exec(file)?.[1];
    if (name === undefined) throw new Error(`tests/histories/${file} is not named as case.day.json`);
    return { file, name, events: JSON.parse(await readFile(`${folder}/${file}`, "utf8")).events };
  }));
}

/** What the workflow was told and what it asked for, in order: histories that agree in it show the same path. */
export function shapeOf(events: readonly RecordedEvent[]): string[] {
  return events.flatMap((event) => {
    const type = event.eventType.replace("EVENT_TYPE_", "").toLowerCase();
    // When tasks were handed out depends on the machine's mood.
    if (type.startsWith("workflow_task_") || type === "activity_task_started") return [];
    const name = /"(?:activityType|workflowType)":\{"name":"(\w+)"|"(?:signalName|markerName)":"(\w+)"/
      .exec(JSON.stringify(event));
    return [`${type} ${name?.[1] ?? name?.[2] ?? ""}`.trimEnd()];
  });
}

/** The events of `history` without what says nothing about the workflow: names of the machine and paths on it. */
export function eventsOf(history: History): RecordedEvent[] {
  const withoutPlace = (key: string, value: unknown) =>
    key === "identity" ? "worker" : key === "stackTrace" ? "" : value;
  return JSON.parse(historyToJSON(history), withoutPlace).events;
}

export interface Recording {
  readonly name: string;
  readonly events: readonly RecordedEvent[];
}

/**
 * Adds a recording, unless its case has one of the same shape. Answers the file that has the shape, and whether it is
 * new. Never overwrites: throws when the file has come into being meanwhile.
 */
export async function addHistory(
  { name, events }: Recording,
  { day, folder = FOLDER }: { day: string; folder?: string },
): Promise<{ file: string; added: boolean }> {
  const histories = await readHistories(folder);
  const shape = shapeOf(events).join("\n");
  const alike = histories.find((one) => one.name === name && shapeOf(one.events).join("\n") === shape);
  if (alike !== undefined) return { file: alike.file, added: false };
  const taken = new Set(histories.map(({ file }) => file));
  let file = `${name}.${day}.json`;
  for (let n = 2; taken.has(file); n++) file = `${name}.${day}.${n}.json`;
  const lines = events.map((event) => JSON.stringify(event)).join(",\n");
  await writeFile(`${folder}/${file}`, `{"events":[\n${lines}\n]}\n`, { flag: "wx" });
  return { file, added: true };
}
