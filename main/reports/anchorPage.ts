/*
 * The signed head of the audit log as a page to print: a few lines that a person can compare by eye, and the
 * same as a QR code. Paper in a safe is a place that nobody who holds the vault can rewrite.
 */
import { renderSVG } from 'uqr';
import { html, trusted } from './html.ts';
import { page } from './page.ts';

export interface Anchor {
  readonly vault: string;
  readonly checkpoint: string;
  readonly verifierKey: string;
  readonly size: number;
  readonly at: string;
}

export function anchorPage({ vault, checkpoint, verifierKey, size, at }: Anchor): string {
  return page({
    title: `Anchor of the audit log, ${at.slice(0, 10)}`,
    kind: 'anchor',
    lead: html`The log of the vault “${vault}” had ${size} leaves at ${at}. Whoever holds this page
    can show later that nothing before that moment was taken away or changed.`,
    // Medium correction: a page that was folded and copied must still read.
    top: trusted(
      `<figure style="max-width:12cm">${renderSVG(checkpoint, { ecc: 'M', border: 4 })}</figure>`,
    ),
    sections: [
      { title: 'Signed head', body: html`<pre>${checkpoint}</pre>` },
      { title: 'Key it is signed with', body: html`<pre>${verifierKey}</pre>` },
      {
        title: 'How to check',
        body: html`<p>
            With Cloister: give the lines above, as a file, to “audit compare”. Without it:
            resources/verifier/verify_audit.py takes them with --anchor.
          </p>
          <p>Signed by hand: ______________________ Date: ______________</p>`,
      },
    ],
    foot: html`Keep this page where nobody who administers the vault can reach it alone.`,
  });
}
