/** Messages about `import "path";`: what a script asks for and cannot have. */
import { error } from "../diagnostic.ts";

export const importCatalog = {
  "import-missing": error(
    (p: { path: string; name: string }) => `import "${p.path}": no such file or directory: ${p.name}`,
    () => "a path is relative to the directory of the script that imports it",
  ),
  "import-unreadable": error(
    (p: { path: string; name: string; why: string }) => `import "${p.path}": ${p.name} cannot be read: ${p.why}`,
  ),
  "import-writable": error(
    (p: { path: string; name: string }) => `import "${p.path}": refused, as everyone may write to ${p.name}`,
    (p) => `chmod o-w ${p.name}, or import from another place`,
  ),
  "import-kind": error(
    (p: { path: string; name: string }) =>
      /\.bpf\.[co]$/.test(p.name)
        ? `import "${p.path}": C programs and BPF objects (.bpf.c, .bpf.o) are not supported: ${p.name}`
        : `import "${p.path}": neither a script nor a header: ${p.name}`,
    () => "import a .bt or .h file, or a directory of them",
  ),
  "config-in-import": error(
    () => "invalid `config` within import",
    () => "move the config block to the script that imports this file",
  ),
};
