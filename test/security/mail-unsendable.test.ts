import { afterEach, expect, test, vi } from 'vitest';
import { buildMime } from '../../functions/notices/render/mime.ts';
import type { Mailer, OutgoingMail } from '../../functions/platform/ports.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { Service } from '../../simulation/engine/service.port.ts';
import { at, failing } from '../simulation/story.ts';
import { attack } from './attack.ts';

/**
 * Attack: a mail that is written and of which no message (MIME) can be made. Wanted: a claim that nobody ends, tasks that
 * are never turned off, and a queue that its breaker pauses for all.
 */
const fault = vi.hoisted(() => ({ hits: (_: { to: string; text: string }): boolean => false }));

vi.mock('nodemailer/lib/mail-composer', async (load) => {
  const { default: MailComposer } = await load<typeof import('nodemailer/lib/mail-composer/index.js')>();
  return {
    default: class {
      constructor(mail: { to: { address: string }; text: string }) {
        if (fault.hits({ to: mail.to.address, text: mail.text })) throw new RangeError('Invalid header');
        Object.assign(this, { compile: () => new MailComposer(mail as never).compile() });
      }
    },
  };
});

afterEach(() => {
  fault.hits = () => false;
});

const raw = (mail: OutgoingMail) =>
  buildMime({ ...mail, from: 'us@platform.test', date: 0, messageIdDomain: 'platform.test' });

/** The simulated SES behind a mailer that makes messages as the deployed one does. */
const withMessages = (mailer: Mailer): Mailer => ({
  write: async (mail) => ({ ...mail, raw: await raw(mail) }),
  send: async (mail) => {
    if (!mail.raw) await raw(mail);
    return mailer.send(mail);
  },
});

const service: Service = {
  ...deployedService,
  work: (system, ...more) =>
    deployedService.work({ ...system, mailer: withMessages(system.mailer) }, ...more),
};

const tasks = [
  failing('acmeCo/bad', { owners: ['ana@acme.test'] }),
  failing('acmeCo/good', { owners: ['ana@acme.test', 'bob@acme.test'] }),
];

test('to one recipient: the others are told in their stead, and no task is kept on', async () => {
  fault.hits = ({ to }) => to === 'ana@acme.test';
  const admins = { 'acmeCo/': ['boss@acme.test'] };
  const { warned, off, alerts, summary } = await attack({ tasks, admins }, undefined, service);
  expect(warned).toEqual([`bob@acme.test acmeCo/good ${at(14)}`, `boss@acme.test acmeCo/bad ${at(14, 1)}`]);
  expect(off).toEqual([`acmeCo/good ${at(21)}`, `acmeCo/bad ${at(21, 1)}`]);
  expect(alerts).toEqual([]);
  expect(summary.oops).toBe(1);
});

test('for one of its notices: the others go, and its task is held by name', async () => {
  fault.hits = ({ text }) => text.includes('acmeCo/bad');
  const { warned, off, held, alerts, summary } = await attack({ tasks }, undefined, service);
  expect(warned).toEqual([`ana@acme.test acmeCo/good ${at(14)}`, `bob@acme.test acmeCo/good ${at(14)}`]);
  expect(off).toEqual([`acmeCo/good ${at(21)}`]);
  expect(held).toEqual(['acmeCo/bad warning-not-accepted']);
  expect(alerts).toEqual([]);
  expect(summary.oops).toBe(1);
});

test('to anybody: is nobody’s fault: the queue pauses, and nothing is claimed meanwhile', async () => {
  fault.hits = () => true;
  const { warned, off, held, alerts } = await attack({ tasks, until: at(15) }, undefined, service);
  expect({ warned, off, held }).toEqual({ warned: [], off: [], held: [] });
  expect(alerts).toEqual(['breaker-open']);
});
