import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mjml2html from 'mjml';
import { parseTemplate, sourceOf, type Target } from './template.ts';

/** What the templates give; checked in, so that nothing that runs needs MJML. */
const COMPILED = join(import.meta.dirname, 'compiled.ts');

const TYPES = {
  digest: 'Digest',
  section: 'Section',
  entry: 'Entry',
  list: 'List',
  kind: 'Kind',
  folder: 'Folder',
  wholes: 'Names',
  words: 'Words',
  tone: 'Tone',
  darkTone: 'Tone',
  page: 'Button',
  link: 'Link',
  footerLink: 'Link',
  report: 'ReportMail',
  part: 'ReportPart',
  figure: 'ReportFigure',
  top: 'ReportTop',
  place: 'ReportPlace',
};
const HTML: Target = { suffix: 'Html', escapes: true, types: TYPES };
const TEXT: Target = { suffix: 'Text', escapes: false, types: TYPES };

const HEAD = `// Compiled from digest.html, digest.txt, report.mjml and report.txt by \`npm run mail:compile\`; edit those.
import type { Button, Digest, Entry, Folder, Kind, Link, List, Names, Section, Tone, Words } from './digest.ts';
import type { ReportFigure, ReportMail, ReportPart, ReportPlace, ReportTop } from './report.ts';

type Escape = (text: string) => string;

`;

const pathOf = (file: string): string => join(import.meta.dirname, file);
const sourceIn = (file: string): string => readFileSync(pathOf(file), 'utf8');

/** The HTML of an MJML file without its indentation, which a mail would carry with every row. */
async function htmlOf(file: string): Promise<string> {
  const { html, errors } = await mjml2html(sourceIn(file), {
    filePath: pathOf(file),
    fonts: {},
    ignoreIncludes: false,
    keepComments: false,
    validationLevel: 'strict',
  });
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));
  return html
    .trim()
    .replace(/\s*\n\s*/g, '\n')
    .concat('\n');
}

async function compile(): Promise<string> {
  const digest = sourcesOf('digest', sourceIn('digest.html'));
  const report = sourcesOf('report', await htmlOf('report.mjml'));
  return `${HEAD}${digest}${report}`.trimEnd().concat('\n');
}

/** The functions of one kind of mail, as HTML and as text. */
function sourcesOf(name: string, source: string): string {
  const html = parseTemplate(source, name);
  const text = parseTemplate(sourceIn(`${name}.txt`), name);
  return `${sourceOf(html, HTML)}${sourceOf(text, TEXT)}`;
}

const fresh = await compile();
if (process.argv.includes('--check')) {
  const same = readFileSync(COMPILED, 'utf8') === fresh;
  if (!same)
    process.stderr.write('emails/compiled.ts is not what the templates give: npm run mail:compile\n');
  process.exitCode = same ? 0 : 1;
} else {
  writeFileSync(COMPILED, fresh);
}
