/** The current task's two stacks: frames are resolved once for each list, and written where they are not the last. */
import type { Site } from "./context.ts";
import type { EventFrame, SimulatedEvent } from "./event.ts";
import type { MachineTask } from "./machine.ts";
import type { Symbols } from "./symbols.ts";

/** Innermost first. The same list for the same stack, mostly. */
export type Addresses = readonly bigint[];

export type Stacks = {
  /** What an event's stacks are at a place. */
  readonly kernelAt: (event: SimulatedEvent, site: Site) => Addresses;
  readonly userAt: (event: SimulatedEvent, site: Site) => Addresses;
  readonly enter: (event: SimulatedEvent, site: Site) => void;
  /** Outside of any event: called from these frames of the kernel. */
  readonly enterBare: (kstack: readonly EventFrame[]) => void;
  /** Others have written stacks. */
  readonly forget: () => void;
};

const empty: Addresses = [];

/** @param used whether programs look at stacks: else they are not written */
export function createStacks(kernel: Symbols, user: Symbols, task: MachineTask, used: boolean): Stacks {
  const inKernel = createFrames(kernel);
  const inUser = createFrames(user);
  /** What stands in the machine. */
  let written: { readonly kernel: Addresses | undefined; readonly user: Addresses | undefined } = NONE;
  const write = (kernelStack: Addresses, userStack: Addresses): void => {
    if (!used) return;
    if (kernelStack === written.kernel && userStack === written.user) return;
    if (kernelStack !== written.kernel) task.setKernelStack(kernelStack);
    if (userStack !== written.user) task.setUserStack(userStack);
    written = { kernel: kernelStack, user: userStack };
  };
  const kernelAt: Stacks["kernelAt"] = ({ kstack }, site) => {
    const { place } = site;
    // A function that has returned is on the stack no more, though frames name it.
    if (kstack !== undefined)
      return place.kind === "return" ? inKernel.without(kstack, place.name) : inKernel.of(kstack);
    return place.kind === "enter" || place.kind === "at" ? site.alone : empty;
  };
  const userAt: Stacks["userAt"] = ({ ustack }, site) => {
    if (ustack !== undefined) return inUser.of(ustack);
    return site.place.kind === "uenter" ? site.alone : empty;
  };
  return {
    kernelAt,
    userAt,
    enter: (event, site) => write(kernelAt(event, site), userAt(event, site)),
    enterBare: (kstack) => write(inKernel.of(kstack), empty),
    forget() {
      written = NONE;
    },
  };
}

const NONE = { kernel: undefined, user: undefined };

type Frames = {
  readonly of: (frames: readonly EventFrame[]) => Addresses;
  /** The same without the function that returned, if it is the innermost. */
  readonly without: (frames: readonly EventFrame[], left: string) => Addresses;
};

function createFrames(symbols: Symbols): Frames {
  const known = new WeakMap<readonly EventFrame[], Addresses>();
  /** The list asked for last, and what it is. */
  let frames: readonly EventFrame[] | undefined;
  let addresses: Addresses = empty;
  /** A stack, and what is below the function that returned. */
  let whole: Addresses = empty;
  let gone = "";
  let below: Addresses = empty;

  const of = (list: readonly EventFrame[]): Addresses => {
    if (list === frames) return addresses;
    let found = known.get(list);
    if (found === undefined) {
      found = list.map((frame) => symbols.place(frame));
      known.set(list, found);
    }
    frames = list;
    addresses = found;
    return found;
  };
  return {
    of,
    without(list, left) {
      const stack = of(list);
      if (stack === whole && left === gone) return below;
      const top = stack[0];
      whole = stack;
      gone = left;
      below = top !== undefined && symbols.find(top)?.symbol === left ? stack.slice(1) : stack;
      return below;
    },
  };
}
