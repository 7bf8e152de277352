import { DAY, HOUR } from '../../../functions/abandonment/time.ts';
import {
  type AdapterPorts,
  controlPlaneOpener,
} from '../../../functions/control-planes/open-control-plane.ts';
import {
  type ControlAnswer,
  ControlPlaneUnavailable,
  type DisableRequest,
  type EnableRequest,
  type ListedControlPlane,
} from '../../../functions/platform/control-plane.port.ts';
import { readControlPlanes } from '../../../functions/platform/control-plane-settings.ts';
import type { OperatorAlert } from '../../../functions/platform/ports.ts';
import type { System } from '../../../functions/platform/system.ts';
import { keys } from '../../../functions/store/keys.ts';
import { allRows } from '../../../functions/store/rows.ts';
import { loadTask, type TaskRecord } from '../../../functions/store/tasks.ts';
import { failingFleet, T } from '../cli/cli-stage.ts';

export const A = 'kafka/a';
const SETTINGS = {
  type: 'kafka-connect',
  name: 'connect',
  prefix: 'kafka/',
  dataPlane: 'eu-1',
  url: 'http://connect.test',
};

interface Connector {
  isOn: boolean;
  revision: string;
}

/** A worker of Kafka Connect as far as these tests need one, behind its own calls over HTTP. */
class Worker {
  readonly connectors = new Map<string, Connector>();
  readonly calls: string[] = [];
  mood: 'well' | 'down' | 'answers are lost' | 'only reads' | 'says no' = 'well';

  readonly fetch = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const { method = 'GET' } = init;
    const [, name = '', act] = new URL(url).pathname.split('/');
    if (this.mood === 'down') throw new TypeError('fetch failed');
    if (this.mood === 'only reads' && method !== 'GET') return new Response(null, { status: 403 });
    if (this.mood === 'says no' && method !== 'GET') return new Response(null, { status: 422 });
    const connector = this.connectors.get(name);
    if (method !== 'GET') {
      this.calls.push(`${act} ${name}`);
      if (connector) connector.isOn = act === 'resume';
      if (this.mood === 'answers are lost') throw new TypeError('fetch failed');
    }
    return connector ? Response.json(connector) : new Response(null, { status: 404 });
  };
}

/** It is there, and must not be stopped. */
class Locked extends Error {}

function refusalIn(error: unknown): ControlAnswer {
  if (error instanceof Locked) return { outcome: 'refused', reason: 'it is locked' };
  throw error;
}

/** Asks such a worker as the adapters do: the version before, the call, and read back after. */
function connectAdapter(requests: (DisableRequest | EnableRequest)[]) {
  return ({ name, prefix }: { name: string; prefix: string }, { fetch, clock }: AdapterPorts) => {
    const ask = async (task: string, act?: string): Promise<Connector | undefined> => {
      const path = [task.slice(prefix.length), ...(act ? [act] : [])].join('/');
      const response = await fetch(`http://connect.test/${path}`, act ? { method: 'PUT' } : {}).catch(() => {
        throw new ControlPlaneUnavailable(name, 'cannot be reached');
      });
      if (response.status === 404) return undefined;
      if (response.status === 422) throw new Locked();
      if (!response.ok) throw new ControlPlaneUnavailable(name, `answers ${response.status}`);
      return (await response.json()) as Connector;
    };
    const turn = async (
      request: DisableRequest | EnableRequest,
      act: 'stop' | 'resume',
      isOurs: boolean,
    ): Promise<ControlAnswer> => {
      requests.push(request);
      const before = await ask(request.task.id);
      if (!before) return { outcome: 'gone' };
      if (before.revision !== request.revision) return { outcome: 'changed', reason: 'it was edited' };
      const isDone = before.isOn === (act === 'resume');
      if (isDone && !isOurs) return { outcome: 'changed', reason: 'it is off already' };
      if (!isDone) await ask(request.task.id, act);
      return { outcome: 'confirmed', at: clock.now(), ...(act === 'stop' && { kept: 'RUNNING' }) };
    };
    return {
      check: async () => void (await ask(`${prefix}none`)),
      disable: (request) => turn(request, 'stop', request.isRepeated).catch(refusalIn),
      enable: (request) => turn(request, 'resume', true),
    } as ListedControlPlane;
  };
}

/** A stage whose tasks are connectors that fail since `T`; only the disabler can ask their control plane. */
export async function listedStage(ids: string[] = [A]) {
  const disabler: Partial<System> = {};
  const policy = ['stage=disable', 'evidenceMaxAge=365d', 'scanEvery=30d'];
  const stage = await failingFleet(ids, policy, { disabler });
  const { system, table } = stage;
  const worker = new Worker();
  const requests: (DisableRequest | EnableRequest)[] = [];
  const alerts: OperatorAlert[] = [];
  const { clock, random } = system;
  const secrets = { read: () => Promise.reject(new Error('no secrets')) };
  system.config.controlPlanes = readControlPlanes(JSON.stringify([SETTINGS]));
  system.config.confirmWithin = HOUR;
  system.operators = { notify: async (alert, others = []) => void alerts.push(alert, ...others) };
  disabler.openControlPlane = controlPlaneOpener(
    { secrets, fetch: worker.fetch, clock, random, table },
    connectAdapter(requests),
  );
  for (const id of ids) {
    const row = await table.get(keys.task(id));
    if (!row) throw new Error(`${id} is not stored`);
    await table.transact([{ put: { ...row, listed: { revision: 'r1' } } }], `listed-${id}`);
    worker.connectors.set(id.slice('kafka/'.length), { isOn: true, revision: 'r1' });
  }
  const scanAfter = (ms: number) => stage.scanOn(ms / DAY);
  return {
    ...stage,
    worker,
    requests,
    alerts,
    scanAfter,
    /** What the disabler stands on: it alone can ask the control plane. */
    disabler: (): System => ({ ...system, ...disabler }),
    /** Warned on day 14; due on day 21. */
    due: async () => {
      await stage.scanOn(14);
      await stage.scanOn(21);
    },
    task: async (id = A): Promise<TaskRecord> => {
      const record = await loadTask(table, id);
      if (!record) throw new Error(`${id} is not known`);
      return record;
    },
    acts: async (id = A) =>
      (await allRows(table, { pk: `T#${id}`, sk: { prefix: 'L#' } })).map(({ act, by, reason }) => ({
        act,
        by,
        reason,
      })),
    /** Failures that the breaker of the queue counts, and all that are recorded. */
    failures: async () => ({
      counted: await allRows(table, { index: 'g2', pk: 'F#disable' }),
      recorded: (await table.scan()).rows.filter(({ pk }) => pk.startsWith('OOPS#')),
    }),
    at: (days: number) => T + days * DAY,
  };
}
