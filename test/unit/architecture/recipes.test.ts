import { describe, expect, it, test } from 'vitest';
import { BLAST_RADIUS_KEYS, GLOBAL_KEYS, SCOPED_KEYS } from '../../../functions/abandonment/policy-keys.ts';
import { METRIC } from '../../../functions/platform/names.ts';
import { textFiles, textOf } from './pages.ts';

/** The text of all files whose path fits. */
function textIn(places: RegExp): string {
  return textFiles()
    .filter((file) => places.test(file))
    .map(textOf)
    .join('\n');
}

const names = (name: string, text: string) => new RegExp(`\\b${name}\\b`).test(text);

describe('each leaf of policies', () => {
  const leaves = [SCOPED_KEYS, GLOBAL_KEYS, BLAST_RADIUS_KEYS].flatMap((keys) => Object.keys(keys));

  it('is read by a rule, and not by what keeps policies alone', () => {
    const rules = textIn(/^functions\/(?!abandonment\/policy).*\.ts$/).replaceAll(/^import [^;]*;$/gm, '');
    // A function may have the name of a leaf.
    expect(leaves.filter((leaf) => !names(`${leaf}(?!\\()`, rules))).toEqual([]);
  });

  // These two keep their default in all random scenarios.
  const DEFAULT = ['evidenceMaxAge', 'silentAfter'];

  it('is used by random scenarios of the soak', () => {
    const soak = textIn(/^simulation\/soak\/.*\.ts$/);
    // The reference has these.
    const ofReference = ['aliveStatuses', 'correlatedShare', 'correlatedWindow', 'rampPerDay'];
    const unused = leaves.filter((leaf) => !names(leaf, soak));
    expect(unused.sort()).toEqual([...ofReference, ...DEFAULT].sort());
  });

  it('is read a second time, by the reference', () => {
    const reference = textIn(/^test\/simulation\/reference\/.*\.ts$/);
    // Deadlines of tasks, and mails of which SES said nothing, are left to the verifiers of the soak.
    const ofSoak = ['atDeadline', 'failAfter', 'settleAfter', 'stopNotice'];
    const unread = leaves.filter((leaf) => !names(leaf, reference));
    expect(unread.sort()).toEqual([...ofSoak, ...DEFAULT].sort());
  });
});

test('each metric that alarms may stand on is counted, by its name in the list', () => {
  const code = textIn(/^functions\/.*\.ts$/);
  expect(Object.keys(METRIC).filter((name) => !names(`METRIC\\.${name}`, code))).toEqual([]);
});

test('each reader of a kind of row is tested with rows of before', () => {
  const exported = /^export (?:function|const) (\w+FromRow)\b/gm;
  const readers = [...textIn(/^functions\/.*\.ts$/).matchAll(exported)].map(([, name = '']) => name);
  expect(readers.length).toBeGreaterThan(20);
  const tests = textIn(/^test\/unit\/store\/.*\.test\.ts$/);
  // Parts of the row of a task.
  const parts = ['askedFromRow', 'episodeFromRow'];
  expect(readers.filter((name) => !parts.includes(name) && !names(name, tests))).toEqual([]);
});
