// Builds the simulator's runtime: constants for AssemblyScript from layout.ts, then the module of assembly/.
import { compileAssembly, constants, loadTable, writeLines } from "./assembly.mjs";

const generator = "compiler/gen/simulator.mjs";
const layout = await loadTable("compiler/simulator/layout.ts");

writeLines("compiler/simulator/assembly/layout.gen.ts", [
  `// Written by ${generator} from layout.ts.`,
  ...constants("AREA_", "usize", layout.AREA),
  ...constants("TASK_", "usize", layout.TASK),
  ...constants("MAP_", "usize", layout.MAP),
  ...constants("NODE_", "usize", layout.NODE),
  ...constants("STACK_", "usize", layout.STACK),
  ...constants("RECORD_", "u32", layout.RECORD),
  ...constants("TYPE_", "u32", layout.MAP_TYPE),
  ...constants("STOP_", "i32", layout.STOP),
  ...constants("", "u32", {
    MAP_SIZE: layout.MAP_SIZE,
    MAGIC: layout.MAP_MAGIC,
    PAGE_SLOTS: layout.PAGE_SLOTS,
    PAGE_LIMIT: layout.PAGE_LIMIT,
  }),
  ...constants("", "u64", { MEMORY_BASE: layout.MEMORY_BASE, FUNCTION_BASE: layout.FUNCTION_BASE }),
]);

await compileAssembly({
  folder: "compiler/simulator/assembly",
  options: [
    "--importMemory",
    "--initialMemory",
    "16",
    "--exportTable",
    "--optimizeLevel",
    "3",
    "--converge",
    "--noAssert",
  ],
  module: "compiler/simulator/runtime.gen.ts",
  name: "RUNTIME",
  generator,
});
