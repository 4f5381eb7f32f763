// The financing plan: changed in place, with versions, a withdrawal, and the rules that hold it.
import { assert, test } from "../tools/runner.mjs";
import { ENGLISH, api, demonstration, open, settled, signIn } from "../tools/helpers.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const row = (page, line) => page.locator("table.sheet tr[data-line]", { hasText: line });
const cell = (page, line, column) => page.locator(`table.sheet input[aria-label^="${line}, ${column}"]`).first();
const gap = (page, line) => row(page, line).locator("td.gap").first();
const shows = (page, text) => page.getByText(text, { exact: false }).first().waitFor();

/** The budget of the city contract that its pages show. */
async function place() {
  const { programme } = await demonstration();
  const { items } = await api(`/programmes/${programme}/budgets?limit=50`, "coordinator");
  const budget = items.find(({ starts_on, ends_on }) => starts_on <= today() && (!ends_on || today() <= ends_on)) ?? items.at(-1);
  return { programme, budget: budget.id, currency: budget.currency };
}

const today = () => new Date().toISOString().slice(0, 10);

/** Adds a line of some cost below the sheet. */
async function addLine(page, title, cost) {
  const fold = page.locator("details", { hasText: "Add a line" }).first();
  if (!(await fold.evaluate((details) => details.open))) await fold.locator("summary").click();
  await fold.getByLabel("Title of the line", { exact: false }).fill(title);
  await fold.getByLabel("Cost", { exact: false }).fill(cost);
  await button(fold, "Add the line").click();
  await row(page, title).waitFor();
}

/** Adds a grant for a line: the last known funder, under a reference. */
async function addGrant(page, line, reference, amount) {
  const fold = page.locator("details", { hasText: "Add a funder’s grant" }).first();
  if (!(await fold.evaluate((details) => details.open))) await fold.locator("summary").click();
  await fold.getByLabel("Funder").selectOption({ index: 1 });
  await fold.getByLabel("Reference of the decision").fill(reference);
  const option = fold.getByLabel("First line").locator("option", { hasText: line });
  await fold.getByLabel("First line").selectOption(await option.getAttribute("value"));
  await fold.getByLabel("Planned").fill(amount);
  await button(fold, "Add the grant").click();
  await page.locator("table.sheet thead", { hasText: reference }).waitFor();
}

/** Saves the sheet with a reason. */
async function save(page, reason) {
  await page.getByLabel("Reason for the revision").fill(reason);
  await button(page, "Save the revision").click();
  await page.waitForFunction(() => document.querySelector(".savebar").hidden);
}

/** The inputs of a row for shares in cash in the currency of the budget: four different funders. */
async function shares(page, line) {
  const inputs = await row(page, line).locator("input.cell:not([readonly])").all();
  const labels = await Promise.all(inputs.map((input) => input.getAttribute("aria-label")));
  return inputs.filter((_, index) => !labels[index].endsWith(", Cost"));
}

test("an action of four funders: one withdraws, the gap shows, the plan is rebalanced, history keeps both", ENGLISH, async ({ page, axe, picture }) => {
  const { programme } = await place();
  const line = `Shared garden ${Date.now() % 1_000_000}`;
  const reference = `REF-${Date.now() % 1_000_000}`;
  await signIn(page);
  await open(page, `/programmes/${programme}/budget/edit`);
  await page.locator("table.sheet").waitFor();
  await addLine(page, line, "40,000");
  await addGrant(page, line, reference, "10,000");
  assert.match(await gap(page, line).innerText(), /−30,000/, "the gap of a line that one funder pays in part");

  // Three more funders are typed in place: the gap follows every letter.
  const others = await shares(page, line);
  const empty = [];
  for (const input of others) if ((await input.inputValue()) === "") empty.push(input);
  await empty[0].click();
  await page.keyboard.type("10,000");
  assert.match(await gap(page, line).innerText(), /−20,000/);
  for (const input of empty.slice(1, 3)) await input.fill("10,000");
  await empty[2].press("Enter");
  assert.match(await gap(page, line).innerText(), /^0/);
  await picture("plan-1-typed");
  await axe();
  await save(page, "Four funders for the garden");

  // One withdraws: what falls away is told before.
  await open(page, `/programmes/${programme}/budget/versions`);
  await page.getByText("A funder withdraws", { exact: true }).click();
  const form = page.locator("form", { hasText: "Which grant" });
  const option = form.getByLabel("Which grant").locator("option", { hasText: reference });
  await form.getByLabel("Which grant").selectOption(await option.getAttribute("value"));
  await form.getByText("Falls away").waitFor();
  await form.getByLabel("Reason").fill("Its programme of aid was closed");
  await picture("plan-2-withdrawal");
  await button(form, "Record the withdrawal").click();
  await shows(page, "Withdrawal recorded");

  // The gap shows, and another takes over.
  await open(page, `/programmes/${programme}/budget/edit`);
  await row(page, line).waitFor();
  assert.match(await gap(page, line).innerText(), /−10,000/, "the gap after the withdrawal");
  await picture("plan-3-gap");
  for (const input of await shares(page, line)) {
    if ((await input.inputValue()) === "10,000") {
      await input.fill("20,000");
      break;
    }
  }
  assert.match(await gap(page, line).innerText(), /^0/);
  await save(page, "Another funder takes over");

  // History keeps all of it, and two versions stand side by side.
  await open(page, `/programmes/${programme}/budget/versions`);
  await shows(page, "Its programme of aid was closed");
  await shows(page, "Another funder takes over");
  const [now, left, first] = await page.locator("table tbody tr th a").evaluateAll((links) => links.slice(0, 3).map((link) => link.textContent));
  assert.ok(now && left && first);
  const number = Number(first.match(/\d+/)[0]);
  await open(page, `/programmes/${programme}/budget/versions?from=${number}&to=${number + 1}`);
  const group = page.locator("table.beside tr.changed", { hasText: reference });
  await group.waitFor();
  assert.match(await group.innerText(), /10,000/);
  assert.match(await group.innerText(), /−10,000/);
  await picture("plan-4-side-by-side");
  await axe();
  await page.getByLabel("Changes only").check();
  assert.equal(await page.locator("table.beside tbody").first().locator("tr.group").count(), 1, "one line differs");
});

