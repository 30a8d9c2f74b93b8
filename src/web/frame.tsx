/** What is around every screen: where one can go, what stands, whether what one sees is live, and in which zone. */
import { computed, signal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { path, setParams } from "./address.ts";
import { clock, duration, zoneName } from "./format.ts";
import { signedOut } from "./gateway.ts";
import { jumping } from "./jumping.ts";
import { lazy } from "./lazy.tsx";
import { keysInUse, takeKeys } from "./keys.ts";
import { link } from "./live.ts";
import { Counts } from "./parts.tsx";
import { nextTheme, nextZone, prefer, preferences, zone, zoneOwner } from "./preferences.ts";
import { NAVIGATION, Screen } from "./screens.tsx";
import { SignIn, SignOut } from "./session.tsx";
import { announced, serviceNowMs, standing } from "./standing.ts";

const Jump = lazy(() => import("./jump.tsx").then((module) => module.Jump));

const minute = signal(0);
const helping = signal(false);
const here = computed(() => path.value[0] ?? "plant");

export function Frame() {
  useEffect(() => {
    const timer = setInterval(() => minute.value++, 5_000);
    const unused = takeKeys([
      { key: "t", about: "dark or light", act: () => prefer({ theme: nextTheme() }) },
      { key: "z", about: "zone of times", act: switchZone },
      { key: "?", about: "these keys", act: () => helping.value = !helping.value },
      { key: "Ctrl K", about: "go to anything", act: () => jumping.value = true },
    ]);
    return () => {
      clearInterval(timer);
      unused();
    };
  }, []);
  useSignalEffect(() => {
    const stands = standing.value;
    const open = stands === undefined ? 0 : stands.critical + stands.high + stands.medium + stands.low;
    document.title = `${open > 0 ? `(${open}) ` : ""}Millwright`;
  });
  const { state, sinceMs } = link.value;
  return (
    <div class={state === "lost" ? "frame lost" : "frame"}>
      <a class="skip" href="#content">To the content</a>
      <Header />
      {state === "lost" && !signedOut.value && (
        <p class="banner" role="alert">
          The link to the service is lost: this is as of {clock(sinceMs, zone.value, true)}. It comes back by itself.
        </p>
      )}
      <main id="content" tabIndex={-1}>
        {signedOut.value ? <SignIn /> : <Screen />}
      </main>
      <p class="hidden" role="alert">{announced.value.urgent ? announced.value.text : ""}</p>
      <p class="hidden" role="status">{announced.value.urgent ? "" : announced.value.text}</p>
      {jumping.value && <Jump />}
      {helping.value && <Keys />}
    </div>
  );
}

function switchZone(): void {
  const next = nextZone();
  prefer({ zone: next });
  setParams({ tz: undefined });
}

function Header() {
  minute.value;
  const now = serviceNowMs();
  return (
    <header class="bar">
      <a class="brand" href="/">Millwright</a>
      <nav aria-label="Main">
        {NAVIGATION.map(({ to, name, first }) => (
          <a key={to} href={to} aria-current={here.value === first ? "page" : undefined}>{name}</a>
        ))}
      </nav>
      <button type="button" class="jump" onClick={() => jumping.value = true}>
        Go to … <kbd>Ctrl K</kbd>
      </button>
      <span class="fill" />
      <a class="standing" href="/alerts?state=standing">
        <span class="hidden">Standing alerts:</span>
        {standing.value === undefined || signedOut.value
          ? <span class="muted">standing: unknown</span>
          : <Counts standing={standing.value} />}
      </a>
      <span class={`link ${link.value.state}`}>{linkWords(now)}</span>
      <button type="button" onClick={switchZone} title={`Zone of times (z): ${zone.value}, ${zoneOwner()}`}>
        {clock(now, zone.value)} {zoneName(zone.value, now)}
        <span class="hidden">, {zoneOwner()}</span>
      </button>
      <button
        type="button"
        onClick={() => prefer({ theme: nextTheme() })}
        title="Dark or light (t)"
        aria-label="Dark or light"
      >
        ◐
      </button>
      <button type="button" onClick={() => helping.value = true} title="Keys (?)" aria-label="Keys">?</button>
      <SignOut />
    </header>
  );
}

function linkWords(nowMs: number): string {
  const { state, sinceMs } = link.value;
  if (signedOut.value) return "signed out";
  if (state === "live") return "live";
  return state === "connecting" ? "connecting" : `no link for ${duration(nowMs - sinceMs)}`;
}

function Keys() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={() => helping.value = false} aria-label="Keys">
      <h2>Keys</h2>
      <dl class="keys">
        {keysInUse().map(({ key, about }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={preferences.value.singleKeys}
          onChange={(event) => prefer({ singleKeys: event.currentTarget.checked })}
        />{" "}
        Single keys do something
      </label>
      <label>
        <span>Height of rows</span>
        <input
          type="range"
          min="28"
          max="40"
          value={preferences.value.rowPx}
          onInput={(event) => prefer({ rowPx: Number(event.currentTarget.value) })}
        />
      </label>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
