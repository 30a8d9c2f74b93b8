/**
 * Speed of the detectors and of the whole path. Nothing here passes or fails: figures are for people, beside something
 * run in the same minute.
 */
import { parseArgs } from "node:util";
import { readConfig } from "../../src/config.ts";
import { findTemporal } from "../../src/temporal/executable.ts";

const USAGE =
  `usage: deno task bench [--detectors] [--pipeline [--assets]] [--memory] [--backlog] [--alerts [--only PART]] [--wrong-keys] [--page] [--growth [--sizes N,N]] [--store NAME] [--seconds N]

Measures detectors and forest, then the whole path for several sizes of batch and numbers of sources: on the embedded store, and on a server when
DATABASE_URL is set. One part alone when it is named.

  --page       the page in a real browser: first paint, list, plot, keys, and Lighthouse
  --assets     --pipeline with each shape twice: without assets, and with the sensors on assets of eight
  --backlog    sends more than can be worked off at once: what waits how long, and whether all is judged
  --alerts     what people wait for with 100,000 open alerts: a change, a thousand at once, pages and counts; what 1,000
               subscribers of a gateway get when; from readings to a webhook at half of the load; 10,000 alerts at rest
  --only PART  of --alerts one part alone: lists, followers, told or rest
  --wrong-keys how long an acknowledgement takes, alone and beside 1,000 wrong keys a second
  --memory     sends 5,000 batches and prints the memory of each process along the way
  --growth     what people wait for with 1, 10 and 50 million readings stored (embedded: 1 and 5), and bytes a reading
               before and after retention; takes up to an hour
  --sizes N,N  other sizes for --growth, in millions of readings
  --store NAME --pipeline or --growth on one store alone: embedded or native
  --seconds N  time for each shape of the pipeline (10)`;

const { values } = parseArgs({
  options: {
    detectors: { type: "boolean" },
    pipeline: { type: "boolean" },
    assets: { type: "boolean" },
    memory: { type: "boolean" },
    backlog: { type: "boolean" },
    alerts: { type: "boolean" },
    growth: { type: "boolean" },
    "wrong-keys": { type: "boolean" },
    page: { type: "boolean" },
    only: { type: "string" },
    sizes: { type: "string" },
    store: { type: "string" },
    seconds: { type: "string", default: "10" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const { detectors, pipeline, memory, backlog, alerts, growth, page, "wrong-keys": wrongKeys } = values;
const all = !(detectors || pipeline || memory || backlog || alerts || growth || page || wrongKeys);
const config = readConfig();

if (all || values.detectors) {
  await (await import("./detectors.ts")).run();
  await (await import("./forest.ts")).run();
}
if (all || pipeline || alerts || memory || backlog || growth || page || wrongKeys) {
  const { path } = await findTemporal({ ...config.temporal, cacheFolder: config.home, report: console.error });
  Deno.env.set("MILLWRIGHT_TEMPORAL_CLI", path);
}
if (all || values.pipeline) {
  const { benchPipeline, HEADER, SHAPES } = await import("./pipeline.ts");
  console.log(`\n${HEADER}`);
  const seconds = Number(values.seconds);
  const options = { seconds, shapes: SHAPES, assets: values.assets };
  if (values.store !== "native") await benchPipeline(options);
  if (values.store !== "embedded" && config.databaseUrl !== undefined) {
    await benchPipeline({ ...options, databaseUrl: config.databaseUrl });
  }
}
if (alerts) {
  const wants = (part: string) => values.only === undefined || values.only === part;
  if (wants("lists")) {
    const { benchAlerts, HEADER } = await import("./alerts.ts");
    console.log(`\n${HEADER}`);
    await benchAlerts({ alerts: 100_000 });
  }
  if (wants("followers")) {
    const { benchFollowers, FOLLOWERS_HEADER } = await import("./followers.ts");
    console.log(`\n${FOLLOWERS_HEADER}`);
    await benchFollowers(config.databaseUrl);
  }
  if (wants("told")) {
    const { benchTold, TOLD_HEADER } = await import("./told.ts");
    console.log(`\n${TOLD_HEADER}`);
    await benchTold(config.databaseUrl, Number(values.seconds));
  }
  if (wants("rest") && config.databaseUrl !== undefined) {
    const { AT_REST_HEADER, benchAtRest } = await import("./at_rest.ts");
    console.log(`\n${AT_REST_HEADER}`);
    await benchAtRest(config.databaseUrl, 10_000);
  }
}
if (page) await (await import("./page.ts")).run();
if (values.backlog) await (await import("./backlog.ts")).run();
if (wrongKeys) {
  const { benchWrongKeys, HEADER } = await import("./wrong_keys.ts");
  console.log(`\n${HEADER}`);
  await benchWrongKeys(undefined, Number(values.seconds));
  if (config.databaseUrl !== undefined) await benchWrongKeys(config.databaseUrl, Number(values.seconds));
}
if (values.growth) {
  const { benchGrowth, HEADER } = await import("./growth.ts");
  const sizes = values.sizes?.split(",").map(Number);
  console.log(`\n${HEADER}`);
  if (values.store !== "native") await benchGrowth({ databaseUrl: undefined, millions: sizes ?? [1, 5] });
  if (values.store !== "embedded" && config.databaseUrl !== undefined) {
    await benchGrowth({ databaseUrl: config.databaseUrl, millions: sizes ?? [1, 10, 50] });
  }
}
if (values.memory) await (await import("./memory.ts")).run();
process.exit(0);
