import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../functions/abandonment/policy-book.ts';
import { BLAST_RADIUS_KEYS, GLOBAL_KEYS, SCOPED_KEYS } from '../../functions/abandonment/policy-keys.ts';
import { formatDuration, parseDuration, parseInstant } from '../../functions/abandonment/time.ts';
import type { OperatorAlertCode } from '../../functions/platform/alert-codes.ts';
import { SERVICES } from '../../functions/platform/names.ts';
import { byQueue, QUEUE_NAMES, QUEUES } from '../../functions/platform/queues.ts';
import { GENERATORS } from '../../functions/scanner/generators.ts';
import { STEPS } from '../../functions/scanner/scan.ts';
import { index, keys } from '../../functions/store/keys.ts';
import { ROOT, sectionOf, tablesOf, textFiles, textOf } from '../unit/architecture/pages.ts';
import { ofType, synth } from './synth.ts';

const PAGE = 'docs/architecture.md';

/** A table of the page, with the marks of code taken off its cells. */
function tableOf(heading: string, place = 0): string[][] {
  const table = tablesOf(sectionOf(PAGE, heading))[place];
  if (table === undefined) throw new Error(`${heading} has no table ${place}`);
  return table.map((row) => row.map((cell) => cell.replaceAll('`', '')));
}

const says = (text: string | undefined) => expect(text?.length).toBeGreaterThan(3);

const { resources } = synth('dev');

describe('the table of functions', () => {
  const table = tableOf('What runs');

  it('has those that are deployed', () => {
    const deployed = ofType(resources, 'AWS::Lambda::Function').map(
      ({ Properties }) => /^Taskwarden (\S+) \(dev\)$/.exec(Properties.Description)?.[1],
    );
    expect(table.map(([name]) => name).sort()).toEqual(deployed.sort());
    expect(table.map(([name]) => name).sort()).toEqual([...SERVICES].sort());
  });

  it('names their handlers, all that there are', () => {
    const handlers = textFiles().filter((file) => /^functions\/.*\.handler\.ts$/.test(file));
    expect(table.map(([, handler]) => handler).sort()).toEqual(handlers.sort());
  });

  it('says which queue each works', () => {
    const worked = table.flatMap(([name, , by]) => (by?.startsWith('queue ') ? [[by.slice(6), name]] : []));
    expect(Object.fromEntries(worked)).toEqual(byQueue((queue) => QUEUES[queue].worker));
  });
});

describe('the table of the configuration', () => {
  const rowOf = (key: string) =>
    textOf('docs/configuration.md')
      .split('\n')
      .find((line) => line.startsWith(`| \`${key}\``)) ?? '';

  it('names the queues that can be tuned, and the functions that can have a concurrency of their own', () => {
    const namedIn = (text = '') => [...text.matchAll(/`([\w-]+)`/g)].map(([, name]) => name);
    const queues = rowOf('queues.<name>.batchSize').split('names: ')[1];
    expect(namedIn(queues)).toEqual(QUEUE_NAMES);
    const functions = rowOf('reservedConcurrency.<function>').split('functions: ')[1]?.split('. ')[0];
    expect(namedIn(functions).sort()).toEqual([...SERVICES].sort());
  });
});

describe('the table of a tick', () => {
  it('has the steps, in the order in which they are taken', () => {
    const table = tableOf('A tick');
    expect(table.map(([name]) => name)).toEqual(STEPS.map(({ name }) => name));
    for (const [, does] of table) says(does);
  });

  it('has each of them in the article of the alarm that one fails', () => {
    expect(missingIn('scan-part-failing', STEPS)).toEqual([]);
  });
});

describe('the table of generators', () => {
  it('has those that are asked, with their bands', () => {
    const table = tableOf('Generators');
    expect(table.map(([name, band]) => [name, band])).toEqual(
      GENERATORS.map(({ name, band }) => [name, band]),
    );
    for (const [, , does] of table) says(does);
  });

  it('has each of them in the article of the alarm that one fails', () => {
    expect(missingIn('generator-failing', GENERATORS)).toEqual([]);
  });
});

function missingIn(article: string, all: readonly { name: string }[]): string[] {
  const text = sectionOf('docs/runbook.md', article);
  return all.flatMap(({ name }) => (text.includes(`\`${name}\``) ? [] : [name]));
}

const AT = parseInstant('2026-01-05T00:00:00Z') as number;

