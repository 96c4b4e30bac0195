/**
 * Events that wait to be played together. An event whose programs need nothing but words, and a task that is known, is
 * written down; the machine plays what has gathered in one go (assembly/batch.ts), without a step through TypeScript for
 * each. What an event costs here is what it says anew.
 *
 * Gives what playing them one by one gives: what is printed bears its own moment, an event that asks something of the host
 * at once (exit(), print(@map) …) ends the batch, and with a failure or the end of the run what waits behind is dropped.
 */
import type { Word } from "./argument-words.ts";
import { isOfProcess } from "./attach.ts";
import { type Contexts, type Occurrence, type Site, WORD } from "./context.ts";
import type { Setup, SimulatedEvent } from "./event.ts";
import { isExact, writeAnyHalves } from "./integers.ts";
import { BATCH, EVENT } from "./layout.ts";
import type { BatchStop, Machine } from "./machine.ts";
import type { SimulateOptions } from "./options.ts";
import type { Player, Stand } from "./player.ts";
import type { Scenes } from "./scenes.ts";
import type { Addresses, Stacks } from "./stacks.ts";

/** Programs at one place, as the machine knows them. */
export type Group = {
  readonly site: Site;
  /** Their place in the machine. */
  readonly at: number;
  /** Their context is bytes, not words. */
  readonly whole: boolean;
  /** Their words are arguments only. */
  readonly isBare: boolean;
  /** Words of arguments that an event may have. */
  readonly most: number;
  readonly isReturn: boolean;
  /** Where a function that returns goes on, if an event says nothing of it. */
  readonly caller: bigint;
};

export type Queue = {
  /** Undefined: events there are played one by one. */
  readonly groupOf: (stands: readonly Stand[], site: Site) => Group | undefined;
  /** False: this event must be played by itself, after what waits. */
  readonly put: (group: Group, occurrence: Occurrence, cpu: number, now: number, number: number) => boolean;
  /** The same for an event that brings numbers only, without a step between. False: it may be something else. */
  readonly putPlain: (group: Group, event: SimulatedEvent, cpu: number, now: number, number: number) => boolean;
  readonly isEmpty: () => boolean;
  /**
   * Plays what waits. Undefined: all is played; else why it stopped, with what the last event left in the rings. What still
   * waits is played by the next call, or dropped.
   */
  readonly play: (room: number, silent: (record: Uint8Array, time: number) => void) => BatchStop | undefined;
  readonly drop: () => void;
};

export type QueueParts = {
  readonly machine: Machine;
  readonly setup: Setup;
  readonly contexts: Contexts;
  readonly player: Player;
  readonly scenes: Scenes;
  /** Undefined: programs do not look at stacks. */
  readonly stacks: Stacks | undefined;
  /** `pid`: only this process is traced, where a probe can be of a process. */
  readonly options: Pick<SimulateOptions, "pid" | "oneByOne">;
  /** Whether a record of this kind may be handed on later. */
  readonly isSilent: (kind: number) => boolean;
};

/** Events that may wait. */
const MOST_WAITING = 1024;
/** Where an event may still begin. */
const LAST_START = BATCH.JOURNAL - EVENT.HEAD - EVENT.MOST;
const MOST_WORDS = EVENT.MOST / 8 - WORD.ARGUMENTS;

/** Whether an event says nothing but who, when, arguments and a result. */
function isPlain(event: SimulatedEvent): boolean {
  return (
    event.kstack === undefined &&
    event.ustack === undefined &&
    event.registers === undefined &&
    event.context === undefined &&
    event.memory === undefined &&
    event.program === undefined
  );
}

