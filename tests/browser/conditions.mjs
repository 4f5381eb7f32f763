// What the release of money waits for: a tranche that is refused at 69 % and released at 70 %, a report that a tranche waits
// for, a split, a settlement; years that close and open again; alerts that lead to where something can be done.
import { assert, test } from "../tools/runner.mjs";
import { ENGLISH, api, demonstration, open, settled, signIn, write } from "../tools/helpers.mjs";

const button = (place, name) => place.getByRole("button", { name, exact: true });
const dialog = (page) => page.locator("dialog[open]");

/** The improvement call, and the grant of its second tranche that stood at 69 %. */
async function improvementCall() {
  const { items } = await api("/programmes?sort=code&limit=50", "admin");
  const found = items.find(({ code }) => code.startsWith("PCMB"));
  const [budget] = (await api(`/programmes/${found.id}/budgets`)).items;
  const grants = (await api(`/budgets/${budget.id}/grants?limit=200`)).items;
  for (const grant of grants.filter(({ payment_mode: mode }) => mode === "instalments")) {
    const { items: tranches } = await api(`/grants/${grant.id}/tranches`);
    const waiting = tranches.find(({ state }) => state === "waiting");
    if (waiting) return { programme: found.id, budget, grant, tranche: waiting };
  }
  assert.fail("no tranche of the demonstration waits");
}

test("a tranche is refused at 69 % and released at 70 %, with the explanation", ENGLISH, async ({ page, picture, axe }) => {
  const { programme, grant, tranche } = await improvementCall();
  const conditions = `/programmes/${programme}/budget/conditions?grant=${grant.id}`;
  const slab = page.locator(`#tranche-${tranche.id}`);
  await signIn(page, "budget");
  await open(page, conditions);

  // The condition says what is missing before anybody tries.
  await slab.getByText(/progress 69%, 70% needed: 1% missing/).waitFor();
  await picture("conditions-69");
  await button(slab, "Release").click();
  await button(dialog(page), "Release").click();
  const refusal = dialog(page).locator("[data-problem=tranche_conditions_unmet]");
  await refusal.waitFor();
  assert.match(await refusal.innerText(), /progress 69%, 70% needed: 1% missing/);
  await picture("conditions-refused");
  await axe();
  await button(dialog(page), "Cancel").click();
  assert.equal(await slab.getAttribute("data-state"), "waiting");

  // A later measure; the one before it stays in the history.
  await slab.getByRole("link", { name: "see the measures" }).first().click();
  await settled(page);
  await page.getByText("Record a measure", { exact: true }).first().click();
  const form = page.locator("form#record");
  await form.getByLabel("Progress (%)").fill("70");
  await form.getByLabel("Source").fill("Second visit");
  await button(form, "Record a measure").click();
  await slab.getByText(/progress 70%, 70% needed/).waitFor();
  const measures = page.locator("#progress tbody tr");
  await measures.filter({ hasText: "Second visit" }).waitFor();
  assert.ok((await measures.count()) >= 2, "an earlier measure is gone");
  assert.ok(await measures.filter({ hasText: "69%" }).isVisible());
  await slab.getByText(/countersignature of .* on the latest measure missing/).waitFor();

  // Whoever recorded it cannot vouch for it; a second person can, and then the tranche can be released.
  await button(measures.first(), "Countersign").count().then((count) => assert.equal(count, 0));
  await signIn(page, "coordinator");
  await open(page, `${conditions}&line=${grant.shares[0].line_id}`);
  await button(measures.first(), "Countersign").click();
  const partner = tranche.conditions.find(({ kind }) => kind === "countersigned").partner_id;
  await dialog(page).getByLabel("On behalf of").selectOption(partner);
  await button(dialog(page), "Countersign").click();
  await page.locator(`#tranche-${tranche.id}[data-state=ready]`).waitFor();
  await picture("conditions-70");
  await button(slab, "Release").click();
  await button(dialog(page), "Release").click();
  await page.locator(`#tranche-${tranche.id}[data-state=released]`).waitFor();
  await slab.getByText(/released on/).waitFor();
  // The focus is where something happened.
  assert.equal(await page.evaluate(() => document.activeElement?.id), `tranche-${tranche.id}`);
  await picture("conditions-released");
  await axe();
});

/** A budget of its own with a grant in instalments, so that the story can be told again and again. */
async function ownGrant(programme, starts) {
  const partners = (await api(`/programmes/${programme}/partner-roles?limit=200`)).items;
  const funder = partners.find(({ role }) => role === "funding").partner.id;
  const { categories } = await api(`/programmes/${programme}`);
  const money = (amount) => ({ amount, currency: "EUR" });
  const budget = await write(`/programmes/${programme}/budgets`, {
    title: { en: `Conditions ${Date.now()}` },
    starts_on: `${starts}-01-01`,
    ends_on: `${starts + 5}-12-31`,
    currency: "EUR",
  });
  const line = await write(`/budgets/${budget.id}/lines`, { category: categories[0].code, year: starts, title: { en: "Works" } });
  const grant = await write(`/budgets/${budget.id}/grants`, {
    funder_id: funder,
    kind: "cash",
    currency: "EUR",
    payment_mode: "instalments",
    reference: "A-1",
    rate_percent: "75",
    shares: [{ line_id: line.id, planned: money("1000.00") }],
  });
  return { budget, line, grant };
}

