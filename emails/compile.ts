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
  logo: 'Logo',
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

const HEAD = `// Compiled from digest.mjml, digest.txt, report.mjml and report.txt by \`npm run mail:compile\`; edit those.
import type { Button, Digest, Entry, Folder, Kind, Link, List, Logo, Names, Section } from './digest.ts';
import type { ReportFigure, ReportMail, ReportPart, ReportPlace, ReportTop } from './report.ts';

type Escape = (text: string) => string;

`;

const COLUMNS_IN_OLD_OUTLOOK = /<!--\[if lte mso 11\]>.*?<!\[endif\]-->/s;

/** The HTML of an MJML file without its indentation, which a mail would carry once for every task. */
async function htmlOf(file: string): Promise<string> {
  const filePath = join(import.meta.dirname, file);
  const { html, errors } = await mjml2html(readFileSync(filePath, 'utf8'), {
    filePath,
    fonts: {},
    ignoreIncludes: false,
    keepComments: false,
    validationLevel: 'strict',
  });
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));
  // A rule of MJML's columns alone.
  const used = html.includes('class="mj-column') ? html : html.replace(COLUMNS_IN_OLD_OUTLOOK, '');
  return used
    .trim()
    .replace(/\s*\n\s*/g, '\n')
    .concat('\n');
}

async function compile(): Promise<string> {
  const sources = await Promise.all(['digest', 'report'].map(sourcesOf));
  return `${HEAD}${sources.join('')}`.trimEnd().concat('\n');
}

/** The functions of one kind of mail, as HTML and as text. */
async function sourcesOf(name: string): Promise<string> {
  const html = parseTemplate(await htmlOf(`${name}.mjml`), name);
  const text = parseTemplate(readFileSync(join(import.meta.dirname, `${name}.txt`), 'utf8'), name);
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
