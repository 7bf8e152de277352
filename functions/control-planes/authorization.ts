import * as z from 'zod/mini';
import { ControlPlaneUnavailable } from '../platform/control-plane.port.ts';
import type { Credentials } from '../platform/control-plane-settings.ts';
import type { Secrets } from '../platform/ports.ts';

const userAndPassword = z.object({ username: z.string().check(z.minLength(1)), password: z.string() });
const token = z.object({ token: z.string().check(z.minLength(1)) });

/** What a header takes of a token: one with a line break would make two headers of it. */
const PRINTABLE = /^[\x21-\x7e]+$/;

/**
 * Reads the value of the `Authorization` header each time it is asked for; undefined without credentials. No fault names
 * what the secret holds.
 */
export function authorizationOf(
  controlPlane: string,
  credentials: Credentials | undefined,
  secrets: Secrets,
): () => Promise<string | undefined> {
  if (!credentials) return async () => undefined;
  const { scheme, from } = credentials;
  const place = 'secret' in from ? `secret ${from.secret}` : `parameter ${from.parameter}`;
  return async () => {
    const text = await readSecret(controlPlane, from, secrets);
    const value = scheme === 'basic' ? basic(text) : bearer(text);
    if (value !== undefined) return value;
    const wanted =
      scheme === 'basic'
        ? 'user:password, nor JSON with username and password'
        : 'token, nor JSON with token';
    throw new ControlPlaneUnavailable(controlPlane, `the ${place} holds no ${wanted}`);
  };
}

/**
 * A secret of a control plane.
 * @throws ControlPlaneUnavailable where it cannot be read: nobody can be asked without it
 */
export async function readSecret(
  controlPlane: string,
  from: Credentials['from'],
  secrets: Secrets,
): Promise<string> {
  try {
    return await secrets.read(from);
  } catch (error) {
    const place = 'secret' in from ? `secret ${from.secret}` : `parameter ${from.parameter}`;
    const name = error instanceof Error ? error.name : 'Error';
    throw new ControlPlaneUnavailable(controlPlane, `the ${place} cannot be read (${name})`);
  }
}

function basic(text: string): string | undefined {
  const pair = isJson(text) ? pairOf(parsed(userAndPassword, text)) : text.trim();
  if (pair === undefined || !/^[^:]+:/.test(pair)) return undefined;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

/** A user with a colon would be taken for a shorter one, and the rest for the password. */
function pairOf(pair: z.infer<typeof userAndPassword> | undefined): string | undefined {
  return pair && !pair.username.includes(':') ? `${pair.username}:${pair.password}` : undefined;
}

function bearer(text: string): string | undefined {
  const value = isJson(text) ? parsed(token, text)?.token : text.trim();
  return value !== undefined && PRINTABLE.test(value) ? `Bearer ${value}` : undefined;
}

/** Also where it cannot be read: half of an object is no password. */
function isJson(text: string): boolean {
  return text.trimStart().startsWith('{');
}

function parsed<Schema extends z.ZodMiniType>(schema: Schema, text: string): z.infer<Schema> | undefined {
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
