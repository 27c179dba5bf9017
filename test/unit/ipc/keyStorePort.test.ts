import { describe, expect, it } from 'vitest';
import { answerKeyStore, createKeyStoreQuestions } from '../../../main/ipc/keyStorePort.ts';
import { createFakeKeyStore } from '../../fakes/keyStore.ts';

describe('questions to the key store', () => {
  it('give up on a keyring that never answers, and then it counts as closed', async () => {
    const { keyStore } = createKeyStoreQuestions(() => undefined, 5);
    expect(await keyStore.state()).toEqual({ usable: false, why: 'closed', backend: undefined });
    expect(await keyStore.get('a')).toBeUndefined();
    expect(await keyStore.set('a', 'b')).toBe(false);
  });

  it('take an answer once, and none that nobody asked for', async () => {
    const ids: number[] = [];
    const questions = createKeyStoreQuestions((id) => void ids.push(id), 1_000);
    const asked = questions.keyStore.get('a');
    questions.answered(ids[0]! + 1, 'of somebody else');
    questions.answered(ids[0]!, 'mine');
    questions.answered(ids[0]!, 'too late');
    expect(await asked).toBe('mine');
  });

  it('take nothing for a secret that is none', async () => {
    const ids: number[] = [];
    const questions = createKeyStoreQuestions((id) => void ids.push(id), 1_000);
    const [got, kept, state] = [
      questions.keyStore.get('a'),
      questions.keyStore.set('a', 'b'),
      questions.keyStore.state(),
    ];
    for (const id of ids) questions.answered(id, id === 2 ? 'yes' : true);
    expect([await got, await kept]).toEqual([undefined, false]);
    expect(await state).toMatchObject({ usable: false });
  });

  it('are answered only where they are questions', async () => {
    const store = createFakeKeyStore();
    store.entries.set('a', 'secret');
    for (const odd of [
      { do: 'get', name: 7 },
      { do: 'get' },
      { do: 'set', name: 'a', value: { toString: () => 'x' } },
      { do: 'remove', name: 'a' },
    ]) {
      const answer = await answerKeyStore(store, odd as never);
      expect(answer === undefined || answer === false).toBe(true);
    }
    expect(store.entries.get('a')).toBe('secret');
    expect(await answerKeyStore(store, { do: 'get', name: 'a' })).toBe('secret');
  });
});
