/**
 * Builds the page into build/playground: static files that work from any path. The service worker is written last, since
 * it lists them all.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { defineConfig, type Plugin } from "vite";

const root = import.meta.dirname;

/** Adds service-worker.js: a list of the files, and a version that changes with any of them. */
function serviceWorker(): Plugin {
  return {
    name: "tracelet-service-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const files = Object.keys(bundle)
        .filter((name) => !name.endsWith(".map"))
        .sort();
      const source = readFileSync(join(root, "offline/service-worker.ts"), "utf8");
      const code = transformSync(source, { loader: "ts", target: "es2022", minify: true }).code;
      const version = hash(files.join("\n"));
      const head = `const FILES=${JSON.stringify(["./", ...files])},VERSION=${JSON.stringify(version)};\n`;
      this.emitFile({ type: "asset", fileName: "service-worker.js", source: head + code });
    },
  };
}

/** FNV-1a: the names hold hashes of what is in the files, so the list's own is a version. */
function hash(text: string): string {
  let value = 2166136261;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16777619);
  return (value >>> 0).toString(16);
}

/**
 * No module of the compiler does anything by being imported: what is not used of the public API is left out, with all that
 * it imports.
 */
const treeshake = { moduleSideEffects: (id: string) => !id.includes("/compiler/") };

export default defineConfig({
  root,
  base: "./",
  publicDir: false,
  cacheDir: join(root, "../build/.vite"),
  // The part of Ohm that runs a recipe; the one that reads grammars, as large again, is used when the compiler is built.
  resolve: { alias: { "ohm-js": join(root, "../node_modules/ohm-js/src/main-kernel.js") } },
  assetsInclude: ["**/*.tls"],
  plugins: [serviceWorker()],
  worker: { format: "es", rolldownOptions: { treeshake } },
  server: { host: "127.0.0.1", port: 5173 },
  preview: { host: "127.0.0.1", port: 4173 },
  build: {
    outDir: join(root, "../build/playground"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 20_000,
    rolldownOptions: { treeshake },
  },
});
