/**
 * The passes in the order in which they run: one row each, with what must have run before and why it is there.
 * optimize.ts runs the table; a test proves that every `after` names an earlier row.
 *
 * Not here: fusing adjacent reads of kernel memory into one. CO-RE moves fields, so two that are neighbours in the
 * kernel compiled against may be anywhere in another; a fused read would need their distances relocated as well, a
 * check that they still fit the buffer, and the separate reads as the other branch: more instructions than it saves.
 */
import type { Function as Fn } from "../ir.ts";
import { dce } from "./dce.ts";
import { deadStores } from "./dead-stores.ts";
import { fold } from "./fold.ts";
import { gather } from "./gather.ts";
import { gvn } from "./gvn.ts";
import { keySlots } from "./key-slots.ts";
import { mergeTails } from "./merge-tails.ts";
import { placeContextLoads } from "./place-context-loads.ts";
import { promoteSlots } from "./promote-slots.ts";
import { propagate } from "./propagate.ts";
import { simplifyCfg } from "./simplify-cfg.ts";
import { splitLoads } from "./split-loads.ts";

export type Pass = {
  readonly name: string;
  readonly run: (fn: Fn) => Fn;
  /** Needed for code generation; all others only make the program better. */
  readonly required: boolean;
  /** Names of passes that must stand earlier. */
  readonly after: readonly string[];
  readonly why: string;
};

function pass(name: string, run: Pass["run"], after: readonly string[], why: string): Pass {
  return { name, run, required: false, after, why };
}

export const passes: readonly Pass[] = [
  pass("gather", gather, [], "equal constants and addresses are equal values; blocks of constants are empty"),
  pass("split-loads", splitLoads, [], "an extension of its own can be dropped where only low bits matter"),
  pass("promote-slots", promoteSlots, ["gather"], "a scalar in the frame is a value: no stores, no loads"),
  pass("propagate", propagate, ["promote-slots"], "parameters with one value hide constants from folding"),
  pass("fold", fold, ["gather"], "constants decide branches; comparisons become branches"),
  pass(
    "simplify-cfg",
    simplifyCfg,
    ["fold"],
    "decided jumps are threaded, so that later passes see one way where there is one",
  ),
  pass("propagate-threaded", propagate, ["simplify-cfg"], "threading leaves parameters with one value"),
  pass("gvn", gvn, ["simplify-cfg"], "one load, one lookup, one call where the result must be the same"),
  pass("fold-numbered", fold, ["gvn"], "equal values fold: x - x, repeated comparisons"),
  pass("simplify-cfg-numbered", simplifyCfg, ["gvn"], "branches that dominating ones decided are gone"),
  pass(
    "propagate-numbered",
    propagate,
    ["simplify-cfg-numbered"],
    "values that became equal leave parameters with one value",
  ),
  pass("gvn-merged", gvn, ["propagate-numbered"], "what two merged ways compute is equal now"),
  pass("fold-merged", fold, ["gvn-merged"], "a load's value may have become known"),
  pass("simplify-cfg-merged", simplifyCfg, ["fold-merged"], "and with it a branch"),
  pass("dce", dce, ["gvn-merged"], "keys and values of what nothing needs shall have no slots"),
  { name: "key-slots", run: keySlots, required: true, after: ["dce"], why: "helpers read keys and values from memory" },
  pass("gather-slots", gather, ["key-slots"], "one address per slot"),
  pass("dead-stores", deadStores, ["key-slots"], "zeroing that is overwritten costs a store on the hot path"),
  pass("place-context-loads", placeContextLoads, ["dce"], "an early load is cheaper than keeping the context"),
  pass("merge-tails", mergeTails, ["dead-stores"], "all ways that end alike share one end"),
  pass("simplify-cfg-last", simplifyCfg, ["merge-tails"], "merged ends leave jumps to jumps"),
  pass("propagate-last", propagate, ["simplify-cfg-last"], "copies at jumps cost instructions"),
  pass("dce-last", dce, ["simplify-cfg-last"], "nothing unused reaches code generation"),
];
