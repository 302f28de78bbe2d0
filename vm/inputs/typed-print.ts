import { readUnsigned } from '../base/bytes.ts';
import { isEnum, type Btf, type BtfArray, type BtfInt, type BtfMember } from '../object/btf/btf.ts';
import { mergeObjects, type JsonObject, type JsonValue } from './json.ts';

/** Deeper than any C type: damaged BTF may contain itself. */
const deepest = 32;

/**
 * The value of a type as `bpftool map dump -j` prints it under `formatted`: bit fields and 16-byte integers as `0x`
 * strings, enumerators by name where they have one, char arrays as a string where they are printable and end in NUL,
 * anonymous members under the name "". Differences: floats, which bpftool cannot print, are numbers; anonymous
 * members of one struct are put together, where bpftool repeats the name "".
 */
export function formatValue(btf: Btf, typeId: number, bytes: Uint8Array): JsonValue {
  return format(btf, typeId, bytes, 0);
}

function format(btf: Btf, typeId: number, bytes: Uint8Array, depth: number): JsonValue {
  if (depth > deepest) return null;
  const type = btf.resolve(typeId);
  switch (type.kind) {
    case 'int':
      return formatInteger(type, bytes);
    case 'enum':
    case 'enum64': {
      const value = integerIn(bytes, type.size, type.signed);
      return type.values.find((enumerator) => enumerator.value === value)?.name ?? plain(value);
    }
    case 'ptr':
      return plain(integerIn(bytes, 8, false));
    case 'float':
      return formatFloat(bytes, type.size);
    case 'array':
      return formatArray(btf, type, bytes, depth);
    case 'struct':
    case 'union':
      return formatStruct(btf, type.members, bytes, depth);
    case 'datasec':
      return {
        [type.name]: type.variables.map(({ typeId: variable, offset, size }) => ({
          [btf.type(variable).name]: format(btf, variable, bytes.subarray(offset, offset + size), depth + 1),
        })),
      };
    case 'var':
      return format(btf, type.typeId, bytes, depth + 1);
    case 'void':
    case 'fwd':
    case 'func':
    case 'func_proto':
    case 'decl_tag':
      return null;
  }
}

/** Short bytes count as zeros, so that damaged types cannot make a dump fail. */
function integerIn(bytes: Uint8Array, size: number, signed: boolean): bigint {
  const value = readUnsigned(bytes.subarray(0, size));
  return signed ? BigInt.asIntN(8 * size, value) : value;
}

function plain(value: bigint): JsonValue {
  return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function formatInteger(type: BtfInt, bytes: Uint8Array): JsonValue {
  if (type.encoding === 'bool') return (bytes[0] ?? 0) !== 0;
  if (type.size > 8) return `0x${readUnsigned(bytes.subarray(0, type.size)).toString(16)}`;
  return plain(integerIn(bytes, type.size, type.signed));
}

function formatFloat(bytes: Uint8Array, size: number): JsonValue {
  if (bytes.length < size || (size !== 4 && size !== 8)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const value = size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
  return Number.isFinite(value) ? value : String(value);
}

function formatArray(btf: Btf, type: BtfArray, bytes: Uint8Array, depth: number): JsonValue {
  const size = btf.sizeOf(type.typeId) ?? 0;
  const text = isCharacter(btf, type.typeId) ? printableText(bytes.subarray(0, type.count)) : undefined;
  if (text !== undefined) return text;
  const count = size === 0 ? 0 : Math.min(type.count, Math.floor(bytes.length / size));
  return Array.from({ length: count }, (_, i) =>
    format(btf, type.typeId, bytes.subarray(i * size, (i + 1) * size), depth + 1),
  );
}

/** Typedefs of char do not count, as in bpftool. */
export function isCharacter(btf: Btf, typeId: number): boolean {
  const type = btf.skipModifiers(typeId);
  return type.kind === 'int' && type.size === 1 && (type.encoding === 'char' || type.name === 'char');
}

function printableText(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  const text = bytes.subarray(0, Math.max(end, 0));
  return end >= 0 && text.every((byte) => byte > 0x1f && byte < 0x7f)
    ? String.fromCharCode(...text)
    : undefined;
}

function formatStruct(btf: Btf, members: readonly BtfMember[], bytes: Uint8Array, depth: number): JsonObject {
  let result: JsonObject = {};
  for (const member of members) {
    const value =
      member.bitSize === undefined
        ? format(btf, member.typeId, bytes.subarray(member.bitOffset / 8), depth + 1)
        : `0x${bitField(bytes, member.bitOffset, member.bitSize).toString(16)}`;
    result = mergeObjects(result, { [member.name]: value });
  }
  return result;
}

/** The bits of a bit field, without sign. */
export function bitField(bytes: Uint8Array, bitOffset: number, bitSize: number): bigint {
  const first = Math.floor(bitOffset / 8);
  const last = Math.ceil((bitOffset + bitSize) / 8);
  const word = readUnsigned(bytes.subarray(first, last));
  return BigInt.asUintN(bitSize, word >> BigInt(bitOffset % 8));
}

/** The value of an enumerator by its name. */
export function enumeratorValue(btf: Btf, typeId: number, name: string): bigint | undefined {
  const type = btf.resolve(typeId);
  return isEnum(type) ? type.values.find((enumerator) => enumerator.name === name)?.value : undefined;
}
