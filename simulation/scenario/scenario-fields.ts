import { ownersProblem } from '../../functions/abandonment/owners.ts';
import {
  dataPlaneProblem,
  hasControlCharacter,
  MAX_ID_BYTES,
  prefixProblem,
  taskIdProblem,
} from '../../functions/abandonment/policy-scope.ts';
import { isObject, readDuration } from '../../functions/abandonment/policy-values.ts';
import { listed, shown, unknownKey } from '../../functions/abandonment/policy-wording.ts';
import { type Duration, type Instant, parseInstant } from '../../functions/abandonment/time.ts';
import { normaliseAddress } from '../../functions/platform/addresses.ts';

/** Ends the reading of a scenario: the path of the key, what was wrong, what is allowed. */
export class ScenarioProblem extends Error {
  constructor(path: string, message: string) {
    super(path === '' ? message : `${path}: ${message}`);
    this.name = 'ScenarioProblem';
  }
}

/** Reads the value at a path; throws `ScenarioProblem` where it is not valid. */
export type Read<T> = (path: string, value: unknown) => T;

/** The path of a key: `policy.mode`, `admins["acmeCo/"]`. */
function pathTo(path: string, key: string): string {
  if (!/^[A-Za-z_]\w*$/.test(key)) return `${path}[${shown(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** An object with all of the required keys and none but these and the optional ones. */
export function readFields(
  path: string,
  value: unknown,
  keys: { required: readonly string[]; optional?: readonly string[] },
): Record<string, unknown> {
  const allowed = [...keys.required, ...(keys.optional ?? [])];
  if (!isObject(value)) throw new ScenarioProblem(path, `is ${shown(value)}; allowed is an object`);
  for (const key of Object.keys(value)) {
    if (!allowed.includes(key)) throw new ScenarioProblem(pathTo(path, key), unknownKey(key, allowed));
  }
  for (const key of keys.required) {
    if (!Object.hasOwn(value, key)) {
      throw new ScenarioProblem(pathTo(path, key), `is missing; required are ${listed(keys.required)}`);
    }
  }
  return value;
}

/** An object whose keys are names of the writer's own. */
export function readEntries(path: string, value: unknown): [key: string, path: string, value: unknown][] {
  if (!isObject(value)) throw new ScenarioProblem(path, `is ${shown(value)}; allowed is an object`);
  return Object.entries(value).map(([key, entry]) => [key, `${path}[${shown(key)}]`, entry]);
}

/** A list, each item read by `read`. */
export function readList<T>(
  path: string,
  value: unknown,
  read: (path: string, item: unknown, place: number) => T,
): T[] {
  if (!Array.isArray(value)) throw new ScenarioProblem(path, `is ${shown(value)}; allowed is a list`);
  return value.map((item, place) => read(`${path}[${place}]`, item, place));
}

/** One text out of a list. */
export function readOneOf<T extends string>(path: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((text) => text === value);
  if (found === undefined)
    throw new ScenarioProblem(path, `is ${shown(value)}; allowed are ${listed(allowed)}`);
  return found;
}

export const readFlag: Read<boolean> = (path, value) => {
  if (typeof value !== 'boolean')
    throw new ScenarioProblem(path, `is ${shown(value)}; allowed are true and false`);
  return value;
};

/** A whole number, of at least `least` where that is given. */
export function readWholeNumber(path: string, value: unknown, least = Number.MIN_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
    const from = least === Number.MIN_SAFE_INTEGER ? '' : ` from ${least}`;
    throw new ScenarioProblem(path, `is ${shown(value)}; allowed are whole numbers${from}`);
  }
  return value;
}

const INSTANT_FORM = 'instants are RFC 3339 with a zone, such as "2026-01-01T00:00:00Z"';
const WITHOUT_ZONE = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/;

export const readInstant: Read<Instant> = (path, value) => {
  if (typeof value !== 'string') throw new ScenarioProblem(path, `is ${shown(value)}; ${INSTANT_FORM}`);
  const instant = instantOf(value);
  if (instant !== undefined) return instant;
  const wrong = WITHOUT_ZONE.test(value) ? 'has no zone' : 'is no instant';
  throw new ScenarioProblem(path, `${shown(value)} ${wrong}; ${INSTANT_FORM}`);
};

/** RFC 3339 ends the day at 23:59:59: an hour 24 is none. */
export function instantOf(text: string): Instant | undefined {
  return text.slice(11, 13) === '24' ? undefined : parseInstant(text);
}

/** A duration of at least `least` ms. */
export function readSpan(path: string, value: unknown, least: Duration = 1): Duration {
  return readDuration(
    value,
    (message) => {
      throw new ScenarioProblem(path, message);
    },
    least,
  );
}

/** Not empty, without control characters, at most 512 bytes: a data plane, a shard. */
export const readName: Read<string> = (path, value) => {
  if (typeof value !== 'string' || value === '') {
    throw new ScenarioProblem(path, `is ${value === '' ? 'empty' : shown(value)}; allowed is a name as text`);
  }
  if (hasControlCharacter(value))
    throw new ScenarioProblem(path, `${shown(value)} has a control character or a line break`);
  const bytes = new TextEncoder().encode(value).length;
  if (bytes > MAX_ID_BYTES)
    throw new ScenarioProblem(path, `is ${bytes} bytes long; allowed are ${MAX_ID_BYTES}`);
  return value;
};

/** A data plane's name. */
export const readDataPlane: Read<string> = (path, value) => {
  const name = readName(path, value);
  const problem = dataPlaneProblem(name);
  if (problem !== undefined) throw new ScenarioProblem(path, `${shown(name)} ${problem}`);
  return name;
};

function readChecked(kind: string, problemOf: (text: string) => string | undefined): Read<string> {
  return (path, value) => {
    if (typeof value !== 'string')
      throw new ScenarioProblem(path, `is ${shown(value)}; allowed is ${kind} as text`);
    const wrong = problemOf(value);
    if (wrong !== undefined) throw new ScenarioProblem(path, `${shown(value)} ${wrong}`);
    return value;
  };
}

export const readTaskId = readChecked('a task id', taskIdProblem);
export const readPrefix = readChecked('a prefix', prefixProblem);

const ADDRESS_FORM = 'allowed is one bare address such as "ana@acme.test"';

function addressProblem(text: string): string {
  if (hasControlCharacter(text)) return 'has a line break or a control character; an address has none';
  return text.includes('@') ? `is no address; ${ADDRESS_FORM}` : `has no @; ${ADDRESS_FORM}`;
}

/** An address in the product's one form of it, so that two spellings of it are one address. */
export const readAddress: Read<string> = (path, value) => {
  if (typeof value !== 'string')
    throw new ScenarioProblem(path, `is ${shown(value)}; allowed is an address as text`);
  const address = normaliseAddress(value);
  if (address === undefined) throw new ScenarioProblem(path, `${shown(value)} ${addressProblem(value)}`);
  return address;
};

/** A list of addresses; one that stands there again, in whatever spelling, is left out. */
export const readAddresses: Read<string[]> = (path, value) => [
  ...new Set(readList(path, value, readAddress)),
];

/** The owners of one task. */
export const readOwners: Read<string[]> = (path, value) => {
  const owners = readAddresses(path, value);
  const wrong = ownersProblem(owners);
  if (wrong !== undefined) throw new ScenarioProblem(path, wrong);
  return owners;
};
