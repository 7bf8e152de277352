import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/**
 * The options and positionals that a suite's command was given. `--help` prints its usage and ends with exit code 0; an option
 * that it does not have is one line, its usage, and exit code 2.
 */
export function suiteArguments<const Options extends ParseArgsOptionsConfig>(
  usage: string,
  options: Options,
  { allowPositionals = false }: { allowPositionals?: boolean } = {},
) {
  const all = { ...options, help: { type: 'boolean', default: false } } as const;
  const parsed = orRefuse(usage, () => parseArgs({ options: all, allowPositionals }));
  if ('help' in parsed.values && parsed.values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  return parsed;
}

function orRefuse<Parsed>(usage: string, parse: () => Parsed): Parsed {
  try {
    return parse();
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), usage);
  }
}

/** A number that an option was given; anything else than a whole one from `least` on is refused. */
export function wholeNumber(option: string, text: string, least = 0): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  return refuse(`--${option} is ${JSON.stringify(text)}; allowed: whole numbers from ${least} on`);
}

/** Says what is wrong with the call, and ends with exit code 2. */
export function refuse(problem: string, usage = ''): never {
  process.stderr.write(`error: ${problem}\n${usage && `\n${usage}`}`);
  process.exit(2);
}
