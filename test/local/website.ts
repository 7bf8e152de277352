import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';

/** What a browser says of a request that a website has it send. */
export const FOREIGN: Record<string, Record<string, string>> = {
  'a call of a website': { origin: 'https://attacker.example', 'sec-fetch-site': 'cross-site' },
  'an image of a website': { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' },
  'a website in an old browser': { origin: 'https://attacker.example' },
  'a website whose name leads here': { host: 'attacker.example' },
};

/** Sends a request with headers that `fetch` would not take, and answers its status. */
export function statusOf(url: string, method: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** This machine's addresses that others can reach, of IPv4. */
export function addressesForOthers(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address);
}

/** Whether something listens on an address. */
export function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const over = (answers: boolean) => () => {
      socket.destroy();
      resolve(answers);
    };
    socket.once('connect', over(true)).once('error', over(false)).once('timeout', over(false));
  });
}
