/*
 * The checkpoint of a sharded run: the models of the shards that are done, and the checkpoint of the one at
 * work. A length, a JSON header, then the bytes it names one after another.
 */
import type { TrainResult } from '../../models/index.ts';

/** What is kept of a finished shard beside its files. */
export type Told = Pick<
  TrainResult,
  'steps' | 'epochs' | 'seconds' | 'parameters' | 'data' | 'runtime'
>;

export interface DoneShard {
  readonly number: number;
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly told: Told;
}

export interface Frame {
  readonly done: readonly DoneShard[];
  readonly current: { readonly number: number; readonly bytes: Uint8Array } | null;
}

interface Header {
  readonly version: 1;
  readonly done: readonly {
    readonly number: number;
    readonly told: Told;
    readonly files: readonly { readonly path: string; readonly length: number }[];
  }[];
  readonly current: { readonly number: number; readonly length: number } | null;
}

export function writeFrame({ done, current }: Frame): Uint8Array {
  const header: Header = {
    version: 1,
    done: done.map(({ number, told, files }) => ({
      ...{ number, told },
      files: Object.entries(files).map(([path, bytes]) => ({ path, length: bytes.length })),
    })),
    current: current && { number: current.number, length: current.bytes.length },
  };
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const size = Buffer.alloc(4);
  size.writeUInt32LE(json.length);
  return Buffer.concat([
    ...[size, json],
    ...done.flatMap(({ files }) => Object.values(files)),
    ...(current ? [current.bytes] : []),
  ]);
}

export function readFrame(bytes: Uint8Array): Frame {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = whole.readUInt32LE(0);
  const header = JSON.parse(whole.toString('utf8', 4, 4 + length)) as Header;
  let at = 4 + length;
  const take = (count: number): Uint8Array => whole.subarray(at, (at += count));
  return {
    done: header.done.map(({ number, told, files }) => ({
      ...{ number, told },
      files: Object.fromEntries(files.map((file) => [file.path, take(file.length)])),
    })),
    current: header.current && {
      number: header.current.number,
      bytes: take(header.current.length),
    },
  };
}
