/** For how long a server keeps workflows that have ended. */
import type { NativeConnection } from "@temporalio/worker";

/** Sets it for the namespace of a server that is ours alone. Throws what the server says. */
export async function keepEnded(
  connection: NativeConnection,
  { namespace, hours }: { namespace: string; hours: number },
): Promise<void> {
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: { seconds: hours * 3_600 as unknown as Long, nanos: 0 } },
  });
}
