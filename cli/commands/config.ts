import type { Command } from 'commander';
import { addCommand, type Cli, outputOf } from '../command.ts';
import type { Columns } from '../output.ts';
import { configFilesOf, SETTINGS, type Setting, settingsOf } from '../settings.ts';

const FORM = `
Files (docs/formats.md): ./taskwarden.json, then ~/.config/taskwarden/config.json (XDG_CONFIG_HOME is honoured); TASKWARDEN_CONFIG names one in the
place of both. What an option says comes first, then the environment, then the files, then the defaults.

  { "stage": "prod", "region": "eu-west-1", "profile": "operators" }`;

/** A setting as it is shown. */
type Shown = Setting & { key: string };

/** Adds `config`: what commands go by, and who says so. It asks no stage. */
export function registerConfig(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'config',
    description: 'stage, region and profile that commands go by, and where each comes from',
    examples: ['config', 'config --stage prod --json'],
  })
    .addHelpText('after', FORM)
    .action((_: unknown, command: Command) => {
      const { stage, json } = command.optsWithGlobals<{ stage?: string; json?: boolean }>();
      const settings = settingsOf({ stage }, cli.env, cli.folder);
      const shown = SETTINGS.map((key): Shown => ({ key, ...settings[key] }));
      const out = outputOf(cli, json === true);
      out.list(shown, COLUMNS, '');
      if (out.json || cli.folder === undefined) return;
      const files = configFilesOf(cli.env, cli.folder).map(({ path }) => path);
      out.one(null, () => ['', `files, where they are there: ${files.join(', ')}`]);
    });
}

const COLUMNS: Columns<Shown> = [
  ['KEY', ({ key }) => key],
  ['VALUE', ({ value }) => value ?? '-'],
  ['FROM', ({ from, value }) => (value === null && from === 'default' ? 'the AWS SDK' : from)],
];
