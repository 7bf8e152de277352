import { createHash } from 'node:crypto';

/** The one style sheet, in the page itself: light and dark, tables that become cards on a phone, readable without colours. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1c1e21;--soft:#545c66;--line:#d3d8df;--paper:#fff;--card:#f5f6f8;--act:#0b57d0;
--act-ink:#fff;--bad:#b3261e;--bad-paper:#fdecea;--warn:#7a4f00;--warn-paper:#fff4e0;--good:#146c2e;--good-paper:#e6f4ea}
@media (prefers-color-scheme:dark){:root{--ink:#e6e6e6;--soft:#a9b0ba;--line:#3a4049;--paper:#16181c;--card:#1f2227;
--act:#a8c7fa;--act-ink:#0b1f3f;--bad:#ff9c8f;--bad-paper:#3a1c19;--warn:#f2c572;--warn-paper:#33270f;--good:#7fd99a;--good-paper:#14301d}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;
font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif}
a{color:var(--act)}
.skip{position:absolute;left:-99rem}.skip:focus{left:.5rem;top:.5rem;background:var(--paper);padding:.5rem;z-index:1}
header,main,footer{max-width:75rem;margin:0 auto;padding:.75rem 1rem}
header{border-bottom:1px solid var(--line);max-width:none}
header>div{max-width:73rem;margin:0 auto;display:flex;flex-wrap:wrap;gap:.4rem 1.2rem;align-items:center}
header strong{font-size:1.05rem}header strong a{color:inherit;text-decoration:none}
header form{display:flex;gap:.4rem;margin:0 0 0 auto;flex:0 1 22rem}
nav ul{list-style:none;margin:.5rem auto 0;padding:0;max-width:73rem;display:flex;flex-wrap:wrap;gap:.1rem .2rem}
nav a{display:inline-block;padding:.3rem .6rem;border-radius:6px;text-decoration:none}
nav a:hover{background:var(--card)}nav a[aria-current]{background:var(--card);color:var(--ink);font-weight:600}
footer{border-top:1px solid var(--line);color:var(--soft);font-size:.87rem;margin-top:2.5rem}footer p{margin:.25rem 0}
h1{font-size:1.4rem;line-height:1.3;margin:.6rem 0}h2{font-size:1.1rem;margin:1.8rem 0 .5rem}h3{font-size:1rem;margin:1.2rem 0 .4rem}
p{margin:.5rem 0}dl{margin:.6rem 0;display:grid;grid-template-columns:minmax(9rem,auto) 1fr;gap:.3rem 1.2rem}dt{color:var(--soft)}dd{margin:0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:.7rem;margin:1rem 0;padding:0;list-style:none}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.6rem .8rem}
.tiles b{display:block;font-size:1.5rem;line-height:1.3;font-variant-numeric:tabular-nums}.tiles span{color:var(--soft)}.tiles b.word{font-size:1.05rem;line-height:1.4;padding:.3rem 0}.tiles time{white-space:normal}
.groups{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:0 2rem;align-items:start}
.links{display:inline-flex;flex-wrap:wrap;gap:.2rem .8rem}.links a,.day{white-space:nowrap}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:0 2rem}
figure{margin:1rem 0;max-width:44rem}figcaption{color:var(--soft);margin-bottom:.3rem}svg.plot{display:block;width:100%;height:auto;color:var(--soft)}
.key{display:inline-flex;align-items:center;gap:.35rem;margin-right:1rem;white-space:nowrap}
table{border-collapse:collapse;min-width:min(100%,26rem);max-width:100%;margin:.6rem 0 1.2rem}caption{text-align:left;color:var(--soft);padding:.2rem 0}
th,td{text-align:left;vertical-align:top;padding:.4rem 1.6rem .4rem 0;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600;font-size:.87rem;white-space:nowrap}td:first-child{min-width:9rem}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
time{white-space:nowrap}.quiet{color:var(--soft)}
.tag{display:inline-block;border:1px solid currentColor;border-radius:99px;padding:0 .55rem;font-size:.85rem;white-space:nowrap}
.bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}
.note{border-left:4px solid var(--line);background:var(--card);padding:.6rem .9rem;margin:1rem 0}
.note.bad{border-color:var(--bad);background:var(--bad-paper)}.note.warn{border-color:var(--warn);background:var(--warn-paper)}
.note.good{border-color:var(--good);background:var(--good-paper)}.note.bad,.note.warn,.note.good{color:var(--ink)}
form.card,.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.9rem 1rem;margin:1rem 0}
form.card:not(.filters)>div+div{margin-top:.7rem}
form.filters{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.5rem .8rem;align-items:end}
select{text-overflow:ellipsis}
label{display:block;font-size:.9rem;color:var(--soft)}
input,select,textarea{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--soft);border-radius:6px;padding:.4rem .55rem;width:100%;min-height:2.4rem}
input[type=checkbox]{width:1.2rem;height:1.2rem;min-height:0;flex:none;accent-color:var(--act)}.check{display:flex;gap:.6rem;align-items:center}
.check label{color:var(--ink)}.diff,.steps{list-style:none;margin:0;padding:0}.diff{font:.9em/1.5 ui-monospace,Menlo,Consolas,monospace}
.steps{display:flex;flex-wrap:wrap;gap:.4rem;margin:.8rem 0}.steps li{color:var(--soft)}.steps li+li::before{content:'\\2192\\00a0 '}
.steps b{color:var(--ink);border-bottom:3px solid var(--act)}
button,.button{display:inline-block;font:inherit;font-weight:600;color:var(--act-ink);background:var(--act);border:0;border-radius:6px;
padding:.45rem .9rem;min-height:2.4rem;cursor:pointer;text-decoration:none;text-align:center;overflow-wrap:normal}
header button{flex:none}.name{display:inline-block;max-width:100%}a .name{text-decoration:inherit}
button.careful{background:var(--bad);color:var(--paper)}.acts{display:flex;flex-wrap:wrap;gap:.6rem;margin:.8rem 0;align-items:center}
.pages{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;margin:.8rem 0}
.timeline{list-style:none;margin:.6rem 0;padding:0 0 0 1rem;border-left:2px solid var(--line)}.timeline li{margin:.5rem 0}
.timeline li>time{color:var(--soft);display:inline-block;min-width:9.5rem}
code,pre{font:.9em/1.5 ui-monospace,Menlo,Consolas,monospace}pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.7rem;white-space:pre-wrap}
kbd{border:1px solid var(--line);border-radius:4px;padding:0 .35rem}
details{margin:.6rem 0}summary{cursor:pointer}
.days{display:grid;grid-template-columns:repeat(7,1fr);gap:.4rem;list-style:none;padding:0}.days li{border:1px solid var(--line);border-radius:6px;padding:.4rem;min-height:4.2rem}
.days b{display:block;font-size:1.1rem}.days .none{color:var(--soft)}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
@media (max-width:44rem){header form{flex:1 1 100%;margin:0}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}
.days{grid-template-columns:repeat(2,1fr)}.days .none{display:none}
table,tbody,tr,td,caption{display:block}thead{position:absolute;left:-99rem}
tr{border:1px solid var(--line);border-radius:8px;padding:.4rem .8rem;margin:.6rem 0;background:var(--card)}
td,td.n{border:0;padding:.15rem 0;text-align:left}td[data-label]::before{content:attr(data-label) ': ';color:var(--soft)}td.none{display:none}
.timeline li>time{display:block}}
`;

/** The value by which the policy of the page lets this style sheet in, and no other. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
