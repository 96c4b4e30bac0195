/** What tests and benchmark do on the page: type, wait for the answer, drop files, ask axe. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The script is compiled, well or not, and nothing newer is on its way. */
export async function compiled(page: Page): Promise<string> {
  await page.waitForFunction(() => {
    const [status, verdict] = [document.querySelector("#status"), document.querySelector("#verdict")];
    return status?.getAttribute("aria-busy") === "false" && /^(compiled|\d+ errors?)/.test(verdict?.textContent ?? "");
  });
  return (await page.locator("#verdict").textContent()) ?? "";
}

/** Puts a text in place of the script and waits for the compiler's word on it. */
export async function type(page: Page, text: string): Promise<string> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  if (text !== "") await page.keyboard.insertText(text);
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 60)));
  return compiled(page);
}

/** The editor stands in a shadow root, which locators see through. */
export async function scriptText(page: Page): Promise<string> {
  const lines = await page
    .locator(".cm-line")
    .evaluateAll((all) =>
      all.map((line) => (line.querySelector(".cm-placeholder") === null ? (line.textContent ?? "") : "")),
    );
  return lines.join("\n");
}

export async function chooseKernel(page: Page, label: string): Promise<void> {
  await page.locator("#kernel").selectOption({ label });
}

export async function choosePanel(page: Page, title: string): Promise<void> {
  await page.getByRole("tablist", { name: "Panels" }).getByRole("tab", { name: title }).click();
}

/** The run under Output is over: its status says how long it took, or problems say why there is none. */
export async function ran(page: Page): Promise<string> {
  await page.waitForFunction(
    () => {
      const panel = document.querySelector("#panel-output");
      if (panel === null || panel.hasAttribute("aria-busy")) return false;
      const status = panel.querySelector(".p-status")?.textContent ?? "";
      return / ran in |^not run|: read in /.test(status) || panel.querySelector(".p-problems li") !== null;
    },
    undefined,
    { timeout: 30_000 },
  );
  return (await page.locator("#panel-output .p-status").first().textContent()) ?? "";
}

export function outputText(page: Page): Promise<string> {
  return page.locator("#panel-output .p-text").innerText();
}

/** Drops files on the page as a pointer would. */
export async function drop(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const base64 = Buffer.from(bytes).toString("base64");
  await page.evaluate(
    async ([file, text]) => {
      const content = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], file));
      for (const kind of ["dragenter", "dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer }));
      }
    },
    [name, base64] as const,
  );
}

/** What axe holds to be serious or critical. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(() => (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run());
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}
