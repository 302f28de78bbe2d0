import { fromHex } from '../base/bytes.ts';
import type { Environment } from '../environment/environment.ts';
import type { SysctlEnvironment } from '../environment/cgroup.ts';
import type { FileEnvironment } from '../environment/files.ts';
import type { EventEnvironment, KernelNames, MemoryRange, TaskEnvironment } from '../environment/task.ts';
import {
  describe,
  integerOf,
  listOf,
  memberPath,
  membersOf,
  numberOf,
  optional,
  textOf,
  wrong,
} from './checked.ts';

/** Reads what kernel-environment-json.ts describes. */

export const kernelMembers = [
  'task',
  'kernelMemory',
  'userMemory',
  'event',
  'names',
  'files',
  'taiOffsetNs',
  'sysctl',
] as const;

type KernelEnvironment = Pick<Environment, (typeof kernelMembers)[number]>;
type Members = Readonly<Record<string, unknown>>;
type Read<T> = (value: unknown, path: string) => T;

const u32 = numberOf(0, 0xffffffff);
const longestComm = 15;

function u64(value: unknown, path: string): bigint {
  const integer = integerOf(value, path);
  if (integer < -(1n << 63n) || integer >= 1n << 64n) wrong(path, `${integer} does not fit 64 bits`);
  return BigInt.asUintN(64, integer);
}

const list =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (value, path) =>
    listOf(value, path).map((item, i) => read(item, `${path}[${i}]`));

function record<T>(read: Read<T>): Read<Readonly<Record<string, T>>> {
  return (value, path) =>
    Object.fromEntries(
      Object.entries(membersOf(value, path)).map(([name, item]) => [
        name,
        read(item, memberPath(path, name)),
      ]),
    );
}

function required<T>(members: Members, name: string, path: string, read: Read<T>): T {
  return read(members[name], memberPath(path, name));
}

function hexOf(value: unknown, path: string): Uint8Array {
  const bytes = fromHex(textOf(value, path));
  if (bytes === undefined) wrong(path, `pairs of hex digits were expected, found ${describe(value)}`);
  return bytes;
}

export function readKernelEnvironment(members: Members, path: string): KernelEnvironment {
  const task = optional(members, 'task', path, readTask);
  const kernelMemory = optional(members, 'kernelMemory', path, list(readRange));
  const userMemory = optional(members, 'userMemory', path, list(readRange));
  const event = optional(members, 'event', path, readEvent);
  const names = optional(members, 'names', path, readNames);
  const files = optional(members, 'files', path, list(readFile));
  const taiOffsetNs = optional(members, 'taiOffsetNs', path, integerOf);
  const sysctl = optional(members, 'sysctl', path, readSysctl);
  return {
    ...(task && { task }),
    ...(kernelMemory && { kernelMemory }),
    ...(userMemory && { userMemory }),
    ...(event && { event }),
    ...(names && { names }),
    ...(files && { files }),
    ...(taiOffsetNs !== undefined && { taiOffsetNs }),
    ...(sysctl && { sysctl }),
  };
}

const taskMembers = [
  'pid',
  'tgid',
  'uid',
  'gid',
  'comm',
  'cgroupIds',
  'vmas',
  'kernelStack',
  'userStack',
  'pidNamespace',
] as const;

function readTask(value: unknown, path: string): TaskEnvironment {
  const members = membersOf(value, path, taskMembers);
  const pid = required(members, 'pid', path, u32);
  const comm = optional(members, 'comm', path, textOf) ?? '';
  if (new TextEncoder().encode(comm).length > longestComm)
    wrong(memberPath(path, 'comm'), `the name of a task has at most ${longestComm} bytes`);
  return {
    pid,
    tgid: optional(members, 'tgid', path, u32) ?? pid,
    uid: optional(members, 'uid', path, u32) ?? 0,
    gid: optional(members, 'gid', path, u32) ?? 0,
    comm,
    cgroupIds: optional(members, 'cgroupIds', path, list(u64)) ?? [],
    vmas: optional(members, 'vmas', path, list(readVma)) ?? [],
    kernelStack: optional(members, 'kernelStack', path, list(u64)) ?? [],
    userStack: optional(members, 'userStack', path, list(u64)) ?? [],
    pidNamespace: optional(members, 'pidNamespace', path, readNamespace),
  };
}

function readVma(value: unknown, path: string): TaskEnvironment['vmas'][number] {
  const members = membersOf(value, path, ['start', 'end', 'flags']);
  const start = required(members, 'start', path, u64);
  const end = required(members, 'end', path, u64);
  if (end <= start) wrong(path, 'end is not behind start');
  return { start, end, flags: optional(members, 'flags', path, u64) ?? 0n };
}

function readNamespace(value: unknown, path: string): NonNullable<TaskEnvironment['pidNamespace']> {
  const members = membersOf(value, path, ['dev', 'ino', 'pid', 'tgid']);
  return {
    dev: required(members, 'dev', path, u64),
    ino: required(members, 'ino', path, u64),
    pid: required(members, 'pid', path, u32),
    tgid: required(members, 'tgid', path, u32),
  };
}

function readRange(value: unknown, path: string): MemoryRange {
  const members = membersOf(value, path, ['address', 'bytes', 'text']);
  const bytes = optional(members, 'bytes', path, hexOf);
  const text = optional(members, 'text', path, textOf);
  if ((bytes === undefined) === (text === undefined)) wrong(path, 'either bytes or text is needed');
  const address = required(members, 'address', path, u64);
  return { address, bytes: bytes ?? new TextEncoder().encode(`${text ?? ''}\0`) };
}

function readEvent(value: unknown, path: string): EventEnvironment {
  const members = membersOf(value, path, ['functionAddress', 'cookie', 'counter', 'branches']);
  return {
    functionAddress: optional(members, 'functionAddress', path, u64),
    cookie: optional(members, 'cookie', path, u64),
    counter: optional(members, 'counter', path, (counter, at) => {
      const values = membersOf(counter, at, ['value', 'enabled', 'running']);
      return {
        value: required(values, 'value', at, u64),
        enabled: required(values, 'enabled', at, u64),
        running: required(values, 'running', at, u64),
      };
    }),
    branches: optional(members, 'branches', path, hexOf),
  };
}

function readNames(value: unknown, path: string): KernelNames {
  const members = membersOf(value, path, ['symbols', 'types']);
  return {
    symbols: optional(members, 'symbols', path, record(u64)) ?? {},
    types: optional(members, 'types', path, record(u32)) ?? {},
  };
}

function readSysctl(value: unknown, path: string): SysctlEnvironment {
  const members = membersOf(value, path, ['name', 'currentValue', 'newValue']);
  const encoded = (text: unknown, at: string): Uint8Array => new TextEncoder().encode(textOf(text, at));
  const currentValue = optional(members, 'currentValue', path, encoded);
  const newValue = optional(members, 'newValue', path, encoded);
  return {
    name: required(members, 'name', path, textOf),
    ...(currentValue && { currentValue }),
    ...(newValue && { newValue }),
  };
}

function readFile(value: unknown, path: string): FileEnvironment {
  const members = membersOf(value, path, ['address', 'path', 'hash', 'hashAlgorithm']);
  return {
    address: required(members, 'address', path, u64),
    path: optional(members, 'path', path, textOf),
    hash: optional(members, 'hash', path, hexOf),
    hashAlgorithm: optional(members, 'hashAlgorithm', path, u32) ?? 4,
  };
}
