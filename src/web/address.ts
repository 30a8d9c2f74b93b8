/** The address is the state of the page: what is looked at, and how. Links and the back button need nothing else. */
import { computed, signal } from "@preact/signals";

const here = signal(read());

/** Decoded parts of the path: `/sensors/a%2Fb` is ["sensors", "a/b"]. */
export const path = computed(() => here.value.path);
export const params = computed(() => here.value.params);

function read(): { path: string[]; params: URLSearchParams } {
  const { pathname, search } = location;
  return { path: pathname.split("/").filter((part) => part !== "").map(decoded), params: new URLSearchParams(search) };
}

/** A path that was written by hand may be no valid encoding: then it is what it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a screen; parameters without a value are left out. */
export function addressOf(
  parts: readonly (string | number)[],
  values: Record<string, string | undefined> = {},
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== "") search.set(name, value);
  const text = search.toString();
  return `/${parts.map((part) => encodeURIComponent(part)).join("/")}${text === "" ? "" : `?${text}`}`;
}

/** Goes to another screen, as a link does. */
export function go(address: string): void {
  // What the reader had in view comes back with the back button.
  history.replaceState({ ...history.state, scroll: scrollY }, "");
  history.pushState({}, "", address);
  here.value = read();
  scrollTo(0, 0);
}

/** Changes parameters of the screen that is shown; the back button does not stop at each of them. */
export function setParams(values: Record<string, string | undefined>): void {
  const search = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === "") search.delete(name);
    else search.set(name, value);
  }
  const text = search.toString();
  history.replaceState(history.state, "", `${location.pathname}${text === "" ? "" : `?${text}`}`);
  here.value = read();
}

/** Follows links inside the page and the back button. */
export function watchAddress(): void {
  history.scrollRestoration = "manual";
  addEventListener("popstate", (event) => {
    here.value = read();
    const scroll = (event.state as { scroll?: number } | null)?.scroll ?? 0;
    // Rows come when they have been drawn.
    requestAnimationFrame(() => requestAnimationFrame(() => scrollTo(0, scroll)));
  });
  addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = (event.target as Element).closest?.("a");
    if (link === null || link === undefined || link.target !== "" || link.hasAttribute("download")) return;
    if (link.origin !== location.origin || link.pathname === "/graphql") return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
