import { decodeExpression } from '../location/decode.ts';
import type { AddressRange, DebugLocation, DebugVariable, LocationExpression } from '../debug-info.ts';
import type { MovedRange } from './match-functions.ts';

const addressSize = 8;

/** Addresses of a debug file as those of the object. */
export class MovedAddresses {
  /** Ascending. */
  readonly #ranges: readonly MovedRange[];

  constructor(ranges: readonly MovedRange[]) {
    this.#ranges = ranges.toSorted((a, b) => a.low - b.low);
  }

  /** Undefined for what the object does not have. */
  of(address: number): number | undefined {
    const shift = this.#shiftAt(address);
    return shift === undefined ? undefined : address + shift;
  }

  /** A range that does not leave the code of its function. */
  range({ low, high }: AddressRange): AddressRange[] {
    const shift = this.#shiftAt(low);
    return shift === undefined ? [] : [{ low: low + shift, high: high + shift }];
  }

  variable(variable: DebugVariable): DebugVariable {
    const { name, kind, type, declaration, location } = variable;
    return { name, kind, type, declaration, location: this.#location(location) };
  }

  #location(location: DebugLocation): DebugLocation {
    switch (location.kind) {
      case 'none':
      case 'constant':
        return location;
      case 'expression':
        return { kind: 'expression', expression: this.#expression(location.expression) };
      case 'list': {
        const entries = location.entries.flatMap(({ low, high, expression }) =>
          this.range({ low, high }).map((range) => ({ ...range, expression: this.#expression(expression) })),
        );
        return { kind: 'list', entries: entries.sort((a, b) => a.low - b.low) };
      }
    }
  }

  #expression(expression: LocationExpression): LocationExpression {
    return {
      bytes: this.#bytes(expression.bytes),
      addressAt: (index) => {
        const address = expression.addressAt(index);
        return address === undefined ? undefined : this.of(address);
      },
      baseType: (offset) => expression.baseType(offset),
    };
  }

  /** DW_OP_addr has its address in place; one that the object does not have becomes 0, where nothing is. */
  #bytes(bytes: Uint8Array): Uint8Array {
    const operations = decodeExpression(bytes);
    const addresses = operations.ok
      ? operations.value.filter(({ row }) => row.meaning.kind === 'address')
      : [];
    if (addresses.length === 0) return bytes;
    const copy = bytes.slice();
    const view = new DataView(copy.buffer);
    for (const { next, operands } of addresses) {
      const moved = this.of(Number(operands[0] ?? 0n)) ?? 0;
      view.setBigUint64(next - addressSize, BigInt(moved), true);
    }
    return copy;
  }

  #shiftAt(address: number): number | undefined {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle]?.low ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    const range = this.#ranges[low - 1];
    return range !== undefined && address < range.high ? range.shift : undefined;
  }
}
