import { describe, expect, it } from 'vitest';
import type { ListedControlPlane } from '../../../functions/platform/control-plane.port.ts';
import type { System } from '../../../functions/platform/system.ts';
import { systemOfTurn } from '../../../functions/scanner/turn-system.ts';
import { runStage } from './run-stage.ts';

const KEY = { pk: 'A', sk: 'B' };
const ALERT = { code: 'correlated-failure', subject: 'eu-1', detail: 'it is so' } as const;
const MAIL = { to: 'ana@acme.test', subject: 's', text: 't', html: 'h', headers: {}, digest: 'd' };

/** All that a turn can reach, with ports that note what came through. */
function turnOf(isOver: () => boolean) {
  const stage = runStage();
  const reached: string[] = [];
  const accept = async (what: string) => {
    reached.push(what);
    return { outcome: 'accepted', messageId: what } as const;
  };
  const whole: System = {
    ...stage.system,
    mailer: { send: ({ to }) => accept(to) },
    topics: { publish: ({ topic }) => accept(topic) },
    events: { publish: async (type) => void reached.push(type) },
    operators: {
      notify: async ({ code }, others = []) =>
        void reached.push(code, ...others.map(({ subject }) => subject)),
    },
    openControlPlane: ({ name }) => ({ name }) as unknown as ListedControlPlane,
  };
  const system = systemOfTurn(whole, 'garbage', isOver);
  const calls: [string, () => Promise<unknown>, unknown][] = [
    ['write', () => system.table.transact([{ put: { ...KEY, v: 1 } }], 'w'), { outcome: 'applied' }],
    ['get', () => system.table.get(KEY), expect.objectContaining(KEY)],
    ['read several', () => system.table.batchGet([KEY]), [expect.objectContaining(KEY)]],
    [
      'query',
      () => system.table.query({ pk: 'A' }),
      expect.objectContaining({ rows: [expect.objectContaining(KEY)] }),
    ],
    ['scan', () => system.table.scan(), expect.objectContaining({ rows: [expect.objectContaining(KEY)] })],
    ['send', () => system.queues.send('notify', [{ body: '{"key":"ana"}' }]), undefined],
    ['mail', () => system.mailer.send(MAIL), { outcome: 'accepted', messageId: MAIL.to }],
    [
      'publish to a topic',
      async () => system.topics?.publish({ topic: 'arn:t', subject: 's', text: 't', attributes: {} }),
      { outcome: 'accepted', messageId: 'arn:t' },
    ],
    ['publish', () => system.events.publish('task.disabled', {}), undefined],
    ['notify', () => system.operators.notify(ALERT, [{ ...ALERT, subject: 'us-1' }]), undefined],
    ['open', async () => system.openControlPlane?.({ name: 'own' } as never), { name: 'own' }],
  ];
  return { ...stage, system, calls, reached };
}

describe('what a generator stands on in a turn', () => {
  it('is the whole system while the turn lasts', async () => {
    const { calls, reached, sent } = turnOf(() => false);
    for (const [what, call, answer] of calls) expect(await call(), what).toEqual(answer);
    expect(reached).toEqual([MAIL.to, 'arn:t', 'task.disabled', ALERT.code, 'us-1']);
    expect(sent).toMatchObject([{ queue: 'notify', body: { key: 'ana' } }]);
  });

  it('is nothing any more once it was given up: each call says so, and comes nowhere', async () => {
    let isOver = false;
    const { calls, reached, sent, table } = turnOf(() => isOver);
    isOver = true;
    for (const [what, call] of calls)
      await expect(call(), what).rejects.toThrow('the turn of garbage is over');
    expect([reached, sent, (await table.scan()).rows]).toEqual([[], [], []]);
    await expect(calls[0]?.[1]()).rejects.toMatchObject({ name: 'TurnOver' });
  });

  it('has the name of the generator on all that it logs and measures', () => {
    const { system, logged, measured } = turnOf(() => true);
    system.telemetry.log('warn', 'slow', { item: 'a' });
    system.telemetry.metric('Rows', 3, 'Count', { kind: 'tasks' });
    expect(logged).toEqual([
      { level: 'warn', message: 'slow', properties: { generator: 'garbage', item: 'a' } },
    ]);
    expect(measured).toEqual([
      { name: 'Rows', value: 3, unit: 'Count', properties: { generator: 'garbage', kind: 'tasks' } },
    ]);
  });

  it('has no topics and no control planes where the scanner has none', () => {
    const { system } = runStage();
    const bare = systemOfTurn(system, 'garbage', () => false);
    expect([bare.topics, bare.openControlPlane]).toEqual([undefined, undefined]);
    expect(bare.config).toBe(system.config);
  });
});
