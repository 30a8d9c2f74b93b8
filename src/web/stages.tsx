import { duration, words } from "./format.ts";
import type { BatchRow } from "./queries_intake.ts";

export const STAGES = ["INGEST", "VALIDATE", "ENRICH", "DETECT"];

/** Four stages as one bar: how long each took, of the whole. */
export function Stages({ batch }: { batch: BatchRow }) {
  const start = Date.parse(batch.receivedAt);
  const passed = new Map(batch.stages.map(({ stage, finishedAt }) => [stage, Date.parse(finishedAt)]));
  const done = batch.state === "PROCESSED" ? 4 : passed.size;
  const end = Math.max(start, ...passed.values());
  const text = STAGES.filter((stage) => passed.has(stage)).map((stage, i, all) => {
    const before = i === 0 ? start : passed.get(all[i - 1])!;
    return `${words(stage)} ${duration(passed.get(stage)! - before)}`;
  }).join(", ");
  const label = `${done} of 4 stages${passed.size > 0 ? ` in ${((end - start) / 1_000).toFixed(1)} s` : ""}`;
  return (
    <span title={text}>
      <svg width="60" height="8" role="img" aria-label={label}>
        {STAGES.map((_, i) => (
          <rect key={i} class={i < done ? "stage done" : "stage"} x={i * 15} width="14" height="8" />
        ))}
      </svg>{" "}
      <span class="small">{passed.size > 0 ? `${((end - start) / 1_000).toFixed(1)} s` : ""}</span>
      {batch.faults > 0 && <span class="small">, {batch.faults} faults</span>}
    </span>
  );
}
