import { describe, expect, test } from "vitest";
import type { Manifest } from "../../compiler/5-object/manifest.ts";
import { makeObject, manifest, place, runLoader, whyNot } from "./objects.ts";

const reason = whyNot();

/** Every instruction of the program stands for one use of the field, so that none has to be counted here. */
const everyInsn = Array.from({ length: 64 }, (_, insn) => ({
  section: "raw_tp/tracelet_begin",
  insn,
  type: "struct task_struct",
  path: "nosuch",
  place: place(3),
}));

const refused = (parts: Partial<Manifest> = {}): Manifest =>
  manifest({
    buffer: null,
    programs: [
      {
        name: "refused",
        section: "raw_tp/tracelet_begin",
        probe: "begin",
        attach: [{ kind: "begin" }],
        place: place(1),
      },
    ],
    ...parts,
  });

describe.skipIf(reason !== undefined)("programs that this kernel does not take", () => {
  test("a field that the kernel lacks is named with its type and the script's line", () => {
    const object = makeObject("refused.bpf.c", refused({ fieldUses: everyInsn }), ["-DNO_FIELD"]);
    for (const command of ["run", "check"]) {
      const { status, stderr } = runLoader([command, object]);
      expect(status).toBe(1);
      expect(stderr).toContain("test.bt:3:1-3: ERROR: struct task_struct has no 'nosuch' on this kernel (");
      expect(stderr).toContain("line three\n~~\n");
    }
  });

  test("a refusal quotes the verifier's words at the place of the instruction; -v adds its log (L3.64, L9.130)", () => {
    const object = makeObject("refused.bpf.c", refused(), ["-DBAD_READ"]);
    const short = runLoader(["check", object]);
    expect(short.status).toBe(1);
    expect(short.stdout).toBe("refused   begin\n");
    // line info is clang's here: the line of the read in refused.bpf.c
    expect(short.stderr).toMatch(
      /^test\.bt:30:9-10: ERROR: Error loading BPF program for begin\. Use -v for full kernel error log\. The verifier says: .*invalid mem access/,
    );
    expect(short.stderr).not.toContain("processed");
    expect(runLoader(["check", "-v", object]).stderr).toMatch(/^processed \d+ insns/m);
  });

  test("states that the verifier shows behind its words are not taken for them", () => {
    const { stderr } = runLoader(["check", makeObject("refused.bpf.c", refused(), ["-DENDLESS"])]);
    expect(stderr).toMatch(/The verifier says: infinite loop detected at insn \d+\n/);
  });

  test("what libbpf finds wrong is said once, in one line", () => {
    const object = makeObject("refused.bpf.c", refused({ programs: [] }), ["-DBAD_READ"]);
    const { status, stderr } = runLoader(["run", object]);
    expect(status).toBe(1);
    expect(stderr).toBe("ERROR: No probes to attach: nothing is left of the script\n");
  });
});
