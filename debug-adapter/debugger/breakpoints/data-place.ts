import { failed, ok, type Result } from '../../../vm/base/problem.ts';

/** One call of a function, as long as it lasts. */
export interface ActivationId {
  readonly run: number;
  readonly depth: number;
  readonly entryCycle: number;
}

/** Bytes that a data breakpoint watches, named so that they are found again where the machine has moved them. */
export type DataPlace =
  /** Of a global variable, from its start. */
  | { readonly kind: 'global'; readonly name: string; readonly offset: number; readonly size: number }
  /** Of the value of an element; `key` is an expression, `cpu` of a per-CPU map. */
  | {
      readonly kind: 'value';
      readonly map: string;
      readonly key: string;
      readonly cpu: number | undefined;
      readonly offset: number;
      readonly size: number;
    }
  /** An element with all of its values; without key the whole map. */
  | { readonly kind: 'map'; readonly map: string; readonly key: string | undefined }
  | { readonly kind: 'packet' | 'ctx'; readonly offset: number; readonly size: number }
  | {
      readonly kind: 'stack';
      readonly activation: ActivationId;
      readonly address: bigint;
      readonly size: number;
    }
  | { readonly kind: 'memory'; readonly address: bigint; readonly size: number };

/**
 * The DAP's dataId: the one spelling of a place, which says all there is to know. Clients keep those of places that
 * outlive a session.
 */
export function dataIdOf(place: DataPlace): string {
  switch (place.kind) {
    case 'global':
      return `global:${place.name}${range(place)}`;
    case 'value': {
      const cpu = place.cpu === undefined ? '' : `@${place.cpu}`;
      return `map:${place.map}[${place.key}]${cpu}${range(place)}`;
    }
    case 'map':
      return place.key === undefined ? `map:${place.map}` : `map:${place.map}[${place.key}]`;
    case 'packet':
    case 'ctx':
      return `${place.kind}:${place.offset}/${place.size}`;
    case 'stack': {
      const { run, depth, entryCycle } = place.activation;
      return `stack:${run}.${depth}.${entryCycle}:0x${place.address.toString(16)}/${place.size}`;
    }
    case 'memory':
      return `memory:0x${place.address.toString(16)}/${place.size}`;
  }
}

function range({ offset, size }: { readonly offset: number; readonly size: number }): string {
  return `+${offset}/${size}`;
}

/** Whether the place means the same in another session. */
export function canPersist({ kind }: DataPlace): boolean {
  return kind !== 'stack' && kind !== 'memory';
}

const patterns = {
  global: /^global:(.+)\+(\d+)\/(\d+)$/,
  value: /^map:([^[]+)\[(.*)\](?:@(\d+))?\+(\d+)\/(\d+)$/,
  map: /^map:([^[]+)(?:\[(.*)\])?$/,
  bytes: /^(packet|ctx):(\d+)\/(\d+)$/,
  stack: /^stack:(\d+)\.(\d+)\.(\d+):(0x[0-9a-f]{1,16})\/(\d+)$/,
  memory: /^memory:(0x[0-9a-f]{1,16})\/(\d+)$/,
};

export function parseDataId(id: string): Result<DataPlace> {
  const global = patterns.global.exec(id);
  if (global !== null) {
    const [, name = '', offset, size] = global;
    return ok({ kind: 'global', name, offset: Number(offset), size: Number(size) });
  }
  const value = patterns.value.exec(id);
  if (value !== null) {
    const [, map = '', key = '', cpu, offset, size] = value;
    const ofCpu = cpu === undefined ? undefined : Number(cpu);
    return ok({ kind: 'value', map, key, cpu: ofCpu, offset: Number(offset), size: Number(size) });
  }
  const whole = patterns.map.exec(id);
  if (whole !== null) return ok({ kind: 'map', map: whole[1] ?? '', key: whole[2] });
  const bytes = patterns.bytes.exec(id);
  if (bytes !== null) {
    const [, kind, offset, size] = bytes;
    return ok({
      kind: kind === 'ctx' ? 'ctx' : 'packet',
      offset: Number(offset),
      size: Number(size),
    });
  }
  const stack = patterns.stack.exec(id);
  if (stack !== null) {
    const [, run, depth, entryCycle, address = '0', size] = stack;
    const activation = { run: Number(run), depth: Number(depth), entryCycle: Number(entryCycle) };
    return ok({ kind: 'stack', activation, address: BigInt(address), size: Number(size) });
  }
  const memory = patterns.memory.exec(id);
  if (memory !== null) {
    const [, address = '0', size] = memory;
    return ok({ kind: 'memory', address: BigInt(address), size: Number(size) });
  }
  return failed({ code: 'bad-data-id', message: `'${id}' names no data of this debugger` });
}
