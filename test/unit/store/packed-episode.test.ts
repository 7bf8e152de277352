import { expect, it, vi } from 'vitest';
import type { Episode, RecipientPart } from '../../../functions/abandonment/task.ts';
import { packed, type Stored, unpacked } from '../../../functions/store/packed-episode.ts';
import { fired, warnedAt } from '../abandonment/decide-builders.ts';

const parts = (count: number, name: string): Record<string, RecipientPart> =>
  Object.fromEntries(Array.from({ length: count }, (_, place) => [`${name}-${place}`, warnedAt(place)]));
const mails = (count: number) => Array.from({ length: count }, (_, place) => `mail-${place}`);
/** As it comes back from the table. */
const stored = (episode: Episode): Stored => JSON.parse(JSON.stringify(packed(episode)));

it('an episode is packed where recipients and mails are more than 200 together', () => {
  for (const [people, digests, isPacked] of [
    [200, 0, false],
    [150, 50, false],
    [0, 200, false],
    [201, 0, true],
    [150, 51, true],
    [0, 201, true],
  ] as const) {
    const episode = fired({ told: parts(people, 'a'), mails: mails(digests) });
    expect('packed' in stored(episode)).toBe(isPacked);
    expect(unpacked(stored(episode))).toEqual(episode);
  }
});

it('an episode that is packed has nothing of what is packed in its row besides, and takes far less room', () => {
  const episode = fired({ told: parts(1_000, 'a'), mails: mails(1_000) });
  const row = stored(episode);
  expect(row).toMatchObject({ number: 1, told: {}, mails: [] });
  expect(JSON.stringify(row).length).toBeLessThan(JSON.stringify(episode).length / 4);
});

it('episodes that are read in turn are each as they were stored', () => {
  const [first, second] = [fired({ told: parts(300, 'a') }), fired({ told: parts(300, 'b'), number: 2 })];
  const rows = [stored(first), stored(second)];
  for (const place of [0, 1, 0, 0, 1]) expect(unpacked(rows[place]!)).toEqual([first, second][place]);
});

it('an episode that is packed is read by a process that saw none before', async () => {
  const episode = fired({ told: parts(300, 'a') });
  const row = stored(episode);
  vi.resetModules();
  const anew = await import('../../../functions/store/packed-episode.ts');
  expect(anew.unpacked(row)).toEqual(episode);
});
