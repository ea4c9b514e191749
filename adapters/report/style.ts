import { SEVERITY_COLOURS } from "#dashboards/chart.ts";

const severities = Object.entries(SEVERITY_COLOURS)
  .map(([severity, colour]) => `.severity-${severity}{--severity:${colour}}`)
  .join("\n");

/** One style sheet for screen (light and dark), phone and paper. Contrast is at least 4.5 to 1 for text. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b2330;--muted:#556072;--line:#d9dee7;--card:#f6f8fb;--link:#1a5aa8;--code:#eef1f6}
@media (prefers-color-scheme:dark){:root{--paper:#12161d;--ink:#e7ebf2;--muted:#a3adbd;--line:#2d3542;--card:#1a202a;--link:#8bbcf5;--code:#232b37}}
${severities}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;overflow-wrap:anywhere}
main,header,footer{max-width:60rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 .25rem}
section>h3{margin-top:1.5rem}
section>div>h3{margin:1.5rem 0 .4rem}
h2{font-size:1.25rem;margin:2.5rem 0 .75rem;padding-top:.5rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;line-height:1.35;margin:0}
h4{font-size:.8rem;letter-spacing:.04em;text-transform:uppercase;color:var(--muted);margin:1.1rem 0 .3rem}
p{margin:.4rem 0}
a{color:var(--link)}
small,.muted{color:var(--muted)}
.lead{font-size:1.1rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;margin:1rem 0;padding:0;list-style:none}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
.tiles b{display:block;font-size:1.25rem;line-height:1.3}
.incident{background:var(--card);border:1px solid var(--line);border-left:.4rem solid var(--severity);border-radius:.5rem;padding:1rem;margin:1rem 0}
.badge{display:inline-block;border:2px solid var(--severity);border-radius:1rem;padding:0 .55rem;font-size:.8rem;font-weight:600;text-transform:uppercase;letter-spacing:.03em}
.facts{display:grid;grid-template-columns:minmax(5rem,max-content) 1fr;gap:.15rem .9rem;margin:.6rem 0 0}
.facts dt{color:var(--muted)}
.facts dd{margin:0;min-width:0}
ol,ul{padding-left:1.3rem;margin:.3rem 0}
li{margin:.25rem 0}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.85em}
pre{background:var(--code);border-radius:.35rem;padding:.5rem .7rem;margin:.3rem 0;white-space:pre-wrap}
code{background:var(--code);border-radius:.25rem;padding:.05rem .25rem}
pre code{background:none;padding:0}
details{margin:.5rem 0}
summary{cursor:pointer;color:var(--link)}
figure{margin:1rem 0}
figcaption{color:var(--muted);font-size:.9rem;margin-top:.25rem}
.scroll{overflow-x:auto;max-width:100%}
.scroll svg{display:block;height:auto;max-width:100%;min-width:28rem}
svg text{fill:var(--ink)}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{overflow-wrap:normal;text-align:left;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--muted);font-weight:600;white-space:nowrap}
td.number,th.number{text-align:right;white-space:nowrap}
footer{color:var(--muted);font-size:.9rem;padding-top:2rem;padding-bottom:3rem}
@media print{:root{--paper:#fff;--ink:#000;--muted:#444;--line:#bbb;--card:#fff;--link:#000;--code:#f3f3f3}body{font-size:11pt}.incident,figure,table{break-inside:avoid}details::details-content{content-visibility:visible;block-size:auto}.scroll{overflow:visible}.scroll svg{max-width:100%}}
`;
