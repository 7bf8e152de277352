import { type Command, Help, type Option } from 'commander';

/** Options that every command has: they come after its own. */
const COMMON = new Set(['--stage', '--json', '--no-color', '--debug', '--help']);

const isCommon = ({ long }: Option): boolean => COMMON.has(long ?? '');

/** How help is written: what a command has of its own comes first, and texts are wrapped on narrow terminals, too. */
export const HELP_FORM = {
  minWidthToWrap: 20,
  visibleOptions(this: Help, command: Command): Option[] {
    const all = Help.prototype.visibleOptions.call(this, command);
    return [...all.filter((command) => !isCommon(command)), ...all.filter(isCommon)];
  },
};

/** Where the commands stand that are about the program itself, `help` among them. */
const OF_THE_PROGRAM = 'This command line:';

/** The commands by what they are for, in the order in which help names them. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'See what is so:': [
    'status',
    'console',
    'tasks',
    'explain',
    'history',
    'alerts',
    'report',
    'mail',
    'recipients',
    'data-planes',
    'events',
    'alarms',
  ],
  'Say what holds:': ['policy', 'rollout', 'owners', 'subscriptions', 'admins', 'webhooks'],
  'Try before:': ['preview', 'simulate'],
  'Stop, let go, take back:': ['pause', 'resume', 'holds', 'approve', 'dismiss', 'undo', 'work'],
  'Mend what fails:': ['oops', 'dlq', 'queues', 'generators', 'scan'],
  'Set up a stage:': ['init', 'doctor', 'sources', 'control-planes', 'cost'],
  'Keep it, bring it back:': ['export', 'restore', 'restored'],
  [OF_THE_PROGRAM]: ['config', 'completion'],
};

/** Puts the commands of a program into their groups and in their order; one that is in none stands under `Commands:`, last. */
export function groupCommands(program: Command): void {
  const order = Object.values(GROUPS).flat();
  const placeOf = (command: Command) => {
    const at = order.indexOf(command.name());
    return at < 0 ? order.length : at;
  };
  (program.commands as Command[]).sort((a, b) => placeOf(a) - placeOf(b));
  for (const [group, names] of Object.entries(GROUPS))
    for (const command of program.commands) if (names.includes(command.name())) command.helpGroup(group);
  program.commandsGroup(OF_THE_PROGRAM).helpCommand(true);
}
