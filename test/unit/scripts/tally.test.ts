import { describe, expect, it } from 'vitest';
import { sum, tallyOf } from '../../../scripts/vitest-run.ts';

const report = (
  passed: number,
  failed: number,
  files: { status: string; assertionResults: unknown[] }[] = [],
) => JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults: files });

describe('counting tests', () => {
  it('counts what passed and failed', () => {
    expect(tallyOf(report(7, 2), 1)).toEqual({ passed: 7, failed: 2 });
  });

  it('counts a file that could not be read as one failure', () => {
    const files = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{}] },
    ];
    expect(tallyOf(report(7, 1, files), 1)).toEqual({ passed: 7, failed: 2 });
  });

  it('counts a run that failed although no test did', () => {
    expect(tallyOf(report(7, 0), 1)).toEqual({ passed: 7, failed: 1 });
  });

  it('counts a run without a report as failed, unless nothing was to be run', () => {
    expect(tallyOf('', 1)).toEqual({ passed: 0, failed: 1 });
    expect(tallyOf('', 0)).toEqual({ passed: 0, failed: 0 });
  });

  it('adds up', () => {
    expect(
      sum([
        { passed: 1, failed: 2 },
        { passed: 3, failed: 4 },
      ]),
    ).toEqual({ passed: 4, failed: 6 });
  });
});
