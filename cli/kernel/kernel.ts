import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt, raise, type Result } from '../../vm/base/problem.ts';
import { bpftool } from './bpftool.ts';

const bpfFileSystem = '/sys/fs/bpf';
/** BPF_FS_MAGIC of include/uapi/linux/magic.h. */
const bpfMagic = 0xcafe4a11;

/** The running kernel, and the folders that this process uses on it; nothing of it stays after `close`. */
export interface Kernel {
  /** Possible CPUs: values of an element of a per-CPU map. */
  readonly cpus: number;
  /** Fresh folders for pinned objects and for files. */
  folders(): KernelFolders;
  close(): void;
}

export interface KernelFolders {
  readonly pins: string;
  readonly files: string;
  remove(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Problem `no-kernel` says why programs cannot be run on the kernel here. */
export function openKernel(): Result<Kernel> {
  return attempt(() => {
    check();
    const pins = join(bpfFileSystem, `ebpf-debugger-${process.pid}`);
    const files = mkdtempSync(join(tmpdir(), 'ebpf-debugger-'));
    const remove = (): void => {
      rmSync(pins, { recursive: true, force: true });
      rmSync(files, { recursive: true, force: true });
    };
    const stop = (signal: NodeJS.Signals): void => {
      remove();
      process.removeListener(signal, stop);
      process.kill(process.pid, signal);
    };
    process.on('exit', remove);
    for (const signal of signals) process.on(signal, stop);
    mkdirSync(pins);
    let count = 0;
    return {
      cpus: possibleCpus(),
      folders: () => {
        const name = String(count++);
        const own = { pins: join(pins, name), files: join(files, name) };
        mkdirSync(own.pins);
        mkdirSync(own.files);
        return {
          ...own,
          remove: () => Object.values(own).forEach((path) => rmSync(path, { recursive: true, force: true })),
        };
      },
      close: () => {
        remove();
        process.removeListener('exit', remove);
        for (const signal of signals) process.removeListener(signal, stop);
      },
    };
  });
}

function check(): void {
  const no = (why: string, hint?: string): never => raise('no-kernel', why, undefined, hint);
  if (process.platform !== 'linux') no(`programs run on a kernel only on Linux, this is ${process.platform}`);
  if (process.getuid?.() !== 0) no('loading programs takes root');
  if (statfsSync(bpfFileSystem).type !== bpfMagic)
    no(`${bpfFileSystem} is no BPF file system`, `mount -t bpf bpf ${bpfFileSystem}`);
  const listed = attempt(() => bpftool(['-j', 'map', 'list'], 0));
  if (!listed.ok) no(listed.problem.message, 'The packages bpftool and util-linux have bpftool and taskset.');
  else if (listed.value.status !== 0)
    no(`bpf() is refused: ${(listed.value.stderr + listed.value.stdout).trim().slice(0, 200)}`);
}

/** `0-3` of sysfs; a list where there are gaps. */
function possibleCpus(): number {
  const list = readFileSync('/sys/devices/system/cpu/possible', 'utf8').trim();
  return Number(list.split(/[-,]/).at(-1)) + 1;
}