/** What each key is made of, by the names of its parts. */
const KEYS: { [Name in keyof typeof keys]: ReturnType<(typeof keys)[Name]> } = {
  task: keys.task('id'),
  holder: keys.holder('id', 1, 'recipient'),
  deadline: keys.deadline('id'),
  waitingObservation: keys.waitingObservation('id'),
  alert: keys.alert('id', 1),
  audit: keys.audit('id', AT, 'act', 'mark'),
  auditBeside: keys.auditBeside('operators', AT, 'act', 'mark'),
  recipient: keys.recipient('recipient'),
  softDeath: keys.softDeath(AT, 'recipient'),
  notice: keys.notice('recipient', 'task', 1),
  digest: keys.digest('digest'),
  refusedEvents: keys.refusedEvents(),
  ownerRules: keys.ownerRules('digest'),
  work: keys.work('queue', 'item', 'message'),
  workBucket: keys.workBucket(1),
  dataPlane: keys.dataPlane('plane'),
  dataPlaneCount: keys.dataPlaneCount(),
  policy: keys.policy('scope'),
  offices: keys.offices('tenant'),
  subscription: keys.subscription('prefix', 'target'),
  admin: keys.admin('prefix', 'email'),
  oldSubscription: keys.oldSubscription('prefix', 'target'),
  oldAdmin: keys.oldAdmin('prefix', 'email'),
  source: keys.source('source'),
  count: keys.count('plane', 'tenant'),
  leftOutage: keys.leftOutage('plane', AT),
  pauses: keys.pauses(),
  scans: keys.scans(),
  refusals: keys.refusals(),
  pace: keys.pace(),
  ramp: keys.ramp(),
  doctor: keys.doctor(),
  turnedOff: keys.turnedOff('run', 'task'),
  run: keys.run(AT),
  generator: keys.generator('generator'),
  step: keys.step('step'),
  operatorAlert: keys.operatorAlert('code' as string as OperatorAlertCode, 'subject'),
  operatorIncident: keys.operatorIncident('code' as string as OperatorAlertCode, 'subject'),
  operatorAlertClosed: keys.operatorAlertClosed('code' as string as OperatorAlertCode, 'subject'),
  oops: keys.oops('fingerprint'),
  oopsOccurrence: keys.oopsOccurrence('fingerprint', AT, 'id'),
  refusal: keys.refusal('fingerprint', 'item'),
  givenUp: keys.givenUp('queue', 'item'),
  givenUpOf: keys.givenUpOf('generator', 'item'),
  redriven: keys.redriven('queue', 'item'),
  breaker: keys.breaker('queue'),
  queuePause: keys.queuePause('queue'),
  probe: keys.probe('queue'),
  controlPlaneBreaker: keys.controlPlaneBreaker('controlPlane'),
  canary: keys.canary('queue'),
  feed: keys.feed(),
  feedback: keys.feedback(),
  feedbackCanary: keys.feedbackCanary(),
  listing: keys.listing('name'),
  listingEnd: keys.listingEnd('name', 1),
  listedPage: keys.listedPage('name', 1, 2),
  listedPart: keys.listedPart('name', 1, 2, 3),
  listedMoves: keys.listedMoves('name', 2, 1, 3),
  listedMissing: keys.listedMissing('name', 2, 3),
  listedAnew: keys.listedAnew('name', 'task'),
  milestone: keys.milestone('day', 1, { at: AT, kind: 'kind', task: 'task', episode: 1 }),
  milestones: keys.milestones('day', 1),
  fact: keys.fact('kind', 'day', 'tenant/plane'),
  factDays: keys.factDays(),
  webhook: keys.webhook('id'),
  webhookNews: keys.webhookNews('task', 1),
  webhookDelivery: keys.webhookDelivery('id', 'D', 1),
  operatorWork: keys.operatorWork('id'),
  operatorWorkPart: keys.operatorWorkPart('id', 1),
  look: keys.look('scope'),
};

