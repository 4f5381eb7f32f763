// The ledger and its form, as an officer uses them.
import { readFileSync } from "node:fs";
import { assert, test, url } from "../tools/runner.mjs";
import { account, api, demonstration, ENGLISH, open, PASSWORD, settled, signIn } from "../tools/helpers.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const rows = (page) => page.locator("table.ledger tbody tr");

/** Does something while a programme asks for a second person, or does not, and leaves it as it was. */
async function withFourEyes(programme, wanted, work) {
  const { policy } = await api(`/programmes/${programme}`);
  await call("coordinator", "PATCH", `/programmes/${programme}`, { four_eyes: wanted });
  try {
    await work();
  } finally {
    await call("coordinator", "PATCH", `/programmes/${programme}`, { four_eyes: policy.four_eyes });
  }
}

test("movements are entered one after the other, with the keyboard", ENGLISH, async ({ page, axe, picture }) => {
  const { programme } = await demonstration();
  await withFourEyes(programme, false, () => entered({ page, axe, picture, programme }));
});

async function entered({ page, axe, picture, programme }) {
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
}

test("the ledger is what its address says", ENGLISH, async ({ page, picture }) => {
  const { programme } = await demonstration();
  const { items: budgets } = await api(`/programmes/${programme}/budgets`);
  const rowsOf = async ({ id }) => (await api(`/budgets/${id}/balances`)).items.map((row) => ({ ...row, budget: id }));
  const shares = (await Promise.all(budgets.map(rowsOf))).flat();
  const balance = shares.find(({ committed }) => Number(committed?.amount) > 0);
  const [budget, line, grant] = [balance.budget, { id: balance.line_id }, balance];
  const all = await api(`/budgets/${budget}/movements?limit=200&line_id=${line.id}&grant_id=${grant.grant_id}&sort=-booked_on`);
  await signIn(page);
  await open(page, `/programmes/${programme}/budget/movements?budget=${budget}&line_id=${line.id}&grant_id=${grant.grant_id}`);
  assert.equal(await rows(page).count(), Math.min(all.items.length, 100));

  // The running total beside the newest movement of a step is the balance of that step.
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

/** Calls the API as somebody; the version that a change rests on is read first. */
async function call(name, method, path, body) {
  const login = await fetch(`${url}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: account(name), password: PASSWORD }),
  });
  const { access_token: token } = await login.json();
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
    ...(method === "PATCH" ? { "if-match": "*" } : { "idempotency-key": crypto.randomUUID() }),
  };
  const answer = await fetch(`${url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} → ${answer.status} ${await answer.text()}`);
  return answer.json();
}

test("a movement waits for a second person", ENGLISH, async ({ page, axe, picture }) => {
  const { programme } = await demonstration();
  const { items: budgets } = await api(`/programmes/${programme}/budgets`);
  const budget = budgets.at(-1).id;
  const { items: lines } = await api(`/budgets/${budget}/lines?limit=200`);
  const line = lines.find(({ grants }) => grants.some(({ kind }) => kind === "cash"));
  const grant = line.grants.find(({ kind }) => kind === "cash");
  const today = new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Paris" });
  const movement = (reference) => ({
    line_id: line.id,
    grant_id: grant.grant_id,
    kind: "pledge",
    amount: { amount: "1.00", currency: grant.planned.currency },
    booked_on: today,
    reference,
  });
  await withFourEyes(programme, true, async () => {
    await call("coordinator", "POST", `/budgets/${budget}/movements`, movement("FOUR-EYES-1"));
    await call("coordinator", "POST", `/budgets/${budget}/movements`, movement("FOUR-EYES-2"));
    const pending = `/programmes/${programme}/budget/movements?budget=${budget}&status=pending`;

    // Whoever recorded it is not offered to approve it.
    await signIn(page, "coordinator");
    await open(page, pending);
    const own = rows(page).filter({ hasText: "FOUR-EYES" });
    assert.equal(await own.count(), 2);
    assert.equal(await own.getByRole("button", { name: "Approve" }).count(), 0);

    await page.evaluate(() => localStorage.clear());
    await page.context().clearCookies();
    await signIn(page, "budget");
    await page.getByRole("heading", { name: "Movements to approve" }).waitFor();
    await open(page, pending);
    await picture("ledger-4-pending");
    await axe();
    await rows(page).filter({ hasText: "FOUR-EYES-1" }).getByRole("button", { name: "Approve" }).click();
    await page.getByText("Movement approved").waitFor();
    await rows(page).filter({ hasText: "FOUR-EYES-1" }).waitFor({ state: "detached" });
    await rows(page).filter({ hasText: "FOUR-EYES-2" }).getByRole("link", { name: "Pledge" }).click();
    await page.waitForURL(/movement=/);
    const dialog = page.locator("dialog[open]");
    await button(dialog, "Refuse").click();
    await dialog.locator("textarea[name=reason]").fill("No document");
    await dialog.locator("form button[type=submit]").click();
    await dialog.getByText("No document").waitFor();
    await page.keyboard.press("Escape");
    await page.waitForURL((address) => !address.searchParams.has("movement"));
  });
});
