import { request } from 'node:http';
import { describe, expect, inject, it } from 'vitest';
import { deployedStage } from './deployed.ts';
import { addressesForOthers, FOREIGN, listens, statusOf } from './website.ts';

const endpoint = inject('endpoint');

/** What an attacker would want: to look, to have a function run, to empty a queue, to start all over. */
const WANTED: [method: string, path: string][] = [
  ['GET', '/_ministack/health'],
  ['GET', '/?Action=ListQueues'],
  ['OPTIONS', '/2015-03-31/functions/any/invocations'],
  ['POST', '/2015-03-31/functions/any/invocations'],
  ['POST', '/_ministack/reset'],
];

describe('the emulator', () => {
  it.each(Object.entries(FOREIGN))('answers nothing to %s', async (_who, headers) => {
    for (const [method, path] of WANTED) {
      expect(await statusOf(`${endpoint}${path}`, method, headers)).toBe(403);
    }
  });

  it('opens no WebSocket for a website', async () => {
    const headers = {
      origin: 'https://attacker.example',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.from('sixteen bytes ok').toString('base64'),
    };
    const status = await new Promise((resolve, reject) => {
      const sent = request(endpoint, { headers });
      sent.on('response', (answer) => resolve(answer.statusCode));
      sent.on('upgrade', () => resolve('opened'));
      sent.on('error', reject);
      sent.end();
    });
    expect(status).toBe(403);
  });

  it('listens for nobody beyond this machine', async () => {
    const port = Number(new URL(endpoint).port);
    expect(await listens('127.0.0.1', port)).toBe(true);
    for (const address of addressesForOthers()) {
      expect({ address, open: await listens(address, port) }).toEqual({ address, open: false });
    }
  });

  it('shows the owner’s page to who follows a link in a mail, and to no website’s script', async () => {
    const { deployment } = await deployedStage();
    const page = new URL('d/00000000', deployment.linkBaseUrl).href;
    const host = new URL(page).host;
    const followed = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    const local = page.replace(host, new URL(endpoint).host);
    expect(await statusOf(local, 'GET', { host, ...followed })).toBe(404);
    expect(await statusOf(local, 'GET', { host, 'sec-fetch-site': 'cross-site' })).toBe(403);
  });
});
