import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../../../functions/abandonment/time.ts';
import { readControlPlanes } from '../../../../functions/platform/control-plane-settings.ts';
import { listingsGenerator } from '../../../../functions/scanner/generators/listings.ts';
import {
  type ListingRecord,
  listingWrite,
  loadListing,
  newListingRecord,
} from '../../../../functions/store/listings.ts';
import { START as NOW, only, runStage } from '../run-stage.ts';

describe('listings', () => {
  const settings = {
    type: 'http',
    name: 'own',
    prefix: 'own/',
    dataPlane: 'eu-1',
    url: 'http://x.test',
    pollEvery: '10m',
  };
  const stageOf = async (record: Partial<ListingRecord> = {}) => {
    const stage = runStage({
      controlPlanes: readControlPlanes(JSON.stringify([settings])),
      scanEvery: 20 * MINUTE,
    });
    await stage.write(listingWrite({ ...newListingRecord('own', NOW - DAY), ...record }));
    const take = async () => stage.take(listingsGenerator, await stage.begin());
    return { ...stage, take };
  };

  // Five minutes are a quarter of what is between two scans.
  it.each([
    [NOW - 5 * MINUTE, true],
    [NOW - 5 * MINUTE + 1, false],
  ])(
    'begin once they are due, a quarter of a scan early (the last began at %i)',
    async (lastStartedAt, begins) => {
      const stage = await stageOf({ number: 3, lastStartedAt });
      expect(await stage.take()).toMatchObject({
        cursor: null,
        figures: only(begins ? { listings: 1 } : {}),
      });
      expect(
        stage.sent.map(({ queue, body: { key, listing, correlationId } }) => [
          queue,
          key,
          listing,
          correlationId,
        ]),
      ).toEqual(begins ? [['listing', 'own', 4, 'run']] : []);
      expect((await loadListing(stage.table, 'own'))?.current?.startedAt).toBe(begins ? NOW : undefined);
    },
  );

  it('are asked for with each scan where a control plane is listed, and else not at all', async () => {
    expect(listingsGenerator).toMatchObject({ band: 'urgent', everySeconds: 0 });
    const wanted = async (controlPlanes?: object[]) => {
      const stage = runStage(
        controlPlanes ? { controlPlanes: readControlPlanes(JSON.stringify(controlPlanes)) } : {},
      );
      return listingsGenerator.isWanted?.(await stage.begin());
    };
    const events = { type: 'events', name: 'bus', prefix: 'bus/' };
    expect([
      await wanted(),
      await wanted([]),
      await wanted([events]),
      await wanted([events, settings]),
    ]).toEqual([false, false, false, true]);
  });
});
