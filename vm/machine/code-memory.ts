import type { LinearMemory } from '../memory/linear-memory.ts';
import { regionBias, type Regions } from '../memory/regions.ts';
import type { LinkedProgram, LinkedSection } from '../object/linked-program.ts';
import { decoded, state } from './layout.ts';

/**
 * Instructions have three names: a slot (index in the linked program), an ip (linear offset of the decoded
 * instruction, what the engine uses), and an address (what programs and users see: never 0).
 */
export class CodeMemory {
  readonly #memory: LinearMemory;
  readonly #regions: Regions;
  readonly #sections: readonly LinkedSection[];
  readonly #regionIds: readonly number[];
  /** Linear offset of the decoded instruction of slot 0. */
  readonly base: number;

  constructor(memory: LinearMemory, regions: Regions, program: LinkedProgram) {
    this.#memory = memory;
    this.#regions = regions;
    this.#sections = program.sections;
    const slots = program.code.length / 8;
    const text = memory.allocate(program.code.length);
    memory.bytes.set(program.code, text);
    this.#regionIds = program.sections.map((section, owner) =>
      regions.add({
        kind: 'code',
        owner,
        base: text + section.firstSlot * 8,
        size: section.slots * 8,
        readLimit: 0,
      }),
    );
    this.base = memory.allocate((slots + 1) * decoded.sizeOf);
    this.#memory.view.setUint32(state.code, this.base, true);
  }

  ipOfSlot(slot: number): number {
    return this.base + slot * decoded.sizeOf;
  }

  slotOfIp(ip: number): number {
    return (ip - this.base) / decoded.sizeOf;
  }

  sectionOfSlot(slot: number): { readonly section: LinkedSection; readonly ordinal: number } | undefined {
    const ordinal = this.#sections.findIndex(
      ({ firstSlot, slots }) => slot >= firstSlot && slot <= firstSlot + slots,
    );
    const section = this.#sections[ordinal];
    return section && { section, ordinal };
  }

  addressOfSlot(slot: number): bigint {
    const place = this.sectionOfSlot(slot);
    const id = place && this.#regionIds[place.ordinal];
    if (place === undefined || id === undefined) return 0n;
    return (BigInt(id) << 32n) + BigInt(regionBias + (slot - place.section.firstSlot) * 8);
  }

  /** Slot of an instruction's address; undefined for an address that is not in code or not a multiple of 8. */
  slotOfAddress(address: bigint): number | undefined {
    const place = this.#regions.locate(address);
    if (place?.region.kind !== 'code') return undefined;
    const { region, offset } = place;
    const section = this.#sections[region.owner];
    if (section === undefined || offset % 8 !== 0 || offset < 0 || offset >= region.size) return undefined;
    return section.firstSlot + offset / 8;
  }
}
