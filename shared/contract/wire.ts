/**
 * Messages between a client (page, terminal) and the core. One version for all: a mismatch is refused at
 * the handshake, never guessed around. Payloads are structured-cloneable; the preview shell carries them
 * as JSON, so no procedure puts raw bytes on the wire (large content travels as base64 in bounded chunks).
 */
import { z } from 'zod';
import type { Progress } from './define.ts';

export const WIRE_VERSION = 1;

export const ClientMessage = z.union([
  z.strictObject({ v: z.literal(WIRE_VERSION), hello: z.literal(true) }),
  z.strictObject({
    v: z.literal(WIRE_VERSION),
    id: z.number().int().nonnegative(),
    p: z.string().max(60),
    input: z.unknown(),
  }),
  z.strictObject({
    v: z.literal(WIRE_VERSION),
    id: z.number().int().nonnegative(),
    cancel: z.literal(true),
  }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly retryable: boolean;
  /** Finds the matching entry in the encrypted log; the stack stays there. */
  readonly correlationId: string;
}

export type ServerMessage =
  | { readonly v: number; readonly hello: true; readonly product: string; readonly version: string }
  | { readonly id: number; readonly ok: true; readonly output: unknown }
  | { readonly id: number; readonly ok: false; readonly error: WireError }
  | { readonly id: number; readonly jobId: string }
  | { readonly id: number; readonly progress: Progress }
  | { readonly event: string; readonly payload: unknown };

/** A message port as every shell can provide one: a forked process, a MessagePort, a debugging pipe, memory. */
export interface Port<In = unknown, Out = unknown> {
  post(message: Out): void;
  onMessage(listener: (message: In) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}
