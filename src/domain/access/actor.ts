/** Who does something: it is named in whatever people are told later about who did what. */
export interface Actor {
  readonly name: string;
}

/** Whoever reaches the service over loopback while nobody has to log in. */
export const LOCAL: Actor = { name: "local" };

/** The service itself: workflows, the sweeper, schedules. */
export const SERVICE: Actor = { name: "service" };
