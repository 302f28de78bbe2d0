import { readUnsigned } from '../../../vm/base/bytes.ts';
import { failed, ok, type Result } from '../../../vm/base/problem.ts';
import type { VirtualMachine } from '../../../vm/engine/virtual-machine.ts';
import type { KernelMap } from '../../../vm/machine/kernel-map.ts';
import { state } from '../../../vm/machine/layout.ts';
import type { Machine } from '../../../vm/machine/machine.ts';
import type { Region } from '../../../vm/memory/regions.ts';
import type { DebugFrame } from '../frame.ts';
import type { StepObserver } from '../execution.ts';
import type { SourceView } from '../source-view.ts';
import type { NamedTypes } from '../../debug-info/debug-info.ts';
import { firstNamed } from '../../debug-info/first-named.ts';
import { BtfTypes } from '../../debug-info/btf-types.ts';
import { untyped, type CType } from '../../debug-info/c-type.ts';
import { AddressDescriber } from './describe-address.ts';
import { isTextByte, type Surroundings } from './format-value.ts';
import { ActivationLog } from './locals/activation-log.ts';
import type { FrameLocals } from './locals/locals.ts';
import { StackVariables } from './locals/stack-variables.ts';
import type { Storage } from './value.ts';
import { decodeUtf8 } from '../../../vm/base/byte-reader.ts';

/** A change the user makes to the machine. */
export type Edit =
  | { readonly kind: 'memory'; readonly address: bigint; readonly bytes: Uint8Array }
  | { readonly kind: 'register'; readonly register: number; readonly value: bigint };

/** What the debugger tells its inspection. */
export interface InspectionHost {
  /** r0 to r10 as the frame will find them again; undefined where the machine no longer has them. */
  frameRegisters(frame: DebugFrame): readonly (bigint | undefined)[];
  /** Makes a change and writes it down, so that it is made again where the run is gone through again. */
  change?(change: () => Result<void>): Result<void>;
  /** What debug information says of the source; undefined where there is none. */
  readonly source?: SourceView | undefined;
  /** Milliseconds that running again for variables that have lost their location may take. */
  readonly patience?: number;
  /** Takes what is to see each single step. */
  observe?(observer: StepObserver): void;
  /** Called after each change, for clients that show the bytes. */
  edited?(edit: Edit): void;
}

/** What of a virtual machine is looked at. */
export type InspectedMachine = Pick<VirtualMachine, 'machine' | 'family'>;

const longestString = 256;

/** The machine as inspection reads and changes it, with the types of its object. */
export class Target implements Surroundings {
  readonly vm: InspectedMachine;
  readonly machine: Machine;
  readonly host: InspectionHost;
  readonly types: BtfTypes | undefined;
  /** Types and constants that expressions can name: those of BTF, and those that only DWARF has. */
  readonly named: NamedTypes;
  readonly source: SourceView | undefined;
  /** Of the frames of this stop. */
  readonly frameLocals = new WeakMap<DebugFrame, FrameLocals>();
  readonly stackVariables: StackVariables;
  readonly #activations: ActivationLog | undefined;
  readonly #describer: AddressDescriber;

  constructor(vm: InspectedMachine, host: InspectionHost) {
    this.vm = vm;
    this.machine = vm.machine;
    this.host = host;
    this.source = host.source;
    this.#activations = this.source && new ActivationLog(this, this.source, host.observe !== undefined);
    if (this.#activations !== undefined) host.observe?.(this.#activations);
    const { btf } = vm.machine.program.object;
    this.types = btf && new BtfTypes(btf);
    this.named = firstNamed([this.types ?? [], host.source?.scopes.info?.types ?? []].flat());
    this.stackVariables = new StackVariables(this);
    this.#describer = new AddressDescriber(this);
  }

  /** What single steps have told of activations; only where there is debug information. */
  get activations(): ActivationLog {
    if (this.#activations === undefined)
      throw new Error('without debug information no activation is remembered');
    return this.#activations;
  }

  read(address: bigint, size: number): Uint8Array | undefined {
    const place = this.machine.regions.peek(address);
    if (place === undefined || size > place.available) return undefined;
    return this.machine.memory.bytes.slice(place.linear, place.linear + size);
  }

  write(address: bigint, bytes: Uint8Array): Result<void> {
    const own = bytes.slice();
    return this.#change({ kind: 'memory', address, bytes: own }, () => this.#store(address, own));
  }

  setRegister(register: number, value: bigint): void {
    this.#change({ kind: 'register', register, value }, () => {
      this.machine.setRegister(register, value);
      return ok(undefined);
    });
  }

