import type { WatchHit, WatchRange } from '../../../vm/engine/virtual-machine.ts';
import { sizeOf, type CType } from '../../debug-info/c-type.ts';
import { formatValue, shortText } from '../inspection/format-value.ts';
import type { Target } from '../inspection/target.ts';
import { typeWithin } from '../inspection/type-within.ts';
import { constant } from '../inspection/value.ts';
import type { ActiveData } from './data-breakpoint.ts';
import { bytesType, type DataFinder } from './data-finder.ts';
import type { MapEvent } from './watched-calls.ts';

/** What has happened to watched data, in words. */
export class DataText {
  readonly #target: Target;
  readonly #finder: DataFinder;

  constructor(target: Target, finder: DataFinder) {
    this.#target = target;
    this.#finder = finder;
  }

  /** `counts[3].packets: 7 → 8`, `threshold: 5 read`, `counts[3]: made, {…}` */
  access(active: ActiveData, hit: WatchHit): string {
    const range = active.ranges[hit.range];
    const whole = range?.whole !== false;
    const { label, type } = whole ? active : this.#part(active, hit);
    if (hit.access === 'read') {
      const value = range !== undefined && whole ? this.#now(range, type) : '';
      return `${label}${value === '' ? '' : `: ${value}`} read`;
    }
    const { before, after } = hit;
    if (after === undefined) return `${label}: ${this.#value(before, type)} deleted`;
    if (before === undefined) return `${label}: made, ${this.#value(after, type)}`;
    return `${label}: ${this.#value(before, type)} → ${this.#value(after, type)}`;
  }

  /** `counts[3] updated to {…}`, `counts[3] deleted`, `counts[3] looked up, not there` */
  event({ map, label }: ActiveData, { operation, key, result }: MapEvent): string {
    if (map === undefined) return label;
    const name = key === undefined ? map.name : `${map.name}[${this.#finder.keyText(map, key)}]`;
    switch (operation) {
      case 'lookup':
        return `${name} looked up${result === 0n ? ', not there' : ''}`;
      case 'delete':
        return `${name} deleted`;
      case 'update': {
        const address = key && map.find(key)?.valueAddresses[0];
        const type = this.#target.valueType(map);
        const bytes = address === undefined ? undefined : this.#target.read(address, sizeOf(type) ?? 0);
        return bytes === undefined ? `${name} updated` : `${name} updated to ${this.#value(bytes, type)}`;
      }
    }
  }

  /** The variable that an access within a whole map was of. */
  #part(
    { label }: ActiveData,
    { address, size }: WatchHit,
  ): { readonly label: string; readonly type: CType | undefined } {
    const found = this.#finder.find(this.#finder.placeOf(address, size));
    return found.ok ? found.value : { label: `${label}, ${this.#target.describe(address)}`, type: undefined };
  }

  /** Of the whole range, however little of it was read. */
  #now({ address, size, find }: WatchRange, type: CType | undefined): string {
    const start = find === undefined ? address : find();
    const bytes = start === undefined ? undefined : this.#target.read(start, size);
    return bytes === undefined ? '' : this.#value(bytes, type);
  }

  #value(bytes: Uint8Array | undefined, type: CType | undefined): string {
    if (bytes === undefined) return '(no bytes)';
    const fits = type !== undefined && sizeOf(type) === bytes.length;
    const shown = fits ? type : (typeWithin(type, 0, bytes.length).type ?? bytesType(bytes.length));
    const value = { type: shown, storage: constant(bytes) };
    return formatValue(value, { hex: false, surroundings: this.#target, limits: shortText });
  }
}
