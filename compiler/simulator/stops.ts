/** An event's probe, read once: where that is, and which programs stand there. */
import type { Snapshot } from "../snapshot/snapshot.ts";
import { type EventPlace, type Plan, parsePlace, type Target, targetsOf } from "./attach.ts";
import type { Contexts, Site } from "./context.ts";
import { checkExists } from "./event-place.ts";
import type { Player, Stand } from "./player.ts";
import type { Group, Queue } from "./queue.ts";

/** Programs that run on the same events, one after the other; and the same for the queue, where it can play them. */
export type Stands = { readonly each: readonly Stand[]; readonly group: Group | undefined };

/** A probe of events. */
export type Stop = {
  readonly place: EventPlace;
  /** Undefined: nobody stands there. */
  readonly site: Site | undefined;
  readonly stands: Stands;
  /** Of a function that is entered: who sees it return. */
  readonly returns: Stands;
};

export type Stops = {
  /** @throws EventError for a probe that is none, or that the kernel lacks */
  readonly of: (probe: string) => Stop;
  /** A program that fires by the clock. */
  readonly timer: (target: Target, text: string) => Stands;
};

export function createStops(snapshot: Snapshot, plan: Plan, contexts: Contexts, player: Player, queue: Queue): Stops {
  const known = new Map<string, Stop>();
  let last: { readonly probe: string; readonly stop: Stop } | undefined;

  const standsAt = (targets: readonly Target[], site: Site): Stands => {
    const each = targets.map((target) => player.standAt(target, site));
    return { each, group: queue.groupOf(each, site) };
  };
  const make = (probe: string): Stop => {
    const place = parsePlace(probe);
    checkExists(snapshot, place, probe);
    const targets = targetsOf(plan, place);
    const left = leaving(place);
    const back = left === undefined ? [] : targetsOf(plan, left);
    if (targets.length === 0 && back.length === 0) return { place, site: undefined, stands: NOBODY, returns: NOBODY };
    const site = contexts.siteOf(place);
    const behind = left === undefined || back.length === 0 ? undefined : contexts.siteOf(left);
    return {
      place,
      site,
      stands: standsAt(targets, site),
      returns: behind === undefined ? NOBODY : standsAt(back, behind),
    };
  };
  return {
    of(probe) {
      if (last?.probe === probe) return last.stop;
      const stop = known.get(probe) ?? make(probe);
      known.set(probe, stop);
      last = { probe, stop };
      return stop;
    },
    timer(target, text) {
      const place: EventPlace = { kind: "perf", key: `perf:${text}`, name: text, group: target.attach.kind };
      return { each: [player.standAt(target, contexts.siteOf(place))], group: undefined };
    },
  };
}

const NOBODY: Stands = { each: [], group: undefined };

/** Where a function that is entered returns. */
function leaving(place: EventPlace): EventPlace | undefined {
  if (place.kind === "enter") return { ...place, kind: "return", key: `return:${place.name}` };
  return place.kind === "uenter" ? { ...place, kind: "ureturn", key: "ureturn" } : undefined;
}
