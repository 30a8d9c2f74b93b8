/** Drafts beside what is live, field by field; what was promoted when, by whom and why. */
import { useSignal } from "@preact/signals";
import { ask, type Document, Fault } from "./gateway.ts";
import { Time } from "./parts.tsx";
import {
  type Change,
  DELETE_DRAFT,
  type Done,
  type Draft,
  type Field,
  PROMOTE,
  ROLL_BACK,
  type Scope,
  type ScopeInput,
  type Version,
} from "./queries_settings.ts";
import { Rows } from "./rows.tsx";
import { textOf } from "./settings_document.ts";

export function scopeWords(scope: Scope | ScopeInput | undefined | null): string {
  const { quantity, asset, sensor } = scope ?? {};
  const nameOf = (one: NonNullable<typeof asset>) => typeof one === "string" ? one : one.name;
  if (sensor) return `the sensor ${nameOf(sensor)}`;
  if (asset) return `the asset ${nameOf(asset)} and all below it`;
  return quantity ? `all of quantity ${quantity}` : "all sensors";
}

/** The version of what the release says of a quantity. */
const RELEASE = 1;

export function layerWords({ version, scope }: Pick<Field, "version" | "scope">): string {
  if (version === null) return "the release";
  return `${version === RELEASE ? "the release" : `version ${version}`}, for ${scopeWords(scope)}`;
}

export function ChangeTable({ changes, label }: { changes: readonly Change[]; label: string }) {
  if (changes.length === 0) return <p>It changes nothing.</p>;
  return (
    <Rows label={label}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Live</th>
          <th scope="col">Draft</th>
          <th scope="col">Unit</th>
          <th scope="col">What it does</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ path, before, after, unit, effect, relearns }) => (
          <tr key={path}>
            <th scope="row">{path}</th>
            <td>{textOf(before)}</td>
            <td>
              <strong>{textOf(after)}</strong>
            </td>
            <td class="small">{unit}</td>
            <td class="small">{effect}{relearns && " Its detector starts anew, from stored readings."}</td>
          </tr>
        ))}
      </tbody>
    </Rows>
  );
}

/** Does something, and says what became of it. */
function useDoing(again: () => void) {
  const said = useSignal("");
  const run = async <Variables extends object>(
    document: Document<Done, Variables>,
    variables: Variables,
    done: string,
  ) => {
    try {
      const { result } = await ask(document, variables);
      said.value = result.message ?? done;
      if (result.message === undefined) again();
    } catch (error) {
      said.value = error instanceof Fault ? error.message : String(error);
    }
  };
  return { said: said.value, run };
}

export function Drafts({ drafts, again }: { drafts: readonly Draft[]; again: () => void }) {
  const { said, run } = useDoing(again);
  return (
    <>
      {drafts.map((draft) => (
        <div key={draft.id} class="draft">
          <h2>Draft for {scopeWords(draft.scope)}</h2>
          <p>
            Saved by {draft.savedBy}, <Time at={draft.savedAt} />. <bdi>{draft.note}</bdi>
          </p>
          <ChangeTable changes={draft.changes} label="What the draft changes" />
          {draft.warnings.map(({ path, message }) => <p key={path}>{path}: {message}</p>)}
          <p>
            <button
              type="button"
              onClick={() => void run(PROMOTE, { input: { id: draft.id, expectedVersion: draft.base } }, "It is live.")}
            >
              Promote
            </button>{" "}
            <button type="button" onClick={() => void run(DELETE_DRAFT, { id: draft.id }, "It is gone.")}>
              Delete
            </button>
          </p>
        </div>
      ))}
      <p role="status">{said}</p>
    </>
  );
}

interface VersionsProps {
  readonly versions: readonly Version[];
  readonly scope: ScopeInput | undefined;
  readonly again: () => void;
}

export function Versions({ versions, scope, again }: VersionsProps) {
  const { said, run } = useDoing(again);
  const live = versions[0]?.version;
  const back = (toVersion: number) =>
    void run(
      ROLL_BACK,
      { input: { toVersion, expectedVersion: live!, ...scope === undefined ? {} : { scope } } },
      `What version ${toVersion} said is live again.`,
    );
  return (
    <>
      <h2>Versions</h2>
      <p role="status">{said}</p>
      {versions.length > 0 && (
        <p>
          <button type="button" onClick={() => back(1)}>Back to what the release says</button>
        </p>
      )}
      {versions.length === 0
        ? <p class="calm">Nothing was promoted for {scopeWords(scope)}: the release's settings hold.</p>
        : (
          <Rows label="Versions">
            <thead>
              <tr>
                <th scope="col" class="num">Version</th>
                <th scope="col">Live from</th>
                <th scope="col">By</th>
                <th scope="col">Why</th>
                <th scope="col">Says</th>
                <th scope="col">Again</th>
              </tr>
            </thead>
            <tbody>
              {versions.map(({ version, promotedAt, promotedBy, note, document }) => (
                <tr key={version}>
                  <th scope="row" class="num">{version}</th>
                  <td>
                    <Time at={promotedAt} />
                  </td>
                  <td>{promotedBy}</td>
                  <td>
                    <bdi>{note}</bdi>
                  </td>
                  <td>
                    <code class="raw">{textOf(document)}</code>
                  </td>
                  <td>
                    {version === live ? "live" : (
                      <button
                        type="button"
                        aria-label={`Roll back to version ${version}`}
                        onClick={() => back(version)}
                      >
                        Roll back
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </Rows>
        )}
    </>
  );
}
