import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR, type Instant } from '../../functions/abandonment/time.ts';
import { GRACE, type History, history, PEOPLE, START, scenarioOf, TASKS, UNTIL } from './rules-histories.ts';
import { Model } from './rules-model.ts';
import { type Played, play } from './story.ts';

/** At each scan: what may fire is open; what is open neither runs, nor is off, vetoed or kept. */
function checkScans({ scanEvery }: History, model: Model): void {
  for (let now = START; now <= START + UNTIL; now += scanEvery * HOUR) {
    for (const id of TASKS) checkTask(model, id, now);
  }
}

function checkTask(model: Model, id: string, now: Instant): void {
  const open = model.open(id, now);
  const place = `${id} at ${new Date(now).toISOString()}`;
  if (open === null) {
    expect(model.mayFire(id, now), `${place} is to be open`).toBe(false);
    return;
  }
  expect(model.kept(id, now), `${place} is open though it is kept`).toBe(false);
  if (model.isFrozen(id, now)) return;
  expect(model.since(id, now), `${place} is open though it runs or is off`).not.toBeNull();
  expect(model.vetoed(id, now), `${place} is open though a user published`).toBe(false);
}

function checkEpisodes({ lines }: Played, model: Model): void {
  for (const id of TASKS) {
    const own = lines.filter(
      (line) => (line.type === 'alert-fired' || line.type === 'alert-resolved') && line.task === id,
    );
    own.forEach((line, place) => {
      const type = place % 2 === 0 ? 'alert-fired' : 'alert-resolved';
      expect(line).toMatchObject({ type, episode: Math.floor(place / 2) + 1 });
      if (type === 'alert-fired')
        expect(model.mayFire(id, Date.parse(line.at)), `${id} ${line.at}`).toBe(true);
    });
  }
}

/** What was disabled had its grace, and no mail names a later date. */
function checkDisabled({ lines }: Played, model: Model): void {
  for (const line of lines) {
    if (line.type !== 'task-disabled' || line.disableAt === null) continue;
    const now = Date.parse(line.at);
    const dated = lines.flatMap((mail) =>
      mail.type === 'mail' && Date.parse(mail.at) <= now
        ? mail.items
            .filter(
              ({ task, episode, disableAt }) => task === line.task && episode === line.episode && disableAt,
            )
            .map(({ disableAt }) => ({ when: Date.parse(mail.at), date: Date.parse(disableAt as string) }))
        : [],
    );
    const latest = Math.max(...dated.map(({ date }) => date));
    expect(latest, `${line.task} was disabled before a printed date`).toBeLessThanOrEqual(now);
    expect(Date.parse(line.disableAt)).toBeGreaterThanOrEqual(latest);
    const first = Math.min(...dated.map(({ when }) => when));
    expect(model.counted(line.task, first, now), `${line.task} had its grace`).toBeGreaterThanOrEqual(GRACE);
  }
}

function checkWindows({ lines }: Played): void {
  for (const person of [...PEOPLE, 'admin@x.test']) {
    const instants = lines.flatMap((line) =>
      line.type === 'mail' &&
      line.to === person &&
      line.items.some(({ notice }) => notice === 'warning' || notice === 'reminder')
        ? [Date.parse(line.at)]
        : [],
    );
    instants.forEach((when, place) => {
      if (place > 0) expect(when - instants[place - 1]!).toBeGreaterThanOrEqual(HOUR);
    });
  }
}

test('random histories fire, resolve and disable when the rules say so, and keep the promises', async () => {
  const seen = { fired: 0, disabled: 0 };
  await fc.assert(
    fc.asyncProperty(history, async (drawn) => {
      const run = await play(scenarioOf(drawn)).catch((error: Error) => {
        // A mail event needs a mail before it.
        fc.pre(!/^events\[\d+\]\.recipient/.test(error.message));
        throw error;
      });
      const model = new Model(drawn, run);
      checkEpisodes(run, model);
      checkScans(drawn, model);
      checkDisabled(run, model);
      checkWindows(run);
      expect(run.summary).toMatchObject({ deadLettered: 0, oops: 0 });
      seen.fired += run.summary.alertsFired;
      seen.disabled += run.summary.disabled;
    }),
    { numRuns: Number(process.env.RULES_RUNS ?? 25), seed: Number(process.env.RULES_SEED ?? 1) },
  );
  expect(seen.fired).toBeGreaterThan(10);
  expect(seen.disabled).toBeGreaterThan(3);
}, 3_600_000);
