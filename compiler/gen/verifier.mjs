// Builds the verifier model: constants for AssemblyScript from codes.ts and messages.ts, then the module of assembly/.
// With --debug the module keeps its asserts and function names.
import { compileAssembly, constants, loadTable, writeLines } from "./assembly.mjs";

const generator = "compiler/gen/verifier.mjs";
const codes = await loadTable("compiler/verifier/codes.ts");
const { MESSAGE_NAMES } = await loadTable("compiler/verifier/messages.ts");
const numbered = (names, number) => Object.fromEntries(names.map((name, index) => [name, number(index)]));

writeLines("compiler/verifier/assembly/codes.gen.ts", [
  `// Written by ${generator} from codes.ts and messages.ts.`,
  ...constants("V_", "i32", codes.VERDICT),
  ...constants("T_", "i32", codes.TYPE),
  ...constants("F_", "i32", codes.FLAG),
  ...constants("TRUST_", "i32", codes.TRUST),
  ...constants("SLOT_", "i32", codes.SLOT),
  ...constants("OP_", "i32", codes.ALU_OP),
  ...constants("J_", "i32", codes.JUMP_OP),
  ...constants("A_", "i32", codes.ARG),
  ...constants("ARG_", "i32", codes.ARG_FLAG),
  ...constants("R_", "i32", codes.RETURNS),
  ...constants("HELPER_", "i32", codes.HELPER_STATUS),
  ...constants("H_", "i32", codes.HELPER_ID),
  ...constants("G_", "i32", codes.GLOBAL_ARG),
  ...constants("MAP_TYPE_", "i32", codes.MAP_NUMBER),
  ...constants("MAP_", "i32", codes.MAP_FLAG),
  ...constants("OPT_", "i32", codes.OPTION),
  ...constants("LOG_", "i32", codes.LOG_KIND),
  ...constants("", "u32", { ADD_CONST: codes.ADD_CONST }),
  ...Object.entries(codes.ROW).map(([name, value]) => `export const ${name}_ROW: usize = ${value};`),
  ...constants(
    "FEAT_",
    "u64",
    numbered(codes.FEATURES, (bit) => 2 ** bit),
  ),
  ...constants(
    "E_",
    "i32",
    numbered(MESSAGE_NAMES, (index) => index + 1),
  ),
]);

await compileAssembly({
  folder: "compiler/verifier/assembly",
  options: [
    "--initialMemory",
    "32",
    ...(process.argv.includes("--debug")
      ? ["--debug"]
      : ["--optimizeLevel", "3", "--shrinkLevel", "0", "--converge", "--noAssert"]),
  ],
  module: "compiler/verifier/module.gen.ts",
  name: "MODULE",
  generator,
});
