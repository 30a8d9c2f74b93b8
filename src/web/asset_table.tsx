/** Assets with what stands on them and below: worst first. */
import { AssetLink, Chip, Hours, SEVERITIES, Time } from "./parts.tsx";
import type { AssetRow } from "./queries_plant.ts";
import { Rows } from "./rows.tsx";

type Row = AssetRow & { readonly children?: readonly AssetRow[] };

export function AssetTable({ assets, range }: { assets: readonly Row[]; range: { from: string; to: string } }) {
  const rows = worstFirst(assets).flatMap((asset) => [
    { asset, depth: 0 },
    ...worstFirst(asset.children ?? []).map((child) => ({ asset: child, depth: 1 })),
  ]);
  return (
    <Rows label="Assets" kind="assets">
      <thead>
        <tr>
          <th scope="col">Asset</th>
          <th scope="col">Worst</th>
          <th scope="col" class="num" title="Alerts whose condition stands">Standing</th>
          <th scope="col" class="num" title="Of these, those that nobody has seen">New</th>
          <th scope="col">Alerts opened, 24 h</th>
          <th scope="col" class="num">Sensors</th>
          <th scope="col" class="num">Learning</th>
          <th scope="col" class="num">Silent</th>
          <th scope="col" class="num">Oldest standing</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ asset, depth }) => <AssetRowView key={asset.key} asset={asset} depth={depth} range={range} />)}
      </tbody>
    </Rows>
  );
}

function AssetRowView(
  { asset, depth, range }: { asset: AssetRow; depth: number; range: { from: string; to: string } },
) {
  const { standing, sensorCounts, alertHours } = asset;
  const stands = standing.critical + standing.high + standing.medium + standing.low;
  return (
    <tr class={depth === 0 ? "area" : ""}>
      <th scope="row" class={depth === 0 ? "" : "below"}>
        <AssetLink asset={asset} />
      </th>
      <td>
        {standing.worst === null
          ? <span class="muted">-</span>
          : <Chip severity={standing.worst} state={standing.unacknowledged > 0 ? "UNACKNOWLEDGED" : "ACKNOWLEDGED"} />}
      </td>
      <td class="num">{some(stands)}</td>
      <td class="num">{some(standing.unacknowledged)}</td>
      <td>
        <Hours hours={alertHours} from={Date.parse(range.from)} to={Date.parse(range.to)} />
      </td>
      <td class="num">{sensorCounts.all}</td>
      <td class="num">{some(sensorCounts.learning)}</td>
      <td class="num">{sensorCounts.silent === 0 ? some(0) : <strong>{sensorCounts.silent}</strong>}</td>
      <td class="num">
        <Time at={standing.oldest} ago />
      </td>
    </tr>
  );
}

function some(value: number) {
  return value === 0 ? <span class="muted">-</span> : value;
}

/** By the highest severity that stands, then by how many, then by name. */
function worstFirst<Asset extends AssetRow>(assets: readonly Asset[]): Asset[] {
  const rank = ({ standing: { worst } }: Asset) => worst === null || worst === "OTHER" ? 9 : SEVERITIES.indexOf(worst);
  return [...assets].sort((a, b) =>
    rank(a) - rank(b) || b.standing.unacknowledged - a.standing.unacknowledged || a.name.localeCompare(b.name)
  );
}
