import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod/mini';
import { configFileSchema } from '../../../cli/settings.ts';
import { GLOBAL_KEY_NAMES, SCOPED_KEY_NAMES } from '../../../functions/abandonment/policy-keys.ts';
import { parsePolicy } from '../../../functions/abandonment/policy-parse.ts';
import { parseTaskEntry } from '../../../functions/catalog/task-entry.ts';
import { parsePolicyFile } from '../../../functions/operators/policy-file.ts';
import { parseScenario } from '../../../simulation/scenario/scenario.ts';
import { accepts } from '../catalog/event-schemas.ts';
import { documentOf, FORMATS, type Format, jsonSchemaOf } from './format-schemas.ts';

const page = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const NAMES = Object.keys(FORMATS) as Format[];
const NOW = Date.parse('2026-01-10T00:00:00Z');

/** What the code that commands run says of a value. */
const READ: Record<Format, (value: unknown) => boolean> = {
  task: (value) => parseTaskEntry(value, NOW).ok,
  scenario: (value) => parseScenario(value).ok,
  policies: (value) => {
    const parsed = parsePolicyFile(value);
    if (!parsed.ok) return false;
    return [...parsed.documents].every(
      ([scope, document]) => parsePolicy(scope, document, { production: true }).ok,
    );
  },
  'cli-config': (value) => z.safeParse(configFileSchema, value).success,
};

function both(format: Format, value: unknown): { code: boolean; document: boolean } {
  const document = JSON.parse(readFileSync(documentOf(format), 'utf8'));
  return { code: READ[format](value), document: accepts(document, value) };
}

/** The first JSON under a heading of a page. */
function exampleIn(text: string, heading: string): Record<string, unknown> {
  const section = text.slice(text.indexOf(`## ${heading}\n`));
  return JSON.parse(/```(?:json|jsonl)\n([\s\S]*?)```/.exec(section)?.[1] ?? 'null');
}

const EXAMPLES: Record<Format, () => Record<string, unknown>> = {
  task: () => exampleIn(page('formats.md'), 'Tasks'),
  scenario: () => exampleIn(page('scenario.md'), 'Input'),
  policies: () => exampleIn(page('formats.md'), 'Policies'),
  'cli-config': () => exampleIn(page('formats.md'), 'Configuration file of the command line'),
};

/** An event of each kind, at once in a scenario that the code takes. */
const EVENTS: Record<string, unknown>[] = [
  { type: 'restarted', task: 'acmeCo/a', times: 2 },
  { type: 'created', task: { id: 'acmeCo/n', kind: 'job', owners: [], dataPlane: 'aws-eu-1' } },
  { type: 'started', task: 'acmeCo/n', deadline: '2026-02-01T00:00:00+01:00' },
  { type: 'ended', task: 'acmeCo/n', result: 'failed' },
  { type: 'published', task: 'acmeCo/a', by: 'system', enabled: true },
  { type: 'deadline', task: 'acmeCo/a', deadline: null },
  { type: 'owners', task: 'acmeCo/a', owners: ['bo@acme.test'] },
  { type: 'data-plane', dataPlane: 'aws-eu-1', state: 'silent' },
  { type: 'action', task: 'acmeCo/a', by: 'bo@acme.test', action: 'snooze', for: '2d' },
  { type: 'policy', scope: '', set: { mode: 'notify', blastRadius: { perRun: 5 } } },
  { type: 'operator', action: 'pause', of: 'disable' },
  { type: 'operator', action: 'approve' },
  { type: 'fault', target: 'ses', mode: 'throttle', for: '1h' },
  { type: 'deleted', task: 'acmeCo/a' },
];

/** A value of each policy key that is no duration. */
const EVERY: Record<string, unknown> = {
  mode: 'disable',
  stage: 'notify',
  reminders: ['3d', 'PT12H'],
  aliveStatuses: ['PRIMARY', 'BACKFILL'],
  recoveryMail: false,
  quietHours: { from: '22:00', to: '06:00', zone: 'Europe/Berlin' },
  quietDays: { weekdays: ['Sat', 'Sun'], dates: ['2026-12-24'], zone: 'UTC' },
  atDeadline: 'alert',
  correlatedShare: 0.5,
  rampPerDay: 200,
  blastRadius: { perRun: 50, perDay: 200, share: 0.1, shareFloor: 0 },
};

function withEvents(events: Record<string, unknown>[]): Record<string, unknown> {
  const at = (hour: number) => `2026-01-05T${String(hour).padStart(2, '0')}:00:00Z`;
  return { ...EXAMPLES.scenario(), events: events.map((event, hour) => ({ at: at(hour), ...event })) };
}

