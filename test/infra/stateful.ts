import type { Resource } from './synth.ts';

/** A resource that holds what cannot be made anew, as far as it matters to an update. */
export interface Stateful {
  Type: string;
  DeletionPolicy?: string;
  /** Properties whose change lets CloudFormation replace it. */
  replacedBy: Record<string, unknown>;
  /** Properties that keep what is in it. */
  keptBy: Record<string, unknown>;
  /** Of a table: its indexes by name. */
  indexes?: Record<string, unknown>;
}

/** By stack (`State`, `Service`) and logical id. */
export type StatefulResources = Record<string, Record<string, Stateful>>;

/** By type: which properties replace it, and which keep what is in it. */
const TYPES: Record<string, { replacing: readonly string[]; keeping: readonly string[] }> = {
  'AWS::DynamoDB::GlobalTable': {
    replacing: ['TableName', 'KeySchema', 'LocalSecondaryIndexes'],
    keeping: ['TimeToLiveSpecification'],
  },
  'AWS::SNS::Topic': { replacing: ['TopicName', 'FifoTopic'], keeping: [] },
  'AWS::SQS::Queue': { replacing: ['QueueName', 'FifoQueue'], keeping: ['MessageRetentionPeriod'] },
  'AWS::Events::EventBus': { replacing: ['Name'], keeping: [] },
  'AWS::Events::Archive': { replacing: ['ArchiveName', 'SourceArn'], keeping: ['RetentionDays'] },
  'AWS::SES::EmailIdentity': { replacing: ['EmailIdentity'], keeping: [] },
};

/** What of the resources of a stack holds state. */
export function statefulOf(resources: readonly Resource[]): Record<string, Stateful> {
  const found: Record<string, Stateful> = {};
  for (const { id, Type, Properties = {}, DeletionPolicy } of resources) {
    const type = TYPES[Type];
    if (!type) continue;
    const indexes = Properties.GlobalSecondaryIndexes as Record<string, unknown>[] | undefined;
    found[id] = {
      Type,
      ...(DeletionPolicy !== undefined && { DeletionPolicy }),
      replacedBy: picked(Properties, type.replacing),
      keptBy: { ...picked(Properties, type.keeping), ...protectionOf(Properties) },
      ...(indexes && {
        indexes: Object.fromEntries(indexes.map((index) => [String(index.IndexName), index])),
      }),
    };
  }
  return found;
}

function picked(properties: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (name in properties ? [[name, properties[name]]] : [])));
}

/** Of a table, which is its replica in the region of its stack: what protects it. */
function protectionOf({ Replicas }: Record<string, unknown>): Record<string, unknown> {
  const [replica] = (Replicas as Record<string, unknown>[] | undefined) ?? [];
  return picked(replica ?? {}, ['DeletionProtectionEnabled', 'PointInTimeRecoverySpecification']);
}

/**
 * What an update from one release to the next may not do, in words that say what to do instead; none: it may be deployed.
 * What is new is no matter.
 */
export function refusedChanges(before: StatefulResources, after: StatefulResources): string[] {
  return Object.entries(before).flatMap(([stack, resources]) =>
    Object.entries(resources).flatMap(([id, was]) => changesOf(`${stack} ${id}`, was, after[stack]?.[id])),
  );
}

function changesOf(name: string, was: Stateful, is: Stateful | undefined): string[] {
  const what = `${name} (${was.Type})`;
  if (!is || is.Type !== was.Type)
    return [
      `${what} is gone or has another logical id, so what is in it is lost: keep the id (overrideLogicalId), or move what is in it ` +
        'in one release and delete it in the next',
    ];
  return [
    ...differing(was.replacedBy, is.replacedBy).map(
      (property) =>
        `${what} would be replaced for its ${property}, and what is in it lost: leave that as it was, or make a second one beside it`,
    ),
    ...differing(was.keptBy, is.keptBy).map(
      (property) =>
        `${what} has another ${property}, which keeps what is in it: change it in a release of its own, on purpose`,
    ),
    ...(was.DeletionPolicy === 'Retain' && is.DeletionPolicy !== 'Retain'
      ? [`${what} is no longer retained: set its removal policy to RETAIN`]
      : []),
    ...indexChanges(what, was.indexes ?? {}, is.indexes ?? {}),
  ];
}

function indexChanges(what: string, was: Record<string, unknown>, is: Record<string, unknown>): string[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const changed = names.filter((name) => !isSame(was[name], is[name]));
  const replaced = changed.filter((name) => name in was && name in is);
  const rebuilt = replaced.map(
    (name) =>
      `${what} has another ${name} under the same name: add it under a new name, read that one release later, and delete this one then`,
  );
  if (changed.length <= 1) return rebuilt;
  return [
    ...rebuilt,
    `${what} changes ${changed.length} indexes (${changed.join(', ')}); CloudFormation takes one in an update: ` +
      'release them one after another',
  ];
}

function differing(was: Record<string, unknown>, is: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (name) => !isSame(was[name], is[name]),
  );
}

function isSame(first: unknown, other: unknown): boolean {
  return JSON.stringify(first) === JSON.stringify(other);
}
