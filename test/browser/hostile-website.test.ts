import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connectTo, type LocalAws } from '../../local/local-aws.ts';
import { launchBrowser } from './reader.ts';

const endpoint = inject('endpoint');

const MAKE_QUEUE = 'Action=CreateQueue&Version=2012-11-05&QueueName=planted';

const FIELDS = [...new URLSearchParams(MAKE_QUEUE)].map(
  ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
);

const WEBSITE = `<!doctype html><title>a website</title>
<form method="post" action="${endpoint}/">${FIELDS.join('')}<button>Win a prize</button></form>`;

let aws: LocalAws;
let browser: Browser;
let website: Server;
let page: Page;

beforeAll(async () => {
  aws = connectTo(endpoint);
  browser = await launchBrowser();
  website = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(WEBSITE);
  });
  await new Promise<void>((listening) => website.listen(0, '127.0.0.1', listening));
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(website.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  await browser?.close();
  website?.close();
});

/** The queues that a website would have made. */
async function planted(): Promise<string[]> {
  const { QueueUrls = [] } = await aws.sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'planted' }));
  return QueueUrls;
}

describe('a website that is open in a browser of this machine', () => {
  it('makes no queue in the emulator by a call that asks for no permission', async () => {
    await page.evaluate(
      async ([to, body]) => {
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        await fetch(`${to}/`, { method: 'POST', mode: 'no-cors', headers, body }).catch(() => {});
        await fetch(`${to}/?${body}`, { mode: 'no-cors' }).catch(() => {});
      },
      [endpoint, MAKE_QUEUE] as const,
    );
    expect(await planted()).toEqual([]);
  });

  it('reads no answer of the emulator', async () => {
    const read = await page.evaluate(async (to) => {
      const answer = await fetch(`${to}/?Action=ListQueues&Version=2012-11-05`).catch(() => undefined);
      return answer?.ok ?? false;
    }, endpoint);
    expect(read).toBe(false);
  });

  it('makes none by a form that takes the whole tab there', async () => {
    await page.getByRole('button').click();
    await page.waitForURL(`${endpoint}/`);
    expect(await page.textContent('body')).toContain('refused: another website sent it');
    expect(await planted()).toEqual([]);
  });
});
