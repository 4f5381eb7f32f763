// One's own account: what is known of oneself, and a password that only its owner changes.
import { readFile } from "node:fs/promises";
import { assert, test } from "../tools/runner.mjs";
import { ENGLISH, account, open, settled, signIn } from "../tools/helpers.mjs";

test("everybody takes their own data away", ENGLISH, async ({ page }) => {
  await signIn(page, "observer");
  await page.locator("header .who").click();
  await page.waitForURL("**/account");
  await settled(page);
  const arriving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download my data" }).click();
  const file = await arriving;
  assert.equal(file.suggestedFilename(), "parvis.json");
  const known = JSON.parse(await readFile(await file.path(), "utf8"));
  assert.ok(JSON.stringify(known).includes(account("observer")), "the address is not among what is known");
});

test("a password is changed by who knows it", ENGLISH, async ({ page }) => {
  await signIn(page, "observer");
  await open(page, "/account");
  await page.locator("input[name=current]").fill("not the password");
  await page.locator("input[name=new]").fill("four other words here");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.locator("input[name=current][aria-invalid=true]").waitFor();
  assert.equal(await page.locator("input[name=new]").inputValue(), "four other words here");
});

test("a name is changed, and shown at once", ENGLISH, async ({ page }) => {
  await signIn(page, "observer");
  await open(page, "/account");
  const name = page.locator("input[name=name]");
  const before = await name.inputValue();
  for (const now of ["Observer of the square", before]) {
    await name.fill(now);
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator("header .who").getByText(now, { exact: true }).waitFor();
  }
});
