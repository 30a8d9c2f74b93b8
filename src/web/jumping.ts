import { signal } from "@preact/signals";

/** Whether one is about to go somewhere by its name. */
export const jumping = signal(false);
