// Compiled from digest.html, digest.txt, report.mjml and report.txt by `npm run mail:compile`; edit those.
import type { Button, Digest, Entry, Folder, Kind, Link, List, Names, Section, Tone, Words } from './digest.ts';
import type { ReportFigure, ReportMail, ReportPart, ReportPlace, ReportTop } from './report.ts';

type Escape = (text: string) => string;

export const toneHtml = (tone: Tone, safe: Escape): string =>
  `${safe(tone.of)}{color:${safe(tone.light)}}
`;

export const darkToneHtml = (darkTone: Tone, safe: Escape): string =>
  `${safe(darkTone.of)}{color:${safe(darkTone.dark)}}
`;

export const logoHtml = (logo: string, safe: Escape): string =>
  `<img src="${safe(logo)}" alt="" height="40" style="display:block;margin:0 0 6px">
`;

export const wholeNameHtml = (wholeName: string, safe: Escape): string =>
  `<span style="display:inline-block;max-width:100%">${safe(wholeName)}</span>`;

export const wordsHtml = (words: Words, safe: Escape): string =>
  `${safe(words.plain)}${words.whole.map((wholeName) => wholeNameHtml(wholeName, safe)).join('')}`;

export const eventHtml = (event: string, safe: Escape): string =>
  `<p><b>${safe(event)}</b></p>
`;

export const leadHtml = (lead: string, safe: Escape): string =>
  `<p>${safe(lead)}</p>
`;

export const pageHtml = (page: Button, safe: Escape): string =>
  `<p class="act"><a href="${safe(page.url)}" style="display:inline-block;padding:12px 20px;border-radius:6px;font-weight:bold;text-decoration:none;background:${safe(page.colour)};color:${safe(page.ink)}">${safe(page.words)}</a></p>
`;

export const actHtml = (act: string, safe: Escape): string =>
  `<b>${safe(act)}</b><br>
`;

export const linkHtml = (link: Link, safe: Escape): string =>
  `<p><a href="${safe(link.url)}">${safe(link.words)}</a></p>
`;

export const entryHtml = (entry: Entry, safe: Escape): string =>
  `<h3><code>${safe(entry.name)}</code></h3>
<p>
${entry.acts.map((act) => actHtml(act, safe)).join('')}${safe(entry.state)}<br>
${safe(entry.where)} <code>${safe(entry.plane)}</code><br>
${safe(entry.told)}</p>
${entry.links.map((link) => linkHtml(link, safe)).join('')}`;

export const dateHtml = (date: string, safe: Escape): string =>
  `<p class="date"><b>${safe(date)}</b></p>
`;

export const causeHtml = (cause: string, safe: Escape): string =>
  `<h3>${safe(cause)}</h3>
`;

export const factHtml = (fact: string, safe: Escape): string =>
  `<p>${safe(fact)}</p>
`;

export const folderHtml = (folder: Folder, safe: Escape): string =>
  `<p>${safe(folder.heading)}<br><code class="names" style="columns:${safe(folder.wide)}em">${safe(folder.names)}</code></p>
`;

export const nameHtml = (name: string, safe: Escape): string =>
  `<li><code>${safe(name)}</code></li>
`;

export const wholesHtml = (wholes: Names, safe: Escape): string =>
  `<ul style="margin:0;padding:0 0 0 20px">
${wholes.names.map((name) => nameHtml(name, safe)).join('')}</ul>
`;

export const kindHtml = (kind: Kind, safe: Escape): string =>
  `${kind.causes.map((cause) => causeHtml(cause, safe)).join('')}${kind.facts.map((fact) => factHtml(fact, safe)).join('')}${kind.folders.map((folder) => folderHtml(folder, safe)).join('')}${kind.inFull.map((wholes) => wholesHtml(wholes, safe)).join('')}`;

export const listHtml = (list: List, safe: Escape): string =>
  `${list.dates.map((date) => dateHtml(date, safe)).join('')}${list.kinds.map((kind) => kindHtml(kind, safe)).join('')}`;

export const sectionHtml = (section: Section, safe: Escape): string =>
  `<div class="${safe(section.group)}">
<h2>${safe(section.heading)}</h2>
<p>${safe(section.introduction)}</p>
${section.entries.map((entry) => entryHtml(entry, safe)).join('')}${section.lists.map((list) => listHtml(list, safe)).join('')}</div>
`;

export const noteHtml = (note: string, safe: Escape): string =>
  `<p>${safe(note)}</p>
`;

export const footerLinkHtml = (footerLink: Link, safe: Escape): string =>
  `<p><a href="${safe(footerLink.url)}">${safe(footerLink.words)}</a></p>
`;

