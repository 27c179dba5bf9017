/*
 * The shell of every report: one file that opens offline, runs nothing, fetches nothing, and prints.
 * The policy in its head makes a browser hold it to that.
 */
import { html, trusted, type Html } from './html.ts';
import { STYLE } from './style.ts';

export interface Page {
  readonly title: string;
  readonly kind: string;
  readonly lead: Html;
  readonly top: Html;
  readonly sections: readonly { readonly title: string; readonly body: Html }[];
  readonly foot: Html;
}

export function page({ title, kind, lead, top, sections, foot }: Page): string {
  const body = html`<header>
      <div class="eyebrow"><span class="mark"></span>Cloister <span>${kind}</span></div>
      <h1>${title}</h1>
      <p class="lead">${lead}</p>
    </header>
    ${top}
    <main>
      ${sections.map(
        (section) =>
          html`<section>
            <h2>${section.title}</h2>
            <div>${section.body}</div>
          </section>`,
      )}
    </main>
    <footer>${foot}</footer>`;
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>${title}: ${kind}</title>
        <style>
          ${trusted(STYLE)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`;
  return tidy(document.text);
}

/** The indentation of the sources is not part of the report; the text inside `pre` is. */
function tidy(text: string): string {
  return text
    .split(/(<pre\b[^>]*>[\s\S]*?<\/pre>)/)
    .map((piece) => (piece.startsWith('<pre') ? piece : piece.replace(/\n\s+/g, '\n')))
    .join('')
    .concat('\n');
}

export interface Figure {
  readonly value: string | null;
  readonly name: string;
  readonly detail?: string | null;
}

export const figures = (list: readonly Figure[]): Html =>
  html`<div class="figures">
    ${list.map(
      ({ value, name, detail }) =>
        html`<div>
          <b>${value ?? html`<span class="missing">MISSING</span>`}</b><span>${name}</span>
          ${detail && html`<small>${detail}</small>`}
        </div>`,
    )}
  </div>`;
