import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ValueFormat, VariableNode } from '../debugger/variable.ts';
import type { Session } from '../session.ts';
import { memoryReference } from './memory-reference.ts';

/** What `variables`, `evaluate`, `setVariable` and `setExpression` all say about a value. */
export interface ValueBody {
  readonly type?: string;
  readonly variablesReference: number;
  readonly namedVariables?: number;
  readonly indexedVariables?: number;
  readonly memoryReference?: string;
}

export function valueBody(session: Session, node: VariableNode): ValueBody {
  const { client } = session;
  const parts = node.named + node.indexed;
  return {
    ...(client.variableType && node.type !== undefined && { type: node.type }),
    variablesReference: parts === 0 ? 0 : session.variables.add(node),
    ...(parts > 0 && { namedVariables: node.named, indexedVariables: node.indexed }),
    ...(client.memoryReferences &&
      node.address !== undefined && { memoryReference: memoryReference(node.address) }),
  };
}

export function variableBody(
  session: Session,
  node: VariableNode,
  format: ValueFormat,
): DebugProtocol.Variable {
  const attributes = node.assign === undefined ? ['readOnly'] : [];
  return {
    name: node.name,
    value: node.value(format),
    ...valueBody(session, node),
    ...(node.evaluateName !== undefined && { evaluateName: node.evaluateName }),
    presentationHint: { attributes, ...(node.virtual === true && { kind: 'virtual' }) },
  };
}
