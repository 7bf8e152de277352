import { parseArgs } from 'node:util';
import { parseConfig } from '../lib/config.ts';
import { synthesizedResources } from '../lib/synthesize.ts';
import { judgeHealthy, judgeNight, type NightReport } from '../simulation/alarms/judge-night.ts';
import { NIGHTS } from '../simulation/alarms/nights.ts';
import { alarmsOf } from '../simulation/alarms/template-alarms.ts';

/** Nights of faults and healthy weeks against the alarms of the synthesized template: what rings after how long. */
const { values } = parseArgs({
  options: {
    weeks: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    night: { type: 'string' },
  },
});

const LEAST = {
  sender: 'warden@example.com',
  contact: 'the platform team',
  alarmEmails: ['ops@example.com'],
  ses: { identity: 'example.com', mailsPerDay: 50_000 },
};

const alarms = alarmsOf(synthesizedResources(parseConfig('prod', LEAST)));
const seed = Number(values.seed);
let wrong = 0;

function tell(line: string): void {
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

tell(`${alarms.length} alarms of the synthesized template`);
for (const night of NIGHTS.filter(({ name }) => values.night === undefined || name.includes(values.night))) {
  const report = judgeNight(alarms, night, seed);
  wrong += report.wrong.length;
  tell(`${report.wrong.length === 0 ? 'ok  ' : 'FAIL'} ${night.name}: ${textOf(report)}`);
  for (const one of report.wrong) tell(`       ${one}`);
}
for (let week = 0; week < Number(values.weeks); week += 1) {
  const rang = judgeHealthy(alarms, 7, seed + week);
  wrong += rang.length;
  tell(`${rang.length === 0 ? 'ok  ' : 'FAIL'} a healthy week (seed ${seed + week}): ${rang[0] ?? 'silent'}`);
}
if (wrong > 0) process.exitCode = 1;
