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

/** Rows of the Call Stack view, from the top. */
export async function callStack(page) {
  const rows = page.locator('.debug-call-stack .monaco-list-row');
  await rows.first().waitFor(limit);
  return (await rows.allTextContents()).map(oneLine);
}

/** Opens a scope or variable of the Variables view, and returns all rows then shown. */
export async function expandVariable(page, name) {
  const view = page.locator('.debug-variables');
  const row = view.locator('.monaco-list-row', { hasText: name }).first();
  await row.waitFor(limit);
  if ((await row.getAttribute('aria-expanded')) === 'false') {
    await row.locator('.monaco-tl-twistie').click();
    await view.locator('.monaco-list-row[aria-expanded=true]', { hasText: name }).first().waitFor(limit);
    await settle(page);
  }
  return (await view.locator('.monaco-list-row').allTextContents()).map(oneLine);
}

/** Text of the first webview that is shown; its document lies two frames deep. */
export async function webviewText(page) {
  const outer = page.frameLocator('iframe.webview.ready').first();
  return outer.frameLocator('iframe#active-frame').locator('body').innerText(limit);
}

/** Rows of the Disassembly view that are on the screen. */
export async function disassembly(page) {
  const rows = page.locator('.disassembly-view .monaco-list-row');
  await rows.first().waitFor(limit);
  return (await rows.allTextContents()).map(oneLine);
}
