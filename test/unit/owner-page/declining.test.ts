import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { buildMime } from '../../../functions/notices/render/mime.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import { readable } from '../notices/render/render-builders.ts';
import { changed, type OwnerStage, onDay, reminded } from './owner-stage.ts';

const ANA = 'ana@acme.test';
const ONE_CLICK = 'List-Unsubscribe=One-Click';

const unsubscribeOf = (stage: OwnerStage): string =>
  stage.mailTo(ANA).headers['List-Unsubscribe']?.slice(1, -1) ?? '';
const text = ({ body }: { body?: string | undefined }) => readable(body ?? '');

describe('declining in one click', () => {
  it('is offered by the headers of a reminder, which survive as they are', async () => {
    const stage = await reminded();
    const mail = stage.mailTo(ANA);
    const raw = await buildMime({
      ...mail,
      from: 'warden@acme.test',
      date: onDay(18),
      messageIdDomain: 'acme.test',
    });
    const { headers } = await PostalMime.parse(raw);
    const values = Object.fromEntries(headers.map(({ key, value }) => [key, value]));
    expect(values['list-unsubscribe']).toBe(`<${unsubscribeOf(stage)}>`);
    expect(values['list-unsubscribe-post']).toBe(ONE_CLICK);
    expect(mail.text).toContain(`Stop reminders:\n${unsubscribeOf(stage)}`);
  });

  it('is never offered by a warning or word of a disabling, and the page says why', async () => {
    const stage = await reminded();
    await stage.scanOn(21);
    const [warning, , disabled] = stage.mails;
    expect(disabled?.subject).toContain('was turned off');
    for (const mail of [warning, disabled]) {
      expect(mail?.headers).toEqual({});
      expect(mail?.text).not.toContain('Stop reminders');
      expect(mail?.text).not.toContain('decline');
    }
  });

  it.each([
    ['application/x-www-form-urlencoded', ONE_CLICK],
    [
      'multipart/form-data; boundary=XX',
      '--XX\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--XX--\r\n',
    ],
  ])('takes a bare POST as %s, and changes nothing but the wish, which it audits', async (type, body) => {
    const stage = await reminded();
    const before = await stage.dump();
    const answer = await stage.open('POST', unsubscribeOf(stage), body, type);
    expect(answer.statusCode).toBe(200);
    const rows = changed(before, await stage.dump());
    expect(rows.map(({ pk, sk }) => `${pk} ${sk}`.replace(/#\d{4}-.*/, ''))).toEqual([
      'AUDIT#recipients L',
      `R#${recipientKey(ANA)} R`,
    ]);
    const was = JSON.parse(before.find((row) => row.includes(`"sk":"R"`)) ?? '{}');
    const { rev, w, ...now } = rows.find(({ sk }) => sk === 'R') as Row;
    expect({ ...now, rev: was.rev, w: was.w }).toEqual({ ...was, declined: true });
    expect([rev, w]).toEqual([was.rev + 1, expect.any(String)]);
  });

  it('stops reminders and nothing else: the date stands, and word of the disabling comes', async () => {
    const stage = await reminded();
    await stage.open('POST', unsubscribeOf(stage), ONE_CLICK);
    await stage.scanOn(20);
    expect(stage.mails).toHaveLength(2);
    await stage.add('acmeCo/prod/invoices');
    await stage.scanOn(20.5);
    expect(stage.mails.map(({ subject }) => subject.replace(/ on \d+ \w+ 2026.*/, ''))).toEqual([
      'orders will be turned off',
      'Reminder: orders will be turned off',
      'invoices will be turned off',
    ]);
    await stage.scanOn(21);
    expect(stage.mails.at(-1)?.subject).toBe('orders was turned off');
  });

  it('is done once however often it is asked for', async () => {
    const stage = await reminded();
    await stage.open('POST', unsubscribeOf(stage), ONE_CLICK);
    const before = await stage.dump();
    expect((await stage.open('POST', unsubscribeOf(stage), ONE_CLICK)).statusCode).toBe(200);
    expect(await stage.dump()).toEqual(before);
  });

  it.each(['', 'List-Unsubscribe=Yes', 'x=1', '%', 'One-Click'])(
    'is not done by the body %j',
    async (body) => {
      const stage = await reminded();
      const before = await stage.dump();
      expect((await stage.open('POST', unsubscribeOf(stage), body)).statusCode).toBe(400);
      expect(await stage.dump()).toEqual(before);
    },
  );

  it('asks a person first, and says what is told all the same', async () => {
    const stage = await reminded();
    const before = await stage.dump();
    const page = await stage.get(unsubscribeOf(stage));
    expect(text(page)).toContain(`No more reminders, for all tasks, to ${ANA}?`);
    expect(text(page)).toContain('Warnings, and word that a task was turned off, cannot be declined');
    expect(await stage.dump()).toEqual(before);
  });

  it('opens nothing else with its link', async () => {
    const stage = await reminded();
    const link = unsubscribeOf(stage).replace('/u/', '/d/');
    expect((await stage.get(link)).statusCode).toBe(404);
    expect((await stage.get(`${link}/preferences`)).statusCode).toBe(404);
    const own = stage.linkTo(ANA, 'page').replace('/d/', '/u/');
    expect((await stage.open('POST', own, ONE_CLICK)).statusCode).toBe(404);
  });
});
