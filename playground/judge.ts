/**
 * The verifier's word on what was compiled, for the kernel that is chosen: asked for when nothing more urgent goes on, so
 * that a refusal stands at its line whichever panel is open.
 */
import type { Workbench } from "./panels/panel.ts";
import type { Ask } from "./worker/client.ts";
import type { KernelVerdict } from "./worker/protocol.ts";

/** After typing has stopped; the run goes first. */
const WAIT_MS = 1500;

export type Judge = { readonly consider: (workbench: Workbench) => void };

/** @param judged undefined: nothing is known of the object as it is now */
export function createJudge(ask: Ask, judged: (verdict: KernelVerdict | undefined) => void): Judge {
  let about: { readonly object: Uint8Array; readonly kernel: string } | undefined;
  let timer = 0;
  const judge = async (mine: NonNullable<typeof about>): Promise<void> => {
    const request = { kind: "verify", object: mine.object, kernels: [mine.kernel], walk: undefined } as const;
    const outcome = await ask(request, { lane: "judge" });
    if (about === mine && outcome.ok) judged(outcome.answer.kernels[0]);
  };
  return {
    consider({ compiled, script, kernel, pending, settled }) {
      const object = compiled?.object;
      if (about !== undefined && (about.object !== object || about.kernel !== script.kernel)) {
        about = undefined;
        clearTimeout(timer);
        judged(undefined);
      }
      if (object === undefined || kernel === undefined || pending || !settled || about !== undefined) return;
      const mine = { object, kernel: script.kernel };
      about = mine;
      timer = window.setTimeout(() => void judge(mine), WAIT_MS);
    },
  };
}
