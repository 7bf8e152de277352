import { Argument, type Command } from 'commander';
import type { Cli } from '../command.ts';
import { SHELLS, type Shell, scriptFor } from '../completion-scripts.ts';
import { wordsOf } from '../completion-words.ts';

const HOW = `
Examples:
  $ taskwarden completion bash > ~/.local/share/bash-completion/completions/taskwarden
  $ taskwarden completion zsh > /usr/local/share/zsh/site-functions/_taskwarden
  $ taskwarden completion fish > ~/.config/fish/completions/taskwarden.fish

It is written from the commands of this version: write it anew after an update. Tasks, people and stages are not asked for.`;

/** Adds `completion`: a script for a shell, from the commands as they are. It asks no stage. */
export function registerCompletion(program: Command, cli: Cli): void {
  program
    .command('completion')
    .description('print the script that lets a shell complete commands, options and their choices')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', HOW)
    .action((shell: Shell) => {
      cli.stdout.write(scriptFor(shell, wordsOf(program)));
    });
}
