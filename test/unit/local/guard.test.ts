import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const GUARD = join(import.meta.dirname, '..', '..', '..', 'local', 'guard');
const PYTHON = 'python3';
const hasPython = spawnSync(PYTHON, ['--version'], CHILD_LIMIT).status === 0;

/** Prints the answer of the guard to each request that it reads. */
const ASK = `
import json, sys
sys.path.append(sys.argv[1])
from refusal import refusal
print(json.dumps([refusal(method, [tuple(pair) for pair in headers]) for method, headers in json.load(sys.stdin)]))
`;

import { CHILD_LIMIT } from '../../child-limit.ts';

type Request = [method: string, headers: [string, string][]];

function refusals(requests: Request[]): (string | null)[] {
  const { stdout, stderr } = spawnSync(PYTHON, ['-B', '-c', ASK, GUARD], {
    input: JSON.stringify(requests),
    encoding: 'utf8',
    ...CHILD_LIMIT,
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as (string | null)[];
}

const request = (method: string, headers: Record<string, string>): Request => [
  method,
  Object.entries(headers),
];

const PAGE = 'abc123.lambda-url.eu-west-1.localhost:4566';
const HERE = 'localhost:4566';
const FOREIGN_NAME = 'it is not addressed to this machine';
const FOREIGN_SITE = 'another website sent it';

describe.runIf(hasPython)('the guard of an emulator', () => {
  it('answers programs of this machine, by each of its names', () => {
    const names = [
      HERE,
      'localhost',
      '127.0.0.1:4566',
      '[::1]:4566',
      'LOCALHOST:4566',
      PAGE,
      'some-bucket.localhost:4566',
    ];
    expect(refusals(names.map((host) => request('POST', { host })))).toEqual(names.map(() => null));
  });

  it('refuses a name that leads here only for now, and one that looks like ours', () => {
    const names = [
      'attacker.example:4566',
      'localhost.attacker.example',
      'notlocalhost:4566',
      '127.0.0.1.nip.io:4566',
      '10.0.0.7:4566',
      '0.0.0.0:4566',
      'localhost:4566@attacker.example',
      'localhost\n',
      '',
    ];
    expect(refusals(names.map((host) => request('GET', { host })))).toEqual(names.map(() => FOREIGN_NAME));
  });

  it('refuses a request without a name, and one with two', () => {
    const two: Request = [
      'GET',
      [
        ['host', HERE],
        ['host', 'attacker.example'],
      ],
    ];
    expect(refusals([request('GET', {}), two])).toEqual([FOREIGN_NAME, FOREIGN_NAME]);
  });

  it('refuses what a website has a browser send: calls, forms, images, frames and preflights', () => {
    const cross = { host: HERE, 'sec-fetch-site': 'cross-site' };
    const requests = [
      request('POST', { ...cross, origin: 'https://attacker.example', 'sec-fetch-mode': 'cors' }),
      request('POST', {
        ...cross,
        origin: 'null',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      }),
      request('GET', { ...cross, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }),
      request('GET', { ...cross, host: PAGE, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }),
      request('OPTIONS', { ...cross, origin: 'https://attacker.example', 'sec-fetch-mode': 'cors' }),
      request('POST', { host: HERE, origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }),
    ];
    expect(refusals(requests)).toEqual(requests.map(() => FOREIGN_SITE));
  });

  it('refuses the same of a browser that says no more than the origin', () => {
    const origins = ['https://attacker.example', 'null', 'http://localhost:3000', `https://${HERE}`];
    expect(refusals(origins.map((origin) => request('POST', { host: HERE, origin })))).toEqual(
      origins.map(() => FOREIGN_SITE),
    );
  });

  it('lets a link in a mail lead to the page of a function, and to nothing else', () => {
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    const answers = refusals([
      request('GET', { host: PAGE, ...link }),
      request('GET', { host: HERE, ...link }),
      request('POST', { host: PAGE, ...link }),
    ]);
    expect(answers).toEqual([null, FOREIGN_SITE, FOREIGN_SITE]);
  });

  it('lets the page of a function send its own forms, which say no origin', () => {
    const own = { host: PAGE, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', origin: 'null' };
    const older = { host: PAGE, origin: `http://${PAGE}` };
    expect(refusals([request('POST', own), request('POST', older)])).toEqual([null, null]);
  });
});
