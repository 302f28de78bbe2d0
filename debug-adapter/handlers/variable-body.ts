import type { DebugProtocol } from '@vscode/debugprotocol';
import type { SourcePlace } from '../debugger/frame.ts';
import { declarationOf } from '../debugger/inspection/global-nodes.ts';
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
  readonly valueLocationReference?: number;
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
    ...locationOf(session, 'valueLocationReference', pointedPlace(session, node)),
  };
}

/** Where a value leads to in the source: a pointer to code, a map. */
function pointedPlace({ debugger: target, stopped }: Session, { address }: VariableNode): Place {
  if (address === undefined) return undefined;
  const { machine } = target.vm;
  const slot = machine.code.slotOfAddress(address);
  if (slot !== undefined) return target.places.placeOf(slot);
  const map = machine.mapAt(address);
  const declared = map && declarationOf(stopped.inspector.target, map.name);
  return declared && target.places.placeOfPosition(declared);
}

type Place = SourcePlace | undefined;

function locationOf(
  { locations }: Session,
  name: 'valueLocationReference' | 'declarationLocationReference',
  place: Place,
): object {
  return place === undefined ? {} : { [name]: locations.add(place) };
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
    ...locationOf(
      session,
      'declarationLocationReference',
      node.declaration && session.debugger.places.placeOfPosition(node.declaration),
    ),
    presentationHint: { attributes, ...(node.virtual === true && { kind: 'virtual' }) },
  };
}
