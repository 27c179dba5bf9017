/*
 * Letters to the person who asked: an extension, a refusal, a correction made, what an erasure has kept, the
 * notice before a restriction is lifted. One page each, to be printed and sent. What the law requires a letter to say is written here, not left to
 * whoever writes the reason.
 */
import {
  REFUSALS,
  type ExtensionGround,
  type RefusalCode,
  type RequestKind,
} from '../../shared/domain/requests.ts';
import { factList } from './facts.ts';
import { html, type Html } from './html.ts';
import { page } from './page.ts';
import type { NewReport } from './reportArchive.ts';

interface Common {
  readonly requestId: string;
  readonly kind: RequestKind;
  /** The record number the person is known by. */
  readonly person: string;
  readonly receivedOn: string;
  /** Day of the letter. */
  readonly writtenOn: string;
  readonly reason: string;
}

export type Letter = Common &
  (
    | { readonly about: 'extension'; readonly ground: ExtensionGround; readonly dueOn: string }
    | { readonly about: 'refusal'; readonly code: RefusalCode }
    | { readonly about: 'lifting' }
    | {
        readonly about: 'kept';
        readonly kept: readonly {
          readonly what: string;
          readonly ground: string;
          readonly text: string;
          readonly until: string;
        }[];
        readonly backupsEndOn: string | null;
      }
    | {
        readonly about: 'rectification';
        /** Where, and what stands there now; the words before are not repeated. */
        readonly corrected: readonly { readonly what: string; readonly now: string }[];
        readonly snapshots: readonly string[];
        readonly models: readonly string[];
        readonly recipients: readonly string[];
      }
  );

const TITLES = {
  extension: 'Your request needs more time',
  refusal: 'Your request is refused',
  lifting: 'The restriction of your data will be lifted',
  rectification: 'Your data was corrected',
  kept: 'A part of your data was erased, a part is kept',
} as const;

const GROUNDS: Readonly<Record<ExtensionGround, string>> = {
  complexity: 'because of the complexity of the request',
  number: 'because of the number of requests',
};

/** Art. 12(4): stands in every letter that does not give the person what was asked for. */
export const REMEDY =
  'You may lodge a complaint with a data protection supervisory authority (Article 77) and seek a judicial remedy before a court (Article 79).';

export function letterFiles(letter: Letter): NewReport['files'] {
  const title = TITLES[letter.about];
  return [
    {
      name: `letter-${letter.about}.html`,
      mediaType: 'text/html; charset=utf-8',
      content: page({
        title,
        kind: 'Letter to the person',
        lead: leadOf(letter),
        top: html``,
        sections: [
          {
            title: 'Your request',
            body: factList([
              { name: 'Known as', value: letter.person },
              { name: 'What you asked for', value: letter.kind },
              { name: 'Received', value: letter.receivedOn },
              { name: 'This letter', value: letter.writtenOn },
            ]),
          },
          ...(letter.about === 'rectification' ? correctedOf(letter) : []),
          ...(letter.about === 'kept' ? keptOf(letter) : []),
          { title: 'Why', body: whyOf(letter) },
          { title: 'What you may do', body: html`<p>${REMEDY}</p>` },
        ],
        foot: html`<p>Written by Cloister for request ${letter.requestId}.</p>`,
      }),
    },
  ];
}

export const letterTitle = ({ about, writtenOn }: Letter): string =>
  `Letter ${writtenOn}: ${TITLES[about]}`;

function leadOf(letter: Letter): Html {
  switch (letter.about) {
    case 'extension':
      return html`The answer will reach you by ${letter.dueOn}, ${GROUNDS[letter.ground]} (Article
      12(3) of the General Data Protection Regulation).`;
    case 'refusal':
      return html`We cannot do what you asked for (Article 12(4) of the General Data Protection
      Regulation).`;
    case 'lifting':
      return html`Your data will be used again; we tell you before this happens (Article 18(3) of
      the General Data Protection Regulation).`;
    case 'rectification':
      return html`What you asked to have corrected was corrected (Article 16 of the General Data
      Protection Regulation).`;
    case 'kept':
      return html`What the law lets us erase was erased, and it was proven on the bytes that it is
      gone. What is named below is kept, because Article 17(3) of the General Data Protection
      Regulation says so: it is stored and not used.`;
  }
}

const keptOf = ({ kept, backupsEndOn }: Extract<Letter, { about: 'kept' }>) => [
  {
    title: 'What is kept',
    body: factList(
      kept.map(({ what, ground, text, until }) => ({
        name: what,
        value: `${ground}. ${text} Until ${until}; then it is looked at again.`,
      })),
    ),
  },
  {
    title: 'Copies of the vault',
    body: html`<p>
      ${
        backupsEndOn === null
          ? 'A backup from before is erased in the same way before it can be used.'
          : `Backups from before end by ${backupsEndOn}; before one is used, the same is erased in it.`
      }
    </p>`,
  },
];

const namesOf = (names: readonly string[]): string => [...new Set(names)].join(', ');

function correctedOf(letter: Extract<Letter, { about: 'rectification' }>): {
  readonly title: string;
  readonly body: Html;
}[] {
  const { corrected, snapshots, models, recipients } = letter;
  const reached: readonly string[] = [
    snapshots.length > 0
      ? `Data sets frozen with the words of before may not be used any more: ${namesOf(snapshots)}.`
      : 'No data set held the words of before.',
    models.length > 0
      ? `Models learned from the words of before: ${namesOf(models)}. You may ask that they be trained again.`
      : 'No model learned from the words of before.',
    recipients.length > 0
      ? `These recipients are told of the correction (Article 19): ${namesOf(recipients)}.`
      : 'Nobody outside received the words of before.',
  ];
  return [
    {
      title: 'What was corrected',
      body: factList(corrected.map(({ what, now }) => ({ name: what, value: now }))),
    },
    {
      title: 'What it reached',
      body: html`<ul>
        ${reached.map((line) => html`<li>${line}</li>`)}
      </ul>`,
    },
  ];
}

const whyOf = (letter: Letter): Html =>
  html`${letter.about === 'refusal' && html`<p>${REFUSALS[letter.code]}.</p>`}
    <p>${letter.reason}</p>`;
