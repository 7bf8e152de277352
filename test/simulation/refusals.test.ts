import { describe, expect, it } from 'vitest';
import { at, failing, play } from './story.ts';

const HOURS = 3_600_000;
const ANA = 'ana@acme.test';
/** The owning system does not disable `acmeCo/a` for so many hours. */
const refusal = (from: string, hours: number) => ({
  at: from,
  type: 'refusal',
  task: 'acmeCo/a',
  for: hours * HOURS,
});
/** From the date on, without what was notified before it. */
const late = (story: string[]) => story.slice(story.findIndex((line) => line.startsWith('T+21d')));
const listed = { prefix: 'acmeCo/' };

describe.each([
  ['told by events', {}],
  ['listed', { listed }],
])('a task that is %s and that its owning system refuses to disable', (_, options) => {
  it('is held, asked for again each day, and disabled once it is not refused any more; operators hear of it once', async () => {
    const { story } = await play({ chaos: [refusal(at(20), 52)] }, options);
    // Due on day 21; refused then and on day 22 until 4 o'clock. A hold shows with the scan after.
    expect(late(story)).toEqual([
      'T+21d1h held acmeCo/a #1 refused',
      'T+21d1h operators disable-failing acmeCo/a',
      'T+22d1h held acmeCo/a #1 refused',
      'T+23d disabled acmeCo/a #1 due T+21d',
      'T+23d resolved acmeCo/a #1 disabled',
      `T+23d+ mail ${ANA}: disabled acmeCo/a #1`,
    ]);
  });

  it('is let be for a day, however soon it would not be refused any more', async () => {
    const { story } = await play({ chaos: [refusal(at(20), 25)] }, options);
    expect(story).toContain('T+22d disabled acmeCo/a #1 due T+21d');
  });

  it('is asked for at once where its owner asks for it', async () => {
    const asks = { at: at(21, 6), type: 'action', task: 'acmeCo/a', by: ANA, action: 'disable' };
    const { story } = await play({ chaos: [refusal(at(20), 25)], events: [asks] }, options);
    expect(story).toContain('T+21d6h disabled acmeCo/a #1 due null');
  });

  it('stops no other', async () => {
    const tasks = [failing('acmeCo/a'), failing('acmeCo/b')];
    const { story, summary } = await play({ tasks, chaos: [refusal(at(20), 11 * 24)] }, options);
    expect(story).toContain('T+21d disabled acmeCo/b #1 due T+21d');
    expect(summary).toMatchObject({ disabled: 1 });
  });
});
