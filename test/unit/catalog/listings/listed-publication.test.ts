import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import { listedNews } from '../../../../functions/catalog/listings/listed-publication.ts';
import type { SoundTask } from '../../../../functions/catalog/listings/sift-task.ts';
import { newTaskRecord, type TaskRecord } from '../../../../functions/store/tasks.ts';

const NOW = Date.parse('2026-03-02T00:00:00Z');

const LISTED: SoundTask = {
  id: 'connect/a',
  kind: 'service',
  enabled: true,
  createdAt: NOW - 900 * HOUR,
  owners: ['ana@example.com', 'ben@example.com'],
  dataPlane: 'connect',
  shards: [{ status: 'PRIMARY' }],
  revision: 'r1',
};

/** The task as it was listed before, or changed since. */
function recordOf(task: Partial<TaskRecord['task']> = {}, more: Partial<TaskRecord> = {}): TaskRecord {
  const { id, kind, enabled, owners, dataPlane } = LISTED;
  const facts = { id, kind, dekaf: false, enabled, owners, dataPlane, createdAt: NOW - 900 * HOUR };
  return {
    ...newTaskRecord({ ...facts, version: 4, firstSeenAt: NOW - 800 * HOUR, ...task }),
    listed: { revision: 'r1' },
    ...more,
  };
}

const by = (record: TaskRecord | undefined, listed: Partial<SoundTask> = {}) =>
  listedNews(record, { ...LISTED, ...listed }, NOW)?.publication?.by;

describe('what a listing says of a task is', () => {
  it('a creation of one that was not known, or was gone', () => {
    expect(by(undefined)).toBe('creation');
    expect(by(recordOf({ deletedAt: NOW - HOUR }))).toBe('creation');
    expect(listedNews(recordOf({ deletedAt: NOW - HOUR }), LISTED, NOW)?.publication?.task.version).toBe(5);
  });

  it('nothing where it is as it was; owners have no order', () => {
    expect(listedNews(recordOf(), LISTED, NOW)).toBeUndefined();
    expect(by(recordOf(), { owners: ['ben@example.com', 'ana@example.com'] })).toBeUndefined();
  });

  it.each<[string, Partial<SoundTask>]>([
    ['another revision', { revision: 'r2' }],
    ['another revision of one that is off now', { revision: 'r2', enabled: false }],
    ['a task made anew under the id', { createdAt: NOW - HOUR }],
  ])('a publication by a user: %s', (_, listed) => {
    expect(by(recordOf(), listed)).toBe('user');
  });

  it.each<[string, Partial<SoundTask>]>([
    ['it is off', { enabled: false }],
    ['other owners', { owners: ['ana@example.com'] }],
    ['another data plane', { dataPlane: 'other' }],
    ['another kind', { kind: 'capture' }],
  ])('a publication by a system where the revision is the same: %s', (_, listed) => {
    expect(by(recordOf(), listed)).toBe('system');
  });

  it('no news but its revision, where it was known from elsewhere', () => {
    expect(listedNews(recordOf({}, { listed: null }), LISTED, NOW)).toEqual({ unsettled: false });
    expect(by(recordOf({}, { listed: null }), { owners: [] })).toBe('system');
  });
});

describe('that it is on or off is not settled', () => {
  const asked = { by: 'run', run: 'x', disableAt: NOW } as const;
  const open = (state: 'queued' | 'requested') =>
    ({
      number: 1,
      disabling: { state, asker: asked, queuedAt: NOW, attempts: 1 },
    }) as unknown as TaskRecord['open'];
  const request = { at: NOW, episode: 1, asker: asked, since: NOW };

  it.each<[string, TaskRecord, boolean]>([
    [
      'while its control plane is asked to disable it',
      recordOf({}, { open: open('requested'), asked: request }),
      false,
    ],
    [
      'for two minutes after it was disabled',
      recordOf({ enabled: false }, { disabledByUs: { at: NOW - 2 * MINUTE + 1, episode: 1, run: null } }),
      true,
    ],
    ['for two minutes after it was enabled', recordOf({ enabledAt: NOW - 2 * MINUTE + 1 }), false],
    [
      'where the page is older than its disabling',
      recordOf({ enabled: false }, { disabledByUs: { at: NOW + MINUTE, episode: 1, run: null } }),
      true,
    ],
  ])('%s', (_, record, enabled) => {
    expect(listedNews(record, { ...LISTED, enabled }, NOW)).toEqual({ unsettled: true });
    // What else is said of it counts.
    const other = listedNews(record, { ...LISTED, enabled, owners: [] }, NOW);
    expect(other).toMatchObject({ unsettled: true, publication: { by: 'system', task: { owners: [] } } });
    expect(other?.publication?.task.enabled).toBe(record.task.enabled);
    // A person who edits it just after us means what they do: it is no reversal by a system at the next listing.
    const edited = listedNews(record, { ...LISTED, enabled, revision: 'r2' }, NOW);
    expect(edited).toMatchObject({ unsettled: false, publication: { by: 'user', task: { enabled } } });
  });

  it.each<[string, TaskRecord, boolean]>([
    ['once it only waits to be disabled', recordOf({}, { open: open('queued') }), false],
    [
      'two minutes after it was disabled: it was enabled again',
      recordOf({ enabled: false }, { disabledByUs: { at: NOW - 2 * MINUTE, episode: 1, run: null } }),
      true,
    ],
  ])('no more %s', (_, record, enabled) => {
    expect(by(record, { enabled })).toBe('system');
  });
});