/** A part of a key as the page writes it: the instant and the bucket by what they are. */
function named(part: string): string {
  const tenant = part === 'PEOPLE#prefix' ? 'PEOPLE#tenant' : part;
  return tenant
    .replace('2026-01-05T00:00:00.000Z', 'instant')
    .replace(/^(W|MILESTONES#day)#\d$/, '$1#bucket');
}

describe('the table of rows', () => {
  it('has every key as it is made', () => {
    const made = Object.entries(KEYS).flatMap(([name, key]) =>
      typeof key === 'string' ? [] : [[name, named(key.pk), named(key.sk)]],
    );
    const documented = tableOf('Rows and indexes').map(([name, pk, sk]) => [name, pk, sk]);
    expect(documented.sort()).toEqual(made.sort());
  });

  it('says what each is', () => {
    for (const [, , , what] of tableOf('Rows and indexes')) says(what);
  });
});

/** What each index key is made of, but for buckets, which are numbers. */
const USES: { [Name in keyof typeof index]: string } = {
  canFire: index.canFire(0),
  lookAt: index.lookAt(0),
  toDisable: index.toDisable(0),
  pendingNotices: index.pendingNotices(0),
  openDigests: index.openDigests(0),
  untold: index.untold(0),
  ended: index.ended(0),
  canFireOfTenant: index.canFireOfTenant('tenant'),
  endsAt: index.endsAt(0),
  startedAt: index.startedAt(0),
  startedOfTenant: index.startedOfTenant('tenant'),
  open: index.open(0),
  off: index.off(0),
  alerts: index.alerts(0),
  mails: index.mails(0),
  recipients: index.recipients(0),
  failures: index.failures('queue'),
  subscriptions: index.subscriptions(),
  admins: index.admins(),
  oldSubscriptions: index.oldSubscriptions(),
  oldAdmins: index.oldAdmins(),
  openWork: index.openWork(),
  lostOfPlane: index.lostOfPlane('plane'),
};

/** Which index rows are put into for a use, as the code that writes them says. */
function writtenInto(): Map<string, string> {
  const texts = textFiles()
    .filter((file) => /^functions\/.*\.ts$/.test(file))
    .map(textOf);
  return new Map(
    texts.flatMap((text) =>
      [...text.matchAll(/\bg([123])pk(?:: | = )index\.(\w+)\(/g)].map(
        ([, number = '', use = '']) => [use, `g${number}`] as const,
      ),
    ),
  );
}

describe('the table of indexes', () => {
  const table = tableOf('Rows and indexes', 1);

  it('has every use with its key', () => {
    const made = Object.entries(USES).map(([use, key]) => [use, key.replace(/#0$/, '#bucket')]);
    expect(table.map(([use, , key]) => [use, key]).sort()).toEqual(made.sort());
  });

  it('says for each the index that rows are put into', () => {
    const written = writtenInto();
    expect(written.size).toBeGreaterThan(12);
    const wrong = table.filter(([use = '', name]) => (written.get(use) ?? name) !== name);
    expect(wrong).toEqual([]);
  });

  it('is about the indexes of the deployed table', () => {
    const [deployed] = ofType(resources, 'AWS::DynamoDB::GlobalTable');
    const names = deployed?.Properties.GlobalSecondaryIndexes.map(
      ({ IndexName }: { IndexName: string }) => IndexName,
    );
    expect([...new Set(table.map(([, name]) => `${name}-index`))].sort()).toEqual(names.sort());
    const section = sectionOf(PAGE, 'Rows and indexes');
    for (const name of names) expect(section).toContain(`\`${name}\``);
  });
});

describe('the table of the house', () => {
  it('has every folder of functions/', () => {
    const folders = new Set(textFiles().flatMap((file) => /^functions\/[\w-]+\//.exec(file)?.[0] ?? []));
    const documented = tableOf('The house').flatMap(([cell = '']) => cell.split(', '));
    expect(documented.filter((folder) => folder.startsWith('functions/')).sort()).toEqual(
      [...folders].sort(),
    );
    expect(documented.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
  });
});

/** A default as the page writes it, in the form in which the code has it. */
function written(text: string): unknown {
  if (text === 'none') return null;
  const duration = parseDuration(text);
  if (duration !== undefined) return formatDuration(duration);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The default of a leaf in the same form. */
function defaultOf(leaf: string): unknown {
  const [key = '', part] = leaf.split('.');
  const value = (DEFAULTS as unknown as Record<string, unknown>)[key];
  const of = part === undefined ? value : (value as Record<string, unknown>)[part];
  if (key === 'reminders') return (of as number[]).map(formatDuration);
  const isDuration = parseDuration(PAGE_DEFAULTS.get(leaf) ?? '') !== undefined;
  return isDuration ? formatDuration(of as number) : of;
}

const POLICIES = tablesOf(sectionOf('docs/configuration.md', 'Policies'))[0] ?? [];
const PAGE_DEFAULTS = new Map(
  POLICIES.map(([key = '', value = '']) => [key.replaceAll('`', ''), value.replaceAll('`', '')]),
);

describe('the table of policies', () => {
  const global = [
    ...Object.keys(GLOBAL_KEYS),
    ...Object.keys(BLAST_RADIUS_KEYS).map((key) => `blastRadius.${key}`),
  ];
  const scoped = Object.keys(SCOPED_KEYS);

  it('has every leaf', () => {
    expect([...PAGE_DEFAULTS.keys()].sort()).toEqual([...scoped, ...global].sort());
  });

  it('says where each can be set', () => {
    const wrong = POLICIES.filter(([key = '', , , scope]) => {
      const isGlobal = global.includes(key.replaceAll('`', ''));
      return scope !== (isGlobal ? 'global' : 'global, prefix, task');
    });
    expect(wrong).toEqual([]);
  });

  it.each([...PAGE_DEFAULTS])('has the default of %s: %s', (leaf, text) => {
    expect(written(text)).toEqual(defaultOf(leaf));
  });
});