test("a tranche waits for a report, is split, and the grant is settled", ENGLISH, async ({ page, picture, axe, fits }) => {
  const { programme } = await demonstration();
  const { budget, grant } = await ownGrant(programme, 2030);
  await signIn(page);
  await open(page, `/programmes/${programme}/budget/conditions?budget=${budget.id}&grant=${grant.id}`);
  const card = page.locator("article.grant");

  await button(card, "Add a report").click();
  await dialog(page).getByLabel("Title of the report").fill("Interim report");
  await dialog(page).getByLabel("Due on").fill("30/09/2030");
  await button(dialog(page), "Save").click();
  await card.getByText("due on 30 September 2030").waitFor();

  await button(card, "Add a tranche").click();
  await dialog(page).getByLabel("Title").fill("Last instalment");
  await dialog(page).getByLabel("Amount").fill("1,200.00");
  await button(dialog(page), "Another condition").click();
  await dialog(page).getByLabel("It asks for").selectOption("report_accepted");
  await dialog(page).getByRole("combobox", { name: "Report" }).selectOption({ label: "Interim report" });
  await button(dialog(page), "Save").click();
  // More than is granted is refused at its field, and nothing that was typed is lost.
  await dialog(page).locator(".field.invalid").first().waitFor();
  await picture("conditions-tranche-form");
  await axe();
  await dialog(page).getByLabel("Amount").fill("1,000.00");
  await button(dialog(page), "Save").click();
  const slabs = card.locator(".track > li");
  await slabs.getByText("report “Interim report” not accepted yet").waitFor();
  await slabs.getByRole("link", { name: "see the report" }).click();
  assert.match(page.url(), /#report-/);

  await button(slabs.first(), "Split").click();
  await dialog(page).getByText(/EUR.800\.00 \+ EUR.200\.00/).waitFor();
  await button(dialog(page), "Split").click();
  await slabs.nth(1).waitFor();
  assert.equal(await slabs.count(), 2);

  const report = card.locator(".reports > li");
  await button(report, "Submit").click();
  await button(dialog(page), "Submit").click();
  await button(report, "Returned by the funder").click();
  await button(dialog(page), "Returned by the funder").click();
  await dialog(page).locator(".field.invalid").waitFor();
  await dialog(page).getByLabel("Reason").fill("The invoices of March are missing.");
  await button(dialog(page), "Returned by the funder").click();
  await report.getByText("The invoices of March are missing.").waitFor();
  await button(report, "Submit").click();
  await button(dialog(page), "Submit").click();
  await button(report, "Accepted by the funder").click();
  await button(dialog(page), "Accepted by the funder").click();
  await card.locator(".track > li[data-state=ready]").nth(1).waitFor();
  await slabs.first().getByText(/report “Interim report” accepted on/).waitFor();

  await card.getByText("Settlement of the grant").click();
  await card.getByText("At most 75% of the accepted cost").waitFor();
  await card.getByText("Nothing is due on either side").waitFor();
  await picture("conditions-settlement");
  await axe();
  await page.setViewportSize({ width: 360, height: 740 });
  await fits();
  await picture("conditions-360");
});

test("a year closes with what it does, and the administrator opens it again", ENGLISH, async ({ page, picture, axe }) => {
  const { programme } = await demonstration();
  const { budget } = await ownGrant(programme, 2021);
  const years = `/programmes/${programme}/budget/years?budget=${budget.id}`;
  const card = page.locator("article[data-year='2021']");
  await signIn(page);
  await open(page, years);
  await picture("years");
  await axe();
  await button(card, "Close 2021").click();
  await dialog(page).getByText(/Planned and not committed: 1, EUR.1,000\.00/).waitFor();
  await picture("years-close");
  await axe();
  await button(dialog(page), "Close 2021").click();
  await page.locator("article[data-year='2021'][data-closed=true]").waitFor();
  assert.equal(await button(card, "Open 2021 again").count(), 0, "a coordinator may not open a year again");
  await signIn(page, "admin");
  await open(page, years);
  await button(card, "Open 2021 again").click();
  await button(dialog(page), "Open 2021 again").click();
  await dialog(page).locator(".field.invalid").waitFor();
  await dialog(page).getByLabel("Reason").fill("An entry of regularisation is asked for.");
  await button(dialog(page), "Open 2021 again").click();
  await page.locator("article[data-year='2021'][data-closed=false]").waitFor();
  await card.getByText("An entry of regularisation is asked for.").waitFor();
  await picture("years-record");
});

test("an alert leads to where something can be done", ENGLISH, async ({ page, picture, axe }) => {
  const { programme } = await demonstration();
  const { budget, grant } = await ownGrant(programme, 2024);
  await write(`/grants/${grant.id}/funder-reports`, { title: { en: "Overdue account" }, due_on: "2024-12-31" });
  await signIn(page);
  await open(page, `/programmes/${programme}/budget?budget=${budget.id}`);
  const alert = page.locator("[data-alert=report_due]", { hasText: "Overdue account" });
  await alert.waitFor();
  assert.match(await alert.innerText(), /overdue since 31 December 2024/);
  assert.match(await alert.innerText(), /Urgent/);
  await picture("alerts");
  await axe();
  await alert.getByRole("link", { name: "See the report" }).click();
  await settled(page);
  await page.locator(".reports > li", { hasText: "Overdue account" }).getByText("Late", { exact: true }).waitFor();
  assert.match(page.url(), new RegExp(`conditions\\?budget=${budget.id}&grant=${grant.id}#report-`));
});
