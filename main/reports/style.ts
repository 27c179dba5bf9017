/*
 * The look of a report: paper, ink and hairlines, as in the product, with nothing fetched from anywhere.
 * One column of prose beside a rail of headings; on paper the rail moves above, ink turns black, and no
 * table row is torn in two.
 */
export const STYLE = `
:root{color-scheme:light dark;--paper:#faf9f6;--panel:#f3f1ec;--line:#dedad1;--ink:#1c1f24;--ink-2:#50555e;--ink-3:#646972;--accent:#0b6463;--accent-soft:#dcebe9;--warn:#8a5000;--warn-soft:#f8ecd6;--bad:#a3291f;--bad-soft:#f8e3df;--serif:"Source Serif 4",Charter,"Bitstream Charter",Georgia,"Noto Serif SC",serif;--ui:system-ui,"Segoe UI","Noto Sans","Noto Sans SC",sans-serif;--mono:ui-monospace,"Cascadia Code","DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{--paper:#16181b;--panel:#1d2024;--line:#31353b;--ink:#e8e5de;--ink-2:#b0b4bb;--ink-3:#989da5;--accent:#63c3bd;--accent-soft:#17393a;--warn:#e3b063;--warn-soft:#3a2d15;--bad:#f08b7f;--bad-soft:#401f1b}}
*{box-sizing:border-box}
html{background:var(--paper)}
body{margin:0 auto;max-width:1080px;padding:56px 40px 96px;font:14px/1.55 var(--ui);color:var(--ink);background:var(--paper);font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
p{margin:0 0 .7em;max-width:68ch;text-wrap:pretty}
h1{font:500 38px/1.12 var(--serif);letter-spacing:-.012em;margin:6px 0 10px;text-wrap:balance;overflow-wrap:anywhere}
h2{font:600 11px/1.3 var(--ui);letter-spacing:.07em;text-transform:uppercase;color:var(--ink-2);margin:3px 0 0}
h3{font:600 14px/1.3 var(--ui);margin:26px 0 8px}
.lead{font:18px/1.55 var(--serif);color:var(--ink-2);max-width:60ch;margin:0 0 20px;text-wrap:pretty}
.eyebrow{display:flex;gap:10px;align-items:center;font:600 11px/1.3 var(--ui);letter-spacing:.07em;text-transform:uppercase;color:var(--ink-3)}
.mark{width:13px;height:13px;border:1.5px solid var(--accent);border-radius:3px;border-bottom-width:5px}
.state{display:flex;gap:12px;align-items:baseline;border:1px solid var(--line);border-left:3px solid var(--accent);border-radius:6px;background:var(--panel);padding:10px 14px;margin:0 0 26px}
.state b{font-weight:650;white-space:nowrap}.state span{color:var(--ink-2)}
.state.stale,.state.blocked,.state.destroyed{border-left-color:var(--bad);background:var(--bad-soft)}.state.stale b,.state.blocked b,.state.destroyed b{color:var(--bad)}
.state.superseded{border-left-color:var(--warn)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));border-top:1px solid var(--line);border-bottom:1px solid var(--line);margin:0 0 8px}
.figures div{padding:14px 18px 13px;border-left:1px solid var(--line)}.figures div:first-child{border-left:0;padding-left:0}
.figures b{display:block;font:500 27px/1.15 var(--serif)}.figures span{display:block;color:var(--ink-2);font-size:12px}.figures small{color:var(--ink-3);font:11.5px/1.4 var(--mono)}
section{display:grid;grid-template-columns:150px minmax(0,1fr);gap:0 34px;padding:28px 0 22px;border-top:1px solid var(--line)}
main>section:first-child{border-top:0}
section>h2{grid-column:1}section>div{grid-column:2;min-width:0}
section>div>:first-child{margin-top:0}section>div>:last-child{margin-bottom:0}
.scroll{overflow-x:auto;margin:0 0 14px}
table{border-collapse:collapse;width:100%;font-size:13px}table.slim{width:auto;min-width:min(100%,400px)}table.slim th,table.slim td{padding-right:36px}table.slim th:last-child,table.slim td:last-child{padding-right:0}
caption{caption-side:top;text-align:left;color:var(--ink-2);font-size:12.5px;padding:0 0 7px;max-width:none;text-wrap:pretty}
th,td{padding:6px 14px 6px 0;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{font:600 11px/1.3 var(--ui);color:var(--ink-3);border-bottom-color:var(--ink-3);white-space:nowrap}
tbody th{font-weight:500}tfoot th,tfoot td{border-bottom:0;color:var(--ink-2);font-weight:500}tfoot tr:first-child>*{border-top:1px solid var(--ink-3)}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.facts{display:grid;grid-template-columns:minmax(130px,190px) minmax(0,1fr);margin:0 0 16px}
.facts dt,.facts dd{padding:6px 0;border-bottom:1px solid var(--line);margin:0}.facts dt:first-of-type,.facts dd:first-of-type{padding-top:0}.facts dt{color:var(--ink-2);padding-right:18px}.facts dd code{display:block}.facts dd{overflow-wrap:anywhere}
code,.mono,pre{font:12px/1.5 var(--mono)}
code{overflow-wrap:anywhere;color:var(--ink-2)}
pre{overflow-x:auto;background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:14px 16px;margin:0 0 14px;tab-size:4}
.leaf{font:11.5px/1.4 var(--mono);color:var(--ink-3);white-space:nowrap}
.missing{display:inline-block;font:600 10.5px/1.5 var(--ui);letter-spacing:.05em;color:var(--warn);background:var(--warn-soft);border-radius:4px;padding:1px 6px;vertical-align:1px}
.label{border-bottom:2px solid var(--accent);padding-bottom:1px}
.note{color:var(--ink-2);font-size:12.5px;max-width:68ch}
ul{margin:0 0 14px;padding:0;list-style:none;max-width:72ch}li{padding:7px 0 7px 18px;border-bottom:1px solid var(--line);position:relative}li::before{content:"";position:absolute;left:2px;top:15px;width:6px;height:1.5px;background:var(--ink-3)}
figure{margin:0 0 14px}figcaption{color:var(--ink-2);font-size:12.5px;margin:0 0 6px}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font:11px var(--ui);fill:var(--ink-3)}
.axis{stroke:var(--line);stroke-width:1}.base{stroke:var(--ink-3);stroke-width:1}
.line{fill:none;stroke:var(--ink);stroke-width:1.4;stroke-linejoin:round;stroke-linecap:round}.line.faint{stroke:var(--ink-3);stroke-width:.7;opacity:.55}
.line.accent{stroke:var(--accent);stroke-width:1.6}.dot{fill:var(--accent)}.dot.ring{fill:var(--paper);stroke:var(--accent);stroke-width:1.5}
.whisker{stroke:var(--accent);stroke-width:1.6;stroke-linecap:round}.track{stroke:var(--line);stroke-width:1}
td.plot{width:190px;min-width:150px;padding-top:0;padding-bottom:0;vertical-align:middle}td.plot svg{height:22px}
details{margin:0 0 14px}summary{cursor:pointer;color:var(--accent);font-size:13px;padding:3px 0;width:max-content}summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
footer{margin-top:30px;padding-top:16px;border-top:1px solid var(--line);color:var(--ink-3);font-size:12px}footer p{max-width:none}
@media screen and (max-width:720px){body{padding:28px 18px 60px}h1{font-size:29px}section{display:block}section>h2{margin-bottom:12px}.figures div,.figures div:first-child{padding-left:14px}}
@media print{
:root{color-scheme:light;--paper:#fff;--panel:#f6f5f2;--line:#cfcbc2;--ink:#000;--ink-2:#333;--ink-3:#555;--accent:#0b6463;--accent-soft:#e8f1f0;--warn:#7a4700;--warn-soft:#fbf3e4;--bad:#8c1f16;--bad-soft:#faecea}
@page{size:A4;margin:18mm 16mm 20mm}
body{max-width:none;padding:0;font-size:10.5pt}h1{font-size:24pt}.lead{font-size:12.5pt}
section{display:block;padding:6mm 0 4mm}section>h2{margin:0 0 3mm}
table{font-size:8.6pt}th,td{padding:1.3mm 3mm 1.3mm 0}table.slim th,table.slim td{padding-right:8mm}caption,.note{font-size:8.6pt}td.plot{width:30mm;min-width:30mm}
.figures{grid-template-columns:repeat(5,1fr)}.figures div{padding:3mm}.figures b{font-size:15pt}.figures span,.figures small{font-size:8pt}.facts{font-size:9pt}.facts dt,.facts dd{padding:1.2mm 0}code{font-size:8pt}
tr,figure,.state,.figures,li,.facts dd{break-inside:avoid}h2,h3,caption,thead{break-after:avoid}
.scroll,pre{overflow:visible}pre{font-size:7.6pt;white-space:pre-wrap}
summary{display:none}details::details-content{content-visibility:visible!important;block-size:auto!important}
}`;
