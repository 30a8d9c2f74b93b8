/** Coming in with a key, and going again. */
import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { session } from "./standing.ts";

async function answered(response: Response | undefined): Promise<string> {
  const answer = await response?.json().catch(() => undefined) as { errors?: { message: string }[] } | undefined;
  return answer?.errors?.[0]?.message ?? "The service does not answer.";
}

export function SignIn() {
  const fault = useRef(signal("")).current;
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const key = String(new FormData(event.target as HTMLFormElement).get("key") ?? "");
    const response = await fetch("/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ key: key.trim() }),
    }).catch(() => undefined);
    if (response?.ok) return location.reload();
    fault.value = await answered(response);
  };
  return (
    <form class="page" onSubmit={send}>
      <h1>Sign in</h1>
      <label>
        <span>Key</span>
        <input name="key" type="password" autocomplete="current-password" required aria-describedby="key-fault" />
      </label>
      <p id="key-fault" class="fault" role="alert">{fault.value}</p>
      <button type="submit">Sign in</button>
    </form>
  );
}

const left = signal("");

/** Shown to who has signed in. What the page knows goes with it: it is loaded anew, and its link ends. */
export function SignOut() {
  if (session.value === null) return null;
  const leave = async (): Promise<void> => {
    const response = await fetch("/session", { method: "DELETE" }).catch(() => undefined);
    if (response?.ok) return location.assign("/");
    left.value = `You are still signed in: ${await answered(response)}`;
  };
  return (
    <>
      <button type="button" onClick={() => void leave()}>
        Sign out <span class="muted" dir="auto">{session.value.name}</span>
      </button>
      {left.value !== "" && <span role="alert">{left.value}</span>}
    </>
  );
}
