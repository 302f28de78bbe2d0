/** Names that package.json gives to what the extension contributes. */
export const debugType = 'bpf';
export const objectEditorType = 'ebpf-debugger.object';

export const commands = {
  debugObject: 'ebpf-debugger.debugObject',
  openListing: 'ebpf-debugger.openListing',
  runToCaller: 'ebpf-debugger.runToCaller',
  toggleHex: 'ebpf-debugger.toggleHex',
} as const;

/** Names of compiled objects that are surely BPF. */
export const objectGlob = '**/*.bpf.o';
