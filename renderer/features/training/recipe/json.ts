/** Reading and writing inside a recipe by the path of a setting. Documents are values: nothing is changed in place. */
export type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function valueAt(document: Json, path: string): unknown {
  let here: unknown = document;
  for (const key of path.split('.')) here = isObject(here) ? here[key] : undefined;
  return here;
}

/** The document with `value` at `path`; `undefined` takes the key out. */
export function withValue(document: Json, path: string, value: unknown): Json {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  const inner = document[key];
  const next =
    rest.length === 0 ? value : withValue(isObject(inner) ? inner : {}, rest.join('.'), value);
  if (next !== undefined) return { ...document, [key]: next };
  const { [key]: _, ...without } = document;
  return without;
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
