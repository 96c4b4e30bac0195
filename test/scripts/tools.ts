/** The tools that Debian's bpftrace packages ship, and what each is known not to do here, with the reason. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type CompileResult, compile, defaultOptions, renderDiagnostics } from "../../compiler/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { ROOT } from "../runner/machine.ts";

/** The configured suite's package, as installed, and the newest suite's, unpacked beside it. */
export type Version = "0.17" | "0.27";

export type Tool = {
  readonly version: Version;
  readonly name: string;
  /** `name` with the version: file name of objects and results. */
  readonly id: string;
  readonly text: string;
};

/** The kernel that a version's distribution comes with: its default snapshot is what the tools are compiled against. */
const KERNEL = { "0.17": "6.1", "0.27": "6.12" } as const;
/** Probes that a kernel lacks were left out with a warning until 0.24, and are an error since (L10.9). */
const ENVIRONMENT: Readonly<Record<Version, ReadonlyMap<string, string>>> = {
  "0.17": new Map([["BPFTRACE_MISSING_PROBES", "warn"]]),
  "0.27": new Map(),
};

function toolsOf(version: Version, directory: string): readonly Tool[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith(".bt"))
    .sort()
    .map((file) => {
      const name = basename(file, ".bt");
      return { version, name, id: `${version}-${name}`, text: readFileSync(join(directory, file), "utf8") };
    });
}

/** The installed version's tools; none if it is another version. */
export function installedTools(): readonly Tool[] {
  try {
    const said = execFileSync("bpftrace", ["--version"], { encoding: "utf8" });
    return said.includes("v0.17.") ? toolsOf("0.17", "/usr/sbin") : [];
  } catch {
    return [];
  }
}

/** The reference's tree is made on first use, as root. */
export function newestTools(): readonly Tool[] {
  const tree = execFileSync(join(ROOT, "test/kernel/reference.sh"), ["--root"], { encoding: "utf8" }).trim();
  return toolsOf("0.27", join(tree, "usr/sbin"));
}

/** Compiles a tool as it is against its version's default snapshot. */
export function compileTool(tool: Tool): CompileResult {
  return compile(tool.text, {
    ...defaultOptions(defaultSnapshot(KERNEL[tool.version])),
    name: `${tool.name}.bt`,
    environment: ENVIRONMENT[tool.version],
  });
}

export function diagnosticsOf(result: CompileResult): string {
  return renderDiagnostics(result.diagnostics, result.source, { color: false });
}

/** Why a tool stops at a step: the reason, and what its message must contain. */
export type Exception = { readonly why: string; readonly says: RegExp };

const PROBE_SCOPE = { why: "reads a variable outside its block (L1.66)", says: /undeclared variable: \$saddr/ };

export const NOT_COMPILED: Readonly<Record<string, Exception>> = {
  "0.17-tcpconnect": PROBE_SCOPE,
  "0.17-tcpdrop": PROBE_SCOPE,
  "0.27-mdflush": { why: "the md module is absent", says: /md_flush_request is not traceable/ },
  "0.27-runqlen": { why: "6.12's cfs_rq has no nr_queued", says: /does not contain a field named 'nr_queued'/ },
};

/** Only where the message says so: another kernel accepts it. */
export const NOT_ACCEPTED: Readonly<Record<string, Exception>> = {
  "0.17-loads": { why: "this host's kallsyms has no data", says: /kernel symbol: avenrun/ },
  "0.27-loads": { why: "this host's kallsyms has no data", says: /kernel symbol: avenrun/ },
  "0.17-runqlen": { why: "this host's cfs_rq has no nr_running", says: /struct cfs_rq has no 'nr_running'/ },
};

const NO_ACCOUNTING = "6.12 has no blk_account_io_*";
const NO_XFS = "the xfs module is absent";
/** These start, but nothing except begin, end and interval is left of them in the guest. */
export const BLIND: Readonly<Record<string, string>> = {
  "0.17-biolatency": NO_ACCOUNTING,
  "0.17-biosnoop": NO_ACCOUNTING,
  "0.17-mdflush": "the md module is absent",
  "0.17-swapin": "6.12 has no swap_readpage",
  "0.17-threadsnoop": "libc has pthread_create, libpthread no longer",
  "0.17-xfsdist": NO_XFS,
  "0.27-biolatency-kp": NO_ACCOUNTING,
  "0.27-xfsdist": NO_XFS,
};

/** Tools of 0.27 whose output depends on nothing but the load. */
export const SAME_TEXT: readonly string[] = [
  "biolatency",
  "biosnoop",
  "biostacks",
  "bitesize",
  "gethostlatency",
  "oomkill",
  "setuids",
  "ssllatency",
  "sslsnoop",
  "syncsnoop",
  "tcpaccept",
  "tcpconnect",
  "tcpdrop",
  "tcpretrans",
  "tcpsynbl",
  "threadsnoop",
  "undump",
  "writeback",
];
