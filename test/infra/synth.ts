import { readFileSync, rmSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { parseConfig } from '../../lib/config.ts';
import { TaskwardenApp } from '../../lib/taskwarden-app.ts';

const FLAGS = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')).context;

/** The least that a configuration holds. */
export const LEAST = {
  sender: 'warden@example.com',
  contact: 'the platform team',
  alarmEmails: ['ops@example.com'],
  ses: { identity: 'example.com' },
};

export interface Resource {
  id: string;
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties have no type here
  Properties: Record<string, any>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

/** The app of a stage, not synthesized yet, without bundled code. */
export function appOf(stage: string, document: object = {}): TaskwardenApp {
  return new TaskwardenApp(parseConfig(stage, { ...LEAST, ...document }), {
    analyticsReporting: false,
    context: { ...FLAGS, 'aws:cdk:bundling-stacks': [] },
  });
}

/** The templates of a stage. */
export function synth(stage: string, document: object = {}) {
  const app = appOf(stage, document);
  const state = Template.fromStack(app.state);
  const service = Template.fromStack(app.service);
  rmSync(app.outdir, { recursive: true });
  return { app, state, service, resources: [...resourcesOf(state), ...resourcesOf(service)] };
}

/** The resources of a template, each with its logical id. */
export function resourcesOf(template: Template): Resource[] {
  return Object.entries(template.toJSON().Resources).map(([id, resource]) => ({
    id,
    ...(resource as Omit<Resource, 'id'>),
  }));
}

export function ofType(resources: Resource[], type: string): Resource[] {
  return resources.filter((resource) => resource.Type === type);
}
