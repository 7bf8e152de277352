import {
  GetParameterHistoryCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../../functions/abandonment/time.ts';
import { KEY_AGE, SsmLinkKeys } from '../../../functions/platform/aws-link-keys.ts';

const ssm = mockClient(SSMClient);
const START = Date.parse('2026-01-01T00:00:00Z');

/** SSM's parameter in memory. */
let versions: { Version: number; Value: string; LastModifiedDate: Date }[] = [];
let now = START;
const meta = { $metadata: {}, message: '' };

beforeEach(() => {
  versions = [];
  now = START;
  ssm.reset();
  ssm.on(GetParameterHistoryCommand).callsFake(() => {
    if (versions.length === 0) throw new ParameterNotFound(meta);
    return { Parameters: [...versions].reverse() };
  });
  ssm.on(PutParameterCommand).callsFake(({ Value, Overwrite }) => {
    if (versions.length > 0 && !Overwrite) throw new ParameterAlreadyExists(meta);
    versions.push({ Version: versions.length + 1, Value, LastModifiedDate: new Date(now) });
    return {};
  });
});

function keysOf(makes: boolean) {
  const options = { parameter: '/taskwarden/dev/link-keys', acceptedFor: 60 * DAY, makes };
  return new SsmLinkKeys(new SSMClient({ region: 'eu-west-1' }), { ...options, clock: { now: () => now } });
}

describe('the keys of links', () => {
  it('are made at the first mail: 32 bytes of chance, encrypted', async () => {
    const key = await keysOf(true).current();
    expect([key.id, key.secret.byteLength]).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/), 32]);
    const [put] = ssm.commandCalls(PutParameterCommand);
    expect(put?.args[0].input).toMatchObject({ Type: 'SecureString', Overwrite: false });
  });

  it('are the same for two who make the first one at once', async () => {
    const [first, second] = await Promise.all([keysOf(true).current(), keysOf(true).current()]);
    expect(Buffer.from(first.secret).equals(second.secret)).toBe(true);
    expect(versions).toHaveLength(1);
  });

  it('are not made by who only reads them', async () => {
    await expect(keysOf(false).current()).rejects.toThrow('/taskwarden/dev/link-keys');
    expect(await keysOf(false).accepted('00000000')).toBeUndefined();
    expect(versions).toEqual([]);
  });

  it('are read once for many mails', async () => {
    const keys = keysOf(true);
    for (let mail = 0; mail < 50; mail += 1) await keys.current();
    expect(ssm.commandCalls(GetParameterHistoryCommand)).toHaveLength(2);
  });

  it('change by age; the old one is accepted for as long as the links it signed live', async () => {
    const signer = keysOf(true);
    const old = await signer.current();
    now = START + KEY_AGE;
    const today = await signer.current();
    expect(today.id).not.toBe(old.id);
    const reader = keysOf(false);
    expect(await reader.accepted(old.id)).toEqual(expect.objectContaining({ secret: old.secret }));
    now = START + KEY_AGE + 60 * DAY - 1;
    expect((await reader.accepted(old.id))?.id).toBe(old.id);
    now += 1;
    expect(await reader.accepted(old.id)).toBeUndefined();
    expect((await reader.accepted(today.id))?.id).toBe(today.id);
  });

  it('are all taken back by deleting the parameter, and the next one is another', async () => {
    const old = await keysOf(true).current();
    const reader = keysOf(false);
    await reader.accepted(old.id);
    versions = [];
    const next = await keysOf(true).current();
    expect((await reader.accepted(next.id))?.secret).toBeUndefined();
    now = START + 5 * MINUTE;
    expect(await reader.accepted(old.id)).toBeUndefined();
    expect((await reader.accepted(next.id))?.secret).toEqual(next.secret);
  });

  it('are all kept where two make a new one at once', async () => {
    await keysOf(true).current();
    now = START + KEY_AGE;
    const made = await Promise.all([keysOf(true).current(), keysOf(true).current()]);
    const reader = keysOf(false);
    for (const key of made) expect((await reader.accepted(key.id))?.secret).toEqual(key.secret);
  });

  it('are found when they are new, and asked for once a minute at most when they are not there', async () => {
    const signer = keysOf(true);
    const first = await signer.current();
    const reader = keysOf(false);
    await reader.accepted(first.id);
    now = START + KEY_AGE;
    const second = await signer.current();
    await reader.accepted(first.id);
    now += MINUTE;
    versions.push({
      Version: 3,
      Value: Buffer.alloc(32).toString('base64'),
      LastModifiedDate: new Date(now),
    });
    const third = await keysOf(false).current();
    expect((await reader.accepted(third.id))?.id).toBe(third.id);
    expect((await reader.accepted(second.id))?.id).toBe(second.id);
    const before = ssm.commandCalls(GetParameterHistoryCommand).length;
    for (let round = 0; round < 100; round += 1) expect(await reader.accepted('ffffffff')).toBeUndefined();
    expect(ssm.commandCalls(GetParameterHistoryCommand)).toHaveLength(before);
  });
});
