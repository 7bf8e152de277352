import { parseConfig } from '../lib/config.ts';
import { synthesizedResources } from '../lib/synthesize.ts';
import { judgeHealthy, judgeNight, type NightReport } from '../simulation/alarms/judge-night.ts';
import { NIGHTS } from '../simulation/alarms/nights.ts';
import { alarmsOf } from '../simulation/alarms/template-alarms.ts';
import { refuse, suiteArguments, wholeNumber } from './suite-arguments.ts';

const HELP = `Nights of faults and healthy weeks against the alarms of the synthesized template: what rings after how long.

  npm run simulate:alarms

  --night TEXT  the nights whose name holds it alone
  --weeks N     healthy weeks beside them (3)
  --seed S      of the metrics (1)

Exit code 1 where an alarm is silent, late, or rings in a healthy week.
`;

const { values } = suiteArguments(HELP, {
  weeks: { type: 'string', default: '3' },
  seed: { type: 'string', default: '1' },
  night: { type: 'string', default: '' },
});
const nights = NIGHTS.filter(({ name }) => name.includes(values.night));
if (nights.length === 0)
  refuse(
    `--night is ${JSON.stringify(values.night)}; the nights are ${NIGHTS.map(({ name }) => name).join(', ')}`,
  );
const weeks = wholeNumber('weeks', values.weeks);
const seed = wholeNumber('seed', values.seed);

const LEAST = {
  sender: 'warden@example.com',
  contact: 'the platform team',
  alarmEmails: ['ops@example.com'],
  ses: { identity: 'example.com', mailsPerDay: 50_000 },
};

const alarms = alarmsOf(synthesizedResources(parseConfig('prod', LEAST)));
let wrong = 0;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function textOf({ rang }: NightReport): string {
  if (rang.length === 0) return 'silent';
  return rang
    .map(({ alarm, severity, after, times, ended }) => {
      const often = times > 1 ? `, ${times} times` : '';
      return `${alarm} (${severity}) after ${after} min${often}${ended ? ', ended' : ''}`;
    })
    .join('; ');
}

print(`${alarms.length} alarms of the synthesized template`);
for (const night of nights) {
  const report = judgeNight(alarms, night, seed);
  wrong += report.wrong.length;
  print(`${report.wrong.length === 0 ? 'ok  ' : 'FAIL'} ${night.name}: ${textOf(report)}`);
  for (const problem of report.wrong) print(`       ${problem}`);
}
for (let week = 0; week < weeks; week += 1) {
  const rang = judgeHealthy(alarms, 7, seed + week);
  wrong += rang.length;
  print(
    `${rang.length === 0 ? 'ok  ' : 'FAIL'} a healthy week (seed ${seed + week}): ${rang[0] ?? 'silent'}`,
  );
}
if (wrong > 0) process.exitCode = 1;
