import { join } from 'node:path';
import { ConfigError, type ContextOverrides, loadConfig } from '../lib/config.ts';
import { TaskwardenApp } from '../lib/taskwarden-app.ts';

/** Context as the CDK CLI hands it to the app (`--context stage=dev`, `cdk.json`). */
function contextOfCli(): ContextOverrides {
  return JSON.parse(process.env.CDK_CONTEXT_JSON ?? '{}') as ContextOverrides;
}

try {
  const config = loadConfig(contextOfCli(), join(import.meta.dirname, '..'));
  new TaskwardenApp(config).synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