export const digestHtml = (digest: Digest, safe: Escape): string =>
  `<!doctype html>
<html lang="${safe(digest.language)}" dir="ltr">
<head>
<meta charset="utf-8">
<title>${safe(digest.heading)}</title>
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
<style>
body{margin:0;background:#fff;-webkit-text-size-adjust:100%}
.page{color:#1c1e21}
h1,h2,h3{line-height:1.3}
h1{margin:0 0 10px;font-size:21px}
h2{margin:28px 0 8px;padding:8px 0 0;border-top:3px solid}
h2,h3,.date{font-size:16px}
h3{margin:22px 0 2px}
.date{margin:22px 0 -8px}
p{margin:0 0 6px}
code{font-family:ui-monospace,Consolas,monospace;font-size:.95em;display:inline-block;max-width:100%;vertical-align:top}
.names{display:block;white-space:pre-line}
a{display:inline-block;padding:6px 0;color:#0b57d0}
.act{margin:10px 0 12px}
.brand,.quiet{font-size:13px;color:#59616b}
.brand{margin:0 0 14px}
.quiet{margin:32px 0 0;padding:12px 0 0;border-top:1px solid #9aa2ad}
${digest.tones.map((tone) => toneHtml(tone, safe)).join('')}@media (prefers-color-scheme:dark){
body{background:#16181c}
.page{color:#e6e6e6}
.brand,.quiet{color:#a9b0ba}
a{color:#a8c7fa}
${digest.tones.map((darkTone) => darkToneHtml(darkTone, safe)).join('')}}
</style>
</head>
<body>
<div style="display:none;max-height:0;overflow:hidden">${safe(digest.preheader)}</div>
<!--[if mso]><table align="center" width="640"><tr><td><![endif]-->
<div class="page" role="article" aria-roledescription="email" lang="${safe(digest.language)}" dir="ltr" style="max-width:640px;margin:0 auto;padding:20px 16px 24px;box-sizing:border-box;font:15px/1.45 system-ui,'Segoe UI',Arial,sans-serif;word-break:break-word">
<p class="brand">
${digest.logos.map((logo) => logoHtml(logo, safe)).join('')}${safe(digest.brandName)}</p>
<h1>${digest.title.map((words) => wordsHtml(words, safe)).join('')}</h1>
${digest.happens.map((event) => eventHtml(event, safe)).join('')}${digest.leads.map((lead) => leadHtml(lead, safe)).join('')}${digest.pages.map((page) => pageHtml(page, safe)).join('')}${digest.sections.map((section) => sectionHtml(section, safe)).join('')}<div class="quiet">
${digest.notes.map((note) => noteHtml(note, safe)).join('')}${digest.footerLinks.map((footerLink) => footerLinkHtml(footerLink, safe)).join('')}</div>
</div>
<!--[if mso]></td></tr></table><![endif]-->
</body>
</html>
`;

export const eventText = (event: string): string =>
  `
${event}
`;

export const leadText = (lead: string): string =>
  `
${lead}
`;

export const pageText = (page: Button): string =>
  `
${page.words}:
${page.url}
`;

export const actText = (act: string): string =>
  `  ${act}
`;

export const linkText = (link: Link): string =>
  `  ${link.words}:
  ${link.url}
`;

export const entryText = (entry: Entry): string =>
  `
* "${entry.name}"
${entry.acts.map((act) => actText(act)).join('')}  ${entry.state}
  ${entry.where} "${entry.plane}"
  ${entry.told}
${entry.links.map((link) => linkText(link)).join('')}`;

export const dateText = (date: string): string =>
  `
${date}
`;

export const causeText = (cause: string): string =>
  `${cause}
`;

export const factText = (fact: string): string =>
  `${fact}
`;

export const folderText = (folder: Folder): string =>
  `${folder.heading}
${folder.rest}
`;

export const nameText = (name: string): string =>
  `- "${name}"
`;

export const wholesText = (wholes: Names): string =>
  `${wholes.names.map((name) => nameText(name)).join('')}`;

export const kindText = (kind: Kind): string =>
  `
${kind.causes.map((cause) => causeText(cause)).join('')}${kind.facts.map((fact) => factText(fact)).join('')}${kind.folders.map((folder) => folderText(folder)).join('')}${kind.inFull.map((wholes) => wholesText(wholes)).join('')}`;

export const listText = (list: List): string =>
  `${list.dates.map((date) => dateText(date)).join('')}${list.kinds.map((kind) => kindText(kind)).join('')}`;

