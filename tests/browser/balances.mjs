// Balances: from any figure to its entries in two clicks, and converted totals that name their rates.
import { assert, test } from "../tools/runner.mjs";
import { ENGLISH, api, open, settled, signIn } from "../tools/helpers.mjs";

/** The programme of the demonstration with three currencies. */
async function abroad() {
  const { items } = await api("/programmes?limit=50");
  return items.find(({ code }) => code === "KH-STUNG-MEANCHEY").id;
}

test("from a figure to its entries in two clicks", ENGLISH, async ({ page, axe, picture }) => {
  const programme = await abroad();
  await signIn(page, "admin");
  await open(page, `/programmes/${programme}/budget/balances`);
  await page.locator("td[data-label=Committed] a.figure").first().click();
  await page.locator(".behind h3").waitFor();
  assert.match(await page.locator(".behind h3").innerText(), /Committed/);
  await picture("balances-behind");
  await axe();
  await page.locator(".behind a.entries").first().click();
  await page.waitForURL("**/budget/movements?**");
  await settled(page);
  const asked = new URL(page.url()).searchParams;
  for (const name of ["line_id", "grant_id", "funder_id", "kind"]) assert.ok(asked.get(name), `${name} is not asked for`);
  await page.goBack();
  await page.locator(".behind h3").waitFor();
});

test("a converted total names every rate", ENGLISH, async ({ page, axe, picture }) => {
  const programme = await abroad();
  await signIn(page, "admin");
  await open(page, `/programmes/${programme}/budget/balances?scope=programme&by=funder&in=EUR`);
  const named = await page.locator(".rates-used tbody tr, .alert.warn li").allInnerTexts();
  assert.ok(named.length > 0, "neither rates nor what has none are listed");
  const headings = await page.locator("section > header h2").allInnerTexts();
  assert.ok(headings.some((text) => /EUR.*converted/.test(text)), headings.join(", "));
  await picture("balances-converted");
  await axe();
});

test("a day and an instant stand in the address", ENGLISH, async ({ page }) => {
  const programme = await abroad();
  await signIn(page, "admin");
  await open(page, `/programmes/${programme}/budget/balances`);
  await page.locator("input[name=as_of]").fill("31/12/2024");
  await page.locator("input[name=known_at]").fill("next week");
  await page.locator("main form button[type=submit].primary").click();
  await page.locator("input[name=known_at][aria-invalid=true]").waitFor();
  await page.locator("input[name=known_at]").fill("12/04/2026 18:30");
  await page.locator("main form button[type=submit].primary").click();
  await page.waitForURL(/as_of=2024-12-31.*known_at=2026-04-12/);
  await settled(page);
  assert.match(await page.locator("p[role=status]").first().innerText(), /31 December 2024/);
});

test("a file of rates is shown before it is recorded", ENGLISH, async ({ page, axe, picture }) => {
  const programme = await abroad();
  await signIn(page, "admin");
  await open(page, `/programmes/${programme}/budget/rates`);
  const file = (text) => ({ name: "rates.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  const head = "from;to;rate;valid_on;source\n";
  await page.locator("input[type=file]").setInputFiles(file(`${head}EUR;KHR;4400,5;01/02/2020;Bulletin\nEUR;EUR;0;01/02/2020;Bulletin\n`));
  await page.locator(".alert.bad").waitFor();
  assert.equal(await page.getByRole("button", { name: /Record all/ }).count(), 0, "a file with a fault can be recorded");
  await picture("rates-preview");
  await axe();
  await page.locator("input[type=file]").setInputFiles(file(`${head}EUR;KHR;4400,5;01/02/2020;Bulletin\n`));
  await page.getByRole("button", { name: "Record all 1" }).click();
  await page.locator(".toast").waitFor();
  await page.locator("tbody th", { hasText: "4400.5" }).first().waitFor();
});
