/** An event's probe, read once: where that is, and which programs stand there. */
import type { Snapshot } from "../snapshot/snapshot.ts";
import { type EventPlace, type Plan, parsePlace, type Target, targetsOf } from "./attach.ts";
import type { Contexts, Site } from "./context.ts";
import { checkExists } from "./event-place.ts";
import type { Player, Stand } from "./player.ts";

/** A probe of events. */
export type Stop = {
  readonly place: EventPlace;
  /** Undefined: nobody stands there. */
  readonly site: Site | undefined;
  readonly stands: readonly Stand[];
  /** Of a function that is entered: who sees it return. */
  readonly returns: readonly Stand[];
};

export type Stops = {
  /** @throws EventError for a probe that is none, or that the kernel lacks */
  readonly of: (probe: string) => Stop;
  /** A program that fires by the clock. */
  readonly timer: (target: Target, text: string) => Stand;
};

export function createStops(snapshot: Snapshot, plan: Plan, contexts: Contexts, player: Player): Stops {
  const known = new Map<string, Stop>();
  let last: { readonly probe: string; readonly stop: Stop } | undefined;

  const make = (probe: string): Stop => {
    const place = parsePlace(probe);
    checkExists(snapshot, place, probe);
    const targets = targetsOf(plan, place);
    const left = leaving(place);
    const back = left === undefined ? [] : targetsOf(plan, left);
    if (targets.length === 0 && back.length === 0) return { place, site: undefined, stands: [], returns: [] };
    const site = contexts.siteOf(place);
    const behind = left === undefined || back.length === 0 ? undefined : contexts.siteOf(left);
    return {
      place,
      site,
      stands: targets.map((target) => player.standAt(target, site)),
      returns: behind === undefined ? [] : back.map((target) => player.standAt(target, behind)),
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
      return player.standAt(target, contexts.siteOf(place));
    },
  };
}

/** Where a function that is entered returns. */
function leaving(place: EventPlace): EventPlace | undefined {
  if (place.kind === "enter") return { ...place, kind: "return", key: `return:${place.name}` };
  return place.kind === "uenter" ? { ...place, kind: "ureturn", key: "ureturn" } : undefined;
}
