/** Randomness and hashes, from the runtime's own cryptography. */
import { createHash, randomBytes } from "node:crypto";
import type { Secrets } from "./ports/access/secret.ts";

export const SECRETS: Secrets = {
  random: (bytes) => randomBytes(bytes),
  hash: (text) => createHash("sha256").update(text).digest("hex"),
};
