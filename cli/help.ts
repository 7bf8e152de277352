import { type Command, Help, type Option } from 'commander';

/** Options that every command has: they come after its own. */
const COMMON = new Set(['--stage', '--json', '--no-color', '--debug', '--help']);

const isCommon = ({ long }: Option): boolean => COMMON.has(long ?? '');

/** How help is written: what a command has of its own comes first. */
export const HELP_FORM = {
  visibleOptions(this: Help, command: Command): Option[] {
    const all = Help.prototype.visibleOptions.call(this, command);
    return [...all.filter((one) => !isCommon(one)), ...all.filter(isCommon)];
  },
};

/** The commands by what they are for, in the order in which help names them. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'See what is so:': [
    'console',
    'status',
    'tasks',
    'explain',
    'history',
    'alerts',
    'mail',
    'recipients',
    'data-planes',
    'events',
  ],
  'Say what holds:': ['policy', 'rollout', 'owners', 'subscriptions', 'admins'],
  'Stop, let go, take back:': [
    'pause',
    'resume',
    'approve',
    'dismiss',
    'holds',
    'undo',
    'queues',
    'dlq',
    'oops',
  ],
  'Try before:': ['preview', 'simulate'],
  'Set up a stage:': ['init', 'doctor', 'sources', 'control-planes', 'scan'],
  'This command line:': ['config', 'completion', 'help'],
};

/** Puts the commands of a program into their groups; one that is in none stands under `Commands:`. */
export function groupCommands(program: Command): void {
  for (const [group, names] of Object.entries(GROUPS))
    for (const command of program.commands) if (names.includes(command.name())) command.helpGroup(group);
}
