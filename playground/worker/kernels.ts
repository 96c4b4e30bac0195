/** The kernels that come with the page: files of compiler/kernels, fetched when they are first asked about. */
import type { KernelId } from "./protocol.ts";

const files: Readonly<Record<string, string>> = import.meta.glob("../../compiler/kernels/*.tls", {
  query: "?url",
  import: "default",
  eager: true,
});

export type DefaultKernel = { readonly id: KernelId; readonly label: string; readonly url: string };

/** Newest first. */
export const defaultKernels: readonly DefaultKernel[] = Object.entries(files)
  .map(([path, url]) => {
    const id = (path.split("/").at(-1) ?? path).replace(/\.tls$/, "");
    return { id, label: labelOf(id), url };
  })
  .sort((a, b) => compareVersions(b.id, a.id));

/** "debian-6.12-amd64" → "Debian 6.12 (amd64)". */
function labelOf(id: string): string {
  const [system = id, version, machine] = id.split("-");
  const name = system.charAt(0).toUpperCase() + system.slice(1);
  return version === undefined ? name : `${name} ${version}${machine === undefined ? "" : ` (${machine})`}`;
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
