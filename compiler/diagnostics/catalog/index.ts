/**
 * All codes of all catalogue tables, for `explain` and for the tests: each table is loaded only when it is asked for, so
 * that a compile pays for the phases it ran.
 */
import type { Row } from "../diagnostic.ts";

export type CatalogTable = { readonly [code: string]: Row<never> };

const tables: readonly { readonly phase: string; readonly load: () => Promise<CatalogTable> }[] = [
  { phase: "parse", load: async () => (await import("./parse.ts")).parseCatalog },
  { phase: "import", load: async () => (await import("./import.ts")).importCatalog },
  { phase: "check", load: async () => (await import("./check.ts")).checkCatalog },
  { phase: "ir", load: async () => (await import("./ir.ts")).irCatalog },
  { phase: "verifier", load: async () => (await import("./verifier.ts")).verifierCatalog },
  { phase: "codegen", load: async () => (await import("./codegen.ts")).codegenCatalog },
];

/** Every table with the phase that reports its codes. */
export async function loadCatalog(): Promise<readonly { readonly phase: string; readonly table: CatalogTable }[]> {
  return Promise.all(tables.map(async ({ phase, load }) => ({ phase, table: await load() })));
}

/** The row of a code and the phase that reports it; undefined: no such code. */
export async function findCode(
  code: string,
): Promise<{ readonly phase: string; readonly row: Row<never> } | undefined> {
  for (const { phase, table } of await loadCatalog()) {
    const row = Object.hasOwn(table, code) ? table[code] : undefined;
    if (row !== undefined) return { phase, row };
  }
  return undefined;
}
