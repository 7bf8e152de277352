import { describe, expect, it } from 'vitest';
import { itemRef } from '../../../functions/notices/render/links.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { readable } from '../notices/render/render-builders.ts';
import { type OwnerStage, onDay, ownerStage } from './owner-stage.ts';

const ANA = 'ana@acme.test';
const IDS = ['acmeCo/prod/a', 'acmeCo/prod/b', 'acmeCo/prod/c', 'acmeCo/test/d'];

const text = ({ body }: { body?: string | undefined }) => readable(body ?? '');
const refOf = (task: string, episode = 1) => itemRef({ task, episode });
const audits = async (stage: OwnerStage, act: string) =>
  (await stage.dump()).map((row) => JSON.parse(row)).filter((row) => row.act === act && row.by === ANA);

/** Posts a form in which a field stands several times. */
function postMany(stage: OwnerStage, url: string, fields: [string, string][]) {
  return stage.open('POST', url, new URLSearchParams(fields).toString());
}

async function warned(ids = IDS): Promise<{ stage: OwnerStage; page: string }> {
  const stage = await ownerStage(ids);
  await stage.scanOn(14);
  stage.setNow(onDay(15));
  return { stage, page: /https:\S+\/d\/[\w.-]+/.exec(stage.mailTo(ANA).text)![0] };
}

const selected = (...tasks: string[]): [string, string][] => tasks.map((task) => ['task', refOf(task)]);

describe('the list of a mail', () => {
  it('has groups, and a filter by name and by group', async () => {
    const { stage, page } = await warned();
    await stage.post(`${page}/${refOf('acmeCo/prod/b')}`, { action: 'keep', until: '2026-02-10' });
    const all = text(await stage.get(page));
    expect(all).toContain('Will be turned off (3)');
    expect(all).toContain('Kept or snoozed (1)');
    const named = text(await stage.get(`${page}?contains=test%2F`));
    expect(named).toContain('acmeCo/test/d');
    expect(named).not.toContain('acmeCo/prod/a');
    const kept = text(await stage.get(`${page}?group=kept&contains=`));
    expect(kept).toContain('acmeCo/prod/b');
    expect(kept).not.toContain('acmeCo/prod/a');
  });

  it('asks before it keeps several, lists them, and leaves a row of the audit for each', async () => {
    const { stage, page } = await warned();
    const before = await stage.dump();
    const asked = await postMany(stage, `${page}/tasks`, [...selected(IDS[0]!, IDS[3]!), ['action', 'keep']]);
    expect(asked.statusCode).toBe(200);
    expect(text(asked)).toContain('Keep 2 tasks?');
    for (const task of [IDS[0]!, IDS[3]!]) expect(text(asked)).toContain(task);
    expect(text(asked)).not.toContain(IDS[1]!);
    expect(await stage.dump()).toEqual(before);
    const done = await postMany(stage, `${page}/tasks`, [
      ...selected(IDS[0]!, IDS[3]!),
      ['action', 'keep'],
      ['confirmed', 'yes'],
      ['until', '2026-02-10'],
    ]);
    expect(text(done)).toContain('Done for 2 tasks');
    expect((await audits(stage, 'keep')).map(({ task }) => task).toSorted()).toEqual([IDS[0], IDS[3]]);
    expect((await loadTask(stage.table, IDS[0]!))?.keep?.until).toBe(Date.parse('2026-02-11T00:00:00Z'));
    expect((await loadTask(stage.table, IDS[1]!))?.keep).toBeNull();
  });

  it('turns several off, and says of those that cannot why', async () => {
    const { stage, page } = await warned();
    await stage.post(`${page}/${refOf(IDS[0]!)}`, { action: 'snooze', days: '7' });
    const fields: [string, string][] = [...selected(...IDS), ['action', 'disable']];
    const asked = text(await postMany(stage, `${page}/tasks`, fields));
    expect(asked).toContain('Turn off 3 tasks now?');
    expect(asked).toMatch(/Not for these: acmeCo\/prod\/a Snoozed until/);
    const done = text(await postMany(stage, `${page}/tasks`, [...fields, ['confirmed', 'yes']]));
    expect(done).toContain('Done for 3 tasks');
    expect(done).toContain('Not done for 1 task; nothing was changed there: acmeCo/prod/a Snoozed until');
    expect(await audits(stage, 'ask to disable')).toHaveLength(3);
  });

  it('refuses a day that cannot be, no selection, an act that is none, and tasks of no mail', async () => {
    const { stage, page } = await warned();
    const before = await stage.dump();
    const refused = [
      [...selected(IDS[0]!), ['action', 'keep'], ['confirmed', 'yes'], ['until', '2027-01-01']],
      [['action', 'keep']],
      [...selected(IDS[0]!), ['action', 'constructor']],
      [...selected('acmeCo/prod/other'), ['action', 'disable'], ['confirmed', 'yes']],
    ] as [string, string][][];
    for (const fields of refused)
      expect((await postMany(stage, `${page}/tasks`, fields)).statusCode).toBe(422);
    expect(await stage.dump()).toEqual(before);
  });

  it('does no more than the links of a mail may, and nothing of what is more', async () => {
    const { stage, page } = await warned();
    const { pk, sk } = JSON.parse((await stage.dump()).find((row) => JSON.parse(row).sk === 'G')!);
    await stage.table.transact([{ add: { pk, sk }, by: { acts: 39 } }], 'used');
    const fields: [string, string][] = [...selected(...IDS), ['action', 'disable'], ['confirmed', 'yes']];
    const answer = await postMany(stage, `${page}/tasks`, fields);
    expect(answer.statusCode).toBe(429);
    expect(text(answer)).toContain('may change something once more');
    expect(await audits(stage, 'ask to disable')).toEqual([]);
  });
});

