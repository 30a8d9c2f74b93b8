/**
 * A notification is a message about an alert to one recipient; a delivery is one attempt on its channel. What is sent
 * is written down with the change that it tells of, and tried until it arrives or is given up.
 */
import type { AlertId } from "./alert.ts";
import type { Severity } from "../detection/severity.ts";

export type NotificationId = number & { readonly noun: "notification" };

export const NOTIFICATION_STATES = {
  pending: "It has not arrived yet, and is tried again.",
  delivered: "The recipient has taken it.",
  dead: "It was given up. It can be replayed.",
  withdrawn: "It was not sent, since what it would have said was no longer so.",
} as const;
export type NotificationState = keyof typeof NOTIFICATION_STATES;

type Change = "deliver" | "give_up" | "withdraw" | "replay";

/** What each change makes of a notification; where there is nothing the change is refused. */
export const NOTIFICATION_TRANSITIONS: Readonly<
  Record<NotificationState, Readonly<Partial<Record<Change, NotificationState>>>>
> = {
  pending: { deliver: "delivered", give_up: "dead", withdraw: "withdrawn" },
  // An attempt that was thought lost may come to its end after another one was given up.
  dead: { deliver: "delivered", replay: "pending" },
  delivered: {},
  withdrawn: {},
};

/** What a notification tells of. */
export const OCCASIONS = {
  opened: "The alert has opened, or has become this route's.",
  raised: "It has become more urgent.",
  closed: "It is over.",
  escalated: "Nobody has acknowledged it: it is the next recipient's turn.",
  reminder: "Nobody has acknowledged it yet.",
} as const;
export type Occasion = keyof typeof OCCASIONS;

/** Why and to whom, as `planNotices` decides it. */
export interface Notice {
  readonly channel: string;
  readonly occasion: Occasion;
  /** Tells occasions of one alert and channel apart: each is told once. */
  readonly mark: string;
  readonly route: string;
  readonly severity: Severity;
  /** A sentence for people. */
  readonly reason: string;
}

export interface Notification extends Notice {
  readonly id: NotificationId;
  /** The same in every attempt, so that a recipient can tell a repeat. */
  readonly key: string;
  readonly alertId: AlertId;
  readonly state: NotificationState;
  /** Version of the routing that decided it. */
  readonly routingVersion: number;
  /** The message as it was when it was decided: JSON text. */
  readonly body: string;
  readonly createdAt: number;
  /** When it is tried next; while an attempt is under way, when another one may take it over. */
  readonly dueAt: number;
  readonly attempts: number;
  /** How many of them were made before it was last replayed. */
  readonly attemptsBefore: number;
}

export interface Delivery {
  readonly notificationId: NotificationId;
  /** From 1. */
  readonly attempt: number;
  readonly channelVersion: number;
  readonly endedAt: number;
  readonly arrived: boolean;
  /** What the recipient answered, or what went wrong: for people, without secrets. */
  readonly detail: string;
}

/** How an attempt ended. `final`: another one would end the same. */
export type DeliveryOutcome =
  | { readonly arrived: true; readonly detail: string }
  | {
    readonly arrived: false;
    readonly detail: string;
    readonly final: boolean;
    /** How long the recipient asks to be left alone. */
    readonly retryAfterMs?: number;
  };

const BACKOFF_FIRST_MS = 5_000;
const BACKOFF_FACTOR = 3;
const BACKOFF_MAX_MS = 3_600_000;
/** With the waits between them more than eight hours: a recipient that is down for a night gets what it missed. */
export const ATTEMPTS_MAX = 15;

/** How long to wait behind so many attempts in vain (ms); undefined: give up. */
export function retryAfter(attempts: number, outcome: DeliveryOutcome & { arrived: false }): number | undefined {
  if (outcome.final || attempts >= ATTEMPTS_MAX) return undefined;
  const backoff = Math.min(BACKOFF_FIRST_MS * BACKOFF_FACTOR ** (attempts - 1), BACKOFF_MAX_MS);
  return Math.min(Math.max(backoff, outcome.retryAfterMs ?? 0), BACKOFF_MAX_MS);
}
