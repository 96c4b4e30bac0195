/** Links: what is shared comes back as it was; cut, changed and hostile ones open an empty editor with a note. */
import { deflateSync } from "fflate";
import { describe, expect, test } from "vitest";
import { chooseKernel, compiled, scriptText, type } from "./playground.ts";
import { canDrive, usePlayground } from "./use-playground.ts";

const playground = usePlayground();
const SCRIPT = 'kprobe:vfs_read /pid > 1/ { @["ü <b>", comm] = hist(arg2); }';

/** A link of the playground's form around bytes that are deflated, with the right sum. */
function link(bytes: Uint8Array): string {
  const packed = deflateSync(bytes, { level: 9 });
  let hash = 2166136261;
  for (const byte of packed) hash = Math.imul(hash ^ byte, 16777619);
  const whole = Buffer.alloc(4 + packed.length);
  whole.writeUInt32BE(hash >>> 0);
  whole.set(packed, 4);
  return `#1.${whole.toString("base64url")}`;
}
const json = (value: unknown): string => link(new TextEncoder().encode(JSON.stringify(value)));

describe.skipIf(!canDrive)("share links", () => {
  test("round trip: text, name, kernel, options, panel; nothing is sent to the server", async () => {
    const { page, context, complaints } = await playground.open();
    await compiled(page);
    await type(page, SCRIPT);
    await page.getByLabel("Name of the script").fill("shared.bt");
    await chooseKernel(page, "Debian 6.1 (amd64)");
    await page.getByRole("tab", { name: "Object" }).click();
    await page.getByRole("button", { name: "Share", exact: true }).click();
    const url = await page.evaluate(() => navigator.clipboard.readText());
    expect(url.startsWith(`${playground.server().url}#1.`)).toBe(true);
    await context.close();

    playground.server().forget();
    const other = await playground.open({}, url.slice(url.indexOf("#")));
    expect(await compiled(other.page)).toMatch(/^compiled/);
    expect(await scriptText(other.page)).toBe(SCRIPT);
    expect(await other.page.getByLabel("Name of the script").inputValue()).toBe("shared.bt");
    expect(await other.page.locator("#kernel").inputValue()).toBe("debian-6.1-amd64");
    expect(await other.page.getByRole("tab", { name: "Object" }).getAttribute("aria-selected")).toBe("true");
    expect(playground.server().asked.every(({ path }) => !path.includes("#1"))).toBe(true);
    expect([...complaints, ...other.complaints]).toEqual([]);
    await other.context.close();
  });

  const good = json({ n: "x.bt", t: SCRIPT });
  const bomb = link(new TextEncoder().encode(`{"n":"x","t":"${"a".repeat(50_000_000)}"}`));
  const hostile: readonly (readonly [title: string, hash: string])[] = [
    ["cut in the middle", good.slice(0, good.length / 2)],
    ["cut by one character", good.slice(0, -1)],
    ["one character changed", good.replace(/.(?=.{5}$)/, (char) => (char === "A" ? "B" : "A"))],
    ["of a later version", good.replace("#1.", "#2.")],
    ["no link at all", "#<script>alert(1)</script>"],
    ["not base64", "#1.%%%%"],
    ["a text that unpacks to 50 MB", bomb],
    ["no JSON", link(new TextEncoder().encode("not json"))],
    ["not UTF-8", link(new Uint8Array([0x22, 0xff, 0xfe, 0x22]))],
    ["an array", json([1, 2])],
    ["text that is a number", json({ n: "x", t: 5 })],
    ["a name of 10,000 characters", json({ n: "x".repeat(10_000), t: "" })],
    ["arguments that are no texts", json({ n: "x", t: "", a: [{}] })],
    ["events of no known kind", json({ n: "x", t: "", e: { kind: "evil" } })],
    ["with __proto__", link(new TextEncoder().encode('{"__proto__":{"n":"x","t":"y"}}'))],
  ];
  test("cut and hostile links open an empty editor with a note", async () => {
    for (const [title, hash] of hostile) {
      const { page, context, complaints } = await playground.open({}, hash);
      await page.locator("#note:not([hidden])").waitFor();
      expect(await page.locator("#note").textContent(), title).toMatch(/^This link .*empty editor\.$/);
      expect(await scriptText(page), title).toBe("");
      expect(complaints, title).toEqual([]);
      await context.close();
    }
  });

  test("a link's script is only text: what is in it never becomes part of the page", async () => {
    const evil = '<img src=x onerror="window.hacked=1">';
    const { page, context } = await playground.open(
      {},
      json({ n: evil, t: `${evil}\nbegin { printf("%s", "${evil.replaceAll('"', "'")}"); }`, p: evil }),
    );
    await compiled(page);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(await page.locator("img:not(.cm-widgetBuffer)").count()).toBe(0);
    await context.close();
  });
});
