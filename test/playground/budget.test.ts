/** Scripts that loop, flood or allocate without bound stop at their budget, at the line, and the page stays quick. */
import { describe, expect, test } from "vitest";
import { screenshot } from "./browser.ts";
import { compiled, ran, type } from "./playground.ts";
import { canDrive, usePlayground } from "./use-playground.ts";

const playground = usePlayground();

/** What a script does without end, and what is said of it, with the line where there is one. */
const ENDLESS: readonly (readonly [title: string, script: string, says: RegExp])[] = [
  [
    "loops",
    "begin\n{\n  $i = 0;\n  while ($i < 100000000)\n  {\n    $j = 0;\n    while ($j < 100000000) { $j++; }\n    $i++;\n  }\n}\n",
    /line [4-8]\b[\s\S]*instructions/,
  ],
  [
    "floods",
    'interval:us:1\n{\n  printf("%s\\n", kstack);\n  printf("%d\\n", nsecs);\n}\n',
    /line [34]\b[\s\S]*printed more than/,
  ],
  [
    "allocates",
    "config = { max_map_keys = 2000000000 }\nbegin\n{\n  @a[1] = 1;\n}\n",
    /line 4: the maps need more than the simulator's 128 MiB: @a alone \d+ MiB/,
  ],
];

describe.skipIf(!canDrive)("budgets", () => {
  test.each(ENDLESS)(
    "a script that %s without bound is stopped and says so",
    { timeout: 180_000 },
    async (title, script, says) => {
      const { page, context, complaints } = await playground.open();
      await compiled(page);
      await type(page, script);
      await page.waitForFunction(() => document.querySelector("#panel-output .p-problems li") !== null, undefined, {
        timeout: 150_000,
      });
      const told = await page.locator("#panel-output .p-problems").innerText();
      await screenshot(page, `budget-${title}`);
      expect(told).toMatch(says);
      // the page answers: another script runs at once
      await type(page, 'begin { printf("hello\\n"); exit(); }');
      await page.waitForFunction(() => document.querySelector("#panel-output .p-text")?.textContent?.includes("hello"));
      await ran(page);
      expect(complaints).toEqual([]);
      await context.close();
    },
  );
});
