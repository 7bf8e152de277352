import {
  GetParameterHistoryCommand,
  type GetParameterHistoryCommandOutput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../functions/abandonment/time.ts';
import { ownerPage } from '../../functions/owner-page/page.ts';
import { SsmLinkKeys } from '../../functions/platform/aws-link-keys.ts';
import { eventOf, ownerStage } from '../unit/owner-page/owner-stage.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const ssm = mockClient(SSMClient);
let now = START;
/** How SSM answers. */
let answer: () => Partial<GetParameterHistoryCommandOutput>;

const KEPT = { Version: 1, Value: Buffer.alloc(32, 7).toString('base64'), LastModifiedDate: new Date(START) };

beforeEach(() => {
  now = START;
  answer = () => ({ Parameters: [KEPT] });
  ssm.reset();
  ssm.on(GetParameterHistoryCommand).callsFake(() => answer());
});

const reads = () => ssm.commandCalls(GetParameterHistoryCommand).length;
const down = () => {
  throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
};

function reader() {
  const options = { parameter: '/taskwarden/dev/link-keys', acceptedFor: 60 * DAY, makes: false };
  return new SsmLinkKeys(new SSMClient({ region: 'eu-west-1' }), { ...options, clock: { now: () => now } });
}

/** Attack: anybody makes up names of keys. The figure is how often the parameter is read in a minute. */
describe('names of keys that somebody made up', () => {
  it('make a page read the parameter once a minute (before: 6 times, and for each while it cannot be read)', async () => {
    const { system } = await ownerStage();
    const open = ownerPage(system, reader());
    let status: number | undefined;
    for (let place = 0; place < 600; place += 1) {
      now = START + place * 100;
      const made = `${place.toString(36)}zz.d1.t0.${'0'.repeat(16)}.${'0'.repeat(32)}`;
      status = (await open(eventOf('GET', `/d/${made}`))).statusCode;
      expect(status).toBe(404);
    }
    expect(reads()).toBe(1);
    now = START + MINUTE;
    await open(eventOf('GET', `/d/k.d1.t0.${'0'.repeat(16)}.${'0'.repeat(32)}`));
    expect(reads()).toBe(2);
  });

  it('make it read once a minute while it cannot be read, and nobody is told that a link is wrong', async () => {
    const keys = reader();
    answer = down;
    for (let place = 0; place < 600; place += 1) {
      now = START + place * 100;
      await expect(keys.accepted(`k${place}`)).rejects.toThrow('Rate exceeded');
    }
    expect(reads()).toBe(1);
  });

  it('make one read where they come at once', async () => {
    const keys = reader();
    await Promise.all(Array.from({ length: 50 }, (_, place) => keys.accepted(`k${place}`)));
    expect(reads()).toBe(1);
  });
});

describe('keys that were read before', () => {
  const readBefore = async () => {
    const keys = reader();
    const signer = await keys.current();
    return { keys, id: signer.id };
  };

  it('go on working while the parameter cannot be read, for links and for mails (before: every page failed)', async () => {
    const { keys, id } = await readBefore();
    answer = down;
    for (let minutes = 1; minutes < 60; minutes += 1) {
      now = START + minutes * MINUTE;
      expect((await keys.accepted(id))?.id).toBe(id);
      expect((await keys.current()).id).toBe(id);
    }
    // One each five minutes, not one for each link.
    expect(reads()).toBeLessThanOrEqual(12);
  });

  it('go on working beside made-up ones, whatever these come to', async () => {
    const { keys, id } = await readBefore();
    answer = down;
    now = START + MINUTE;
    await expect(keys.accepted('made-up')).rejects.toThrow('Rate exceeded');
    expect((await keys.accepted(id))?.id).toBe(id);
    answer = () => ({ Parameters: [KEPT] });
    now += 59 * SECOND;
    await expect(keys.accepted('made-up')).rejects.toThrow('Rate exceeded');
    now += SECOND;
    expect(await keys.accepted('made-up')).toBeUndefined();
  });

  it('are asked for at once by the next mail where the first found SSM away', async () => {
    const keys = reader();
    answer = down;
    await expect(keys.current()).rejects.toThrow('Rate exceeded');
    answer = () => ({ Parameters: [KEPT] });
    expect((await keys.current()).secret).toEqual(Buffer.alloc(32, 7));
  });

  it('end within five minutes where the parameter was deleted', async () => {
    const { keys, id } = await readBefore();
    answer = () => ({ Parameters: [] });
    now = START + 5 * MINUTE;
    expect(await keys.accepted(id)).toBeUndefined();
  });
});
