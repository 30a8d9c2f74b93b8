/** A channel leads to one recipient: a mailbox, a program that listens, an Alertmanager, or the service's own log. */

export const CHANNEL_KINDS = {
  webhook: "A program that takes a signed HTTP POST. Its address is a URL; its secret signs what is sent.",
  email: "A mailbox, through the mail server that the service's settings name. Its address is one such as a@b.example.",
  alertmanager: "A Prometheus Alertmanager. Its address is the URL before /api/v2; its secret is a bearer token.",
  console: "The log of the service. It has no address.",
} as const;
export type ChannelKind = keyof typeof CHANNEL_KINDS;

export interface Channel {
  readonly key: string;
  /** Rises by one with each change; deliveries name the one that they went by. */
  readonly version: number;
  readonly kind: ChannelKind;
  /** "" for a console. */
  readonly address: string;
  /** Whether it is in use. */
  readonly enabled: boolean;
  readonly savedBy: string;
  /** When it was saved (ms). */
  readonly savedAt: number;
}

/** With what must never leave the service but to the recipient. */
export interface SecretChannel extends Channel {
  readonly secret: string | undefined;
}

const ADDRESS_LENGTH_MAX = 2_000;
const SECRET_LENGTH_MIN = 16;
const SECRET_LENGTH_MAX = 500;
const MAILBOX = /^[^\s@<>,;:"'\\()[\]]{1,64}@[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?$/i;
const URL_PARTS = /^https?:\/\/([^/?#\s]*)([/?][^\s#]*)?$/;

/** Why no channel of this kind can have the address; undefined when one can. */
export function addressFault(kind: ChannelKind, address: string): string | undefined {
  if (kind === "console") return address === "" ? undefined : "is not used by a console: leave it out";
  if (address.length > ADDRESS_LENGTH_MAX) return `is ${address.length} characters long, ${ADDRESS_LENGTH_MAX} at most`;
  if (kind === "email") {
    return MAILBOX.test(address) ? undefined : "is no mailbox such as operator@plant.example; give each a channel";
  }
  const host = URL_PARTS.exec(address)?.[1];
  if (host === undefined || host === "" || URL.parse(address) === null) {
    return "is no URL that begins with http:// or https:// and has no #";
  }
  return host.includes("@") ? "holds a user or a password: give what is secret as the secret" : undefined;
}

/** Why no channel of this kind can have the secret; undefined when one can. */
export function secretFault(kind: ChannelKind, secret: string | undefined): string | undefined {
  if (kind === "email" || kind === "console") return secret === undefined ? undefined : "is not used by this kind";
  if (secret === undefined) return kind === "webhook" ? "is needed: what is sent is signed with it" : undefined;
  if (secret.length < SECRET_LENGTH_MIN || secret.length > SECRET_LENGTH_MAX) {
    return `has to be ${SECRET_LENGTH_MIN} to ${SECRET_LENGTH_MAX} characters long`;
  }
  // It goes into a header, or is typed in elsewhere.
  return /^[\x21-\x7e]+$/.test(secret) ? undefined : "holds white space or characters outside ASCII";
}

/** An address as it may be shown: paths and queries of webhooks often are secrets themselves. */
export function shownAddress({ kind, address }: Pick<Channel, "kind" | "address">): string {
  if (kind === "console" || kind === "email") return address;
  const match = /^(https?:\/\/[^/?#]+)(.*)$/.exec(address);
  return match === null ? "" : match[2] === "" || match[2] === "/" ? match[1] : `${match[1]}/…`;
}
