/** The fields of settings as a form: bounds from the JSON Schema, faults beside the field that they are about. */
import { useSignal } from "@preact/signals";
import type { Field, FieldSchema, Remark } from "./queries_settings.ts";
import { Rows } from "./rows.tsx";
import { schemaOf, textOf, valueOf } from "./settings_document.ts";
import { layerWords } from "./settings_drafts.tsx";

export interface FieldTableProps {
  readonly schema: FieldSchema;
  readonly fields: readonly Field[];
  readonly edits: ReadonlyMap<string, unknown>;
  readonly faults: readonly Remark[];
  /** `undefined`: as it is now. */
  readonly onEdit: (path: string, value: unknown) => void;
}

export function FieldTable({ schema, fields, edits, faults, onEdit }: FieldTableProps) {
  const wanted = useSignal("");
  const shown = fields.filter(({ path, effect }) =>
    edits.has(path) || `${path} ${effect}`.toLowerCase().includes(wanted.value.toLowerCase())
  );
  return (
    <>
      <label>
        <span>Fields with</span>
        <input type="search" maxLength={100} onInput={(event) => wanted.value = event.currentTarget.value} />
        <span class="muted">{shown.length} of {fields.length}</span>
      </label>
      <Rows label="Fields" kind="fields">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Value</th>
            <th scope="col">Unit</th>
            <th scope="col">What it does</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((field) => (
            <Row
              key={field.path}
              field={field}
              schema={schemaOf(schema, field.path)}
              edit={edits.get(field.path)}
              fault={faults.find(({ path }) => path === field.path)?.message}
              onEdit={onEdit}
            />
          ))}
        </tbody>
      </Rows>
      {faults.filter(({ path }) => !fields.some((field) => field.path === path)).map(({ path, message }) => (
        <p key={path} class="fault" role="alert">{path}: {message}</p>
      ))}
    </>
  );
}

interface RowProps {
  readonly field: Field;
  readonly schema: FieldSchema | undefined;
  readonly edit: unknown;
  readonly fault: string | undefined;
  readonly onEdit: FieldTableProps["onEdit"];
}

function Row({ field, schema, edit, fault, onEdit }: RowProps) {
  const { path, value, unit, effect } = field;
  const now = edit ?? value;
  const unread = useSignal(false);
  const told = fault ?? (unread.value ? "This is no such value." : undefined);
  const change = (text: string) => {
    const next = valueOf(text, value);
    unread.value = next === undefined;
    if (next !== undefined) onEdit(path, textOf(next) === textOf(value) ? undefined : next);
  };
  const shared = {
    "aria-label": path,
    "aria-invalid": told !== undefined,
    "aria-describedby": told === undefined ? undefined : `fault-${path}`,
  };
  return (
    <tr>
      <th scope="row">{edit === undefined ? path : <strong>{path}</strong>}</th>
      <td>
        {typeof value === "boolean"
          ? (
            <input
              type="checkbox"
              {...shared}
              checked={now === true}
              onChange={(event) => change(String(event.currentTarget.checked))}
            />
          )
          : typeof value === "number"
          ? (
            <input
              type="number"
              step={schema?.type === "integer" ? 1 : "any"}
              min={schema?.minimum}
              max={schema?.maximum}
              title={bounds(schema)}
              {...shared}
              value={textOf(now)}
              onInput={(event) => change(event.currentTarget.value)}
            />
          )
          : (
            <textarea
              rows={1}
              {...shared}
              value={textOf(now)}
              onInput={(event) => change(event.currentTarget.value)}
            />
          )}
        {told !== undefined && <p id={`fault-${path}`} class="fault" role="alert">{told}</p>}
      </td>
      <td class="small">{unit}</td>
      <td class="small">{effect}</td>
      <td class="small">{layerWords(field)}</td>
    </tr>
  );
}

function bounds(schema: FieldSchema | undefined): string | undefined {
  if (schema?.minimum === undefined && schema?.maximum === undefined) return undefined;
  return `${schema?.minimum ?? "any"} to ${schema?.maximum ?? "any"}`;
}
