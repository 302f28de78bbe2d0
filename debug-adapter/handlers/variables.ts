import type { DebugProtocol } from '@vscode/debugprotocol';
import { expectOk, raise } from '../../vm/base/problem.ts';
import type { ValueFormat, VariableNode } from '../debugger/variable.ts';
import { count, flag, integer, oneOf, optional, record, text } from '../protocol/shape.ts';
import type { Session } from '../session.ts';
import { handler, type Handler } from './handler.ts';
import { valueBody, variableBody } from './variable-body.ts';

export const format = optional(record({ hex: optional(flag) }));

/** The format of this request, else that of the session. */
export function formatOf(session: Session, wanted: { readonly hex?: boolean } | undefined): ValueFormat {
  return { hex: wanted?.hex ?? session.format.hex };
}

/** Parts of a node in the order of DAP: named before indexed. */
function childrenOf(
  node: VariableNode,
  { filter, start = 0, count: limit }: { filter?: 'named' | 'indexed'; start?: number; count: number },
): readonly VariableNode[] {
  const part = (kind: 'named' | 'indexed', from: number, most: number): readonly VariableNode[] => {
    const size = Math.min(most, node[kind] - from);
    return size > 0 ? node.children(kind, from, size) : [];
  };
  if (filter !== undefined) return part(filter, start, limit);
  const named = part('named', start, limit);
  return [...named, ...part('indexed', Math.max(0, start - node.named), limit - named.length)];
}

export function nodeOf(session: Session, reference: number): VariableNode {
  session.expectStopped();
  return (
    session.variables.get(reference) ??
    raise('stale-reference', `variables reference ${reference} is not of this stop`)
  );
}

/** What a client gets that does not ask by pages. */
const mostAtOnce = 10_000;

const more: DebugProtocol.Variable = {
  name: '…',
  value: `more than the first ${mostAtOnce}: a client that asks by pages shows them`,
  variablesReference: 0,
  presentationHint: { kind: 'virtual', attributes: ['readOnly'] },
};

const page = 100;

/** The part of `node` with that name: one that was shown, or found by looking through all. */
export function partOf(node: VariableNode, name: string): VariableNode {
  for (let start = 0; start < node.named + node.indexed; start += page) {
    const found = childrenOf(node, { start, count: page }).find((child) => child.name === name);
    if (found !== undefined) return found;
  }
  return raise('unknown-variable', `${node.name} has no part ${name}`);
}

function assign(node: VariableNode, value: string): void {
  if (node.assign === undefined) raise('read-only', `${node.name} cannot be changed`);
  expectOk(node.assign(value));
}

export const variableHandlers: readonly Handler[] = [
  handler(
    'variables',
    record({
      variablesReference: integer,
      filter: optional(oneOf('named', 'indexed')),
      start: optional(count),
      count: optional(count),
      format,
    }),
    {
      capabilities: { supportsValueFormattingOptions: true },
      showErrors: false,
      handle: (session, args) => {
        const shown = formatOf(session, args.format);
        const parent = nodeOf(session, args.variablesReference);
        const wanted = args.count ?? 0;
        const nodes = childrenOf(parent, { ...args, count: wanted === 0 ? mostAtOnce + 1 : wanted });
        const variables = nodes
          .slice(0, wanted === 0 ? mostAtOnce : wanted)
          .map((node) => variableBody(session, node, shown));
        return { variables: nodes.length > variables.length ? [...variables, more] : variables };
      },
    },
  ),
  handler('setVariable', record({ variablesReference: integer, name: text, value: text, format }), {
    capabilities: { supportsSetVariable: true },
    showErrors: false,
    handle: (session, args) => {
      const parent = nodeOf(session, args.variablesReference);
      assign(partOf(parent, args.name), args.value);
      const changed = partOf(parent, args.name);
      return { value: changed.value(formatOf(session, args.format)), ...valueBody(session, changed) };
    },
    after: (session) => session.tellEdits(),
  }),
];
