import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Adapter } from './adapter.ts';
import { nodeFiles } from './file-accessor-node.ts';

/** One session on the process's own stdin and stdout; the process ends with it. */
export function runOnStdio(): void {
  // An empty write is done when all that was written before it is.
  const adapter = new Adapter(nodeFiles, () => process.stdout.write('', () => process.exit(0)));
  adapter.on('close', () => process.exit(0));
  adapter.start(process.stdin, process.stdout);
}

/**
 * Serves any number of sessions, one a connection, on the loopback interface. Port 0 means a free one.
 * Gives the port once it listens; rejects where it cannot.
 */
export async function listen(port: number): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    const adapter = new Adapter(nodeFiles, () => socket.end());
    adapter.on('close', () => adapter.dispose());
    adapter.start(socket, socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  // A TCP server that listens has an address of this form.
  return (server.address() as AddressInfo).port;
}