export function createQueue(parts: QueueParts): Queue {
  const { machine, setup, contexts, player, scenes, stacks, isSilent } = parts;
  const { pid, oneByOne = false } = parts.options;
  const { batch } = machine;
  const { cursor } = batch;
  const { words, floats, bytes: area } = batch.area;
  batch.begin(setup.boot, isSilent);
  /** Where stacks stand in the machine. */
  let isFull = false;
  let traces = new WeakMap<Addresses, number>();

  const traceOf = (stack: Addresses): number => {
    const known = traces.get(stack);
    if (known !== undefined) return known;
    const at = batch.addStack(stack);
    if (at === 0) isFull = true;
    else traces.set(stack, at);
    return at;
  };
  /** Nothing waits any more: where scenes or stacks found no room, all begin anew. */
  const clear = (): void => {
    if (!isFull) return;
    isFull = false;
    batch.forget();
    scenes.forget();
    traces = new WeakMap();
  };

  const sceneOf = (event: SimulatedEvent, cpu: number): number => {
    const scene = scenes.of(event, cpu);
    if (scene === 0) isFull ||= scenes.isFull();
    return scene;
  };
  /** The words before the arguments. */
  const putResult = (group: Group, event: SimulatedEvent, retval: Word, at: number): number => {
    const caller = group.isReturn ? contexts.callerOf(event, group.site.place) : undefined;
    writeAnyHalves(words, at + 2 * WORD.RETVAL, retval);
    writeAnyHalves(words, at + 2 * WORD.CALLER, caller ?? group.caller);
    return WORD.ARGUMENTS;
  };
  /** Writes the head of an event whose words are written: from now on it waits. */
  const close = (group: number, scene: number, cpu: number, now: number, number: number, count: number): void => {
    const { end } = cursor;
    const at = end >> 2;
    floats[end >> 3] = now;
    words[at + EVENT.GROUP / 4] = group;
    words[at + EVENT.SCENE / 4] = scene;
    words[at + EVENT.SHAPE / 4] = cpu | (count << 16);
    words[at + EVENT.NUMBER / 4] = number;
    cursor.end = end + EVENT.HEAD + count * 8;
    cursor.size++;
  };

  return {
    groupOf(stands, site) {
      if (oneByOne) return undefined;
      if (pid !== undefined && stands.some(({ target }) => isOfProcess(target))) return undefined;
      const batched = stands.flatMap(({ batched }) => (batched === undefined ? [] : [batched]));
      const [first] = batched;
      if (first === undefined || batched.length < stands.length) return undefined;
      if (batched.some(({ whole }) => whole !== first.whole)) return undefined;
      // Most programs look at arguments only: results and callers are not written for them.
      const isBare = batched.every(({ slots }) => slots.every(({ word }) => word >= WORD.ARGUMENTS));
      const skipped = isBare ? WORD.ARGUMENTS : 0;
      const at = batch.addGroup(
        batched.map((stand) => ({
          ...stand,
          slots: stand.slots.map(({ word, offset }) => ({ word: word - skipped, offset })),
        })),
      );
      if (at === 0) return undefined;
      const most = Math.min(MOST_WORDS, ...batched.map(({ most }) => most));
      const isReturn = site.place.kind === "return" || site.place.kind === "ureturn";
      const caller = isReturn ? site.address : 0n;
      return { site, at, whole: first.whole, isBare, most, isReturn, caller };
    },
    put(group, occurrence, cpu, now, number) {
      const { event, bytes, args, blocks } = occurrence;
      if (blocks.length > 0 || occurrence.registers.length > 0 || event.program !== undefined) return false;
      if ((bytes !== undefined) !== group.whole || args.length > group.most) return false;
      if (bytes !== undefined && (bytes.length > EVENT.MOST || (bytes.length & 7) !== 0)) return false;
      if (cursor.size === MOST_WAITING || cursor.end > LAST_START) return false;
      const scene = sceneOf(event, cpu);
      if (scene === 0) return false;
      let [kernelStack, userStack] = [0, 0];
      if (stacks !== undefined) {
        kernelStack = traceOf(stacks.kernelAt(event, group.site));
        userStack = traceOf(stacks.userAt(event, group.site));
        if (kernelStack === 0 || userStack === 0) return false;
      }
      if (cursor.size === 0) player.leave();
      const at = (cursor.end >> 2) + EVENT.HEAD / 4;
      words[at + (EVENT.KERNEL_STACK - EVENT.HEAD) / 4] = kernelStack;
      words[at + (EVENT.USER_STACK - EVENT.HEAD) / 4] = userStack;
      if (bytes !== undefined) {
        area.set(bytes, at * 4);
        close(group.at, scene, cpu, now, number, bytes.length >> 3);
        return true;
      }
      const count = group.isBare ? 0 : putResult(group, event, occurrence.retval, at);
      for (let i = 0; i < args.length; i++) writeAnyHalves(words, at + 2 * (count + i), args[i] ?? 0);
      close(group.at, scene, cpu, now, number, count + args.length);
      return true;
    },
    putPlain(group, event, cpu, now, number) {
      if (stacks !== undefined || !isPlain(event) || cursor.size === MOST_WAITING || cursor.end > LAST_START)
        return false;
      const { retval } = event;
      if (retval !== undefined && !isExact(retval)) return false;
      const scene = sceneOf(event, cpu);
      if (scene === 0) return false;
      if (cursor.size === 0) player.leave();
      const at = (cursor.end >> 2) + EVENT.HEAD / 4;
      const before = group.isBare ? 0 : putResult(group, event, retval ?? 0, at);
      const count = group.site.write(event, words, at + 2 * before);
      if (count < 0 || count > group.most) return false;
      words[at + (EVENT.KERNEL_STACK - EVENT.HEAD) / 4] = 0;
      words[at + (EVENT.USER_STACK - EVENT.HEAD) / 4] = 0;
      close(group.at, scene, cpu, now, number, before + count);
      return true;
    },
    isEmpty: () => cursor.size === 0,
    play(room, silent) {
      const stop = batch.play(room, silent);
      player.forget();
      if (stop === undefined) clear();
      return stop;
    },
    drop: batch.drop,
  };
}
