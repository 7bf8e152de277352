import { shown } from '../../functions/abandonment/policy-wording.ts';
import { formatInstant, type Instant } from '../../functions/abandonment/time.ts';
import {
  instantOf,
  readAddress,
  readDataPlane,
  readFields,
  readFlag,
  readInstant,
  readName,
  readOneOf,
  readOwners,
  readSpan,
  readTaskId,
  readWholeNumber,
  ScenarioProblem,
} from './scenario-fields.ts';
import { readPolicy, readScope } from './scenario-policies.ts';
import { readCreatedTask, readShards } from './scenario-tasks.ts';
import {
  FAULT_MODES,
  FAULT_TARGETS,
  type OperatorAction,
  type OwnerAction,
  PAUSABLES,
  PLANE_STATES,
  type ScenarioEvent,
  type ScenarioEventBody,
  type ScenarioFault,
} from './scenario-types.ts';

interface Written {
  path: string;
  at: Instant;
  value: Record<string, unknown>;
}

type Keys = Parameters<typeof readFields>[2];

function fieldsOf({ path, value }: Written, keys: Keys): Record<string, unknown> {
  return readFields(path, value, { ...keys, required: ['at', 'type', ...keys.required] });
}

const READERS: Record<ScenarioEventBody['type'], (written: Written) => ScenarioEventBody> = {
  shards: (written) => {
    const { task, shards } = fieldsOf(written, { required: ['task', 'shards'] });
    return {
      type: 'shards',
      task: taskAt(written, task),
      shards: readShards(`${written.path}.shards`, shards),
    };
  },
  restarted: (written) => {
    const { task, times = 1 } = fieldsOf(written, { required: ['task'], optional: ['times'] });
    const count = readWholeNumber(`${written.path}.times`, times, 1);
    return { type: 'restarted', task: taskAt(written, task), times: count };
  },
  created: (written) => {
    const { task } = fieldsOf(written, { required: ['task'] });
    return { type: 'created', task: readCreatedTask(`${written.path}.task`, task, written.at) };
  },
  published: (written) => {
    const fields = fieldsOf(written, { required: ['task', 'by'], optional: ['enabled'] });
    const by = readOneOf(`${written.path}.by`, fields.by, ['user', 'system']);
    const published = { type: 'published' as const, task: taskAt(written, fields.task), by };
    if (!Object.hasOwn(fields, 'enabled')) return published;
    return { ...published, enabled: readFlag(`${written.path}.enabled`, fields.enabled) };
  },
  started: (written) => {
    const fields = fieldsOf(written, { required: ['task'], optional: ['deadline'] });
    const started = { type: 'started' as const, task: taskAt(written, fields.task) };
    if (!Object.hasOwn(fields, 'deadline')) return started;
    return { ...started, deadline: readInstant(`${written.path}.deadline`, fields.deadline) };
  },
  ended: (written) => {
    const { task, result } = fieldsOf(written, { required: ['task', 'result'] });
    const outcome = readOneOf(`${written.path}.result`, result, ['succeeded', 'failed']);
    return { type: 'ended', task: taskAt(written, task), result: outcome };
  },
  deadline: (written) => {
    const { task, deadline } = fieldsOf(written, { required: ['task', 'deadline'] });
    const path = `${written.path}.deadline`;
    const instant = deadline === null ? null : readInstant(path, deadline);
    return { type: 'deadline', task: taskAt(written, task), deadline: instant };
  },
  deleted: (written) => {
    const { task } = fieldsOf(written, { required: ['task'] });
    return { type: 'deleted', task: taskAt(written, task) };
  },
  owners: (written) => {
    const { task, owners } = fieldsOf(written, { required: ['task', 'owners'] });
    return {
      type: 'owners',
      task: taskAt(written, task),
      owners: readOwners(`${written.path}.owners`, owners),
    };
  },
  'data-plane': (written) => {
    const { dataPlane, state } = fieldsOf(written, { required: ['dataPlane', 'state'] });
    return {
      type: 'data-plane',
      dataPlane: readDataPlane(`${written.path}.dataPlane`, dataPlane),
      state: readOneOf(`${written.path}.state`, state, PLANE_STATES),
    };
  },
  action: readOwnerAction,
  'mail-event': readMailEvent,
  policy: (written) => {
    const fields = fieldsOf(written, { required: ['scope', 'set'] });
    const scope = readScope(`${written.path}.scope`, fields.scope);
    return { type: 'policy', scope, set: readPolicy(`${written.path}.set`, scope, fields.set) };
  },
  operator: readOperatorAction,
  fault: readFault,
};

const TYPES = Object.keys(READERS) as ScenarioEventBody['type'][];

/** One event of the file; throws `ScenarioProblem` where it is not valid by itself. */
export function readEvent(
  path: string,
  value: unknown,
  index: number,
  span: { start: Instant; until: Instant },
): ScenarioEvent {
  const everyKey = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const fields = readFields(path, value, { required: ['at', 'type'], optional: everyKey });
  const type = readOneOf(`${path}.type`, fields.type, TYPES);
  const at = readInstant(`${path}.at`, fields.at);
  if (at < span.start || at > span.until) {
    const allowed = `from start (${formatInstant(span.start)}) to until (${formatInstant(span.until)})`;
    throw new ScenarioProblem(
      `${path}.at`,
      `${shown(fields.at)} is outside the scenario; allowed are instants ${allowed}`,
    );
  }
  return { ...READERS[type]({ path, at, value: fields }), at, index };
}

function taskAt({ path }: Written, value: unknown): string {
  return readTaskId(`${path}.task`, value);
}

