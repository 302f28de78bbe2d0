import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject } from '../../vm/inputs/json.ts';
import type { LinkedMap } from '../../vm/object/linked-program.ts';
import type { ProgramObject } from '../../vm/object/program-object.ts';
import { bpftool, perform, type Answer } from './bpftool.ts';
import type { KernelFolders } from './kernel.ts';
import type { Names } from './map-contents.ts';

/** The copy's file name without `.o`: libbpf puts it before the names of data sections' maps. */
const objectName = 'k';
/** BPF_OBJ_NAME_LEN less the NUL. */
const longestName = 15;

/** Why the kernel did not take the object. */
export interface Refusal {
  /** The last lines of the verifier's log, or of the loader where the verifier was not asked. */
  readonly lines: readonly string[];
}

/** An object on the kernel: programs and maps are pinned in the folders, nothing is attached. */
export class LoadedObject {
  readonly #folders: KernelFolders;
  #names: Names | undefined;

  constructor(folders: KernelFolders) {
    this.#folders = folders;
  }

  /** Undefined where the kernel took it. `cpu`: spare elements of maps come from what it owns. */
  load(bytes: Uint8Array, cpu: number): Refusal | undefined {
    const file = join(this.#folders.files, `${objectName}.o`);
    writeFileSync(file, bytes);
    const { pins } = this.#folders;
    const ran = bpftool(
      ['prog', 'loadall', file, join(pins, 'programs'), 'pinmaps', join(pins, 'maps')],
      cpu,
    );
    return ran.status === 0 ? undefined : { lines: reasons(ran.stderr + ran.stdout) };
  }

  programPath(name: string): string {
    return join(this.#folders.pins, 'programs', name);
  }

  mapPath(map: LinkedMap): string {
    return join(this.#folders.pins, 'maps', pinName(map));
  }

  /** A file of this name among the copy's. */
  file(name: string): string {
    return join(this.#folders.files, name);
  }

  /** What was pinned, by the kernel's ids. */
  names({ programs }: ProgramObject, maps: readonly LinkedMap[]): Names {
    this.#names ??= {
      programs: this.#ids(
        'prog',
        programs.map(({ name }) => [name, this.programPath(name)]),
      ),
      maps: this.#ids(
        'map',
        maps.map((map) => [map.name, this.mapPath(map)]),
      ),
    };
    return this.#names;
  }

  #ids(kind: 'prog' | 'map', paths: readonly (readonly [name: string, path: string])[]): Map<number, string> {
    const answers = this.perform(
      paths.map(([, path]) => [kind, 'show', 'pinned', path]),
      0,
    );
    const names = new Map<number, string>();
    answers.forEach((answer, i) => {
      const id = answer.ok && isJsonObject(answer.output) ? answer.output['id'] : undefined;
      if (typeof id === 'number') names.set(id, paths[i]?.[0] ?? '');
    });
    return names;
  }

  perform(commands: readonly (readonly string[])[], cpu: number): Answer[] {
    return perform(commands, this.#folders.files, cpu);
  }
}

/** libbpf's name of a map with dots replaced, as bpf_object__pin_maps pins it. */
function pinName({ name, data }: LinkedMap): string {
  if (data === undefined) return name.replaceAll('.', '_');
  // .data.custom has no prefix; see internal_map_name of libbpf.
  const whole = name.lastIndexOf('.') > 0 ? name : `${objectName}${name}`;
  return whole.slice(0, longestName).replaceAll('.', '_');
}

const mostReasons = 4;

function reasons(text: string): string[] {
  const log =
    /-- BEGIN PROG LOAD LOG --\n([^]*?)(?:processed \d+ insns[^\n]*\n)?-- END PROG LOAD LOG --/.exec(
      text,
    )?.[1];
  const lines = (log ?? text)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  return lines.slice(-mostReasons);
}