export const sectionText = (section: Section): string =>
  `
== ${section.heading} ==

${section.introduction}
${section.entries.map((entry) => entryText(entry)).join('')}${section.lists.map((list) => listText(list)).join('')}`;

export const noteText = (note: string): string =>
  `${note}
`;

export const footerLinkText = (footerLink: Link): string =>
  `${footerLink.words}:
${footerLink.url}
`;

export const digestText = (digest: Digest): string =>
  `${digest.heading}
${digest.happens.map((event) => eventText(event)).join('')}${digest.leads.map((lead) => leadText(lead)).join('')}${digest.pages.map((page) => pageText(page)).join('')}${digest.sections.map((section) => sectionText(section)).join('')}
--
${digest.brandName}
${digest.notes.map((note) => noteText(note)).join('')}${digest.footerLinks.map((footerLink) => footerLinkText(footerLink)).join('')}`;

export const figureHtml = (figure: ReportFigure, safe: Escape): string =>
  `<tr><th class="label" scope="row" style="padding: 5px 8px 5px 0; border-bottom: 1px solid #d0d5dc; text-align: left; font-weight: normal;" align="left">${safe(figure.label)}</th><td class="count" style="padding: 5px 0 5px 8px; border-bottom: 1px solid #d0d5dc; text-align: right; font-weight: bold;" align="right">${safe(figure.now)}</td><td class="past" style="padding: 5px 0 5px 12px; border-bottom: 1px solid #d0d5dc; text-align: right; font-weight: normal; color: #59616b;" align="right">${safe(figure.before)}</td></tr>
`;

export const placeHtml = (place: ReportPlace, safe: Escape): string =>
  `<li><b>${safe(place.called)}</b>: ${safe(place.said)}</li>
`;

export const topHtml = (top: ReportTop, safe: Escape): string =>
  `<h3>${safe(top.heading)}</h3>
<ul>
${top.places.map((place) => placeHtml(place, safe)).join('')}</ul>
`;

export const partHtml = (part: ReportPart, safe: Escape): string =>
  `<tr>
<td align="left" style="font-size:0px;padding:0;word-break:break-word;">
<div style="font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;font-size:15px;line-height:1.45;text-align:left;color:#1c1e21;"><h2>${safe(part.heading)}</h2>
<table class="sum" style="width: 100%; border-collapse: collapse;" width="100%">
<thead><tr><th class="label" scope="col" style="padding: 5px 8px 5px 0; border-bottom: 1px solid #d0d5dc; text-align: left; font-weight: normal;" align="left"></th><th class="count" scope="col" style="padding: 5px 0 5px 8px; border-bottom: 1px solid #d0d5dc; text-align: right; font-weight: bold;" align="right">${safe(part.now)}</th><th class="past" scope="col" style="padding: 5px 0 5px 12px; border-bottom: 1px solid #d0d5dc; text-align: right; font-weight: normal; color: #59616b;" align="right">${safe(part.before)}</th></tr></thead>
<tbody>
${part.figures.map((figure) => figureHtml(figure, safe)).join('')}</tbody>
</table>
${part.tops.map((top) => topHtml(top, safe)).join('')}</div>
</td>
</tr>
`;

export const remarkHtml = (remark: string, safe: Escape): string =>
  `
<p>${safe(remark)}</p>
`;

