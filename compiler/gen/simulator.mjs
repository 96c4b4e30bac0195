// Builds the simulator's runtime: constants for AssemblyScript from layout.ts, then the module of assembly/.
import { compileAssembly, constants, loadTable, writeLines } from "./assembly.mjs";

const generator = "compiler/gen/simulator.mjs";
const layout = await loadTable("compiler/simulator/layout.ts");

/** Offsets in an area as places in the memory. */
const placed = (offsets, area) => Object.fromEntries(Object.entries(offsets).map(([name, at]) => [name, area + at]));

writeLines("compiler/simulator/assembly/layout.gen.ts", [
  `// Written by ${generator} from layout.ts.`,
  ...constants("AREA_", "usize", layout.AREA),
  ...constants("TASK_", "usize", layout.TASK),
  ...constants("MAP_", "usize", layout.MAP),
  ...constants("NODE_", "usize", layout.NODE),
  ...constants("STACK_", "usize", layout.STACK),
  ...constants("RECORD_", "u32", layout.RECORD),
  ...constants("BATCH_", "usize", placed(layout.BATCH, layout.AREA.BATCH)),
  ...constants("SCENE_", "usize", layout.SCENE),
  ...constants("TRACE_", "usize", layout.TRACE),
  ...constants("STAND_", "usize", layout.STAND),
  ...constants("GROUP_", "usize", layout.GROUP),
  ...constants("EVENT_", "usize", layout.EVENT),
  ...constants("JOURNAL_", "usize", layout.JOURNAL),
  ...constants("TYPE_", "u32", layout.MAP_TYPE),
  ...constants("STOP_", "i32", layout.STOP),
  ...constants("", "u32", {
    MAP_SIZE: layout.MAP_SIZE,
    MAGIC: layout.MAP_MAGIC,
    PAGE_SLOTS: layout.PAGE_SLOTS,
    PAGE_LIMIT: layout.PAGE_LIMIT,
    SILENT_KINDS: layout.SILENT_KINDS,
    NO_COUNT: layout.NO_COUNT,
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
