/** What a person sees in a browser who has no session: a form for a key, which opens one. */
import type { Refusal } from "../../src/operations/access/key_ring.ts";

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Millwright: sign in</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 32em; margin: 15vh auto; padding: 0 1em; }
  input, button { font: inherit; padding: .4em .6em; box-sizing: border-box; }
  input { width: 100%; margin: .3em 0 1em; }
</style>
<h1>Millwright</h1>
<form>
  <label for="key">Your key</label>
  <input id="key" type="password" autocomplete="current-password" required autofocus>
  <button>Sign in</button>
  <p role="alert"></p>
</form>
<script>
  const form = document.querySelector("form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const say = (text) => document.querySelector("[role=alert]").textContent = text;
    try {
      const answer = await fetch("/session", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ key: document.querySelector("#key").value.trim() }),
      });
      if (answer.ok) location.reload();
      else say((await answer.json()).errors[0].message);
    } catch (error) {
      say("The service does not answer: " + error.message);
    }
  });
</script>
</html>
`;

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; " +
    "connect-src 'self'; form-action 'none'; frame-ancestors 'none'",
};

export function signInPage({ code, retryAfterMs }: Refusal): Response {
  if (code === "UNAUTHENTICATED") return new Response(PAGE, { status: 401, headers: HEADERS });
  const seconds = Math.ceil((retryAfterMs ?? 1_000) / 1_000);
  return new Response("Too many requests.\n", { status: 429, headers: { "retry-after": String(seconds) } });
}
