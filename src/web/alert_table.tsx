/** A few alerts as a table: what asks for a person, on the plant or on an asset. */
import { addressOf } from "./address.ts";
import { Chip, subjectOf, Time } from "./parts.tsx";
import type { AlertRow } from "./queries_alerting.ts";
import { Rows } from "./rows.tsx";
import { why } from "./triage_row.tsx";

export function AlertTable({ alerts, label }: { alerts: readonly AlertRow[]; label: string }) {
  return (
    <Rows label={label} kind="urgent">
      <thead class="hidden">
        <tr>
          <th>Severity</th>
          <th>About</th>
          <th>Why</th>
          <th>Opened</th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <tr key={alert.id}>
            <td>
              <Chip severity={alert.severity} state={alert.state} hidden={alert.hidden} />
            </td>
            <td>
              <a href={addressOf(["alerts", alert.number])} dir="auto">{subjectOf(alert)}</a>
            </td>
            <td class="why" title={alert.reason}>{why(alert)}</td>
            <td class="num">
              <Time at={alert.openedAt} ago />
            </td>
          </tr>
        ))}
      </tbody>
    </Rows>
  );
}
