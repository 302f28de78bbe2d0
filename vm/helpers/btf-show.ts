import { readUnsigned } from '../base/bytes.ts';
import type { Btf, BtfMember, BtfType } from '../object/btf/btf.ts';

/** A value as text by its type, as btf_type_show of kernel/bpf/btf.c prints it. */

/** BTF_F_* of include/uapi/linux/btf.h and bpf.h. */
const flag = { compact: 1, noName: 2, rawPointers: 4, zero: 8 } as const;
export const knownShowFlags = 15n;

/** The kernel follows so many typedefs, pointers and arrays to a name. */
const longestChain = 10;
const deepest = 32;
/** Blanks of an indentation at most. */
const widestIndent = 32;

interface Shown {
  readonly bytes: Uint8Array;
  readonly member?: BtfMember;
  readonly inArray?: boolean;
}

/** Text of the value of type `typeId` in `bytes`: one byte a character, as the kernel counts Latin-1 as printable. */
export function showValue(btf: Btf, typeId: number, bytes: Uint8Array, flags: bigint): Uint8Array {
  const shower = new Shower(btf, Number(flags));
  shower.show(typeId, typeId, { bytes });
  return Uint8Array.from(shower.text, (character) => character.charCodeAt(0));
}

class Shower {
  readonly #btf: Btf;
  readonly #flags: number;
  text = '';
  #depth = 0;
  /** Type of what is shown, for the delimiter behind it; undefined behind an aggregate's end. */
  #kind: BtfType['kind'] | undefined;
  #terminated = false;

  constructor(btf: Btf, flags: number) {
    this.#btf = btf;
    this.#flags = flags;
  }

  #has(name: keyof typeof flag): boolean {
    return (this.#flags & flag[name]) !== 0;
  }

