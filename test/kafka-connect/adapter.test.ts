import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { Connectors } from '../../local/kafka-connect/connectors.ts';
import {
  disabling,
  enabling,
  kafkaControlPlane,
  kafkaSettings,
} from '../unit/control-planes/kafka-connect/connect-stage.ts';

const { url, folder } = inject('kafkaConnect');
const connectors = new Connectors(url);
const made = new Set<string>();

const kafka = (more: Record<string, unknown> = {}) =>
  kafkaControlPlane(kafkaSettings(url, more), {
    pause: (wait) => new Promise((resolve) => setTimeout(resolve, wait)),
  });

/** Writes what it reads into a file; it fails at once where the folder is missing. */
const sink = (place: string, more: Record<string, string> = {}) => ({
  'connector.class': 'FileStreamSink',
  'tasks.max': '1',
  topics: 'lines',
  file: join(folder, place),
  ...more,
});

async function make(name: string, config: Record<string, string>, states: string) {
  await connectors.put(name, config);
  made.add(name);
  await connectors.until(name, states);
}

async function listed(name: string) {
  const page = await kafka().list(null);
  if (page === 'notModified') throw new Error('no tag was given');
  return page.tasks.find(({ id }) => id === `kafka/${name}`);
}

const broken = (name: string, more: Record<string, string> = {}) =>
  make(name, sink('missing/out.txt', more), 'RUNNING FAILED');

afterEach(async () => {
  for (const name of made) await connectors.remove(name).catch(() => {});
  made.clear();
});

describe('the connectors of a real Kafka Connect', () => {
  it('are listed with their states, owners and revisions, and got alone as they are listed', async () => {
    writeFileSync(join(folder, 'in.txt'), '');
    const source = { 'connector.class': 'FileStreamSource', topic: 'lines', file: join(folder, 'in.txt') };
    await make('source', { ...source, 'taskwarden.owners': 'ana@acme.test' }, 'RUNNING RUNNING');
    await broken('broken');
    await make('paused', sink('out.txt'), 'RUNNING RUNNING');
    await connectors.change('paused', 'pause');
    await connectors.until('paused', 'PAUSED PAUSED');
    const shards = (status: string) => [{ id: '0', status }];
    expect(await listed('source')).toMatchObject({ owners: ['ana@acme.test'], shards: shards('PRIMARY') });
    expect(await listed('broken')).toMatchObject({ enabled: true, owners: [], shards: shards('FAILED') });
    expect(await listed('paused')).toMatchObject({ enabled: false, shards: [] });
    for (const name of made) expect(await kafka().get(`kafka/${name}`)).toEqual(await listed(name));
  });

  it('can be asked for, and say when nobody is there', async () => {
    await kafka().check();
    await expect(kafkaControlPlane(kafkaSettings(`${url}/other`)).check()).rejects.toThrow('status 404');
    expect(await kafka().get('kafka/nobody')).toBeUndefined();
  });

  it.each(['a b', 'ä?x', 'h#y', 'se;m', 'c:d', 'pl+us'])('are stopped under the name %s', async (name) => {
    await make(name, sink('out.txt'), 'RUNNING RUNNING');
    expect(await kafka().disable(disabling(`kafka/${name}`))).toMatchObject({ outcome: 'confirmed' });
    expect(await connectors.states(name)).toBe('STOPPED');
  });
});

describe('a real connector', () => {
  it('is stopped, and resumed in the same revision', async () => {
    await broken('orders');
    const revision = (await listed('orders'))?.revision ?? '';
    const answer = await kafka().disable(disabling('kafka/orders', { revision }));
    expect(answer).toMatchObject({ outcome: 'confirmed', kept: 'STOPPED' });
    expect(await connectors.states('orders')).toBe('STOPPED');
    expect(await listed('orders')).toMatchObject({ enabled: false, revision });
    const again = await kafka().disable(disabling('kafka/orders', { revision, isRepeated: true }));
    expect(again).toMatchObject({ outcome: 'confirmed' });
    const on = await kafka().enable(enabling('kafka/orders', { revision, kept: 'STOPPED' }));
    expect(on).toMatchObject({ outcome: 'confirmed' });
    await connectors.until('orders', 'RUNNING FAILED');
  });

  it('is paused where the configuration says so', async () => {
    await broken('orders');
    const answer = await kafka({ disableBy: 'pause' }).disable(disabling('kafka/orders'));
    expect(answer).toMatchObject({ outcome: 'confirmed', kept: 'PAUSED' });
    expect(await connectors.states('orders')).toBe('PAUSED FAILED');
    await kafka().enable(enabling('kafka/orders', { kept: 'PAUSED' }));
    expect(await connectors.states('orders')).toMatch(/^RUNNING/);
  });

  it('is left alone where somebody edited it since it was listed', async () => {
    await broken('orders');
    const revision = (await listed('orders'))?.revision ?? '';
    await make('orders', sink('missing/out.txt', { 'tasks.max': '2' }), 'RUNNING FAILED FAILED');
    expect(await kafka().disable(disabling('kafka/orders', { revision }))).toEqual({
      outcome: 'changed',
      reason: 'its configuration was changed',
    });
    expect(await connectors.states('orders')).not.toContain('STOPPED');
  });

  it('is left alone where somebody paused or deleted it', async () => {
    await broken('orders');
    const request = disabling('kafka/orders', { revision: (await listed('orders'))?.revision ?? '' });
    await connectors.change('orders', 'pause');
    await connectors.until('orders', 'PAUSED FAILED');
    expect(await kafka().disable(request)).toEqual({ outcome: 'changed', reason: 'somebody else paused it' });
    expect(await connectors.states('orders')).toBe('PAUSED FAILED');
    await connectors.remove('orders');
    expect(await kafka().disable(request)).toEqual({ outcome: 'gone' });
  });

  it('that something else resumes after we stopped it is listed as enabled, in the revision that we stopped', async () => {
    await broken('orders');
    const revision = (await listed('orders'))?.revision ?? '';
    await kafka().disable(disabling('kafka/orders', { revision }));
    await connectors.change('orders', 'resume');
    await connectors.until('orders', 'RUNNING FAILED');
    expect(await listed('orders')).toMatchObject({ enabled: true, revision });
  });
});
