import { describe, expect, it } from 'vitest';
import { isSound, lineOf, summaryOf } from './report.ts';
import type { FaultReport } from './run-fault.ts';

const SOUND: FaultReport = {
  fault: 'ses-refuses',
  lost: [],
  twice: [],
  wrong: [],
  askedAgain: 0,
  seconds: { before: 2, injected: 9, mended: 38, after: 15 },
  told: ['alert breaker-open'],
  note: undefined,
  failure: undefined,
};

describe('the report of a fault', () => {
  it.each([
    ['something was lost', { lost: ['disabling of a/1'] }],
    ['something was done twice', { twice: ['warning of a/1 to ana@a.test'] }],
    ['something was wrong', { wrong: ['warning of a/2 to ana@a.test'] }],
    ['it did not come to its end', { failure: 'not within 150 s' }],
  ])('is no sound one where %s', (_, found) => {
    expect(isSound(SOUND)).toBe(true);
    expect(isSound({ ...SOUND, ...found })).toBe(false);
  });

  it('says what was found, how long it took, and who noticed', () => {
    expect(lineOf({ ...SOUND, askedAgain: 1, note: '3 hits' })).toBe(
      'ses-refuses -> lost 0, done twice 0, asked again 1 | 49 s, 38 s from the repair | noticed by alert breaker-open | 3 hits',
    );
  });
});

describe('the table of a run', () => {
  it('has a line for each fault, also for one that failed or was not run', () => {
    const lost = { ...SOUND, fault: 'duplicates', lost: ['disabling of a/1', 'disabling of a/2'], told: [] };
    const lines = summaryOf([SOUND, lost], [{ fault: 'connect-stops', why: 'no Java 17 or newer' }]).split(
      '\n',
    );
    expect(lines.map((line) => line.trim().split(/\s{2,}/))).toEqual([
      ['fault', 'lost', 'twice', 'wrong', 'sec', 'mended', 'after', 'noticed by'],
      ['ses-refuses', '0', '0', '0', '49', '38', '15', 'alert breaker-open'],
      ['duplicates', '2', '0', '0', '49', '38', '15', 'nobody', 'FAILED'],
      ['connect-stops', 'not run: no Java 17 or newer'],
    ]);
  });
});
