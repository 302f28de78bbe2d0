/** Names that package.json gives to what the extension contributes. */
export const debugType = 'bpf';

/** Type of the tasks that compile. */
export const taskType = 'bpf';

/** The editor of `*.bpf.o`, and the one that other object files can be opened with. */
export const objectEditorTypes = ['ebpf-debugger.object', 'ebpf-debugger.anyObject'];

export const commands = {
  debugObject: 'ebpf-debugger.debugObject',
  openListing: 'ebpf-debugger.openListing',
  runToCaller: 'ebpf-debugger.runToCaller',
  toggleHex: 'ebpf-debugger.toggleHex',
} as const;

/** Names of compiled objects that are surely BPF. */
export const objectGlob = '**/*.bpf.o';
