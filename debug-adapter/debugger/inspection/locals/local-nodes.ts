import { spell } from '../../../debug-info/c-type.ts';
import { optimisedOut } from '../../../debug-info/location/evaluate.ts';
import type { VariableNode } from '../../variable.ts';
import { page, textNode, type NodeContext } from '../nodes.ts';
import { ValueNode } from '../value-node.ts';
import type { FrameLocals, Local, LocalState } from './locals.ts';

export const notYetAssigned = '<not yet assigned>';

/** Variables of a frame, from `start` on, with what is known of each: only those asked for are looked at. */
export function localNodes(
  context: NodeContext,
  locals: FrameLocals,
  start: number,
  count: number,
): readonly VariableNode[] {
  const shown = page(locals.locals, start, count);
  const states = locals.states(shown);
  const names = page(uniqueNames(locals.locals), start, count);
  return shown.flatMap((local, i) => {
    const state = states[i];
    return state === undefined ? [] : [localNode(context, local, names[i] ?? '', state)];
  });
}

function localNode(
  context: NodeContext,
  { variable, shadowed }: Local,
  name: string,
  state: LocalState,
): VariableNode {
  const { declaration } = variable;
  if (!('value' in state))
    return { ...textNode(name, stateText(state), { type: spell(variable.type) }), declaration };
  const expression = shadowed ? undefined : variable.name;
  const note = noteOf(state);
  return new ValueNode(context, state.value, { name, expression, declaration, ...(note !== '' && { note }) });
}

/** What is said behind a value that may not be that of now. */
export function noteOf(state: LocalState): string {
  switch (state.kind) {
    case 'as-of':
      return state.line === undefined ? '(earlier value)' : `(as of line ${state.line})`;
    case 'entry':
      return state.current ? '' : '(at entry)';
    default:
      return '';
  }
}

/** What stands for the value of a variable that has none. */
export function stateText(state: Exclude<LocalState, { readonly value: unknown }>): string {
  switch (state.kind) {
    case 'not-assigned':
      return notYetAssigned;
    case 'optimised-out':
      return optimisedOut;
    case 'too-long-ago':
      return '<not known: last assigned too many cycles ago>';
    case 'problem':
      return `<not known: ${state.message}>`;
  }
}

/** Hidden variables are told apart by where they are declared. */
function uniqueNames(locals: readonly Local[]): readonly string[] {
  const seen = new Set<string>();
  return locals.map(({ variable, shadowed }) => {
    const { name, declaration } = variable;
    let shown = shadowed ? `${name} (line ${declaration?.line ?? '?'})` : name;
    while (seen.has(shown)) shown += ' (hidden)';
    seen.add(shown);
    return shown;
  });
}
