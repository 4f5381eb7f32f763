// The library: a real file is sent, becomes a document, is shown, gets a version, and is deleted; one that lies is refused.
import { assert, test } from "../tools/runner.mjs";
import { ENGLISH, demonstration, open, settled, signIn } from "../tools/helpers.mjs";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const PDF = Buffer.from(`%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /F1 24 Tf 40 100 Td (Convention) Tj ET   
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
`);

const button = (page, name) => page.getByRole("button", { name, exact: true });
const picker = (page) => page.locator('input[type="file"]').first();

test("a document from the file to its second version", ENGLISH, async ({ page, picture, axe }) => {
  await signIn(page);
  const { programme } = await demonstration();
  await open(page, `/programmes/${programme}/documents`);
  const add = page.locator("section", { has: page.getByRole("heading", { name: "Add a document" }) });

  // A file that lies is refused in words
  await picker(add).setInputFiles({ name: "plan.png", mimeType: "image/png", buffer: PDF });
  await add.getByText("not what its name says").waitFor();

  // One that does not is described and kept
  const title = `Square before the works ${Date.now() % 1_000_000}`;
  await picker(add).setInputFiles({ name: "square.png", mimeType: "image/png", buffer: PNG });
  await add.getByText("square.png has arrived").waitFor();
  await add.getByLabel("Title").fill(title);
  await add.getByLabel("Kind").selectOption({ label: "Photograph" });
  await add.getByLabel("Who may read it").selectOption({ label: "Everybody" });
  await picture("documents-1-describe");
  await button(add, "Add").click();
  await page.getByRole("link", { name: title }).waitFor();
  await axe();

  // It is found by its words, which stand in the address
  const search = page.getByRole("search");
  await search.getByLabel("Words of the title").fill(title);
  await search.getByLabel("Kind").selectOption({ label: "Photograph" });
  await button(search, "Filter").click();
  await page.waitForURL(/q=Square.*kind=photo/);
  await settled(page);
  assert.equal(await page.locator("main tbody tr").count(), 1);

  // Its page shows it, and takes a second version
  await page.getByRole("link", { name: title }).click();
  await page.locator("img.preview").waitFor();
  const width = await page.locator("img.preview").evaluate((image) => image.decode().then(() => image.naturalWidth));
  assert.equal(width, 1);
  await picture("documents-2-shown");
  await axe();
  const second = page.locator("section", { has: page.getByRole("heading", { name: "Add a version" }) });
  await picker(second).setInputFiles({ name: "square.pdf", mimeType: "application/pdf", buffer: PDF });
  await second.getByLabel("What is new").fill("As a document");
  await button(second, "Add a version").click();
  await page.getByRole("cell", { name: "As a document" }).waitFor();
  await page.locator("iframe.preview").waitFor();
  await picture("documents-3-version");

  // What is taken away is what was sent
  const taken = page.waitForEvent("download");
  await page.locator("main tbody tr").last().getByRole("button", { name: /Download/ }).click();
  assert.equal((await taken).suggestedFilename(), "square.png");

  // It is deleted after a question
  await button(page, "Delete").click();
  await button(page.getByRole("dialog"), "Delete").click();
  await page.waitForURL(/\/documents$/);
  await settled(page);
  assert.equal(await page.getByRole("link", { name: title }).count(), 0);
});
