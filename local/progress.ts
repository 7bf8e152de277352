/** Tells a person what is being done. */
export type Say = (line: string) => void;

/** Lines on standard output. */
export const say: Say = (line) => {
  process.stdout.write(`${line}\n`);
};

/** Says what is begun and, when it is over, how long it took. */
export async function timed<Result>(print: Say, what: string, work: () => Promise<Result>): Promise<Result> {
  const began = performance.now();
  print(`${what} ...`);
  const result = await work();
  print(`  done in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  return result;
}

/** A failure that a person can do something about; its message is all that is shown. */
export class LocalProblem extends Error {
  override readonly name = 'LocalProblem';
}
