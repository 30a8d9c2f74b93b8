/** Single keys: each does one thing, none fires in a field, and all can be switched off (WCAG 2.1.4). */
import { preferences } from "./preferences.ts";

export interface KeyUse {
  readonly key: string;
  readonly about: string;
  readonly act: () => void;
}

const uses = new Map<string, KeyUse[]>();

/** Uses keys until the answer is called; the last to ask for a key has it. */
export function takeKeys(wanted: readonly KeyUse[]): () => void {
  for (const use of wanted) uses.set(use.key, [...uses.get(use.key) ?? [], use]);
  return () => {
    for (const use of wanted) uses.set(use.key, (uses.get(use.key) ?? []).filter((other) => other !== use));
  };
}

/** What keys do now, for people. */
export function keysInUse(): KeyUse[] {
  return [...uses.values()].flatMap((same) => same.slice(-1));
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement &&
    (target.isContentEditable || /^(input|select|textarea)$/i.test(target.tagName));
}

export function watchKeys(): void {
  addEventListener("keydown", (event) => {
    const chord = event.ctrlKey || event.metaKey ? `Ctrl ${event.key.toUpperCase()}` : event.key;
    const always = chord.startsWith("Ctrl ") || event.key === "Escape";
    if (event.altKey || event.defaultPrevented || !always && (isField(event.target) || !preferences.value.singleKeys)) {
      return;
    }
    // Enter on a link or a button does what that does.
    if (event.key === "Enter" && event.target instanceof HTMLElement && event.target.closest("a, button") !== null) {
      return;
    }
    const use = uses.get(chord)?.at(-1);
    if (use === undefined) return;
    event.preventDefault();
    use.act();
  });
}
