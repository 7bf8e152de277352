import { describe, expect, it } from 'vitest';
import { type FileReport, scoreOf } from '../../../scripts/mutation-score.ts';

const SOURCE = 'const a = 1;\nconst isOver = now >= end &&\n  a > 0;\n';

/** `now >= end` stands in line 2, from column 16 to before 26. */
const mutant = (status: string, replacement: string) => ({
  status,
  replacement,
  location: { start: { line: 2, column: 16 }, end: { line: 2, column: 26 } },
});
const report = (...mutants: FileReport['mutants']): FileReport => ({ source: SOURCE, mutants });
const score = (file: FileReport, ...mutated: string[]) =>
  scoreOf(
    'a.ts',
    file,
    mutated.map((text) => ({ file: 'a.ts', mutated: text, reason: 'none can tell' })),
  );

describe('the figure of a file', () => {
  it('counts what tests noticed or never ended on, of all that ran or that no test reaches', () => {
    const file = report(
      mutant('Killed', 'true'),
      mutant('Timeout', 'false'),
      mutant('Survived', 'now > end'),
      mutant('NoCoverage', 'now < end'),
      mutant('CompileError', 'x'),
      mutant('Ignored', 'y'),
    );
    expect(score(file)).toMatchObject({ noticed: 2, counted: 4, figure: 50, equivalent: 0 });
  });

  it('leaves out what is named as equivalent, in this file only', () => {
    const file = report(mutant('Killed', 'true'), mutant('Survived', 'now > end'));
    expect(score(file, 'const isOver = now > end &&')).toMatchObject({
      figure: 100,
      equivalent: 1,
      survivors: [],
      unfounded: [],
    });
    const ofAnother = [{ file: 'b.ts', mutated: 'const isOver = now > end &&', reason: 'none can tell' }];
    expect(scoreOf('a.ts', file, ofAnother)).toMatchObject({ figure: 50, unfounded: [] });
  });

  it('shows each survivor as the line then reads, also where it spans several', () => {
    const wide = {
      status: 'Survived',
      replacement: 'now',
      location: { start: { line: 2, column: 16 }, end: { line: 3, column: 8 } },
    };
    expect(score(report(wide)).survivors).toEqual([{ line: 2, mutated: 'const isOver = now;' }]);
  });

  it('tells of what is named as equivalent and is noticed, or is no more there', () => {
    const file = report(mutant('Killed', 'now > end'));
    const named = ['const isOver = now > end &&', 'const gone = 1;'];
    expect(score(file, ...named).unfounded).toEqual(named);
  });

  it('is full where there is nothing to change', () => {
    expect(score(report())).toMatchObject({ figure: 100, counted: 0 });
  });
});
