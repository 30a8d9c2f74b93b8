/** Which screen an address shows. The server knows the same first parts (src/page/serve_page.ts). */
import type { ComponentType } from "preact";
import { lazy } from "./lazy.tsx";
import { path } from "./address.ts";

/** A screen is loaded when it is first shown. */
const PlantScreen = lazy(() => import("./plant.tsx").then((module) => module.PlantScreen));
const TriageScreen = lazy(() => import("./triage.tsx").then((module) => module.TriageScreen));
const AlertScreen = lazy(() => import("./alert.tsx").then((module) => module.AlertScreen));
const AssetScreen = lazy(() => import("./asset.tsx").then((module) => module.AssetScreen));
const SensorScreen = lazy(() => import("./sensor.tsx").then((module) => module.SensorScreen));
const BatchesScreen = lazy(() => import("./batches.tsx").then((module) => module.BatchesScreen));
const BatchScreen = lazy(() => import("./batch.tsx").then((module) => module.BatchScreen));
const QuarantineScreen = lazy(() => import("./quarantine.tsx").then((module) => module.QuarantineScreen));
const SettingsScreen = lazy(() => import("./settings.tsx").then((module) => module.SettingsScreen));
const SystemScreen = lazy(() => import("./system.tsx").then((module) => module.SystemScreen));

export const NAVIGATION: readonly { readonly to: string; readonly name: string; readonly first: string }[] = [
  { to: "/", name: "Plant", first: "plant" },
  { to: "/alerts", name: "Alerts", first: "alerts" },
  { to: "/batches", name: "Batches", first: "batches" },
  { to: "/quarantine", name: "Quarantine", first: "quarantine" },
  { to: "/settings", name: "Settings", first: "settings" },
  { to: "/system", name: "System", first: "system" },
];

export function Screen() {
  const [first = "plant", second, ...more] = path.value;
  if (more.length > 0) return <NoScreen />;
  const screen = (All: ComponentType | undefined, One: ComponentType<{ id: string }> | undefined) => {
    if (second === undefined) return All === undefined ? <NoScreen /> : <All />;
    return One === undefined ? <NoScreen /> : <One key={second} id={second} />;
  };
  switch (first) {
    case "plant":
      return screen(PlantScreen, AssetScreen);
    case "alerts":
      return screen(TriageScreen, AlertScreen);
    case "sensors":
      return screen(undefined, SensorScreen);
    case "batches":
      return screen(BatchesScreen, BatchScreen);
    case "quarantine":
      return screen(QuarantineScreen, undefined);
    case "settings":
      return screen(SettingsScreen, undefined);
    case "system":
      return screen(SystemScreen, undefined);
    default:
      return <NoScreen />;
  }
}

function NoScreen() {
  return (
    <section class="page">
      <h1>There is no such page</h1>
      <p>Nothing is known by the address {location.pathname}.</p>
      <p>
        <a href="/">The plant</a>, <a href="/alerts">the alerts</a>, or Ctrl K to find something by its name.
      </p>
    </section>
  );
}
