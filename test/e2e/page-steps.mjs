// What the suite cannot do or see through the extension API: the mouse, and the text on the screen.
// Each step takes the Playwright page; what it returns goes to the test as JSON.

const limit = { timeout: 15_000 };
const oneLine = (text) => text.replace(/\s+/g, ' ').trim();

/** Waits until the page has not changed for half a second, five seconds at most. */
export async function settle(page) {
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const done = () => {
          observer.disconnect();
          clearTimeout(quiet);
          clearTimeout(last);
          resolve(undefined);
        };
        let quiet = setTimeout(done, 500);
        const last = setTimeout(done, 5000);
        const observer = new MutationObserver(() => {
          clearTimeout(quiet);
          quiet = setTimeout(done, 500);
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
  );
}

/** Names of the frames in the Call Stack view, from the top, once one of them contains `wanted`. */
export async function callStack(page, wanted) {
  const names = page.locator('.debug-call-stack .stack-frame > .label');
  await names.filter({ hasText: wanted }).first().waitFor(limit);
  return (await names.allTextContents()).map(oneLine);
}

/** Opens a scope of the Variables view, then the variables named, and returns all rows then shown. */
export async function expandVariable(page, ...names) {
  const rows = page.locator('.debug-variables .monaco-list-row');
  for (const name of names) {
    const row = rows.filter({ hasText: name }).first();
    await row.waitFor(limit);
    if ((await row.getAttribute('aria-expanded')) === 'false') {
      await row.locator('.monaco-tl-twistie').click();
      await settle(page);
    }
  }
  return (await rows.allTextContents()).map(oneLine);
}

/** Text of the webview that is shown, once it contains `wanted`; its document lies two frames deep. */
export async function webviewText(page, wanted) {
  const body = webview(page).locator('body', { hasText: wanted });
  await body.waitFor(limit);
  return body.innerText();
}

/** Clicks an element of the webview that is shown. */
export async function clickInWebview(page, selector) {
  await webview(page).locator(selector).click(limit);
}

function webview(page) {
  return page.frameLocator('iframe.webview.ready >> visible=true').frameLocator('iframe#active-frame');
}

/** Rows of the Disassembly view that are on the screen, once one of them contains `wanted`. */
export async function disassembly(page, wanted) {
  const rows = page.locator('.disassembly-view .monaco-list-row');
  await rows.filter({ hasText: wanted }).first().waitFor(limit);
  await settle(page);
  return (await rows.allTextContents()).map(oneLine);
}

/** Row of the Disassembly view that the program has stopped at. */
export async function currentInstruction(page) {
  const mark = page.locator('.disassembly-view .monaco-list-row', {
    has: page.locator('.codicon-debug-stackframe, .codicon-debug-breakpoint-stackframe'),
  });
  await mark.first().waitFor(limit);
  return oneLine(await mark.first().innerText());
}

/** Clicks beside the first row with `text` at or below the top of the Disassembly view, which sets a breakpoint there. */
export async function breakAtInstruction(page, text) {
  const view = page.locator('.disassembly-view');
  const row = view.locator('.monaco-list-row', { hasText: text }).first();
  await view.hover(limit);
  for (let turns = 0; turns < 20 && !(await row.isVisible()); turns++) {
    await page.mouse.wheel(0, 60);
    await settle(page);
  }
  await row.click({ position: { x: 10, y: 8 }, ...limit });
  await row.locator('.codicon-debug-breakpoint').waitFor(limit);
}

/** Text of the notification that contains `wanted`, once it is shown, in the list or as a toast. */
export async function notification(page, wanted) {
  const toast = page.locator('.notification-list-item', { hasText: wanted }).first();
  await toast.waitFor(limit);
  return oneLine(await toast.innerText());
}

/** Labels of the list that a quick pick or quick open shows, once a row contains `wanted`. */
export async function quickPick(page, wanted) {
  const rows = quickPickRows(page);
  await rows.filter({ hasText: wanted }).first().waitFor(limit);
  await settle(page);
  const labels = (await rows.all()).map((row) => row.locator('.label-name').first().innerText(limit));
  return (await Promise.all(labels)).map(oneLine);
}

export async function chooseQuickPick(page, text) {
  await quickPickRows(page).filter({ hasText: text }).first().click(limit);
}

function quickPickRows(page) {
  return page.locator('.quick-input-widget .quick-input-list .monaco-list-row');
}

/** What the debug hover says of the character `column` (from 0) of the first line with `text`. */
export async function hover(page, text, column) {
  const line = page.locator('.view-line', { hasText: text }).first();
  await line.waitFor(limit);
  const box = await line.locator('> span').boundingBox();
  const content = await line.textContent();
  const width = box.width / content.length;
  await page.mouse.move(
    box.x + width * (content.length - text.length + column + 0.5),
    box.y + box.height / 2,
  );
  const widget = page.locator('.debug-hover-widget').first();
  await widget.waitFor(limit);
  await settle(page);
  return oneLine(await widget.innerText());
}