function readOwnerAction(written: Written): OwnerAction {
  const { path } = written;
  const fields = fieldsOf(written, { required: ['task', 'by', 'action'], optional: ['for'] });
  const action = readOneOf(`${path}.action`, fields.action, ['keep', 'snooze', 'disable', 'unsubscribe']);
  const actor = { task: taskAt(written, fields.task), by: readAddress(`${path}.by`, fields.by) };
  const span = Object.hasOwn(fields, 'for') ? readSpan(`${path}.for`, fields.for) : null;
  if (action === 'keep') return { type: 'action', action, ...actor, for: span };
  if (action === 'snooze') {
    if (span === null) throw new ScenarioProblem(`${path}.for`, 'is missing; "snooze" requires a duration');
    return { type: 'action', action, ...actor, for: span };
  }
  if (span !== null) {
    throw new ScenarioProblem(
      `${path}.for`,
      `has no meaning for "${action}"; allowed with "keep" and "snooze"`,
    );
  }
  return { type: 'action', action, ...actor };
}

function readMailEvent(written: Written): ScenarioEventBody {
  const { path } = written;
  const fields = fieldsOf(written, { required: ['recipient', 'event'], optional: ['bounceType'] });
  const event = readOneOf(`${path}.event`, fields.event, ['bounce', 'complaint', 'delivery']);
  const recipient = readAddress(`${path}.recipient`, fields.recipient);
  const { bounceType = 'permanent' } = fields;
  if (event === 'bounce') {
    const kind = readOneOf(`${path}.bounceType`, bounceType, ['permanent', 'transient']);
    return { type: 'mail-event', recipient, event, bounceType: kind };
  }
  if (Object.hasOwn(fields, 'bounceType')) {
    throw new ScenarioProblem(`${path}.bounceType`, `has no meaning for "${event}"; allowed with "bounce"`);
  }
  return { type: 'mail-event', recipient, event };
}

function readOperatorAction(written: Written): OperatorAction {
  const { path } = written;
  const fields = fieldsOf(written, { required: ['action'], optional: ['of'] });
  const action = readOneOf(`${path}.action`, fields.action, [
    'pause',
    'resume',
    'approve',
    'dismiss',
    'undo',
    'revive',
  ]);
  const hasOf = Object.hasOwn(fields, 'of');
  if (action === 'approve') {
    if (hasOf)
      throw new ScenarioProblem(`${path}.of`, 'has no meaning for "approve", which covers all that is held');
    return { type: 'operator', action };
  }
  if (!hasOf) throw new ScenarioProblem(`${path}.of`, `is missing; "${action}" requires ${OF[action]}`);
  if (action === 'dismiss') return { type: 'operator', action, of: readName(`${path}.of`, fields.of) };
  if (action === 'revive') return { type: 'operator', action, address: readAddress(`${path}.of`, fields.of) };
  if (action === 'undo') return { type: 'operator', action, of: readUndone(`${path}.of`, fields.of) };
  return { type: 'operator', action, of: readOneOf(`${path}.of`, fields.of, PAUSABLES) };
}

const OF = {
  pause: PAUSABLES.map((of) => `"${of}"`).join(', '),
  resume: PAUSABLES.map((of) => `"${of}"`).join(', '),
  dismiss: 'a data plane or a task id',
  undo: 'a task id or the instant of a scan',
  revive: 'an address',
};

/** A text that is an instant names a run, any other a task. */
function readUndone(path: string, value: unknown): { task: string } | { run: Instant } {
  const run = typeof value === 'string' ? instantOf(value) : undefined;
  return run === undefined ? { task: readTaskId(path, value) } : { run };
}

function readFault(written: Written): ScenarioFault {
  const { path } = written;
  const optional = ['for', 'times', 'recipient', 'task'];
  const fields = fieldsOf(written, { required: ['target', 'mode'], optional });
  const target = readOneOf(`${path}.target`, fields.target, FAULT_TARGETS);
  const mode = readOneOf(`${path}.mode`, fields.mode, FAULT_MODES);
  if (target === 'feedback' && mode !== 'down')
    throw new ScenarioProblem(`${path}.mode`, `is ${shown(mode)}; allowed with "feedback" is "down"`);
  const lasts = Object.hasOwn(fields, 'for') ? readSpan(`${path}.for`, fields.for) : null;
  const times = Object.hasOwn(fields, 'times') ? readWholeNumber(`${path}.times`, fields.times, 1) : null;
  if ((lasts === null) === (times === null)) {
    const found = lasts === null ? 'has neither "for" nor "times"' : 'has both "for" and "times"';
    throw new ScenarioProblem(path, `${found}; a fault has exactly one of them`);
  }
  const concerns = {
    recipient: readRejected(path, mode, fields),
    task: readAsked(written, target, fields),
  };
  return { type: 'fault', target, mode, for: lasts, times, ...concerns };
}

function readRejected(path: string, mode: string, fields: Record<string, unknown>): string | null {
  const hasRecipient = Object.hasOwn(fields, 'recipient');
  if (mode === 'reject') {
    if (!hasRecipient)
      throw new ScenarioProblem(`${path}.recipient`, 'is missing; "reject" requires an address');
    return readAddress(`${path}.recipient`, fields.recipient);
  }
  if (hasRecipient)
    throw new ScenarioProblem(`${path}.recipient`, `has no meaning for "${mode}"; allowed with "reject"`);
  return null;
}

/** The one task whose requests a fault of the control plane concerns; null where it concerns all. */
function readAsked(written: Written, target: string, fields: Record<string, unknown>): string | null {
  if (!Object.hasOwn(fields, 'task')) return null;
  if (target === 'control-plane') return taskAt(written, fields.task);
  const problem = `has no meaning for "${target}"; allowed with "control-plane"`;
  throw new ScenarioProblem(`${written.path}.task`, problem);
}
