/** Which errors say that the store cannot do it now, rather than that a statement is wrong and will be wrong again. */

/** The embedded database broke down: this process cannot use it any more. */
export class StoreStopped extends Error {
  override readonly name = "StoreStopped";
}

/**
 * SQLSTATEs. Connection lost or refused (but 08P01: what was sent makes no sense), disk full, too many connections,
 * shut down or starting, a statement that took too long, a lock that could not be had in time, and read-only: a server
 * that is a standby now, or an embedded store without room. Neither memory (53200) nor a limit that the statement
 * itself exceeded (53400, class 54).
 */
const AWAY = /^(08(?!P01)|53100|53300|57P0[1235]|57014|55P03|25006)/;
const DRIVER_AWAY = /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH)/;

/** Whether the same call may succeed later. */
export function isUnavailable(error: Error & { readonly code?: unknown }): boolean {
  if (error instanceof StoreStopped) return true;
  return typeof error.code === "string" && (AWAY.test(error.code) || DRIVER_AWAY.test(error.code));
}
