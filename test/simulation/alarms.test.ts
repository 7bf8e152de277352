import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config.ts';
import { synthesizedResources } from '../../lib/synthesize.ts';
import { judgeHealthy, judgeNight } from '../../simulation/alarms/judge-night.ts';
import { NIGHTS } from '../../simulation/alarms/nights.ts';
import { alarmsOf } from '../../simulation/alarms/template-alarms.ts';
import { LEAST } from '../infra/synth.ts';

const WITH_QUOTA = { ...LEAST, ses: { identity: 'example.com', mailsPerDay: 50_000 } };

/** The alarms that are deployed; all nights and healthy weeks are run by `npm run simulate:alarms`. */
const alarms = alarmsOf(synthesizedResources(parseConfig('prod', WITH_QUOTA)));

const nightOf = (name: string) => {
  const night = NIGHTS.find((candidate) => candidate.name === name);
  if (!night) throw new Error(`no night ${name}`);
  return night;
};

describe('alarms in the night', () => {
  // Three spans between scans of 15 minutes; none of these alarms lives in what died.
  it.each([
    'scheduler disabled',
    'role of the schedule deleted',
    'concurrency of the scanner zero',
    'scanner dies in its init',
  ])('tell within three scans: %s', (name) => {
    const { rang, wrong } = judgeNight(alarms, nightOf(name));
    expect(wrong).toEqual([]);
    const page = rang.find(({ alarm }) => alarm === 'scanner-not-running');
    expect(page).toMatchObject({ severity: 'page', times: 1 });
    expect(page?.after).toBeLessThanOrEqual(45);
    // One run that fails is made up for by the next.
    expect(page?.after).toBeGreaterThan(30);
  });

  it.each([
    'one scan fails, the next goes through',
    'worker of disable dies in its init',
    'slow poison message on notify',
    'a second dead letter while the first is open, and a third',
    'an error every 20 minutes, for eight hours',
    'a failure of a new kind, and five hours later with a new version of the code',
    'SES says nothing of mails any more',
  ])('say what the night is to say, and nothing else: %s', (name) => {
    expect(judgeNight(alarms, nightOf(name)).wrong).toEqual([]);
  });

  it('wake nobody where all is well', () => {
    expect(judgeHealthy(alarms, 2, 7)).toEqual([]);
  });

  it('each have a night that rings them', () => {
    const ringing = new Set(NIGHTS.flatMap(({ rings }) => Object.keys(rings)));
    expect(alarms.map(({ name }) => name).filter((name) => !ringing.has(name))).toEqual([]);
  });

  it('are seen to be wrong: a heartbeat that takes silence for well', () => {
    const deaf = alarms.map((alarm) =>
      alarm.name === 'scanner-not-running'
        ? { ...alarm, missing: 'notBreaching' as const, expression: 'beats' }
        : alarm,
    );
    expect(judgeNight(deaf, nightOf('scheduler disabled')).wrong).toContainEqual(
      expect.stringContaining('scanner-not-running did not ring'),
    );
  });
});
