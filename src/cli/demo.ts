/**
 * Shows the whole way: real readings go in through GraphQL, alerts come out of a subscription. Everything here goes
 * over HTTP, as a client's would.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startApp } from "../app.ts";
import { readConfig } from "../config.ts";
import { createDemoFeed, type DemoAlert } from "./demo_feed.ts";
import type { GatewayAddress } from "./graphql_client.ts";
import { createPlantFeed, HISTORY_DAYS } from "./plant_feed.ts";
import { createProgressLine } from "./progress_line.ts";
import { closeInTime, createCommandLog, untilAsked } from "./run_app.ts";

const USAGE = `usage: deno task demo [--exit]

Starts everything and prints the address of the page. Sends a sample plant with faults of the common kinds, and a real series in batches of 500
readings; prints each alert of the series as it arrives over the subscription, and compares them with the labelled failure windows. Then it
stays up until Ctrl-C.

  --exit  end after the comparison, with exit code 0 only if every batch was processed and an alert lies in a labelled window`;

const SAMPLES = fileURLToPath(new URL("../../samples/", import.meta.url));

interface Labels {
  readonly file: string;
  /** First and last instant of each window. */
  readonly windows: readonly (readonly [string, string])[];
}

export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { exit: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  // People watch this: what is worth a line of its own is printed below.
  const config = readConfig();
  const log = createCommandLog({ ...config, log: { format: "text", level: "warn" } });
  const progress = createProgressLine();
  const asked = untilAsked();
  const app = await startApp(config, {
    parts: ["gateway", "worker"],
    observe(observation) {
      if (observation.kind === "progress") progress.show(`${observation.part}: ${observation.detail}`);
      else if (observation.kind === "started") progress.print(`${observation.part.padEnd(9)} ${observation.detail}`);
      else log(observation);
    },
  });
  const stopped = new AbortController();
  asked.then(() => stopped.abort());
  let fault: Error | undefined;
  let ending = false;
  let feeding: Promise<void> | undefined;
  app.broken.then((cause) => {
    // Parts that end because they were asked to are no fault.
    if (stopped.signal.aborted || ending) return;
    fault = cause;
    log({ kind: "fault", part: "process", cause });
    stopped.abort();
  });
  let good = false;
  try {
    console.log(`\nThe page     ${app.url}\n`);
    const gateway = { url: app.url!, key: config.key };
    // It fills while one looks, beside the real series, and goes on with a reading a minute.
    feeding = values.exit ? undefined : feedPlant(gateway, stopped.signal).catch((cause) => {
      if (!stopped.signal.aborted && !ending) log({ kind: "fault", part: "plant", cause });
    });
    good = await feedSample(gateway, { progress, signal: stopped.signal });
    if (!values.exit && !stopped.signal.aborted) {
      console.log(
        `\nThe page     ${app.url}\nGraphiQL     ${app.url}/graphql\nTemporal UI  ${
          app.temporalUiUrl ?? "(set TEMPORAL_UI_URL)"
        }\n\nCtrl-C ends the demo.`,
      );
      await Promise.race([asked, app.broken]);
    }
  } catch (error) {
    // What fails because the app broke was said when it did.
    if (fault === undefined) throw error;
  } finally {
    ending = true;
    stopped.abort();
    await feeding;
    progress.clear();
    await closeInTime(app);
  }
  return fault !== undefined || values.exit && !good ? 1 : 0;
}

/** A plant with several assets: its last days, then what happens. */
async function feedPlant(gateway: GatewayAddress, signal: AbortSignal): Promise<void> {
  const feed = await createPlantFeed({ gateway, seed: 1, days: HISTORY_DAYS, nowMs: Date.now(), signal });
  await feed.sendHistory();
  await feed.sendLive(Date.now);
}

/** True when every batch was processed and an alert lies in a labelled window. */
async function feedSample(
  gateway: GatewayAddress,
  { progress, signal }: { progress: ReturnType<typeof createProgressLine>; signal: AbortSignal },
): Promise<boolean> {
  const labels = JSON.parse(await readFile(`${SAMPLES}labels.json`, "utf8")) as Labels;
  const windows = labels.windows.map(([from, to]) => [Date.parse(from), Date.parse(to)] as const);
  const windowOf = ({ openedAt }: DemoAlert) =>
    windows.findIndex(([from, to]) => Date.parse(openedAt) >= from && Date.parse(openedAt) <= to);
  const feed = await createDemoFeed(gateway, { file: `${SAMPLES}${labels.file}`, signal });
  progress.print(`\nsending ${labels.file}: ${feed.readings} readings in ${feed.batches} batches\n`);

  const alerts: DemoAlert[] = [];
  const following = feed.follow((alert) => {
    alerts.push(alert);
    const window = windowOf(alert);
    const verdict = window < 0 ? "outside the labelled windows" : `in labelled window ${window + 1}`;
    progress.print(
      `alert  ${alert.openedAt.slice(0, 16)}Z  ${alert.severity.padEnd(8)}  ${alert.reason}  [${verdict}]`,
    );
  });
  const sent = await feed.send((done, readingsPerSecond) => {
    progress.show(
      `${done} of ${feed.batches} batches processed, ${
        Math.round(readingsPerSecond)
      } readings/s, ${alerts.length} alerts`,
    );
  });
  await feed.settled(() => alerts.length);
  await following.stop();
  progress.clear();

  const hit = new Set(alerts.map(windowOf).filter((window) => window >= 0));
  const { stored, duplicates, quarantined, late } = sent.counts;
  console.log(
    `\n${sent.processed} of ${feed.batches} batches processed in ${sent.seconds.toFixed(1)} s, ${sent.failed} failed.`,
  );
  console.log(
    `${feed.readings} readings: ${stored} stored (${late} of them late), ${duplicates} duplicates, ${quarantined} in quarantine.`,
  );
  console.log(`${alerts.length} alerts; ${hit.size} of ${windows.length} labelled windows have one.`);
  return sent.processed === feed.batches && hit.size > 0;
}
