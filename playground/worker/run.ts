/** Answers that may take long: verdicts per kernel, simulations, streams rendered. */
import { checkObject, prepareSimulator } from "../../compiler/index.ts";
import { giveWay, type Handlers } from "./handler.ts";
import { problemsOf } from "./problems.ts";
import type { KernelVerdict } from "./protocol.ts";
import { verdictOf } from "./verdicts.ts";

export const handlers: Handlers<"verify" | "simulate" | "sample-events" | "render"> = {
  async verify({ object, kernels, walk }, context) {
    const found: KernelVerdict[] = [];
    for (const [index, id] of kernels.entries()) {
      const snapshot = await context.kernel(id);
      const kernel = await context.kernelInfo(id);
      await giveWay();
      context.signal.throwIfAborted();
      context.alive();
      const start = performance.now();
      const log = walk !== undefined && index === 0;
      const { source, kernels: checks } = await checkObject(object, { kernels: [snapshot], log });
      const [check] = checks;
      if (check === undefined) continue;
      const problems = source === undefined ? [] : problemsOf(source, check.diagnostics);
      const verdict = verdictOf(check, kernel, problems, log ? walk : undefined, performance.now() - start);
      found.push(verdict);
      context.progress(verdict);
    }
    void warm();
    return { kind: "verify", kernels: found };
  },
  // The simulator is large, and so is what it translates with: they come with the first run, or when a first verdict is out.
  simulate: async (request, context) => (await import("./simulate.ts")).simulateObject(request, context),
  "sample-events": async (request, context) => (await import("./simulate.ts")).sampleEvents(request, context),
  render: async (request, context) => (await import("./render-stream.ts")).render(request, context),
};

/** Loads ahead what a first run needs. What fails here is said by the run, which tries again. */
async function warm(): Promise<void> {
  await Promise.all([import("./simulate.ts"), prepareSimulator()]).catch(() => undefined);
}
