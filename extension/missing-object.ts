import * as vscode from 'vscode';

/** Says what to do where `document` (undefined: no editor is open) has no compiled object. */
export async function explainMissingObject(document: vscode.Uri | undefined): Promise<void> {
  const file = document?.path.split('/').at(-1) ?? '';
  if (!file.endsWith('.c')) {
    const create = 'Create launch.json';
    const choice = await vscode.window.showErrorMessage(
      'Open a BPF source or a compiled BPF object first, or name the object in launch.json.',
      create,
    );
    if (choice === create) await vscode.commands.executeCommand('debug.addConfiguration');
    return;
  }
  const command = `clang -O2 -g -target bpf -c ${quoted(file)} -o ${quoted(file.replace(/\.c$/, '.o'))}`;
  const copy = 'Copy Command';
  const choice = await vscode.window.showErrorMessage(
    `No compiled object was found for ${file}. Compile it with "${command}", then start again.`,
    copy,
  );
  if (choice === copy) await vscode.env.clipboard.writeText(command);
}

/** As a word of a shell's command line. */
function quoted(word: string): string {
  return /^[\w.@%+=:,-]+$/.test(word) ? word : `"${word}"`;
}
