// The key store across the process border. The shell alone may call the operating system's; the core asks it
// over their control channel, by number, because a keyring may take its time or ask the person first.
import {
  MOST_ENTRY_CHARACTERS,
  isEntryName,
  type KeyStore,
  type KeyStoreState,
} from '../platform/index.ts';

export type KeyStoreQuestion =
  | { readonly do: 'state' }
  | { readonly do: 'get'; readonly name: string }
  | { readonly do: 'set'; readonly name: string; readonly value: string };
export type KeyStoreAnswer = KeyStoreState | string | boolean | undefined;

/** One that never answers counts as closed; nobody waits longer for it than for a wrong passphrase. */
const PATIENCE_MS = 15_000;

export interface KeyStoreQuestions {
  readonly keyStore: KeyStore;
  answered(id: number, answer: KeyStoreAnswer): void;
}

/** The core's side. */
export function createKeyStoreQuestions(
  post: (id: number, question: KeyStoreQuestion) => void,
  patienceMs = PATIENCE_MS,
): KeyStoreQuestions {
  const waiting = new Map<number, (answer: KeyStoreAnswer) => void>();
  let next = 1;
  const ask = (question: KeyStoreQuestion): Promise<KeyStoreAnswer> =>
    new Promise((resolve) => {
      const id = next++;
      const settle = (answer: KeyStoreAnswer): void => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(() => settle(undefined), patienceMs);
      waiting.set(id, settle);
      post(id, question);
    });
  return {
    answered: (id, answer) => waiting.get(id)?.(answer),
    keyStore: {
      async state() {
        const answer = await ask({ do: 'state' });
        if (typeof answer === 'object') return answer;
        return { usable: false, why: 'closed', backend: undefined };
      },
      async get(name) {
        const answer = await ask({ do: 'get', name });
        return typeof answer === 'string' ? answer : undefined;
      },
      set: async (name, value) => (await ask({ do: 'set', name, value })) === true,
    },
  };
}

/** The shell's side: a name that could leave the store's folder, or too long a value, gets nothing. */
export async function answerKeyStore(
  keyStore: KeyStore,
  question: KeyStoreQuestion,
): Promise<KeyStoreAnswer> {
  if (question.do === 'state') return keyStore.state();
  if (typeof question.name !== 'string' || !isEntryName(question.name)) return undefined;
  if (question.do === 'get') return keyStore.get(question.name);
  if (question.do !== 'set' || typeof question.value !== 'string') return undefined;
  return (
    question.value.length <= MOST_ENTRY_CHARACTERS && keyStore.set(question.name, question.value)
  );
}
