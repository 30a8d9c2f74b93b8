/**
 * Waits for what is still to come of an alert: the end of an on-delay, of quiet hours or of a shelf, the next step of
 * an escalation, a reminder. It knows when, and nothing else: what is due is decided by the activity, from the store.
 * Whoever changes the alert signals it to look again.
 */
import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from "@temporalio/workflow";
import type { Activities } from "../../activities/mod.ts";
import { type AlertTimer, type FollowAlertArgs, LOOK, NEXT_TIMER } from "../contracts.ts";

/** Looks of one run, so that its history stays short however long the alert stands. */
const LOOKS_MAX = 25;
/** A timer fires at its moment or a little before, by the clocks of others. */
const AT_LEAST_MS = 10;

export async function followAlert(args: FollowAlertArgs): Promise<void> {
  const { lookAtAlert } = proxyActivities<Activities>({
    startToCloseTimeout: "30 seconds",
    retry: { initialInterval: "200 milliseconds", backoffCoefficient: 2, maximumInterval: "30 seconds" },
    summary: `tell what is due of alert ${args.alertId}`,
  });
  let next: AlertTimer | undefined;
  let told = false;
  setHandler(defineSignal(LOOK), () => void (told = true));
  setHandler(defineQuery<AlertTimer | undefined>(NEXT_TIMER), () => next);

  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    told = false;
    next = await lookAtAlert({ ...args, nowMs: Date.now() });
    if (next === undefined) {
      // What is signalled meanwhile may have brought something new.
      if (!told) return;
      continue;
    }
    setCurrentDetails(`Next: ${next.what}, at ${new Date(next.atMs).toISOString()}.`);
    const waitMs = Math.max(next.atMs - Date.now(), AT_LEAST_MS);
    await condition(() => told, waitMs, { summary: next.what });
  }
  await continueAsNew<typeof followAlert>(args);
}
