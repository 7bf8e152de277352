import { createHmac, randomBytes } from 'node:crypto';
import {
  GetParameterHistoryCommand,
  ParameterAlreadyExists,
  type ParameterHistory,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { DAY, type Duration, type Instant, MINUTE } from '../abandonment/time.ts';
import { ssmClient } from './clients.ts';
import type { Environment } from './environment.ts';
import type { Clock, LinkKey, LinkKeys, Links } from './ports.ts';
import { RealClock } from './real-clock.ts';

/** After this time the signer makes a new key. */
export const KEY_AGE: Duration = 90 * DAY;

/**
 * Keys are read again after this time, and where a link names one that is not known; never more often than the second
 * says, for anybody can make up the name of a key.
 */
const READ_AGAIN_AFTER: Duration = 5 * MINUTE;
const READ_AT_MOST_EVERY: Duration = MINUTE;

interface Version extends LinkKey {
  number: number;
  madeAt: Instant;
}

export interface SsmLinkKeysOptions {
  /** The name of the parameter: a SecureString, each of whose versions is one key. */
  parameter: string;
  /** Real time: keys age whatever time a stage was told. */
  clock: Clock;
  /** How long a replaced key is still accepted: as long as the links that it signed live. */
  acceptedFor: Duration;
  /** Whether this process makes the first key and new ones; else it only reads them. */
  makes: boolean;
}

/**
 * The keys of links in SSM. Versions are numbered by SSM, so that two signers who make a key at once make two
 * keys and neither is lost. Deleting the parameter takes every link back; while it cannot be read, the keys that were
 * read before go on working.
 */
export class SsmLinkKeys implements LinkKeys {
  readonly #client: SSMClient;
  readonly #options: SsmLinkKeysOptions;
  #versions: Version[] = [];
  /** The newest time that keys were asked for, and what that came to. */
  #asked: { at: Instant; reading: Promise<void> } | undefined;

  constructor(client: SSMClient, options: SsmLinkKeysOptions) {
    this.#client = client;
    this.#options = options;
  }

  async current(): Promise<LinkKey> {
    const isKnown = this.#versions.length > 0;
    if (!isKnown || this.#isAskedBefore(READ_AGAIN_AFTER)) this.#ask();
    await this.#keysRead(isKnown);
    if (this.#options.makes && this.#isMakingDue()) await this.#make();
    const newest = this.#versions.at(-1);
    if (!newest) throw new Error(`the parameter ${this.#options.parameter} holds no key for links`);
    return newest;
  }

  /**
   * The key of a name; undefined where there is none.
   * @throws where that cannot be known: it was not read before, and the parameter cannot be read
   */
  async accepted(id: string): Promise<LinkKey | undefined> {
    const isDue = this.#isAskedBefore(this.#has(id) ? READ_AGAIN_AFTER : READ_AT_MOST_EVERY);
    if (isDue) this.#ask();
    await this.#keysRead(this.#has(id));
    return this.#find(id);
  }

  #has(id: string): boolean {
    return this.#versions.some((version) => version.id === id);
  }

  #isAskedBefore(age: Duration): boolean {
    return this.#asked === undefined || this.#asked.at + age <= this.#options.clock.now();
  }

  /** All who come meanwhile wait for the same answer, and whoever comes soon after is told the same. */
  #ask(): void {
    this.#asked = { at: this.#options.clock.now(), reading: this.#read() };
    this.#asked.reading.catch(() => {});
  }

  /** Waits for what is being read; where `hasKeys`, what was read before will do. */
  async #keysRead(hasKeys: boolean): Promise<void> {
    await this.#asked?.reading.catch((error) => {
      if (!hasKeys) throw error;
    });
  }

  #find(id: string): LinkKey | undefined {
    const at = this.#versions.findIndex((version) => version.id === id);
    const successor = this.#versions[at + 1];
    const isOver = successor && successor.madeAt + this.#options.acceptedFor <= this.#options.clock.now();
    return isOver ? undefined : this.#versions[at];
  }

  #isMakingDue(): boolean {
    const newest = this.#versions.at(-1);
    return !newest || newest.madeAt + KEY_AGE <= this.#options.clock.now();
  }

  async #read(): Promise<void> {
    const versions: Version[] = [];
    let NextToken: string | undefined;
    try {
      do {
        const page = await this.#client.send(
          new GetParameterHistoryCommand({
            Name: this.#options.parameter,
            WithDecryption: true,
            ...(NextToken && { NextToken }),
          }),
        );
        for (const parameter of page.Parameters ?? []) versions.push(versionOf(parameter));
        NextToken = page.NextToken;
      } while (NextToken);
    } catch (error) {
      if (!(error instanceof ParameterNotFound)) throw error;
    }
    this.#versions = versions.sort((a, b) => a.number - b.number);
  }

  async #make(): Promise<void> {
    const first = this.#versions.length === 0;
    try {
      await this.#client.send(
        new PutParameterCommand({
          Name: this.#options.parameter,
          Description: 'Signs the links in mails of Taskwarden; each version is one key',
          Type: 'SecureString',
          Value: randomBytes(32).toString('base64'),
          Overwrite: !first,
        }),
      );
    } catch (error) {
      if (!(error instanceof ParameterAlreadyExists)) throw error;
    }
    this.#ask();
    await this.#keysRead(false);
  }
}

function versionOf(parameter: ParameterHistory): Version {
  const number = parameter.Version ?? 0;
  const secret = Buffer.from(parameter.Value ?? '', 'base64');
  return {
    id: nameOf(secret),
    number,
    secret,
    madeAt: parameter.LastModifiedDate?.getTime() ?? 0,
  };
}

/** A key's name: not its number, which begins anew where the parameter was deleted. */
function nameOf(secret: Uint8Array): string {
  return createHmac('sha256', secret).update('taskwarden key 1').digest('hex').slice(0, 8);
}

/** What the signer of links stands on; nothing where the deployment has no owner's page. */
export function signedLinks(
  { linkBaseUrl: baseUrl, linkKeys: parameter }: Pick<Environment, 'linkBaseUrl' | 'linkKeys'>,
  acceptedFor: Duration,
): { links?: Links } {
  if (baseUrl === undefined || parameter === undefined) return {};
  const options = { parameter, clock: new RealClock(), acceptedFor, makes: true };
  return { links: { baseUrl, keys: new SsmLinkKeys(ssmClient(), options) } };
}
