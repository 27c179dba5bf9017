/** Instants are ISO 8601 in UTC with milliseconds, e.g. `2026-11-23T20:49:00.000Z`: they sort as text. */
export type Instant = string;
/** Calendar days without a zone, `YYYY-MM-DD`. */
export type CalendarDay = string;

export const toInstant = (epochMs: number): Instant => new Date(epochMs).toISOString();
