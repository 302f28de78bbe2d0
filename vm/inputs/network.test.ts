import { describe, expect, test } from 'vitest';
import { toHex } from '../base/bytes.ts';
import { ipAddress, ipPrefix, socketAddress } from './ip-address.ts';
import { readNetwork } from './network.ts';

describe('addresses', () => {
  test.each([
    ['10.0.0.1', '0a000001'],
    ['::', '00'.repeat(16)],
    ['::1', `${'00'.repeat(15)}01`],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['fe80:1:2:3:4:5:6:7', 'fe800001000200030004000500060007'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
    ['1::', `0001${'00'.repeat(14)}`],
  ])('%s', (text, hex) => {
    expect(toHex(ipAddress(text, 'x'))).toBe(hex);
  });

  test.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '1:2',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '1.2.3.4::',
  ])('refuses %j', (text) => {
    expect(() => ipAddress(text, 'x')).toThrow('an IP address was expected');
  });

  test('prefixes and ports', () => {
    expect(ipPrefix('10.0.0.0/8', 'x').length).toBe(8);
    expect(ipPrefix('default', 'x')).toEqual({ address: new Uint8Array(4), length: 0 });
    expect(ipPrefix('::1', 'x').length).toBe(128);
    expect(() => ipPrefix('10.0.0.0/33', 'x')).toThrow('prefix length');
    expect(socketAddress('[::1]:80', 'x').port).toBe(80);
    for (const text of ['10.0.0.1', '10.0.0.1:65536', '::1:80', '[::1]'])
      expect(() => socketAddress(text, 'x')).toThrow();
  });
});

describe('the network of a scenario', () => {
  test('what is left out', () => {
    const network = readNetwork(
      {
        devices: [{ ifindex: 2 }],
        routes: [
          { to: '10.0.0.0/8', device: 2 },
          { to: '10.0.0.1', type: 'local', device: 2 },
          { to: '::/0', device: 2 },
        ],
        sockets: [
          { protocol: 'tcp', local: '10.0.0.1:80' },
          { protocol: 'udp', local: '10.0.0.1:80', remote: '10.0.0.2:1' },
        ],
      },
      'network',
    );
    expect(network.devices.map(({ name, mtu }) => [name, mtu])).toEqual([
      ['lo', 65536],
      ['if2', 1500],
    ]);
    expect(network.routes.map(({ table, metric }) => [table, metric])).toEqual([
      [254, 0],
      [255, 0],
      [254, 1024],
    ]);
    expect(network.sockets.map(({ state, cookie }) => [state, cookie])).toEqual([
      ['listen', 1n],
      ['established', 2n],
    ]);
  });

  test.each([
    [{ routes: [{ to: '10.0.0.0/8' }] }, 'network.routes[0]: a route of type unicast needs a device'],
    [{ routes: [{ to: '10.0.0.0/8', type: 'x' }] }, 'network.routes[0].type'],
    [{ sockets: [{ protocol: 'tcp' }] }, 'network.sockets[0].local'],
    [{ sockets: [{ protocol: 'tcp', local: '1.1.1.1:1', remote: '[::]:1' }] }, 'different families'],
    [{ sockets: [{ protocol: 'tcp', local: '1.1.1.1:1', tcp: { x: 1 } }] }, 'network.sockets[0].tcp.x'],
    [{ devices: [{ ifindex: 2, mac: '00' }] }, 'network.devices[0].mac'],
    [{ devices: [{ ifindex: 2, up: 1 }] }, 'true or false'],
    [{ neighbours: [{ device: 2 }] }, 'network.neighbours[0].address'],
  ])('refuses %j', (json, message) => {
    expect(() => readNetwork(json, 'network')).toThrow(message);
  });
});
