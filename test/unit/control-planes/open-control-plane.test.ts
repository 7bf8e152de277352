import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../functions/abandonment/time.ts';
import {
  type AdapterPorts,
  controlPlaneOpener,
} from '../../../functions/control-planes/open-control-plane.ts';
import type { ListedControlPlane } from '../../../functions/platform/control-plane.port.ts';
import {
  type ListedSettings,
  readControlPlanes,
} from '../../../functions/platform/control-plane-settings.ts';

function settings(more: object = {}): ListedSettings {
  const required = {
    type: 'http',
    name: 'captures',
    prefix: 'captures/',
    dataPlane: 'eu-1',
    url: 'http://c.test',
  };
  return readControlPlanes(JSON.stringify([{ ...required, ...more }]))[0] as ListedSettings;
}

/** An opener whose adapter hands out what it was made with. */
function opener(secret: string | Error, callers = 1) {
  const made: AdapterPorts[] = [];
  const read: unknown[] = [];
  const pauses: number[] = [];
  const open = controlPlaneOpener(
    {
      secrets: {
        read: async (place) => {
          read.push(place);
          if (secret instanceof Error) throw secret;
          return secret;
        },
      },
      fetch: async () => new Response('{}'),
      clock: { now: () => 0, pause: async (duration) => void pauses.push(duration) },
      random: { next: () => 0, id: () => 'id' },
      callers,
    },
    (_, ports) => {
      made.push(ports);
      return {} as ListedControlPlane;
    },
  );
  return { open, made, read, pauses };
}

const FROM = { secret: 'taskwarden/captures' };
const withCredentials = (scheme: string) => settings({ credentials: { scheme, from: FROM } });

async function authorization(scheme: string, secret: string | Error) {
  const { open, made } = opener(secret);
  open(withCredentials(scheme));
  return made[0]?.credentials();
}

describe('the Authorization header of a control plane', () => {
  it.each([
    ['basic', 'ana:s3cret', `Basic ${btoa('ana:s3cret')}`],
    ['basic', 'ana:s3:cret\n', `Basic ${btoa('ana:s3:cret')}`],
    ['basic', '{"username": "ana", "password": "s3cret"}', `Basic ${btoa('ana:s3cret')}`],
    ['bearer', 't0ken\n', 'Bearer t0ken'],
    ['bearer', '{"token": "t0ken"}', 'Bearer t0ken'],
  ])('is made of a secret: %s of %j', async (scheme, secret, expected) => {
    expect(await authorization(scheme, secret)).toBe(expected);
  });

  it.each([
    ['basic', 's3cret'],
    ['basic', ':s3cret'],
    ['basic', '{"user": "s3cret"}'],
    ['basic', '{"username": "a:b", "password": "s3cret"}'],
    ['bearer', 's3cret two'],
    ['bearer', 's3cret\nX-Admin: 1'],
    ['bearer', ''],
  ])('is refused without a word of the secret: %s of %j', async (scheme, secret) => {
    const error = await authorization(scheme, secret).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      name: 'ControlPlaneUnavailable',
      message: expect.stringMatching(/^control plane captures: the secret taskwarden\/captures holds no /),
    });
    expect(String((error as Error).stack)).not.toContain('s3cret');
  });

  it('cannot be had where the secret cannot be read, which says no more than how that failed', async () => {
    const denied = Object.assign(new Error('s3cret of arn:aws:…'), { name: 'AccessDeniedException' });
    await expect(authorization('basic', denied)).rejects.toThrow(
      'control plane captures: the secret taskwarden/captures cannot be read (AccessDeniedException)',
    );
  });

  it('is none without credentials, and nothing is read then', async () => {
    const { open, made, read } = opener('s3cret');
    open(settings());
    expect(await made[0]?.credentials()).toBeUndefined();
    expect(read).toEqual([]);
  });
});

describe('an opener', () => {
  it('opens each control plane once: its calls share one rate', async () => {
    const { open, made, pauses } = opener('');
    expect(open(settings({ callsPerSecond: 1 }))).toBe(open(settings({ callsPerSecond: 1 })));
    expect(made).toHaveLength(1);
    await made[0]?.turn();
    await made[0]?.turn();
    expect(pauses).toEqual([SECOND]);
  });

  it('keeps each of several processes to its part of the rate', async () => {
    const { open, made, pauses } = opener('', 4);
    open(settings({ callsPerSecond: 2 }));
    await made[0]?.turn();
    await made[0]?.turn();
    expect(pauses).toEqual([2 * SECOND]);
  });
});
