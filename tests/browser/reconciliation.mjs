// A statement of the accounts beside the ledger: read, previewed, kept, worked through by keyboard, taken away and back.
import { readFileSync } from "node:fs";
import { assert, test } from "../tools/runner.mjs";
import { api, demonstration, open, settled, signIn } from "../tools/helpers.mjs";

/** A file of the accounts with the last expenditures of a budget, one of them without a reference, and bank charges. */
async function statement(programme) {
  const { items: budgets } = await api(`/programmes/${programme}/budgets`);
  const ledger = [];
  for (const budget of budgets) {
    const { items } = await api(`/budgets/${budget.id}/movements?kind=expenditure&status=approved&limit=50`);
    const standing = items.filter(({ reverses, reversed_by: by }) => !reverses && !by);
    if (standing.length > ledger.length) ledger.splice(0, ledger.length, ...standing.map((one) => ({ ...one, budget: budget.id })));
  }
  const rows = ledger.slice(0, 6).map(({ booked_on: day, amount, reference }, n) => {
    const [year, month, date] = day.split("-");
    return `${date}/${month}/${year};-${amount.amount.replace(".", ",")};${amount.currency};${reference ?? ""};Facture ${n + 1}`;
  });
  const [last] = ledger;
  const [year, month, date] = last.booked_on.split("-");
  rows.push(`${date}/${month}/${year};-3,33;${last.amount.currency};;=Frais de tenue`);
  rows.push("sans date;1,00;EUR;;Total");
  const file = `Date d'opération;Montant;Devise;Référence;Libellé\n${rows.join("\n")}\n`;
  return { budget: last.budget, found: ledger.slice(0, 6).length, file: Buffer.from(file, "latin1") };
}

const upload = (page, buffer, name = "mandats.csv") =>
  page.locator("#statement-file").setInputFiles({ name, mimeType: "text/csv", buffer });

async function goodbye(page) {
  await page.getByRole("button", { name: "Take the statement back" }).click();
  await page.locator("dialog[open] button[type=submit]").click();
  await page.locator("#statement-file").waitFor();
  await settled(page);
}

test("a statement is read, kept, worked through and taken back", { locale: "en-GB", acceptDownloads: true }, async ({ page, axe, picture }) => {
  const { programme } = await demonstration();
  const { budget, found, file } = await statement(programme);
  await signIn(page, "budget");
  const path = `/programmes/${programme}/budget/reconciliation?budget=${budget}`;
  await open(page, path);
  await upload(page, file);
  const preview = page.locator("section[aria-labelledby=preview-head]");
  await preview.locator("tbody tr").first().waitFor();
  await settled(page);
  assert.equal(await page.locator("select[name='mapping/day']").inputValue(), "Date d'opération");
  assert.equal(await preview.locator("tbody tr").count(), found + 2);
  assert.match(await preview.innerText(), new RegExp(`${found} matched`));
  await picture("reconciliation-preview");
  await axe();

  // A row without a day refuses the whole file, until it is left out on purpose.
  await page.getByRole("button", { name: "Keep this statement" }).click();
  await page.locator("form .alert.bad").waitFor();
  await page.getByLabel(/Leave out what cannot be read/).check();
  await page.getByRole("button", { name: "Keep this statement" }).click();
  await page.waitForURL("**statement=**");
  await settled(page);
  const rows = page.locator("main table tbody tr");
  assert.equal(await rows.count(), found + 1);
  assert.match(await page.locator("nav.tabs", { hasText: "All rows" }).innerText(), /not found \(1\)/);
  await picture("reconciliation-statement");
  await axe();

  // What no movement belongs to is explained, by keyboard alone; the focus comes back to the row.
  const charge = rows.filter({ hasText: "Frais de tenue" });
  await charge.getByRole("button").focus();
  await page.keyboard.press("Enter");
  const dialog = page.locator("dialog[open]");
  await dialog.waitFor();
  await settled(page);
  await dialog.locator("textarea").fill("Bank charges");
  await picture("reconciliation-link");
  await axe();
  await dialog.locator("button[type=submit]").focus();
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" }).catch(() => {});
  await charge.getByText("explained", { exact: true }).waitFor();
  await page.waitForFunction(() => document.activeElement?.closest("tr")?.textContent.includes("Frais de tenue"));
  assert.match(await charge.innerText(), /Bank charges/);

  // A movement is let go, shows as missing, and is matched again.
  const first = rows.first();
  await first.getByRole("button").click();
  await settled(page);
  await dialog.locator(".candidates input:checked").first().uncheck();
  await dialog.locator("button[type=submit]").click();
  await first.getByText("not found", { exact: true }).waitFor();
  await settled(page);
  assert.ok((await page.locator("section[aria-labelledby=missing-head] li").count()) > 0);
  await first.getByRole("button").click();
  await settled(page);
  await dialog.locator(".candidates input").first().check();
  await dialog.locator("button[type=submit]").click();
  await first.getByText("matched", { exact: true }).waitFor();

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download as CSV" }).click(),
  ]);
  const table = readFileSync(await download.path(), "utf8");
  assert.match(table, /'=Frais de tenue/);
  assert.match(table, /explained,Bank charges/);
  await goodbye(page);
});

test("a statement on a narrow phone", { viewport: { width: 360, height: 740 }, locale: "en-GB" }, async ({ page, fits, axe, picture }) => {
  const { programme } = await demonstration();
  const { budget, file } = await statement(programme);
  await signIn(page, "budget");
  await open(page, `/programmes/${programme}/budget/reconciliation?budget=${budget}`);
  await upload(page, file);
  await page.locator("section[aria-labelledby=preview-head] tbody tr").first().waitFor();
  await picture("reconciliation-preview-360");
  await fits();
  await axe();
  await page.getByLabel(/Leave out what cannot be read/).check();
  await page.getByRole("button", { name: "Keep this statement" }).click();
  await page.waitForURL("**statement=**");
  await settled(page);
  await picture("reconciliation-statement-360");
  await fits();
  await axe();
  await goodbye(page);
});

test("files that are none are refused in words", { locale: "en-GB", allow: [/4(13|22)/] }, async ({ page }) => {
  const { programme } = await demonstration();
  await signIn(page, "budget");
  await open(page, `/programmes/${programme}/budget/reconciliation`);
  for (const [buffer, code] of [
    [Buffer.from(""), "file_unreadable"],
    [Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), "file_unreadable"],
    [Buffer.alloc(3 << 20, "x"), "body_too_large"],
  ]) {
    await upload(page, buffer, `${code}.csv`);
    await page.locator(`[data-problem=${code}]`).waitFor();
    await page.reload();
    await settled(page);
  }
  await upload(page, Buffer.from("A;B\n1;2\n"));
  await page.getByText("Say which column is the date").waitFor();
  assert.equal(await page.getByRole("button", { name: "Keep this statement" }).count(), 0);
});

test("an observer has no reconciliation", { locale: "en-GB" }, async ({ page }) => {
  const { programme } = await demonstration();
  await signIn(page, "observer");
  await open(page, `/programmes/${programme}/budget/reconciliation`);
  assert.equal(await page.locator("#statement-file").count(), 0);
  assert.equal(await page.locator("nav.tabs").getByText("Reconciliation").count(), 0);
});
