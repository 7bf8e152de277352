import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../functions/platform/names.ts';
import type { Write } from '../../functions/store/table/table.port.ts';
import { TABLE_USE } from '../../lib/permissions.ts';
import { onDay, ownerStage } from '../unit/owner-page/owner-stage.ts';
import { appOf, ofType, type Resource, synth } from './synth.ts';

/** Actions that AWS gives no resource for. Any other action on `*` fails. */
const WITHOUT_RESOURCE = ['ses:GetAccountSendingEnabled', 'ses:GetSendQuota'];

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
}

/** What an identity may do: its own policies, not those that stand on queues and topics. */
function identityStatements(resources: Resource[]): Statement[] {
  const own = ofType(resources, 'AWS::IAM::Policy').flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
  const inline = ofType(resources, 'AWS::IAM::Role').flatMap(({ Properties }) =>
    (Properties.Policies ?? []).flatMap(
      (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
    ),
  );
  return [...own, ...inline];
}

const listOf = <Item>(value: Item | Item[]) => (Array.isArray(value) ? value : [value]);

describe.each(['dev', 'local', 'prod'])('permissions on stage %s', (stage) => {
  const { resources } = synth(stage);
  const statements = identityStatements(resources);

  it('names the resources of every action but those that have none', () => {
    const wild = statements.filter(
      ({ Action, Resource }) => Action !== 'ses:SendRawEmail' && JSON.stringify(Resource).includes('*'),
    );
    // Of webhooks, each with a parameter whose name is made with it.
    const ofWebhooks = wild.filter(({ Action }) => Action === 'ssm:GetParameter');
    expect(ofWebhooks.map(({ Resource }) => JSON.stringify(Resource))).toEqual([
      expect.stringMatching(/:parameter\/taskwarden\/[a-z]+\/webhooks\/\*/),
    ]);
    const actions = wild
      .filter((statement) => !ofWebhooks.includes(statement))
      .flatMap(({ Action }) => listOf(Action));
    expect([...new Set(actions)].sort()).toEqual(WITHOUT_RESOURCE);
  });

  it('names every action', () => {
    for (const { Action } of statements)
      for (const action of listOf(Action)) expect(action).not.toContain('*');
  });

  it('uses no managed policies', () => {
    for (const { Properties } of ofType(resources, 'AWS::IAM::Role')) {
      expect(Properties.ManagedPolicyArns).toBeUndefined();
    }
  });

  it('gives each function a role of its own', () => {
    const roles = ofType(resources, 'AWS::Lambda::Function').map(({ Properties }) =>
      JSON.stringify(Properties.Role),
    );
    expect(new Set(roles).size).toBe(roles.length);
    expect(roles).toHaveLength(SERVICES.length);
  });

  it('lets one function send mail, as the sender alone', () => {
    const sending = statements.filter(({ Action }) =>
      listOf(Action).some((action) => action.startsWith('ses:Send')),
    );
    expect(sending).toHaveLength(1);
    expect(sending[0]).toMatchObject({
      Action: 'ses:SendRawEmail',
      Condition: { StringEquals: { 'ses:FromAddress': 'warden@example.com' } },
    });
  });

  it('lets it send by whichever identity SES authorises against: of a subdomain, of the recipient', () => {
    const sending = statements.find(({ Action }) => Action === 'ses:SendRawEmail');
    const resources = listOf(sending?.Resource).map((resource) => JSON.stringify(resource));
    expect(resources).toHaveLength(2);
    const [configurationSet, identities] = resources.sort();
    expect(identities).toMatch(/"AWS::AccountId"\},":identity\/\*"\]\]\}$/);
    expect(configurationSet).toContain(':configuration-set/');
    expect(configurationSet).not.toContain('*');
  });

  it('passes cdk-nag', () => {
    expect(() => appOf(stage).synth()).not.toThrow();
  });

  it('would not pass cdk-nag with a queue that is open and has no dead-letter queue', () => {
    const app = appOf(stage);
    new Queue(app.service, 'Careless');
    expect(() => app.synth()).toThrow('AwsSolutions-SQS3');
  });
});

describe('permissions to publish', () => {
  const topics = [
    'arn:aws:sns:eu-west-1:123456789012:chat',
    'arn:aws:sns:eu-west-1:123456789012:pager',
  ] as const;
  const publishing = (document: object) =>
    ofType(synth('prod', document).resources, 'AWS::IAM::Policy').flatMap(({ id, Properties }) =>
      (Properties.PolicyDocument.Statement as Statement[])
        .filter(({ Action }) => listOf(Action).includes('sns:Publish'))
        .map(({ Resource }) => ({ policy: id, Resource })),
    );
  const ofNotifier = (document: object) =>
    publishing(document).filter(({ policy }) => policy.startsWith('Notifier'));

  it('let the notifier publish to the topics that the configuration names, and to no other', () => {
    expect(ofNotifier({ channels: { topics } })).toMatchObject([{ Resource: topics }]);
    expect(publishing({ channels: { topics } })).toHaveLength(publishing({}).length + 1);
  });

  it('are none for the notifier where it names none', () => {
    expect(publishing({}).length).toBeGreaterThan(0);
    expect(ofNotifier({})).toEqual([]);
  });
});

