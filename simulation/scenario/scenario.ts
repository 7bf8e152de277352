import type { ParsedPolicy } from '../../functions/abandonment/policy-parse.ts';
import { shown } from '../../functions/abandonment/policy-wording.ts';
import { ALERT_TYPES } from '../../functions/abandonment/task.ts';
import { formatDuration, formatInstant, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import { readEvent } from './scenario-events.ts';
import {
  readAddress,
  readAddresses,
  readEntries,
  readFields,
  readInstant,
  readList,
  readOneOf,
  readPrefix,
  readSpan,
  readWholeNumber,
  ScenarioProblem,
} from './scenario-fields.ts';
import { checkHistory } from './scenario-history.ts';
import { describeSyntaxError } from './scenario-json.ts';
import { readPolicies, readPolicy } from './scenario-policies.ts';
import { readRecipients } from './scenario-recipients.ts';
import { readSoakFault } from './scenario-soak-faults.ts';
import { readTaskAtStart } from './scenario-tasks.ts';
import {
  PLAIN_PLANE_STATES,
  type Scenario,
  type ScenarioResult,
  type ScenarioSubscription,
  type ScenarioTask,
} from './scenario-types.ts';

export type * from './scenario-types.ts';

/** The version of the format that is read. */
const SCENARIO_VERSION = 1;

const REQUIRED = ['version', 'start', 'until', 'scanEvery', 'tasks'];
const OPTIONAL = [
  ...['seed', 'policy', 'policies', 'subscriptions', 'admins', 'operators', 'recipients', 'events'],
  'chaos',
];

/**
 * Reads a scenario by the rules of the format, judged as a production deployment with every mode open.
 *
 * @returns the scenario with instants and durations in ms and its events in order, or the first problem as
 * one line: the path of the key, what was wrong, what is allowed
 */
export function parseScenario(json: unknown): ScenarioResult {
  try {
    const scenario = readScenario(json);
    checkHistory(scenario);
    return { ok: true, scenario };
  } catch (error) {
    if (error instanceof ScenarioProblem) return { ok: false, problem: error.message };
    throw error;
  }
}

/** Reads a scenario from the text of a file; a text that is no JSON is told by line and column. */
export function parseScenarioText(text: string): ScenarioResult {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { ok: false, problem: `not JSON, ${describeSyntaxError(json)}` };
  }
  return parseScenario(value);
}

/** The policies at the start by scope, as written, for the table; with the file's `scanEvery` (global). */
export function policyDocuments(scenario: Scenario): Map<string, Record<string, unknown>> {
  const documents = new Map([...scenario.policies].map(([scope, policy]) => [scope, policy.document]));
  documents.set('', { ...scenario.policy.document, scanEvery: formatDuration(scenario.scanEvery) });
  return documents;
}

/** The policies at the start by scope, parsed, for a `PolicyBook`; with the file's `scanEvery` (global). */
export function parsedPolicies(scenario: Scenario): Map<string, ParsedPolicy> {
  const policies = new Map([...scenario.policies].map(([scope, policy]) => [scope, policy.parsed]));
  policies.set('', { ...scenario.policy.parsed, scanEvery: scenario.scanEvery });
  return policies;
}

function readScenario(json: unknown): Scenario {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ScenarioProblem('', `the scenario is ${shown(json)}; allowed is an object`);
  }
  const fields = readFields('', json, { required: REQUIRED, optional: OPTIONAL });
  const { version, seed = 1, policy = {}, policies = {}, admins = {} } = fields;
  const { subscriptions = [], operators = [], events = [], recipients = {} } = fields;
  if (version !== SCENARIO_VERSION) {
    throw new ScenarioProblem('version', `is ${shown(version)}; allowed is ${SCENARIO_VERSION}`);
  }
  const span = readSpanOfTime(fields);
  return {
    ...span,
    scanEvery: readSpan('scanEvery', fields.scanEvery, MINUTE),
    seed: readWholeNumber('seed', seed),
    policy: readPolicy('policy', '', policy),
    policies: readPolicies('policies', policies),
    subscriptions: readList('subscriptions', subscriptions, readSubscription),
    admins: readAdmins(admins),
    operators: readAddresses('operators', operators),
    tasks: readTasks(fields.tasks, span.start),
    events: readList('events', events, (path, value, place) => {
      const event = readEvent(path, value, place, span);
      // What the soak alone writes is no part of the published format.
      if (event.type === 'data-plane' && !Object.hasOwn(fields, 'chaos'))
        readOneOf(`${path}.state`, event.state, PLAIN_PLANE_STATES);
      return event;
    }).sort((a, b) => a.at - b.at),
    ...(Object.hasOwn(fields, 'chaos') ? { soakFaults: readList('chaos', fields.chaos, readSoakFault) } : {}),
    recipients: readRecipients('recipients', recipients),
  };
}

function readSpanOfTime(fields: Record<string, unknown>): { start: Instant; until: Instant } {
  const start = readInstant('start', fields.start);
  const until = readInstant('until', fields.until);
  if (until <= start) {
    throw new ScenarioProblem('until', `${shown(fields.until)} is not after start (${formatInstant(start)})`);
  }
  return { start, until };
}

function readSubscription(path: string, value: unknown): ScenarioSubscription {
  const fields = readFields(path, value, { required: ['prefix', 'email'], optional: ['alertTypes'] });
  const { alertTypes = ['task_abandoned', 'task_auto_disabled'] } = fields;
  return {
    prefix: readScope(`${path}.prefix`, fields.prefix),
    email: readAddress(`${path}.email`, fields.email),
    alertTypes: readList(`${path}.alertTypes`, alertTypes, (itemPath, item) =>
      readOneOf(itemPath, item, ALERT_TYPES),
    ),
  };
}

/** A prefix, or the empty one, which stands for all. */
function readScope(path: string, value: unknown): string {
  return value === '' ? '' : readPrefix(path, value);
}

function readAdmins(value: unknown): Map<string, string[]> {
  const admins = new Map<string, string[]>();
  for (const [prefix, path, addresses] of readEntries('admins', value)) {
    admins.set(readScope(path, prefix), readAddresses(path, addresses));
  }
  return admins;
}

function readTasks(value: unknown, start: Instant): ScenarioTask[] {
  const places = new Map<string, number>();
  return readList('tasks', value, (path, item, place) => {
    const task = readTaskAtStart(path, item, start);
    const first = places.get(task.id);
    if (first !== undefined) {
      throw new ScenarioProblem(
        `${path}.id`,
        `${shown(task.id)} is the id of tasks[${first}] too; each id is allowed once`,
      );
    }
    places.set(task.id, place);
    return task;
  });
}
