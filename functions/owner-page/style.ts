import { createHash } from 'node:crypto';

/** The one style sheet, in the page itself: readable at 320 pixels, in the dark, and without colours. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1c1e21;--soft:#545c66;--line:#c9ced6;--paper:#fff;--card:#f5f6f8;
--act:#0b57d0;--act-ink:#fff;--due:#b3261e;--good:#146c2e;--good-paper:#e6f4ea}
@media (prefers-color-scheme:dark){:root{--ink:#e6e6e6;--soft:#a9b0ba;--line:#454b54;--paper:#16181c;
--card:#1f2227;--act:#a8c7fa;--act-ink:#0b1f3f;--due:#ff9c8f;--good:#7fd99a;--good-paper:#14301d}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;
font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif}
main,footer{max-width:42rem;margin:0 auto;padding:1rem}
footer{border-top:1px solid var(--line);color:var(--soft);font-size:.9rem;margin-top:2rem}
footer p{margin:.3rem 0}
h1{font-size:1.4rem;line-height:1.3;margin:.5rem 0}
h2{font-size:1.1rem;margin:0 0 .5rem}
h3{font-size:1rem;line-height:1.4;margin:1.2rem 0 .3rem}
.list h2{margin-top:1.5rem}
.list ul{margin:.5rem 0}
p{margin:.5rem 0}
a{color:var(--act)}
.name{display:inline-block;max-width:100%}a .name{text-decoration:underline}
dl{margin:1rem 0;display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.35rem 1rem}
dt{color:var(--soft)}
dd{margin:0}
ul{list-style:none;margin:1rem 0;padding:0}
li{border-top:1px solid var(--line);padding:.7rem 0}
.due{color:var(--due);font-weight:600}
.quiet{color:var(--soft)}
.said{background:var(--good-paper);border-left:4px solid var(--good);padding:.6rem .8rem;margin:1rem 0}
.wrong{border-left:4px solid var(--due);background:var(--card);padding:.6rem .8rem;margin:1rem 0}
form{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem;margin:1rem 0}
fieldset{border:1px solid var(--line);border-radius:6px;margin:1rem 0 0;padding:.2rem .8rem .8rem}
legend{padding:0 .3rem}
label{display:block;margin:.6rem 0 .2rem}
label.tick{display:flex;gap:.6rem;align-items:center}
input,select{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);
border-radius:6px;padding:.5rem;width:100%;min-height:2.75rem}
input[type=checkbox]{width:1.4rem;min-height:1.4rem;flex:none}
button{font:inherit;font-weight:600;color:var(--act-ink);background:var(--act);border:0;border-radius:6px;
padding:.6rem 1rem;min-height:2.75rem;margin-top:.8rem;cursor:pointer}
form>button:first-child{margin-top:0}
form.filter{display:grid;gap:0 1rem;grid-template-columns:1fr 1fr}
form.filter button{grid-column:1/-1;justify-self:start}
form.list{background:none;border:0;padding:0}
li.pick{display:flex;gap:.7rem;align-items:start}
li.pick input{margin-top:.2rem}
.acts{display:flex;flex-wrap:wrap;gap:0 .7rem}
button.plain{color:var(--act);background:transparent;border:2px solid var(--act)}
button.careful{color:var(--due);background:transparent;border:2px solid var(--due)}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
@media (max-width:30rem){dl{grid-template-columns:1fr;gap:0}form.filter{grid-template-columns:1fr}dd{margin-bottom:.6rem}button{width:100%}}
`;

/** The value by which the policy of the page lets this style sheet in, and nothing else. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
