/** What one person likes, kept in this browser: theme, zone, height of rows, single keys. The address comes first. */
import { computed, effect, signal } from "@preact/signals";
import { params } from "./address.ts";

export type Theme = "auto" | "light" | "dark";

const KEPT = "millwright.preferences";

interface Preferences {
  readonly theme: Theme;
  readonly zone: string;
  readonly rowPx: number;
  readonly singleKeys: boolean;
}

const DEFAULTS: Preferences = { theme: "auto", zone: "", rowPx: 30, singleKeys: true };

export const preferences = signal<Preferences>({ ...DEFAULTS, ...kept() });

function kept(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  } catch {
    // Storage may be forbidden, and holds what other versions left there.
    return {};
  }
}

export function prefer(change: Partial<Preferences>): void {
  preferences.value = { ...preferences.value, ...change };
  try {
    localStorage.setItem(KEPT, JSON.stringify(preferences.value));
  } catch {
    // Forbidden: then it holds until the page is left.
  }
}

const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zone that times are shown in, by its IANA name: of the address, as preferred, or the browser's. */
export const zone = computed(() => {
  const wanted = params.value.get("tz") ?? preferences.value.zone;
  return wanted !== "" && isZone(wanted) ? wanted : BROWSER_ZONE;
});

function isZone(name: string): boolean {
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The next of the browser's zone and UTC. */
export function nextZone(): string {
  return zone.value === "UTC" ? BROWSER_ZONE : "UTC";
}

export function nextTheme(): Theme {
  const dark = preferences.value.theme === "dark" ||
    preferences.value.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches;
  return dark ? "light" : "dark";
}

export function applyTheme(): void {
  effect(() => {
    const { theme, rowPx } = preferences.value;
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    document.documentElement.style.setProperty("--row", `${rowPx}px`);
  });
}
