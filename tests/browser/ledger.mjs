// The ledger and its form, as an officer uses them.
import { readFileSync } from "node:fs";
import { assert, test } from "../tools/runner.mjs";
import { api, demonstration, ENGLISH, open, settled, signIn } from "../tools/helpers.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const rows = (page) => page.locator("table.ledger tbody tr");

test("movements are entered one after the other, with the keyboard", ENGLISH, async ({ page, axe, picture }) => {
  const { programme } = await demonstration();
  await signIn(page);
  await open(page, `/programmes/${programme}/budget/movements`);
  await page.getByText("Enter movements", { exact: true }).click();
  const form = page.locator("form#movement");
  await form.locator("select[name=line_id] option").first().waitFor({ state: "attached" });
  await settled(page);

  // The form asks for what the kind needs, and for nothing else.
  const kind = form.locator("select[name=kind]");
  await kind.selectOption("justification");
  await form.getByLabel("Refused cost", { exact: false }).waitFor();
  assert.equal(await form.getByLabel("Day of the cost").count(), 0);
  await kind.selectOption("expenditure");
  await form.getByLabel("Day of the cost").waitFor();
  assert.equal(await form.getByLabel("Refused cost", { exact: false }).count(), 0);
  await picture("ledger-1-form");
  await axe();

  // A flat rate is worked out before it is sent.
  await form.getByLabel("Given as").selectOption("flat");
  await form.locator("input[name=base]").fill("200.00");
  await form.locator("input[name=base_rate]").fill("7");
  await form.getByText(/14\.00/).first().waitFor();
  await form.locator("input[name=reference]").fill("FLAT-1");

  // The digest of a file is worked out here, so that nobody types one.
  const file = new URL("ledger.mjs", import.meta.url);
  await form.locator("input[type=file]").setInputFiles({ name: "invoice.txt", mimeType: "text/plain", buffer: readFileSync(file) });
  await form.getByText(/invoice\.txt · SHA-256/).waitFor();
  await form.locator("input[name=reference]").press("Enter");
  await page.getByText("Movement posted").first().waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "line_id");
  assert.equal(await form.locator("input[name=reference]").inputValue(), "");
  assert.notEqual(await form.locator("input[name=booked_on]").inputValue(), "", "the day is lost");

  await form.getByLabel("Given as").selectOption("stated");
  await form.locator("input[name=amount]").fill("3.00");
  await form.locator("input[name=amount]").press("Enter");
  const recent = page.locator("ul.recent li");
  await recent.nth(1).waitFor();
  assert.match(await recent.nth(1).innerText(), /FLAT-1/);
  await picture("ledger-2-recent");

  // The last one is put right from the list below the form.
  await recent.first().getByRole("button").click();
  const dialog = page.locator("dialog[open]").last();
  await button(dialog, "Correct").click();
  await dialog.locator("input[name='replacement/amount']").fill("2.00");
  await dialog.locator("textarea[name=reason]").fill("3 typed for 2");
  await dialog.locator("form button[type=submit]").click();
  await page.getByText("Movement corrected").waitFor();
  await dialog.getByText("Reversed", { exact: true }).waitFor();
  await axe();
  await button(dialog, "See its reversal").click();
  await dialog.getByText("Reversal", { exact: true }).waitFor();
  await button(dialog, "See what it reverses").click();
  await dialog.getByText("Reversed", { exact: true }).waitFor();
});

test("the ledger is what its address says", ENGLISH, async ({ page, picture }) => {
  const { programme } = await demonstration();
  const { items: budgets } = await api(`/programmes/${programme}/budgets`);
  const budget = budgets.at(-1).id;
  const { items: lines } = await api(`/budgets/${budget}/lines?limit=200`);
  const line = lines.find(({ grants }) => grants.length > 0);
  const grant = line.grants[0];
  const all = await api(`/budgets/${budget}/movements?limit=200&line_id=${line.id}&grant_id=${grant.grant_id}&sort=-booked_on`);
  await signIn(page);
  await open(page, `/programmes/${programme}/budget/movements?budget=${budget}&line_id=${line.id}&grant_id=${grant.grant_id}`);
  assert.equal(await rows(page).count(), Math.min(all.items.length, 100));

  // The running total beside the newest movement of a step is the balance of that step.
  const { items: balances } = await api(`/budgets/${budget}/balances`);
  const balance = balances.find((row) => row.line_id === line.id && row.grant_id === grant.grant_id);
  const sums = { commitment: "committed", disbursement: "disbursed", expenditure: "spent", in_kind: "contributed" };
  const index = all.items.findIndex(({ kind, status }) => sums[kind] && status === "approved");
  assert.ok(index >= 0, "the share has no movement");
  const shown = await rows(page).nth(index).locator("td.num").last().innerText();
  const expected = balance[sums[all.items[index].kind]].amount;
  assert.equal(shown.replace(/[^0-9.]/g, ""), expected, "the running total is not the balance");
  await picture("ledger-3-running");

  // Filters go into the address, and the file holds exactly what is shown.
  await page.getByLabel("Kind", { exact: true }).last().selectOption(all.items[index].kind);
  await button(page, "Filter").click();
  await page.waitForURL(/kind=/);
  await settled(page);
  const count = await rows(page).count();
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, "CSV").click()]);
  const csv = readFileSync(await download.path(), "utf8").trim().split(/\r?\n/);
  assert.equal(csv.length - 1, count, "the file is not the list");
  assert.match(csv[0], /status/);
  await page.reload();
  await settled(page);
  assert.equal(await rows(page).count(), count);
});
