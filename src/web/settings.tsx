/** How it is judged and how much is announced. */
import { BudgetSection } from "./budget.tsx";

export function SettingsScreen() {
  return (
    <section class="page">
      <h1>Settings</h1>
      <BudgetSection />
    </section>
  );
}
