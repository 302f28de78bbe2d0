import { readUnsigned } from '../../../vm/base/bytes.ts';
import type { ContextField } from '../../../vm/programs/family.ts';
import { functionAt } from '../../../vm/object/link/lookup.ts';
import {
  arrayOf,
  basic,
  integer,
  untyped,
  wordDeclarator,
  type CStruct,
  type CType,
} from '../../debug-info/c-type.ts';
import type { Target } from './target.ts';
import { numberOf, type Value } from './value.ts';

/** The struct that the context of the run is: by the program's signature, by its UAPI name, or by its fields alone. */
export function contextType(target: Target): CType | undefined {
  const { family } = target.vm;
  if (family === undefined || target.context === 0n) return undefined;
  const declared = declaredContext(target);
  if (declared !== undefined) return declared;
  const named = family.contextStruct;
  const known = named === undefined ? undefined : target.types?.named(named, ['struct']);
  if (known !== undefined) return known;
  if (family.contextFields.length > 0) return fieldStruct(named ?? 'context', family.contextFields);
  const region = target.machine.regions.locate(target.context)?.region;
  return region && untyped(region.size);
}

/** What the first parameter of the program points to. */
function declaredContext(target: Target): CType | undefined {
  const { machine } = target;
  const slot = machine.code.slotOfIp(machine.frames.read(0).entryIp);
  const id = functionAt(machine.program, slot)?.btfId;
  const parameter = id === undefined ? undefined : target.types?.prototype(id)?.parameters[0];
  const type = target.type(parameter?.typeId);
  const struct = type?.kind === 'pointer' ? type.target() : undefined;
  return struct?.kind === 'struct' ? struct : undefined;
}

function fieldStruct(name: string, fields: readonly ContextField[]): CStruct {
  const size = Math.max(...fields.map((field) => field.offset + field.size * field.count));
  const members = fields.map((field) => {
    const element =
      fieldTypes.find((type) => type.size === field.size) ?? integer('field', field.size, false);
    const type = field.count === 1 ? element : arrayOf(element, field.count);
    return { name: field.name, type, bitOffset: field.offset * 8, bitSize: undefined };
  });
  return {
    kind: 'struct',
    union: false,
    size,
    members: () => members,
    declare: wordDeclarator(`struct ${name}`),
  };
}

const fieldTypes = [
  integer('__u8', 1, false),
  integer('__u16', 2, false),
  integer('__u32', 4, false),
  basic.u64,
] as const;

function fieldValue(target: Target, name: string): bigint | undefined {
  const field = target.vm.family?.contextFields.find((candidate) => candidate.name === name);
  if (field === undefined || target.context === 0n) return undefined;
  const bytes = target.read(target.context + BigInt(field.offset), field.size);
  return bytes && readUnsigned(bytes);
}

/** Address of the packet's first byte: `data` of the context where it has that, else the start of its region. */
export function packetStart(target: Target): bigint | undefined {
  const region = target.machine.regions.get(0);
  if (region === undefined || region.size === 0) return undefined;
  const data = fieldValue(target, 'data');
  return data === undefined || data === 0n ? BigInt(region.start) : data;
}

/** Address and length of the packet, from `data` to the end of what the program may access; undefined without one. */
export function packetOf(target: Target): { readonly address: bigint; readonly length: number } | undefined {
  const region = target.machine.regions.get(0);
  const address = packetStart(target);
  if (region === undefined || address === undefined) return undefined;
  return { address, length: Math.max(0, region.start + region.size - Number(address)) };
}

/** Fields of contexts that are 32-bit numbers in C and addresses in the packet for the machine. */
const packetPointers: readonly string[] = ['data', 'data_end', 'data_meta'];

/** What a value points to, where it is one of these fields; else empty. */
export function packetPointerText(target: Target, value: Value): string {
  const { address } = value.storage;
  if (address === undefined || value.type.kind !== 'integer') return '';
  const offset = Number(address - target.context);
  const fields = target.vm.family?.contextFields ?? [];
  const isPointer = fields.some((field) => field.offset === offset && packetPointers.includes(field.name));
  const number = isPointer ? numberOf(value) : undefined;
  return number === undefined ? '' : target.describe(number);
}
