/** Couriers for tests that send nothing. */
import type { Couriers } from "../../src/ports/alerting/delivery.ts";

export const NO_COURIERS: Couriers = {
  deliver: () => Promise.resolve({ arrived: false, final: true, detail: "nothing is sent in this test" }),
  refusal: () => Promise.resolve(undefined),
};
