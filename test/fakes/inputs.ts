// Random inputs for a procedure, made from its own schema: shaped right, with values from the edges, and
// identifiers that exist as often as not. What the schema does not say is random altogether.
import fc from 'fast-check';
import { z } from 'zod';
import { contract, type ProcedureName } from '../../shared/contract/index.ts';
import { ID_PREFIX, type IdKind } from '../../shared/kernel/id.ts';

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly pattern?: string;
  readonly format?: string;
}

const IDENTIFIER_PATTERN = '^[a-z]{3}_';

/** Where text goes: empty, hostile, wide, long; half of a surrogate pair; what a database might trip over. */
const NASTY = [
  '',
  ' ',
  '\u0000',
  '\ud83d',
  '病历 é e\u0301 🏥',
  "'; DROP TABLE document; --",
  '<img src=x onerror=alert(1)>',
  '../../etc/passwd',
  '(a+)+$',
  '"',
  '*',
  'NEAR(',
  'x'.repeat(5_000),
] as const;

export function inputOf(
  name: ProcedureName,
  identifiers: readonly string[],
): fc.Arbitrary<unknown> {
  const schema = z.toJSONSchema(contract[name].input, {
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema;
  return fc.oneof(
    { weight: 8, arbitrary: valueOf(schema, identifiers) },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.anything({ maxDepth: 2 }) },
  );
}

function valueOf(
  schema: JsonSchema,
  identifiers: readonly string[],
  key = '',
): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return fc.oneof(...variants.map((variant) => valueOf(variant, identifiers, key)));
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return objectOf(schema, identifiers);
    case 'array':
      return fc.array(
        schema.items ? valueOf(schema.items, identifiers, key.replace(/s$/, '')) : fc.jsonValue(),
        {
          minLength: schema.minItems ?? 0,
          maxLength: Math.min(schema.maxItems ?? 5, 5),
        },
      );
    case 'string':
      return textOf(schema, identifiers, key);
    case 'integer':
      return fc.oneof(
        fc.integer(bounds(schema)),
        fc.constantFrom(-1, 0, 1, 2 ** 31, Number.MAX_SAFE_INTEGER),
      );
    case 'number':
      return fc.oneof(
        fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true }),
        fc.constantFrom(-1, 0, 1),
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue();
  }
}

function objectOf(schema: JsonSchema, identifiers: readonly string[]): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0 && typeof schema.additionalProperties === 'object') {
    return fc.dictionary(
      fc.string({ maxLength: 10 }),
      valueOf(schema.additionalProperties, identifiers),
      {
        maxKeys: 4,
      },
    );
  }
  return fc.record(
    Object.fromEntries(fields.map(([key, value]) => [key, valueOf(value, identifiers, key)])),
    { requiredKeys: [...(schema.required ?? [])] },
  );
}

function textOf(
  schema: JsonSchema,
  identifiers: readonly string[],
  key: string,
): fc.Arbitrary<string> {
  if (schema.pattern?.startsWith(IDENTIFIER_PATTERN)) {
    const made = fc.stringMatching(/^[a-z]{3}_[0-9A-Z]{26}$/);
    const prefix = ID_PREFIX[key.replace(/Id$/, '') as IdKind];
    const fitting = identifiers.filter((id) => id.startsWith(`${prefix}_`));
    return fc.oneof(
      ...(fitting.length > 0 ? [{ weight: 8, arbitrary: fc.constantFrom(...fitting) }] : []),
      ...(identifiers.length > 0
        ? [{ weight: 1, arbitrary: fc.constantFrom(...identifiers) }]
        : []),
      { weight: 1, arbitrary: made },
    );
  }
  if (schema.format === 'date') return fc.constantFrom('2026-11-23', '0001-01-01', '9999-12-31');
  if (schema.format === 'date-time') {
    return fc.constantFrom(
      '2026-11-23T09:00:00.000Z',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
    );
  }
  const limit = schema.maxLength ?? 200;
  return fc
    .oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.constantFrom(...NASTY), fc.lorem())
    .map((text) => text.slice(0, limit))
    .map((text) => (text.length < (schema.minLength ?? 0) ? 'x' : text));
}

const bounds = (schema: JsonSchema): { min: number; max: number } => ({
  min: Math.max(schema.minimum ?? schema.exclusiveMinimum ?? -10, -(2 ** 31)),
  max: Math.min(schema.maximum ?? 100, 2 ** 31 - 1),
});
