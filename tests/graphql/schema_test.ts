import { assertGolden } from "../golden/parts.ts";

Deno.test("the schema is the committed one: what clients see changes on purpose only", async () => {
  await assertGolden("schema");
});
