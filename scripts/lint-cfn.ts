/**
 * Has cfn-lint judge the templates of the least configuration, of one with every key, and those of docs/: `npm run lint:cfn`.
 * Installs it into .local/ the first time. Ends with cfn-lint's exit code; with `--where-possible` and 0 where there is no
 * Python 3.11 or it cannot be installed.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../lib/config.ts';
import { TaskwardenApp } from '../lib/taskwarden-app.ts';
import { obstacleTo } from './python-tool.ts';

const ROOT = join(import.meta.dirname, '..');
const REQUIREMENTS = join(ROOT, 'scripts', 'cfn-lint-requirements.txt');
const HOME = join(ROOT, '.local', 'cfn-lint-1.58.0');
const EXAMPLES = ['minimal', 'full'];
/** Where the full example's topics and certificate are. */
const REGION = 'eu-west-1';

/** Templates that others deploy in their own accounts. */
const HANDED_OUT = ['docs/connect/ecs-role.yaml'];

/** A dependency that a reference makes already: the CDK names both. */
const OF_CDK = ['W3005'];

/** The templates of `config/<example>.example.json`, without bundled code, which no template shows. */
function templatesOf(example: string): string[] {
  const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  const file = `config/${example}.example.json`;
  const outdir = join(ROOT, 'cdk.out', `lint-${example}`);
  rmSync(outdir, { recursive: true, force: true });
  const context = { ...read('cdk.json').context, 'aws:cdk:bundling-stacks': [] };
  const app = new TaskwardenApp(parseConfig(example, read(file), file), { outdir, context });
  app.synth();
  return [app.state, app.service].map(({ templateFile }) => join(outdir, templateFile));
}

function lint(): number {
  const templates = [...EXAMPLES.flatMap(templatesOf), ...HANDED_OUT.map((path) => join(ROOT, path))];
  const program = join(HOME, 'bin', 'cfn-lint');
  const options = ['--ignore-checks', ...OF_CDK, '--regions', REGION];
  const { status } = spawnSync(program, [...options, '--', ...templates], { stdio: 'inherit' });
  const judged = `cfn-lint over ${templates.length} templates: ${EXAMPLES.join(', ')}, and what is handed out`;
  console.log(status === 0 ? `ok   ${judged}: nothing found` : `FAIL ${judged}`);
  return status ?? 1;
}

const why = obstacleTo({ name: 'cfn-lint', requirements: REQUIREMENTS, home: HOME });
if (why === undefined) process.exitCode = lint();
else {
  console.log(`cfn-lint: not run, ${why}`);
  process.exitCode = process.argv.includes('--where-possible') ? 0 : 1;
}
