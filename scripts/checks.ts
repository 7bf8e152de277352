import { run, type Tally } from './vitest-run.ts';

/** What the source is held to beside its tests; each counts as one. */
const CHECKS: [name: string, program: string, args: string[]][] = [
  ['format and lint', 'biome', ['check', '--error-on-warnings', '.']],
  ['types', 'tsc', ['--noEmit']],
  ['dead exports', 'knip', []],
  ['compiled mails', 'tsx', ['emails/compile.ts', '--check']],
  [
    'synth and cdk-nag',
    'cdk',
    ['synth', '--quiet', '--strict', '--context', 'stage=dev', '--output', 'cdk.out/check'],
  ],
];

/** Runs every check, also after one failed. */
export async function runChecks(): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0 };
  for (const [name, program, args] of CHECKS) {
    const failed = (await run(program, args)) !== 0;
    process.stdout.write(`${failed ? 'FAIL' : 'ok  '} ${name}\n`);
    tally[failed ? 'failed' : 'passed'] += 1;
  }
  return tally;
}
