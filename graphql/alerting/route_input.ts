/** Routes as people give them. */
import { parseMinutes, type TimeWindow, WEEKDAYS } from "../../src/domain/alerting/time_window.ts";
import type { RoutingInput } from "../../src/operations/alerting/save_routing.ts";
import { invalid } from "../../src/operations/errors.ts";
import { builder, enumValues } from "../builder.ts";
import { SeverityEnum } from "./enums.ts";

export const WeekdayEnum = builder.enumType("Weekday", {
  description: "A day of the week.",
  values: enumValues(WEEKDAYS),
});

export const HOURS = "Hours and minutes as HH:MM, 00:00 to 24:00.";
export const ROUTE_ABOUT = {
  key: "Its name, for people and reasons.",
  severityMin: "It takes alerts of this severity and more urgent ones; null: of all.",
  kinds: "It takes alerts of these kinds; null: of all.",
  asset: "It takes alerts of this asset and of all below it; null: of all.",
  during: "It takes alerts in these hours; null: always.",
  quiet: "In these hours it tells nobody, but does so at their end; null: it has none.",
  quietBelow: "Quiet hours hold for alerts below this severity.",
  onDelay: "How long an alert has to stand before anybody is told; null: not at all.",
  keepFiring: "How long it has to be over before anybody is told; one that begins again meanwhile goes on as the same.",
  remindEvery: "How often who was told is told again, until somebody acknowledges it or it is over; null: never.",
  steps: "Whom it tells, and whom next while nobody acknowledges it.",
  goOn: "Whether the routes behind this one may take the alert too.",
};

const TimeWindowInput = builder.inputType("TimeWindowInput", {
  description: "Hours on days of the week, in the routing's time zone.",
  fields: (t) => ({
    days: t.field({ type: [WeekdayEnum], required: true, description: "The days on which it begins." }),
    from: t.string({ required: true, description: HOURS }),
    to: t.string({ required: true, description: `${HOURS} Not later than \`from\`: on the next day.` }),
  }),
});

const RouteStepInput = builder.inputType("RouteStepInput", {
  description: "Recipients whose turn it is.",
  fields: (t) => ({
    after: t.field({
      type: "Duration",
      description: "How long nobody has acknowledged the alert; left out: at once, as the first step has to be.",
    }),
    channels: t.stringList({ required: true, description: "Keys of channels, 1 to 20." }),
  }),
});

const RouteInputType = builder.inputType("RouteInput", {
  description: "Which alerts, and who is told of them when.",
  fields: (t) => ({
    key: t.string({ required: true, description: ROUTE_ABOUT.key }),
    severityMin: t.field({ type: SeverityEnum, description: ROUTE_ABOUT.severityMin }),
    kinds: t.stringList({ description: ROUTE_ABOUT.kinds }),
    asset: t.string({ description: `Key of an asset. ${ROUTE_ABOUT.asset}` }),
    during: t.field({ type: [TimeWindowInput], description: ROUTE_ABOUT.during }),
    quiet: t.field({ type: [TimeWindowInput], description: ROUTE_ABOUT.quiet }),
    quietBelow: t.field({
      type: SeverityEnum,
      required: true,
      defaultValue: "CRITICAL",
      description: ROUTE_ABOUT.quietBelow,
    }),
    onDelay: t.field({ type: "Duration", description: ROUTE_ABOUT.onDelay }),
    keepFiring: t.field({ type: "Duration", description: ROUTE_ABOUT.keepFiring }),
    remindEvery: t.field({ type: "Duration", description: ROUTE_ABOUT.remindEvery }),
    steps: t.field({ type: [RouteStepInput], required: true, description: `${ROUTE_ABOUT.steps} 1 to 10.` }),
    goOn: t.boolean({ required: true, defaultValue: false, description: ROUTE_ABOUT.goOn }),
  }),
});

const TIME_ZONE = "Zone that hours are in, by its IANA name, such as Europe/Berlin.";
export const RoutingInputType = builder.inputType("RoutingInput", {
  description: "All routes of a tenant.",
  fields: (t) => ({
    timeZone: t.string({ required: true, defaultValue: "UTC", description: TIME_ZONE }),
    routes: t.field({ type: [RouteInputType], required: true, description: "In their order, at most 100." }),
  }),
});

export const SaveRoutingInput = builder.inputType("SaveRoutingInput", {
  description: "All routes of a tenant, as they are to be.",
  fields: (t) => ({
    timeZone: t.string({ required: true, defaultValue: "UTC", description: TIME_ZONE }),
    routes: t.field({ type: [RouteInputType], required: true, description: "In their order, at most 100." }),
    expectedVersion: t.int({
      description: "The version that is changed, 0 for the first; left out: whichever is there.",
    }),
  }),
});

type Given = typeof RoutingInputType.$inferInput;
type GivenWindow = typeof TimeWindowInput.$inferInput;

export function toRouting({ timeZone, routes }: Given): RoutingInput {
  return {
    timeZone: timeZone ?? "UTC",
    routes: routes.map((route) => ({
      key: route.key,
      severityMin: route.severityMin ?? undefined,
      kinds: route.kinds ?? undefined,
      assetKey: route.asset ?? undefined,
      during: route.during?.map(toWindow),
      quiet: route.quiet?.map(toWindow),
      quietBelow: route.quietBelow ?? "CRITICAL",
      onDelayMs: route.onDelay ?? 0,
      keepFiringMs: route.keepFiring ?? 0,
      remindEveryMs: route.remindEvery ?? undefined,
      steps: route.steps.map(({ after, channels }) => ({ afterMs: after ?? 0, channels })),
      goOn: route.goOn ?? false,
    })),
  };
}

function toWindow({ days, from, to }: GivenWindow): TimeWindow {
  const [begin, end] = [from, to].map((text) => {
    const minutes = parseMinutes(text);
    if (minutes === undefined) {
      throw invalid("routes", `${JSON.stringify(text.slice(0, 80))} is no time of day such as 06:30.`);
    }
    return minutes;
  });
  return { days, from: begin, to: end };
}
