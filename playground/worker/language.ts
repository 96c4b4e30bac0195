/** Answers while somebody types: diagnostics, stages, completion, hover, the kernel's names, objects looked into. */
import {
  type CompileResult,
  compile,
  inspectObject,
  ObjectError,
  outlineObject,
  type Stage,
} from "../../compiler/index.ts";
import { type Context, type Handlers, Refusal } from "./handler.ts";
import { optionsOf } from "./options.ts";
import { problemsOf } from "./problems.ts";
import type { Script } from "./protocol.ts";

/** The last compilation, whose stages may be asked for: they print themselves only then. */
type Compiled = {
  readonly key: string;
  readonly result: CompileResult;
  readonly prints: ReadonlyMap<Stage, () => string>;
  readonly took: number;
};
let last: Compiled | undefined;

/** A text longer than this is a paste by mistake: the page says so instead of compiling it at each keystroke. */
const MOST_CHARACTERS = 500_000;

const assist = () => import("./assist.ts");

async function compiled(script: Script, context: Pick<Context<"compile">, "kernel">): Promise<Compiled> {
  const key = JSON.stringify(script);
  if (last?.key === key) return last;
  if (script.text.length > MOST_CHARACTERS) {
    throw new Refusal(
      `a script of ${script.text.length} characters is too long for the playground`,
      "use the command line",
    );
  }
  const snapshot = await context.kernel(script.kernel);
  const prints = new Map<Stage, () => string>();
  const start = performance.now();
  const result = compile(script.text, {
    ...optionsOf(script, snapshot),
    trace: (stage, print) => prints.set(stage, print),
  });
  last = { key, result, prints, took: performance.now() - start };
  return last;
}

export const handlers: Handlers<
  "compile" | "stage" | "complete" | "hover" | "search" | "detail" | "format" | "inspect"
> = {
  async compile({ script }, context) {
    const { result, took } = await compiled(script, context);
    const { object } = result;
    return {
      kind: "compile",
      problems: problemsOf(result.source, result.diagnostics),
      object,
      inspection: object === undefined ? undefined : inspectObject(object),
      took,
    };
  },
  async stage({ script, stage }, context) {
    const { prints } = await compiled(script, context);
    return { kind: "stage", stage, text: prints.get(stage)?.() };
  },
  // What is asked for by a key, a pointer or a panel comes with the first such question.
  complete: async (request, context) => (await assist()).complete(request, await context.kernel(request.script.kernel)),
  hover: async (request, context) => (await assist()).hover(request, await context.kernel(request.script.kernel)),
  search: async (request, context) => (await assist()).search(request, await context.kernel(request.kernel)),
  detail: async (request, context) => (await assist()).detail(request, await context.kernel(request.kernel)),
  format: async ({ text }) => ({ kind: "format", text: (await assist()).formatScript("script.bt", text).text }),
  inspect({ bytes }) {
    const outline = outlineObject(bytes);
    try {
      return { kind: "inspect", inspection: inspectObject(bytes), outline };
    } catch (error) {
      // Another compiler's object has an outline; one of ours that cannot be read is damaged.
      if (error instanceof ObjectError && !outline.includes(" .tracelet\n") && !outline.includes(" .tracelet,")) {
        return { kind: "inspect", inspection: undefined, outline };
      }
      throw error;
    }
  },
};
