/** The built playground for a test file: a server and a browser that live as long as its tests. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { available } from "../runner/machine.ts";
import { BUILT, launch, type OpenOptions, type OpenPage, openPage, whyNoPlayground } from "./browser.ts";
import { filesOf, type Server, serve } from "./server.ts";

/** Whether the built page can be driven here. */
export const canDrive = available("the playground", whyNoPlayground());

export type Playground = {
  readonly server: () => Server;
  readonly browser: () => Browser;
  /** A fresh profile on the page. @param hash a share link's */
  readonly open: (options?: OpenOptions, hash?: string) => Promise<OpenPage>;
};

/** Starts server and browser for a test file, and ends them. */
export function usePlayground(): Playground {
  let server: Server | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (!canDrive) return;
    server = await serve(filesOf(BUILT));
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  const need = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error("the playground is not running");
    return value;
  };
  return {
    server: () => need(server),
    browser: () => need(browser),
    async open(options, hash = "") {
      const opened = await openPage(need(browser), options);
      await opened.page.goto(need(server).url + hash);
      return opened;
    },
  };
}
