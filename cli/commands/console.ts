import { type Command, InvalidArgumentError, Option } from 'commander';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';

const NOTES = `
The address that is printed holds once: it lets one browser in, which a cookie knows from then on, and another address is printed for
the next. Nobody else on the network reaches it. The page asks AWS with your credentials, and may do what they may (docs/console.md).`;

/** Where the console is where nobody says. Links to it stay the same. */
const PORT = 7727;

interface Options {
  port: number;
  allowChanges?: boolean;
}

/** Adds `console`. */
export function registerConsole(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'console',
    description: "serve the operators' page of a stage on this machine; read-only unless changes are allowed",
    examples: ['console --stage prod', 'console --stage prod --allow-changes', 'console --port 8080'],
  })
    .summary("serve the operators' page of a stage on this machine")
    .addOption(
      new Option('--port <number>', 'where it listens; 0: any that is free').argParser(portOf).default(PORT),
    )
    .option('--allow-changes', 'let acts be done on it, each after a confirmation')
    .addHelpText('after', NOTES)
    .action(
      onStage<[], Options>(cli, async (session, { port, allowChanges }) => {
        const { stage, operator, interrupts, out, stderr } = session;
        // What serves and draws is loaded only here.
        const { startConsole } = await import('../../console/start.ts');
        const started = await startConsole({
          stage,
          operator,
          port,
          env: cli.env,
          allowsChanges: allowChanges === true,
          announce: (startUrl) => stderr.write(`for one more browser: ${startUrl}\n`),
        }).catch((error: unknown) => {
          throw isTaken(error) ? new UsageError(`port ${port} is taken; --port names another, 0 any`) : error;
        });
        interrupts.whileDoing('the console is closed');
        const isOver = new Promise<void>((over) =>
          interrupts.removing(() => void started.close().then(over)),
        );
        out.one({ url: started.startUrl, allowsChanges: allowChanges === true }, () => [
          `stage ${stage.name}, ${allowChanges ? 'changes are allowed' : 'read-only'}; Ctrl-C closes it`,
          started.startUrl,
        ]);
        await isOver;
      }),
    );
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('Allowed: a port from 1 to 65535, or 0.');
}