describe('all tasks of a recipient', () => {
  it('are those of other mails, too, and of nobody else', async () => {
    const { stage, page } = await warned(['acmeCo/prod/a']);
    await stage.add('acmeCo/prod/later');
    await stage.add('acmeCo/prod/foreign', { owners: ['bob@acme.test'] });
    await stage.scanOn(15);
    const all = text(await stage.get(`${page}/all`));
    expect(all).toContain('acmeCo/prod/a');
    expect(all).toContain('acmeCo/prod/later');
    expect(all).not.toContain('foreign');
    expect(text(await stage.get(page))).not.toContain('acmeCo/prod/later');
    const later = await loadTask(stage.table, 'acmeCo/prod/later');
    const fields: [string, string][] = [
      ['task', refOf('acmeCo/prod/later', later!.episodes)],
      ['task', refOf('acmeCo/prod/foreign')],
      ['from', ''],
      ['contains', ''],
      ['action', 'snooze'],
      ['confirmed', 'yes'],
      ['days', '7'],
    ];
    expect(text(await postMany(stage, `${page}/all`, fields))).toContain('Done for 1 task');
    expect((await audits(stage, 'snooze')).map(({ task }) => task)).toEqual(['acmeCo/prod/later']);
  });

  it('come page by page, each once, whatever their number', async () => {
    const ids = Array.from({ length: 130 }, (_, i) => `acmeCo/x/t${String(i).padStart(3, '0')}`);
    const { stage, page } = await warned([...ids, 'acmeCo-2/y']);
    const seen: string[] = [];
    let url: string | undefined = `${page}/all`;
    for (let pages = 0; url !== undefined && pages < 20; pages += 1) {
      const { body = '' } = await stage.get(url);
      seen.push(...[...body.matchAll(/<strong>([^<]+)</g)].map(([, name]) => name!));
      const next = /href="(all\?[^"]*from=[^"]+)"/.exec(body)?.[1];
      url = next && `${page}/${next.replaceAll('&amp;', '&')}`;
    }
    expect(seen.toSorted()).toEqual([...ids, 'acmeCo-2/y'].toSorted());
  });
});

describe('a keep', () => {
  it('can be ended, and what still fails is warned about with a full new grace', async () => {
    const { stage, page } = await warned(['acmeCo/prod/a']);
    const link = `${page}/${refOf('acmeCo/prod/a')}`;
    await stage.post(link, { action: 'keep', until: '2026-03-10' });
    expect((await stage.post(link, { action: 'end' })).headers?.location).toMatch(/\?done=end$/);
    expect((await audits(stage, 'end keep')).map(({ task }) => task)).toEqual(['acmeCo/prod/a']);
    await stage.scanOn(16);
    expect(stage.mails.filter(({ to }) => to === ANA)).toHaveLength(2);
    expect(stage.mailTo(ANA).subject).toContain('will be turned off on 24 January 2026');
    expect((await stage.post(link, { action: 'end' })).statusCode).toBe(409);
  });
});

describe('what was turned off', () => {
  it('says for 90 days that it can be turned on again as it was, on the page and in the mail', async () => {
    const { stage, page } = await warned(['acmeCo/prod/a']);
    await stage.scanOn(21);
    // Turned off on 22 January 2026; 90 days later it is 22 April.
    const said = 'Until 22 April 2026 it can be turned on again as it was.';
    expect(stage.mailTo(ANA).subject).toBe('a was turned off');
    expect(stage.mailTo(ANA).text.replace(/\s+/g, ' ')).toContain(said);
    const link = `${page}/${refOf('acmeCo/prod/a')}`;
    expect(text(await stage.get(link))).toContain(said);
    stage.setNow(onDay(21 + 45));
    expect(text(await stage.get(link))).toContain(said);
  });
});

describe('a tab that is old', () => {
  it('hears what became of the task meanwhile', async () => {
    const { stage, page } = await warned(['acmeCo/prod/a']);
    const link = `${page}/${refOf('acmeCo/prod/a')}`;
    await stage.post(link, { action: 'snooze', days: '7' });
    const late = await stage.post(link, { action: 'disable' });
    expect(late.statusCode).toBe(409);
    expect(text(late)).toContain(
      'That cannot be done now; nothing was changed. It changed since you opened this page: Snoozed until',
    );
  });
});

describe('the language of the page', () => {
  it('is the recipient’s, on every page behind their links', async () => {
    const { stage, page } = await warned();
    await stage.post(`${page}/preferences`, { reminders: 'on', zone: 'Europe/Berlin', language: 'de' });
    const list = await stage.get(page);
    expect(list.body).toContain('<html lang="de">');
    expect(text(list)).toContain('Werden abgeschaltet (4)');
    const task = text(await stage.get(`${page}/${refOf(IDS[0]!)}`));
    expect(task).toContain('Er wird am Donnerstag, 22. Januar 2026, 01:00 Uhr Ortszeit Berlin');
    expect(task).not.toMatch(/\b(It|Keep|Reason|Snooze)\b/);
    expect(text(await stage.get(`${page}/preferences`))).toContain('Ihre Einstellungen');
    expect(text(await stage.get(`${page}/all`))).toContain('Alle Ihre Tasks');
    expect(text(await stage.post(`${page}/preferences`, { zone: 'Mars' }))).toContain(
      'Wählen Sie eine Zeitzone',
    );
  });
});
