// A structured clone can carry cycles, maps, functions' remains and a million empty arrays. Before a schema
// looks at an input, this walk makes sure it is a plain tree of bounded size, so that validating it is cheap.
export interface InputLimits {
  readonly maxCharacters: number;
  readonly maxNodes: number;
  readonly maxDepth: number;
}

/** Above the largest legal input (one text of 16 Mi characters), below what would trouble the process. */
export const INPUT_LIMITS: InputLimits = {
  maxCharacters: 20 * 1024 * 1024,
  maxNodes: 100_000,
  maxDepth: 16,
};

export function isBoundedPlainData(input: unknown, limits: InputLimits = INPUT_LIMITS): boolean {
  let characters = 0;
  let nodes = 0;
  const walk = (value: unknown, depth: number): boolean => {
    nodes += 1;
    if (nodes > limits.maxNodes || depth > limits.maxDepth) return false;
    switch (typeof value) {
      case 'string':
        characters += value.length;
        return characters <= limits.maxCharacters;
      case 'number':
      case 'boolean':
      case 'undefined':
        return true;
      case 'object':
        break;
      default:
        return false;
    }
    if (value === null) return true;
    if (Array.isArray(value)) return value.every((item) => walk(item, depth + 1));
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return false;
    return Object.entries(value).every(([key, item]) => {
      characters += key.length;
      return walk(item, depth + 1);
    });
  };
  return walk(input, 0);
}
