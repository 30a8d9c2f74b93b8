/**
 * Keeps messages from addresses that nobody but this machine and its neighbours should reach, such as loopback, private
 * networks and the metadata of clouds. A name is resolved once, and the connection goes to the address that was
 * checked: what the name says a moment later changes nothing.
 */
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** Not on the public Internet (IANA special-purpose registries), but for what the settings allow. */
const FORBIDDEN: readonly string[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
];
/** All of IPv6 that is on the public Internet lies in here. */
const PUBLIC_6 = "2000::/3";

const RESOLVE_MAX_MS = 3_000;

/** Nothing may be sent there; the message is for people. */
export class AddressRefused extends Error {
  override readonly name = "AddressRefused";
}

/** The name leads nowhere now. */
export class NameUnresolved extends Error {
  override readonly name = "NameUnresolved";
}

export interface Guard {
  /** The address to connect to for a host of a URL. Throws `AddressRefused` and `NameUnresolved`. */
  admit(host: string): Promise<{ readonly address: string; readonly family: 4 | 6 }>;
}

type Resolve = (host: string) => Promise<readonly string[]>;

/** `allowed` are networks as address/prefix that may be reached although they are private. */
export function createGuard(allowed: readonly string[], resolve: Resolve = resolveName): Guard {
  const [forbidden, open, public6] = [networks(FORBIDDEN), networks(allowed), networks([PUBLIC_6])];

  function mayReach(address: string): boolean {
    const inner = embedded4(address);
    if (inner !== undefined) return mayReach(inner);
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (open.check(address, family)) return true;
    return !forbidden.check(address, family) && (family === "ipv4" || public6.check(address, family));
  }

  return {
    async admit(host) {
      // A zone such as %eth0 names an interface of this machine.
      const bare = host.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
      const addresses = isIP(bare) !== 0 ? [bare] : await resolve(bare);
      // One that is refused among others is a trap, or a mistake.
      const refused = addresses.find((address) => !mayReach(address));
      if (refused !== undefined) {
        const of = refused === bare ? "" : ` (${bare})`;
        throw new AddressRefused(
          `${refused}${of} is on a private network: whoever runs the service may allow it by MILLWRIGHT_NOTIFY_NETWORKS.`,
        );
      }
      const [address] = addresses;
      if (address === undefined) throw new NameUnresolved(`The name ${bare} has no address.`);
      return { address, family: isIP(address) as 4 | 6 };
    },
  };
}

function networks(list: readonly string[]): BlockList {
  const found = new BlockList();
  for (const network of list) {
    const [address, prefix] = network.split("/");
    found.addSubnet(address, Number(prefix), isIP(address) === 6 ? "ipv6" : "ipv4");
  }
  return found;
}

/** The IPv4 address inside an IPv6 one that only carries it: mapped (::ffff:0:0/96) or translated (64:ff9b::/96). */
function embedded4(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined;
  // The URL parser writes every form of the address in one way.
  const host = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const match = /^(?:::ffff:|64:ff9b::)(?:([\da-f]{1,4}):)?([\da-f]{1,4})$/.exec(host);
  if (match === null) return undefined;
  const [high, low] = [parseInt(match[1] ?? "0", 16), parseInt(match[2], 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

async function resolveName(host: string): Promise<readonly string[]> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NameUnresolved(`The name ${host} was not resolved in time.`)), RESOLVE_MAX_MS);
  });
  try {
    return (await Promise.race([lookup(host, { all: true }), late])).map(({ address }) => address);
  } catch (cause) {
    if (cause instanceof NameUnresolved) throw cause;
    throw new NameUnresolved(`The name ${host} cannot be resolved.`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
