// Installs a packed extension in a fresh VS Code and uses it as a person does, with keys and the mouse.
// Usage: node test/e2e/run-ui.mjs VSIX [--out DIR] [--images DIR]   where DIR gets the pictures of the documentation
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { haveBrowser, openPage } from './browser.mjs';
import { webviewText } from './page-steps.mjs';
import { startServer } from './vscode-server.mjs';
import { checkVsix } from './vsix-contents.mjs';
import { Workbench } from './workbench.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const examples = join(root, 'examples');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: join(root, 'e2e-out-ui') }, images: { type: 'string' } },
});
const [vsix = join(root, 'ebpf-debugger.vsix')] = positionals;
const outDir = resolve(options.out);

/** Of the page, and so of the pictures. */
const size = { width: 1536, height: 960 };

const settings = {
  'debug.showInlineBreakpointCandidates': false,
  'editor.fontSize': 13,
  'editor.minimap.enabled': false,
  'editor.stickyScroll.enabled': false,
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
};

const lineOf = (file, text) => {
  const at = readFileSync(join(examples, file), 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  assert.ok(at >= 0, `${file} has no line with ${text}`);
  return at + 1;
};

/** A breakpoint in the callback, F5, and on from there. */
async function debugExample(ide, { authority, folder }) {
  await ide.open(authority, folder, 'count.bpf.c');
  await ide.toggleBreakpoint(lineOf('count.bpf.c', 'ctx->packets += value->packets'));
  await ide.press('F5');
  const first = ['sum', 'bpf_for_each_map_elem(counts) — element 1 of 5', 'count_packets'];
  assert.deepEqual(await ide.stop('element 1 of 5'), first);

  await ide.press('F5');
  await ide.stop('element 2 of 5');
  await ide.press('F5');
  await ide.stop('element 3 of 5');
  await ide.widenSideBar(570);
  for (const section of ['Watch', 'Loaded Scripts']) await ide.hideSection(section);
  await ide.openSection('Breakpoints', false);
  await ide.moveSection('Call Stack', 800);
  for (const name of ['Maps', 'counts =', 'Traversal', 'Locals', 'ctx =']) await ide.openVariable(name);
  await ide.screenshot('stop-in-callback');

  await ide.command('Open Disassembly View');
  await ide.page.locator('.disassembly-view .codicon-debug-stackframe').first().waitFor();
  await ide.press('F10');
  await ide.settle();
  await ide.screenshot('disassembly');
  await ide.press('Shift+F11');
  await ide.stop('element 4 of 5');
  await ide.page.locator('.sidebar').getByRole('button', { name: 'Run to Caller' }).click();
  await ide.page.locator('.debug-call-stack .stack-frame').nth(1).waitFor({ state: 'detached' });
  assert.deepEqual(await ide.stop('count_packets'), ['count_packets']);

  await ide.press('F5');
  await ide.sees('Paused at the end of the program');
  await ide.press('Control+Shift+y');
  await ide.sees(/returned 2 \(XDP_PASS\), \d+ cycles/);
  await ide.screenshot('exit');
  await ide.endSession();
}

/** The editor of objects, and F5 in it, in a folder without launch.json. */
async function debugObject(ide, { authority, folder }) {
  await ide.open(authority, folder, 'count.bpf.c');
  await ide.quickOpen('count.bpf.o');
  assert.match(await webviewText(ide.page, 'count_packets'), /counts\s+HASH\s+__u32\s+struct count\s+16/);
  await ide.screenshot('object-editor');
  await ide.press('F5');
  await ide.sees(/count_packets returned 2 \(XDP_PASS\), \d+ cycles/);
  await ide.press('Control+Shift+d');
  assert.deepEqual(await ide.stop('count_packets'), ['count_packets']);
  await ide.endSession();
}

/** F5 on a source, on one without an object, and on what is no object. */
async function debugWithoutConfiguration(ide, { authority, folder }) {
  await ide.open(authority, folder, 'count.bpf.c');
  await ide.press('F5');
  await ide.sees(/count_packets returned 2 \(XDP_PASS\), \d+ cycles/);
  await ide.endSession();

  await ide.quickOpen('lonely.bpf.c');
  await ide.press('F5');
  await ide.sees(/No compiled object was found for lonely\.bpf\.c\. Compile it with/);
  await ide.screenshot('missing-object');
  await ide.press('Escape');

  await ide.quickOpen('text.bpf.o');
  await webviewText(ide.page, 'not an ELF object');
  await ide.press('F5');
  const dialog = ide.page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  assert.match(await dialog.innerText(), /text\.bpf\.o: this is not an ELF object but a text file/);
  await ide.screenshot('launch-error');
  await ide.press('Escape');
}

const scenes = [debugExample, debugObject, debugWithoutConfiguration];
/** For the documentation. */
const images = ['stop-in-callback', 'disassembly', 'object-editor'];

function makeFolders(state) {
  const workspace = join(state, 'examples');
  cpSync(examples, workspace, { recursive: true });
  // The whole height is for the editor in the pictures.
  const settingsFile = join(workspace, '.vscode/settings.json');
  const own = JSON.parse(readFileSync(settingsFile, 'utf8'));
  writeFileSync(settingsFile, JSON.stringify({ ...own, 'debug.internalConsoleOptions': 'neverOpen' }));
  const plain = join(state, 'plain');
  mkdirSync(plain);
  for (const file of ['count.bpf.c', 'count.bpf.o']) copyFileSync(join(examples, file), join(plain, file));
  writeFileSync(join(plain, 'lonely.bpf.c'), 'int x;\n');
  writeFileSync(join(plain, 'text.bpf.o'), 'This is a text.\n');
  return { debugExample: workspace, debugObject: plain, debugWithoutConfiguration: plain };
}

if (!haveBrowser()) {
  console.error('not run: no Chromium. Install it (apt-get install chromium), or name it in CHROMIUM.');
  process.exit(2);
}
rmSync(outDir, { recursive: true, force: true });
mkdirSync(outDir, { recursive: true });
checkVsix(vsix);

const server = await startServer({ vsix: [resolve(vsix)], logFile: join(outDir, 'server.log'), settings });
const folders = makeFolders(server.state);
let failures = 0;
try {
  for (const scene of scenes) {
    const start = performance.now();
    const { browser, page } = await openPage({ outDir, ...size });
    const say = (word) =>
      console.log(`  ${word}  ${scene.name} (${Math.round(performance.now() - start)} ms)`);
    try {
      const { authority } = server;
      await scene(new Workbench(page, outDir), { authority, folder: folders[scene.name] });
      say('ok  ');
    } catch (error) {
      failures++;
      say('FAIL');
      console.error(error);
      await page.screenshot({ path: join(outDir, `failed-${scene.name}.png`) });
    } finally {
      await browser.close();
    }
  }
} finally {
  await server.stop();
}
if (options.images && failures === 0) {
  mkdirSync(options.images, { recursive: true });
  for (const name of images) copyFileSync(join(outDir, `${name}.png`), join(options.images, `${name}.png`));
}
process.exit(failures === 0 ? 0 : 1);
