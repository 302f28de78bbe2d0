/**
 * The launch configuration of debug type `bpf`: a scenario (docs: scenario format) with the debugger's own settings
 * beside it. The JSON schema in package.json describes the same names.
 */
export interface LaunchConfiguration extends ScenarioFields {
  /** Scenario file to take everything from; what stands beside it in the configuration replaces its members. */
  readonly scenario?: string;
  /** Stop before the first instruction. Default false. */
  readonly stopOnEntry?: boolean;
  /** Stop once more when the program has ended, so that maps and packet can be looked at. Default true. */
  readonly stopAtExit?: boolean;
  /** Cycles after which a run is ended as endless. Default 1 billion. */
  readonly cycleLimit?: number;
  /** Folders of the machine that compiled the object, and where they are here. */
  readonly sourceMap?: Readonly<Record<string, string>>;
  /** Folder that relative paths are relative to; VS Code passes the workspace folder. */
  readonly cwd?: string;
}

/** Members of a scenario, unchecked: `vm/inputs/scenario.ts` checks them. */
export interface ScenarioFields {
  readonly object?: string | readonly string[];
  readonly program?: string;
  readonly environment?: unknown;
  readonly maps?: unknown;
  readonly globals?: unknown;
  readonly runs?: unknown;
  /** Short for one run with this packet. */
  readonly dataIn?: unknown;
  /** Short for one run with this context. */
  readonly ctxIn?: unknown;
}
