// The workbench in a page, used as a person uses it: keys, mouse, and what can be read.
import { join } from 'node:path';
import { remoteUri, workbenchUrl } from './vscode-server.mjs';
import * as steps from './page-steps.mjs';

const limit = { timeout: 20_000 };

export class Workbench {
  #page;
  #outDir;

  constructor(page, outDir) {
    this.#page = page;
    this.#outDir = outDir;
  }

  get page() {
    return this.#page;
  }

  /** Opens a folder, and a file of it in the editor. */
  async open(authority, folder, file) {
    const payload = [['openFile', remoteUri(authority, join(folder, file))]];
    await this.#page.goto(workbenchUrl(authority, folder, payload));
    await this.#page.locator('.tab.active', { hasText: file }).waitFor({ timeout: 60_000 });
    // What extensions contribute comes later than the editor.
    await this.#page
      .locator('.editor-actions')
      .getByRole('button', { name: 'Debug BPF Object' })
      .waitFor(limit);
    await this.settle();
  }

  settle() {
    return steps.settle(this.#page);
  }

  press(...keys) {
    return keys.reduce((before, key) => before.then(() => this.#page.keyboard.press(key)), Promise.resolve());
  }

  /** Opens a file by its name. */
  async quickOpen(file) {
    await this.press('Control+p');
    await this.#page.keyboard.type(file);
    await this.#page.locator('.quick-input-list .monaco-list-row.focused', { hasText: file }).waitFor(limit);
    await this.press('Enter');
    await this.#page.locator('.tab.active', { hasText: file }).waitFor(limit);
    await this.settle();
  }

  /** Runs a command by its title. */
  async command(title) {
    await this.press('F1');
    await this.#page.keyboard.type(title);
    await this.#page.locator('.quick-input-list .monaco-list-row.focused', { hasText: title }).waitFor(limit);
    await this.press('Enter');
  }

  /** Moves the cursor to a line (from 1), and presses F9 until its breakpoint is shown. */
  async toggleBreakpoint(line) {
    await this.press('Control+g');
    await this.#page.keyboard.type(String(line));
    await this.press('Enter');
    const glyph = this.#page.locator(
      '.margin .codicon-debug-breakpoint, .glyph-margin-widgets .codicon-debug-breakpoint',
    );
    // The first presses are lost while the workbench still reads what can have breakpoints.
    for (let turns = 0; turns < 20; turns++) {
      await this.press('F9');
      await this.settle();
      if ((await glyph.count()) > 0) return;
    }
    throw new Error(`no breakpoint was shown in line ${line}`);
  }

  /** Waits for a stop whose call stack has a frame of that name, and gives the names of all frames. */
  async stop(frame) {
    const names = await steps.callStack(this.#page, frame);
    await this.settle();
    return names;
  }

  /** Opens a scope or a variable: the first row whose text begins so. */
  async openVariable(name) {
    const rows = this.#page.locator('.debug-variables .monaco-list-row');
    const row = rows.filter({ hasText: new RegExp(`^\\s*${name}`) }).first();
    await row.waitFor(limit);
    if ((await row.getAttribute('aria-expanded')) === 'false') {
      await row.locator('.monaco-tl-twistie').click();
      await this.settle();
    }
  }

  /** Opens or closes a section of the side bar. */
  async openSection(title, open) {
    const header = this.#page.locator('.sidebar .pane-header', { hasText: title });
    if ((await header.getAttribute('aria-expanded')) === String(!open)) await header.click();
  }

  async widenSideBar(width) {
    const box = await this.#page.locator('.part.sidebar').boundingBox();
    const y = box.y + box.height / 2;
    await this.#drag({ x: box.x + box.width, y }, { x: box.x + width, y });
  }

  async hideSection(title) {
    await this.#page.locator('.sidebar .pane-header', { hasText: title }).click({ button: 'right' });
    // Menus ignore what comes right after they have opened.
    await this.settle();
    await this.#page.getByRole('menuitem', { name: `Hide '${title}'` }).click(limit);
    await this.settle();
  }

  /** Moves the upper edge of a section of the side bar. */
  async moveSection(title, y) {
    const box = await this.#page.locator('.sidebar .pane-header', { hasText: title }).boundingBox();
    const x = box.x + box.width / 2;
    await this.#drag({ x, y: box.y }, { x, y });
  }

  async #drag(from, to) {
    const { mouse } = this.#page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(to.x, to.y, { steps: 5 });
    await mouse.up();
    await this.settle();
  }

  async endSession() {
    await this.press('Shift+F5');
    await this.#page
      .locator('.debug-toolbar, .sidebar .codicon-debug-stop')
      .first()
      .waitFor({ state: 'hidden', ...limit });
    await this.settle();
  }

  /** Waits for a text on the page. */
  async sees(text) {
    await this.#page.getByText(text).first().waitFor(limit);
  }

  async screenshot(name) {
    await this.settle();
    // Where nothing has a hover.
    await this.#page.mouse.move(1300, 8);
    await this.settle();
    await this.#page.screenshot({ path: join(this.#outDir, `${name}.png`) });
  }
}
