import { z } from 'zod/mini';
import { TAKEN_EVENTS } from '../../../functions/catalog/events.ts';
import { GIVEN_EVENTS } from '../../../functions/control-planes/events/given-events.ts';

export const EVENTS = { ...TAKEN_EVENTS, ...GIVEN_EVENTS };
export type DetailType = keyof typeof EVENTS;
export const DETAIL_TYPES = Object.keys(EVENTS) as DetailType[];

const DESCRIPTIONS: Record<DetailType, string> = {
  'Task Published': 'A task was made, or a new version of it was published.',
  'Task Deleted': 'A task was deleted. Its id may come back with a later version.',
  'Task Started': 'A job began to run. Its deadline is the one said here, or none.',
  'Task Ended': 'A job came to its end.',
  'Task Deadline Set': 'When the owning system will end a task, or that it will not.',
  'Shards Observed': 'What was observed on one data plane of the shards of many tasks.',
  'Restarts Counted': 'How often each task was restarted by its control plane so far (running totals).',
  'Data Plane Reported': 'The state of a data plane. An up is also a life sign; deleted parks its tasks.',
  'Task Disabled': 'The owning system confirms that it disabled a task.',
  'Task Disable Refused':
    'The owning system refuses to disable a task that it was asked to disable, and says why.',
  'Task Disable Requested': 'Taskwarden asks the owning system to disable a task.',
  'Task Enable Requested': 'Taskwarden asks the owning system to enable a task again.',
};

/** `docs/events/task-published.json` for `Task Published`. */
export function documentOf(type: DetailType): string {
  return new URL(`../../../docs/events/${type.toLowerCase().replaceAll(' ', '-')}.json`, import.meta.url)
    .pathname;
}

/** The JSON schema of an event's detail, as it stands in the documentation. */
export function jsonSchemaOf(type: DetailType): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(EVENTS[type], { io: 'input', target: 'draft-2020-12' });
  return { $schema, title: type, description: DESCRIPTIONS[type], ...schema };
}

/** The keywords that our schemas use; another one is an error, so that none goes unchecked. */
export function accepts(schema: Record<string, unknown>, value: unknown): boolean {
  return Object.entries(schema).every(([keyword, rule]) => {
    const check = KEYWORDS[keyword];
    if (!check) throw new Error(`the keyword ${keyword} is not checked here`);
    return check(rule as never, value, schema);
  });
}

const always = () => true;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const KEYWORDS: Record<string, (rule: never, value: unknown, schema: Record<string, unknown>) => boolean> = {
  $schema: always,
  title: always,
  description: always,
  type: (type: string | string[], value) => typeOf(value).some((name) => type.includes(name)),
  const: (only: unknown, value) => value === only,
  enum: (allowed: unknown[], value) => allowed.includes(value),
  pattern: (pattern: string, value) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  minLength: (least: number, value) => typeof value !== 'string' || [...value].length >= least,
  maxLength: (most: number, value) => typeof value !== 'string' || [...value].length <= most,
  minimum: (least: number, value) => typeof value !== 'number' || value >= least,
  maximum: (most: number, value) => typeof value !== 'number' || value <= most,
  exclusiveMinimum: (below: number, value) => typeof value !== 'number' || value > below,
  minItems: (least: number, value) => !Array.isArray(value) || value.length >= least,
  maxItems: (most: number, value) => !Array.isArray(value) || value.length <= most,
  required: (keys: string[], value) => !isObject(value) || keys.every((key) => key in value),
  properties: (properties: Record<string, Record<string, unknown>>, value) =>
    !isObject(value) ||
    Object.entries(properties).every(([key, schema]) => !(key in value) || accepts(schema, value[key])),
  items: (items: Record<string, unknown>, value) =>
    !Array.isArray(value) || value.every((item) => accepts(items, item)),
  additionalProperties: (others: boolean | Record<string, unknown>, value, schema) =>
    !isObject(value) ||
    Object.entries(value).every(
      ([key, item]) =>
        Object.hasOwn((schema.properties ?? {}) as object, key) ||
        (typeof others === 'boolean' ? others : accepts(others, item)),
    ),
  propertyNames: (names: Record<string, unknown>, value) =>
    !isObject(value) || Object.keys(value).every((key) => accepts(names, key)),
  anyOf: (options: Record<string, unknown>[], value) => options.some((option) => accepts(option, value)),
  oneOf: (options: Record<string, unknown>[], value) =>
    options.filter((option) => accepts(option, value)).length === 1,
};

function typeOf(value: unknown): string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (Number.isInteger(value)) return ['integer', 'number'];
  return [typeof value];
}
