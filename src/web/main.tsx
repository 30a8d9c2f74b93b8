/** The page begins: it reads its address, follows what happens, and draws. */
import { render } from "preact";
import { watchAddress } from "./address.ts";
import { Frame } from "./frame.tsx";
import { watchKeys } from "./keys.ts";
import { applyTheme } from "./preferences.ts";
import { startStanding } from "./standing.ts";

applyTheme();
watchAddress();
watchKeys();
startStanding();
render(<Frame />, document.body);
