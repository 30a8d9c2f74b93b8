/** Ctrl K: to any asset, sensor, alert or batch, by its key, its name or its number. */
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { addressOf, go } from "./address.ts";
import { useAsked } from "./asked.ts";
import { words } from "./format.ts";
import { jumping } from "./jumping.ts";
import { Asking } from "./parts.tsx";
import { SEARCH } from "./queries_plant.ts";

interface Target {
  readonly noun: string;
  readonly text: string;
  readonly address: string;
}

const TYPING_MS = 120;

export function Jump() {
  const dialog = useRef<HTMLDialogElement>(null);
  const text = useMemo(() => signal(""), []);
  const chosen = useMemo(() => signal(0), []);
  const typing = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => dialog.current?.showModal(), []);
  const asked = useAsked(SEARCH, text.value === "" ? undefined : { text: text.value });
  const { assets = [], sensors = [], alerts = [], batches = [] } = text.value === "" ? {} : asked.answer?.search ?? {};
  const targets: Target[] = [
    ...alerts.map(({ number, severity, reason }) => ({
      noun: `alert ${number}`,
      text: `${words(severity)}: ${reason}`,
      address: addressOf(["alerts", number]),
    })),
    ...batches.map(({ number, source, state }) => ({
      noun: `batch ${number}`,
      text: `${source}, ${words(state)}`,
      address: addressOf(["batches", number]),
    })),
    ...assets.map(({ key, name }) => ({ noun: "asset", text: named(name, key), address: addressOf(["plant", key]) })),
    ...sensors.map(({ key, name }) => ({
      noun: "sensor",
      text: named(name, key),
      address: addressOf(["sensors", key]),
    })),
  ];
  const at = Math.min(chosen.value, targets.length - 1);
  const open = (target: Target | undefined) => {
    if (target === undefined) return;
    jumping.value = false;
    go(target.address);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") chosen.value = Math.min(at + 1, targets.length - 1);
    else if (event.key === "ArrowUp") chosen.value = Math.max(at - 1, 0);
    else if (event.key === "Enter") open(targets[at]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} class="jumping" onClose={() => jumping.value = false} aria-label="Go to">
      <input
        type="search"
        role="combobox"
        aria-expanded={targets.length > 0}
        aria-controls="targets"
        aria-activedescendant={targets.length > 0 ? `target-${at}` : undefined}
        aria-label="Asset, sensor, or number of an alert or batch"
        placeholder="Asset, sensor, or number of an alert or batch"
        maxLength={200}
        autofocus
        onKeyDown={onKeyDown}
        onInput={(event) => {
          const { value } = event.currentTarget;
          clearTimeout(typing.current);
          typing.current = setTimeout(() => {
            text.value = value.trim();
            chosen.value = 0;
          }, TYPING_MS);
        }}
      />
      {text.value !== "" && <Asking asked={asked} what="names" />}
      <ul id="targets" role="listbox" aria-label="Found">
        {targets.map((target, i) => (
          <li
            key={target.address}
            id={`target-${i}`}
            role="option"
            aria-selected={i === at}
            onClick={() => open(target)}
          >
            <span class="muted">{target.noun}</span> <bdi>{target.text}</bdi>
          </li>
        ))}
      </ul>
      {text.value !== "" && !asked.waiting && targets.length === 0 && (
        <p>Nothing has this in its key, name or number.</p>
      )}
    </dialog>
  );
}

function named(name: string, key: string): string {
  return name === key ? key : `${name} (${key})`;
}
