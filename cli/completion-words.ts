import type { Command, Option } from 'commander';

/** A word that can come next, and what it means. */
export interface Word {
  word: string;
  means: string;
}

/** An option that takes a value. */
export interface Valued {
  /** `--state`, and `-s` where it has a short form. */
  names: string[];
  /** What it may be; none: anything. */
  choices: string[];
  isFile: boolean;
}

/** What can be typed behind one command. */
export interface Place {
  /** `tasks list`; empty for the program itself. */
  path: string;
  commands: Word[];
  /** Choices of its arguments. */
  choices: string[];
  takesFile: boolean;
  options: Word[];
  valued: Valued[];
}

const FILES = new Set(['file', 'html', 'out', 'folder', 'path']);

/** Every place in a program and what can follow there, by its path; aliases stand beside their commands. */
export function wordsOf(program: Command): Place[] {
  return placesIn(program, '');
}

function placesIn(command: Command, path: string): Place[] {
  const below = command.commands.flatMap((child) =>
    [child.name(), ...child.aliases()].flatMap((name) => placesIn(child, `${path} ${name}`.trim())),
  );
  return [placeOf(command, path), ...below];
}

function placeOf(command: Command, path: string): Place {
  const { registeredArguments: taken } = command;
  // Hidden ones are left out; the one for help is added by commander as it is shown.
  const options = command.createHelp().visibleOptions(command);
  return {
    path,
    commands: command.commands.map((child) => ({
      word: child.name(),
      means: child.summary() || firstOf(child.description()),
    })),
    choices: taken.flatMap(({ argChoices = [] }) => argChoices),
    takesFile: taken.some((argument) => FILES.has(argument.name())),
    options: options.map((option) => ({
      word: option.long ?? option.short ?? '',
      means: firstOf(option.description),
    })),
    valued: options.filter((option) => option.required || option.optional).map(valuedOf),
  };
}

function valuedOf(option: Option): Valued {
  const names = [option.long, option.short].filter((name) => name !== undefined && name !== null);
  const value = /[<[](\w+)/.exec(option.flags)?.[1] ?? '';
  return { names, choices: option.argChoices ?? [], isFile: FILES.has(value) };
}

/** The beginning of a description, up to where it goes into detail. */
function firstOf(description: string): string {
  return (description.split(/[;(\n]/)[0] ?? '').trim();
}
