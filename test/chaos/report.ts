import type { FaultReport, Part } from './run-fault.ts';

/** A fault that cannot be had on this machine, and why. */
export interface NotRun {
  fault: string;
  why: string;
}

/** One fault as a line. */
export function lineOf(report: FaultReport): string {
  const { fault, lost, twice, wrong, askedAgain, seconds, told, note, failure } = report;
  const counts = [
    `lost ${lost.length}`,
    `done twice ${twice.length}`,
    ...(wrong.length > 0 ? [`wrong ${wrong.length}`] : []),
    ...(askedAgain > 0 ? [`asked again ${askedAgain}`] : []),
  ];
  const time = `${secondsOf(seconds)} s, ${seconds.mended} s from the repair`;
  const parts = [
    counts.join(', '),
    time,
    told.length > 0 ? `noticed by ${told.join('; ')}` : 'nobody noticed',
  ];
  const more = [
    ...(note === undefined ? [] : [note]),
    ...(failure === undefined ? [] : [`FAILED: ${failure}`]),
  ];
  return `${fault} -> ${[...parts, ...more].join(' | ')}`;
}

/** Whether nothing was lost, doubled or wrong. */
export function isSound({ lost, twice, wrong, failure }: FaultReport): boolean {
  return lost.length + twice.length + wrong.length === 0 && failure === undefined;
}

/** All of a run as a table: what was lost, done twice, how long it took, and who noticed. */
export function summaryOf(reports: readonly FaultReport[], notRun: readonly NotRun[]): string {
  const head = row('fault', ['lost', 'twice', 'wrong', 'sec', 'mended', 'after'], 'noticed by');
  return [
    head,
    ...reports.map(rowOf),
    ...notRun.map(({ fault, why }) => row(fault, ['', '', '', '', '', ''], `not run: ${why}`)),
  ].join('\n');
}

function rowOf(report: FaultReport): string {
  const { fault, lost, twice, wrong, seconds, told } = report;
  const times = [secondsOf(seconds), seconds.mended, seconds.after];
  const counts = [lost.length, twice.length, wrong.length, ...times].map(String);
  const end = isSound(report) ? '' : '  FAILED';
  return row(fault, counts, `${told.join('; ') || 'nobody'}${end}`);
}

/** From the beginning to the end of what a fault is about; that nothing is repeated afterwards is looked at then. */
function secondsOf({ before, injected, mended }: Record<Part, number>): number {
  return before + injected + mended;
}

function row(fault: string, counts: readonly string[], words: string): string {
  return `${fault.padEnd(24)}${counts.map((count) => count.padStart(8)).join('')}  ${words}`;
}
