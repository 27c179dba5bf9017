/** What the site decides for itself: the country whose public holidays move a deadline, and that list. */
import { z } from 'zod';
import { HOLIDAY_COUNTRIES } from '../../domain/holidays.ts';
import { Day, Empty, EVERYONE, procedure } from '../define.ts';

export const Country = z.enum(HOLIDAY_COUNTRIES as [(typeof HOLIDAY_COUNTRIES)[number]]);

export const Site = z.strictObject({
  /** Null: no public holiday counts, so that every deadline falls earlier, never later. */
  country: Country.nullable(),
  countries: z.array(Country).max(60),
});
export type Site = z.infer<typeof Site>;

export const Holiday = z.strictObject({
  day: Day,
  /** `law`: from the list of the country. The site adds days and takes days away. */
  source: z.enum(['law', 'added', 'removed']),
  name: z.string().max(100),
});
export type Holiday = z.infer<typeof Holiday>;

export const siteProcedures = {
  'site.get': procedure({
    kind: 'query',
    input: Empty,
    output: Site,
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'site.set': procedure({
    kind: 'command',
    input: z.strictObject({ country: Country.nullable() }),
    output: Site,
    errors: [],
    roles: ['steward', 'administrator'],
    audit: 'full',
  }),
  'holiday.list': procedure({
    kind: 'query',
    input: z.strictObject({ country: Country, year: z.number().int().min(1950).max(2099) }),
    output: z.strictObject({ items: z.array(Holiday).max(366) }),
    errors: [],
    roles: EVERYONE,
    audit: 'none',
  }),
  'holiday.set': procedure({
    kind: 'command',
    input: z.strictObject({
      country: Country,
      day: Day,
      /** Null takes the site's own change back. */
      change: z.enum(['added', 'removed']).nullable(),
      name: z.string().trim().max(100).default(''),
    }),
    output: z.strictObject({ items: z.array(Holiday).max(366) }),
    errors: [],
    roles: ['steward', 'administrator'],
    audit: 'full',
  }),
} as const;
