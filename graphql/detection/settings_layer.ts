/** What a layer of settings says beside wider ones. */
import { narrowestOf } from "../../src/domain/detection/settings_changes.ts";
import { builder } from "../builder.ts";
import { ChangeRef, ScopeRef, SettingsRef } from "./settings.ts";

const NarrowestRef = builder.objectRef<NonNullable<ReturnType<typeof narrowestOf>>>("SettingsLayer").implement({
  description: "What one version says for one scope, beside what wider ones say.",
  fields: (t) => ({
    version: t.int({ description: "Number of the version.", resolve: ({ layer }) => layer.version }),
    scope: t.field({ type: ScopeRef, description: "Whom it is for.", resolve: ({ layer }) => layer.scope }),
    changes: t.expose("changes", {
      type: [ChangeRef],
      complexity: { multiplier: 10 },
      description: "What is otherwise because of it: `before` is what wider layers say.",
    }),
  }),
});

builder.objectField(SettingsRef, "narrowest", (t) =>
  t.field({
    type: NarrowestRef,
    nullable: true,
    description: "The narrowest of its layers, and what differs by it; null: all is as in the code.",
    resolve: (settings) => narrowestOf(settings) ?? null,
  }));
