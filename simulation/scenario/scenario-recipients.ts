import { LANGUAGES } from '../../emails/languages.ts';
import { isZone, readQuietTimes } from '../../functions/abandonment/policy-values.ts';
import { shown } from '../../functions/abandonment/policy-wording.ts';
import { readAddress, readEntries, readFields, readOneOf, ScenarioProblem } from './scenario-fields.ts';
import type { ScenarioRecipient } from './scenario-types.ts';

/** What recipients chose on the page, by address: `{"ana@acme.test": {"zone": "Europe/Berlin"}}`. */
export function readRecipients(path: string, value: unknown): ScenarioRecipient[] {
  const places = new Map<string, string>();
  return readEntries(path, value).map(([key, entryPath, chosen]) => {
    const email = readAddress(entryPath, key);
    const first = places.get(email);
    if (first !== undefined) {
      const problem = `is the address of ${first} too; each address is allowed once`;
      throw new ScenarioProblem(entryPath, problem);
    }
    places.set(email, entryPath);
    return { email, ...readChosen(entryPath, chosen) };
  });
}

function readChosen(path: string, value: unknown): Omit<ScenarioRecipient, 'email'> {
  const optional = ['zone', 'language', 'quietHours'];
  const fields = readFields(path, value, { required: [], optional });
  const chosen: Omit<ScenarioRecipient, 'email'> = {};
  if (Object.hasOwn(fields, 'zone')) chosen.zone = readZone(`${path}.zone`, fields.zone);
  if (Object.hasOwn(fields, 'language')) {
    chosen.language = readOneOf(`${path}.language`, fields.language, LANGUAGES);
  }
  if (Object.hasOwn(fields, 'quietHours')) {
    chosen.quietHours = readQuiet(`${path}.quietHours`, fields.quietHours);
  }
  return chosen;
}

function readZone(path: string, value: unknown): string {
  if (typeof value === 'string' && isZone(value)) return value;
  const allowed = 'allowed are IANA time zones such as "Europe/Berlin" or "UTC"';
  throw new ScenarioProblem(path, `is ${shown(value)}; ${allowed}`);
}

/** The times of day; the clock is that of the recipient's own zone. */
function readQuiet(path: string, value: unknown): { from: string; to: string } {
  const { from, to } = readFields(path, value, { required: ['from', 'to'] });
  readQuietTimes({ from, to }, (message, part = '') => {
    throw new ScenarioProblem(`${path}${part}`, message);
  });
  return { from: from as string, to: to as string };
}
