import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod/mini';
import { CALL_REASONS, END_REASONS } from '../../../functions/store/webhook-deliveries.ts';
import { TEST_EVENT, WEBHOOK_EVENTS } from '../../../functions/webhooks/event-schemas.ts';
import { bodyOf } from '../../../functions/webhooks/formats.ts';

const SCHEMAS = { ...WEBHOOK_EVENTS, 'webhook.test': TEST_EVENT };
type Type = keyof typeof SCHEMAS;
const TYPES = Object.keys(SCHEMAS) as Type[];
const PAGE = readFileSync(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8');

const fileOf = (type: Type) => new URL(`../../../docs/webhooks/${type}.json`, import.meta.url);
const schemaOf = (type: Type) => z.toJSONSchema(SCHEMAS[type], { io: 'input' });

/** The example under the heading of an event in the documentation. */
function exampleOf(type: Type): { timestamp: string; data: Record<string, unknown> } {
  const section = PAGE.split(/^### /m).find((part) => part.startsWith(`${type}\n`));
  const example = section && /```json\n([\s\S]*?)```/.exec(section)?.[1];
  if (!example) throw new Error(`no example of ${type} in docs/webhooks.md`);
  return JSON.parse(example);
}

describe('the reasons of calls that fail, and of events that are given up', () => {
  const section = PAGE.slice(PAGE.indexOf('## Reasons'), PAGE.indexOf('## Secrets'));
  it.each([...CALL_REASONS, ...END_REASONS])('have %s on the page', (reason) => {
    expect(section).toContain(`\`${reason}\``);
  });
});

describe('the documents of what webhooks are sent', () => {
  // `UPDATE_DOCUMENTS=1 vitest run event-documents` and `npm run format` write them anew from the code.
  it.each(TYPES)('describe %s as the code does', (type) => {
    const schema = schemaOf(type);
    if (process.env.UPDATE_DOCUMENTS) writeFileSync(fileOf(type), JSON.stringify(schema, null, 2));
    expect(JSON.parse(readFileSync(fileOf(type), 'utf8'))).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  it.each(TYPES)('have an example of %s, which is sent so', (type) => {
    const example = exampleOf(type);
    expect(z.safeParse(SCHEMAS[type], example).success).toBe(true);
    const event = { type, at: Date.parse(example.timestamp), data: example.data };
    expect(JSON.parse(bodyOf('standard', event))).toEqual(example);
  });
});
