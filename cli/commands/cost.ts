import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type Config, ConfigError, loadConfig } from '../../lib/config.ts';
import type { Fleet, Price, PricePart } from '../../lib/price/price.ts';
import { addCommand, type Cli, withoutStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { Output } from '../output.ts';
import { STAGE_NAME } from '../stage.ts';
import { columns } from '../terminal.ts';

const ROOT = join(import.meta.dirname, '..', '..');

interface Given {
  tasks: number;
  failing: number;
  observations: number;
  perEvent: number;
}

const MEANING = `
The price is worked out from what config/<name>.json would deploy and from units that were measured (lib/price/units.json), at
list prices of one region with their date (lib/price/prices.json), without free tiers but for three dashboards. It is no bill.`;

/** Adds `cost`. */
export function registerCost(program: Command, cli: Cli): void {
  const command = addCommand(program, {
    usage: 'cost <name>',
    description: 'the price of a month of the stage that config/<name>.json would deploy, by its parts',
    examples: ['cost prod', 'cost prod --tasks 1000000 --failing 1', 'cost prod --json'],
  });
  command
    .option('--tasks <number>', 'tasks of the fleet; 0: an idle stage', wholeNumber, 0)
    .option('--failing <percent>', 'how many of them fail and are disabled in a month', percent, 1)
    .option('--observations <number>', 'how often each is observed in a day', wholeNumber, 24)
    .option('--per-event <number>', 'tasks that one event speaks of', wholeNumber, 100)
    .addHelpText('after', MEANING)
    .action(
      withoutStage<[string]>(async (json, name) => {
        const price = await priceOfStage(stageNamed(name), fleetOf(command.opts<Given>()));
        new Output(cli.stdout, json).one(price, () => linesOf(price));
      }),
    );
}

/** CDK is loaded by what asks for it alone. */
async function priceOfStage(stage: string, fleet: Fleet): Promise<Price> {
  const { priceOf } = await import('../../lib/price/price.ts');
  const { synthesizedResources } = await import('../../lib/synthesize.ts');
  const config = configOf(stage);
  return priceOf(synthesizedResources(config), fleet, config.scanEvery);
}

function configOf(stage: string): Config {
  const file = `config/${stage}.json`;
  if (!existsSync(join(ROOT, file)))
    throw new UsageError(
      `there is no ${file}; \`taskwarden init\` writes one, or copy config/dev.json to it`,
    );
  try {
    return loadConfig({ stage }, ROOT);
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error;
  }
}

function stageNamed(name: string): string {
  if (STAGE_NAME.test(name)) return name;
  throw new UsageError(`name is ${JSON.stringify(name)}; allowed: that of a file in config/, without .json`);
}

function fleetOf({ tasks, failing, observations, perEvent }: Given): Fleet {
  const observationsPerDay = tasks > 0 ? observations : 0;
  return { tasks, failing: failing / 100, observationsPerDay, tasksPerEvent: Math.max(1, perEvent) };
}

function linesOf({ parts, dollars, beside, region, recorded }: Price): string[] {
  const shown = [...parts].sort((a, b) => b.dollars - a.dollars);
  const rows = shown.map(({ part, of, dollars: own }) => [dollarsText(own), part, of]);
  const besideRows = beside.map(({ part, of, dollars: own }: PricePart) => [
    dollarsText(own),
    `${part}, not in the sum`,
    of,
  ]);
  return columns([
    ['USD A MONTH', 'PART', 'OF'],
    ...rows,
    [dollarsText(dollars), 'all', `${region}, prices of ${recorded}`],
    ...besideRows,
  ]);
}

function dollarsText(dollars: number): string {
  return dollars < 0.005 ? '<0.01' : dollars.toFixed(2);
}

function wholeNumber(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed: a whole number.');
}

function percent(text: string): number {
  const value = Number(text);
  if (/^\d{1,3}(\.\d+)?$/.test(text) && value <= 100) return value;
  throw new InvalidArgumentError('Allowed: from 0 to 100.');
}
