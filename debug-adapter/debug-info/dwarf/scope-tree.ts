import { DW_AT, DW_TAG } from './constants.ts';
import type { Cursor } from './cursor.ts';
import { Die, readAbbreviationCode, skipValues } from './die.ts';

/** The entries of a function that are scopes or variables. */
export interface ScopeTree {
  readonly die: Die;
  readonly children: readonly ScopeTree[];
}

const kept: ReadonlySet<number> = new Set([
  DW_TAG.formal_parameter,
  DW_TAG.variable,
  DW_TAG.lexical_block,
  DW_TAG.inlined_subroutine,
]);

/** Deeper than compilers nest; what lies below is left out. */
const deepest = 200;

interface Open extends ScopeTree {
  readonly children: Open[];
}

/** All below a function in one pass. */
export function readScopeTree(die: Die): ScopeTree {
  const root: Open = { die, children: [] };
  if (!die.abbreviation.hasChildren) return root;
  const { unit } = die;
  const { warnings } = unit.sections;
  warnings.attempt(
    () => readBelow(root, unit.cursor(die.childrenAt)),
    undefined,
    '; the rest of this function is not used',
  );
  return root;
}

function readBelow(root: Open, cursor: Cursor): void {
  const { unit } = root.die;
  // Undefined where the entry is not kept, and nothing below it.
  const open: (Open | undefined)[] = [root];
  while (!cursor.done && open.length > 0) {
    const { offset } = cursor;
    const abbreviation = readAbbreviationCode(unit, cursor);
    if (abbreviation === undefined) {
      open.pop();
      continue;
    }
    const parent = open.at(-1);
    let node: Open | undefined;
    if (parent !== undefined && kept.has(abbreviation.tag) && open.length < deepest) {
      cursor.offset = offset;
      node = { die: Die.read(unit, cursor), children: [] };
      parent.children.push(node);
    } else skipValues(cursor, abbreviation, unit);
    if (abbreviation.hasChildren) open.push(node);
  }
}

/**
 * What stands directly in a scope. A block that says nothing about its code is no scope of its own: what stands in it
 * stands in the scope around it.
 */
export function contentsOf(tree: ScopeTree): ScopeTree[] {
  return tree.children.flatMap((child) => {
    const isScope = child.die.tag !== DW_TAG.lexical_block || child.die.abbreviation.hasCode;
    return isScope ? [child] : contentsOf(child);
  });
}

/** Offsets of the entries that those of a tree have as their abstract origins. */
export function originsIn(tree: ScopeTree, found = new Set<number>()): Set<number> {
  for (const child of tree.children) {
    const origin = child.die.reference(DW_AT.abstract_origin);
    if (origin !== undefined) found.add(origin.offset);
    originsIn(child, found);
  }
  return found;
}
