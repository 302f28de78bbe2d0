import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import type { CustomRequests } from '../../debug-adapter/protocol/requests.ts';

type Nothing = Record<string, never> | undefined;

/** Arguments and body of every request the specs send. */
export interface Requests extends CustomRequests {
  initialize: [Dap.InitializeRequestArguments, Dap.Capabilities];
  launch: [object, undefined];
  configurationDone: [Nothing, undefined];
  disconnect: [Dap.DisconnectArguments | Nothing, undefined];
  terminate: [Dap.TerminateArguments | Nothing, undefined];
  restart: [object | Nothing, undefined];
  setBreakpoints: [Dap.SetBreakpointsArguments, Dap.SetBreakpointsResponse['body']];
  setFunctionBreakpoints: [Dap.SetFunctionBreakpointsArguments, Dap.SetFunctionBreakpointsResponse['body']];
  setInstructionBreakpoints: [
    Dap.SetInstructionBreakpointsArguments,
    Dap.SetInstructionBreakpointsResponse['body'],
  ];
  dataBreakpointInfo: [Dap.DataBreakpointInfoArguments, Dap.DataBreakpointInfoResponse['body']];
  setDataBreakpoints: [Dap.SetDataBreakpointsArguments, Dap.SetDataBreakpointsResponse['body']];
  setExceptionBreakpoints: [Dap.SetExceptionBreakpointsArguments, Dap.SetBreakpointsResponse['body']];
  breakpointLocations: [Dap.BreakpointLocationsArguments, Dap.BreakpointLocationsResponse['body']];
  threads: [Nothing, Dap.ThreadsResponse['body']];
  stackTrace: [Dap.StackTraceArguments, Dap.StackTraceResponse['body']];
  scopes: [Dap.ScopesArguments, Dap.ScopesResponse['body']];
  variables: [Dap.VariablesArguments, Dap.VariablesResponse['body']];
  setVariable: [Dap.SetVariableArguments, Dap.SetVariableResponse['body']];
  evaluate: [Dap.EvaluateArguments, Dap.EvaluateResponse['body']];
  setExpression: [Dap.SetExpressionArguments, Dap.SetExpressionResponse['body']];
  continue: [Dap.ContinueArguments, Dap.ContinueResponse['body']];
  next: [Dap.NextArguments, undefined];
  stepIn: [Dap.StepInArguments, undefined];
  stepOut: [Dap.StepOutArguments, undefined];
  pause: [Dap.PauseArguments, undefined];
  exceptionInfo: [Dap.ExceptionInfoArguments, Dap.ExceptionInfoResponse['body']];
  disassemble: [Dap.DisassembleArguments, NonNullable<Dap.DisassembleResponse['body']>];
  readMemory: [Dap.ReadMemoryArguments, NonNullable<Dap.ReadMemoryResponse['body']>];
  writeMemory: [Dap.WriteMemoryArguments, NonNullable<Dap.WriteMemoryResponse['body']>];
  source: [Dap.SourceArguments, Dap.SourceResponse['body']];
  attach: [object, undefined];
  cancel: [Dap.CancelArguments, undefined];
  completions: [Dap.CompletionsArguments, Dap.CompletionsResponse['body']];
  stepInTargets: [Dap.StepInTargetsArguments, Dap.StepInTargetsResponse['body']];
  gotoTargets: [Dap.GotoTargetsArguments, Dap.GotoTargetsResponse['body']];
  goto: [Dap.GotoArguments, undefined];
  modules: [Dap.ModulesArguments, Dap.ModulesResponse['body']];
  locations: [Dap.LocationsArguments, NonNullable<Dap.LocationsResponse['body']>];
  loadedSources: [Nothing, Dap.LoadedSourcesResponse['body']];
}

/** Bodies of the events the specs wait for. */
export interface Events {
  initialized: undefined;
  stopped: Dap.StoppedEvent['body'];
  continued: Dap.ContinuedEvent['body'];
  output: Dap.OutputEvent['body'];
  exited: Dap.ExitedEvent['body'];
  terminated: Dap.TerminatedEvent['body'];
  invalidated: Dap.InvalidatedEvent['body'];
  memory: Dap.MemoryEvent['body'];
  breakpoint: Dap.BreakpointEvent['body'];
  thread: Dap.ThreadEvent['body'];
  loadedSource: Dap.LoadedSourceEvent['body'];
  module: Dap.ModuleEvent['body'];
  process: Dap.ProcessEvent['body'];
  progressStart: Dap.ProgressStartEvent['body'];
  progressUpdate: Dap.ProgressUpdateEvent['body'];
  progressEnd: Dap.ProgressEndEvent['body'];
}
