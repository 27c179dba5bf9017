// JSON with one spelling per value, so that it can be hashed, signed and compared: RFC 8785 (JCS).
// ECMAScript's own number and string spelling is what the RFC prescribes; keys sort by UTF-16 code unit.

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** Throws on numbers that JSON cannot spell. Properties that are undefined are left out. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as Record<string, JsonValue | undefined>)
      .filter((entry): entry is [string, JsonValue] => entry[1] !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError('A number in canonical JSON must be finite');
  }
  return JSON.stringify(value);
}
