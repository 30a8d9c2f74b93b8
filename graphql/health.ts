/** Health over HTTP: what probes and operators ask. */
import { checkHealth, checkStore, type Health, type HealthDeps } from "../src/operations/check_health.ts";

/** The answer for a path under /health; undefined for others. */
export async function answerHealth(path: string, deps: HealthDeps): Promise<Response | undefined> {
  switch (path) {
    case "/health/live":
      // For probes that restart a process: it answers, so it lives.
      return Response.json({ ok: true });
    case "/health/ready":
    case "/health/db":
      return toResponse(await checkStore(deps));
    case "/health":
      return toResponse(await checkHealth(deps));
    default:
      return undefined;
  }
}

/** The same for those who may not know what the service is doing: whether it is well. */
export async function inShort(health: Response): Promise<Response> {
  const { ok } = await health.json() as Pick<Health, "ok">;
  return Response.json({ ok }, { status: health.status });
}

function toResponse(health: Health): Response {
  return Response.json(health, { status: health.ok ? 200 : 503 });
}