  #change(edit: Edit, change: () => Result<void>): Result<void> {
    const { host } = this;
    const changed = host.change === undefined ? change() : host.change(change);
    if (!changed.ok) return changed;
    this.forget();
    host.edited?.(edit);
    return changed;
  }

  #store(address: bigint, bytes: Uint8Array): Result<void> {
    const { memory, regions } = this.machine;
    const place = regions.peek(address);
    const located = regions.locate(address);
    if (place === undefined || located === undefined || bytes.length > place.available)
      return refuse('unwritable', `there are no ${bytes.length} bytes at 0x${address.toString(16)}`);
    const reason = fixedContents[located.region.kind];
    if (reason !== undefined) return refuse('read-only', reason);
    if (located.region.kind === 'ctx') return this.#storeContext(located.region, located.offset, bytes);
    memory.bytes.set(bytes, place.linear);
    this.machine.written?.setBytes(place.linear, bytes.length);
    return ok(undefined);
  }

  /** The program type says what may be stored in its context, and a store may mean more than the bytes. */
  #storeContext(region: Region, offset: number, bytes: Uint8Array): Result<void> {
    const { memory, contextStore } = this.machine;
    if (offset + bytes.length <= region.writeLimit) {
      memory.bytes.set(bytes, region.base + offset);
      return ok(undefined);
    }
    if (contextStore?.(this.machine, offset, bytes.length, readUnsigned(bytes)) === true)
      return ok(undefined);
    const type = this.vm.family?.name ?? 'this type';
    return refuse(
      'read-only',
      `${bytes.length} bytes at ctx+${offset} are read-only for programs of type ${type}`,
    );
  }

  /** Forgets what was remembered of the contents of maps: to be called where something else changes them. */
  forget(): void {
    this.stackVariables.forget();
    this.#describer.forget();
  }

  memory(address: bigint): Storage {
    return {
      address,
      read: (offset, size) => this.read(address + BigInt(offset), size),
      write: (offset, bytes) => this.write(address + BigInt(offset), bytes),
    };
  }

  describe(address: bigint): string {
    return this.#describer.describe(address);
  }

  text(address: bigint): string | undefined {
    const place = this.machine.regions.peek(address);
    if (place === undefined) return undefined;
    const length = Math.min(place.available, longestString);
    const bytes = this.machine.memory.bytes.slice(place.linear, place.linear + length);
    const nul = bytes.indexOf(0);
    const text = bytes.subarray(0, nul < 0 ? length : nul);
    return nul >= 0 && text.every(isTextByte) ? decodeUtf8(text) : undefined;
  }

  keyType({ linked: { definition } }: KernelMap): CType {
    const { keyTypeId, keySize } = definition;
    return this.type(keyTypeId) ?? untyped(keySize);
  }

  valueType({ linked: { definition } }: KernelMap): CType {
    const { valueTypeId, valueSize } = definition;
    return this.type(valueTypeId) ?? untyped(valueSize);
  }

  type(btfId: number | undefined): CType | undefined {
    return btfId === undefined || this.types?.btf.has(btfId) !== true ? undefined : this.types.of(btfId);
  }

  /** Address of the context of the run; 0 before the first. */
  get context(): bigint {
    const region = this.machine.memory.view.getUint32(state.ctxRegion, true);
    return region === 0 ? 0n : this.machine.regions.addressOf(region);
  }
}

/** Contents that no edit may change, and why. */
const fixedContents: Partial<Record<Region['kind'], string>> = {
  code: 'instructions cannot be changed',
  map: 'this is a map, not bytes; change its elements',
  map_key: 'a key cannot be changed: its place in the map follows from it',
  frame_key: 'a key cannot be changed: its place in the map follows from it',
  none: 'there is nothing to be changed',
};

function refuse(code: string, message: string): Result<void> {
  return failed({ code, message });
}
