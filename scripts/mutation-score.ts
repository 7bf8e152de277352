/** The part of Stryker's report on one file that is judged. */
export interface FileReport {
  source: string;
  mutants: Mutant[];
}

interface Mutant {
  status: string;
  replacement: string;
  /** From 1 on, both. */
  location: { start: Position; end: Position };
}

interface Position {
  line: number;
  column: number;
}

/** A mutant that changes nothing that anybody could notice: no test can tell it from what it was made of. */
export interface Equivalent {
  file: string;
  /** The mutated lines as they then read, each run of spaces as one. */
  mutated: string;
  reason: string;
}

export interface Score {
  file: string;
  noticed: number;
  /** All that count: without the equivalents, and what did not even start. */
  counted: number;
  /** In percent; 100 where nothing counts. */
  figure: number;
  equivalent: number;
  /** Those that no test noticed and that are not named as equivalent. */
  survivors: { line: number; mutated: string }[];
  /** Named as equivalent, but killed, or no mutant of this file any more. */
  unfounded: string[];
}

const NOTICED = ['Killed', 'Timeout'];
const MISSED = ['Survived', 'NoCoverage'];

/** How much of a file's mutants the tests notice, less those that are equivalent. */
export function scoreOf(file: string, report: FileReport, equivalents: readonly Equivalent[]): Score {
  const named = equivalents.filter((equivalent) => equivalent.file === file).map(({ mutated }) => mutated);
  const missed = report.mutants
    .filter(({ status }) => MISSED.includes(status))
    .map((mutant) => ({ line: mutant.location.start.line, mutated: mutatedLines(report.source, mutant) }));
  const survivors = missed.filter(({ mutated }) => !named.includes(mutated));
  const noticed = report.mutants.filter(({ status }) => NOTICED.includes(status)).length;
  const counted = noticed + survivors.length;
  return {
    file,
    noticed,
    counted,
    figure: counted === 0 ? 100 : (100 * noticed) / counted,
    equivalent: missed.length - survivors.length,
    survivors,
    unfounded: named.filter((mutant) => missed.every(({ mutated }) => mutated !== mutant)),
  };
}

/** The lines that a mutant touches, as they read with it. */
function mutatedLines(source: string, { replacement, location: { start, end } }: Mutant): string {
  const lines = source.split('\n');
  const before = (lines[start.line - 1] ?? '').slice(0, start.column - 1);
  const after = (lines[end.line - 1] ?? '').slice(end.column - 1);
  return `${before}${replacement}${after}`.replace(/\s+/g, ' ').trim();
}
