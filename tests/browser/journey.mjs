// One programme from the template to its first movement, as a person does it.
import { assert, test } from "../tools/runner.mjs";
import { ENGLISH, open, settled, signIn } from "../tools/helpers.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const field = (page, label) => page.getByLabel(label, { exact: false });

/** The section that shows the chain of money. */
const chain = (page) => page.locator("section", { has: page.getByRole("heading", { name: "From planned to spent" }) });
/** The widths of its bars, and what they are called. */
const drawn = (page) =>
  chain(page).evaluate((section) => [...section.querySelectorAll("svg")].map((svg) => svg.outerHTML).join("\n"));

test("a programme from the template to its first movement", ENGLISH, async ({ page, picture }) => {
  await signIn(page);
  await picture("journey-1-my-work");

  // The wizard
  await page.getByRole("link", { name: "New programme" }).click();
  await settled(page);
  await page.locator("label.choice").nth(4).click();
  await picture("journey-2-wizard");
  await button(page, "Continue").click();
  const code = `BR-${Date.now() % 1_000_000}`;
  await field(page, "Title").first().fill("A house for everybody");
  await field(page, "Code").fill(code);
  await field(page, "Start").fill("01/01/2026");
  await field(page, "End").fill("31/12/2028");
  await button(page, "Continue").click();
  await page.getByText("Each role can also be given later").waitFor();
  // Every role goes to another organisation that is known, so that there is a funder.
  for (const [index, select] of (await page.locator("main select").all()).entries()) {
    await select.selectOption(await select.locator("option").nth(index + 1).getAttribute("value"));
  }
  await button(page, "Continue").click();
  await page.getByText("Steps that the template plans").waitFor();
  await picture("journey-3-review");
  await button(page, "Create the programme").click();
  await page.waitForURL(/\/programmes\/[0-9a-f-]{36}\/overview/);
  await settled(page);
  const programme = new URL(page.url()).pathname.split("/")[2];

  // A step is opened and closed with its outcome
  await open(page, `/programmes/${programme}/participation`);
  await page.locator(`main a[href*="/participation/"]:not([href$="/new"])`).first().click();
  await page.getByRole("heading", { name: "Open the step" }).waitFor();
  await button(page, "Open").click();
  await page.getByRole("heading", { name: "Close the step" }).waitFor();
  await button(page, "Close").click();
  await page.locator(".field.invalid").first().waitFor();
  await field(page, "Outcome").first().fill("Two plans were kept.");
  await field(page, "Decisions").fill("Gardens in the south.");
  await field(page, "Participants").fill("42");
  await button(page, "Close").click();
  await page.getByText(/Participants · 42/).waitFor();
  await picture("journey-4-step-closed");

  // A budget with a line
  await open(page, `/programmes/${programme}/budget`);
  await field(page, "Title").first().fill("Plan 2026");
  await field(page, "Start").fill("01/01/2026");
  await field(page, "End").fill("31/12/2028");
  await page.locator("main form button[type=submit]").first().click();
  await page.getByText("Add a first line with its funders.").waitFor();
  await page.getByText("Add a line", { exact: true }).click();
  const line = page.locator("form", { hasText: "Who pays for it" });
  await line.getByLabel("Year").fill("2026");
  await line.getByLabel("Funder").selectOption({ index: 1 });
  await line.getByLabel("Planned").fill("1,000.00");
  await line.locator("button[type=submit]").click();
  await page.getByRole("heading", { name: "New movement" }).waitFor();
  await settled(page);

  // A movement: what is available is shown, an overspend is refused, and the chart follows
  const before = await drawn(page);
  const form = page.locator("form#movement");
  await form.getByLabel("Amount", { exact: false }).fill("1,200.00");
  await button(form, "Post the movement").click();
  await form.getByText("More than is available", { exact: false }).first().waitFor();
  await form.getByLabel("Amount", { exact: false }).fill("600.00");
  await form.getByText("Will be left").waitFor();
  await button(form, "Post the movement").click();
  await page.getByText("Movement posted").waitFor();
  await chain(page).getByText(/600/).first().waitFor();
  assert.notEqual(await drawn(page), before, "the chart does not follow the movement");
  await picture("journey-5-movement");

  // Another language, and the way out
  await page.locator("select[name=language]").selectOption("es");
  await page.getByRole("button", { name: "Cerrar", exact: false }).first().waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "es");
  await page.locator("header button").last().click();
  await page.waitForURL((at) => at.pathname === "/");
  await page.locator('header a[href="/sign-in"]').waitFor();
  await page.reload();
  await settled(page);
  await page.locator('header a[href="/sign-in"]').waitFor();
});
