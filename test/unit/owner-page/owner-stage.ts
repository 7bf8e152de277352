import { DAY, type Instant } from '../../../functions/abandonment/time.ts';
import type { PageEvent, PageResult } from '../../../functions/owner-page/http.ts';
import { ownerPage } from '../../../functions/owner-page/page.ts';
import type { LinkKey, LinkKeys, OutgoingMail } from '../../../functions/platform/ports.ts';
import type { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import { failingFleet, fileWith, T, taskLine } from '../cli/cli-stage.ts';

export const BASE = 'https://page.test/';

/** Keys in memory; the last one signs. */
class MemoryKeys implements LinkKeys {
  keys: LinkKey[] = [{ id: '1', secret: Buffer.alloc(32, 7) }];
  async current(): Promise<LinkKey> {
    return this.keys.at(-1)!;
  }
  async accepted(id: string): Promise<LinkKey | undefined> {
    return this.keys.find((key) => key.id === id);
  }
}

/** A request as a Function URL hands it over. */
export function eventOf(method: string, url: string, body?: string, type?: string): PageEvent {
  const { pathname, search } = new URL(url, BASE);
  return {
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: { 'content-type': type ?? 'application/x-www-form-urlencoded', host: 'page.test' },
    requestContext: { http: { method } },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
  };
}

/** Every row of a table, in one order. */
async function dump(table: MemoryTable): Promise<string[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.scan(cursor);
    rows.push(...page.rows);
    cursor = page.cursor;
  } while (cursor);
  return rows.map((row) => JSON.stringify(row)).sort();
}

/** All addresses of a page or a mail part that lead to the owner's page. */
export function linksIn(text: string): string[] {
  return [...new Set([...text.matchAll(/https:\/\/page\.test\/[\w./-]+/g)].map(([link]) => link))];
}

/** A stage in memory whose notifier links to the page, with tasks of `ana@acme.test` that fail since `T`. */
export async function ownerStage(ids: string[] = ['acmeCo/prod/orders'], policy?: string[]) {
  const stage = await failingFleet(ids, policy);
  const keys = new MemoryKeys();
  stage.system.links = { baseUrl: BASE, keys };
  const answer = ownerPage(stage.system, keys);
  const open = async (method: string, url: string, body?: string, type?: string): Promise<PageResult> =>
    answer(eventOf(method, url, body, type));
  return {
    ...stage,
    keys,
    answer,
    get: (url: string) => open('GET', url),
    head: (url: string) => open('HEAD', url),
    /** Posts a form. */
    post: (url: string, form: Record<string, string>) =>
      open('POST', url, new URLSearchParams(form).toString()),
    open,
    /** The newest mail to an address. */
    mailTo: (address: string): OutgoingMail => stage.mails.findLast(({ to }) => to === address)!,
    /** The link of the newest mail to an address that leads to a task's own page, or to the page of all. */
    linkTo: (address: string, wanted: 'task' | 'page' | 'preferences' = 'task'): string => {
      const mail = stage.mails.findLast(({ to }) => to === address)!;
      const links = linksIn(mail.text);
      const found = links.find((link) =>
        wanted === 'preferences' ? link.endsWith('/preferences') : /\/d\/[^/]+\/[0-9a-f]{32}$/.test(link),
      );
      if (!found) throw new Error(`no link to ${wanted} in: ${mail.text}`);
      return wanted === 'page' ? found.slice(0, found.lastIndexOf('/')) : found;
    },
    dump: () => dump(stage.table),
    /** Adds a task that fails since `T`. */
    add: async (id: string, more: Record<string, unknown> = {}) => {
      const done = await stage.taskwarden(['tasks', 'import', fileWith(taskLine(id, more))]);
      if (done.code !== 0) throw new Error(done.err);
    },
  };
}

export type OwnerStage = Awaited<ReturnType<typeof ownerStage>>;

/** The instant so many days after `T`. */
export const onDay = (days: number): Instant => T + days * DAY;

/** Warned on day 14, reminded on day 18. */
export async function reminded(): Promise<OwnerStage> {
  const stage = await ownerStage();
  await stage.scanOn(14);
  await stage.scanOn(18);
  stage.setNow(onDay(18.5));
  return stage;
}

/** Rows that stand in one dump and not in the other, without what every write leaves. */
export function changed(before: string[], after: string[]): Row[] {
  const old = new Set(before);
  return after.filter((row) => !old.has(row)).map((row) => JSON.parse(row));
}
