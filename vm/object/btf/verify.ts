import { raise } from '../../base/problem.ts';
import type { Btf, BtfType } from './btf.ts';

/** Raises unless all ids, names and kinds of references hold and no type is made of itself. */
export function verifyTypes(btf: Btf): void {
  for (let id = 1; id < btf.count; id++) verifyReferences(btf, btf.type(id));
  refuseCircles(btf, containedIn, 'contains itself');
  refuseCircles(btf, spelledWith, 'is spelled with itself');
}

function verifyReferences(btf: Btf, type: BtfType): void {
  for (const id of references(type)) {
    if (btf.has(id)) continue;
    raise(
      'btf-id',
      `BTF type ${type.id} (${type.kind} ${type.name}) refers to type ${id}, but ids are below ${btf.count}`,
      btf.placeOf(type.id),
    );
  }
  if (type.kind === 'func' && btf.kind(type.typeId) !== 'func_proto') {
    raise('btf-kind', `BTF function ${type.name} has no prototype`, btf.placeOf(type.id));
  }
  if (type.kind === 'datasec') {
    for (const { typeId } of type.variables) {
      const kind = btf.kind(typeId);
      if (kind === 'var' || kind === 'func') continue;
      raise('btf-kind', `BTF section ${type.name} lists a ${kind}, not a variable`, btf.placeOf(type.id));
    }
  }
}

function references(type: BtfType): readonly number[] {
  switch (type.kind) {
    case 'void':
    case 'int':
    case 'float':
    case 'enum':
    case 'enum64':
    case 'fwd':
      return [];
    case 'array':
      return [type.typeId, type.indexTypeId];
    case 'struct':
    case 'union':
      return type.members.map((member) => member.typeId);
    case 'func_proto':
      return [type.returnTypeId, ...type.parameters.map((parameter) => parameter.typeId)];
    case 'datasec':
      return type.variables.map((variable) => variable.typeId);
    default:
      return [type.typeId];
  }
}

/** Types whose size is part of the size of this one. */
function containedIn(type: BtfType): readonly number[] {
  return type.kind === 'ptr' || type.kind === 'func_proto' || type.kind === 'func' || type.kind === 'decl_tag'
    ? []
    : references(type);
}

/** Types whose spelling is part of the spelling of this one; a name ends it. */
function spelledWith(type: BtfType): readonly number[] {
  return type.kind === 'typedef' || type.kind === 'struct' || type.kind === 'union' ? [] : references(type);
}

/** Depth-first search with a stack of its own. */
function refuseCircles(btf: Btf, edges: (type: BtfType) => readonly number[], what: string): void {
  const open = 1;
  const done = 2;
  const state = new Uint8Array(btf.count);
  const stack: { readonly id: number; readonly targets: readonly number[]; next: number }[] = [];
  const enter = (id: number): void => {
    if (state[id] === done) return;
    if (state[id] === open) raise('btf-cycle', `BTF type ${id} ${what}`, btf.placeOf(id));
    const targets = edges(btf.type(id));
    state[id] = targets.length === 0 ? done : open;
    if (targets.length > 0) stack.push({ id, targets, next: 0 });
  };
  for (let id = 1; id < btf.count; id++) {
    enter(id);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const target = top.targets[top.next++];
      if (target !== undefined) {
        enter(target);
      } else {
        state[top.id] = done;
        stack.pop();
      }
    }
  }
}
