import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { keys } from '../../../functions/store/keys.ts';
import { probeWorker } from '../../../functions/work/probe.ts';
import { START, workStage } from './stage.ts';

describe('a probe of a worker', () => {
  it('says how many attempts went well that nobody heard of yet', async () => {
    const { system, consumer, deliver } = workStage();
    await deliver(1);
    await deliver(1, { messageId: 'other' });
    expect(await probeWorker(system, consumer)).toEqual({ probe: 'passed', functionVersion: '7', worked: 2 });
    expect(await probeWorker(system, consumer)).toMatchObject({ worked: 2 });
  });

  it('leaves a row that ends by itself after a day', async () => {
    const { system, consumer, table } = workStage();
    await probeWorker(system, consumer);
    const row = await table.get(keys.probe('notify'));
    expect(row).toMatchObject({ v: 1, at: START });
    expect(Object.values(row ?? {})).toContain((START + DAY) / 1_000);
  });

  it('fails where the table takes no write for now, as a message would', async () => {
    const { system, consumer, table } = workStage();
    table.transact = async () => ({ outcome: 'busy', reason: 'throttled' });
    await expect(probeWorker(system, consumer)).rejects.toMatchObject({
      name: 'TableBusy',
      message: 'the table is busy: throttled',
    });
  });

  it('fails where the table cannot be read, though it takes writes', async () => {
    const { system, consumer, table } = workStage();
    table.get = () => Promise.reject(new Error('no reads'));
    await expect(probeWorker(system, consumer)).rejects.toThrow('no reads');
  });

  it('fails where its code takes for a message what is none', async () => {
    const { system, consumer } = workStage();
    const credulous = { ...consumer, parse: () => ({ ok: true, message: { key: 'x' } }) as const };
    await expect(probeWorker(system, credulous)).rejects.toThrow('what is no message is taken for one');
  });
});
