/*
 * The letter to whoever received a person's data and has to correct, erase or restrict it too (GDPR Art. 19).
 * What left is named by the exit and its hash, which both sides hold; the person by the record number as long
 * as they are in the vault. Once they are erased nobody here can name them, and the letter says what to do.
 */
import type { ExitNotice } from '../../shared/contract/index.ts';
import { factList, moment } from './facts.ts';
import { html, type Html } from './html.ts';
import { page } from './page.ts';
import type { NewReport } from './reportArchive.ts';

export interface RecipientNotice {
  readonly notice: ExitNotice;
  /** Null once the person was erased. */
  readonly person: string | null;
  readonly controller: string | null;
  readonly contact: string | null;
  readonly writtenAt: string;
}

const ACTS = {
  rectification: 'has been corrected',
  erasure: 'has been erased',
  restriction: 'is restricted',
} as const;
const TITLES = {
  rectification: 'Please correct data that you received',
  erasure: 'Please erase data that you received',
  restriction: 'Please restrict data that you received',
} as const;
const TASKS = {
  rectification:
    'Please correct the data of this person in everything you made of what you received, and tell us when it is done.',
  erasure:
    'Please erase the data of this person, every copy of it and what you derived from it, and tell us when it is done.',
  restriction:
    'Please store the data of this person and use it for nothing else until we tell you that the restriction was lifted.',
} as const;

export const noticeTitle = ({ notice }: RecipientNotice): string =>
  `Notice to ${notice.recipient}: ${notice.act}`.slice(0, 200);

export function noticeFiles(letter: RecipientNotice): NewReport['files'] {
  const { notice } = letter;
  return [
    {
      name: `notice-${notice.act}.html`,
      mediaType: 'text/html; charset=utf-8',
      content: page({
        title: TITLES[notice.act],
        kind: 'Notice to a recipient',
        lead: html`You received personal data from us on ${moment(notice.leftAt)}. Data of one
        person in it ${ACTS[notice.act]}; Article 19 of the General Data Protection Regulation has
        us tell you.`,
        top: html``,
        sections: [
          {
            title: 'What you received',
            body: factList([
              { name: 'Recipient', value: notice.recipient },
              { name: 'What', value: notice.what },
              { name: 'Left us', value: moment(notice.leftAt) },
              { name: 'Exit', value: notice.exitId, sha256: notice.sha256 },
            ]),
          },
          { title: 'Whose data', body: personOf(letter) },
          { title: 'What we ask of you', body: html`<p>${TASKS[notice.act]}</p>` },
          {
            title: 'Who asks',
            body: factList([
              { name: 'Controller', value: letter.controller },
              { name: 'Contact', value: letter.contact },
              { name: 'Written', value: moment(letter.writtenAt) },
            ]),
          },
        ],
        foot: html`<p>Notice ${notice.noticeId}, written by Cloister.</p>`,
      }),
    },
  ];
}

const personOf = ({ person, notice }: RecipientNotice): Html =>
  person === null
    ? html`<p>
        The person was erased here, and we hold nothing that names them any more. Whatever you
        received in exit ${notice.exitId} and cannot tell apart has to go, or be exchanged for what
        we hand out anew.
      </p>`
    : html`<p>The person is known as ${person} in what you received.</p>`;
