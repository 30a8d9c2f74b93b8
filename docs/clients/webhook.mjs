/**
 * Receives notifications of alerts, checks that they come from the service, and prints each once. Node 22 or Deno, nothing to install.
 *   node webhook.mjs whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw [port]
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import process from "node:process";

const [secret, port = "8080"] = process.argv.slice(2);
const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
const CLOCKS_DIFFER_MAX_S = 300;

/** Whether the body was signed with the secret, just now. Without the age a copy could be sent again later. */
function isSigned(headers, body) {
  const [id, timestamp, signature] = ["id", "timestamp", "signature"].map((name) => headers[`webhook-${name}`] ?? "");
  if (!(Math.abs(Date.now() / 1_000 - Number(timestamp)) < CLOCKS_DIFFER_MAX_S)) return false;
  const expected = Buffer.from(`v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

// Keep it where it survives a restart: an answer that gets lost has the same message sent again, under the same id.
const seen = new Set();

const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part;
  if (!isSigned(request.headers, body)) return response.writeHead(401).end("the signature does not fit");
  const id = request.headers["webhook-id"];
  if (!seen.has(id)) {
    const { type, data } = JSON.parse(body);
    console.log(
      JSON.stringify({ id, type, severity: data.alert.severity, sensor: data.alert.sensor?.key, why: data.reason }),
    );
    seen.add(id);
  }
  // Whatever is not 2xx has it sent again later.
  response.writeHead(204).end();
});
server.listen(Number(port), "127.0.0.1", () => console.log(JSON.stringify({ listening: server.address().port })));
