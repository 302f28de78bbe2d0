/** What Node, workers and browsers all have of a MessagePort. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** Lets the event loop turn once: whatever has arrived, a pause above all, is handled before this goes on. */
export function turnEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    // Node's types leave `onmessage` out.
    const { port1, port2 } = new MessageChannel() as unknown as { port1: Port; port2: Port };
    port1.onmessage = () => {
      // An open port keeps a Node process alive.
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
