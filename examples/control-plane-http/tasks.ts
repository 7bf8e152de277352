import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** A task as docs/control-plane.openapi.yaml describes it. */
export interface Task {
  id: string;
  kind: 'capture' | 'materialization' | 'derivation' | 'service' | 'connector';
  enabled: boolean;
  /** Another one with each publication, and with nothing else: a number that is raised, a commit, a hash. */
  version: string;
  shards: { id?: string; status: 'PRIMARY' | 'BACKFILL' | 'STANDBY' | 'PENDING' | 'FAILED' | 'IDLE' }[];
  owners?: string[];
  dataPlane?: string;
  createdAt?: string;
  lastPrimaryAt?: string;
  restarts?: number;
}

/** Where tasks are: put your database behind it. */
export interface Tasks {
  /** Up to so many tasks behind an id, in the order of ids. */
  after(id: string, limit: number): Task[];
  get(id: string): Task | undefined;
  /** In one step: only where the task still has this version. */
  setEnabled(task: Task, enabled: boolean): Task | undefined;
}

/** Tasks of a JSON file, read for each request: edit it while the server runs. */
export function tasksOfFile(path: string): Tasks {
  const read = (): Task[] => JSON.parse(readFileSync(path, 'utf8'));
  return {
    after: (id, limit) =>
      read()
        .filter((task) => task.id > id)
        .sort((left, right) => (left.id < right.id ? -1 : 1))
        .slice(0, limit),
    get: (id) => read().find((task) => task.id === id),
    setEnabled(seen, enabled) {
      const tasks = read();
      const task = tasks.find(({ id, version }) => id === seen.id && version === seen.version);
      if (task === undefined) return undefined;
      task.enabled = enabled;
      writeFileSync(`${path}.new`, JSON.stringify(tasks, null, 2));
      renameSync(`${path}.new`, path);
      return task;
    },
  };
}

/** So many tasks that nobody has: to see how long a listing takes. Every hundredth has failed. */
export function generatedTasks(count: number): Tasks {
  const disabled = new Set<string>();
  const idOf = (at: number) => `team-${at % 1_000}/task-${String(at).padStart(9, '0')}`;
  const ids = Array.from({ length: count }, (_, at) => idOf(at)).sort();
  const taskOf = (id: string): Task => ({
    id,
    kind: 'service',
    enabled: !disabled.has(id),
    version: '1',
    shards: [{ status: Number(id.slice(-9)) % 100 === 0 ? 'FAILED' : 'PRIMARY' }],
    owners: [`${id.slice(0, id.indexOf('/'))}@example.com`],
  });
  const has = (id: string) => ids[firstBehind(ids, id) - 1] === id;
  return {
    after(id, limit) {
      const from = firstBehind(ids, id);
      return ids.slice(from, from + limit).map(taskOf);
    },
    get: (id) => (has(id) ? taskOf(id) : undefined),
    setEnabled({ id }, enabled) {
      if (enabled) disabled.delete(id);
      else disabled.add(id);
      return taskOf(id);
    },
  };
}

/** The place of the first text behind another one, by halves. */
function firstBehind(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') > text) high = middle;
    else low = middle + 1;
  }
  return low;
}
