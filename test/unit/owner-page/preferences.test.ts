import { describe, expect, it } from 'vitest';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { loadRecipient } from '../../../functions/store/recipients.ts';
import { readable } from '../notices/render/render-builders.ts';
import { changed, reminded } from './owner-stage.ts';

const ANA = 'ana@acme.test';

const text = ({ body }: { body?: string | undefined }) => readable(body ?? '');

describe('preferences', () => {
  it('show what is chosen, take reminders again, and tell dates in the zone chosen', async () => {
    const stage = await reminded();
    const link = stage.linkTo(ANA, 'preferences');
    expect((await stage.get(link)).body).toMatch(/name="reminders" checked/);
    const saved = await stage.post(link, { zone: 'Europe/Berlin' });
    expect([saved.statusCode, saved.headers?.location]).toEqual([303, 'preferences?done=saved']);
    expect(await loadRecipient(stage.table, recipientKey(ANA))).toMatchObject({
      declined: true,
      zone: 'Europe/Berlin',
    });
    const page = await stage.get(`${link}?done=saved`);
    expect(text(page)).toContain('Saved.');
    expect(page.body).not.toMatch(/name="reminders" checked/);
    expect(page.body).toContain('<option selected>Europe/Berlin</option>');

    await stage.post(link, { reminders: 'on', zone: 'Europe/Berlin' });
    await stage.scanOn(20);
    expect(stage.mails).toHaveLength(3);
    expect(stage.mailTo(ANA).text.replace(/\s+/g, ' ')).toContain(
      'Thursday 22 January 2026, 01:00 Berlin time (00:00 UTC)',
    );
    expect(text(await stage.get(stage.linkTo(ANA)))).toContain('Thursday 22 January 2026, 01:00 Berlin time');
  });

  it('take a language and quiet hours, show them, and take the hours back where both are empty', async () => {
    const stage = await reminded();
    const link = stage.linkTo(ANA, 'preferences');
    const form = { reminders: 'on', zone: 'Europe/Berlin', language: 'de' };
    await stage.post(link, { ...form, from: '22:00', to: '06:30' });
    const page = await stage.get(link);
    expect(page.body).toContain('<option value="de" lang="de" selected>');
    expect(page.body).toMatch(/name="from" value="22:00"/);
    expect(page.body).toMatch(/name="to" value="06:30"/);
    expect(await loadRecipient(stage.table, recipientKey(ANA))).toMatchObject({
      language: 'de',
      quietHours: { from: '22:00', to: '06:30' },
    });
    await stage.post(link, { ...form, from: '', to: '' });
    expect((await stage.get(link)).body).toMatch(/name="from" value=""/);
    await stage.scanOn(20);
    expect(stage.mailTo(ANA).subject).toMatch(/^Erinnerung: /);
  });

  it('hold a mail back in quiet hours, and let it go when they are over', async () => {
    const stage = await reminded();
    await stage.post(stage.linkTo(ANA, 'preferences'), {
      reminders: 'on',
      zone: 'UTC',
      from: '22:00',
      to: '06:00',
    });
    await stage.scanOn(20);
    expect(stage.mails).toHaveLength(2);
    await stage.scanOn(20.5);
    expect(stage.mailTo(ANA).subject).toMatch(/^Reminder: /);
    expect(stage.mails).toHaveLength(3);
  });

  it('audit each wish that is new, once', async () => {
    const stage = await reminded();
    const link = stage.linkTo(ANA, 'preferences');
    const form = { zone: 'Europe/Berlin', language: 'de', from: '22:00', to: '06:00' };
    const before = await stage.dump();
    await stage.post(link, form);
    const stored = await stage.dump();
    const acts = changed(before, stored).filter(({ pk }) => pk === 'AUDIT#recipients');
    expect(acts.map(({ act, by, evidence }) => [String(act).split(` ${by}`)[0], evidence])).toEqual([
      ['decline reminders', { declined: true }],
      ['language', { language: 'de' }],
      ['quiet hours', { quietHours: { from: '22:00', to: '06:00' } }],
      ['time zone', { zone: 'Europe/Berlin' }],
    ]);
    expect((await stage.post(link, form)).statusCode).toBe(303);
    expect(await stage.dump()).toEqual(stored);
  });

  it('leave alone what a form does not speak of', async () => {
    const stage = await reminded();
    const link = stage.linkTo(ANA, 'preferences');
    await stage.post(link, { zone: 'UTC', language: 'de', from: '22:00', to: '06:00' });
    await stage.post(link, { zone: 'UTC', reminders: 'on' });
    expect(await loadRecipient(stage.table, recipientKey(ANA))).toMatchObject({
      declined: false,
      language: 'de',
      quietHours: { from: '22:00', to: '06:00' },
    });
  });

  const ZONE = 'Choose a time zone of the list.';
  const TIMES = 'Write the times of day of the quiet hours from 00:00 to 23:59, or leave both empty.';
  const BOTH = 'Fill in both times of the quiet hours, or leave both empty.';
  const AWAKE = 'Shorten the quiet hours: at least one hour a day must be left in which mails may come.';
  it.each<[Record<string, string>, string]>([
    [{}, ZONE],
    [{ zone: '' }, ZONE],
    [{ zone: 'Mars/Olympus', reminders: 'on' }, ZONE],
    [{ zone: 'UTC', language: 'tlh' }, 'Choose a language of the list.'],
    [{ zone: 'UTC', from: '24:00', to: '06:00' }, TIMES],
    [{ zone: 'UTC', from: '22:00', to: '6' }, TIMES],
    [{ zone: 'UTC', from: '22:00', to: '' }, BOTH],
    [{ zone: 'UTC', to: '06:00' }, BOTH],
    [{ zone: 'UTC', from: '22:00', to: '22:00' }, AWAKE],
    [{ zone: 'UTC', from: '22:00', to: '21:01' }, AWAKE],
  ])('refuse %j, say why, and change nothing', async (form, problem) => {
    const stage = await reminded();
    const before = await stage.dump();
    const answer = await stage.post(stage.linkTo(ANA, 'preferences'), form);
    expect(answer.statusCode).toBe(422);
    expect(text(answer)).toContain(problem);
    expect(await stage.dump()).toEqual(before);
  });

  it('take quiet hours that leave an hour', async () => {
    const stage = await reminded();
    const link = stage.linkTo(ANA, 'preferences');
    expect((await stage.post(link, { zone: 'UTC', from: '22:00', to: '21:00' })).statusCode).toBe(303);
  });

  it('keep what was typed where it is refused', async () => {
    const stage = await reminded();
    const form = { zone: 'Europe/Berlin', language: 'de', from: '22:15', to: '"><b>' };
    const { body } = await stage.post(stage.linkTo(ANA, 'preferences'), form);
    expect(body).toContain('<option selected>Europe/Berlin</option>');
    expect(body).toContain('<option value="de" lang="de" selected>');
    expect(body).toMatch(/name="from" value="22:15"/);
    expect(body).toContain('value="&quot;&gt;&lt;b&gt;"');
    expect(body).not.toMatch(/name="reminders" checked/);
  });
});
