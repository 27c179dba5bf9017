// A picture of a screen has few colors: with a palette its file is a third. Reads what Chromium writes
// (PNG, eight bits per channel, not interlaced) and writes the same pixels by at most 256 colors. Frequent
// colors come first and stay exact, so that surfaces and lines are as they were; a rare one gives way only
// to one it cannot be told from.
// https://www.w3.org/TR/png-3/
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLORS = 256;

export function withPalette(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const counts = new Map<number, number>();
  for (const color of pixels) counts.set(color, (counts.get(color) ?? 0) + 1);
  const byFrequency = [...counts].sort((a, b) => b[1] - a[1]).map(([color]) => color);
  let palette = byFrequency;
  for (let reach = 6; palette.length > COLORS; reach *= 1.2) palette = covering(byFrequency, reach);
  const indexOf = new Map(palette.map((color, index) => [color, index]));
  const rows = Buffer.alloc(height * (width + 1)); // Filter 0 in front of each row: best for palettes.
  pixels.forEach((color, at) => {
    let index = indexOf.get(color);
    if (index === undefined) {
      index = nearest(palette, color);
      indexOf.set(color, index);
    }
    rows[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = index;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8); // Eight bits, indexed.
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(channels))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const channels = (color: number): [number, number, number] => [
  color >> 16,
  (color >> 8) & 255,
  color & 255,
];

/** Squared, over the three channels. */
function distance(one: number, other: number): number {
  const [a, b] = [channels(one), channels(other)];
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

/** So few of the colors that each of the others has one of them within reach. */
function covering(colors: readonly number[], reach: number): number[] {
  const chosen: number[] = [];
  for (const color of colors) {
    if (!chosen.some((known) => distance(known, color) <= reach ** 2)) chosen.push(color);
  }
  return chosen;
}

function nearest(palette: readonly number[], color: number): number {
  let best = 0;
  palette.forEach((candidate, index) => {
    if (distance(candidate, color) < distance(palette[best]!, color)) best = index;
  });
  return best;
}

function decode(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error('This is no PNG');
  const data: Buffer[] = [];
  let header = png;
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = body;
    if (type === 'IDAT') data.push(body);
    at += length + 12;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [bits, kind, , , interlaced] = header.subarray(8);
  const size = kind === 6 ? 4 : 3;
  if (bits !== 8 || (kind !== 2 && kind !== 6) || interlaced !== 0) {
    throw new Error(`PNG of kind ${kind} with ${bits} bits is not read here`);
  }
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * size;
  const bytes = Buffer.alloc(height * stride);
  for (let row = 0; row < height; row += 1) {
    const filter = raw[row * (stride + 1)]!;
    for (let column = 0; column < stride; column += 1) {
      const at = row * stride + column;
      const left = column < size ? 0 : bytes[at - size]!;
      const up = row === 0 ? 0 : bytes[at - stride]!;
      const corner = row === 0 || column < size ? 0 : bytes[at - stride - size]!;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      if (guess === undefined) throw new Error(`PNG filter ${filter} does not exist`);
      bytes[at] = raw[row * (stride + 1) + 1 + column]! + guess;
    }
  }
  const pixels = Uint32Array.from(
    { length: width * height },
    (_, at) => (bytes[at * size]! << 16) | (bytes[at * size + 1]! << 8) | bytes[at * size + 2]!,
  );
  return { width, height, pixels };
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(estimate - value)) as [
    number,
    number,
    number,
  ];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function chunk(type: string, body: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const framed = Buffer.alloc(body.length + 12);
  framed.writeUInt32BE(body.length, 0);
  typed.copy(framed, 4);
  framed.writeUInt32BE(crc32(typed), body.length + 8);
  return framed;
}
