import { describe, expect, it } from 'vitest';
import { addressesForOthers, FOREIGN, listens, statusOf } from '../local/website.ts';

const endpoint = process.env.TASKWARDEN_TABLE_ENDPOINT ?? '';

describe.runIf(endpoint !== '')('DynamoDB Local', () => {
  it.each(Object.entries(FOREIGN))('answers nothing to %s', async (_who, headers) => {
    expect(await statusOf(endpoint, 'POST', headers)).toBe(403);
    expect(await statusOf(endpoint, 'OPTIONS', headers)).toBe(403);
  });

  it('listens for nobody beyond this machine', async () => {
    const port = Number(new URL(endpoint).port);
    expect(await listens('127.0.0.1', port)).toBe(true);
    for (const address of addressesForOthers()) {
      expect({ address, open: await listens(address, port) }).toEqual({ address, open: false });
    }
  });
});
