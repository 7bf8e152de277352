import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { TaskwardenApp } from './taskwarden-app.ts';

const ROOT = join(import.meta.dirname, '..');

/** A resource as CloudFormation has it. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** What would be deployed: the resources of both stacks by their logical ids, without bundled code. */
export function synthesizedResources(config: Config): Record<string, TemplateResource> {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: object };
  const app = new TaskwardenApp(config, {
    analyticsReporting: false,
    context: { ...context, 'aws:cdk:bundling-stacks': [] },
  });
  const { directory, stacks } = app.synth();
  const templates = stacks.map(({ template }) => template as { Resources: object });
  rmSync(directory, { recursive: true });
  return Object.assign({}, ...templates.map(({ Resources }) => Resources));
}
