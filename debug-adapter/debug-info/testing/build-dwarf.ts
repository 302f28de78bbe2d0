import { DW_FORM, DW_UT } from '../dwarf/constants.ts';
import { ByteWriter } from './byte-writer.ts';

/** What an attribute refers to or holds; `DieSpec` for references, which come out as offsets. */
export type AttributeValue = number | bigint | string | Uint8Array | DieSpec;

export type AttributeSpec = readonly [attribute: number, form: number, value: AttributeValue];

/** An entry as a test describes it. */
export interface DieSpec {
  readonly tag: number;
  readonly attributes: readonly AttributeSpec[];
  readonly children: readonly DieSpec[];
}

export function die(
  tag: number,
  attributes: readonly AttributeSpec[] = [],
  children: readonly DieSpec[] = [],
): DieSpec {
  return { tag, attributes, children };
}

export interface UnitSpec {
  readonly version: number;
  readonly root: DieSpec;
  /** Of a type unit: its signature and the entry of its type. */
  readonly signature?: bigint;
  readonly type?: DieSpec;
}

/** .debug_info and .debug_abbrev of some units. All of 32-bit DWARF; strings are indices and offsets as given. */
export function buildUnits(units: readonly UnitSpec[]): Record<string, Uint8Array> {
  const info = new ByteWriter();
  const abbreviations = new ByteWriter();
  const places = new Map<DieSpec, { readonly unit: number; readonly offset: number }>();
  const patches: { readonly at: number; readonly form: number; readonly target: DieSpec }[] = [];
  for (const unit of units) {
    const writer = new UnitWriter(info, abbreviations, places, patches);
    writer.unit(unit);
  }
  for (const { at, form, target } of patches) {
    const place = places.get(target);
    if (place === undefined) throw new Error('an attribute refers to an entry that is in no unit');
    info.patch(at, form === DW_FORM.ref_addr ? place.offset : place.offset - place.unit, 4);
  }
  return { '.debug_info': info.done(), '.debug_abbrev': abbreviations.done() };
}

class UnitWriter {
  readonly #info: ByteWriter;
  readonly #abbreviations: ByteWriter;
  readonly #places: Map<DieSpec, { unit: number; offset: number }>;
  readonly #patches: { at: number; form: number; target: DieSpec }[];
  #codes = 0;
  #start = 0;

  constructor(
    info: ByteWriter,
    abbreviations: ByteWriter,
    places: Map<DieSpec, { unit: number; offset: number }>,
    patches: { at: number; form: number; target: DieSpec }[],
  ) {
    this.#info = info;
    this.#abbreviations = abbreviations;
    this.#places = places;
    this.#patches = patches;
  }

  unit({ version, root, signature, type }: UnitSpec): void {
    const info = this.#info;
    this.#start = info.length;
    info.number(0, 4).number(version, 2);
    if (version >= 5) info.u8(signature === undefined ? DW_UT.compile : DW_UT.type).u8(8);
    info.number(this.#abbreviations.length, 4);
    if (version < 5) info.u8(8);
    if (signature !== undefined) {
      info.number(signature, 8);
      if (type !== undefined) this.#patches.push({ at: info.length, form: DW_FORM.ref4, target: type });
      info.number(0, 4);
    }
    this.#die(root);
    this.#abbreviations.u8(0);
    info.patch(this.#start, info.length - this.#start - 4, 4);
  }

  /** Each entry has an abbreviation of its own. */
  #die(spec: DieSpec): void {
    const { tag, attributes, children } = spec;
    const code = ++this.#codes;
    this.#places.set(spec, { unit: this.#start, offset: this.#info.length });
    this.#abbreviations
      .uleb(code)
      .uleb(tag)
      .u8(children.length > 0 ? 1 : 0);
    this.#info.uleb(code);
    for (const [attribute, form, value] of attributes) {
      this.#abbreviations.uleb(attribute).uleb(form);
      if (form === DW_FORM.implicit_const) this.#abbreviations.sleb(value as bigint);
      else this.#value(form, value);
    }
    this.#abbreviations.u8(0).u8(0);
    for (const child of children) this.#die(child);
    if (children.length > 0) this.#info.u8(0);
  }

  #value(form: number, value: AttributeValue): void {
    const info = this.#info;
    if (typeof value === 'string') info.text(value);
    else if (value instanceof Uint8Array) this.#block(form, value);
    else if (typeof value === 'object') {
      this.#patches.push({ at: info.length, form, target: value });
      info.number(0, 4);
    } else this.#number(form, value);
  }

  #block(form: number, bytes: Uint8Array): void {
    const info = this.#info;
    if (form === DW_FORM.data16) info.bytes(bytes);
    else if (form === DW_FORM.exprloc || form === DW_FORM.block) info.uleb(bytes.length).bytes(bytes);
    else {
      const sizes = [DW_FORM.block1, DW_FORM.block2, undefined, DW_FORM.block4];
      info.number(bytes.length, sizes.findIndex((candidate) => candidate === form) + 1).bytes(bytes);
    }
  }

  #number(form: number, value: number | bigint): void {
    const size = numberSizes[form];
    if (form === DW_FORM.sdata) this.#info.sleb(value);
    else if (size === undefined) this.#info.uleb(value);
    else this.#info.number(value, size);
  }
}

/** Bytes of numbers; other forms are LEB128. */
const numberSizes: Readonly<Record<number, number | undefined>> = {
  [DW_FORM.flag_present]: 0,
  [DW_FORM.data1]: 1,
  [DW_FORM.flag]: 1,
  [DW_FORM.strx1]: 1,
  [DW_FORM.addrx1]: 1,
  [DW_FORM.data2]: 2,
  [DW_FORM.strx2]: 2,
  [DW_FORM.addrx2]: 2,
  [DW_FORM.strx3]: 3,
  [DW_FORM.addrx3]: 3,
  [DW_FORM.data4]: 4,
  [DW_FORM.strp]: 4,
  [DW_FORM.line_strp]: 4,
  [DW_FORM.sec_offset]: 4,
  [DW_FORM.strx4]: 4,
  [DW_FORM.addrx4]: 4,
  [DW_FORM.addr]: 8,
  [DW_FORM.data8]: 8,
  [DW_FORM.ref_sig8]: 8,
};