export const reportHtml = (report: ReportMail, safe: Escape): string =>
  `<!doctype html>
<html lang="${safe(report.language)}" dir="ltr" xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<title>${safe(report.heading)}</title>
<!--[if !mso]><!-->
<meta http-equiv="X-UA-Compatible" content="IE=edge">
<!--<![endif]-->
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style type="text/css">
#outlook a { padding:0; }
body { margin:0;padding:0;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%; }
table, td { border-collapse:collapse;mso-table-lspace:0pt;mso-table-rspace:0pt; }
img { border:0;height:auto;line-height:100%; outline:none;text-decoration:none;-ms-interpolation-mode:bicubic; }
p { display:block;margin:13px 0; }
</style>
<!--[if mso]>
<noscript>
<xml>
<o:OfficeDocumentSettings>
<o:AllowPNG/>
<o:PixelsPerInch>96</o:PixelsPerInch>
</o:OfficeDocumentSettings>
</xml>
</noscript>
<![endif]-->
<!--[if lte mso 11]>
<style type="text/css">
.mj-outlook-group-fix { width:100% !important; }
</style>
<![endif]-->
<style type="text/css">
@media only screen and (min-width:480px) {
.mj-column-per-100 { width:100% !important; max-width: 100%; }
}
</style>
<style media="screen and (min-width:480px)">
.moz-text-html .mj-column-per-100 { width:100% !important; max-width: 100%; }
</style>
<style type="text/css">
h1 { margin:0 0 10px;font-size:21px;line-height:1.3; }
h2 { margin:28px 0 8px;padding:8px 0 0;border-top:3px solid;font-size:16px;line-height:1.3; }
h3 { margin:18px 0 2px;font-size:15px;line-height:1.3; }
p { margin:0 0 6px; }
ul { margin:0;padding:0 0 0 20px;word-break:break-word; }
@media (prefers-color-scheme:dark) {
body, .page > div { background:#16181c !important; }
.page div, .page h1, .page h2, .page h3, .page .label, .page .count { color:#e6e6e6 !important; }
.page .label, .page .count, .page .past { border-color:#3d434b !important; }
.page .quiet div, .page .quiet p, .page .past { color:#a9b0ba !important; }
}
</style>
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
</head>
<body class="page" style="word-spacing:normal;background-color:#ffffff;">
<div aria-label="${safe(report.heading)}" aria-roledescription="email" role="article" lang="${safe(report.language)}" dir="ltr" style="word-spacing:normal;background-color:#ffffff;">
<!--[if mso | IE]><table align="center" border="0" cellpadding="0" cellspacing="0" class="" role="presentation" style="width:640px;" width="640" ><tr><td style="line-height:0px;font-size:0px;mso-line-height-rule:exactly;"><![endif]-->
<div style="margin:0px auto;max-width:640px;">
<table align="center" border="0" cellpadding="0" cellspacing="0" role="presentation" style="width:100%;">
<tbody>
<tr>
<td style="direction:ltr;font-size:0px;padding:20px 16px 24px;text-align:center;">
<!--[if mso | IE]><table role="presentation" border="0" cellpadding="0" cellspacing="0"><tr><td class="" style="vertical-align:top;width:608px;" ><![endif]-->
<div class="mj-column-per-100 mj-outlook-group-fix" style="font-size:0px;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%;">
<table border="0" cellpadding="0" cellspacing="0" role="presentation" width="100%">
<tbody>
<tr>
<td style="vertical-align:top;padding:0;">
<table border="0" cellpadding="0" cellspacing="0" role="presentation" style width="100%">
<tbody>
<tr>
<td align="left" style="font-size:0px;padding:0;word-break:break-word;">
<div style="font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;font-size:15px;line-height:1.45;text-align:left;color:#1c1e21;"><h1>${safe(report.heading)}</h1>
<p>${safe(report.introduction)}</p></div>
</td>
</tr>
${report.parts.map((part) => partHtml(part, safe)).join('')}<tr>
<td align="center" style="font-size:0px;padding:32px 0 12px;word-break:break-word;">
<p style="border-top:solid 1px #9aa2ad;font-size:1px;margin:0px auto;width:100%;">
</p>
<!--[if mso | IE]><table align="center" border="0" cellpadding="0" cellspacing="0" style="border-top:solid 1px #9aa2ad;font-size:1px;margin:0px auto;width:608px;" role="presentation" width="608px" ><tr><td style="height:0;line-height:0;"> &nbsp;
</td></tr></table><![endif]-->
</td>
</tr>
<tr>
<td align="left" class="quiet" style="font-size:0px;padding:0;word-break:break-word;">
<div style="font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;font-size:13px;line-height:1.45;text-align:left;color:#59616b;">${report.remarks.map((remark) => remarkHtml(remark, safe)).join('')}</div>
</td>
</tr>
</tbody>
</table>
</td>
</tr>
</tbody>
</table>
</div>
<!--[if mso | IE]></td></tr></table><![endif]-->
</td>
</tr>
</tbody>
</table>
</div>
<!--[if mso | IE]></td></tr></table><![endif]-->
</div>
</body>
</html>
`;

export const figureText = (figure: ReportFigure): string =>
  `${figure.label}: ${figure.now} (${figure.before})
`;

export const placeText = (place: ReportPlace): string =>
  `- "${place.called}": ${place.said}
`;

export const topText = (top: ReportTop): string =>
  `
${top.heading}
${top.places.map((place) => placeText(place)).join('')}`;

export const partText = (part: ReportPart): string =>
  `

=== ${part.heading} ===

${part.now} (${part.before})

${part.figures.map((figure) => figureText(figure)).join('')}${part.tops.map((top) => topText(top)).join('')}`;

export const remarkText = (remark: string): string =>
  `${remark}
`;

export const reportText = (report: ReportMail): string =>
  `${report.heading}

${report.introduction}
${report.parts.map((part) => partText(part)).join('')}

--
${report.remarks.map((remark) => remarkText(remark)).join('')}`;
