/** What the parser's tests share: parse a text, show errors, compare trees without their places. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "../../compiler/1-parse/ast.ts";
import { type ParseOptions, parse } from "../../compiler/1-parse/parse.ts";
import { printAst } from "../../compiler/1-parse/print-ast.ts";
import { renderText } from "../../compiler/diagnostics/render-text.ts";
import { createSource } from "../../compiler/source/text.ts";

/** The tree of a program without errors. */
export function tree(text: string, options?: ParseOptions): Program {
  const source = createSource("stdin", text);
  const { value, diagnostics } = parse(source, options);
  if (diagnostics.length > 0) throw new Error(renderText(diagnostics, source));
  return value;
}

/** The tree's print, trimmed. */
export function dump(text: string, options?: ParseOptions): string {
  return printAst(tree(text, options)).trimEnd();
}

/** The rendered errors, "" if there are none. */
export function errors(text: string, options?: ParseOptions): string {
  const source = createSource("stdin", text);
  return renderText(parse(source, options).diagnostics, source).trimEnd();
}

/**
 * A tree without what formatting may change: places, text as written where it has a value, the text of comments and
 * preprocessor lines, and parentheses' places.
 */
export function shape(program: Program): unknown {
  return JSON.parse(
    JSON.stringify(program, (key, value: unknown) => {
      if (/^(?:span|.*Span)$/.test(key)) return undefined;
      if (key === "comments") return (value as readonly unknown[]).length;
      if (key === "directives")
        return (value as readonly { text: string }[]).map(({ text }) => text.replace(/\s+/g, " "));
      return typeof value === "bigint" ? `${value}n` : value;
    }),
  );
}

/** Tools that Debian's bpftrace packages installed here: of the system, and of a newer one unpacked beside it. */
export function installedTools(): readonly string[] {
  const folders = ["/usr/sbin", "/usr/bin", "/usr/share/bpftrace/tools"];
  const newer = process.env.BPFTRACE_NEWEST_ROOT ?? unpackedRoot();
  const roots = ["", ...(newer === undefined ? [] : [newer])];
  return roots
    .flatMap((root) => folders.map((folder) => join("/", root, folder)))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith(".bt"))
        .map((name) => join(folder, name)),
    )
    .sort();
}

/** Where test/kernel's `newest` keeps its tree, if it has been unpacked before: never fetched for this. */
function unpackedRoot(): string | undefined {
  const base = process.env.VM_CACHE ?? join(process.env.HOME ?? "/", ".cache/vmtest");
  const root = join(base, "trees/sid");
  return existsSync(root) ? root : undefined;
}

/** The version of a package, for the tests' own messages. */
export function packageVersion(name: string): string {
  try {
    const line = execFileSync("dpkg-query", ["-W", name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return line.trim().split("\t")[1] ?? line.trim();
  } catch {
    return "not installed";
  }
}
