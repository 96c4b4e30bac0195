/**
 * Classes of C++ that only their own code may copy: functions are given their addresses ("non-trivial for the purposes of
 * calls", Itanium C++ ABI, section 1.1). Some compilers say so; of the others, what the class declares is asked.
 */
import { constantOf, flagOf, referenceOf, textOf } from "./attributes.ts";
import { AT, PASS_BY_REFERENCE, PASS_BY_VALUE, TAG } from "./constants.ts";
import { children, type Entry, type Info } from "./units.ts";

/** @param structOf the struct or class that an entry's type is, by value */
export function makeCopyTest(info: Info, structOf: (entry: Entry) => Entry | undefined): (struct: Entry) => boolean {
  const known = new Map<number, boolean>();

  const ask = (struct: Entry): boolean => {
    const before = known.get(struct.at);
    if (before !== undefined) return before;
    // A class that is met again while it is asked about would hold itself.
    known.set(struct.at, false);
    const answer = copiesItself(struct);
    known.set(struct.at, answer);
    return answer;
  };

  /** A destructor, a constructor that copies, or a virtual function of its own; or a member or base that has one. */
  function copiesItself(struct: Entry): boolean {
    const convention = constantOf(info, struct, AT.callingConvention);
    if (convention === BigInt(PASS_BY_REFERENCE)) return true;
    if (convention === BigInt(PASS_BY_VALUE)) return false;
    const name = textOf(info, struct, AT.name);
    for (const child of children(info, struct)) {
      const { tag, names } = child.shape;
      if (tag === TAG.member || tag === TAG.inheritance) {
        if (flagOf(info, child, AT.declaration) || flagOf(info, child, AT.external)) continue;
        const inner = structOf(child);
        if (inner !== undefined && ask(inner)) return true;
      } else if (tag === TAG.subprogram) {
        if (names.includes(AT.virtuality)) return true;
        if (flagOf(info, child, AT.artificial) || names.includes(AT.defaulted)) continue;
        const called = textOf(info, child, AT.name);
        if (called?.startsWith("~") === true || (called === name && isGiven(child, struct))) return true;
      }
    }
    return false;
  }

  /** Whether a constructor is given a reference to one of its own class, and nothing else. */
  function isGiven(builder: Entry, struct: Entry): boolean {
    const given = [...children(info, builder)].filter((child) => child.shape.tag === TAG.parameter);
    const [, from] = given;
    const reference = from === undefined || given.length !== 2 ? undefined : referenceOf(info, from, AT.type);
    if (reference === undefined) return false;
    const { tag } = reference.shape;
    return (tag === TAG.reference || tag === TAG.rvalueReference) && structOf(reference)?.at === struct.at;
  }

  return ask;
}