  get #indent(): string {
    return this.#has('compact') ? '' : ' '.repeat(Math.min(this.#depth, widestIndent));
  }

  get #newline(): string {
    return this.#has('compact') ? '' : '\n';
  }

  get #delimiter(): string {
    if (this.#depth === 0) return '';
    return this.#has('compact') && this.#kind === 'union' ? '|' : ',';
  }

  /** `nameId`: the type as it was written, `typeId` one below its typedefs. */
  show(typeId: number, nameId: number, shown: Shown, character = false): void {
    if (this.#depth > deepest) return;
    const type = this.#btf.resolve(typeId);
    this.#kind = type.kind;
    switch (type.kind) {
      case 'int':
        this.#integer(nameId, shown, type.bits, type.signed, character);
        break;
      case 'ptr': {
        const value = readUnsigned(shown.bytes.subarray(0, 8));
        this.#value(nameId, shown, value !== 0n, `0x${value.toString(16).padStart(16, '0')}`);
        break;
      }
      case 'enum':
      case 'enum64': {
        const raw = readUnsigned(shown.bytes.subarray(0, type.size));
        const value = type.signed ? BigInt.asIntN(8 * type.size, raw) : raw;
        const named = type.values.find((candidate) => candidate.value === value);
        this.#value(nameId, shown, named !== undefined || value !== 0n, named?.name ?? value.toString());
        break;
      }
      case 'struct':
      case 'union':
        if (this.#isShown(type.id, shown.bytes)) this.#struct(type.members, nameId, type.kind, shown);
        break;
      case 'array':
        if (this.#isShown(type.id, shown.bytes)) this.#array(type.typeId, type.count, nameId, shown);
        break;
      default:
        this.text += `<unsupported kind:${kindNumbers[type.kind] ?? 0}>`;
    }
  }

  #value(nameId: number, shown: Shown, isSet: boolean, text: string): void {
    if (!isSet && !this.#has('zero') && this.#depth > 0) return;
    this.text += `${this.#indent}${this.#name(nameId, shown)}${text}${this.#delimiter}${this.#newline}`;
  }

  #integer(nameId: number, shown: Shown, bits: number, signed: boolean, character: boolean): void {
    const raw = readUnsigned(shown.bytes.subarray(0, Math.ceil(bits / 8)));
    if (bits === 8 && character) {
      if (this.#terminated) return;
      if (raw === 0n) {
        this.#terminated = true;
        return;
      }
      if ((raw >= 32n && raw < 127n) || raw >= 160n) {
        this.#value(nameId, shown, true, `'${String.fromCharCode(Number(raw))}'`);
        return;
      }
    }
    const value = signed ? BigInt.asIntN(bits, raw) : raw;
    this.#value(nameId, shown, raw !== 0n, bits > 64 ? `0x${raw.toString(16)}` : value.toString());
  }

  #begin(nameId: number, shown: Shown): void {
    this.text += `${this.#indent}${this.#name(nameId, shown)}${this.#newline}`;
    this.#depth++;
  }

  #end(kind: BtfType['kind'] | undefined, bracket: string): void {
    this.#depth--;
    this.#kind = kind;
    this.text += `${this.#indent}${bracket}${this.#delimiter}${this.#newline}`;
  }

  #struct(members: readonly BtfMember[], nameId: number, kind: 'struct' | 'union', shown: Shown): void {
    this.#begin(nameId, shown);
    for (const member of members) {
      const bytes = shown.bytes.subarray(Math.floor(member.bitOffset / 8));
      if (member.bitSize === undefined) {
        this.show(member.typeId, member.typeId, { bytes, member });
        continue;
      }
      this.#kind = this.#btf.resolve(member.typeId).kind;
      const value =
        (readUnsigned(bytes.subarray(0, 16)) >> BigInt(member.bitOffset % 8)) &
        ((1n << BigInt(member.bitSize)) - 1n);
      this.#value(member.typeId, { bytes, member }, value !== 0n, `0x${value.toString(16)}`);
    }
    // The type is that of the last member that was shown: none.
    this.#end(members.length > 0 ? undefined : kind, '}');
  }

  #array(elementId: number, count: number, nameId: number, shown: Shown): void {
    const element = this.#btf.resolve(elementId);
    const size = this.#btf.sizeOf(elementId) ?? 0;
    const character = element.kind === 'int' && size === 1;
    this.#begin(nameId, shown);
    this.#terminated = false;
    for (let i = 0; i < count && !this.#hasEnded(); i++)
      this.show(elementId, elementId, { bytes: shown.bytes.subarray(i * size), inArray: true }, character);
    this.#terminated = false;
    this.#end(undefined, ']');
  }

  #hasEnded(): boolean {
    return this.#terminated;
  }

  /** Aggregates below the outermost are left out where all that they would show is. */
  #isShown(typeId: number, bytes: Uint8Array): boolean {
    return this.#depth === 0 || this.#has('zero') || this.#showsSomething(typeId, bytes, 0);
  }

  #showsSomething(typeId: number, bytes: Uint8Array, depth: number): boolean {
    const type = this.#btf.resolve(typeId);
    if (depth > deepest) return false;
    switch (type.kind) {
      case 'struct':
      case 'union':
        return type.members.some((member) => {
          const at = bytes.subarray(Math.floor(member.bitOffset / 8));
          if (member.bitSize === undefined) return this.#showsSomething(member.typeId, at, depth + 1);
          const value = readUnsigned(at.subarray(0, 16)) >> BigInt(member.bitOffset % 8);
          return (value & ((1n << BigInt(member.bitSize)) - 1n)) !== 0n;
        });
      case 'array': {
        const size = this.#btf.sizeOf(type.typeId) ?? 0;
        // Text is looked at up to its NUL.
        const ends = size === 1 ? bytes.subarray(0, type.count).indexOf(0) : -1;
        const count = ends < 0 ? type.count : ends;
        return Array.from({ length: count }, (_, i) => i).some((i) =>
          this.#showsSomething(type.typeId, bytes.subarray(i * size), depth + 1),
        );
      }
      case 'enum':
      case 'enum64': {
        const value = readUnsigned(bytes.subarray(0, type.size));
        return value !== 0n || type.values.some((candidate) => candidate.value === 0n);
      }
      default:
        return bytes.subarray(0, this.#btf.sizeOf(typeId) ?? 0).some((byte) => byte !== 0);
    }
  }

  /** `.member = (struct type){`: what btf_show_name puts in front of a value. */
  #name(typeId: number, { member, inArray }: Shown): string {
    if (inArray === true) return '';
    let name = '';
    let pointers = '';
    let arrays = '';
    let typedef = false;
    let type = this.#btf.skipModifiers(member?.typeId ?? typeId);
    for (let i = 0; i < longestChain; i++) {
      if (type.kind === 'typedef') {
        if (name === '') ({ name } = type);
        typedef = true;
      } else if (type.kind === 'array') arrays += '[]';
      else if (type.kind === 'ptr') pointers += '*';
      else break;
      if (type.typeId === 0) break;
      type = this.#btf.skipModifiers(type.typeId);
    }
    if (name === '' && type.kind !== 'ptr' && type.kind !== 'array') ({ name } = type);
    const aggregate = type.kind === 'struct' || type.kind === 'union';
    const enumeration = type.kind === 'enum' || type.kind === 'enum64';
    const parenthesis = pointers !== '' ? '' : arrays !== '' ? '[' : aggregate ? '{' : '';
    if (this.#has('noName')) return parenthesis;
    const prefix = typedef ? '' : aggregate ? type.kind : enumeration ? 'enum' : '';
    const of = member !== undefined && member.name !== '' ? `.${member.name} = ` : '';
    const space = prefix !== '' && name !== '' ? ' ' : '';
    return `${of}(${prefix}${space}${name}${pointers === '' ? '' : ` ${pointers}`}${arrays})${parenthesis}`;
  }
}

const kindNumbers: Partial<Record<BtfType['kind'], number>> = { fwd: 7, func: 12, func_proto: 13, float: 16 };
