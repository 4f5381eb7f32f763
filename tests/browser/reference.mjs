// The browsable reference works under the content security policy, with nothing from elsewhere.
import { assert, test, url } from "../tools/runner.mjs";

test("the reference of the API can be browsed", { locale: "en-GB" }, async ({ page, picture }) => {
  await page.goto(`${url}/api/docs/`);
  const operation = page.locator("#operations-budgets-create_movement");
  // It draws every operation: that takes a while where other work is going on.
  await operation.waitFor({ timeout: 60_000 });
  await operation.locator("button").first().click();
  await operation.getByText("Idempotency-Key").first().waitFor();
  await picture("reference");
  const tags = await page.locator(".opblock-tag").count();
  assert.ok(tags >= 7, `${tags} subjects`);
});

test("what the app loads is compressed and kept", async ({ page }) => {
  const seen = [];
  page.on("response", async (response) => {
    if (response.url().includes("/assets/")) seen.push([response.url(), await response.allHeaders()]);
  });
  await page.goto(`${url}/`);
  await page.waitForLoadState("networkidle");
  assert.ok(seen.length >= 3, "the app has no parts");
  for (const [address, headers] of seen) {
    assert.equal(headers["content-encoding"], "br", `${address} is not compressed`);
    assert.match(headers["cache-control"] ?? "", /immutable/, `${address} is not kept`);
    if (address.endsWith(".wasm")) assert.equal(headers["content-type"], "application/wasm");
  }
});