/** Statements with an action, by the function whose role has them. */
function granted(action: string): Record<string, Statement> {
  const found = ofType(synth('prod').resources, 'AWS::IAM::Policy').flatMap(({ id, Properties }) =>
    (Properties.PolicyDocument.Statement as Statement[])
      .filter((statement) => listOf(statement.Action).includes(action))
      .map((statement) => [id.replace(/(Worker)?(FunctionRole|Role|Function).*$/, ''), statement] as const),
  );
  return Object.fromEntries(found);
}

describe('permissions on the table', () => {
  it('to delete are limited for the page, which everybody can call, for the breaker, and for who calls hosts of others', () => {
    const limits = Object.entries(granted('dynamodb:DeleteItem')).map(([name, { Condition }]) => [
      name,
      Condition,
    ]);
    const only = (partitions: string | string[]) => ({
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions },
    });
    expect(Object.fromEntries(limits)).toStrictEqual({
      Scanner: undefined,
      Ingest: undefined,
      Notifier: undefined,
      Disabler: undefined,
      MailEvents: undefined,
      Lister: undefined,
      WebhookSender: only(['W#*', 'WEBHOOK#*', 'OPERATORS']),
      OwnerPage: only(['R#*', 'OPERATORS']),
      Breaker: only(['OPERATORS']),
    });
  });

  it('to check rows have those alone whose code does', () => {
    expect(Object.keys(granted('dynamodb:ConditionCheckItem')).sort()).toEqual([
      'Ingest',
      'Lister',
      'MailEvents',
      'Notifier',
      'Scanner',
    ]);
  });

  it('to read all of it has no function', () => {
    expect(granted('dynamodb:Scan')).toEqual({});
  });

  it('are enough for everything that the page does', async () => {
    const stage = await ownerStage(['acmeCo/a', 'acmeCo/b', 'acmeCo/c']);
    await stage.taskwarden(['subscriptions', 'add', 'acmeCo/', 'team@acme.test']);
    await stage.scanOn(14);
    // A reminder is on its way, and goes with the episode.
    await stage.scanOn(18);
    stage.setNow(onDay(18.5));
    const writes: Write[] = [];
    const transact = stage.table.transact.bind(stage.table);
    stage.system.table.transact = (planned, writer) => {
      writes.push(...planned);
      return transact(planned, writer);
    };
    const page = stage.linkTo('ana@acme.test', 'page');
    const [keep, off, other] = [
      ...String((await stage.get(page)).body).matchAll(/href="[^"]+\/([0-9a-f]{32})"/g),
    ].map(([, ref]) => `${page}/${ref}`);
    const acts: [string | undefined, Record<string, string>][] = [
      [keep, { action: 'snooze', days: '2' }],
      [other, { action: 'keep', until: '2026-02-10' }],
      [off, { action: 'disable' }],
      [`${page}/preferences`, { zone: 'Europe/Berlin', language: 'en', from: '', to: '' }],
    ];
    for (const [link, form] of acts) expect((await stage.post(link!, form)).statusCode).toBe(303);
    const before = writes.length;
    stage.system.table.transact = transact;
    await stage.scanOn(19);
    stage.system.table.transact = (planned, writer) => {
      writes.push(...planned);
      return transact(planned, writer);
    };
    expect((await stage.post(off!, { action: 'undo' })).statusCode).toBe(303);
    expect(writes.length).toBeGreaterThan(before);
    const { checks, deletes = [] } = TABLE_USE['owner-page'];
    const allowed = (pk: string) =>
      deletes.some((pattern) =>
        pattern.endsWith('*') ? pk.startsWith(pattern.slice(0, -1)) : pk === pattern,
      );
    for (const write of writes) {
      if ('delete' in write)
        expect([write.delete.pk, allowed(write.delete.pk)]).toEqual([write.delete.pk, true]);
      if ('check' in write) expect(checks).toBe(true);
    }
    const partitions = writes.flatMap((write) => ('put' in write ? [write.put.pk.split('#')[0]] : []));
    expect([...new Set(partitions)].sort()).toEqual(['AUDIT', 'MILESTONES', 'R', 'T']);
  });
});

describe('permissions to put events', () => {
  it('are for events of Taskwarden’s own name alone', () => {
    const putting = granted('events:PutEvents');
    expect(Object.keys(putting).sort()).toEqual(['Disabler', 'OwnerPage', 'Scanner']);
    for (const { Condition } of Object.values(putting))
      expect(Condition).toEqual({ StringEquals: { 'events:source': 'taskwarden' } });
  });
});
