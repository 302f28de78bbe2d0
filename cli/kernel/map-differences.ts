import { fromHex } from '../../vm/base/bytes.ts';
import { printJson } from '../../vm/inputs/json.ts';
import { formatValue } from '../../vm/inputs/typed-print.ts';
import type { KernelMap } from '../../vm/machine/kernel-map.ts';
import type { Machine } from '../../vm/machine/machine.ts';
import type { Contents, Element } from './map-contents.ts';

/** More say nothing new. */
const most = 4;

/** What a map has here and not on the kernel, one line each. `cpu`: only the values of this CPU count. */
export function mapDifferences(
  machine: Machine,
  map: KernelMap,
  here: Contents,
  kernel: Contents,
  cpu: number | undefined,
): string[] {
  const text = new ElementText(machine, map);
  const lines =
    map.linked.data === undefined
      ? elementDifferences(text, here, kernel, cpu)
      : variableDifferences(text, here[0], kernel[0]);
  const more = lines.length - most;
  return more <= 0 ? lines : [...lines.slice(0, most), `${map.name}: ${more} more differences`];
}

function elementDifferences(
  text: ElementText,
  here: Contents,
  kernel: Contents,
  cpu: number | undefined,
): string[] {
  const there = new Map(kernel.map((element) => [element.key, element]));
  const lines: string[] = [];
  if (here.some(({ key }) => key === '')) return sequenceDifferences(text, here, kernel);
  for (const element of here) {
    const other = there.get(element.key);
    there.delete(element.key);
    const label = text.label(element.key);
    if (other === undefined) lines.push(`${label}: here ${text.values(element)}, not on the kernel`);
    else if (valuesOf(element, cpu) !== valuesOf(other, cpu))
      lines.push(`${label}: here ${text.values(element)}, kernel ${text.values(other)}`);
  }
  for (const element of there.values())
    lines.push(`${text.label(element.key)}: not here, kernel ${text.values(element)}`);
  if (lines.length > 0) return lines;
  const first = here.findIndex(({ key }, i) => key !== kernel[i]?.key);
  if (first < 0) return [];
  const [own, other] = [here, kernel].map((list) => text.key(list[first]?.key ?? ''));
  return [`${text.name}: order differs from element ${first} on: here ${own ?? ''}, kernel ${other ?? ''}`];
}

function sequenceDifferences(text: ElementText, here: Contents, kernel: Contents): string[] {
  const count = Math.max(here.length, kernel.length);
  return Array.from({ length: count }, (_, i) => i)
    .filter((i) => here[i]?.values[0] !== kernel[i]?.values[0])
    .map((i) => {
      const [own, other] = [here[i], kernel[i]].map((element) =>
        element ? text.values(element) : 'nothing',
      );
      return `${text.name}[${i}]: here ${own ?? ''}, kernel ${other ?? ''}`;
    });
}

function valuesOf({ values }: Element, cpu: number | undefined): string {
  return cpu === undefined ? values.join() : (values[cpu] ?? '');
}

/** By variable, where BTF or symbols have some. */
function variableDifferences(
  text: ElementText,
  here: Element | undefined,
  kernel: Element | undefined,
): string[] {
  const [own = '', other = ''] = [here?.values[0], kernel?.values[0]];
  if (own === other) return [];
  const lines = text.variables.flatMap(({ name, offset, size, typeId }) => {
    const [a, b] = [own, other].map((hex) => hex.slice(2 * offset, 2 * (offset + size)));
    return a === b ? [] : [`globals.${name}: here ${text.typed(a, typeId)}, kernel ${text.typed(b, typeId)}`];
  });
  return lines.length > 0 ? lines : [`${text.name}: here 0x${own}, kernel 0x${other}`];
}

/** Keys and values as people read them: by their types where BTF has them. */
class ElementText {
  readonly name: string;
  readonly #machine: Machine;
  readonly #map: KernelMap;

  constructor(machine: Machine, map: KernelMap) {
    this.name = `maps.${map.name}`;
    this.#machine = machine;
    this.#map = map;
  }

  get variables(): ReturnType<typeof variablesOf> {
    return variablesOf(this.#machine, this.#map.name);
  }

  label(key: string): string {
    return `${this.name}[${this.key(key)}]`;
  }

  key(hex: string): string {
    return this.typed(hex, this.#map.linked.definition.keyTypeId);
  }

  values({ values }: Element): string {
    const { valueTypeId } = this.#map.linked.definition;
    return values.map((hex) => this.typed(hex, valueTypeId)).join(' | ');
  }

  typed(hex: string | undefined, typeId: number | undefined): string {
    const { btf } = this.#machine.program.object;
    const bytes = hex === undefined ? undefined : fromHex(hex);
    if (bytes === undefined) return hex ?? 'nothing';
    const size = btf === undefined || typeId === undefined || typeId === 0 ? undefined : btf.sizeOf(typeId);
    if (btf === undefined || typeId === undefined || size === undefined || size > bytes.length)
      return `0x${hex ?? ''}`;
    return printJson(formatValue(btf, typeId, bytes));
  }
}

function variablesOf(
  machine: Machine,
  name: string,
): Machine['program']['object']['dataSections'][number]['variables'] {
  return machine.program.object.dataSections.find((section) => section.name === name)?.variables ?? [];
}
