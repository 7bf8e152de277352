import { describe, expect, it } from 'vitest';
import { itemRef } from '../../../functions/notices/render/links.ts';
import { LINK_LIFE } from '../../../functions/platform/link-token.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { readable } from '../notices/render/render-builders.ts';
import { eventOf, type OwnerStage, onDay, ownerStage } from './owner-stage.ts';

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

async function warned(ids = IDS, policy?: string[]): Promise<{ stage: OwnerStage; page: string }> {
  const stage = await ownerStage(ids, policy);
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

  it('says once what tasks share, by date and cause, and selects all of them, or of a group', async () => {
    const stage = await ownerStage(['acmeCo/prod/a', 'acmeCo/prod/b', 'acmeCo/prod/lone']);
    const pending = { shards: [{ id: '0', status: 'PENDING' }] };
    for (const id of ['acmeCo/prod/p', 'acmeCo/prod/q']) await stage.add(id, pending);
    await stage.add('acmeCo/prod/lone', { shards: [{ id: '0', status: 'IDLE' }], version: 2 });
    await stage.scanOn(14);
    stage.setNow(onDay(15));
    const page = /https:\S+\/d\/[\w.-]+/.exec(stage.mailTo(ANA).text)![0];
    const list = await stage.get(page);
    const date = 'On Thursday 22 January 2026, 00:00 UTC, in 6 days';
    expect(text(list)).toMatch(new RegExp(`${date} Their shards failed \\(2\\) .*prod/a acmeCo/prod/b`));
    expect(text(list)).toMatch(
      new RegExp(`${date} Their shards wait to be started \\(2\\) .*prod/p acmeCo/prod/q`),
    );
    expect(text(list)).toContain('acmeCo/prod/lone It will be turned off on Thursday 22 January 2026');
    const [all, failed] = [...list.body!.matchAll(/name="all" value="([^"]+)"/g)].map(([, name]) => name!);
    const ofFailed = text(
      await postMany(stage, `${page}/tasks`, [
        ['all', failed!],
        ['action', 'keep'],
      ]),
    );
    expect(ofFailed).toContain('Keep 2 tasks?');
    expect(ofFailed).toMatch(/This is for: acmeCo\/prod\/a acmeCo\/prod\/b Keep until/);
    const ofAll = await postMany(stage, `${page}/tasks`, [
      ['all', all!],
      ['action', 'disable'],
    ]);
    expect(text(ofAll)).toContain('Turn off 5 tasks now?');
    const named = await postMany(stage, `${page}/tasks`, [
      ['all', all!],
      ['contains', 'prod/p'],
      ['action', 'disable'],
    ]);
    expect(text(named)).toMatch(/Turn off 1 task now\?.*This is for: acmeCo\/prod\/p Turn off/);
  });

  it('shows a hundred at once, says which, and selects no more than it shows', async () => {
    const ids = Array.from({ length: 130 }, (_, i) => `acmeCo/x/t${String(i).padStart(3, '0')}`);
    const { stage, page } = await warned(ids);
    const first = await stage.get(page);
    expect(text(first)).toContain('1 to 100 of 130');
    expect(text(first)).not.toContain('From the start');
    const more = /href="([^"]+start=100)"/.exec(first.body!)![1]!.replaceAll('&amp;', '&');
    const second = text(await stage.get(new URL(more, page).href));
    expect(second).toContain('101 to 130 of 130');
    expect(second).toContain('From the start');
    const fields: [string, string][] = [
      ['all', 'due'],
      ['start', '100'],
      ['contains', ''],
      ['action', 'keep'],
    ];
    const asked = text(await postMany(stage, `${page}/tasks`, fields));
    expect(asked).toContain('Keep 30 tasks?');
    expect(asked).toContain('acmeCo/x/t129');
    expect(asked).not.toContain('acmeCo/x/t099');
  });

  it('moves the end of what is kept, and disclaims several with whose they are', async () => {
    const { stage, page } = await warned();
    const [a, b] = [IDS[0]!, IDS[1]!];
    const keep = (until: string): [string, string][] => [
      ...selected(a, b),
      ['action', 'keep'],
      ['confirmed', 'yes'],
      ['until', until],
    ];
    await postMany(stage, `${page}/tasks`, keep('2026-02-10'));
    expect(text(await postMany(stage, `${page}/tasks`, keep('2026-02-12')))).toContain('Done for 2 tasks');
    for (const id of [a, b])
      expect((await loadTask(stage.table, id))?.keep?.until).toBe(Date.parse('2026-02-13T00:00:00Z'));
    const disclaim: [string, string][] = [...selected(a, b), ['action', 'not-mine']];
    expect(text(await postMany(stage, `${page}/tasks`, disclaim))).toContain(
      'Say that 2 tasks are not yours?',
    );
    await postMany(stage, `${page}/tasks`, [...disclaim, ['confirmed', 'yes'], ['instead', 'bea@acme.test']]);
    const rows = await audits(stage, 'not mine');
    expect(rows.map(({ task }) => task).toSorted()).toEqual([a, b]);
    expect(rows.map(({ evidence }) => evidence.instead)).toEqual(['bea@acme.test', 'bea@acme.test']);
  });

  it('asks before it keeps several, lists them, and leaves a row of the audit for each', async () => {
    const { stage, page } = await warned();
    const before = await stage.dump();
    const asked = await postMany(stage, `${page}/tasks`, [...selected(IDS[0]!, IDS[3]!), ['action', 'keep']]);
    expect(asked.statusCode).toBe(200);
    expect(text(asked)).toContain('Keep 2 tasks? They stay on whatever their state');
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
    expect(all).toContain('Tasks of acmeCo/ in which you have a say');
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

  it.each(['not set', '30d'])(
    'are those that are off, too, with why and until when (stillOff %s)',
    async (lead) => {
      const policy = [
        'mode=disable',
        'evidenceMaxAge=365d',
        'scanEvery=30d',
        ...(lead === 'not set' ? [] : [`stillOff=${lead}`]),
      ];
      const { stage, page } = await warned(['acmeCo/prod/a', 'acmeCo/prod/asked'], policy);
      await stage.post(`${page}/${refOf('acmeCo/prod/asked')}`, { action: 'disable' });
      await stage.scanOn(15);
      await stage.scanOn(21);
      await stage.add('acmeCo/prod/later');
      await stage.add('acmeCo/prod/foreign', { owners: ['bob@acme.test'] });
      await stage.scanOn(22);
      const later = /https:\S+\/d\/[\w.-]+/.exec(stage.mailTo(ANA).text)![0];
      expect(stage.mailTo(ANA).text).not.toContain('acmeCo/prod/a"');
      stage.setNow(onDay(40));
      const all = text(await stage.get(`${later}/all`));
      expect(all).toContain('Turned off (2)');
      // Turned off on 22 January, and on 16 January; each can be turned on again as it was for 90 days.
      expect(all).toContain(
        'acmeCo/prod/a It was turned off on Thursday 22 January 2026, 00:00 UTC. It was abandoned: it did not run, and nobody kept it. Until 22 April 2026 it can be turned on again as it was.',
      );
      expect(all).toContain(
        'acmeCo/prod/asked It was turned off on Friday 16 January 2026, 00:00 UTC. Somebody asked for that. Until 16 April 2026 it can be turned on again as it was.',
      );
      expect(text(await stage.get(`${later}/all?group=off`))).not.toContain('acmeCo/prod/later');
      const undone = await postMany(stage, `${later}/all`, [
        ...selected('acmeCo/prod/a'),
        ['action', 'undo'],
        ['confirmed', 'yes'],
      ]);
      expect(text(undone)).toContain('Done for 1 task');
      expect((await loadTask(stage.table, 'acmeCo/prod/a'))?.task.enabled).toBe(true);
      expect(text(await stage.get(`${later}/all?group=off`))).toContain('Turned off (1)');
    },
  );

  it('come page by page, each once, whatever their number', async () => {
    const ids = Array.from({ length: 130 }, (_, i) => `acmeCo/x/t${String(i).padStart(3, '0')}`);
    const { stage, page } = await warned([...ids, 'acmeCo-2/y']);
    const seen: string[] = [];
    let url: string | undefined = `${page}/all`;
    for (let pages = 0; url !== undefined && pages < 20; pages += 1) {
      const { body = '' } = await stage.get(url);
      const names = [...body.matchAll(/<strong>(.*?)<\/strong>/g)].map(([, name = '']) => name);
      seen.push(...names.map((name) => name.replaceAll(/<[^>]*>/g, '')));
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
    const sentence = 'Until 22 April 2026 it can be turned on again as it was.';
    expect(stage.mailTo(ANA).subject).toBe('a was turned off');
    expect(stage.mailTo(ANA).text.replace(/\s+/g, ' ')).toContain(sentence);
    const link = `${page}/${refOf('acmeCo/prod/a')}`;
    expect(text(await stage.get(link))).toContain(sentence);
    stage.setNow(onDay(21 + 45));
    expect(text(await stage.get(link))).toContain(sentence);
  });
});

describe('a tab that is old', () => {
  const CHANGED = 'That cannot be done now; nothing was changed. It changed since you opened this page:';

  it('hears that the task runs again', async () => {
    const { stage, page } = await warned(['acmeCo/prod/a']);
    await stage.add('acmeCo/prod/a', { shards: [{ id: '0', status: 'PRIMARY' }], version: 2 });
    await stage.scanOn(16);
    const late = await stage.post(`${page}/${refOf('acmeCo/prod/a')}`, {
      action: 'keep',
      until: '2026-02-10',
    });
    expect(late.statusCode).toBe(409);
    expect(text(late)).toMatch(new RegExp(`${CHANGED} There is nothing to do: it is running again`));
    expect(await audits(stage, 'keep')).toEqual([]);
  });

  it('hears that the task was turned off, when and why, and can turn it on', async () => {
    const { stage, page } = await warned(['acmeCo/prod/a']);
    await stage.scanOn(21);
    const late = await stage.post(`${page}/${refOf('acmeCo/prod/a')}`, { action: 'snooze', days: '3' });
    expect(late.statusCode).toBe(409);
    expect(text(late)).toContain(
      `${CHANGED} It was turned off on Thursday 22 January 2026, 00:00 UTC. It was abandoned`,
    );
    expect(text(late)).toContain('Turn it on again');
  });

  it('hears that it is about an episode that is over', async () => {
    const { stage, page } = await warned(['acmeCo/prod/a']);
    const link = `${page}/${refOf('acmeCo/prod/a')}`;
    await stage.post(link, { action: 'snooze', days: '3' });
    await stage.scanOn(18);
    await stage.scanOn(19);
    for (const form of [{ action: 'keep', until: '2026-02-10' }, { action: 'disable' }]) {
      const late = await stage.post(link, form);
      expect(late.statusCode).toBe(409);
      expect(text(late)).toContain(
        `${CHANGED} This is over, and it failed again later: use the newest mail about it.`,
      );
    }
    expect((await loadTask(stage.table, 'acmeCo/prod/a'))?.open?.disabling).toBeUndefined();
  });

  it('hears of each of many what became of it, and does the others', async () => {
    const { stage, page } = await warned();
    const fields: [string, string][] = [...selected(...IDS), ['action', 'keep']];
    await postMany(stage, `${page}/tasks`, fields);
    await stage.add(IDS[0]!, { shards: [{ id: '0', status: 'PRIMARY' }], version: 2 });
    await stage.scanOn(16);
    const done = text(
      await postMany(stage, `${page}/tasks`, [...fields, ['confirmed', 'yes'], ['until', '2026-02-10']]),
    );
    expect(done).toContain('Done for 3 tasks');
    expect(done).toMatch(
      /Not done for 1 task; nothing was changed there: acmeCo\/prod\/a There is nothing to do: /,
    );
  });

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
  it('is the recipient’s where their link has expired, and the browser’s where nobody knows them', async () => {
    const { stage, page } = await warned(['acmeCo/prod/a']);
    await stage.post(`${page}/preferences`, { reminders: 'on', zone: 'UTC', language: 'de' });
    const ask = async (url: string, accepted?: string) => {
      const event = { ...eventOf('GET', url), headers: accepted ? { 'accept-language': accepted } : {} };
      return text(await stage.answer(event));
    };
    const forged = `${page.slice(0, -1)}x`;
    expect(await ask(forged)).toContain('This link is not valid');
    expect(await ask(forged, 'de-AT, en;q=0.8')).toContain('Dieser Link ist ungültig');
    expect(await ask(forged, 'de;q=0.1, fr, en-GB;q=0.7')).toContain('This link is not valid');
    expect(await ask(forged, 'fr, de;q=0')).toContain('This link is not valid');
    expect(await ask(page, 'en')).toContain('Ihr Task');
    stage.setNow(onDay(14) + LINK_LIFE);
    expect(await ask(page, 'en')).toContain('Dieser Link ist abgelaufen');
  });

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
