/** What Temporal does from time to time. */
import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from "@temporalio/client";
import type { InstallationId } from "../domain/access/installation.ts";
import type { ScheduleState } from "../ports/workflows.ts";
import {
  APPLY_RETENTION,
  REPORT_ALARMS,
  reportScheduleId,
  retentionScheduleId,
  taskQueueOf,
} from "../../workflows/contracts.ts";

/** Earlier versions swept by a schedule of this name. */
const FORMER_SWEEPER = "sweep-batches";

/** Plans what is not planned yet. One that people have paused or changed stays as it is. */
export async function planSchedules(client: Client, installation: InstallationId): Promise<void> {
  const scheduleId = retentionScheduleId(installation);
  await unless(ScheduleAlreadyRunning, () =>
    client.schedule.create({
      scheduleId,
      spec: { intervals: [{ every: "1 hour" }] },
      // What was missed need not be made up for: the next run does it.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: "10 minutes" },
      action: {
        type: "startWorkflow",
        workflowType: APPLY_RETENTION,
        workflowId: scheduleId,
        taskQueue: taskQueueOf(installation),
        args: [],
        staticSummary: "remove what is kept no longer",
      },
    }));
  const reportId = reportScheduleId(installation);
  await unless(ScheduleAlreadyRunning, () =>
    client.schedule.create({
      scheduleId: reportId,
      // Some hours into Monday, so that what was measured on Sunday has come.
      spec: { calendars: [{ dayOfWeek: "MONDAY", hour: 6 }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: "6 days" },
      action: {
        type: "startWorkflow",
        workflowType: REPORT_ALARMS,
        workflowId: reportId,
        taskQueue: taskQueueOf(installation),
        args: [],
        staticSummary: "report how alerts did last week",
      },
    }));
  await unless(ScheduleNotFoundError, () => client.schedule.getHandle(FORMER_SWEEPER).delete());
}

/** Those of this installation that are planned. */
export async function readSchedules(client: Client, installation: InstallationId): Promise<ScheduleState[]> {
  const found: ScheduleState[] = [];
  for (const id of [retentionScheduleId(installation), reportScheduleId(installation)]) {
    await unless(ScheduleNotFoundError, async () => {
      const { state, info } = await client.schedule.getHandle(id).describe();
      found.push({
        name: id.split("/")[0],
        paused: state.paused,
        lastAt: info.recentActions.at(-1)?.takenAt.getTime(),
        nextAt: info.nextActionTimes[0]?.getTime(),
      });
    });
  }
  return found;
}

/** Runs it now, or once more behind the run that is under way. */
export async function applyRetentionNow(client: Client, installation: InstallationId): Promise<void> {
  await client.schedule.getHandle(retentionScheduleId(installation)).trigger(ScheduleOverlapPolicy.BUFFER_ONE);
}

async function unless(expected: new (...args: never[]) => Error, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof expected)) throw error;
  }
}