test("the sheet is a keyboard away, is undone, and keeps what was typed when it is refused or overtaken", ENGLISH, async ({ page, picture, axe }) => {
  const { programme, budget } = await place();
  await signIn(page);
  await open(page, `/programmes/${programme}/budget/edit`);
  await page.locator("table.sheet").waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.dataset.cell);
  const input = page.locator("table.sheet input.cell:not([readonly])").first();
  await input.focus();
  const [start, before] = [await focused(), await input.inputValue()];
  await page.keyboard.type("123");
  await page.keyboard.press("Escape");
  assert.equal(await input.inputValue(), before, "Escape gives the amount back");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("1,234");
  await page.keyboard.press("Enter");
  assert.notEqual(await focused(), start, "Enter moves on");
  assert.equal(await input.inputValue(), "1,234");
  await page.keyboard.press("ArrowUp");
  assert.equal(await focused(), start);
  await page.keyboard.press("Control+z");
  assert.equal(await input.inputValue(), before, "the last change is undone");

  // Below what is committed: refused at its cell, and nothing that was typed is lost.
  const { items } = await api(`/budgets/${budget}/balances`, "coordinator");
  const bound = items.find(({ kind, committed }) => kind === "cash" && Number(committed.amount) > 1);
  const cells = await page.locator(`table.sheet tr[data-line="${bound.line_id}"] input.cell`).all();
  let target;
  for (const one of cells) {
    const value = Number((await one.inputValue()).replaceAll(",", ""));
    if (!(await one.getAttribute("aria-label")).endsWith(", Cost") && value === Number(bound.planned.amount)) target ??= one;
  }
  await target.fill("1");
  await target.press("Enter");
  await page.getByLabel("Reason for the revision").fill("Too low");
  await button(page, "Save the revision").click();
  await page.locator("table.sheet td.invalid").first().waitFor();
  assert.equal(await target.inputValue(), "1");
  assert.equal(await target.getAttribute("aria-invalid"), "true");
  await picture("plan-5-refused");
  await axe();
  await button(page, "Discard all").click();
  await page.waitForFunction(() => document.querySelectorAll("table.sheet td.changed").length === 0);

  // Somebody else is faster: what was typed stays, and both are shown.
  const line = `Overtaken ${Date.now() % 1_000_000}`;
  await addLine(page, line, "500");
  const [mine] = await shares(page, line);
  const label = await mine.getAttribute("aria-label");
  const other = await page.context().newPage();
  await open(other, `/programmes/${programme}/budget/edit`);
  await row(other, line).waitFor();
  const theirs = other.locator(`table.sheet input[aria-label="${label}"]`).first();
  await theirs.fill("300");
  await theirs.press("Enter");
  await save(other, "Faster");
  await other.close();
  await mine.fill("200");
  await mine.press("Enter");
  await page.getByLabel("Reason for the revision").fill("Slower");
  await button(page, "Save the revision").click();
  await page.locator("#overtaken").waitFor();
  assert.match(await page.locator("#overtaken").innerText(), /300[\s\S]*200/);
  await picture("plan-6-overtaken");
  await axe();
  assert.equal(await cell(page, line, label.slice(line.length + 2)).inputValue(), "200");
  await button(page, "Keep mine").click();
  await save(page, "Slower");
});

test("rules are sentences, and are changed where they are read", ENGLISH, async ({ page, picture, axe }) => {
  const { programme } = await place();
  await signIn(page);
  await open(page, `/programmes/${programme}/budget/rules`);
  await page.getByText("Change the co-financing rules", { exact: true }).click();
  await button(page, "Add a rule").click();
  const rule = page.locator("fieldset.card").last();
  const name = `Floor ${Date.now() % 1_000_000}`;
  await rule.getByLabel("Name").fill(name);
  await rule.getByLabel("Kind").selectOption("total_cost");
  await rule.getByLabel("Code").fill(`floor-${Date.now() % 1_000_000}`);
  await button(page, "Save the rules").click();
  await page.locator(".alert.bad, .field.invalid, .is-bad").first().waitFor();
  await rule.getByLabel("At least").fill("1.00");
  await rule.getByText("Advisory", { exact: false }).click();
  await button(page, "Save the rules").click();
  const found = page.locator(".rule-list li", { hasText: name });
  await found.waitFor();
  assert.match(await found.innerText(), /Met/);
  await settled(page);
  await picture("plan-7-rules");
  await axe();
});