describe('the documents of the formats', () => {
  // `UPDATE_DOCUMENTS=1 vitest run format-documents` and `npm run format` write them anew from the code.
  it.each(NAMES)('describe %s as the code reads it', (format) => {
    const schema = jsonSchemaOf(format);
    if (process.env.UPDATE_DOCUMENTS) writeFileSync(documentOf(format), JSON.stringify(schema, null, 2));
    expect(JSON.parse(readFileSync(documentOf(format), 'utf8'))).toEqual(schema);
  });

  it('are all that there are, and formats.md names each', () => {
    const there = readdirSync(new URL('../../../docs/formats', import.meta.url)).sort();
    expect(there).toEqual(NAMES.map((name) => `${name}.json`).sort());
    for (const name of there) expect(page('formats.md')).toContain(`(formats/${name})`);
  });

  it.each(NAMES)('have an example of %s that is taken', (format) => {
    expect(both(format, EXAMPLES[format]())).toEqual({ code: true, document: true });
  });

  it.each(['task', 'scenario'] as const)('refuse %s where any required key is missing', (format) => {
    const example = EXAMPLES[format]();
    for (const key of jsonSchemaOf(format).required as string[]) {
      const { [key]: _, ...rest } = example;
      expect({ key, ...both(format, rest) }).toEqual({ key, code: false, document: false });
    }
  });

  it.each(NAMES)('refuse %s with a key that is not known', (format) => {
    expect(both(format, { ...EXAMPLES[format](), addedLater: 1 })).toEqual({ code: false, document: false });
  });

  it('take a scenario with every type of event', () => {
    expect(parseScenario(withEvents(EVENTS))).toMatchObject({ ok: true });
    expect(both('scenario', withEvents(EVENTS))).toEqual({ code: true, document: true });
  });

  it.each(EVENTS)('refuse the event %j with a key or a type that is not known', (event) => {
    expect(both('scenario', withEvents([{ ...event, addedLater: 1 }]))).toEqual({
      code: false,
      document: false,
    });
    expect(both('scenario', withEvents([{ ...event, type: 'other' }]))).toEqual({
      code: false,
      document: false,
    });
  });

  it.each<[string, Format, Record<string, unknown>]>([
    ['an unknown kind', 'task', { kind: 'pipeline' }],
    ['an instant without a zone', 'task', { createdAt: '2026-01-05T00:00:00' }],
    ['owners that are no list', 'task', { owners: 'ana@acme.test' }],
    ['an unknown status', 'task', { shards: [{ id: '0', status: 'UP' }] }],
    ['a version of tomorrow', 'scenario', { version: 2 }],
    ['an unknown policy key', 'scenario', { policy: { warnafter: '3d' } }],
    ['a global key at a prefix', 'scenario', { policies: { 'acmeCo/': { silentAfter: '3h' } } }],
    [
      'an unknown alert type',
      'scenario',
      { subscriptions: [{ prefix: '', email: 'a@b.test', alertTypes: ['x'] }] },
    ],
    ['an unknown policy', 'policies', { policies: { 'acmeCo/': { warnafter: '3d' } } }],
    ['a global policy at a prefix', 'policies', { policies: { 'acmeCo/': { silentAfter: '3h' } } }],
    ['an unknown mode', 'policies', { policies: { global: { mode: 'on' } } }],
    ['a duration without its unit', 'policies', { policies: { global: { warnAfter: 14 } } }],
    ['a share above 1', 'policies', { policies: { global: { blastRadius: { share: 2 } } } }],
    ['no status', 'policies', { policies: { global: { aliveStatuses: [] } } }],
    ['a text for true', 'policies', { policies: { 'acmeCo/a': { recoveryMail: 'yes' } } }],
    ['a stage that is a number', 'cli-config', { stage: 1 }],
  ])('refuse %s', (_, format, change) => {
    expect(both(format, { ...EXAMPLES[format](), ...change })).toEqual({ code: false, document: false });
  });

  it('take policies with every key, null for its default, and the name of their schema', () => {
    const span = Object.fromEntries(
      [...SCOPED_KEY_NAMES, ...GLOBAL_KEY_NAMES].map((key) => [key, key in EVERY ? EVERY[key] : '14d']),
    );
    const { stage: _, ...global } = span;
    const scoped = Object.fromEntries(
      SCOPED_KEY_NAMES.filter((key) => key !== 'mode').map((key) => [key, span[key]]),
    );
    const none = Object.fromEntries(Object.keys(global).map((key) => [key, null]));
    for (const policies of [{ global, 'acmeCo/': scoped }, { global: none }])
      expect(both('policies', { $schema: 'policies.json', version: 1, policies })).toEqual({
        code: true,
        document: true,
      });
  });

  it('leave to the code what a schema cannot say: what goes together, and values of policies', () => {
    const example = EXAMPLES.scenario();
    for (const [format, value] of [
      ['scenario', { ...example, until: '2025-01-01T00:00:00Z' }],
      ['scenario', { ...example, policy: { warnAfter: 'soon' } }],
      ['task', { ...EXAMPLES.task(), createdAt: '2026-02-30T00:00:00Z' }],
    ] as const) {
      expect(both(format, value)).toEqual({ code: false, document: true });
    }
  });
});

describe('commands that read files', () => {
  it.each([
    ['tasks import', 'docs/formats.md'],
    ['simulate', 'docs/scenario.md'],
    ['preview', 'docs/scenario.md'],
    ['owners import', 'docs/formats.md'],
    ['events send', 'docs/events/README.md'],
    ['config', 'docs/formats.md'],
  ])('%s --help names the page of its format', async (command, named) => {
    const { cliStage } = await import('./cli-stage.ts');
    const { out } = await cliStage().taskwarden([...command.split(' '), '--help']);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(named);
  });
});
