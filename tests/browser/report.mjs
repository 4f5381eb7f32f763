// The financial report to a funder, on paper: A4, in three languages.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { assert, pictures, test } from "../tools/runner.mjs";
import { api, open, settled, signIn } from "../tools/helpers.mjs";

const TEXTS = {
  fr: ["Rapport financier", "Exécution par ligne", "Subventions et leurs règles", "Mouvements de ses subventions", "Signatures"],
  en: ["Financial report", "Execution by line", "Grants and their rules", "Movements of its grants", "Signatures"],
  es: ["Informe financiero", "Ejecución por línea", "Aportaciones y sus reglas", "Movimientos de sus aportaciones", "Firmas"],
};

/** The text of a PDF, where a tool to read it is installed. */
function words(file) {
  try {
    return execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" });
  } catch {
    return null;
  }
}

/** The programme in three currencies, its budget and its funders. */
async function subject() {
  const { items } = await api("/programmes?limit=50");
  const programme = items.find(({ code }) => code === "KH-STUNG-MEANCHEY");
  const { items: budgets } = await api(`/programmes/${programme.id}/budgets`);
  const { items: balances } = await api(`/budgets/${budgets[0].id}/balances`);
  const { items: grants } = await api(`/budgets/${budgets[0].id}/grants?limit=200`);
  const riel = grants.find(({ currency }) => currency === "KHR");
  return { programme: programme.id, budget: budgets[0].id, funder: riel.funder_id, balances };
}

for (const [language, expected] of Object.entries(TEXTS)) {
  test(`a report to a funder reads well on paper, ${language}`, { locale: language }, async ({ page, axe, fits, picture }) => {
    const { programme, budget, funder } = await subject();
    await signIn(page, "admin");
    await open(page, `/programmes/${programme}/budget/report?budget=${budget}&funder=${funder}&as_of=2025-12-31`);
    await page.locator("article.report table").first().waitFor();
    await settled(page);
    await axe();
    await picture(`report-${language}`);

    const file = path.join(pictures, `report-${language}.pdf`);
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    writeFileSync(file, pdf);
    const source = pdf.toString("latin1");
    const pages = source.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    assert.ok(pages >= 2 && pages <= 12, `${pages} pages`);
    // A4 across, in points.
    const boxes = [...source.matchAll(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)/g)];
    assert.ok(boxes.length > 0);
    for (const [, width, height] of boxes) {
      assert.ok(Math.abs(width - 841.9) < 1.5 && Math.abs(height - 595.3) < 1.5, `${width} × ${height}`);
    }
    const printed = words(file);
    if (printed !== null) {
      for (const text of expected) assert.ok(printed.includes(text), `${text} is not on paper`);
      assert.match(printed, new RegExp(`1\\s*/\\s*${pages}\\b`), "pages are not counted");
      assert.ok(printed.includes("KHR"));
    }

    // What is on the screen alone does not go to paper, and nothing is cut off.
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("form.asof").first().isVisible(), false);
    for (const text of expected) assert.ok(await page.locator("article.report").getByText(text).first().isVisible(), text);
    await page.emulateMedia({ media: "screen" });
    await page.setViewportSize({ width: 360, height: 740 });
    await fits();
  });
}

test("the figures of a report are those of the balances", { locale: "en-GB" }, async ({ page }) => {
  const { programme, budget, funder } = await subject();
  await signIn(page, "admin");
  const { items } = await api(`/budgets/${budget}/balances?as_of=2024-06-30`);
  const own = items.filter(({ funder_id, kind }) => funder_id === funder && kind === "cash");
  const currencies = [...new Set(own.map(({ planned }) => planned.currency))];
  await open(page, `/programmes/${programme}/budget/report?budget=${budget}&funder=${funder}&as_of=2024-06-30`);
  await page.locator("article.report table").first().waitFor();
  for (const currency of currencies) {
    const total = page.locator("article.report tr.total", { hasText: currency }).first();
    const figures = await total.locator("td").allInnerTexts();
    const sum = (name) => own.filter(({ planned }) => planned.currency === currency).reduce((all, row) => all + Math.round(Number(row[name].amount) * 100), 0);
    const expected = ["planned", "granted", "committed", "disbursed", "spent", "justified"].map(sum);
    const read = (text) => Math.round(Number(text.replace(/−/, "-").replace(/[^0-9.-]/g, "")) * 100);
    assert.deepEqual(figures.slice(0, 6).map(read), expected);
  }
});
