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

/** The plant's own zone; undefined: it has none. */
export const plantZone = signal<string | undefined>(undefined);

/** The zone that times are shown in, by its IANA name: of the address, as preferred, the plant's, or the browser's. */
export const zone = computed(() => {
  const wanted = params.value.get("tz") ?? preferences.value.zone;
  if (wanted !== "" && isZone(wanted)) return wanted;
  return plantZone.value !== undefined && isZone(plantZone.value) ? plantZone.value : BROWSER_ZONE;
});

function isZone(name: string): boolean {
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The next of the plant's zone, UTC and the browser's. */
export function nextZone(): string {
  const zones = [...new Set([plantZone.value ?? BROWSER_ZONE, "UTC", BROWSER_ZONE])];
  return zones[(zones.indexOf(zone.value) + 1) % zones.length];
}

/** Whose the zone in sight is. */
export function zoneOwner(): string {
  if (zone.value === plantZone.value) return "the plant's";
  return zone.value === BROWSER_ZONE ? "this browser's" : "as chosen";
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
