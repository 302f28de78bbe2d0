/** Opens the sockets that the scenarios of this folder describe, says so, and keeps them until it is ended. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

async function listen(port, host) {
  const server = createServer();
  server.listen({ port, host });
  await once(server, 'listening');
}

async function bind(type, port, address, connected) {
  const socket = createSocket(type);
  socket.bind({ port, address, exclusive: true });
  await once(socket, 'listening');
  if (connected === undefined) return;
  socket.connect(connected, address);
  await once(socket, 'connect');
}

await listen(80, '10.2.0.1');
await listen(81, '::');
await listen(86, '2001:db8:2::1');
const client = connect({ port: 80, host: '10.2.0.1', localAddress: '10.2.0.1', localPort: 4000 });
await once(client, 'connect');
await bind('udp4', 53, '10.2.0.1');
await bind('udp4', 54, '0.0.0.0');
await bind('udp4', 55, '10.2.0.1', 56);
console.log('open');
