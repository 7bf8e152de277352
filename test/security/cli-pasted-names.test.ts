import { beforeAll, describe, expect, it } from 'vitest';
import { unlinked } from '../../functions/platform/foreign-words.ts';
import { type CliStage, failingFleet } from '../unit/cli/cli-stage.ts';

const ID = 'acmeCo/www.orders.com/a';
const JOINED = unlinked(ID);

/** As a name comes out of a mail or a page: with joiners inside, and what is not seen around it. */
const COPIES = [
  JOINED,
  ` ${ID}`,
  `${ID}\n`,
  `\u00a0${ID}\u200b`,
  `\ufeff${JOINED}\u2069`,
  `\u202a${ID}\u200e `,
];

/**
 * Attack, and mishap: a tenant names a task so that our mails must break up its name, and its copy is known to no
 * command. The figure is how many copies name the task: all; before, none.
 */
describe('a name that was copied', () => {
  let stage: CliStage;
  beforeAll(async () => {
    stage = await failingFleet([ID]);
    await stage.scanOn(14);
  });

  const about = (copy: string): string[][] => [
    ['tasks', 'show', copy],
    ['tasks', 'reset-version', copy],
    ['explain', copy],
    ['alerts', 'show', copy, '1'],
    ['policy', 'get', copy, '--effective'],
    ['dismiss', copy],
    ['undo', '--task', copy],
    ['mail', 'list', '--task', copy],
  ];

  it('was broken up', () => expect(JOINED).not.toBe(ID));

  it.each(COPIES)('is that of the task for every command: %j', async (copy) => {
    for (const [at, words] of about(copy).entries()) {
      expect(await stage.taskwarden(words), words.join(' ')).toEqual(
        await stage.taskwarden(about(ID)[at] ?? []),
      );
    }
  });

  it('lists what begins with it', async () => {
    for (const list of ['tasks', 'alerts']) {
      const { json } = await stage.taskwarden([list, 'list', '--prefix', ' acmeCo/\u200b', '--json']);
      expect(json).toHaveLength(1);
    }
  });

  it('is that of the person or the prefix', async () => {
    await stage.taskwarden([
      'subscriptions',
      'add',
      `\u200b${unlinked('www.acme.com/')} `,
      'team@acme.test\u200b',
    ]);
    await stage.taskwarden(['admins', 'add', ' acmeCo/', ` ${unlinked('www.boss@acme.test')}\u2060`]);
    await stage.taskwarden(['policy', 'set', '--yes', ' acmeCo/\u200b', 'warnAfter=9d']);
    const jsonOf = async (...words: string[]) => (await stage.taskwarden([...words, '--json'])).json;
    expect(await jsonOf('subscriptions', 'list')).toMatchObject([
      { prefix: 'www.acme.com/', email: 'team@acme.test' },
    ]);
    expect(await jsonOf('admins', 'list')).toMatchObject([
      { prefix: 'acmeCo/', email: 'www.boss@acme.test' },
    ]);
    expect(JSON.stringify(await jsonOf('policy', 'list'))).toContain('"acmeCo/"');
    expect(await jsonOf('recipients', 'show', ' ana@acme.test\u200b')).toMatchObject([
      { address: 'ana@acme.test' },
    ]);
    expect(await jsonOf('mail', 'list', '--recipient', '\ufeffana@acme.test')).toHaveLength(1);
  });

  it.each([' ', '\u200b', '\u2060'])(
    'is not the scope of all tasks where nothing is left of it: %j',
    async (nothing) => {
      expect((await stage.taskwarden(['policy', 'set', '--yes', nothing, 'warnAfter=2d'])).code).toBe(2);
      expect((await stage.taskwarden(['subscriptions', 'add', nothing, 'team@acme.test'])).code).toBe(2);
      expect((await stage.taskwarden(['admins', 'add', nothing, 'team@acme.test'])).code).toBe(2);
    },
  );
});
