import type { ContextJson, PacketJson, ScenarioJson } from '../../vm/inputs/scenario-json.ts';

/**
 * The launch configuration of debug type `bpf`: a scenario with the debugger's own settings beside it. The schema in
 * package.json is generated from this type by tools/generate-schemas.mjs.
 */
export interface LaunchConfiguration extends Partial<ScenarioJson> {
  /** Scenario file to take everything from; what stands beside it here replaces its members. */
  readonly scenario?: string;
  /** Short for one run with this packet. */
  readonly dataIn?: PacketJson;
  /** Short for one run with this context. */
  readonly ctxIn?: ContextJson;
  /**
   * Stop before the first instruction.
   * @default false
   */
  readonly stopOnEntry?: boolean;
  /**
   * Stop once more when the program has ended, so that maps and packet can be looked at.
   * @default true
   */
  readonly stopAtExit?: boolean;
  /**
   * Cycles (executed instructions) after which a run is ended as endless.
   * @default 1000000000
   */
  readonly cycleLimit?: number;
  /**
   * Stop with a fault at reads of registers and stack bytes that were never written. The kernel's verifier refuses
   * programs that read such registers, and lets only privileged ones read such stack bytes. Runs are slower.
   * @default false
   */
  readonly strict?: boolean;
  /**
   * Stop with a fault, in the verifier's words, where the program does what the kernel would have refused to load: a
   * callback that returns something other than 0 or 1, a call too many, a lock that is kept. Without it the program
   * goes on as it would on the hardware.
   * @default true
   */
  readonly kernelRules?: boolean;
  /**
   * Whether pointers in global data (tables of functions, of strings) are filled in. Loaders leave them as offsets, so
   * a program that uses them does not work in the kernel; `auto` fills them in where the kernel would refuse the object
   * anyway, as what clang makes at `-O0`.
   * @default "auto"
   */
  readonly relocateData?: 'auto' | 'always' | 'never';
  /**
   * Where the debug information is of an object that was stripped: the object as it was before. For an object that
   * `bpftool gen object` has linked: the objects that it was linked from, in their order.
   */
  readonly debugFile?: string | readonly string[];
  /** Folders of the machine that compiled the object, and where they are here. */
  readonly sourceMap?: Readonly<Record<string, string>>;
  /**
   * Launch configurations of sessions that are started beside this one: the same input for another build of the object,
   * say, to compare the two step by step.
   */
  readonly beside?: readonly Readonly<Record<string, unknown>>[];
  /** Folder that relative paths are relative to. Default: the workspace folder. */
  readonly cwd?: string;
}
