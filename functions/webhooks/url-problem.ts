import { isIP } from 'node:net';
import { addressRefusal } from './refused-address.ts';

/** Longer ones nobody needs. */
const LONGEST_URL = 2_048;

/**
 * Why a URL is none for a webhook, in words for who gave it; undefined where it is one. What its name resolves to is
 * looked at again at each call.
 *
 * @param isAllowed whether a host is called whatever its address and scheme (`webhooks.allowHosts`)
 */
export function urlProblem(text: string, isAllowed: (host: string) => boolean): string | undefined {
  const url = text.length <= LONGEST_URL ? URL.parse(text) : null;
  if (!url) return 'it is no URL';
  if (url.username !== '' || url.password !== '')
    return 'it holds a user or password; calls are signed instead';
  if (url.hash !== '') return 'it has a fragment, which is never sent';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'it is neither https nor http';
  if (isAllowed(url.host)) return undefined;
  if (url.protocol !== 'https:') return 'it is not https; allowed: hosts that webhooks.allowHosts names';
  return hostProblem(url.hostname);
}

function hostProblem(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  const refusal = isIP(bare) ? addressRefusal(bare) : undefined;
  if (refusal !== undefined)
    return `its address ${bare} is refused: ${refusal}; allowed: hosts that webhooks.allowHosts names`;
  const isLocal = bare === 'localhost' || bare.endsWith('.localhost');
  return isLocal ? 'its host is this machine; allowed: hosts that webhooks.allowHosts names' : undefined;
}

/** A reader of the list of hosts: `host`, or `host:port` where the port is not that of the scheme. */
export function allowedHosts(list: readonly string[]): (host: string) => boolean {
  const hosts = new Set(list.map((host) => host.toLowerCase()));
  return (host) => hosts.has(host.toLowerCase());
}
