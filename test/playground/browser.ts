/**
 * Debian's Chromium, headless, and pages whose every complaint is kept: requests, console errors, exceptions, breaches of
 * the Content-Security-Policy. A test that ends with a complaint fails.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const root = join(import.meta.dirname, "../..");

/** Built by `make playground-build`, which `make test` does first; PLAYGROUND_DIR: another build to drive. */
export const BUILT = process.env.PLAYGROUND_DIR ?? join(root, "build/playground");
const SCREENSHOTS = join(root, "build/screenshots");

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
  "--enable-precise-memory-info",
];

/** undefined: it is there. */
export function whyNoBrowser(): string | undefined {
  return existsSync(CHROMIUM) ? undefined : `${CHROMIUM} is missing: install the package chromium`;
}

export function whyNoPlayground(): string | undefined {
  if (!existsSync(join(BUILT, "index.html"))) return "build/playground is missing: make playground-build";
  return whyNoBrowser();
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS, chromiumSandbox: false });
}

export const SIZES = { wide: { width: 1360, height: 860 }, narrow: { width: 390, height: 844 } } as const;

export type OpenOptions = {
  readonly scheme?: "light" | "dark";
  readonly size?: keyof typeof SIZES;
  /** Default: blocked, so that each page starts from nothing and what is asked is seen by the server. */
  readonly serviceWorkers?: "allow" | "block";
};

export type OpenPage = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses asked for, blob: and data: left out. */
  readonly requests: string[];
  readonly complaints: string[];
};

/** A page of a fresh profile; nothing is loaded yet. */
export async function openPage(browser: Browser, options: OpenOptions = {}): Promise<OpenPage> {
  const narrow = options.size === "narrow";
  const context = await browser.newContext({
    viewport: SIZES[options.size ?? "wide"],
    colorScheme: options.scheme ?? "light",
    hasTouch: narrow,
    acceptDownloads: true,
    serviceWorkers: options.serviceWorkers ?? "block",
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "UTC",
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on("request", (request) => {
    if (/^https?:/.test(request.url())) requests.push(request.url());
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    // said of our own setting, see OpenOptions
    if (message.text() === "Service Worker registration blocked by Playwright") return;
    if (message.type() === "error" || message.type() === "warning")
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  await page.exposeFunction("complainOfPolicy", (text: string) => complaints.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const told = (window as unknown as { complainOfPolicy: (text: string) => void }).complainOfPolicy;
      told(`${event.violatedDirective} forbids ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  return { page, context, requests, complaints };
}

/** A picture under build/screenshots, to be looked at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: "disabled" });
}
