// The page's side of the wire against a port in memory.
import { describe, expect, test, vi } from 'vitest';
import { createPortClient } from '../../../renderer/transport/client.ts';
import {
  WIRE_VERSION,
  type ClientMessage,
  type ServerMessage,
} from '../../../shared/contract/index.ts';

function fakePort() {
  const sent: ClientMessage[] = [];
  let receive: (message: ServerMessage) => void = () => undefined;
  let closed: () => void = () => undefined;
  const port = {
    post: (message: ClientMessage) => void sent.push(message),
    onMessage: (listener: (message: ServerMessage) => void) => void (receive = listener),
    onClose: (listener: () => void) => void (closed = listener),
    close: () => undefined,
  };
  return {
    port,
    sent,
    receive: (message: ServerMessage) => receive(message),
    close: () => closed(),
  };
}

describe('createPortClient', () => {
  test('says hello first and knows a core of its own version', async () => {
    const { port, sent, receive } = fakePort();
    const client = createPortClient(port);
    expect(sent).toEqual([{ v: WIRE_VERSION, hello: true }]);
    receive({ v: WIRE_VERSION, hello: true, product: 'cloister', version: '1.2.3' });
    expect(await client.handshake).toEqual({ state: 'connected', version: '1.2.3' });
  });

  test('refuses a core of another version', async () => {
    const { port, receive } = fakePort();
    const client = createPortClient(port);
    receive({ v: WIRE_VERSION + 1, hello: true, product: 'cloister', version: '9' });
    expect(await client.handshake).toEqual({ state: 'mismatch', theirs: WIRE_VERSION + 1 });
  });

  test('matches answers to calls, whatever their order', async () => {
    const { port, sent, receive } = fakePort();
    const client = createPortClient(port);
    const first = client.call('job.list', {});
    const second = client.call('purpose.list', {});
    const [, one, two] = sent as { id: number; p: string }[];
    receive({ id: two!.id, ok: true, output: { items: ['second'] } });
    receive({ id: one!.id, ok: true, output: { items: ['first'] } });
    expect(await first).toEqual({ ok: true, value: { items: ['first'] } });
    expect(await second).toEqual({ ok: true, value: { items: ['second'] } });
  });

  test('hands on the job and its progress, and sends cancel when the signal aborts', async () => {
    const { port, sent, receive } = fakePort();
    const client = createPortClient(port);
    const onProgress = vi.fn();
    const onJob = vi.fn();
    const stop = new AbortController();
    const call = client.call('audit.verify', {}, { onProgress, onJob, signal: stop.signal });
    const { id } = sent[1] as { id: number };
    receive({ id, jobId: 'job_00000001' });
    receive({
      id,
      progress: { stage: 'verifying', done: 1, total: 2, unit: 'steps', etaSeconds: 1 },
    });
    stop.abort();
    expect(onJob).toHaveBeenCalledWith('job_00000001');
    expect(onProgress).toHaveBeenCalledOnce();
    expect(sent.at(-1)).toEqual({ v: WIRE_VERSION, id, cancel: true });
    const error = {
      code: 'CANCELLED',
      message: '',
      params: {},
      retryable: false,
      correlationId: '',
    };
    receive({ id, ok: false, error });
    expect(await call).toEqual({ ok: false, error });
  });

  test('fails every open and every later call when the port closes', async () => {
    const { port, close } = fakePort();
    const client = createPortClient(port);
    const lost = vi.fn();
    client.onLost(lost);
    const open = client.call('job.list', {});
    close();
    expect(lost).toHaveBeenCalledOnce();
    expect(await open).toMatchObject({ ok: false, error: { code: 'PROCESS_RESTARTED' } });
    expect(await client.call('job.list', {})).toMatchObject({ ok: false });
    expect(await client.handshake).toEqual({ state: 'lost' });
  });

  test('gives events to listeners until they are taken back', () => {
    const { port, receive } = fakePort();
    const client = createPortClient(port);
    const heard = vi.fn();
    const stop = client.on('data.stored', heard);
    receive({ event: 'data.stored', payload: { at: '2026-11-23T14:02:11.000Z' } });
    stop();
    receive({ event: 'data.stored', payload: { at: '2026-11-23T14:02:12.000Z' } });
    expect(heard).toHaveBeenCalledExactlyOnceWith({ at: '2026-11-23T14:02:11.000Z' });
  });
});
