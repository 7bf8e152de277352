import type { Place, Valued, Word } from './completion-words.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A shell's script that completes a program by what can follow in each place. */
export function scriptFor(shell: Shell, places: readonly Place[]): string {
  return SCRIPTS[shell](places);
}

/** Between single quotes of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const SCRIPTS: Record<Shell, (places: readonly Place[]) => string> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/**
 * The part that bash and zsh share: goes through what was typed to the place where the word stands, then offers what can follow
 * there. Words that are no commands are left out.
 *
 * @param typed the words before it, as the shell names them
 */
function walk(places: readonly Place[], typed: string, caseOf: (place: Place) => string): string {
  const steps = places.filter(({ path }) => path !== '').map(({ path }) => `${quoted(path)}) at=$next ;;`);
  const cases = places.map((place) => `    ${quoted(place.path)})\n${caseOf(place)}\n      ;;`);
  return `  for word in "${typed}"; do
    next=\${at:+$at }$word
    case $next in ${steps.join(' ')} esac
  done
  case $at in
${cases.join('\n')}
  esac`;
}

function bashScript(places: readonly Place[]): string {
  return `# bash completion of taskwarden
_taskwarden() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at='' next word
  COMPREPLY=()
${walk(places, `\${COMP_WORDS[@]:1:COMP_CWORD-1}`, bashCase)}
}
complete -F _taskwarden taskwarden
`;
}

function bashCase(place: Place): string {
  const valued = place.valued.map(
    (option) => `        ${patternOf(option)}) ${bashValues(option)}; return ;;`,
  );
  const [options, words] = [place.options, [...place.commands.map(({ word }) => word), ...place.choices]];
  const names = options.map(({ word }) => word).join(' ');
  const files = place.takesFile ? 'compopt -o default' : ':';
  return [
    ...(valued.length > 0 ? ['      case $prev in', ...valued, '      esac'] : []),
    `      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W ${quoted(names)} -- "$cur"))`,
    `      else COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$cur")); ${files}; fi`,
  ].join('\n');
}

const patternOf = ({ names }: Valued): string => names.join('|');

function bashValues({ choices, isFile }: Valued): string {
  if (isFile) return 'compopt -o default';
  return choices.length === 0 ? ':' : `COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$cur"))`;
}

function zshScript(places: readonly Place[]): string {
  return `#compdef taskwarden
_taskwarden() {
  local cur=\${words[CURRENT]} prev=\${words[CURRENT-1]} at='' next word
  local -a found
${walk(places, `\${(@)words[2,CURRENT-1]}`, zshCase)}
}
if [[ $funcstack[1] == _taskwarden ]]; then _taskwarden "$@"; else compdef _taskwarden taskwarden; fi
`;
}

function zshCase(place: Place): string {
  const valued = place.valued.map(
    (option) => `        ${patternOf(option)}) ${zshValues(option)}; return ;;`,
  );
  const words = [...place.commands, ...place.choices.map((word) => ({ word, means: '' }))];
  return [
    ...(valued.length > 0 ? ['      case $prev in', ...valued, '      esac'] : []),
    `      if [[ $cur == -* ]]; then found=(${place.options.map(described).join(' ')}); _describe option found`,
    `      else found=(${words.map(described).join(' ')}); _describe command found; ${place.takesFile ? '_files' : ':'}; fi`,
  ].join('\n');
}

/** `word:what it means`, as `_describe` takes it. */
function described({ word, means }: Word): string {
  return quoted(`${word.replaceAll(':', '\\:')}${means === '' ? '' : `:${means}`}`);
}

function zshValues({ choices, isFile }: Valued): string {
  if (isFile) return '_files';
  return choices.length === 0 ? '_message value' : `compadd -- ${choices.map(quoted).join(' ')}`;
}

/** Between single quotes of fish, which knows a backslash there. */
const fishQuoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fishScript(places: readonly Place[]): string {
  const paths = places.map(({ path }) => path).filter((path) => path !== '');
  return `# fish completion of taskwarden
function __taskwarden_at
    set -l at ''
    for word in (commandline -opc)[2..]
        set -l next (string trim -- "$at $word")
        if contains -- $next ${paths.map(fishQuoted).join(' ')}
            set at $next
        end
    end
    test "$at" = "$argv[1]"
end
complete -c taskwarden -f
${places.flatMap(fishLines).join('\n')}
`;
}

function fishLines(place: Place): string[] {
  const here = `complete -c taskwarden -n ${fishQuoted(`__taskwarden_at ${fishQuoted(place.path)}`)}`;
  const valued = new Map(place.valued.map((option) => [option.names[0], option]));
  return [
    ...place.commands.map(({ word, means }) => `${here} -a ${fishQuoted(word)} -d ${fishQuoted(means)}`),
    ...(place.choices.length > 0 ? [`${here} -a ${fishQuoted(place.choices.join(' '))}`] : []),
    ...(place.takesFile ? [`${here} -F`] : []),
    ...place.options.map((option) => `${here} ${fishOption(option, valued.get(option.word))}`),
  ];
}

function fishOption({ word, means }: Word, valued: Valued | undefined): string {
  const value = !valued
    ? ''
    : valued.isFile
      ? ' -r -F'
      : ` -x${valued.choices.length > 0 ? ` -a ${fishQuoted(valued.choices.join(' '))}` : ''}`;
  return `-l ${word.replace(/^--/, '')}${value} -d ${fishQuoted(means)}`;
}
