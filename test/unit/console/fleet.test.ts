import { describe, expect, it } from 'vitest';
import { Fleet, type FleetTask } from '../../../console/fleet.ts';
import { MINUTE } from '../../../functions/abandonment/time.ts';

/** A fleet that is read as often as this says, at instants that a test sets. */
function readFleet() {
  let now = 0;
  const reads: { isWhole: boolean; end: () => void; fail: (error: Error) => void }[] = [];
  const read = (isWhole: boolean) =>
    new Promise<FleetTask[]>((resolve, reject) => {
      reads.push({ isWhole, end: () => resolve([]), fail: reject });
    });
  const fleet = new Fleet(read, () => now);
  return { fleet, reads, at: (instant: number) => (now = instant) };
}

describe('what was read of the fleet', () => {
  it('is read once for a minute, by however many pages', async () => {
    const { fleet, reads, at } = readFleet();
    const pages = [fleet.tasks(), fleet.tasks()];
    reads[0]?.end();
    expect((await Promise.all(pages)).map(({ readAt }) => readAt)).toEqual([0, 0]);
    at(MINUTE);
    await fleet.tasks();
    expect(reads.length).toBe(1);
  });

  it('is shown while it is read anew, and waited for once it is ten minutes old', async () => {
    const { fleet, reads, at } = readFleet();
    const first = fleet.tasks();
    reads[0]?.end();
    await first;
    at(MINUTE + 1);
    expect((await fleet.tasks()).readAt).toBe(0);
    expect(reads.length).toBe(2);
    reads[1]?.end();
    await Promise.resolve();
    at(12 * MINUTE);
    const waiting = fleet.tasks();
    reads[2]?.end();
    expect((await waiting).readAt).toBe(12 * MINUTE);
  });

  it('is read anew after somebody acted', async () => {
    const { fleet, reads } = readFleet();
    const first = fleet.tasks();
    reads[0]?.end();
    await first;
    fleet.forget();
    const second = fleet.tasks();
    expect(reads.length).toBe(2);
    reads[1]?.end();
    await second;
  });

  it('is not kept where it could not be read, and the next page tries again', async () => {
    const { fleet, reads } = readFleet();
    const first = fleet.tasks();
    reads[0]?.fail(new Error('no network'));
    await expect(first).rejects.toThrow('no network');
    const second = fleet.tasks();
    reads[1]?.end();
    expect((await second).tasks).toEqual([]);
  });

  it('of tasks that fail and of all tasks is kept apart', async () => {
    const { fleet, reads } = readFleet();
    const both = [fleet.tasks(), fleet.tasks(true)];
    for (const { end } of reads) end();
    await Promise.all(both);
    expect(reads.map(({ isWhole }) => isWhole)).toEqual([false, true]);
  });
});
